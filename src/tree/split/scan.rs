//! All splits of a node by one feature, offered one after the other.

use super::sides::Sides;
use super::sort::{rank_of, sort_by_rank};
use super::{Sample, Split};
use crate::tree::ranks::RankedColumn;

/// Scans features. It keeps the scratch space, so that no search allocates.
pub(super) struct Scanner<Cell> {
    min_samples_leaf: usize,
    keys: Vec<u64>,
    spare_keys: Vec<u64>,
    /// What the rows of each rank add up to, and how many they are. All zero between two scans.
    cells: Vec<Cell>,
    rows: Vec<u32>,
}

/// How the node's rows have been put in the order of their ranks.
#[derive(Clone, Copy)]
enum Order {
    /// Added up in `cells` and `rows`.
    Counted,
    /// Sorted in `keys`.
    Sorted,
}

/// Where the splits of a feature go that are worth a look.
struct Offers<'b> {
    feature: u32,
    n_rows: usize,
    min_samples_leaf: usize,
    margin: f64,
    missing_left: Option<bool>,
    best: &'b mut Option<Split>,
}

impl Offers<'_> {
    /// Replaces the best split by this one, if that is better and leaves enough rows on both sides.
    fn offer(&mut self, n_left: usize, ranks: [u32; 2], purity: impl FnOnce() -> f64) {
        if n_left < self.min_samples_leaf || self.n_rows - n_left < self.min_samples_leaf {
            return;
        }
        let purity = purity();
        let least = self.best.map_or(f64::NEG_INFINITY, |best| best.purity + self.margin);
        if purity > least {
            let ([left_rank, right_rank], missing_left) = (ranks, self.missing_left);
            *self.best =
                Some(Split { feature: self.feature, left_rank, right_rank, missing_left, purity });
        }
    }
}

