//! Cuts a CSV file into blocks of whole records, which can then be parsed side by side.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

use crate::{Error, Result};

/// How many bytes a block has, as far as records end there.
const BLOCK_BYTES: usize = 1 << 18;

/// The most bytes of one record. A quote that is never closed makes one of all that follows.
const MAX_RECORD_BYTES: usize = 1 << 26;

/// Whole records of a file.
pub(super) struct CsvBlock {
    pub(super) bytes: Vec<u8>,
    /// The line that it begins at, from 1.
    pub(super) line: u64,
}

/// The blocks of a file, in order.
pub(super) struct CsvBlocks {
    input: Box<dyn Read + Send>,
    delimiter: u8,
    /// What was read beyond the last block.
    rest: Vec<u8>,
    line: u64,
    at_end: bool,
}

impl CsvBlocks {
    pub(super) fn new(input: Box<dyn Read + Send>, delimiter: u8) -> Self {
        Self { input, delimiter, rest: Vec::new(), line: 1, at_end: false }
    }

    /// The next block, `None` at the end.
    ///
    /// # Errors
    /// The system's, or a record without end.
    pub(super) fn next(&mut self) -> Result<Option<CsvBlock>> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut cut = Cut { state: State::FieldStart, scanned: 0, end: 0 };
        let mut wanted = BLOCK_BYTES;
        while !self.at_end && cut.end == 0 {
            self.fill(&mut bytes, wanted).map_err(|error| Error::io("read the file", error))?;
            cut.advance(&bytes, self.delimiter);
            if cut.end == 0 && bytes.len() >= MAX_RECORD_BYTES {
                return Err(Error::data(format!(
                    "the row is longer than {} MiB",
                    MAX_RECORD_BYTES >> 20
                ))
                .at_line(self.line)
                .help("is a quote left open? else leave out what makes the cell that long"));
            }
            wanted *= 2;
        }
        let end = if self.at_end { bytes.len() } else { cut.end };
        self.rest = bytes.split_off(end);
        if bytes.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Some(CsvBlock { bytes, line }))
    }

    /// Reads until there are `wanted` bytes, or no more.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        let missing = wanted.saturating_sub(bytes.len()) as u64;
        bytes.reserve(missing as usize);
        let n = self.input.by_ref().take(missing).read_to_end(bytes)?;
        self.at_end = (n as u64) < missing;
        Ok(())
    }
}

/// Where the last whole record in some bytes ends.
struct Cut {
    state: State,
    /// How many bytes have been looked at.
    scanned: usize,
    end: usize,
}

/// Where a byte stands, by the rules of the csv crate: a quote counts at the start of a field.
#[derive(Clone, Copy)]
enum State {
    FieldStart,
    Unquoted,
    Quoted,
    QuoteInQuoted,
}

impl Cut {
    /// Looks at the bytes that are new.
    fn advance(&mut self, bytes: &[u8], delimiter: u8) {
        let new = &bytes[self.scanned..];
        let open = matches!(self.state, State::Quoted | State::QuoteInQuoted);
        if !open && memchr(b'"', new).is_none() {
            self.end = memrchr(b'\n', new).map_or(self.end, |at| self.scanned + at + 1);
            if let Some(&last) = new.last() {
                let starts = last == delimiter || last == b'\n' || last == b'\r';
                self.state = if starts { State::FieldStart } else { State::Unquoted };
            }
        } else {
            for (at, &byte) in (self.scanned..).zip(new) {
                self.step(at, byte, delimiter);
            }
        }
        self.scanned = bytes.len();
    }

    fn step(&mut self, at: usize, byte: u8, delimiter: u8) {
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) | (State::FieldStart | State::QuoteInQuoted, b'"') => State::Quoted,
            (_, b'\n') => {
                self.end = at + 1;
                State::FieldStart
            }
            (_, byte) if byte == delimiter || byte == b'\r' => State::FieldStart,
            _ => State::Unquoted,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Trickle(Vec<u8>);

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() || buffer.is_empty() {
                return Ok(0);
            }
            buffer[0] = self.0.remove(0);
            Ok(1)
        }
    }

    #[test]
    fn a_block_ends_where_a_record_does_and_not_at_a_line_end_in_quotes() {
        for (text, end) in [
            ("a,b\nc", 4),
            ("a,\"b\nc\"\nd", 8),
            ("a,\"b\"\"\nc", 0),
            ("a\"b\nc\"d\n", 8),
            ("a,\"b\"x\"\nc", 8),
            ("\"a\n\"\"\n\"\nb", 8),
        ] {
            for first in 0..text.len() {
                let mut cut = Cut { state: State::FieldStart, scanned: 0, end: 0 };
                cut.advance(&text.as_bytes()[..first], b',');
                cut.advance(text.as_bytes(), b',');
                assert_eq!(cut.end, end, "{text:?} in two from {first}");
            }
        }
    }

    #[test]
    fn blocks_are_all_bytes_and_know_their_lines() {
        let text = "1,\"x\ny\"\n".repeat(80_000);
        let mut blocks = CsvBlocks::new(Box::new(io::Cursor::new(text.clone())), b',');
        let mut joined = Vec::new();
        let mut n_blocks = 0;
        while let Some(block) = blocks.next().unwrap() {
            assert_eq!(block.line, 1 + memchr_iter(b'\n', &joined).count() as u64);
            joined.extend(block.bytes);
            assert!(joined.ends_with(b"\"\n"));
            n_blocks += 1;
        }
        assert_eq!(joined, text.as_bytes());
        assert!(n_blocks > 2, "{n_blocks}");
    }

    #[test]
    fn a_short_read_is_no_end() {
        let text = b"a,b\n1,2\n3,4";
        let mut blocks = CsvBlocks::new(Box::new(Trickle(text.to_vec())), b',');
        assert_eq!(blocks.next().unwrap().unwrap().bytes, text);
        assert!(blocks.next().unwrap().is_none());
    }
}
