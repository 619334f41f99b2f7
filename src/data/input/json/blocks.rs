//! Cuts JSON into blocks of whole records, which can then be parsed side by side.

use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr_iter, memchr2};

use crate::data::input::Format;
use crate::message::shorten;
use crate::{Error, Result};

/// How many bytes a block has, as far as records end there.
const BLOCK_BYTES: usize = 1 << 20;

/// The most cells of a block, most of which may be missing: they take no bytes in the file.
const BLOCK_CELLS: usize = 1 << 20;

/// The most bytes of one record. A string or an object that is never closed makes one of all that follows.
const MAX_RECORD_BYTES: usize = 1 << 26;

/// What a file of JSON has to be.
pub(in crate::data::input) const HELP: &str = "write an object a row, such as {\"a\": 1, \"b\": \"x\"}: one a line, or all in one \
                    array (pandas: df.to_json(path, orient=\"records\", lines=True))";

/// Whole records of a file.
pub(in crate::data::input) struct JsonBlock {
    pub(in crate::data::input) bytes: Vec<u8>,
    /// Where in the bytes the records are.
    pub(in crate::data::input) records: Vec<Range<usize>>,
    /// The line that the bytes begin at, from 1.
    pub(super) line: u64,
    /// The number of the first record in an array, from 1; `None` for records that are found by their lines.
    pub(super) first: Option<u64>,
}

/// The blocks of a file, in order.
pub(in crate::data::input) struct JsonBlocks {
    input: Box<dyn Read + Send>,
    most_records: usize,
    /// What was read beyond the last block.
    rest: Vec<u8>,
    state: State,
    is_array: bool,
    line: u64,
    n_records: u64,
    at_end: bool,
}

/// Where a byte stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Before all records.
    Start,
    /// In an array before its first record, or its end.
    First,
    /// A record comes next.
    Before,
    /// In a record that begins at `start`, `depth` brackets deep.
    Record { start: usize, depth: usize, in_string: bool },
    /// In an array after a record: a comma or the array's end comes next.
    After,
    /// After an array.
    End,
}

impl JsonBlocks {
    pub(in crate::data::input) fn new(input: Box<dyn Read + Send>) -> Self {
        Self {
            input,
            most_records: BLOCK_CELLS,
            rest: Vec::new(),
            state: State::Start,
            is_array: false,
            line: 1,
            n_records: 0,
            at_end: false,
        }
    }

    /// Limits the records of a block by the number of columns, so that its cells are limited.
    pub(in crate::data::input) fn expect_columns(&mut self, n_columns: usize) {
        self.most_records = (BLOCK_CELLS / n_columns.max(1)).max(1);
    }

    /// Which of the formats of JSON it is, once there was a block.
    pub(in crate::data::input) fn format(&self) -> Format {
        if self.is_array { Format::Json } else { Format::JsonLines }
    }

    /// Has the first block read again.
    pub(in crate::data::input) fn put_back(&mut self, first: JsonBlock) {
        (self.line, self.n_records, self.state) = (1, 0, State::Start);
        self.rest = [first.bytes, std::mem::take(&mut self.rest)].concat();
    }

