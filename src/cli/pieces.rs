//! Rows are worked on in pieces, so that what is made of them, rows times classes, takes no more
//! memory the more there are of both.

use forest::data::Rows;
use forest::{Result, threads};

/// The maximum number of bytes, about, of what is made of all rows that are worked on at the same time.
const BYTES_AT_A_TIME: usize = 1 << 26;

/// The maximum number of rows of a piece: there is something to do for each thread.
const MOST_ROWS: usize = 4096;

/// How many bytes of memory are taken by what is made of rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) of_row: usize,
    /// Beside its rows, of each piece.
    pub(super) of_piece: usize,
}

/// How rows are cut.
pub(super) struct Pieces {
    /// The most rows of one of the blocks that a file is read in.
    few_rows: usize,
    /// How many pieces are worked on at a time.
    n_at_a_time: usize,
    /// The rows of a piece.
    n_rows: usize,
}

/// A block of a file.
pub(super) enum Done<T> {
    Worked(T),
    /// Rows that are to be worked on in pieces.
    TooMany(Rows),
}

impl Pieces {
    pub(super) fn new(cost: Cost) -> Self {
        // As many as there are blocks of a file at a time.
        let most_at_a_time = 2 * threads::count();
        let n_rows = |n_at_a_time: usize| {
            (BYTES_AT_A_TIME / n_at_a_time).saturating_sub(cost.of_piece) / cost.of_row.max(1)
        };
        let half = BYTES_AT_A_TIME / 2;
        let n_at_a_time = (half / cost.of_piece.max(1)).clamp(1, most_at_a_time);
        Self {
            few_rows: n_rows(most_at_a_time),
            n_at_a_time,
            n_rows: n_rows(n_at_a_time).clamp(1, MOST_ROWS),
        }
    }

    /// Does `work` on a block, unless it has too many rows.
    pub(super) fn work_if_few<T>(
        &self,
        rows: Rows,
        work: impl Fn(Rows) -> Result<T>,
    ) -> Result<Done<T>> {
        if rows.len() > self.few_rows {
            return Ok(Done::TooMany(rows));
        }
        work(rows).map(Done::Worked)
    }

    /// Does `work` on all rows, on several pieces in parallel; what it gives is taken in order.
    pub(super) fn for_each<T: Send>(
        &self,
        rows: &Rows,
        work: impl Fn(Rows) -> Result<T> + Sync,
        take: &mut impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        for first in (0..rows.len()).step_by(self.n_rows * self.n_at_a_time) {
            let starts = (first..rows.len()).step_by(self.n_rows).take(self.n_at_a_time);
            let piece = |start| rows.slice(start..rows.len().min(start + self.n_rows));
            let done = threads::map(starts.collect::<Vec<_>>(), |start| work(piece(start)));
            done.into_iter().try_for_each(|done| take(done?))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn whatever_a_row_costs_few_bytes_are_held_at_a_time_and_rows_stay_in_order() {
        for (of_row, of_piece) in [(1, 0), (1 << 12, 1 << 10), (1 << 20, 0), (1 << 18, 1 << 24)] {
            forest::with_threads(2, || {
                let (held, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
                let work = |rows: Rows| {
                    let bytes = of_piece + rows.len() * of_row;
                    most.fetch_max(
                        held.fetch_add(bytes, Ordering::SeqCst) + bytes,
                        Ordering::SeqCst,
                    );
                    Ok((bytes, rows.places))
                };
                let all: Vec<u64> = (0..20_000).collect();
                let mut taken = Vec::new();
                let mut take = |(bytes, places): (usize, Vec<u64>)| {
                    held.fetch_sub(bytes, Ordering::SeqCst);
                    taken.extend(places);
                    Ok(())
                };
                let rows = Rows { places: all.clone(), ..Rows::default() };
                let pieces = Pieces::new(Cost { of_row, of_piece });
                pieces.for_each(&rows, work, &mut take).unwrap();
                assert_eq!(taken, all);
                let most = most.into_inner();
                assert!(most <= BYTES_AT_A_TIME, "{most} bytes at rows of {of_row}");
                let blocks = 2 * threads::count() * (pieces.few_rows * of_row + of_piece);
                assert!(pieces.few_rows == 0 || blocks <= BYTES_AT_A_TIME, "{blocks} bytes");
            });
        }
    }

    #[test]
    fn a_row_that_costs_more_than_all_should_is_worked_on_alone() {
        let pieces = Pieces::new(Cost { of_row: 1 << 30, of_piece: 1 << 30 });
        assert_eq!((pieces.few_rows, pieces.n_at_a_time, pieces.n_rows), (0, 1, 1));
    }
}
