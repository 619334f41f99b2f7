//! Parquet files.

mod delta;
mod footer;
mod page_header;
mod pages;
mod thrift;
mod unpack;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ProjectionMask, parquet_to_arrow_field_levels};
use parquet::basic::{ConvertedType, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader,
    ParquetStatisticsPolicy,
};

use super::error::{io_in_arrow, io_in_parquet};
use super::limits::Limits;
use super::message::check_schema_message;
use super::{FEWEST_ROWS, Kind, rows_a_batch};
use crate::{Error, Result};
use pages::{Groups, Shared};

/// The file ends with the footer's length and the magic.
const TRAILER: u64 = 8;
const MAGIC: &[u8] = b"PAR1";

/// The magic of a file whose footer is encrypted.
const ENCRYPTED: &[u8] = b"PARE";

/// The maximum number of bytes, about, of the texts of a batch.
const TEXT_BYTES_A_BATCH: u64 = 1 << 23;

/// A Parquet file whose metadata has been read.
pub(super) struct Parquet {
    groups: Groups,
    /// Texts are views of pages, in which a text that the file has once is once in memory.
    schema: Schema,
    limits: Limits,
    /// Made once it is known which columns are to be read.
    reader: Option<ParquetRecordBatchReader>,
    /// For each column asked for its position among the columns read, which are in the file's order,
    /// and whether it has texts that the parquet crate does not check to be UTF-8.
    order: Vec<usize>,
    is_unchecked: Vec<bool>,
}

impl Parquet {
    pub(super) fn open(mut file: File, limits: Limits) -> Result<Self> {
        let footer = read_footer(&mut file, limits.file_bytes())?;
        footer::check(&footer)?;
        let options = ParquetMetaDataOptions::default()
            .with_column_stats_policy(ParquetStatisticsPolicy::SkipAll)
            .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
            .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
        let metadata = ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options));
        let metadata = Arc::new(metadata.map_err(read_error)?);
        let schema = schema(&metadata)?;
        let n_columns = metadata.file_metadata().schema_descr().num_columns();
        let shared = Arc::new(Mutex::new(Shared::new(file, limits.clone(), n_columns)));
        Ok(Self {
            groups: Groups { metadata, shared },
            schema,
            limits,
            reader: None,
            order: Vec::new(),
            is_unchecked: Vec::new(),
        })
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    pub(super) fn select(&mut self, positions: &[usize]) -> Result<()> {
        let mut in_file = positions.to_vec();
        in_file.sort_unstable();
        self.order =
            positions.iter().map(|&position| in_file.partition_point(|&p| p < position)).collect();

        let metadata = &self.groups.metadata;
        let columns = metadata.file_metadata().schema_descr();
        let mask = ProjectionMask::roots(columns, in_file);
        let leaves: Vec<usize> =
            (0..columns.num_columns()).filter(|&leaf| mask.leaf_included(leaf)).collect();
        let groups = metadata.row_groups();
        let chunks = groups.iter().flat_map(|group| leaves.iter().map(|&leaf| group.column(leaf)));
        let chunks: Vec<&ColumnChunkMetaData> = chunks.collect();
        check_places(&chunks, self.limits.file_bytes())?;
        let n_rows = groups.iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
        self.limits.check_rows(n_rows.fold(0, u64::saturating_add), positions.len())?;

        // Columns that can be selected are not nested: each is one leaf.
        let is_unchecked = |order: &usize| {
            let leaf = leaves.get(*order).map(|&leaf| columns.column(leaf));
            leaf.is_some_and(|leaf| leaf.converted_type() != ConvertedType::UTF8)
        };
        self.is_unchecked = self.order.iter().map(is_unchecked).collect();

        let n_rows = rows_with_texts(rows_a_batch(positions.len()), &chunks);
        let levels = parquet_to_arrow_field_levels(columns, mask, Some(self.schema.fields()));
        let reader = levels.and_then(|levels| {
            ParquetRecordBatchReader::try_new_with_row_groups(&levels, &self.groups, n_rows, None)
        });
        self.reader = Some(reader.map_err(read_error)?);
        Ok(())
    }

    /// The next rows, and how many bytes they keep in memory.
    pub(super) fn next(&mut self) -> Result<Option<(RecordBatch, usize)>> {
        self.shared().begin_batch();
        let batch = self.reader.as_mut().and_then(Iterator::next).transpose();
        let batch = batch.and_then(|batch| batch.map(|b| b.project(&self.order)).transpose());
        match batch {
            Ok(None) => Ok(None),
            Ok(Some(batch)) => {
                let batch = self.check_texts(&batch)?;
                let n_bytes = batch.get_array_memory_size();
                Ok(Some((batch, n_bytes)))
            }
            Err(error) => {
                let known = self.shared().error.take();
                Err(known.unwrap_or_else(|| cause(io_in_arrow(error))))
            }
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.groups.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks texts that are not said to be UTF-8 in the file, but by what wrote it.
    fn check_texts(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let checked = |(column, &is_unchecked): (&ArrayRef, &bool)| match column.data_type() {
            DataType::Utf8View if is_unchecked => {
                let texts = column.as_string_view().clone().to_binary_view().to_string_view()?;
                Ok(Arc::new(texts) as ArrayRef)
            }
            _ => Ok(Arc::clone(column)),
        };
        let columns = batch.columns().iter().zip(&self.is_unchecked).map(checked);
        let columns: Result<Vec<_>, ArrowError> = columns.collect();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = columns.and_then(|columns| {
            RecordBatch::try_new_with_options(batch.schema(), columns, &options)
        });
        batch.map_err(|error| cause(io_in_arrow(error)))
    }
}

/// The bytes of the footer, which describes the file.
fn read_footer(file: &mut File, end: u64) -> Result<Vec<u8>> {
    let no_footer = || damaged("the footer is missing");
    let mut read = |at: u64, n_bytes: u64| {
        let mut bytes = Vec::new();
        let done = file
            .seek(SeekFrom::Start(at))
            .and_then(|_| file.by_ref().take(n_bytes).read_to_end(&mut bytes));
        done.map_err(|error| Error::io("read the file", error))?;
        Ok(bytes)
    };
    let at = end.checked_sub(TRAILER).ok_or_else(no_footer)?;
    let trailer = read(at, TRAILER)?;
    let (length, magic) = trailer.split_first_chunk().ok_or_else(no_footer)?;
    if magic == ENCRYPTED {
        return Err(Error::data("the Parquet file is encrypted, which cannot be read")
            .with_help("write it without encryption"));
    }
    let length = u64::from(u32::from_le_bytes(*length));
    match at.checked_sub(length) {
        Some(start) if magic == MAGIC => read(start, length),
        _ => Err(no_footer()),
    }
}

/// The columns' names, and the types that they are read as.
fn schema(metadata: &Arc<ParquetMetaData>) -> Result<Schema> {
    for entry in metadata.file_metadata().key_value_metadata().into_iter().flatten() {
        if entry.key == ARROW_SCHEMA_META_KEY {
            let encoded = entry.value.as_deref().unwrap_or("");
            let message =
                BASE64_STANDARD.decode(encoded).map_err(|error| damaged(&error.to_string()))?;
            check_schema_message(&message)?;
        }
    }
    let read = ArrowReaderMetadata::try_new(Arc::clone(metadata), ArrowReaderOptions::new());
    let read = read.map_err(read_error)?;
    let fields = read.schema().fields().iter().map(|field| match read_as(field.data_type()) {
        Some(data_type) => Arc::new(Field::clone(field).with_data_type(data_type)),
        None => Arc::clone(field),
    });
    Ok(Schema::new(fields.collect::<Vec<_>>()))
}

/// The type that is read for another one, if it is another one.
fn read_as(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 => Some(DataType::Utf8View),
        DataType::Dictionary(_, values) => {
            Some(read_as(values).unwrap_or_else(|| DataType::clone(values)))
        }
        _ => None,
    }
}

