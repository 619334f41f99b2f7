//! The formats of table files.

use std::path::Path;

use serde::{Serialize, Serializer};

use crate::names::names;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// How a table is written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Lines of cells with a delimiter between them, perhaps packed by gzip or zstd.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC, a file or a stream.
    Arrow,
}

impl Format {
    /// The format that a file's name suggests: by its extension, CSV if that says nothing.
    pub fn of(path: &Path) -> Self {
        match extension(path).as_deref() {
            Some("parquet" | "pq") => Self::Parquet,
            Some("arrow" | "arrows" | "feather" | "ipc") => Self::Arrow,
            _ => Self::Csv,
        }
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

/// The number of a file's first bytes that tell its format.
pub(super) const HEAD_BYTES: usize = 6;

/// Refuses a file whose first bytes are those of another format than it is to be read as, or that no
/// file of that format has.
///
/// # Errors
/// They are; what it is instead, where that can be told.
pub(super) fn check_head(head: &[u8], format: Format) -> Result<()> {
    // Streams of Arrow begin with a mark that no text does.
    let found = match head {
        [] => Some(format),
        [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
        b"ARROW1" | [0xff, 0xff, 0xff, 0xff, ..] => Some(Format::Arrow),
        _ if is_text(head) => Some(Format::Csv),
        _ => None,
    };
    let name = |format| match format {
        Format::Csv => "text",
        Format::Parquet => "a Parquet file",
        Format::Arrow => "an Arrow IPC file",
    };
    let (message, help) = match (found, format) {
        (None, Format::Csv) => return Ok(()),
        (None, Format::Arrow) if is_old_arrow(head) => return Ok(()),
        (None, _) => (
            format!("this is not {}: no such file begins like this", name(format)),
            sentence!["give the file that was meant, or another ", Parameter("format")],
        ),
        (Some(found), _) if found == format => return Ok(()),
        (Some(found), _) => (
            format!("this is {}, not {}", name(found), name(format)),
            sentence![
                "give ",
                Parameter("format"),
                format!(" {found}, or the file that was meant")
            ],
        ),
    };
    Err(Error::data(message).with_help(help))
}

/// Whether this may be Arrow's older stream layout, which begins with the length of its schema, or
/// the first version of Feather, which is refused by name.
fn is_old_arrow(head: &[u8]) -> bool {
    match head {
        [length @ .., 0, _, _] => length.iter().any(|&byte| byte != 0),
        _ => head.starts_with(b"FEA1"),
    }
}

fn is_text(head: &[u8]) -> bool {
    // The first layout of Feather files, an older one of Arrow's, has letters as well.
    !head.starts_with(b"FEA1")
        && head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
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
    let format = format.unwrap_or_else(|| Format::of(path));
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
    let packed = matches!(extension(path).as_deref(), Some("gz" | "zst"));
    let inner = if packed { path.file_stem().map(Path::new) } else { Some(path) };
    match inner.and_then(extension).as_deref() {
        Some("tsv") => Some(b'\t'),
        _ => None,
    }
}

fn extension(path: &Path) -> Option<String> {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase())
}

names!(Format { Csv: "csv", Parquet: "parquet", Arrow: "arrow" });

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_such_file_begins_with_is_refused_at_once() {
        let random = [0x9d, 0x4e, 0x02, 0x81, 0x33, 0x7f];
        for (head, formats) in [
            (&[0; 6][..], &[Format::Csv][..]),
            (&random, &[Format::Csv]),
            (b"y\ny\ny\n", &[Format::Csv]),
            (b"PAR1\x15\x04", &[Format::Parquet]),
            (b"ARROW1", &[Format::Arrow]),
            (b"\xff\xff\xff\xff\x78\0", &[Format::Arrow]),
            // A schema of 0x178 bytes.
            (b"\x78\x01\0\0\x10\0", &[Format::Csv, Format::Arrow]),
            (b"FEA1\0\0", &[Format::Csv, Format::Arrow]),
            (b"", &[Format::Csv, Format::Parquet, Format::Arrow]),
        ] {
            for format in [Format::Csv, Format::Parquet, Format::Arrow] {
                let is_taken = check_head(head, format).is_ok();
                assert_eq!(is_taken, formats.contains(&format), "{head:?} as {format}");
            }
        }
    }

    #[test]
    fn a_files_name_tells_its_format_and_delimiter() {
        for (name, format, delimiter) in [
            ("a.csv", Format::Csv, None),
            ("a.tsv", Format::Csv, Some(b'\t')),
            ("a.TSV.gz", Format::Csv, Some(b'\t')),
            ("a.csv.zst", Format::Csv, None),
            ("a.parquet", Format::Parquet, None),
            ("a.feather", Format::Arrow, None),
            ("-", Format::Csv, None),
        ] {
            let path = Path::new(name);
            assert_eq!((Format::of(path), delimiter_of(path)), (format, delimiter), "{name}");
        }
    }
}
