//! Where a table came from, as models record it: enough to make or find it again.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::csv::{STANDARD_STREAM, open_input};
use super::digest::{Hashing, Sha256Digest};
use super::synth::Recipe;
use super::table::{ReadOptions, Table};
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

    /// Makes the table again, or reads its file: `path`, or else one of its name in `folders`.
    ///
    /// # Errors
    /// A file that is not there, or whose bytes are other ones than then.
    pub fn reopen(&self, path: Option<&Path>, folders: &[&Path]) -> Result<Table> {
        match self {
            Self::Synthetic { recipe, sha256, .. } => {
                let table = Table::synthetic(recipe)?;
                check_digest(*sha256, table.source.sha256())?;
                Ok(table)
            }
            Self::File(file) => Table::read(file.find(path, folders)?, &file.read_options()),
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

fn sha256_of(path: &Path) -> Result<Sha256Digest> {
    let (_, input) = open_input(path)?;
    let mut input = Hashing::new(input);
    io::copy(&mut input, &mut io::sink())
        .map_err(|error| Error::io("read the file", error).in_file(path))?;
    Ok(input.digest())
}

impl FileSource {
    fn read_options(&self) -> ReadOptions {
        ReadOptions {
            target: self.target.clone(),
            ignore: self.ignore.clone(),
            delimiter: Some(self.delimiter),
        }
    }

    /// The file: `path`, or else one of its name in `folders`. Its bytes are compared before it is
    /// read as a table, for what is wrong with another file is no matter here.
    fn find(&self, path: Option<&Path>, folders: &[&Path]) -> Result<PathBuf> {
        if let Some(path) = path {
            if path.as_os_str() == STANDARD_STREAM {
                return Err(Error::setting("--held-out reads --data twice: it has to be a file"));
            }
            return self.check(path.to_owned());
        }
        let help = "give rows with --data FILE; if FILE is that same table, add --held-out";
        if self.name == STANDARD_STREAM {
            let message = "the model was trained on standard input, which is gone";
            return Err(Error::data(message).help(help));
        }
        let message = "the file that the model was trained on is not where it was, nor in this \
                       folder, nor beside the model";
        let mut found = Err(Error::data(message).in_file(&self.name).help(help));
        for folder in folders {
            let path = folder.join(&self.name);
            if found.is_err() && path.is_file() {
                found = self.check(path);
            }
        }
        found
    }

    /// The path, if the file there is the one that it was.
    fn check(&self, path: PathBuf) -> Result<PathBuf> {
        let digest = sha256_of(&path)?;
        check_digest(self.sha256, digest).map_err(|error| error.in_file(&path))?;
        Ok(path)
    }
}
