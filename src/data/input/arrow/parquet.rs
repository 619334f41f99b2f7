//! Parquet files.

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::error::{io_in_arrow, io_in_parquet};
use super::{Kind, damaged, rows_a_batch};
use crate::{Error, Result};

/// A Parquet file whose metadata has been read.
pub(super) struct Parquet {
    file: File,
    metadata: ArrowReaderMetadata,
    /// Made once it is known which columns are to be read.
    reader: Option<ParquetRecordBatchReader>,
    /// For each column asked for its position among the columns read, which are in the file's order.
    order: Vec<usize>,
}

impl Parquet {
    pub(super) fn open(file: File) -> Result<Self> {
        let metadata =
            ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(read_error)?;
        check_places(metadata.metadata())?;
        Ok(Self { file, metadata, reader: None, order: Vec::new() })
    }

    pub(super) fn schema(&self) -> &Schema {
        self.metadata.schema()
    }

    pub(super) fn select(&mut self, positions: &[usize]) -> Result<()> {
        let mut in_file = positions.to_vec();
        in_file.sort_unstable();
        self.order =
            positions.iter().map(|&position| in_file.partition_point(|&p| p < position)).collect();

        let file = self.file.try_clone().map_err(|error| Error::io("read the file", error))?;
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), in_file);
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_projection(mask)
                .with_batch_size(rows_a_batch(positions.len()))
                .build();
        self.reader = Some(reader.map_err(read_error)?);
        Ok(())
    }

    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.reader.as_mut().and_then(Iterator::next).transpose();
        let batch = batch.and_then(|batch| batch.map(|b| b.project(&self.order)).transpose());
        batch.map_err(|error| cause(io_in_arrow(error)))
    }
}

/// Refuses places and lengths that the parquet crate takes to be none that are negative.
fn check_places(metadata: &ParquetMetaData) -> Result<()> {
    for column in metadata.row_groups().iter().flat_map(RowGroupMetaData::columns) {
        let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        if start < 0 || column.compressed_size() < 0 {
            return Err(damaged(Kind::Parquet, "a column's place is negative"));
        }
    }
    Ok(())
}

fn read_error(error: ParquetError) -> Error {
    cause(io_in_parquet(error))
}

fn cause(cause: Result<std::io::Error, String>) -> Error {
    match cause {
        Ok(error) if error.raw_os_error().is_some() => Error::io("read the file", error),
        Ok(error) => damaged(Kind::Parquet, &error.to_string()),
        Err(cause) => damaged(Kind::Parquet, &cause),
    }
}