impl<Cell: Copy + Default> Scanner<Cell> {
    pub(super) fn new(min_samples_leaf: usize) -> Self {
        Self {
            min_samples_leaf,
            keys: Vec::new(),
            spare_keys: Vec::new(),
            cells: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Offers all splits of one feature; says whether its value varies in the node. Thresholds
    /// ascend. Where the node has rows without a value, these are first on the right side, at last
    /// alone; then they are on the left side, and all thresholds come again.
    pub(super) fn scan<S: Sides<Cell = Cell>>(
        &mut self,
        feature: u32,
        column: &RankedColumn,
        samples: &[Sample],
        sides: &mut S,
        best: &mut Option<Split>,
    ) -> bool {
        let order = if column.n_ranks() * sides.n_cells() <= samples.len() * 4 {
            self.count(column, samples, sides);
            Order::Counted
        } else {
            if !self.fill_keys(column, samples, sides) {
                return false;
            }
            sort_by_rank(&mut self.keys, &mut self.spare_keys, column.n_ranks());
            Order::Sorted
        };
        let n_missing = if column.has_missing() { self.n_missing(order, column) } else { 0 };
        let mut offers = Offers {
            feature,
            n_rows: samples.len(),
            min_samples_leaf: self.min_samples_leaf,
            margin: sides.margin(),
            missing_left: (n_missing > 0).then_some(false),
            best,
        };
        sides.restart();
        let (mut varies, last) = self.pass(order, column, n_missing, 0, sides, &mut offers);
        if n_missing > 0
            && let Some(last) = last
        {
            let n_left = samples.len() - n_missing;
            offers.offer(n_left, [last, column.missing_rank()], || sides.purity());
            sides.restart();
            self.move_missing(order, column, n_missing, sides);
            offers.missing_left = Some(true);
            self.pass(order, column, n_missing, n_missing, sides, &mut offers);
            varies = true;
        }
        if matches!(order, Order::Counted) {
            self.cells[..column.n_ranks() * sides.n_cells()].fill(Cell::default());
            self.rows[..column.n_ranks()].fill(0);
        }
        varies
    }

    fn count<S: Sides<Cell = Cell>>(
        &mut self,
        column: &RankedColumn,
        samples: &[Sample],
        sides: &S,
    ) {
        let n_cells = sides.n_cells();
        let (cells, rows) = (&mut self.cells, &mut self.rows);
        cells.resize(cells.len().max(column.n_ranks() * n_cells), Cell::default());
        rows.resize(rows.len().max(column.n_ranks()), 0);
        for (position, &sample) in samples.iter().enumerate() {
            let rank = column.ranks[sample.row as usize] as usize;
            sides.count(position, sample, &mut cells[rank * n_cells..][..n_cells]);
            rows[rank] += 1;
        }
    }

    /// Makes a key for each row that holds all that the scan needs; says whether ranks differ.
    fn fill_keys<S: Sides<Cell = Cell>>(
        &mut self,
        column: &RankedColumn,
        samples: &[Sample],
        sides: &S,
    ) -> bool {
        let ranks = &column.ranks;
        let first = ranks[samples[0].row as usize];
        let mut varies = false;
        self.keys.clear();
        self.keys.extend(samples.iter().enumerate().map(|(position, &sample)| {
            let rank = ranks[sample.row as usize];
            varies |= rank != first;
            u64::from(rank) << 32 | u64::from(sides.payload(position, sample))
        }));
        varies
    }

    /// How many of the node's rows have no value.
    fn n_missing(&self, order: Order, column: &RankedColumn) -> usize {
        let missing = column.missing_rank();
        match order {
            Order::Counted => self.rows[missing as usize] as usize,
            Order::Sorted => {
                self.keys.len() - self.keys.partition_point(|&key| rank_of(key) < missing)
            }
        }
    }

    /// Moves the rows without a value to the left side.
    fn move_missing<S: Sides<Cell = Cell>>(
        &self,
        order: Order,
        column: &RankedColumn,
        n_missing: usize,
        sides: &mut S,
    ) {
        match order {
            Order::Counted => {
                let n_cells = sides.n_cells();
                sides.move_cells(&self.cells[column.n_values * n_cells..][..n_cells]);
            }
            Order::Sorted => {
                for &key in &self.keys[self.keys.len() - n_missing..] {
                    sides.move_row(key as u32);
                }
            }
        }
    }

    /// Moves rows to the left side, value after value, and offers the splits between two values;
    /// `n_left` rows are there already. Says whether there are two values, and which is the last.
    fn pass<S: Sides<Cell = Cell>>(
        &self,
        order: Order,
        column: &RankedColumn,
        n_missing: usize,
        n_left: usize,
        sides: &mut S,
        offers: &mut Offers,
    ) -> (bool, Option<u32>) {
        match order {
            Order::Counted => self.pass_counted(column.n_values, n_left, sides, offers),
            Order::Sorted => {
                pass_sorted(&self.keys[..self.keys.len() - n_missing], n_left, sides, offers)
            }
        }
    }

    fn pass_counted<S: Sides<Cell = Cell>>(
        &self,
        n_values: usize,
        mut n_left: usize,
        sides: &mut S,
        offers: &mut Offers,
    ) -> (bool, Option<u32>) {
        let n_cells = sides.n_cells();
        let mut previous = None;
        let mut varies = false;
        for (rank, &rows) in (0..).zip(&self.rows[..n_values]) {
            if rows == 0 {
                continue;
            }
            if let Some(left_rank) = previous {
                varies = true;
                offers.offer(n_left, [left_rank, rank], || sides.purity());
            }
            sides.move_cells(&self.cells[rank as usize * n_cells..][..n_cells]);
            n_left += rows as usize;
            previous = Some(rank);
        }
        (varies, previous)
    }
}

fn pass_sorted<S: Sides>(
    keys: &[u64],
    n_left: usize,
    sides: &mut S,
    offers: &mut Offers,
) -> (bool, Option<u32>) {
    let Some(&first) = keys.first() else { return (false, None) };
    let mut left_rank = rank_of(first);
    let mut varies = false;
    for (position, &key) in keys.iter().enumerate() {
        let rank = rank_of(key);
        if rank != left_rank {
            varies = true;
            offers.offer(n_left + position, [left_rank, rank], || sides.purity());
            left_rank = rank;
        }
        sides.move_row(key as u32);
    }
    (varies, Some(left_rank))
}
