//! Tables in files of any format, block by block: reading a block is work for one thread, making
//! cells of it for all.

#[cfg(feature = "compression")]
mod archive;
#[cfg(feature = "arrow")]
pub(crate) mod arrow;
mod blocks;
pub(crate) mod cells;
mod chunk;
pub(crate) mod compression;
mod csv;
pub(crate) mod dates;
mod first_bytes;
mod folder;
mod format;
mod hashed;
mod header;
mod input_source;
mod json;
mod missing;
mod open;
mod parts;
mod progress;
pub(crate) mod spelling;
#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::Sha256Digest;
use crate::{Error, ErrorKind, Result, memory, threads};
use blocks::{CsvBlock, CsvBlocks, MAX_BLOCK_BYTES};
use chunk::WrongBlock;
pub(crate) use chunk::{Chunk, Wanted};
pub use format::Format;
pub(crate) use format::check_count;
pub(crate) use format::resolve;
pub use header::Header;
pub(crate) use input_source::{InputSource, Passes};
use json::{JsonBlock, JsonBlocks};
use parts::{FolderBlocks, open};
pub use progress::ReadProgress;

/// What a column takes besides, in each block.
const BYTES_A_COLUMN: usize = 128;

/// A table that is being read.
pub(crate) struct Input {
    source: InputSource,
    passes: Passes,
    header: Header,
    rows: OpenRows,
    /// Of the file's bytes, once all rows have been read.
    digest: Option<Sha256Digest>,
}

/// The rows of a table, to be read once.
struct OpenRows {
    blocks: Blocks,
    /// Of the bytes that have been read, where they are read in order.
    hasher: Option<Arc<Mutex<Sha256>>>,
    /// How many these are.
    n_read: Arc<AtomicU64>,
    /// Whether each row is to be worked on as soon as it is there.
    are_live: bool,
}

/// Where blocks come from.
enum Blocks {
    Csv {
        blocks: CsvBlocks,
        /// What of the first block comes after the header.
        first: Option<CsvBlock>,
    },
    Json(JsonBlocks),
    /// Of the files of a folder.
    Parts(Box<FolderBlocks>),
    #[cfg(feature = "arrow")]
    Arrow {
        batches: arrow::Batches,
        n_rows: u64,
    },
}

/// Some rows of a table, as they were read.
enum Block {
    Csv(CsvBlock),
    Json(JsonBlock),
    #[cfg(feature = "arrow")]
    Arrow {
        batch: arrow_array::RecordBatch,
        /// The number of its first row in the table, from 1.
        first: u64,
    },
}

impl Input {
    /// Reads a table's header.
    ///
    /// # Errors
    /// A file that cannot be read, or has no header that names each column once.
    pub(crate) fn open(
        mut source: InputSource,
        format: Format,
        delimiter: Option<u8>,
        passes: Passes,
    ) -> Result<Self> {
        let (header, rows) = open(&mut source, format, delimiter, passes, None)?;
        Ok(Self { source, passes, header, rows, digest: None })
    }

    /// The columns' names.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// How much of a file is read, if it is read from its beginning to its end.
    pub(crate) fn progress(&self) -> Option<ReadProgress> {
        self.rows.hasher.as_ref()?;
        let read = Arc::clone(&self.rows.n_read);
        Some(ReadProgress { read, n_bytes: self.source.n_bytes()? })
    }

    /// Begins again, at the first row.
    ///
    /// # Errors
    /// As [`open`](Self::open); another header.
    pub(crate) fn rewind(&mut self) -> Result<()> {
        let Self { source, passes, header, .. } = self;
        let format = header.format();
        let (again, rows) = open(source, format, Some(header.delimiter()), *passes, Some(header))
            .map_err(|error| self.or_changed(error))?;
        if again.names() != self.header.names() {
            return Err(self.source.changed());
        }
        self.rows = rows;
        Ok(())
    }

    /// Reads all rows of the columns that are wanted: `work` is done on blocks of them in parallel,
    /// while the next are read; what it gives is taken in order.
    ///
    /// # Errors
    /// The first in the order of the rows: the file's, or what `work` or `take` return. A file that
    /// was written to meanwhile.
    pub(crate) fn for_each<T: Send>(
        &mut self,
        wanted: &Wanted,
        work: impl Fn(Chunk) -> Result<T> + Sync,
        take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let read = self.rows.for_each(&self.header, wanted, work, take);
        read.map_err(|error| self.or_changed(error))?;
        self.check_digest()
    }

    /// An error, or that the file changed where that may be what it comes from.
    fn or_changed(&self, error: Error) -> Error {
        match self.source.check_unchanged() {
            Err(changed) if error.kind() == ErrorKind::Data => changed,
            _ => error,
        }
    }

    /// At the end of a pass: the file's bytes are those of the first one.
    fn check_digest(&mut self) -> Result<()> {
        self.source.check_unchanged()?;
        let digest = match (&self.rows.hasher, self.digest) {
            (Some(hasher), _) => {
                let hasher = hasher.lock().unwrap_or_else(PoisonError::into_inner);
                Sha256Digest(hasher.clone().finalize().into())
            }
            (None, Some(digest)) => digest,
            (None, None) => self.source.digest()?,
        };
        if *self.digest.get_or_insert(digest) != digest {
            return Err(self.source.changed());
        }
        Ok(())
    }

