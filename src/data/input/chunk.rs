//! Some rows of the columns that are wanted, as cells.

use super::cells::{CellReader, Cells, Missing, ReadAs};
use crate::Error;

/// What a number takes while it is read, in a vector that may be half empty.
const BYTES_A_NUMBER: usize = 16;

/// Likewise a cell that may be a text: if it is short and in no other row it is kept twice, on the heap,
/// and once in a table. Measured: 230 bytes in columns of nothing else.
const BYTES_A_TEXT: usize = 160;

/// The columns that are wanted, and how to read them.
pub(crate) struct Wanted<'a> {
    pub(crate) columns: &'a [(usize, ReadAs)],
    pub(crate) missing: &'a Missing,
}

/// Some rows of the columns that are wanted.
#[derive(Default)]
pub(crate) struct Chunk {
    /// For each row the line that it begins at, or its number in a file without lines, from 1.
    pub(super) places: Vec<u64>,
    /// For each column its cells; `None` while they are known to be texts and not read as such.
    pub(super) cells: Vec<Option<Cells>>,
}

/// What is wrong in a block, and where.
pub(super) struct WrongBlock {
    pub(super) place: u64,
    pub(super) column: Option<usize>,
    pub(super) error: Error,
}

impl WrongBlock {
    pub(super) fn at(place: u64, error: Error) -> Self {
        Self { place, column: None, error }
    }
}

impl Wanted<'_> {
    /// The positions of the columns, ascending, each once.
    pub(super) fn positions(&self) -> Vec<usize> {
        let mut positions: Vec<usize> =
            self.columns.iter().map(|&(position, _)| position).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// About what the cells of a row take in memory.
    pub(super) fn bytes_of_row(&self) -> usize {
        let is_number = |read_as| !matches!(read_as, ReadAs::Found | ReadAs::Text | ReadAs::Raw);
        let n_numbers = self.columns.iter().filter(|(_, read_as)| is_number(*read_as)).count();
        n_numbers * BYTES_A_NUMBER + (self.columns.len() - n_numbers) * BYTES_A_TEXT
    }

    pub(super) fn readers(&self) -> Vec<CellReader<'_>> {
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
