//! Arrow IPC, the file layout and the stream layout, message by message: each is checked before the
//! arrow crates take it apart, for they trust the places and lengths that it gives.
//!
//! <https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc>

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::Arc;
use std::vec;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{RecordBatchDecoder, read_dictionary};
use arrow_ipc::{DictionaryBatch, MetadataVersion};
use arrow_schema::{DataType, Schema, SchemaRef};

use super::limits::Limits;
use super::message::{self, Message, check_batch, check_schema, read_at, read_error};
use super::{Kind, damaged, is_plain};
use crate::{Error, Result};

const MAGIC: &[u8] = b"ARROW1";

/// Feather, version 1: a format of its own.
const OLD_MAGIC: &[u8] = b"FEA1";

/// The file layout ends with the footer's length in 4 bytes and the magic.
const TRAILER: u64 = 4 + MAGIC.len() as u64;

/// An Arrow IPC file whose schema has been read.
pub(super) struct Ipc {
    input: BufReader<File>,
    /// The number of bytes in the file.
    end: u64,
    limits: Limits,
    messages: Messages,
    /// The number of bytes in the messages that have been read.
    read: u64,
    schema: SchemaRef,
    /// The columns asked for.
    positions: Vec<usize>,
    /// The dictionaries that they use, by their number in the schema.
    dictionaries: HashMap<i64, ArrayRef>,
    wanted: HashSet<i64>,
    /// How many bytes each dictionary has once unpacked.
    dictionary_bytes: HashMap<i64, u64>,
}

/// Where the messages after the schema are.
enum Messages {
    /// One after another from here to the end.
    Stream(u64),
    /// Where the footer says: dictionaries first.
    File(vec::IntoIter<u64>),
}

