//! Tables in files of any format, block by block: reading a block is work for one thread, making
//! cells of it for all.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
mod blocks;
pub(crate) mod cells;
pub(crate) mod compression;
mod csv;
mod format;
mod header;
mod place;

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Sha256Digest;
use super::missing::Missing;
use crate::{Error, Result};
use blocks::{CsvBlock, CsvBlocks};
use cells::{CellReader, Cells, ReadAs};
pub use format::Format;
pub(crate) use format::resolve;
use format::{HEAD_BYTES, check_head};
pub(crate) use header::Header;
pub(crate) use place::Place;

/// A table that is being read.
pub(crate) struct Input {
    header: Header,
    blocks: Blocks,
    /// Of the bytes that have been read, where they are read in order.
    hasher: Arc<Mutex<Sha256>>,
}

/// Where blocks come from.
enum Blocks {
    Csv {
        blocks: CsvBlocks,
        /// What of the first block comes after the header.
        first: Option<CsvBlock>,
    },
    #[cfg(feature = "arrow")]
    Arrow { batches: arrow::Batches, n_rows: u64 },
}

/// Some rows of a table, as they were read.
enum Block {
    Csv(CsvBlock),
    #[cfg(feature = "arrow")]
    Arrow {
        batch: arrow_array::RecordBatch,
        /// The number of its first row in the table, from 1.
        first: u64,
    },
}

/// The columns that are wanted, and how to read them.
pub(crate) struct Wanted<'a> {
    pub(crate) columns: &'a [(usize, ReadAs)],
    pub(crate) missing: &'a Missing,
}

/// Some rows of the columns that are wanted.
#[derive(Default)]
pub(crate) struct Chunk {
    /// For each row the line that it begins at, or its number in a file without lines, from 1.
    places: Vec<u64>,
    /// For each column its cells; `None` while they are known to be texts and not read as such.
    cells: Vec<Option<Cells>>,
}

/// What is wrong in a block, and where.
struct Wrong {
    place: u64,
    column: Option<usize>,
    error: Error,
}

impl Wrong {
    fn at(place: u64, error: Error) -> Self {
        Self { place, column: None, error }
    }
}

impl Wanted<'_> {
    /// The positions of the columns, ascending, each once.
    #[cfg(feature = "arrow")]
    fn positions(&self) -> Vec<usize> {
        let mut positions: Vec<usize> =
            self.columns.iter().map(|&(position, _)| position).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    fn readers(&self) -> Vec<CellReader<'_>> {
        self.columns.iter().map(|&(_, read_as)| CellReader::new(read_as, self.missing)).collect()
    }
}

impl Chunk {
    /// The rows' places, and the columns' cells in the order in which they were asked for.
    pub(crate) fn into_parts(self) -> (Vec<u64>, Vec<Cells>) {
        let n_rows = self.places.len();
        let cells = self.cells.into_iter().map(|cells| cells.unwrap_or(Cells::Empty(n_rows)));
        (self.places, cells.collect())
    }
}

impl Input {
    /// Opens a table and reads its header.
    ///
    /// # Errors
    /// A file that cannot be read, or has no header that names each column once.
    pub(crate) fn open(place: &Place, format: Format, delimiter: u8) -> Result<Self> {
        let hasher = Arc::default();
        let (names, line, blocks) = match format {
            Format::Csv => open_csv(place, delimiter, &hasher),
            #[cfg(feature = "arrow")]
            Format::Parquet | Format::Arrow => open_arrow(place, format),
            #[cfg(not(feature = "arrow"))]
            Format::Parquet | Format::Arrow => Err(Error::setting(format!(
                "this program was built without the feature `arrow`, which reads {format} files"
            ))
            .help("convert the table to CSV, or use a build that has the feature")),
        }
        .map_err(|error| error.in_file(place.name()))?;
        let header = Header::new(place.name(), names, format, delimiter).map_err(|error| {
            let error = error.in_file(place.name());
            if let Some(line) = line { error.at_line(line) } else { error }
        })?;
        Ok(Self { header, blocks, hasher })
    }

