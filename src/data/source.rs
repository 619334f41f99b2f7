//! Where a table came from, as models record it: enough to make or find it again.

use std::path::Path;

use serde::Serialize;

use super::STANDARD_STREAM;
use super::digest::Sha256Digest;
use super::input::InputSource;
use super::read_options::ReadOptions;
use super::synth::Recipe;
use super::table::Table;
use crate::{Error, Result};

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
    /// How it was read, with all that was found out in place of what was left open.
    #[serde(flatten)]
    pub read: ReadOptions,
    /// The number of rows with a target.
    pub rows: u64,
    /// The number of rows that were left out because they had none.
    pub dropped: u64,
    /// Of the file's bytes.
    pub sha256: Sha256Digest,
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

    /// What stood for a missing value, besides the usual texts.
    pub(crate) fn missing(&self) -> &[String] {
        match self {
            Self::Synthetic { .. } => &[],
            Self::File(file) => &file.read.missing,
        }
    }

    /// Makes the table again, or reads its file: `path`, or else one of its name in `folders`.
    ///
    /// # Errors
    /// A file that is not there, or whose bytes are other ones than then.
    pub fn reopen(&self, path: Option<&Path>, folders: &[&Path]) -> Result<Table> {
        match self {
            Self::Synthetic { recipe, sha256, .. } => {
                let table = Table::synthetic(recipe.clone()).map_err(|error| {
                    // The help would be about flags of training.
                    let cause = error.message();
                    Error::data(format!(
                        "the model's synthetic table cannot be made again: {cause}"
                    ))
                    .help("give rows with --data FILE")
                })?;
                check_digest(*sha256, table.source.sha256())?;
                Ok(table)
            }
            Self::File(file) => {
                let source = file.find(path, folders)?;
                let path = source.path().to_owned();
                let table = Table::read_from(source, &file.read)?;
                // What was compared is what was read, whatever happened in between.
                check_digest(file.sha256, table.source.sha256())
                    .map_err(|error| error.in_file(path))?;
                Ok(table)
            }
        }
    }
}

fn check_digest(then: Sha256Digest, now: Sha256Digest) -> Result<()> {
    if now != then {
        return Err(Error::data(format!(
            "this is not the table that the model was trained on: its SHA-256 was {then}, here it \
             is {now}"
        ))
        .help("give rows with --data FILE"));
    }
    Ok(())
}

impl FileSource {
    /// The columns of the file that are neither features nor the target.
    pub(crate) fn other_columns(&self) -> Vec<String> {
        self.read.ignore.iter().chain(&self.read.sample_weight).cloned().collect()
    }

    /// The file: `path`, or else one of its name in `folders`. Its bytes are compared before it is
    /// read as a table, for what is wrong with another file is no matter here.
    fn find(&self, path: Option<&Path>, folders: &[&Path]) -> Result<InputSource> {
        if let Some(path) = path {
            return self.open(path);
        }
        let help = "give rows with --data FILE; if FILE is that same table, add --held-out";
        if self.name == STANDARD_STREAM {
            let message = "the model was trained on standard input, which is gone";
            return Err(Error::data(message).help(help));
        }
        let message = "the file that the model was trained on is not where it was, nor in this \
                       folder, nor beside the model";
        let mut found = Err(Error::data(message).in_file(&self.name).help(help));
        // What is a file's name on one system can lead elsewhere on another.
        let is_plain = Path::new(&self.name).file_name().is_some_and(|name| name == &*self.name);
        for folder in folders.iter().filter(|_| is_plain) {
            let path = folder.join(&self.name);
            if found.is_err() && path.is_file() {
                found = self.open(&path);
            }
        }
        found
    }

    /// Opens the file, if it is the one that it was.
    fn open(&self, path: &Path) -> Result<InputSource> {
        let source = InputSource::open(path)?;
        if source.is_stream() {
            return Err(Error::setting("--held-out reads --data twice: it has to be a file"));
        }
        check_digest(self.sha256, source.digest()?).map_err(|error| error.in_file(path))?;
        Ok(source)
    }
}
