//! Cuts a CSV file into blocks of whole records, which can then be parsed side by side.

use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use crate::{Error, Result};

/// How many bytes a block has, as far as records end there: enough rows to be worth the way of a
/// forest's trees into the cache.
const BLOCK_BYTES: usize = 1 << 20;

/// A block has at least this many times the header's length, where rows are that long …
const BLOCK_HEADERS: usize = 32;

/// … but at most this many bytes.
pub(super) const MAX_BLOCK_BYTES: usize = 1 << 22;

/// The most bytes that are read at a time where rows are not to wait for others.
const LIVE_BYTES: usize = 1 << 13;

/// The most bytes of one record. A quote that is never closed makes one of all that follows.
const MAX_RECORD_BYTES: usize = 1 << 26;

/// Whole records of a file.
pub(super) struct CsvBlock {
    pub(super) bytes: Vec<u8>,
    /// The line that it begins at, from 1.
    pub(super) line: u64,
    ends: LineEnds,
}

/// What ends a line.
#[derive(Clone, Copy)]
enum LineEnds {
    Feeds,
    /// In files that have no line feeds.
    Returns,
}

impl LineEnds {
    /// How many lines end in some bytes.
    fn count(self, bytes: &[u8]) -> u64 {
        let end = match self {
            Self::Feeds => b'\n',
            Self::Returns => b'\r',
        };
        memchr_iter(end, bytes).count() as u64
    }
}

impl CsvBlock {
    /// How many lines end in some of the bytes.
    pub(super) fn line_ends(&self, bytes: Range<usize>) -> u64 {
        self.ends.count(&self.bytes[bytes])
    }

    /// Where the next line begins, if one ends at `end`: several returns before a line feed end one.
    pub(super) fn end_of_line(&self, end: usize) -> usize {
        let rest = &self.bytes[end..];
        let n_returns = rest.iter().take_while(|&&byte| byte == b'\r').count();
        match (rest.get(n_returns), n_returns) {
            (Some(b'\n'), _) => end + n_returns + 1,
            (_, 0) => end,
            _ => end + 1,
        }
    }
}

/// The blocks of a file, in order.
pub(super) struct CsvBlocks {
    input: Box<dyn Read + Send>,
    delimiter: u8,
    block_bytes: usize,
    /// What was read beyond the last block.
    rest: Vec<u8>,
    line: u64,
    /// Known from the first block on.
    ends: Option<LineEnds>,
    at_end: bool,
    /// Whether a block is what there is, and not as much as it can have.
    is_live: bool,
}

impl CsvBlocks {
    pub(super) fn new(input: Box<dyn Read + Send>, delimiter: u8, is_live: bool) -> Self {
        Self {
            input,
            delimiter,
            block_bytes: if is_live { 1 } else { BLOCK_BYTES },
            rest: Vec::new(),
            line: 1,
            ends: None,
            at_end: false,
            is_live,
        }
    }

    /// How many lines have been read, or one more.
    pub(super) fn n_lines(&self) -> u64 {
        self.line
    }

    /// Takes the header's length for that of a row.
    pub(super) fn expect_rows_like(&mut self, header_bytes: usize) {
        if self.is_live {
            return;
        }
        let wanted = header_bytes.saturating_mul(BLOCK_HEADERS).min(MAX_BLOCK_BYTES);
        self.block_bytes = self.block_bytes.max(wanted);
    }

    /// The next block, `None` at the end.
    ///
    /// # Errors
    /// The system's, or a record without end.
    pub(super) fn next(&mut self) -> Result<Option<CsvBlock>> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut cut = Cut::default();
        let mut wanted = self.block_bytes;
        cut.advance(&bytes, self.delimiter);
        while !self.at_end && (cut.end == 0 || bytes.len() < self.block_bytes) {
            self.fill(&mut bytes, wanted).map_err(|error| Error::io("read the file", error))?;
            cut.advance(&bytes, self.delimiter);
            let ends = self.line_ends(&bytes);
            self.check_record(&bytes, &cut, ends)?;
            wanted = (wanted * 2).min(MAX_RECORD_BYTES);
        }
        let end = if self.at_end { bytes.len() } else { cut.end };
        self.rest = bytes.split_off(end);
        if bytes.is_empty() {
            return Ok(None);
        }
        let (line, ends) = (self.line, self.line_ends(&bytes));
        self.line += ends.count(&bytes);
        Ok(Some(CsvBlock { bytes, line, ends }))
    }

    /// Refuses a record that is too long, or whose quote is open where the file ends.
    fn check_record(&self, bytes: &[u8], cut: &Cut, ends: LineEnds) -> Result<()> {
        let problem = if bytes.len() - cut.end >= MAX_RECORD_BYTES {
            format!("the row is longer than {} MiB", MAX_RECORD_BYTES >> 20)
        } else if self.at_end && cut.state == State::Quoted {
            "a quote in the row is not closed before the file ends".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::data(problem)
            .at_line(self.line + ends.count(&bytes[..cut.end]))
            .with_help("close the quote that is open, or double one that is part of a cell's text"))
    }

    /// What ends lines in this file, of which these are the first bytes if it is not known.
    fn line_ends(&mut self, bytes: &[u8]) -> LineEnds {
        let has = |byte| memchr(byte, bytes).is_some();
        let found = || if has(b'\r') && !has(b'\n') { LineEnds::Returns } else { LineEnds::Feeds };
        *self.ends.get_or_insert_with(found)
    }

    /// Reads until there are `wanted` bytes, or no more; what comes first, if rows are not to wait.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        if self.is_live {
            let mut more = [0; LIVE_BYTES];
            let n = self.input.read(&mut more)?;
            bytes.extend(&more[..n]);
            self.at_end = n == 0;
            return Ok(());
        }
        let missing = wanted.saturating_sub(bytes.len()) as u64;
        bytes.try_reserve(missing as usize)?;
        let n = self.input.by_ref().take(missing).read_to_end(bytes)?;
        self.at_end = (n as u64) < missing;
        Ok(())
    }
}