    /// The columns' names.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Reads all rows of the columns that are wanted: `work` is done on blocks of them in parallel,
    /// while the next are read; what it gives is taken in order.
    ///
    /// # Errors
    /// The first in the order of the rows: the file's, or what `work` or `take` return.
    pub(crate) fn for_each<T: Send>(
        &mut self,
        wanted: &Wanted,
        work: impl Fn(Chunk) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let Self { header, blocks, .. } = self;
        blocks.select(wanted)?;
        // In the end so many that no thread waits long for the others; few at first, so that who reads
        // from a pipe is not kept waiting.
        let most_blocks = 2 * rayon::current_num_threads();
        let mut n_blocks = 1;
        let mut read = || -> (Vec<Block>, Result<()>) {
            let mut batch = Vec::new();
            n_blocks = most_blocks.min(2 * n_blocks);
            while batch.len() < n_blocks {
                match blocks.next() {
                    Ok(Some(block)) => batch.push(block),
                    Ok(None) => break,
                    Err(error) => return (batch, Err(error.in_file(header.file()))),
                }
            }
            (batch, Ok(()))
        };
        let (mut batch, mut end) = read();
        loop {
            let is_last = batch.is_empty() || end.is_err();
            let work = |block: Block| header.read(&block, wanted).and_then(&work);
            let (next, done) = rayon::join(
                || if is_last { (Vec::new(), Ok(())) } else { read() },
                || batch.into_par_iter().map(work).collect::<Vec<_>>(),
            );
            done.into_iter().try_for_each(|done| take(done?))?;
            if is_last {
                return end;
            }
            (batch, end) = next;
        }
    }

    /// The digest of the file's bytes, once all rows have been read.
    ///
    /// # Errors
    /// The file cannot be read again.
    #[cfg_attr(not(feature = "arrow"), expect(unused_variables, clippy::unnecessary_wraps))]
    pub(crate) fn digest(&self, place: &Place) -> Result<Sha256Digest> {
        match self.blocks {
            Blocks::Csv { .. } => {
                let hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(Sha256Digest(hasher.clone().finalize().into()))
            }
            #[cfg(feature = "arrow")]
            Blocks::Arrow { .. } => Sha256Digest::of(place.open()?)
                .map_err(|error| Error::io("read the file", error).in_file(place.name())),
        }
    }
}

/// The columns' names, the line that they are on, and the rows.
type Opened = (Vec<String>, Option<u64>, Blocks);

fn open_csv(place: &Place, delimiter: u8, hasher: &Arc<Mutex<Sha256>>) -> Result<Opened> {
    let input = Box::new(Hashed { input: place.open()?, hasher: Arc::clone(hasher) });
    let unreadable = |error| Error::io("read the file", error);
    let mut input = compression::decompress(input).map_err(unreadable)?;
    let head = head(&mut input).map_err(unreadable)?;
    check_head(&head, Format::Csv)?;
    let mut blocks = CsvBlocks::new(Box::new(io::Cursor::new(head).chain(input)), delimiter);
    let mut first = blocks.next()?.ok_or_else(csv::empty)?;
    let n_bytes = first.bytes.len();
    let (names, line) = csv::take_header(&mut first, delimiter)?;
    blocks.expect_rows_like(n_bytes - first.bytes.len());
    Ok((names, Some(line), Blocks::Csv { blocks, first: Some(first) }))
}

#[cfg(feature = "arrow")]
fn open_arrow(place: &Place, format: Format) -> Result<Opened> {
    let mut file = place.open_file()?;
    let head = head(&mut file).map_err(|error| Error::io("read the file", error))?;
    check_head(&head, format)?;
    let kind = arrow::Kind::of(format);
    let batches = arrow::Batches::open(place.open_file()?, kind, place.name())?;
    Ok((batches.header(), None, Blocks::Arrow { batches, n_rows: 0 }))
}

/// The first bytes of a file.
fn head(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

impl Blocks {
    /// Says which columns will be asked for, for formats that can leave out the others.
    #[cfg_attr(not(feature = "arrow"), expect(unused_variables, clippy::unnecessary_wraps))]
    fn select(&mut self, wanted: &Wanted) -> Result<()> {
        match self {
            Self::Csv { .. } => Ok(()),
            #[cfg(feature = "arrow")]
            Self::Arrow { batches, .. } => batches.select(&wanted.positions()),
        }
    }

    fn next(&mut self) -> Result<Option<Block>> {
        match self {
            Self::Csv { blocks, first } => {
                let block = match first.take() {
                    Some(first) => Some(first),
                    None => blocks.next()?,
                };
                Ok(block.map(Block::Csv))
            }
            #[cfg(feature = "arrow")]
            Self::Arrow { batches, n_rows } => Ok(batches.next()?.map(|batch| {
                let first = *n_rows + 1;
                *n_rows += batch.num_rows() as u64;
                Block::Arrow { batch, first }
            })),
        }
    }
}

/// Hashes bytes as they are read, however many readers are put around it.
struct Hashed {
    input: Box<dyn Read + Send>,
    hasher: Arc<Mutex<Sha256>>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..n]);
        Ok(n)
    }
}
