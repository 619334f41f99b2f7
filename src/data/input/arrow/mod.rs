//! Parquet and Arrow IPC files, batch by batch.

mod cells;
pub(crate) mod error;
pub(crate) mod guard;
mod ipc;
mod message;
mod parquet;
#[cfg(test)]
mod tests;
mod texts;

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};

use super::Format;
use crate::{Error, Result};
use guard::guard;
use ipc::Ipc;
use parquet::Parquet;

pub(super) use cells::cells;

/// A batch holds about so many numbers, 1 MiB of them.
const NUMBERS_A_BATCH: usize = 1 << 17;

/// The fewest and the most rows of a batch, however many its columns are.
const FEWEST_ROWS: usize = 64;
const MOST_ROWS: usize = 1 << 14;

/// A kind of file that holds Arrow's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC: the file layout (also called Feather, version 2) or the stream layout.
    Arrow,
}

impl Kind {
    /// The kind of a format that is one.
    pub(crate) fn of(format: Format) -> Self {
        if format == Format::Parquet { Self::Parquet } else { Self::Arrow }
    }

    /// The kind's name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow IPC",
        }
    }
}

/// The rows of a file, some at a time.
pub(super) struct Batches {
    name: String,
    kind: Kind,
    reader: Reader,
    selected: bool,
}

enum Reader {
    Parquet(Box<Parquet>),
    Arrow(Box<Ipc>),
}

impl Batches {
    /// Reads what a file says about itself; `name` is its name for people.
    ///
    /// # Errors
    /// It is not a file of that kind, or it is damaged.
    pub(super) fn open(file: File, kind: Kind, name: &str) -> Result<Self> {
        let reader = guard(kind, || match kind {
            Kind::Parquet => Parquet::open(file).map(|reader| Reader::Parquet(Box::new(reader))),
            Kind::Arrow => Ipc::open(file).map(|reader| Reader::Arrow(Box::new(reader))),
        });
        let reader = reader.map_err(|error| error.in_file(name))?;
        Ok(Self { name: name.to_owned(), kind, reader, selected: false })
    }

    fn schema(&self) -> &Schema {
        match &self.reader {
            Reader::Parquet(parquet) => parquet.schema(),
            Reader::Arrow(ipc) => ipc.schema(),
        }
    }

    /// The names of the columns, in the file's order; those inside a nested column are not among
    /// them.
    pub(super) fn header(&self) -> Vec<String> {
        self.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Reads these columns only, in this order: positions in [`header`](Self::header), each once.
    /// To be called before the first batch; without it, all columns are read.
    ///
    /// # Errors
    /// A column whose cells are neither numbers, dates nor texts.
    pub(super) fn select(&mut self, positions: &[usize]) -> Result<()> {
        let fields = self.schema().fields();
        for field in positions.iter().map(|&position| &fields[position]) {
            cells::check_type(field.data_type())
                .map_err(|error| error.in_column(field.name()).in_file(&self.name))?;
        }
        self.selected = true;
        match &mut self.reader {
            Reader::Parquet(parquet) => parquet.select(positions),
            Reader::Arrow(ipc) => ipc.select(positions),
        }
        .map_err(|error| error.in_file(&self.name))
    }

    /// The next rows, at most some ten thousand; `None` after the last. What is held in memory
    /// besides: of Parquet a page a column, of Arrow IPC a record batch of the file.
    ///
    /// # Errors
    /// The file is damaged, or cannot be read. There is nothing to be read after an error.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>> {
        if !self.selected {
            let all: Vec<usize> = (0..self.schema().fields().len()).collect();
            self.select(&all)?;
        }
        let next = guard(self.kind, || match &mut self.reader {
            Reader::Parquet(parquet) => parquet.next(),
            Reader::Arrow(ipc) => ipc.next(),
        });
        next.map_err(|error| error.in_file(&self.name))
    }
}

/// How many rows of so many columns make a batch.
fn rows_a_batch(n_columns: usize) -> usize {
    (NUMBERS_A_BATCH / n_columns.max(1)).clamp(FEWEST_ROWS, MOST_ROWS)
}

/// A file that cannot be read on.
fn damaged(kind: Kind, cause: &str) -> Error {
    let name = kind.name();
    Error::data(format!("the {name} data is damaged, cut off or of a newer kind: {cause}"))
        .help(format!("write the {name} file again"))
}

/// Whether a column is of a type that a dictionary may have, too: a value a cell.
fn is_plain(data_type: &DataType) -> bool {
    use DataType::{
        Boolean, Date32, Date64, Decimal32, Decimal64, Decimal128, Decimal256, LargeUtf8, Null,
        Timestamp, Utf8, Utf8View,
    };
    data_type.is_integer()
        || data_type.is_floating()
        || matches!(data_type, Boolean | Null | Utf8 | LargeUtf8 | Utf8View | Date32 | Date64)
        || matches!(data_type, Timestamp(..) | Decimal32(..) | Decimal64(..))
        || matches!(data_type, Decimal128(..) | Decimal256(..))
}
