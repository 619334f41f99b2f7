//! CSV: the header, and the cells of a block's columns.

use super::blocks::CsvBlock;
use super::cells::CellReader;
use super::first_bytes::to_utf_8;
use super::format::check_count;
use super::{Chunk, Wanted, WrongBlock};
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result, memory};
use csv_core::ReadRecordResult;

/// The rows that tell a file's delimiter.
const FIRST_ROWS: usize = 20;

/// About what a column takes before its first cell: its name, and how it is to be read.
const BYTES_A_NAME: usize = 256;

/// Takes records out of bytes, one after another.
struct Records<'a> {
    parser: csv_core::Reader,
    bytes: &'a [u8],
    /// How many of the bytes have been read.
    at: usize,
    /// The cells of the last record, without quotes and delimiters, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> Records<'a> {
    /// Of a record that has more than `most` cells the cells are counted, not kept: what is read
    /// needs no more memory than what is expected.
    fn new(bytes: &'a [u8], delimiter: u8, most: usize) -> Self {
        Self {
            parser: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            bytes,
            at: 0,
            text: vec![0; 1 << 10],
            ends: vec![0; most + 1],
        }
    }

    /// Reads the next record; gives the number of its cells, `None` if there is no other.
    fn read(&mut self) -> Result<Option<usize>> {
        let mut beyond = [0; 64];
        let (mut n_text, mut n_cells) = (0, 0);
        loop {
            let is_beyond = n_cells >= self.ends.len();
            let ends = if is_beyond { &mut beyond[..] } else { &mut self.ends[n_cells..] };
            if is_beyond {
                n_text = 0;
            }
            let (result, n_read, n_written, n_ends) =
                self.parser.read_record(&self.bytes[self.at..], &mut self.text[n_text..], ends);
            self.at += n_read;
            n_text += n_written;
            n_cells += n_ends;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::OutputFull => self.make_room()?,
                ReadRecordResult::Record => return Ok(Some(n_cells)),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    fn make_room(&mut self) -> Result<()> {
        let len = self.text.len();
        self.text
            .try_reserve_exact(len)
            .map_err(|error| Error::io("read the row", error.into()))?;
        self.text.resize(2 * len, 0);
        Ok(())
    }

    /// A cell of the last record.
    fn cell(&self, position: usize) -> &[u8] {
        let start = if position == 0 { 0 } else { self.ends[position - 1] };
        &self.text[start..self.ends[position]]
    }

    /// Where the next record begins, after the line ends, and blank lines, that come first.
    fn start(&self) -> usize {
        let is_content = |byte: &u8| !matches!(byte, b'\r' | b'\n');
        let rest = &self.bytes[self.at..];
        rest.iter().position(is_content).map_or(self.bytes.len(), |offset| self.at + offset)
    }

    /// Where the line of the last record ends.
    fn line_end(&self) -> usize {
        let ended = self.bytes[..self.at].last().is_some_and(|byte| matches!(byte, b'\r' | b'\n'));
        self.at - usize::from(ended)
    }
}

/// Takes the header off the first block: the columns' names, and the line that they are on.
///
/// # Errors
/// Names that are not texts, or too many.
pub(super) fn take_header(block: &mut CsvBlock, delimiter: u8) -> Result<(Vec<String>, u64)> {
    let mut records = Records::new(&block.bytes, delimiter, 0);
    let start = records.start();
    let n_columns = records.read()?.ok_or_else(empty)?;
    let line = block.line + block.line_ends(0..start);
    let at_line = |error: Error| error.at_line(line);
    check_count(n_columns).map_err(at_line)?;
    memory::check(n_columns * BYTES_A_NAME + block.bytes.len(), || {
        format!("reading {n_columns} columns")
    })
    .map_err(Error::data)?;
    let mut records = Records::new(&block.bytes, delimiter, n_columns);
    records.read()?;
    let name = |position| {
        let name = records.cell(position).trim_ascii();
        std::str::from_utf8(name).map(str::to_owned).map_err(|_| {
            let position = position + 1;
            Error::data(format!("the name of column {position} is not UTF-8 text"))
                .with_help(to_utf_8(name))
        })
    };
    let names = (0..n_columns).map(name).collect::<Result<Vec<_>>>().map_err(at_line)?;
    check_delimiter(&names, delimiter).map_err(at_line)?;
    let end = block.end_of_line(records.line_end());
    block.line = line + block.line_ends(start..end);
    block.bytes.drain(..end);
    Ok((names, line))
}

/// What is between the cells of a file that begins like this: what divides its header and each of its
/// first rows into equally many cells, more than one; of several what gives most, of equals the comma,
/// and the comma if nothing divides it.
pub(super) fn find_delimiter(sample: &[u8]) -> u8 {
    let n_cells = |&delimiter: &u8| {
        let mut records = Records::new(sample, delimiter, 0);
        let n_cells = records.read().ok().flatten()?;
        for _ in 0..FIRST_ROWS {
            match records.read() {
                // The last one may be cut.
                Ok(Some(n)) if records.at < sample.len() && n != n_cells => return None,
                Ok(Some(_)) => {}
                _ => break,
            }
        }
        (n_cells > 1).then_some(n_cells)
    };
    let likely = [b'|', b'\t', b';', b','];
    let best = likely.into_iter().max_by_key(|delimiter| n_cells(delimiter));
    best.unwrap_or(b',')
}

/// The error for a file without a header.
pub(super) fn empty() -> Error {
    Error::data("the file is empty").with_help("give a table whose first line names the columns")
}

/// The cells of the columns that are wanted. A blank line is no row, but where there is one column a
/// row whose cell is empty.
///
/// # Errors
/// A row with more or fewer cells than there are columns; a cell that is not what it has to be.
pub(super) fn read(
    block: &CsvBlock,
    delimiter: u8,
    n_columns: usize,
    wanted: &Wanted,
) -> Result<Chunk, WrongBlock> {
    let mut places = Vec::new();
    let mut readers: Vec<CellReader> = wanted.readers();
    let mut records = Records::new(&block.bytes, delimiter, n_columns);
    let (mut at, mut line) = (0, block.line);
    loop {
        let start = records.start();
        if n_columns == 1 {
            // Of the line ends before a record the first is that of the record before.
            let end = records.line_end();
            let first = line + block.line_ends(at..end);
            let blank = first + u64::from(end > 0)..first + block.line_ends(end..start);
            for place in blank {
                push(&mut readers, wanted, place, |_| b"")?;
                places.push(place);
            }
        }
        line += block.line_ends(at..start);
        at = start;
        let Some(n_cells) = records.read().map_err(|error| WrongBlock::at(line, error))? else {
            break;
        };
        if n_cells != n_columns {
            return Err(WrongBlock::at(line, wrong_length(n_cells, n_columns)));
        }
        push(&mut readers, wanted, line, |position| records.cell(position))?;
        places.push(line);
    }
    Ok(Chunk { places, cells: readers.into_iter().map(CellReader::finish).collect() })
}

/// Adds a row.
#[inline]
fn push<'a>(
    readers: &mut [CellReader],
    wanted: &Wanted,
    place: u64,
    bytes: impl Fn(usize) -> &'a [u8],
) -> Result<(), WrongBlock> {
    for (reader, &(position, _)) in readers.iter_mut().zip(wanted.columns) {
        cell(bytes(position)).and_then(|text| reader.push(text)).map_err(|error| WrongBlock {
            place,
            column: Some(position),
            error,
        })?;
    }
    Ok(())
}

/// A cell's text, without the white space around it.
fn cell(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes.trim_ascii())
        .map_err(|_| Error::data("the cell is not UTF-8 text").with_help(to_utf_8(bytes)))
}

fn wrong_length(found: usize, expected: usize) -> Error {
    let cells = if found == 1 { "cell" } else { "cells" };
    Error::data(format!("the row has {found} {cells}, the header has {expected}")).with_help(
        "add or remove cells, put quotes around a cell that contains the delimiter, or close a \
         quote that is open",
    )
}

/// The error for a file whose only column may be several, separated by another delimiter.
///
/// # Errors
/// There is another likely delimiter in its name.
fn check_delimiter(header: &[String], delimiter: u8) -> Result<()> {
    let [only] = header else { return Ok(()) };
    let likely = [(';', "';'"), (',', "','"), ('\t', "tab"), ('|', "'|'")];
    let is_there = |c: char| c != char::from(delimiter) && only.contains(c);
    match likely.into_iter().find(|&(c, _)| is_there(c)) {
        None => Ok(()),
        Some((_, other)) => {
            Err(Error::data(format!("there is one column, '{}'", shorten(only))).with_help(
                sentence!["if that is several, give ", Parameter("delimiter"), format!(" {other}")],
            ))
        }
    }
}
