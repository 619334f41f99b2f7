//! CSV: the header, and the cells of a block's columns.

use super::blocks::CsvBlock;
use super::cells::CellReader;
use super::{Chunk, Wanted, Wrong};
use crate::message::shorten;
use crate::{Error, Result};
use csv::ByteRecord;

const TO_UTF_8: &str = "convert the file, for instance with `iconv -t UTF-8`";

/// A parser of a block's records, however many cells each has.
fn parser(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(bytes)
}

/// Takes the header off the first block: the columns' names, and the line that they are on.
///
/// # Errors
/// Names that are not texts.
pub(super) fn take_header(block: &mut CsvBlock, delimiter: u8) -> Result<(Vec<String>, u64)> {
    let mut record = ByteRecord::new();
    let mut parser = parser(&block.bytes, delimiter);
    let more = parser.read_byte_record(&mut record).map_err(unreadable)?;
    let end = parser.position().byte() as usize;
    if !more {
        return Err(empty());
    }
    let start = record.position().map_or(0, |position| position.byte() as usize);
    let start = first_byte(&block.bytes, start);
    let line = block.line + block.line_ends(0..start);
    let names = record.iter().zip(1..).map(|(name, position)| {
        std::str::from_utf8(name.trim_ascii()).map(str::to_owned).map_err(|_| {
            Error::data(format!("the name of column {position} is not UTF-8 text"))
                .at_line(line)
                .help(TO_UTF_8)
        })
    });
    let names = names.collect::<Result<Vec<_>>>()?;
    check_delimiter(&names, delimiter).map_err(|error| error.at_line(line))?;
    block.line = line + block.line_ends(start..end);
    block.bytes.drain(..end);
    Ok((names, line))
}

/// The error for a file without a header.
pub(super) fn empty() -> Error {
    Error::data("the file is empty").help("give a table whose first line names the columns")
}

/// The cells of the columns that are wanted.
///
/// # Errors
/// A row with more or fewer cells than there are columns; a cell that is not what it has to be.
pub(super) fn read(
    block: &CsvBlock,
    delimiter: u8,
    n_columns: usize,
    wanted: &Wanted,
) -> Result<Chunk, Wrong> {
    let mut chunk = Chunk::default();
    let mut readers: Vec<CellReader> = wanted.readers();
    let mut parser = parser(&block.bytes, delimiter);
    let mut record = ByteRecord::new();
    let (mut at, mut line) = (0, block.line);
    while parser.read_byte_record(&mut record).map_err(|e| Wrong::at(line, unreadable(e)))? {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let start = first_byte(&block.bytes, start);
        line += block.line_ends(at..start);
        at = start;
        if record.len() != n_columns {
            return Err(Wrong::at(line, wrong_length(record.len(), n_columns)));
        }
        for (reader, &(position, _)) in readers.iter_mut().zip(wanted.columns) {
            cell(&record[position]).and_then(|text| reader.push(text)).map_err(|error| Wrong {
                place: line,
                column: Some(position),
                error,
            })?;
        }
        chunk.places.push(line);
    }
    chunk.cells = readers.into_iter().map(CellReader::finish).collect();
    Ok(chunk)
}

/// A cell's text, without the white space around it.
fn cell(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes.trim_ascii())
        .map_err(|_| Error::data("the cell is not UTF-8 text").help(TO_UTF_8))
}

/// Where a record really begins: the csv crate's own position is before the line ends, and blank
/// lines, that come first.
fn first_byte(bytes: &[u8], start: usize) -> usize {
    let is_content = |byte: &u8| !matches!(byte, b'\r' | b'\n');
    bytes[start..].iter().position(is_content).map_or(bytes.len(), |offset| start + offset)
}

fn wrong_length(found: usize, expected: usize) -> Error {
    let cells = if found == 1 { "cell" } else { "cells" };
    Error::data(format!("the row has {found} {cells}, the header has {expected}")).help(
        "add or remove cells, put quotes around a cell that contains the delimiter, or close a \
         quote that is open",
    )
}

/// Our error for one of the csv crate's.
fn unreadable(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::io("read the file", error),
        kind => Error::data(format!("{kind:?}")),
    }
}

/// What to say of a file whose only column may be several with another delimiter between them.
///
/// # Errors
/// There is another likely delimiter in its name.
fn check_delimiter(header: &[String], delimiter: u8) -> Result<()> {
    let [only] = header else { return Ok(()) };
    let likely = [(';', "';'"), (',', "','"), ('\t', "tab"), ('|', "'|'")];
    let is_there = |c: char| c != char::from(delimiter) && only.contains(c);
    match likely.into_iter().find(|&(c, _)| is_there(c)) {
        None => Ok(()),
        Some((_, flag)) => Err(Error::data(format!("there is one column, '{}'", shorten(only)))
            .help(format!("if that is several, give --delimiter {flag}"))),
    }
}