    /// The next block, `None` at the end.
    ///
    /// # Errors
    /// The system's, what is no record, or a record without end.
    pub(in crate::data::input) fn next(&mut self) -> Result<Option<JsonBlock>> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut records = Vec::new();
        let mut at = 0;
        let mut wanted = BLOCK_BYTES;
        loop {
            at = self.advance(&bytes, at, &mut records)?;
            let is_full = bytes.len() >= BLOCK_BYTES || self.at_end;
            if records.len() >= self.most_records || !records.is_empty() && is_full {
                break;
            }
            match self.state {
                State::Record { start, .. } if bytes.len() - start >= MAX_RECORD_BYTES => {
                    let message =
                        format!("the record is longer than {} MiB", MAX_RECORD_BYTES >> 20);
                    return Err(self.wrong(&bytes[..start], message));
                }
                State::Record { .. } => {}
                // White space alone is not kept.
                _ if records.is_empty() => {
                    self.line += line_ends(&bytes);
                    bytes.clear();
                    at = 0;
                }
                _ => {}
            }
            if self.at_end {
                return self.check_end(&bytes).map(|()| None);
            }
            self.fill(&mut bytes, wanted).map_err(|error| Error::io("read the file", error))?;
            wanted = (wanted * 2).min(MAX_RECORD_BYTES);
        }
        self.rest = bytes.split_off(records.last().map_or(0, |last: &Range<usize>| last.end));
        self.state = if self.is_array { State::After } else { State::Before };
        let (line, first) = (self.line, self.is_array.then_some(self.n_records + 1));
        self.line += line_ends(&bytes);
        self.n_records += records.len() as u64;
        Ok(Some(JsonBlock { bytes, records, line, first }))
    }

    /// Finds records in the bytes from `at`; gives where it stopped.
    fn advance(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        records: &mut Vec<Range<usize>>,
    ) -> Result<usize> {
        if self.state == State::Start && at == 0 && bytes.starts_with(b"\xef\xbb\xbf") {
            at = 3;
        }
        while at < bytes.len() && records.len() < self.most_records {
            let byte = bytes[at];
            self.state = match (self.state, byte) {
                (State::Record { start, depth, in_string: true }, _) => {
                    at += memchr2(b'"', b'\\', &bytes[at..]).unwrap_or(bytes.len() - at);
                    // What a backslash stands before is part of the string.
                    let is_escape = bytes.get(at) == Some(&b'\\');
                    at += usize::from(is_escape);
                    State::Record { start, depth, in_string: is_escape || at >= bytes.len() }
                }
                (State::Record { start, depth, .. }, _) => match byte {
                    b'"' => State::Record { start, depth, in_string: true },
                    b'{' | b'[' => State::Record { start, depth: depth + 1, in_string: false },
                    b'}' | b']' if depth == 1 => {
                        records.push(start..at + 1);
                        if self.is_array { State::After } else { State::Before }
                    }
                    b'}' | b']' => State::Record { start, depth: depth - 1, in_string: false },
                    _ => State::Record { start, depth, in_string: false },
                },
                (state, b' ' | b'\t' | b'\n' | b'\r') => state,
                (State::Start, b'[') => {
                    self.is_array = true;
                    State::First
                }
                (State::Start | State::First | State::Before, b'{') => {
                    State::Record { start: at, depth: 1, in_string: false }
                }
                (State::First | State::After, b']') => State::End,
                (State::After, b',') => State::Before,
                (state, _) => return Err(self.unexpected(state, bytes, at)),
            };
            at += 1;
        }
        Ok(at)
    }

    fn unexpected(&self, state: State, bytes: &[u8], at: usize) -> Error {
        let expected = match state {
            State::Start => "`{` or `[`",
            State::First => "`{` or `]`",
            State::After => "`,` or `]`",
            State::End => "nothing more",
            _ => "`{`, the beginning of a record,",
        };
        let found = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 40)]);
        let found = shorten(found.lines().next().unwrap_or_default());
        self.wrong(&bytes[..at], format!("{expected} is expected, and there is `{found}`"))
    }

    /// Refuses a file that ends too early.
    fn check_end(&self, bytes: &[u8]) -> Result<()> {
        match self.state {
            State::Start => Err(Error::data("the file is empty").with_help(HELP)),
            State::Record { start, .. } => {
                let message = "the record that begins here is not closed before the file ends";
                Err(self.wrong(&bytes[..start], message.to_owned()))
            }
            State::First | State::After => {
                Err(self.wrong(bytes, "the array is not closed before the file ends".to_owned()))
            }
            State::Before if self.is_array => {
                Err(self.wrong(bytes, "a record is missing after the last comma".to_owned()))
            }
            State::Before | State::End => Ok(()),
        }
    }

    /// The error for what comes after these bytes.
    fn wrong(&self, before: &[u8], message: String) -> Error {
        Error::data(message).at_line(self.line + line_ends(before)).with_help(HELP)
    }

    /// Reads until there are `wanted` bytes, or no more.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        let missing = wanted.saturating_sub(bytes.len()) as u64;
        bytes.try_reserve(missing as usize)?;
        let n = self.input.by_ref().take(missing).read_to_end(bytes)?;
        self.at_end = (n as u64) < missing;
        Ok(())
    }
}

/// How many lines end in some bytes.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
