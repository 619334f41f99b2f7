//! Parquet and Arrow IPC files, batch by batch.

mod cells;
pub(crate) mod error;
pub(crate) mod guard;
mod ipc;
mod limits;
mod message;
mod parquet;
#[cfg(test)]
mod tests;
mod texts;

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};

use super::Format;
use crate::message::shorten;
use crate::{Error, Result};
use guard::guard;
use ipc::Ipc;
use limits::Limits;
use parquet::Parquet;
use texts::{light, part_with_texts};

pub(super) use cells::cells;

/// The number of numbers of a batch, about: 1 MiB of them.
const NUMBERS_A_BATCH: usize = 1 << 17;

/// The fewest and the most rows of a batch, however many its columns are …
const FEWEST_ROWS: usize = 64;
const MOST_ROWS: usize = 1 << 14;

/// … as long as it does not hold more numbers than this, 8 MiB of them.
const MOST_NUMBERS: usize = 1 << 20;

/// The number of bytes that the parts of what is read together hold on average before they are copied.
const MOST_PART_BYTES: usize = 1 << 23;

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
    limits: Limits,
    /// The columns to be read, once that is known.
    n_columns: Option<usize>,
    /// What has been read of the file, and how many of its rows have been handed out.
    read: Option<Read>,
    /// The number of rows that have been handed out.
    n_rows: u64,
}

enum Reader {
    Parquet(Box<Parquet>),
    Arrow(Box<Ipc>),
}

/// Rows as they are together in the file.
struct Read {
    batch: RecordBatch,
    start: usize,
    /// Whether parts of it are copied, for one of them would hold all of it.
    is_heavy: bool,
}

impl Batches {
    /// Reads what a file says about itself; `name` is its name for people.
    ///
    /// # Errors
    /// It is not a file of that kind, or it is damaged.
    pub(super) fn open(file: File, kind: Kind, name: &str) -> Result<Self> {
        let file_bytes =
            file.metadata().map_err(|error| Error::io("read the file", error).in_file(name))?.len();
        let limits = Limits::new(file_bytes);
        let opened = limits.clone();
        let reader = guard(kind, || match kind {
            Kind::Parquet => {
                Parquet::open(file, opened).map(|reader| Reader::Parquet(Box::new(reader)))
            }
            Kind::Arrow => Ipc::open(file, opened).map(|reader| Reader::Arrow(Box::new(reader))),
        });
        let reader = reader.map_err(|error| error.in_file(name))?;
        let name = name.to_owned();
        Ok(Self { name, kind, reader, limits, n_columns: None, read: None, n_rows: 0 })
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

    /// The first column whose type is another than in a file of the same columns, and both types in words. Whether
    /// there is a dictionary makes no difference.
    pub(super) fn other_type(&self, other: &Self) -> Option<(String, [String; 2])> {
        let values = |data_type: &DataType| match data_type {
            DataType::Dictionary(_, values) => (**values).clone(),
            DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
            other => other.clone(),
        };
        let pairs = self.schema().fields().iter().zip(other.schema().fields());
        let mut others = pairs.filter(|(a, b)| values(a.data_type()) != values(b.data_type()));
        let (here, there) = others.next()?;
        let shown = [here, there].map(|field| shorten(&field.data_type().to_string()));
        Some((here.name().clone(), shown))
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
        self.n_columns = Some(positions.len());
        guard(self.kind, || match &mut self.reader {
            Reader::Parquet(parquet) => parquet.select(positions),
            Reader::Arrow(ipc) => ipc.select(positions),
        })
        .map_err(|error| error.in_file(&self.name))
    }

    /// The next rows, at most some ten thousand; `None` after the last. What is held in memory
    /// besides: of Parquet the pages that the rows are in, of Arrow IPC a record batch of the file.
    ///
    /// # Errors
    /// The file is damaged, asks for too much, or cannot be read. There is nothing to be read after an
    /// error.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>> {
        if self.n_columns.is_none() {
            let all: Vec<usize> = (0..self.schema().fields().len()).collect();
            self.select(&all)?;
        }
        let next = guard(self.kind, || self.next_part());
        next.map_err(|error| error.in_file(&self.name))
    }

    fn next_part(&mut self) -> Result<Option<RecordBatch>> {
        let n_columns = self.n_columns.unwrap_or(0);
        let most_rows = rows_a_batch(n_columns);
        loop {
            if let Some(Read { batch, start, is_heavy }) = &mut self.read
                && *start < batch.num_rows()
            {
                let rows = batch.slice(*start, most_rows.min(batch.num_rows() - *start));
                let rows = part_with_texts(&rows, self.n_rows + 1, &self.limits)?;
                *start += rows.num_rows();
                self.n_rows += rows.num_rows() as u64;
                return if *is_heavy { light(&rows).map(Some) } else { Ok(Some(rows)) };
            }
            self.read = None;
            let batch = match &mut self.reader {
                Reader::Parquet(parquet) => parquet.next()?,
                Reader::Arrow(ipc) => ipc.next()?,
            };
            let Some((batch, n_bytes)) = batch else { return Ok(None) };
            self.limits.count_rows(batch.num_rows(), n_columns)?;
            let n_parts = batch.num_rows().div_ceil(most_rows);
            let is_heavy = n_bytes > n_parts.saturating_mul(MOST_PART_BYTES);
            self.read = Some(Read { batch, start: 0, is_heavy });
        }
    }
}

/// The number of rows of a batch of `n_columns` columns.
fn rows_a_batch(n_columns: usize) -> usize {
    let n_columns = n_columns.max(1);
    let wanted = (NUMBERS_A_BATCH / n_columns).clamp(FEWEST_ROWS, MOST_ROWS);
    wanted.min((MOST_NUMBERS / n_columns).max(1))
}

/// A file that cannot be read on.
fn damaged(kind: Kind, cause: &str) -> Error {
    let name = kind.name();
    Error::data(format!("the {name} data is damaged, cut off or of a newer kind: {cause}"))
        .with_help(format!("write the {name} file again"))
}

fn too_many_columns() -> Error {
    Error::data(format!(
        "the file has more than {} columns, counting those inside others",
        limits::COLUMNS
    ))
    .with_help("leave columns out where the file is written")
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
