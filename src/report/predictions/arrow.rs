//! Predictions as Parquet or as an Arrow IPC file.

use std::error::Error as StdError;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::{OutputColumn, OutputKind};
use forest::data::Format;
use forest::{Error, Result};

/// About what a column of a batch takes beside its rows.
pub(super) const BYTES_OF_ARRAY: usize = 512;

/// A row group is kept in memory until it has this number of rows or bytes.
const ROWS_A_GROUP: usize = 1 << 17;
const BYTES_A_GROUP: usize = 1 << 25;

/// Up to this number of columns, each has a dictionary, a compressor of zstd's and statistics: together
/// they take 100 kB or more of a column.
const FEW_COLUMNS: usize = 64;

/// Of each column of each row group the writer keeps about 1 kB until the end. With more columns than
/// these that would be more than a twentieth of the numbers.
const MOST_PARQUET_COLUMNS: usize = 2048;

/// Refuses more columns than can be written in memory that does not grow with the rows.
///
/// # Errors
/// Too many of them in a Parquet file.
pub(super) fn check_columns(format: Format, n_columns: usize) -> Result<()> {
    if format != Format::Parquet || n_columns <= MOST_PARQUET_COLUMNS {
        return Ok(());
    }
    Err(Error::setting(format!(
        "the output would have {n_columns} columns, and a Parquet file is written with at most \
         {MOST_PARQUET_COLUMNS}: each takes memory until the file's end"
    ))
    .with_help("write the predictions as Arrow (--out-format arrow) or as CSV"))
}

/// The schema of predictions: columns with their names, none with a null in it.
pub(super) fn schema(columns: &[(String, OutputKind)]) -> SchemaRef {
    let fields = columns.iter().map(|(name, kind)| {
        let data_type = match kind {
            OutputKind::Text => DataType::Utf8,
            OutputKind::Number => DataType::Float64,
        };
        Field::new(name, data_type, false)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The predictions for some rows.
///
/// # Errors
/// The columns are not those of the schema, or a column's texts take 2 GiB.
pub(super) fn batch(schema: &SchemaRef, columns: &[OutputColumn<'_>]) -> Result<RecordBatch> {
    let arrays: Result<Vec<ArrayRef>> = columns.iter().map(array).collect();
    RecordBatch::try_new(Arc::clone(schema), arrays?).map_err(write_error)
}

fn array(column: &OutputColumn<'_>) -> Result<ArrayRef> {
    match column {
        OutputColumn::Texts(texts) => strings(texts.iter()),
        OutputColumn::Classes { names, codes } => {
            strings(codes.iter().map(|&code| &names[code as usize]))
        }
        OutputColumn::Numbers(numbers) => {
            Ok(Arc::new(Float64Array::from_iter_values(numbers.iter())))
        }
    }
}

fn strings<'a>(texts: impl Iterator<Item = &'a String> + Clone) -> Result<ArrayRef> {
    let n_bytes: usize = texts.clone().map(String::len).sum();
    if i32::try_from(n_bytes).is_err() {
        return Err(Error::output(format!("a column's texts take {n_bytes} bytes for a few rows"))
            .with_help("write the predictions as CSV"));
    }
    Ok(Arc::new(StringArray::from_iter_values(texts)))
}

/// Writes predictions, some rows at a time. The memory that it takes does not grow with the rows.
pub(crate) struct BatchWriter<W: Write + Send> {
    writer: Writer<W>,
}

enum Writer<W: Write + Send> {
    Parquet(Box<ArrowWriter<W>>),
    Arrow(Box<FileWriter<BufWriter<W>>>),
}

impl<W: Write + Send> BatchWriter<W> {
    /// Begins a file of that format, Parquet or Arrow IPC, and schema.
    ///
    /// # Errors
    /// Writing fails.
    pub(crate) fn new(out: W, format: Format, schema: &SchemaRef) -> Result<Self> {
        let writer = if format == Format::Parquet {
            let options = ArrowWriterOptions::new().with_properties(properties(schema));
            let writer = ArrowWriter::try_new_with_options(out, Arc::clone(schema), options);
            Writer::Parquet(Box::new(writer.map_err(write_error)?))
        } else {
            let options = IpcWriteOptions::default()
                .try_with_compression(Some(CompressionType::LZ4_FRAME))
                .map_err(write_error)?;
            let out = BufWriter::new(out);
            let writer = FileWriter::try_new_with_options(out, schema, options);
            Writer::Arrow(Box::new(writer.map_err(write_error)?))
        };
        Ok(Self { writer })
    }

    /// Writes the predictions for the next rows.
    ///
    /// # Errors
    /// Writing fails.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        match &mut self.writer {
            Writer::Parquet(writer) => writer.write(batch).map_err(write_error),
            Writer::Arrow(writer) => writer.write(batch).map_err(write_error),
        }
    }

    /// Ends the file; without this, it cannot be read.
    ///
    /// # Errors
    /// Writing fails.
    pub(crate) fn finish(self) -> Result<W> {
        match self.writer {
            Writer::Parquet(writer) => writer.into_inner().map_err(write_error),
            Writer::Arrow(writer) => {
                let out = writer.into_inner().map_err(write_error)?;
                out.into_inner().map_err(|error| write_error(error.into_error()))
            }
        }
    }
}

/// How a Parquet file is written.
fn properties(schema: &Schema) -> WriterProperties {
    let is_narrow = schema.fields().len() <= FEW_COLUMNS;
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("forest version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_A_GROUP))
        .set_max_row_group_bytes(Some(BYTES_A_GROUP));
    if !is_narrow {
        properties = properties
            .set_compression(Compression::LZ4_RAW)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true);
    }
    for field in schema.fields().iter().filter(|field| field.data_type() == &DataType::Float64) {
        let column = ColumnPath::from(field.name().as_str());
        properties = properties.set_column_dictionary_enabled(column, is_narrow);
    }
    properties.build()
}

/// Our error for one of a writer: the operating system's own where one is at the bottom of it.
fn write_error(error: impl StdError + 'static) -> Error {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(at) = cause {
        if let Some(io) = at.downcast_ref::<io::Error>() {
            return Error::io("write the predictions", io::Error::new(io.kind(), io.to_string()));
        }
        cause = at.source();
    }
    Error::io("write the predictions", io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests;