impl Ipc {
    pub(super) fn open(file: File, limits: Limits) -> Result<Self> {
        let end = limits.file_bytes();
        let mut input = BufReader::new(file);
        let mut magic = Vec::new();
        let mut start = input.by_ref().take(MAGIC.len() as u64);
        start.read_to_end(&mut magic).map_err(|error| read_error(error.into()))?;
        if magic.starts_with(OLD_MAGIC) {
            return Err(Error::data("the file is of version 1 of Feather").with_help(
                "write it as version 2, which is Arrow IPC, or as Parquet, for instance with pyarrow",
            ));
        }
        let (messages, schema) = if magic == MAGIC {
            read_footer(&mut input, end)?
        } else {
            read_schema(&mut input, end)?
        };
        Ok(Self {
            input,
            end,
            limits,
            messages,
            read: 0,
            schema: Arc::new(schema),
            positions: Vec::new(),
            dictionaries: HashMap::new(),
            wanted: HashSet::new(),
            dictionary_bytes: HashMap::new(),
        })
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    #[expect(deprecated, reason = "the only way to a dictionary's number")]
    pub(super) fn select(&mut self, positions: &[usize]) -> Result<()> {
        self.positions = positions.to_vec();
        let fields = positions.iter().map(|&position| self.schema.field(position));
        self.wanted = fields.filter_map(arrow_schema::Field::dict_id).collect();
        // A dictionary is read as the values of the first column that uses it: one that was not
        // asked for, perhaps, and of a type that was not looked at.
        for &id in &self.wanted {
            let is_plain = |data_type: &DataType| match data_type {
                DataType::Dictionary(_, values) => is_plain(values),
                _ => false,
            };
            if !self.schema.fields_with_dict_id(id).iter().all(|f| is_plain(f.data_type())) {
                return Err(damaged(Kind::Arrow, "columns of several types share a dictionary"));
            }
        }
        Ok(())
    }

    /// The next record batch, and how many bytes it keeps in memory.
    pub(super) fn next(&mut self) -> Result<Option<(RecordBatch, usize)>> {
        while let Some(message) = self.next_message()? {
            let batch = self.take_in(&message)?;
            if batch.is_some() {
                return Ok(batch);
            }
        }
        Ok(None)
    }

    fn next_message(&mut self) -> Result<Option<Message>> {
        let (at, is_stream) = match &mut self.messages {
            Messages::Stream(at) => (*at, true),
            Messages::File(starts) => match starts.next() {
                None => return Ok(None),
                Some(at) => (at, false),
            },
        };
        let message = Message::read(&mut self.input, at, self.end)?;
        match &message {
            None if is_stream => {}
            None => return Err(damaged(Kind::Arrow, "a record batch is missing")),
            Some(message) => {
                // A footer can name a message any number of times.
                self.read = self.read.saturating_add(message.end.saturating_sub(at));
                if self.read > self.end {
                    return Err(damaged(Kind::Arrow, "its messages overlap"));
                }
                if let Messages::Stream(at) = &mut self.messages {
                    *at = message.end;
                }
            }
        }
        Ok(message)
    }

    /// Decodes a message: gives a record batch, and keeps a dictionary for the batches to come.
    fn take_in(&mut self, message: &Message) -> Result<Option<(RecordBatch, usize)>> {
        let Message { metadata, body, .. } = message;
        let root = message::root(metadata)?;
        let version = root.version();
        if let Some(batch) = root.header_as_record_batch() {
            let n_rows = u64::try_from(batch.length()).unwrap_or(0);
            self.limits
                .check_rows(n_rows, self.positions.len())
                .map_err(|error| self.in_empty_column(error))?;
            let n_bytes = check_batch(&batch, body)?;
            self.unpack(n_bytes)?;
            let schema = Arc::clone(&self.schema);
            let decoder =
                RecordBatchDecoder::try_new(body, batch, schema, &self.dictionaries, &version);
            let batch = decoder
                .and_then(|d| d.with_projection(Some(&self.positions)).read_record_batch())
                .map_err(read_error)?;
            return Ok(Some((batch, n_bytes as usize)));
        }
        match root.header_as_dictionary_batch() {
            Some(dictionary) => self.keep_dictionary(dictionary, body, version).map(|()| None),
            None => Err(damaged(Kind::Arrow, "a message is neither rows nor a dictionary")),
        }
    }

    fn keep_dictionary(
        &mut self,
        dictionary: DictionaryBatch<'_>,
        body: &Buffer,
        version: MetadataVersion,
    ) -> Result<()> {
        if !self.wanted.contains(&dictionary.id()) {
            return Ok(());
        }
        if let Some(batch) = dictionary.data() {
            let id = dictionary.id();
            let before = self.dictionary_bytes.remove(&id).unwrap_or(0);
            // What is added to a dictionary is written after a copy of it.
            let kept = if dictionary.isDelta() { before } else { 0 };
            let bytes = kept.saturating_add(check_batch(&batch, body)?);
            self.unpack(bytes.saturating_add(kept))?;
            self.dictionary_bytes.insert(id, bytes);
        }
        read_dictionary(body, dictionary, &self.schema, &mut self.dictionaries, &version)
            .map_err(read_error)
    }

    /// The same error, in a column whose rows take no bytes, if there is one.
    fn in_empty_column(&self, error: Error) -> Error {
        let mut fields = self.positions.iter().map(|&position| self.schema.field(position));
        match fields.find(|field| field.data_type() == &DataType::Null) {
            Some(field) => error.in_column(field.name()),
            None => error,
        }
    }

    /// Checks that another `bytes` can be unpacked while the dictionaries are held.
    fn unpack(&self, bytes: u64) -> Result<()> {
        let held = self.dictionary_bytes.values().fold(bytes, |sum, &n| sum.saturating_add(n));
        self.limits.hold(held)?;
        self.limits.count_unpacked(bytes)
    }
}

/// The stream layout begins with the schema.
fn read_schema(input: &mut BufReader<File>, end: u64) -> Result<(Messages, Schema)> {
    let empty = || damaged(Kind::Arrow, "there is nothing in it");
    let message = Message::read(input, 0, end)?.ok_or_else(empty)?;
    let root = message::root(&message.metadata)?;
    let schema = root
        .header_as_schema()
        .ok_or_else(|| damaged(Kind::Arrow, "it does not begin with a schema"))?;
    Ok((Messages::Stream(message.end), checked_schema(schema)?))
}

/// The file layout ends with the schema and the places of the other messages.
fn read_footer(input: &mut BufReader<File>, end: u64) -> Result<(Messages, Schema)> {
    let no_footer = || damaged(Kind::Arrow, "the footer is missing");
    let at = end.checked_sub(TRAILER).ok_or_else(no_footer)?;
    let trailer = read_at(input, at, TRAILER)?;
    let (length, magic) = trailer.split_first_chunk().ok_or_else(no_footer)?;
    let length = u64::from(u32::from_le_bytes(*length));
    let start = at.checked_sub(length).ok_or_else(no_footer)?;
    if magic != MAGIC {
        return Err(no_footer());
    }
    let footer = read_at(input, start, length)?;
    let footer = message::root_of_footer(&footer)?;
    let schema = footer.schema().ok_or_else(|| damaged(Kind::Arrow, "the schema is missing"))?;
    let blocks = footer.dictionaries().into_iter().chain(footer.recordBatches()).flatten();
    let starts: Result<Vec<u64>, _> = blocks.map(|block| block.offset().try_into()).collect();
    let starts = starts.map_err(|_| damaged(Kind::Arrow, "a message's place is negative"))?;
    Ok((Messages::File(starts.into_iter()), checked_schema(schema)?))
}

fn checked_schema(schema: arrow_ipc::Schema<'_>) -> Result<Schema> {
    if schema.endianness() != arrow_ipc::Endianness::Little {
        return Err(Error::data("the Arrow IPC data is big-endian, which cannot be read")
            .with_help("write it on a little-endian machine, or as Parquet"));
    }
    check_schema(schema)?;
    try_fb_to_schema(schema).map_err(read_error)
}
