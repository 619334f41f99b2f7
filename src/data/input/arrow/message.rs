//! One message of Arrow IPC: read within the bounds of its file, its places and lengths checked.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use arrow_buffer::Buffer;
use arrow_ipc::{
    CompressionType, Footer, RecordBatch, Schema, root_as_footer_with_opts,
    root_as_message_with_opts,
};
use flatbuffers::VerifierOptions;

use arrow_schema::ArrowError;

use super::error::io_in_arrow;
use super::{Kind, damaged, limits, too_many_columns};
use crate::{Error, Result};

/// What comes before a message's length, but for files from before 2019.
const CONTINUATION: [u8; 4] = [0xff; 4];

/// A record batch of more rows is no honest one: a column without values takes no bytes a row.
const MAX_ROWS: i64 = i32::MAX as i64;

/// The maximum number of bytes that a byte of a packed buffer unpacks to: LZ4's length bytes count to
/// 255, and a zstd block of 4 bytes holds at most 128 KiB (RFC 8878, section 3.1.1.2).
const LZ4_RATIO: i64 = 255;
const ZSTD_RATIO: i64 = 1 << 15;

/// A packed buffer begins with its length once unpacked, or -1 if it is not packed after all.
const PREFIX: usize = 8;

/// The maximum ratio of metadata that is written out to metadata that refers to the same bytes many times.
const WRITTEN_OUT: usize = 8;

/// A message's bytes.
pub(super) struct Message {
    /// The flatbuffer that describes the body.
    pub(super) metadata: Vec<u8>,
    pub(super) body: Buffer,
    /// Where in the file it ends.
    pub(super) end: u64,
}

impl Message {
    /// Reads the message at byte `at` of a file of `end` bytes; `None` where messages end.
    pub(super) fn read(input: &mut BufReader<File>, at: u64, end: u64) -> Result<Option<Self>> {
        let left = |at: u64| end.saturating_sub(at);
        if left(at) == 0 {
            return Ok(None);
        }
        let (mut length, mut at) = read_word(input, at, left(at))?;
        if length == CONTINUATION {
            (length, at) = read_word(input, at, left(at))?;
        }
        let length = u64::from(u32::from_le_bytes(length));
        if length == 0 {
            return Ok(None);
        }
        if length > left(at) {
            return Err(cut_off());
        }
        let metadata = read_at(input, at, length)?;
        at += length;

        let root = root(&metadata)?;
        let length = u64::try_from(root.bodyLength()).map_err(|error| invalid(&error))?;
        if length > left(at) {
            return Err(cut_off());
        }
        let body = Buffer::from_vec(read_at(input, at, length)?);
        Ok(Some(Self { metadata, body, end: at + length }))
    }
}

/// The 4 bytes at `at`, and where they end.
fn read_word(input: &mut BufReader<File>, at: u64, left: u64) -> Result<([u8; 4], u64)> {
    let bytes = read_at(input, at, left.min(4))?;
    Ok((bytes.try_into().map_err(|_| cut_off())?, at + 4))
}

fn cut_off() -> Error {
    damaged(Kind::Arrow, "it ends in the middle of a message")
}

/// A message's description.
pub(super) fn root(metadata: &[u8]) -> Result<arrow_ipc::Message<'_>> {
    root_as_message_with_opts(&options(metadata), metadata).map_err(|error| invalid(&error))
}

/// The description of a file.
pub(super) fn root_of_footer(footer: &[u8]) -> Result<Footer<'_>> {
    root_as_footer_with_opts(&options(footer), footer).map_err(|error| invalid(&error))
}

/// A flatbuffer may have the same bytes in many places; what is made of it has them in each.
fn options(bytes: &[u8]) -> VerifierOptions {
    let max_apparent_size = (bytes.len().saturating_mul(WRITTEN_OUT)).max(1 << 16);
    VerifierOptions { max_apparent_size, ..VerifierOptions::default() }
}

/// Refuses more columns than can be.
pub(super) fn check_schema(schema: Schema<'_>) -> Result<()> {
    let n_columns = schema.fields().map_or(0, |fields| fields.len());
    if n_columns > limits::COLUMNS { Err(too_many_columns()) } else { Ok(()) }
}

/// Checks a message that has a schema, as Parquet files keep one: with its length before it, or not.
pub(super) fn check_schema_message(bytes: &[u8]) -> Result<()> {
    let bytes = bytes.strip_prefix(&CONTINUATION).and_then(|bytes| bytes.get(4..)).unwrap_or(bytes);
    root(bytes)?.header_as_schema().map_or(Ok(()), check_schema)
}

/// Checks that the lengths and offsets in the header of a record batch lie within its body, and gives the number of bytes
/// that it has once unpacked.
///
/// # Errors
/// A length or a place that cannot be.
pub(super) fn check_batch(batch: &RecordBatch<'_>, body: &Buffer) -> Result<u64> {
    let impossible = |what: &str| Err(damaged(Kind::Arrow, &format!("{what} cannot be")));
    if !(0..=MAX_ROWS).contains(&batch.length()) {
        return impossible("a record batch's number of rows");
    }
    for node in batch.nodes().into_iter().flatten() {
        let in_order = 0 <= node.null_count() && node.null_count() <= node.length();
        if !in_order || node.length() > MAX_ROWS {
            return impossible("a column's number of rows");
        }
    }
    let ratio = batch.compression().map(|compression| match compression.codec() {
        CompressionType::LZ4_FRAME => LZ4_RATIO,
        _ => ZSTD_RATIO,
    });
    let (mut left, mut unpacked_bytes) = (body.len(), body.len() as u64);
    for buffer in batch.buffers().into_iter().flatten() {
        let bytes =
            usize::try_from(buffer.offset()).ok().zip(usize::try_from(buffer.length()).ok());
        let bytes = bytes
            .and_then(|(start, length)| Some(start..start.checked_add(length)?))
            .and_then(|range| body.get(range));
        let Some(bytes) = bytes else { return impossible("a buffer's place") };
        // Buffers do not overlap: together they are no longer than the body.
        let Some(rest) = left.checked_sub(bytes.len()) else {
            return impossible("the places of buffers");
        };
        left = rest;
        let Some(ratio) = ratio else { continue };
        if let Some((unpacked, packed)) = bytes.split_first_chunk::<PREFIX>() {
            let most = (packed.len() as i64).saturating_mul(ratio);
            let unpacked = i64::from_le_bytes(*unpacked);
            if !(-1..=most).contains(&unpacked) {
                return impossible("a buffer's length");
            }
            unpacked_bytes = unpacked_bytes.saturating_add(unpacked.max(0) as u64);
        }
    }
    Ok(unpacked_bytes)
}

/// Bytes that are known to be within the file.
pub(super) fn read_at(input: &mut BufReader<File>, at: u64, length: u64) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| read_error(error.into());
    input.seek(SeekFrom::Start(at)).map_err(failed)?;
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes).map_err(failed)?;
    if (bytes.len() as u64) < length {
        return Err(damaged(Kind::Arrow, "it ends in the middle of a message"));
    }
    Ok(bytes)
}

pub(super) fn invalid(error: &impl std::fmt::Display) -> Error {
    damaged(Kind::Arrow, &error.to_string())
}

pub(super) fn read_error(error: ArrowError) -> Error {
    match io_in_arrow(error) {
        Ok(error) if error.raw_os_error().is_some() => Error::io("read the file", error),
        Ok(error) => invalid(&error),
        Err(cause) => damaged(Kind::Arrow, &cause),
    }
}
