//! A model's table, made or read again.

use std::path::Path;

use super::STANDARD_STREAM;
use super::digest::Sha256Digest;
use super::input::InputSource;
use super::read_options::ReadOptions;
use super::source::{FileSource, Source};
use super::training::table::Table;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

impl Source {
    /// Makes the table again, or reads its file: `data`, or else one of its name in `folders`.
    ///
    /// # Errors
    /// A file that is not there, or whose bytes are other ones than then.
    pub fn reopen(&self, data: Option<&Path>, folders: &[&Path]) -> Result<Table> {
        match self {
            Self::Synthetic { recipe, sha256, .. } => {
                let table = Table::synthetic(recipe.clone()).map_err(|error| {
                    // The help would be about the recipe, which is the model's.
                    let cause = error.message();
                    Error::data(format!(
                        "the model's synthetic table cannot be made again: {cause}"
                    ))
                })?;
                check_digest(*sha256, table.source.sha256())?;
                Ok(table)
            }
            Self::File(file) => {
                let source = file.find(data, folders)?;
                let path = source.path().to_owned();
                let table = Table::read_from(source, &file.read_again(), false, &|_, _| {})?;
                // What was compared is what was read, whatever happened in between.
                check_digest(file.sha256, table.source.sha256())
                    .map_err(|error| error.in_file(path))?;
                Ok(table)
            }
            Self::Memory { .. } => Err(Error::data(
                "the table that the model was trained on was in memory, and is gone",
            )),
            Self::Imported(_) => Err(Error::data(
                "the model was imported: the table that it was trained on is not known",
            )),
        }
    }
}

fn check_digest(then: Sha256Digest, now: Sha256Digest) -> Result<()> {
    if now != then {
        return Err(Error::data(format!(
            "this is not the table that the model was trained on: its SHA-256 was {then}, here it \
             is {now}"
        ))
        .with_help(sentence!["give the file that it was trained on with ", Parameter("data")]));
    }
    Ok(())
}

impl FileSource {
    /// How it is read again: what was left out unasked is left out, whatever this release would do.
    fn read_again(&self) -> ReadOptions {
        let mut options = self.read.clone();
        options.ignore.extend(self.left_out.iter().map(|left_out| left_out.column.clone()));
        options
    }

    /// The file: `data`, or else one of its name in `folders`. Its bytes are compared before it is
    /// read as a table, for what is wrong with another file is no matter here.
    fn find(&self, data: Option<&Path>, folders: &[&Path]) -> Result<InputSource> {
        if let Some(data) = data {
            return self.open(data);
        }
        let help = sentence!["give it with ", Parameter("data")];
        if self.name == STANDARD_STREAM {
            let message = "the model was trained on standard input, which is gone";
            return Err(Error::data(message).with_help(help));
        }
        let message = "the file that the model was trained on is not where it was, nor in this \
                       folder, nor beside the model";
        let mut found = Err(Error::data(message).in_file(&self.name).with_help(help));
        // What is a file's name on one system can lead elsewhere on another.
        let is_plain = Path::new(&self.name).file_name().is_some_and(|name| name == &*self.name);
        for folder in folders.iter().filter(|_| is_plain) {
            let path = folder.join(&self.name);
            if found.is_err() && (path.is_file() || path.is_dir()) {
                found = self.open(&path);
            }
        }
        found
    }

    /// Opens the file, if it is the one that it was.
    fn open(&self, path: &Path) -> Result<InputSource> {
        let source = InputSource::open(path)?;
        if source.is_stream() {
            return Err(Error::setting(sentence![
                Parameter("data"),
                " is read twice: it has to be a file"
            ]));
        }
        check_digest(self.sha256, source.digest()?).map_err(|error| error.in_file(path))?;
        Ok(source)
    }
}
