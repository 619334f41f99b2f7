//! All splits of a node by one feature, where sums over rows say all about a side that its score takes.
//! The rows of a small node are sorted; those of a large one go into [buckets](super::bucket_scan).

use std::ops::AddAssign;

use super::best::{Best, NodeSplit, Score};
use super::node_stats::NodeColumn;
use crate::tree::radix::high_half;
use crate::tree::ranks::bits;

/// The maximum number of rows that are sorted.
const FEW: usize = 32;

/// The rows of a node.
pub(super) trait NodeRows {
    /// What rows add up to.
    type Sum: Copy + Default + AddAssign;

    /// About how many rows make a bucket: more, where the corners say more of what is inside.
    const ROWS_OF_BUCKET: usize;

    /// What each row adds.
    fn rows(&self) -> &[Self::Sum];

    /// The score of the split whose left side adds up to `left`.
    fn score(&self, left: Self::Sum) -> Score;

    /// Whether a split that takes to the left side, besides `left`, some of the rows that add up to
    /// `inside` may have a score that exceeds `bar`.
    fn may_exceed(&self, left: Self::Sum, inside: Self::Sum, bar: f64) -> bool;
}

/// Room to work in, so that no scan allocates.
#[derive(Default)]
pub(super) struct Scratch<Sum> {
    /// Rows in order: the rank's distance from the minimum above the position in the node.
    keys: Vec<u64>,
    /// The same of the rows that have been picked; as long as the largest node.
    pub(super) picked: Vec<u64>,
    pub(super) spare: Vec<u64>,
    pub(super) buckets: Vec<Sum>,
    /// How many rows each bucket has; empty where leaves may have a single row.
    pub(super) n_rows: Vec<usize>,
    /// The buckets that are looked into, ascending, with the side to the left of each.
    pub(super) open: Vec<(usize, Side<Sum>)>,
    pub(super) is_open: Vec<bool>,
}

/// The left side of a split.
#[derive(Clone, Copy, Default)]
pub(super) struct Side<Sum> {
    pub(super) sum: Sum,
    pub(super) n_rows: usize,
}

impl<Sum: AddAssign> Side<Sum> {
    pub(super) fn add(&mut self, sum: Sum, n_rows: usize) {
        self.sum += sum;
        self.n_rows += n_rows;
    }
}

/// Offers all splits of a feature, thresholds ascending. Where the node has rows without a value,
/// these are first on the right side, at last alone; then they are on the left side, and all
/// thresholds come again.
pub(super) fn scan<R: NodeRows>(
    rows: &R,
    column: &NodeColumn,
    best: &mut Best,
    scratch: &mut Scratch<R::Sum>,
) {
    let mut pass = |missing_left, left| {
        let mut pass = Pass { rows, column, best, missing_left };
        match column.ranks.len() {
            2 => pass.two_rows(),
            ..=FEW => pass.sorted(left, scratch),
            _ => pass.bucketed(left, scratch),
        }
    };
    if column.missing.is_none() {
        pass(None, Side::default());
    } else {
        pass(Some(false), Side::default());
        pass(Some(true), missing(rows, column));
    }
}

/// Offers the split that takes ranks up to `cut` to the left side, and rows without a value if that is said.
pub(super) fn offer<R: NodeRows>(
    rows: &R,
    column: &NodeColumn,
    cut: u32,
    missing_left: Option<bool>,
    best: &mut Best,
) {
    let goes_left = bits::goes_left(cut, missing_left);
    let mut sum = R::Sum::default();
    for (&rank, &row) in column.ranks.iter().zip(rows.rows()) {
        // Nothing is added for a row that goes right: a branch of the program would cost more.
        sum += if goes_left(rank) { row } else { R::Sum::default() };
    }
    // Where leaves may have a single row, nothing hangs on their number.
    let counted = if best.min_samples_leaf > 1 { column.ranks } else { &[] };
    let n_rows = counted.iter().filter(|rank| goes_left(**rank)).count();
    let left = Side { sum, n_rows };
    Pass { rows, column, best, missing_left }.offer(left, cut);
}

/// The rows without a value.
pub(super) fn missing<R: NodeRows>(rows: &R, column: &NodeColumn) -> Side<R::Sum> {
    let mut side = Side::default();
    if column.missing.is_some() {
        let rows = column.ranks.iter().zip(rows.rows());
        rows.filter(|(rank, _)| **rank > column.max_rank).for_each(|(_, row)| side.add(*row, 1));
    }
    side
}

/// One way through all thresholds of a feature.
pub(super) struct Pass<'a, R: NodeRows> {
    pub(super) rows: &'a R,
    pub(super) column: &'a NodeColumn<'a>,
    pub(super) best: &'a mut Best,
    /// Where missing values are, if the node has some.
    pub(super) missing_left: Option<bool>,
}

impl<R: NodeRows> Pass<'_, R> {
    /// They differ in rank. If one has no value it is the greater, and the second way has no split.
    fn two_rows(&mut self) {
        if self.missing_left != Some(true) {
            let first = usize::from(self.column.ranks[0] != self.column.min_rank);
            self.offer(Side { sum: self.rows.rows()[first], n_rows: 1 }, self.column.min_rank);
        }
    }

    pub(super) fn sorted(&mut self, mut left: Side<R::Sum>, scratch: &mut Scratch<R::Sum>) {
        let &NodeColumn { ranks, min_rank, max_rank, .. } = self.column;
        let keys = &mut scratch.keys;
        keys.clear();
        for (position, &rank) in ranks.iter().enumerate() {
            if rank <= max_rank {
                keys.push(u64::from(rank - min_rank) << 32 | position as u64);
            }
        }
        keys.sort_unstable();
        self.walk(keys, &mut left);
        if self.missing_left == Some(false) {
            self.offer(left, self.column.max_rank);
        }
    }

    /// Moves sorted rows to the left side and offers the splits between them.
    pub(super) fn walk(&mut self, keys: &[u64], left: &mut Side<R::Sum>) {
        let rows = self.rows.rows();
        let mut last = keys.first().copied().map_or(0, high_half);
        for &key in keys {
            if high_half(key) != last {
                self.offer(*left, self.column.min_rank + last);
                last = high_half(key);
            }
            left.add(rows[key as u32 as usize], 1);
        }
    }

    /// Offers the split that takes ranks up to `cut` to the left side.
    pub(super) fn offer(&mut self, left: Side<R::Sum>, cut: u32) {
        let score = self.rows.score(left.sum);
        if score.exceeds(self.best.bar()) && self.is_allowed(left) {
            let (feature, missing_left) = (self.column.feature, self.missing_left);
            self.best.take(score, |score| NodeSplit { feature, cut, missing_left, score });
        }
    }

    /// Whether both sides have as many rows as a leaf has to have.
    pub(super) fn is_allowed(&self, left: Side<R::Sum>) -> bool {
        let min_rows = self.best.min_samples_leaf;
        min_rows <= 1
            || (left.n_rows >= min_rows && self.column.ranks.len() - left.n_rows >= min_rows)
    }
}