/// Refuses columns outside the file, and in more of it than there is.
fn check_places(chunks: &[&ColumnChunkMetaData], end: u64) -> Result<()> {
    let mut sum: u64 = 0;
    for chunk in chunks {
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let place = u64::try_from(start).ok().zip(u64::try_from(chunk.compressed_size()).ok());
        let within =
            place.filter(|(start, length)| start.checked_add(*length).is_some_and(|e| e <= end));
        let Some((_, length)) = within else {
            return Err(damaged("a column's place cannot be"));
        };
        sum = sum.saturating_add(length);
    }
    if sum > end { Err(damaged("its columns overlap")) } else { Ok(()) }
}

/// How many rows make a batch whose texts are not too long.
fn rows_with_texts(n_rows: usize, chunks: &[&ColumnChunkMetaData]) -> usize {
    let (mut text_bytes, mut n_values) = (0_u64, 0_u64);
    for chunk in chunks.iter().filter(|chunk| chunk.column_type() == Type::BYTE_ARRAY) {
        text_bytes =
            text_bytes.saturating_add(u64::try_from(chunk.uncompressed_size()).unwrap_or(0));
        n_values = n_values.saturating_add(u64::try_from(chunk.num_values()).unwrap_or(0));
    }
    let bytes_a_text = text_bytes.checked_div(n_values).unwrap_or(0);
    let most = TEXT_BYTES_A_BATCH.checked_div(bytes_a_text).unwrap_or(u64::MAX);
    n_rows.min(most as usize).max(FEWEST_ROWS.min(n_rows))
}

fn damaged(cause: &str) -> Error {
    super::damaged(Kind::Parquet, cause)
}

fn read_error(error: ParquetError) -> Error {
    cause(io_in_parquet(error))
}

fn cause(cause: Result<std::io::Error, String>) -> Error {
    match cause {
        Ok(error) if error.raw_os_error().is_some() => Error::io("read the file", error),
        Ok(error) => damaged(&error.to_string()),
        Err(cause) => damaged(&cause),
    }
}