    /// The digest of the file's bytes, once all rows have been read.
    ///
    /// # Errors
    /// They have not.
    pub(crate) fn digest(&self) -> Result<Sha256Digest> {
        self.digest
            .ok_or_else(|| Error::data("not all rows have been read").in_file(self.header.file()))
    }
}

impl OpenRows {
    fn for_each<T: Send>(
        &mut self,
        header: &Header,
        wanted: &Wanted,
        work: impl Fn(Chunk) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let Self { blocks, are_live, .. } = self;
        blocks.select(&wanted.positions())?;
        if *are_live {
            // Nothing is read before what there is has been taken.
            while let Some(block) =
                blocks.next().map_err(|error| error.or_in_file(header.file()))?
            {
                take(work(header.read(&block, wanted)?)?)?;
            }
            return Ok(());
        }
        // In the end enough of them that no thread waits long for the others; few at first, so that who reads
        // from a pipe is not kept waiting.
        let most_blocks = 2 * threads::count();
        let mut n_blocks = 1;
        let mut read = || -> (Vec<Block>, Result<()>) {
            let mut batch = Vec::new();
            n_blocks = most_blocks.min(2 * n_blocks);
            let (mut n_bytes, mut n_rows) = (0, 0);
            while batch.len() < n_blocks && n_bytes < n_blocks * MAX_BLOCK_BYTES {
                match blocks.next() {
                    Ok(Some(block)) => {
                        n_bytes += block.n_bytes();
                        n_rows += block.n_rows();
                        batch.push(block);
                    }
                    Ok(None) => break,
                    Err(error) => return (batch, Err(error.or_in_file(header.file()))),
                }
            }
            let bytes = n_rows * wanted.bytes_of_row()
                + batch.len() * wanted.columns.len() * BYTES_A_COLUMN;
            match memory::check(bytes, || "reading the next rows".to_owned()) {
                Ok(()) => (batch, Ok(())),
                Err(message) => (Vec::new(), Err(Error::data(message).in_file(header.file()))),
            }
        };
        let (mut batch, mut end) = read();
        loop {
            let is_last = batch.is_empty() || end.is_err();
            let work = |block: Block| header.read(&block, wanted).and_then(&work);
            let (next, done) = threads::join(
                || if is_last { (Vec::new(), Ok(())) } else { read() },
                || threads::map(batch, work),
            );
            done.into_iter().try_for_each(|done| take(done?))?;
            if is_last {
                return end;
            }
            (batch, end) = next;
        }
    }
}

impl Blocks {
    /// Says which columns will be asked for, for formats that can leave out the others.
    fn select(&mut self, positions: &[usize]) -> Result<()> {
        match self {
            Self::Csv { .. } | Self::Json(_) => Ok(()),
            Self::Parts(parts) => parts.select(positions),
            #[cfg(feature = "arrow")]
            Self::Arrow { batches, .. } => batches.select(positions),
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
            Self::Json(blocks) => Ok(blocks.next()?.map(Block::Json)),
            Self::Parts(parts) => parts.next(),
            #[cfg(feature = "arrow")]
            Self::Arrow { batches, n_rows } => Ok(batches.next()?.map(|batch| {
                let first = *n_rows + 1;
                *n_rows += batch.num_rows() as u64;
                Block::Arrow { batch, first }
            })),
        }
    }
}

impl Blocks {
    /// How many places, lines or rows, have been read.
    fn n_places(&self) -> u64 {
        match self {
            Self::Csv { blocks, .. } => blocks.n_lines(),
            Self::Json(_) | Self::Parts(_) => 0,
            #[cfg(feature = "arrow")]
            Self::Arrow { n_rows, .. } => *n_rows,
        }
    }

    /// Refuses a file whose columns are of other types than those of another file.
    #[cfg_attr(
        not(feature = "arrow"),
        expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "Arrow alone has types")
    )]
    fn check_types(&self, other: &Self, header: &Header) -> Result<()> {
        #[cfg(feature = "arrow")]
        if let (Self::Arrow { batches, .. }, Self::Arrow { batches: others, .. }) = (self, other)
            && let Some((column, [here, there])) = batches.other_type(others)
        {
            let message =
                format!("the column is of type {here}, in the file before of type {there}");
            return Err(Error::data(message)
                .in_column(column)
                .in_file(header.file())
                .with_help("write the files of a table with the same types"));
        }
        let _ = (other, header);
        Ok(())
    }
}

impl Block {
    /// Has its places go on from those of the files before.
    fn shift(&mut self, start: u64) {
        match self {
            Self::Csv(block) => block.line += start,
            Self::Json(_) => {}
            #[cfg(feature = "arrow")]
            Self::Arrow { first, .. } => *first += start,
        }
    }

    /// How many bytes of the file it holds by itself.
    fn n_bytes(&self) -> usize {
        match self {
            Self::Csv(block) => block.bytes.len(),
            Self::Json(block) => block.bytes.len(),
            #[cfg(feature = "arrow")]
            Self::Arrow { .. } => 0,
        }
    }

    /// How many rows it has, at most; as for bytes, none of Arrow's are counted.
    fn n_rows(&self) -> usize {
        match self {
            Self::Csv(block) => block.line_ends(0..block.bytes.len()) as usize + 1,
            Self::Json(block) => block.records.len(),
            #[cfg(feature = "arrow")]
            Self::Arrow { .. } => 0,
        }
    }
}
