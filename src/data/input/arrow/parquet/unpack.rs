//! Unpacks the bytes of pages: never to more than their headers claim, which some codecs of the
//! parquet crate do.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;

use super::damaged;
use crate::{Error, Result};

/// What is kept from page to page.
pub(super) struct Unpacker {
    snappy: snap::raw::Decoder,
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

impl Unpacker {
    pub(super) fn new() -> Self {
        Self { snappy: snap::raw::Decoder::new(), zstd: None }
    }

    /// Appends what `packed` unpacks to: `n_bytes`.
    ///
    /// # Errors
    /// It unpacks to another number of bytes, or not at all, or the codec is not known.
    pub(super) fn unpack(
        &mut self,
        codec: Compression,
        packed: &[u8],
        unpacked: &mut Vec<u8>,
        n_bytes: usize,
    ) -> Result<()> {
        let start = unpacked.len();
        let done = match codec {
            Compression::SNAPPY => {
                unpacked.resize(start + n_bytes, 0);
                self.snappy.decompress(packed, &mut unpacked[start..]).ok()
            }
            Compression::ZSTD(_) => {
                unpacked.reserve_exact(n_bytes);
                let mut cursor = Cursor::new(&mut *unpacked);
                cursor.set_position(start as u64);
                let zstd = match &mut self.zstd {
                    Some(zstd) => zstd,
                    none => none.insert(
                        zstd::bulk::Decompressor::new()
                            .map_err(|error| Error::io("unpack the file", error))?,
                    ),
                };
                zstd.decompress_to_buffer(packed, &mut cursor).ok()
            }
            Compression::GZIP(_) => read_all(MultiGzDecoder::new(packed), unpacked, n_bytes),
            Compression::LZ4_RAW => lz4_block(packed, unpacked, n_bytes),
            // Old writers disagree about what this is.
            Compression::LZ4 => lz4_hadoop(packed, unpacked, n_bytes)
                .or_else(|| {
                    unpacked.truncate(start);
                    read_all(lz4_flex::frame::FrameDecoder::new(packed), unpacked, n_bytes)
                })
                .or_else(|| {
                    unpacked.truncate(start);
                    lz4_block(packed, unpacked, n_bytes)
                }),
            Compression::UNCOMPRESSED => {
                unpacked.extend_from_slice(packed);
                Some(packed.len())
            }
            Compression::LZO | Compression::BROTLI(_) => {
                let name = if codec == Compression::LZO { "LZO" } else { "Brotli" };
                return Err(Error::data(format!(
                    "the column is packed by {name}, which cannot be read"
                ))
                .with_help("write the file with another compression, for instance zstd"));
            }
        };
        if done == Some(n_bytes) { Ok(()) } else { Err(damaged("a page does not unpack")) }
    }
}

/// Reads to the end, and no more than was expected.
fn read_all(mut input: impl Read, unpacked: &mut Vec<u8>, n_bytes: usize) -> Option<usize> {
    unpacked.reserve_exact(n_bytes);
    let n_read = input.by_ref().take(n_bytes as u64).read_to_end(unpacked).ok()?;
    (input.read(&mut [0]).ok()? == 0).then_some(n_read)
}

fn lz4_block(packed: &[u8], unpacked: &mut Vec<u8>, n_bytes: usize) -> Option<usize> {
    let start = unpacked.len();
    unpacked.resize(start + n_bytes, 0);
    lz4_flex::block::decompress_into(packed, &mut unpacked[start..]).ok()
}

/// Blocks as Hadoop writes them, each after its length unpacked and packed.
fn lz4_hadoop(mut packed: &[u8], unpacked: &mut Vec<u8>, n_bytes: usize) -> Option<usize> {
    let start = unpacked.len();
    while !packed.is_empty() {
        let ([length, packed_length], rest) = split_words(packed)?;
        let (block, rest) = rest.split_at_checked(packed_length)?;
        if length > start + n_bytes - unpacked.len()
            || lz4_block(block, unpacked, length)? != length
        {
            return None;
        }
        packed = rest;
    }
    Some(unpacked.len() - start)
}

/// Two numbers at the beginning, the highest byte first.
fn split_words(bytes: &[u8]) -> Option<([usize; 2], &[u8])> {
    let (first, bytes) = bytes.split_first_chunk()?;
    let (second, bytes) = bytes.split_first_chunk()?;
    Some(([*first, *second].map(|word| u32::from_be_bytes(word) as usize), bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TEXT: &[u8] = b"a text, a text, a text, a text and another";

    fn packed(codec: Compression) -> Vec<u8> {
        match codec {
            Compression::SNAPPY => snap::raw::Encoder::new().compress_vec(TEXT).unwrap(),
            Compression::ZSTD(_) => zstd::bulk::compress(TEXT, 3).unwrap(),
            Compression::GZIP(_) => {
                let mut encoder =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(TEXT).unwrap();
                encoder.finish().unwrap()
            }
            Compression::LZ4_RAW => lz4_flex::block::compress(TEXT),
            _ => TEXT.to_vec(),
        }
    }

    fn unpack(codec: Compression, packed: &[u8], n_bytes: usize) -> Result<Vec<u8>> {
        let mut unpacked = b"before ".to_vec();
        Unpacker::new().unpack(codec, packed, &mut unpacked, n_bytes)?;
        Ok(unpacked.split_off(7))
    }

    #[test]
    fn each_codec_unpacks_to_what_was_expected_and_to_nothing_else() {
        for codec in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(parquet::basic::GzipLevel::default()),
            Compression::ZSTD(parquet::basic::ZstdLevel::default()),
            Compression::LZ4_RAW,
        ] {
            let packed = packed(codec);
            assert_eq!(unpack(codec, &packed, TEXT.len()).unwrap(), TEXT, "{codec:?}");
            for n_bytes in [0, 1, TEXT.len() - 1, TEXT.len() + 1] {
                assert!(unpack(codec, &packed, n_bytes).is_err(), "{codec:?}: {n_bytes}");
            }
            assert!(unpack(codec, &packed[..packed.len() - 1], TEXT.len()).is_err(), "{codec:?}");
        }
    }

    #[test]
    fn what_old_writers_call_lz4_is_one_of_three() {
        let block = lz4_flex::block::compress(TEXT);
        let lengths = [TEXT.len(), block.len()].map(|length| (length as u32).to_be_bytes());
        let hadoop = [&lengths.concat(), &block[..]].concat();
        let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
        frame.write_all(TEXT).unwrap();
        for packed in [hadoop, frame.finish().unwrap(), block] {
            assert_eq!(unpack(Compression::LZ4, &packed, TEXT.len()).unwrap(), TEXT);
            assert!(unpack(Compression::LZ4, &packed, TEXT.len() - 1).is_err());
        }
    }
}
