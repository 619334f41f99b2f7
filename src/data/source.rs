//! Where a table came from, as models record it: enough to make or find it again.

use serde::Serialize;

use super::digest::Sha256Digest;
use super::read_options::ReadOptions;
use super::synth::Recipe;
use crate::names::names;

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
    /// The number of rows.
    pub fn rows(&self) -> u64 {
        match self {
            Self::Synthetic { rows, .. } => *rows,
            Self::File(file) => file.rows,
        }
    }

    /// The digest of the table's bytes.
    pub fn sha256(&self) -> Sha256Digest {
        match self {
            Self::Synthetic { sha256, .. } => *sha256,
            Self::File(file) => file.sha256,
        }
    }

    /// What stood for a missing value, besides the usual texts.
    pub(crate) fn missing(&self) -> &[String] {
        match self {
            Self::Synthetic { .. } => &[],
            Self::File(file) => &file.read.missing,
        }
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
