//! How a file is packed, told by its first bytes as joblib does.

use std::borrow::Cow;
use std::io::{Read, Write};

use super::joblib::before_0_10;
use crate::{Error, Result};

/// No file may become larger than this.
const MAX_BYTES: u64 = 4 << 30;

/// What xz and lzma may take for their dictionaries, in KiB: as much as the highest level of xz does.
const MAX_DICTIONARY: u32 = 68 << 10;

/// What is in a file.
pub(super) enum Content<'a> {
    Pickle(Cow<'a, [u8]>),
    /// As skops writes them.
    Zip(&'a [u8]),
}

/// Unpacks a file.
///
/// # Errors
/// It is damaged, or too large, or of joblib before 0.10.
pub(super) fn open(bytes: &[u8]) -> Result<Content<'_>> {
    let unpacked = match bytes {
        [b'P', b'K', 3 | 5, ..] => return Ok(Content::Zip(bytes)),
        [b'Z', b'F', ..] => return Err(before_0_10()),
        [0x78, ..] => unpack("zlib", flate2::bufread::ZlibDecoder::new(bytes)),
        [0x1f, 0x8b, ..] => unpack("gzip", flate2::bufread::MultiGzDecoder::new(bytes)),
        [b'B', b'Z', b'h', ..] => unpack("bzip2", bzip2::bufread::MultiBzDecoder::new(bytes)),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => {
            unpack("xz", lzma_rust2::XzReader::new_mem_limit(bytes, true, MAX_DICTIONARY))
        }
        [0x5d, 0, ..] => {
            let reader = lzma_rust2::LzmaReader::new_mem_limit(bytes, MAX_DICTIONARY, None);
            unpack("lzma", reader.map_err(|error| damaged("lzma", &error.to_string()))?)
        }
        [0x04, 0x22, 0x4d, 0x18, ..] => unpack("lz4", lz4_flex::frame::FrameDecoder::new(bytes)),
        _ => return Ok(Content::Pickle(bytes.into())),
    };
    Ok(Content::Pickle(unpacked?.into()))
}

/// Whether a file begins as one that [`open`] unpacks.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 9] = [
        b"PK\x03\x04",
        b"ZF",
        b"\x78",
        b"\x1f\x8b",
        b"BZh",
        b"\xfd7zXZ",
        b"\x5d\0",
        b"\x04\x22\x4d\x18",
        b"PK\x05",
    ];
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

/// All that a reader gives, in memory that grows with it.
pub(super) fn unpack(packing: &str, reader: impl Read) -> Result<Vec<u8>> {
    let mut unpacked = Unpacked(Vec::new());
    let n = std::io::copy(&mut reader.take(MAX_BYTES + 1), &mut unpacked);
    let n = n.map_err(|error| damaged(packing, &error.to_string()))?;
    if n > MAX_BYTES {
        return Err(Error::model(format!("the {packing} data holds more than 4 GiB")));
    }
    Ok(unpacked.0)
}

fn damaged(packing: &str, cause: &str) -> Error {
    Error::model(format!("the {packing} data is damaged or cut off: {cause}"))
}

/// Bytes in memory that is asked for before it is taken.
struct Unpacked(Vec<u8>);

impl Write for Unpacked {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.try_reserve(bytes.len())?;
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
