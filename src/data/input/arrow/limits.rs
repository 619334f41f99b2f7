//! What a Parquet or Arrow file may ask for, held against its size: a small file can claim, or unpack
//! to, more than any machine has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// The maximum number of unpacked bytes that are held at a time: a constant, and a multiple of the
/// file's size. They are pages and dictionaries of Parquet, a record batch and the dictionaries of
/// Arrow IPC.
const HELD_BYTES: u64 = 1 << 26;
const HELD_A_BYTE: u64 = 16;

/// The maximum number of cells in the columns that are read: a constant, and a multiple of the file's
/// size.
const CELLS: u64 = 1 << 24;
const CELLS_A_BYTE: u64 = 1 << 10;

/// The maximum number of bytes that all of a file unpacks to, likewise. A text counts in each row that
/// has it, even if the file keeps it once.
const UNPACKED_BYTES: u64 = 1 << 30;
const UNPACKED_A_BYTE: u64 = 1 << 12;

/// The most bytes of the texts of a row: many rows are in memory at a time.
pub(super) const ROW_BYTES: usize = 1 << 22;

/// The most columns, those inside nested ones included.
pub(super) const COLUMNS: usize = 1 << 17;

/// What a file may ask for, and how much of it has been given to it; copies count together.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    file_bytes: u64,
    rows: Arc<AtomicU64>,
    unpacked: Arc<AtomicU64>,
}

impl Limits {
    /// The limits of a file of this size.
    pub(super) fn new(file_bytes: u64) -> Self {
        Self { file_bytes, rows: Arc::default(), unpacked: Arc::default() }
    }

    /// The number of bytes in the file.
    pub(super) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// Checks that this number of unpacked bytes can be held at a time.
    pub(super) fn hold(&self, bytes: u64) -> Result<()> {
        let most = HELD_BYTES.saturating_add(self.file_bytes.saturating_mul(HELD_A_BYTE));
        if bytes <= most {
            return Ok(());
        }
        Err(Error::data(format!(
            "{bytes} bytes have to be unpacked at a time, and the limit for a file of {} bytes is {most}",
            self.file_bytes
        ))
        .with_help(sentence![
            "write the file in smaller pages or record batches, or leave columns out with ",
            Parameter("ignore"),
        ]))
    }

    /// Checks that a table of this size is within the limit.
    pub(super) fn check_rows(&self, n_rows: u64, n_columns: usize) -> Result<()> {
        let n_cells = n_rows.saturating_mul(n_columns.max(1) as u64);
        let most = CELLS.saturating_add(self.file_bytes.saturating_mul(CELLS_A_BYTE));
        if n_cells <= most {
            return Ok(());
        }
        Err(Error::data(format!(
            "the file has {n_rows} rows or more in the {n_columns} columns to be read, and the limit for a file of {} bytes is {most} cells",
            self.file_bytes
        ))
        .with_help(sentence![
            "leave out columns without values with ",
            Parameter("ignore"),
            ", or give a file with fewer rows",
        ]))
    }

    /// Counts rows that have been read.
    pub(super) fn count_rows(&self, n_rows: usize, n_columns: usize) -> Result<()> {
        let n_rows = n_rows as u64;
        let n_rows = self.rows.fetch_add(n_rows, Ordering::Relaxed).saturating_add(n_rows);
        self.check_rows(n_rows, n_columns)
    }

    /// Counts bytes that have been unpacked, or texts that have been repeated.
    pub(super) fn count_unpacked(&self, bytes: u64) -> Result<()> {
        let unpacked = self.unpacked.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let most = UNPACKED_BYTES.saturating_add(self.file_bytes.saturating_mul(UNPACKED_A_BYTE));
        if unpacked <= most {
            return Ok(());
        }
        Err(Error::data(format!(
            "the cells to be read unpack to more than {most} bytes, the limit for a file of {} bytes",
            self.file_bytes
        ))
        .with_help(sentence![
            "leave out columns of long texts with ",
            Parameter("ignore"),
            ", or shorten the texts",
        ]))
    }
}