/// Where the last whole record in some bytes ends.
#[derive(Default)]
struct Cut {
    state: State,
    /// How many bytes have been looked at.
    scanned: usize,
    end: usize,
}

/// Where a byte stands, by the rules of the csv crate: a quote counts at the start of a field.
#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    FieldStart,
    /// After a return that ends a record, perhaps with the line feed that comes next.
    Returned,
    Unquoted,
    Quoted,
    QuoteInQuoted,
}

impl Cut {
    /// Looks at the bytes that are new.
    fn advance(&mut self, bytes: &[u8], delimiter: u8) {
        let new = &bytes[self.scanned..];
        let is_plain = !matches!(self.state, State::Quoted | State::QuoteInQuoted)
            && memchr(b'"', new).is_none();
        if is_plain && let Some(at) = memrchr(b'\n', new) {
            self.end = self.scanned + at + 1;
            self.state = match new.last() {
                Some(b'\r') => State::Returned,
                Some(b'\n') => State::FieldStart,
                Some(&last) if last == delimiter => State::FieldStart,
                _ => State::Unquoted,
            };
        } else {
            for (at, &byte) in (self.scanned..).zip(new) {
                self.step(at, byte, delimiter);
            }
        }
        self.scanned = bytes.len();
    }

    fn step(&mut self, at: usize, byte: u8, delimiter: u8) {
        // Several returns before a line feed end one line.
        if self.state == State::Returned && !matches!(byte, b'\r' | b'\n') {
            self.end = at;
            self.state = State::FieldStart;
        }
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) | (State::FieldStart | State::QuoteInQuoted, b'"') => State::Quoted,
            (_, b'\n') => {
                self.end = at + 1;
                State::FieldStart
            }
            (_, b'\r') => State::Returned,
            (_, byte) if byte == delimiter => State::FieldStart,
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
            ("a,b\r\nc", 5),
            ("a,b\rc", 4),
            ("a,b\r\"c\r\"\rd", 9),
            ("a,b\r\r\nc", 6),
            ("a,b\r\rc", 5),
            ("\"a\"\r\r", 0),
        ] {
            for first in 0..text.len() {
                let mut cut = Cut::default();
                cut.advance(&text.as_bytes()[..first], b',');
                cut.advance(text.as_bytes(), b',');
                assert_eq!(cut.end, end, "{text:?} in two from {first}");
            }
        }
    }

    #[test]
    fn blocks_are_all_bytes_and_know_their_lines() {
        let text = "1,\"x\ny\"\n".repeat(320_000);
        let mut blocks = CsvBlocks::new(Box::new(io::Cursor::new(text.clone())), b',', false);
        let mut joined = Vec::new();
        let mut n_blocks = 0;
        while let Some(block) = blocks.next().unwrap() {
            assert_eq!(block.line, 1 + LineEnds::Feeds.count(&joined));
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
        let mut blocks = CsvBlocks::new(Box::new(Trickle(text.to_vec())), b',', false);
        assert_eq!(blocks.next().unwrap().unwrap().bytes, text);
        assert!(blocks.next().unwrap().is_none());
    }

    #[test]
    fn where_rows_do_not_wait_each_is_a_block() {
        let text = b"a,b\n1,\"2\n\"\n3,4";
        let mut blocks = CsvBlocks::new(Box::new(Trickle(text.to_vec())), b',', true);
        for (row, line) in [(&b"a,b\n"[..], 1), (b"1,\"2\n\"\n", 2), (b"3,4", 4)] {
            let block = blocks.next().unwrap().unwrap();
            assert_eq!((&block.bytes[..], block.line), (row, line));
        }
        assert!(blocks.next().unwrap().is_none());
    }
}
