//! Opens a table: its header is read, and its rows are ready to be.

use std::io::{self, Read};
use std::sync::Arc;

#[cfg(feature = "arrow")]
use super::arrow;
use super::blocks::CsvBlocks;
use super::format::{HEAD_BYTES, check_head};
use super::hashed::Hashed;
use super::{Blocks, Format, Header, InputSource, OpenRows, Passes, compression, csv};
use crate::{Error, Result};

/// The first bytes of a file, with its header and some rows, that tell its delimiter.
const SAMPLE_BYTES: usize = 1 << 16;

/// Reads a table's header.
///
/// # Errors
/// A file that cannot be read, or has no header that names each column once.
pub(super) fn open(
    source: &mut InputSource,
    format: Format,
    delimiter: Option<u8>,
    passes: Passes,
) -> Result<(Header, OpenRows)> {
    let file = source.name();
    let Opened { names, line, rows, delimiter } = match format {
        Format::Csv => open_csv(source, delimiter, passes),
        #[cfg(feature = "arrow")]
        Format::Parquet | Format::Arrow => open_arrow(source, format),
        #[cfg(not(feature = "arrow"))]
        Format::Parquet | Format::Arrow => Err(Error::setting(format!(
            "this program was built without the feature `arrow`, which reads {format} files"
        ))
        .with_help("convert the table to CSV, or use a build that has the feature")),
    }
    .map_err(|error| error.in_file(&file))?;
    let header = Header::new(&file, names, format, delimiter).map_err(|error| {
        let error = error.in_file(&file);
        if let Some(line) = line { error.at_line(line) } else { error }
    })?;
    Ok((header, rows))
}

/// A table whose header has been read.
struct Opened {
    names: Vec<String>,
    /// The line that they are on.
    line: Option<u64>,
    rows: OpenRows,
    delimiter: u8,
}

fn open_csv(source: &mut InputSource, delimiter: Option<u8>, passes: Passes) -> Result<Opened> {
    let hasher = Arc::default();
    let input = Box::new(Hashed { input: source.pass(passes)?, hasher: Arc::clone(&hasher) });
    let unreadable = |error| Error::io("read the file", error);
    let mut input = compression::decompress(input).map_err(unreadable)?;
    let mut head = Vec::new();
    read_on(&mut input, HEAD_BYTES, &mut head).map_err(unreadable)?;
    check_head(&head, Format::Csv)?;
    if delimiter.is_none() {
        read_on(&mut input, SAMPLE_BYTES, &mut head).map_err(unreadable)?;
    }
    let delimiter = delimiter.unwrap_or_else(|| csv::find_delimiter(&head));
    let mut blocks = CsvBlocks::new(Box::new(io::Cursor::new(head).chain(input)), delimiter);
    let mut first = blocks.next()?.ok_or_else(csv::empty)?;
    let n_bytes = first.bytes.len();
    let (names, line) = csv::take_header(&mut first, delimiter)?;
    blocks.expect_rows_like(n_bytes - first.bytes.len());
    let blocks = Blocks::Csv { blocks, first: Some(first) };
    let rows = OpenRows { blocks, hasher: Some(hasher) };
    Ok(Opened { names, line: Some(line), rows, delimiter })
}

#[cfg(feature = "arrow")]
fn open_arrow(source: &mut InputSource, format: Format) -> Result<Opened> {
    let file = source.file(HEAD_BYTES, |head| check_head(head, format))?;
    let batches = arrow::Batches::open(file, arrow::Kind::of(format), &source.name())?;
    let names = batches.header();
    let blocks = Blocks::Arrow { batches, n_rows: 0 };
    let rows = OpenRows { blocks, hasher: None };
    Ok(Opened { names, line: None, rows, delimiter: b',' })
}

/// Reads bytes of a file behind those that have been.
fn read_on(input: &mut impl Read, n_bytes: usize, bytes: &mut Vec<u8>) -> io::Result<usize> {
    input.take(n_bytes as u64).read_to_end(bytes)
}
