//! The bytes of a pickle, read from the front: numbers, texts, lines.

use std::borrow::Cow;

use crate::message::shorten;
use crate::{Error, Result};

/// What is left of a pickle's bytes.
pub(super) struct PickleInput<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> PickleInput<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// So many bytes, if the file has them.
    pub(super) fn take(&mut self, n: u64) -> Result<&'a [u8]> {
        let left = &self.bytes[self.at..];
        let taken = usize::try_from(n).ok().and_then(|n| left.get(..n));
        let taken = taken.ok_or_else(|| {
            Error::model(format!(
                "the pickle is cut off: byte {} is followed by {} bytes, not {n}",
                self.at,
                left.len()
            ))
        })?;
        self.at += taken.len();
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// An unsigned little-endian number of `N` bytes, up to 8.
    pub(super) fn length<const N: usize>(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        bytes[..N].copy_from_slice(&self.array::<N>()?);
        Ok(u64::from_le_bytes(bytes))
    }

    /// Bytes after a length of `N` bytes.
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<&'a [u8]> {
        let n = self.length::<N>()?;
        self.take(n)
    }

    /// UTF-8 after a length of `N` bytes.
    pub(super) fn text<const N: usize>(&mut self) -> Result<&'a str> {
        let at = self.at;
        let bytes = self.bytes::<N>()?;
        std::str::from_utf8(bytes)
            .map_err(|_| Error::model(format!("the text at byte {at} of the pickle is not UTF-8")))
    }

    /// What stands before the next line feed.
    pub(super) fn line(&mut self) -> Result<&'a [u8]> {
        let left = &self.bytes[self.at..];
        let Some(end) = memchr::memchr(b'\n', left) else {
            return Err(Error::model(format!(
                "the pickle is cut off: the line at byte {} does not end",
                self.at
            )));
        };
        self.at += end + 1;
        Ok(&left[..end])
    }

    /// A line of ASCII or UTF-8.
    pub(super) fn text_line(&mut self) -> Result<&'a str> {
        let at = self.at;
        std::str::from_utf8(self.line()?)
            .map_err(|_| Error::model(format!("the line at byte {at} of the pickle is not UTF-8")))
    }

    /// A line that holds a number.
    pub(super) fn number_line<T: std::str::FromStr>(&mut self) -> Result<T> {
        let at = self.at;
        let line = self.text_line()?;
        line.parse().map_err(|_| {
            Error::model(format!("the line '{}' at byte {at} is not a number", shorten(line)))
        })
    }
}

/// A text of protocol 0: Latin-1 with `\uXXXX` and `\UXXXXXXXX`.
pub(super) fn raw_unicode(line: &[u8]) -> Result<Cow<'_, str>> {
    if line.is_ascii() && !line.contains(&b'\\') {
        return Ok(String::from_utf8_lossy(line));
    }
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = match (byte, after.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => {
                text.push(char::from(byte));
                rest = after;
                continue;
            }
        };
        let code = after.get(1..=digits).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = code.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let c = code.and_then(char::from_u32);
        text.push(
            c.ok_or_else(|| Error::model("a text of the pickle has an escape that is none"))?,
        );
        rest = &after[1 + digits..];
    }
    Ok(Cow::Owned(text))
}

/// A text of Python 2, as `repr` writes it, without its escapes: it is only shown.
pub(super) fn quoted(line: &[u8]) -> Result<String> {
    let ([b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"']) = line else {
        return Err(Error::model("a text of the pickle has no quotes"));
    };
    Ok(latin1(inner))
}

/// Each byte is the character of its number.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// An integer of any length, little-endian, in two's complement; `None` beyond 64 bits.
pub(super) fn long(bytes: &[u8]) -> Option<i64> {
    let Some(last) = bytes.last() else { return Some(0) };
    let sign = if *last >= 0x80 { 0xff } else { 0 };
    let (low, high) = bytes.split_at(bytes.len().min(8));
    let mut filled = [sign; 8];
    filled[..low.len()].copy_from_slice(low);
    let value = i64::from_le_bytes(filled);
    let fits = high.iter().all(|&byte| byte == sign) && (value < 0) == (sign == 0xff);
    fits.then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_two_s_complement_of_any_length() {
        let cases: [(&[u8], Option<i64>); 8] = [
            (b"", Some(0)),
            (b"\xff\x00", Some(255)),
            (b"\xff", Some(-1)),
            (b"\x00\x80", Some(-32768)),
            (b"\xff\xff\xff\xff\xff\xff\xff\x7f", Some(i64::MAX)),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\x00", None),
            (b"\x00\x00\x00\x00\x00\x00\x00\x80\xff\xff", Some(i64::MIN)),
            (b"\x00\x00\x00\x00\x00\x00\x00\x80\x00", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(long(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn texts_of_protocol_0_have_escapes() {
        // pickle.dumps('a\\b\né€😀', 0) of Python 3.11.
        let text = raw_unicode(b"a\\u005cb\\u000a\xe9\\u20ac\\U0001f600").unwrap();
        assert_eq!(text, "a\\b\né€😀");
        for wrong in [&b"\\u12"[..], b"\\ud800", b"\\uzzzz", b"\\U00110000"] {
            assert!(raw_unicode(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_read() {
        let mut input = PickleInput::new(b"\xff\xff\xff\xff\xff\xff\xff\x7f");
        let error = input.bytes::<8>().unwrap_err().to_string();
        assert!(error.contains("cut off: byte 8 is followed by 0 bytes"), "{error}");
        assert!(PickleInput::new(b"no end").line().is_err());
    }
}
