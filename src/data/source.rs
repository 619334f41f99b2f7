//! Where a table came from, as models record it: enough to make or find it again.

use std::path::Path;

use serde::{Serialize, Serializer};

use super::digest::Sha256Digest;
use super::read_options::ReadOptions;
use super::synth::Recipe;
use crate::names::names;

/// The name of a file or folder as it is recorded: without the folders around it, of `.` too.
pub(crate) fn file_name(path: &Path) -> String {
    let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
    name(path).or_else(|| name(&path.canonicalize().ok()?)).unwrap_or_default()
}

/// Where a table came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// It was made by a recipe.
    Synthetic {
        /// The recipe.
        recipe: Recipe,
        /// The number of rows.
        rows: u64,
        /// Of the table as [`Synthetic::write_csv`](super::synth::Synthetic::write_csv) writes it.
        sha256: Sha256Digest,
    },
    /// It was read from a file.
    File(FileSource),
    /// It is not known: another program trained the model.
    Imported(ImportedSource),
    /// It was in memory.
    Memory {
        /// The number of rows.
        rows: u64,
        /// Of the arrays: row by row the features as `f32`, then the targets, classes as `u32`, numbers as `f64`;
        /// little-endian, a missing value as the bits `0x7fc00000`.
        sha256: Sha256Digest,
    },
}

/// The file that a table was read from, and how.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileSource {
    /// The file's name without folders, `-` for standard input.
    pub name: String,
    /// How it was read, with all that was found out in place of what was left open.
    #[serde(flatten)]
    pub read: ReadOptions,
    /// The columns that were left out unasked.
    pub left_out: Vec<LeftOut>,
    /// The number of rows with a target.
    pub rows: u64,
    /// The number of rows that were left out because they had none.
    pub dropped: u64,
    /// Of the file's bytes.
    pub sha256: Sha256Digest,
}

/// The file of another program that a model was taken from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImportedSource {
    /// The file's name without folders, `-` for standard input.
    pub name: String,
    /// Of the file's bytes.
    pub sha256: Sha256Digest,
    /// The program that trained the model, with its version.
    pub system: String,
    /// What that program had for settings, by its own names.
    #[serde(serialize_with = "as_map")]
    pub settings: Vec<(String, String)>,
    /// The number of training rows; 0 where the file does not tell.
    pub rows: u64,
    /// The table that the model was scored on afterwards. Whether it was trained on those rows is not known.
    pub scored_on: Option<ScoredTable>,
}

/// A table that an imported model was scored on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoredTable {
    /// The file's name without folders, `-` for standard input.
    pub name: String,
    /// The number of rows.
    pub rows: u64,
    /// Of the file's bytes.
    pub sha256: Sha256Digest,
}

fn as_map<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

/// A column that was left out unasked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub column: String,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a column was left out: what it tells of a row tells nothing of new rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeftOutReason {
    /// It numbers the rows.
    RowNumbers,
    /// Its texts differ from row to row.
    Identifiers,
}

names!(LeftOutReason { RowNumbers: "row_numbers", Identifiers: "identifiers" });

impl Source {
    /// The number of rows: those that were trained on and those held out.
    pub fn rows(&self) -> u64 {
        match self {
            Self::Synthetic { rows, .. } | Self::Memory { rows, .. } => *rows,
            Self::File(file) => file.rows,
            Self::Imported(imported) => imported.rows,
        }
    }

    /// The digest of the table's bytes; of the file's that an imported model was taken from.
    pub fn sha256(&self) -> Sha256Digest {
        match self {
            Self::Synthetic { sha256, .. } | Self::Memory { sha256, .. } => *sha256,
            Self::File(file) => file.sha256,
            Self::Imported(imported) => imported.sha256,
        }
    }

    /// The file of the table, if it was read from one.
    pub fn file(&self) -> Option<&FileSource> {
        match self {
            Self::File(file) => Some(file),
            Self::Synthetic { .. } | Self::Imported(_) | Self::Memory { .. } => None,
        }
    }

    /// What stood for a missing value, besides the usual texts.
    pub(crate) fn missing(&self) -> &[String] {
        self.file().map_or(&[], |file| &file.read.missing)
    }
}

impl FileSource {
    /// The columns of the file that are neither features nor the target.
    pub fn other_columns(&self) -> Vec<String> {
        let left_out = self.left_out.iter().map(|left_out| &left_out.column);
        let others = self.read.ignore.iter().chain(&self.read.sample_weight);
        others.chain(&self.read.group).chain(left_out).cloned().collect()
    }
}
