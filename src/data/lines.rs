//! Line numbers as an editor counts them, for a reader whose own are behind by the line ends that it
//! has not passed yet.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Notes where lines end as bytes pass.
pub(crate) struct Lines<R> {
    inner: R,
    /// How many bytes have passed, and the last of them.
    n_bytes: u64,
    last: u8,
    /// The line that the record asked for last begins at.
    line: u64,
    /// The line feeds that come after its beginning.
    feeds: VecDeque<LineFeed>,
}

struct LineFeed {
    at: u64,
    after_return: bool,
}

impl<R> Lines<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, n_bytes: 0, last: 0, line: 1, feeds: VecDeque::new() }
    }

    pub(crate) fn into_inner(self) -> R {
        self.inner
    }

    /// The line, from 1, of the record that begins at byte `start`, or after the line ends and blank
    /// lines there. Records have to be asked for in order.
    pub(crate) fn line_at(&mut self, mut start: u64) -> u64 {
        while let Some(&LineFeed { at, after_return }) = self.feeds.front() {
            let ends_blank_line = at == start || (after_return && at == start + 1);
            if at >= start && !ends_blank_line {
                break;
            }
            self.feeds.pop_front();
            self.line += 1;
            start = start.max(at + 1);
        }
        self.line
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        for (at, &byte) in (self.n_bytes..).zip(&buffer[..n]) {
            if byte == b'\n' {
                self.feeds.push_back(LineFeed { at, after_return: self.last == b'\r' });
            }
            self.last = byte;
        }
        self.n_bytes += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_begins_after_the_line_ends_before_it() {
        let text = b"head\r\n\r\n\"a\nb\",c\r\n\nlast";
        let mut lines = Lines::new(&text[..]);
        lines.read_to_end(&mut Vec::new()).unwrap();
        // The csv crate's positions: right after the return that ended the record before.
        assert_eq!([0, 5, 16].map(|start| lines.line_at(start)), [1, 3, 6]);
    }
}
