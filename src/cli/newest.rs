//! The newest of the versions that a model's path stands for.

use std::error::Error as _;
use std::path::{Path, PathBuf};

use super::advice::with_flags;
use super::args::GlobalArgs;
use forest::io::Versions;
use forest::message::count;
use forest::{Error, Model, Result};

/// The file that a path stands for: of a name with a `{n}` the highest number whose file loads, unless a file
/// has this very name; of any other the file so named. Damaged newer ones are told of.
///
/// # Errors
/// As [`newest_of`].
pub(super) fn newest(path: &Path, global: &GlobalArgs) -> Result<PathBuf> {
    let (file, damaged) = newest_of(path)?;
    for why in damaged {
        global.doubt(&format!("warning: skipped {why}"));
    }
    if file != path {
        global.note(&format!("note: the newest is {}", file.display()));
    }
    Ok(file)
}

/// That file, and why those that are newer were not taken.
///
/// # Errors
/// None of the files is a whole model, or there are none; `{n}` is where it cannot be.
pub(super) fn newest_of(path: &Path) -> Result<(PathBuf, Vec<String>)> {
    if path.symlink_metadata().is_ok() {
        return Ok((path.to_owned(), Vec::new()));
    }
    let Some(versions) = Versions::of(path)? else { return Ok((path.to_owned(), Vec::new())) };
    let files = versions.all()?;
    let mut damaged = Vec::new();
    for (_, file) in files.iter().rev() {
        match load(file) {
            Ok(_) => return Ok((file.clone(), damaged)),
            Err(error) => damaged.push(format!("{}: {}", file.display(), why(&error))),
        }
    }
    let Some(first) = damaged.first() else {
        return Err(Error::model("there is no file of this name with a number for {n}")
            .in_file(path)
            .with_help("`forest train --out` with the same name makes the first"));
    };
    let n = count(files.len() as u64, "file", "files");
    Err(Error::model(format!("of {n} none is a whole model; {first}")).in_file(path))
}

/// Loads a file, and waits for no pipe.
pub(super) fn load(file: &Path) -> Result<Model> {
    if !file.is_file() {
        return Err(Error::model("this is no file, or a link that leads to none"));
    }
    Model::load(file)
}

/// What is wrong with a file, without its name.
pub(super) fn why(error: &Error) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{}{cause}", with_flags(error.message()))
}
