//! Where a table came from, as models record it: enough to make or find it again.

use std::path::Path;

use serde::Serialize;

use super::csv::STANDARD_STREAM;
use super::digest::Sha256Digest;
use super::synth::MakeClassification;
use super::table::{ReadOptions, Table};
use crate::{Error, Result};

/// Where a table came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// It was made by a recipe.
    Synthetic {
        /// The recipe.
        recipe: MakeClassification,
        /// The number of rows.
        rows: u64,
        /// Of the table as `forest generate` writes it.
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
    /// The column that held the labels.
    pub target: String,
    /// The columns that were left out.
    pub ignore: Vec<String>,
    /// The byte between two cells.
    #[serde(serialize_with = "as_char")]
    pub delimiter: u8,
    /// The number of rows.
    pub rows: u64,
    /// Of the file's bytes.
    pub sha256: Sha256Digest,
}

fn as_char<S: serde::Serializer>(byte: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_char(char::from(*byte))
}

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

    /// Makes the table again, or reads its file: `path`, or else the first of `folders` that has a
    /// file of its name.
    ///
    /// # Errors
    /// A file that is not there, or whose bytes are other ones than then.
    pub fn reopen(&self, path: Option<&Path>, folders: &[&Path]) -> Result<Table> {
        let table = match self {
            Self::Synthetic { recipe, .. } => Table::synthetic(recipe)?,
            Self::File(file) => file.reopen(path, folders)?,
        };
        if table.source.sha256() != self.sha256() {
            let (then, now) = (self.sha256(), table.source.sha256());
            let error = Error::data(format!(
                "this is not the table that the model was trained on: its SHA-256 was {then}, here \
                 it is {now}"
            ));
            return Err(match self {
                Self::Synthetic { .. } => error,
                Self::File(file) => error.in_file(path.unwrap_or(Path::new(&file.name))),
            }
            .help("give rows to predict with --data FILE"));
        }
        Ok(table)
    }
}

impl FileSource {
    fn reopen(&self, path: Option<&Path>, folders: &[&Path]) -> Result<Table> {
        let options = ReadOptions {
            target: self.target.clone(),
            ignore: self.ignore.clone(),
            delimiter: Some(self.delimiter),
        };
        if let Some(path) = path {
            return Table::read(path, &options);
        }
        let mut candidates = folders.iter().map(|folder| folder.join(&self.name));
        match candidates.find(|path| self.name != STANDARD_STREAM && path.is_file()) {
            Some(path) => Table::read(path, &options),
            None if self.name == STANDARD_STREAM => {
                Err(Error::data("the model was trained on standard input, which is gone")
                    .help("give rows with --data FILE; if FILE is that same table, add --held-out"))
            }
            None => Err(Error::data(
                "the file that the model was trained on is neither in this folder nor beside the \
                 model",
            )
            .in_file(&self.name)
            .help("give rows with --data FILE; if FILE is that same table, add --held-out")),
        }
    }
}
