//! The formats of table files.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use super::folder;
use crate::names::names;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// How a table is written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Lines of cells with a delimiter between them, perhaps packed (gzip, zstd, bzip2, xz, zip).
    Csv,
    /// JSON: objects, one a row, usually one a line; perhaps packed. Their keys are the columns, in the order in which they
    /// appear, and a key that an object has not is a missing value. A file is read once more to find them all; of a
    /// stream that is read once the first MiB has to have them.
    JsonLines,
    /// Likewise, all objects in one array. The two are told apart by their first character when they are read.
    Json,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC, a file or a stream.
    Arrow,
}

impl Format {
    /// The format that a file's name suggests: by its extension, CSV if that says nothing.
    pub fn of(path: &Path) -> Self {
        match extension(&unpacked(path)).as_deref() {
            Some("jsonl" | "ndjson") => Self::JsonLines,
            Some("json") => Self::Json,
            Some("parquet" | "pq") => Self::Parquet,
            Some("arrow" | "arrows" | "feather" | "ipc") => Self::Arrow,
            _ => Self::Csv,
        }
    }
}

impl Format {
    /// Whether a file's name says that it is a table.
    pub(super) fn is_named(path: &Path) -> bool {
        Self::of(path) != Self::Csv
            || matches!(extension(&unpacked(path)).as_deref(), Some("csv" | "tsv"))
    }
}

/// The most columns of a table.
pub(super) const MAX_COLUMNS: usize = 1_000_000;

/// Refuses more columns than a table can have.
///
/// # Errors
/// There are more.
pub(crate) fn check_count(n_columns: usize) -> Result<()> {
    if n_columns <= MAX_COLUMNS {
        return Ok(());
    }
    Err(Error::data(format!("the table has {n_columns} columns, and can have {MAX_COLUMNS}"))
        .with_help(sentence![
            "leave out columns, or give the ",
            Parameter("delimiter"),
            " that is between cells"
        ]))
}

/// The format and the delimiter of a file: what was asked for, else what its name suggests, if it does.
///
/// # Errors
/// A delimiter for a format that has none, or a byte that cannot be one.
pub(crate) fn resolve(
    path: &Path,
    format: Option<Format>,
    delimiter: Option<u8>,
) -> Result<(Format, Option<u8>)> {
    let format = match format {
        Some(format) => format,
        None if path.is_dir() => folder::format(path)?,
        None => Format::of(path),
    };
    if delimiter.is_some() && format != Format::Csv {
        return Err(Error::setting(sentence![
            Parameter("delimiter"),
            format!(" is about CSV, and {} is read as {format}", path.display()),
        ])
        .with_help(sentence![
            "leave out ",
            Parameter("delimiter"),
            ", or give ",
            Parameter("format"),
            " csv"
        ]));
    }
    if let Some(byte) = delimiter.filter(|byte| !byte.is_ascii() || b"\"\r\n".contains(byte)) {
        return Err(Error::setting(sentence![
            Parameter("delimiter"),
            format!(" is byte {byte:#04x}")
        ])
        .with_help("a delimiter is one ASCII character, and neither a quote nor a line end"));
    }
    let suggested = || delimiter_of(path).filter(|_| format == Format::Csv);
    Ok((format, delimiter.or_else(suggested)))
}

/// The delimiter that a file's name suggests: a tab for `.tsv`, packed or not.
fn delimiter_of(path: &Path) -> Option<u8> {
    match extension(&unpacked(path)).as_deref() {
        Some("tsv") => Some(b'\t'),
        _ => None,
    }
}

/// A file's name without an extension that says how it is packed.
fn unpacked(path: &Path) -> PathBuf {
    let is_packed = matches!(extension(path).as_deref(), Some("gz" | "zst" | "bz2" | "xz" | "zip"));
    if is_packed { path.with_extension("") } else { path.to_owned() }
}

fn extension(path: &Path) -> Option<String> {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase())
}

names!(Format { Csv: "csv", JsonLines: "jsonl", Json: "json", Parquet: "parquet", Arrow: "arrow" });

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_tells_its_format_and_delimiter() {
        for (name, format, delimiter) in [
            ("a.csv", Format::Csv, None),
            ("a.tsv", Format::Csv, Some(b'\t')),
            ("a.TSV.gz", Format::Csv, Some(b'\t')),
            ("a.csv.zst", Format::Csv, None),
            ("a.NDJSON.gz", Format::JsonLines, None),
            ("a.json", Format::Json, None),
            ("a.parquet", Format::Parquet, None),
            ("a.feather", Format::Arrow, None),
            ("-", Format::Csv, None),
        ] {
            let path = Path::new(name);
            assert_eq!((Format::of(path), delimiter_of(path)), (format, delimiter), "{name}");
        }
    }
}
