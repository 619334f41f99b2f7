//! SHA-256 digests, and readers and writers that make one as the bytes pass through.

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// A SHA-256 digest, written in hexadecimal as `sha256sum` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sha256Digest(pub [u8; 32]);

impl Sha256Digest {
    /// The digest of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of all that can be read.
    pub(crate) fn of(input: impl Read) -> io::Result<Self> {
        let mut input = Hashing::new(input);
        io::copy(&mut input, &mut io::sink())?;
        Ok(input.digest())
    }
}

/// From 64 hexadecimal digits, small or large.
impl FromStr for Sha256Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digits: Option<Vec<u8>> =
            text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
        let mut digest = [0; 32];
        match digits {
            Some(digits) if digits.len() == 64 => {
                for (byte, [high, low]) in digest.iter_mut().zip(digits.as_chunks::<2>().0) {
                    *byte = high << 4 | low;
                }
                Ok(Self(digest))
            }
            _ => Err(Error::setting("a SHA-256 is 64 hexadecimal digits")),
        }
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Sha256Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Hashes what is read or written through it.
pub struct Hashing<T> {
    inner: T,
    hasher: Sha256,
    n_bytes: u64,
}

impl<T> Hashing<T> {
    /// Of no bytes yet.
    pub fn new(inner: T) -> Self {
        Self { inner, hasher: Sha256::new(), n_bytes: 0 }
    }

    /// How many bytes have passed.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// What the bytes went to or came from, and the digest of all that have passed.
    pub fn finish(self) -> (T, Sha256Digest) {
        (self.inner, Sha256Digest(self.hasher.finalize().into()))
    }

    /// The digest alone.
    pub(crate) fn digest(self) -> Sha256Digest {
        self.finish().1
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.n_bytes += n as u64;
        Ok(n)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.n_bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
