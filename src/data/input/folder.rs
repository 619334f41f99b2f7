//! The files of a folder that are one table.

use std::fs::Metadata;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Format;
use crate::data::Sha256Digest;
use crate::data::digest::Hashing;
use crate::message::shorten;
use crate::{Error, Result};

/// What changes when a file is written to.
#[derive(Clone, PartialEq)]
pub(super) struct Stamp {
    pub(super) len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { len: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// A file of a folder, as it was when the folder was looked at.
#[derive(Clone)]
pub(crate) struct Part {
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
}

/// The files of a folder whose names say that they are tables, in the order of their names. Names that begin with a
/// dot or an underscore, such as `_SUCCESS`, do not count.
///
/// # Errors
/// The folder cannot be read, has no table or tables in folders of its own.
pub(super) fn parts(folder: &Path) -> Result<Vec<Part>> {
    let failed = |error| Error::io("read the folder", error).in_file(folder);
    let mut parts = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(['.', '_']) {
            continue;
        }
        let metadata =
            path.metadata().map_err(|error| Error::io("open the file", error).in_file(&path))?;
        if metadata.is_dir() {
            let name = shorten(&name);
            return Err(Error::data(format!("there is the folder '{name}' in this folder"))
                .in_file(folder)
                .with_help("give a folder whose files are the table, all in one place"));
        }
        if metadata.is_file() && Format::is_named(&path) {
            parts.push(Part { stamp: Stamp::of(&metadata), path });
        }
    }
    if parts.is_empty() {
        return Err(Error::data("this is a folder without a table in it").in_file(folder).with_help(
            "give a file, or a folder of files that are one table: .parquet, .arrow, .csv or .tsv",
        ));
    }
    parts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(parts)
}

/// The format of the files of a folder: of all the same.
///
/// # Errors
/// As [`parts`]; files of several formats.
pub(super) fn format(folder: &Path) -> Result<Format> {
    let parts = parts(folder)?;
    let first = &parts[0].path;
    let format = Format::of(first);
    let Some(other) = parts.iter().find(|part| Format::of(&part.path) != format) else {
        return Ok(format);
    };
    let name = |path: &Path| shorten(&path.file_name().unwrap_or_default().to_string_lossy());
    let message =
        format!("'{}' and '{}' are not files of one format", name(first), name(&other.path));
    Err(Error::data(message)
        .in_file(folder)
        .with_help("give a folder whose files are one table, or one of the files"))
}

/// The digest of several files: of their digests in hexadecimal, a line each.
pub(super) fn digest(parts: impl Iterator<Item = Result<Sha256Digest>>) -> Result<Sha256Digest> {
    let mut lines = Hashing::new(std::io::sink());
    for part in parts {
        writeln!(lines, "{}", part?).map_err(|error| Error::io("read the file", error))?;
    }
    Ok(lines.digest())
}
