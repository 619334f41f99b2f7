//! All splits of a node by one feature, where sums over rows say all about a side that its score takes.
//!
//! A large node is not sorted. Its rows are added up in buckets of neighbouring ranks; the splits
//! between two buckets are scored, and rows are put in order only in those buckets inside which a
//! better split can be. This loses nothing: purity is a convex function of what a side adds up to, so
//! no split inside a bucket is better than the corners of what its rows can add up to.

use std::ops::AddAssign;

use super::Split;
use super::best::{Best, Score};
use super::column::NodeColumn;
use crate::tree::radix::{high_half, sort_by_high_half};

/// Up to so many rows are sorted.
const FEW: usize = 32;

/// The fewest and the most buckets, as powers of two.
const BUCKET_BITS: (u32, u32) = (4, 10);

/// The rows of a node.
pub(super) trait Rows {
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
    /// Rows in order: the rank's distance from the least above the position in the node.
    keys: Vec<u64>,
    spare: Vec<u64>,
    buckets: Vec<Sum>,
    /// How many rows each bucket has; empty where leaves may have a single row.
    n_rows: Vec<usize>,
    /// The buckets that are looked into, ascending, with the side to the left of each.
    open: Vec<(usize, Side<Sum>)>,
    is_open: Vec<bool>,
}

/// The left side of a split.
#[derive(Clone, Copy, Default)]
struct Side<Sum> {
    sum: Sum,
    n_rows: usize,
}

impl<Sum: AddAssign> Side<Sum> {
    fn add(&mut self, sum: Sum, n_rows: usize) {
        self.sum += sum;
        self.n_rows += n_rows;
    }
}

/// Offers all splits of a feature, thresholds ascending. Where the node has rows without a value,
/// these are first on the right side, at last alone; then they are on the left side, and all
/// thresholds come again.
pub(super) fn scan<R: Rows>(
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

/// The rows without a value.
fn missing<R: Rows>(rows: &R, column: &NodeColumn) -> Side<R::Sum> {
    let mut side = Side::default();
    if column.missing.is_some() {
        let rows = column.ranks.iter().zip(rows.rows());
        rows.filter(|(rank, _)| **rank > column.greatest).for_each(|(_, row)| side.add(*row, 1));
    }
    side
}

/// One way through all thresholds of a feature.
struct Pass<'a, R: Rows> {
    rows: &'a R,
    column: &'a NodeColumn<'a>,
    best: &'a mut Best,
    /// Where missing values are, if the node has some.
    missing_left: Option<bool>,
}

impl<R: Rows> Pass<'_, R> {
    /// They differ in rank. If one has no value it is the greater, and the second way has no split.
    fn two_rows(&mut self) {
        if self.missing_left != Some(true) {
            let first = usize::from(self.column.ranks[0] != self.column.least);
            self.offer(Side { sum: self.rows.rows()[first], n_rows: 1 }, self.column.least);
        }
    }

    fn sorted(&mut self, mut left: Side<R::Sum>, scratch: &mut Scratch<R::Sum>) {
        let &NodeColumn { ranks, least, greatest, .. } = self.column;
        let keys = &mut scratch.keys;
        keys.clear();
        for (position, &rank) in ranks.iter().enumerate() {
            if rank <= greatest {
                keys.push(u64::from(rank - least) << 32 | position as u64);
            }
        }
        keys.sort_unstable();
        self.walk(keys, &mut left);
        if self.missing_left == Some(false) {
            self.offer(left, self.column.greatest);
        }
    }

    /// Sorts the rows that have a value and whose rank is wanted.
    fn sort(&self, wanted: impl Fn(u32) -> bool, scratch: &mut Scratch<R::Sum>) {
        let &NodeColumn { ranks, least, greatest, .. } = self.column;
        collect_keys(ranks, least, |rank| rank <= greatest && wanted(rank), &mut scratch.keys);
        let bits = u32::BITS - (greatest - least).leading_zeros();
        sort_by_high_half(&mut scratch.keys, &mut scratch.spare, bits);
    }

    /// Moves sorted rows to the left side and offers the splits between them.
    fn walk(&mut self, keys: &[u64], left: &mut Side<R::Sum>) {
        let rows = self.rows.rows();
        let mut last = keys.first().copied().map_or(0, high_half);
        for &key in keys {
            if high_half(key) != last {
                self.offer(*left, self.column.least + last);
                last = high_half(key);
            }
            left.add(rows[key as u32 as usize], 1);
        }
    }

    /// Offers the split that takes ranks up to `cut` to the left side.
    fn offer(&mut self, left: Side<R::Sum>, cut: u32) {
        let score = self.rows.score(left.sum);
        if score.exceeds(self.best.bar()) && self.is_allowed(left) {
            let (feature, missing_left) = (self.column.feature, self.missing_left);
            self.best.take(score, |score| Split { feature, cut, missing_left, score });
        }
    }

    /// Whether both sides have as many rows as a leaf has to have.
    fn is_allowed(&self, left: Side<R::Sum>) -> bool {
        let least = self.best.min_samples_leaf;
        least <= 1 || (left.n_rows >= least && self.column.ranks.len() - left.n_rows >= least)
    }

    fn bucketed(&mut self, left: Side<R::Sum>, scratch: &mut Scratch<R::Sum>) {
        let buckets = Buckets::new(self.column, R::ROWS_OF_BUCKET);
        self.fill(&buckets, scratch);
        let boundary = self.best_boundary(left, scratch);
        let cut =
            |boundary: &Boundary<_>| buckets.greatest(boundary.bucket).min(self.column.greatest);
        let offer = boundary.as_ref().map(|boundary| (boundary.left, cut(boundary)));
        if buckets.shift > 0 {
            self.open(left, boundary.as_ref(), scratch);
        } else {
            scratch.open.clear();
        }
        let mut offer = offer.into_iter();
        if !scratch.open.is_empty() {
            self.sort_open(&buckets, scratch);
            let mut keys = scratch.keys.as_slice();
            for &(bucket, mut left) in &scratch.open {
                if boundary.as_ref().is_some_and(|boundary| boundary.bucket < bucket) {
                    offer.by_ref().for_each(|(left, cut)| self.offer(left, cut));
                }
                let greatest = buckets.greatest(bucket) - buckets.least;
                let inside;
                (inside, keys) =
                    keys.split_at(keys.partition_point(|&key| high_half(key) <= greatest));
                self.walk(inside, &mut left);
            }
        }
        offer.for_each(|(left, cut)| self.offer(left, cut));
    }

    /// Adds the rows up.
    fn fill(&self, buckets: &Buckets, scratch: &mut Scratch<R::Sum>) {
        let &NodeColumn { ranks, greatest, .. } = self.column;
        let n_buckets = buckets.of(greatest) + 1;
        scratch.buckets.clear();
        scratch.buckets.resize(n_buckets, R::Sum::default());
        let rows = ranks.iter().zip(self.rows.rows());
        if self.column.missing.is_none() {
            add_up(rows, buckets, &mut scratch.buckets);
        } else {
            let present = rows.filter(|(rank, _)| **rank <= greatest);
            add_up(present, buckets, &mut scratch.buckets);
        }
        scratch.n_rows.clear();
        if self.best.min_samples_leaf > 1 {
            scratch.n_rows.resize(n_buckets, 0);
            let present = ranks.iter().filter(|rank| **rank <= greatest);
            add_up(present.zip(std::iter::repeat(&1)), buckets, &mut scratch.n_rows);
        }
    }

    /// The best split between two buckets, if it is better than the best so far.
    #[inline(never)]
    fn best_boundary(
        &self,
        mut left: Side<R::Sum>,
        scratch: &Scratch<R::Sum>,
    ) -> Option<Boundary<R::Sum>> {
        let mut best = None;
        let mut bar = self.best.bar();
        let last = scratch.buckets.len() - usize::from(self.missing_left != Some(false));
        for (bucket, &sum) in scratch.buckets[..last].iter().enumerate() {
            left.add(sum, scratch.n_rows.get(bucket).copied().unwrap_or(0));
            let score = self.rows.score(left.sum);
            if score.exceeds(bar) && self.is_allowed(left) {
                let score = score.value();
                bar = score + self.best.margin();
                best = Some(Boundary { bucket, left, score });
            }
        }
        best
    }

    /// Opens the buckets inside which a split may be that wins over the best so far and over the
    /// best between buckets.
    #[inline(never)]
    fn open(
        &self,
        mut left: Side<R::Sum>,
        boundary: Option<&Boundary<R::Sum>>,
        scratch: &mut Scratch<R::Sum>,
    ) {
        scratch.open.clear();
        let (bar, margin) = (self.best.bar(), self.best.margin());
        // One that comes first wins if it is as good, one that comes later if it is better.
        let bars = boundary.map_or([bar; 2], |boundary| {
            [boundary.score - 2.0 * margin, boundary.score + margin]
                .map(|of_boundary| of_boundary.max(bar))
        });
        let first_after = boundary.map_or(0, |boundary| boundary.bucket + 1);
        for (bucket, &inside) in scratch.buckets.iter().enumerate() {
            let before = left;
            left.add(inside, scratch.n_rows.get(bucket).copied().unwrap_or(0));
            let bar = bars[usize::from(bucket >= first_after)];
            if self.rows.may_exceed(before.sum, inside, bar) || self.is_limit(before, left) {
                scratch.open.push((bucket, before));
            }
        }
    }

    /// Whether leaves become large enough, or too small, from one split to the other: then one
    /// between them may be better than both, for these are not allowed.
    fn is_limit(&self, before: Side<R::Sum>, after: Side<R::Sum>) -> bool {
        let least = self.best.min_samples_leaf;
        least > 1
            && after.n_rows >= least
            && self.column.ranks.len() - before.n_rows >= least
            && !(self.is_allowed(before) && self.is_allowed(after))
    }

    /// Sorts the rows of the open buckets.
    fn sort_open(&self, buckets: &Buckets, scratch: &mut Scratch<R::Sum>) {
        let mut is_open = std::mem::take(&mut scratch.is_open);
        is_open.clear();
        is_open.resize(scratch.buckets.len(), false);
        for &(bucket, _) in &scratch.open {
            is_open[bucket] = true;
        }
        self.sort(|rank| is_open[buckets.of(rank)], scratch);
        scratch.is_open = is_open;
    }
}

// The loops over all rows of a node, where the time goes: each on its own keeps what it needs in
// registers.

#[inline(never)]
fn add_up<'a, Sum: Copy + AddAssign + 'a>(
    rows: impl Iterator<Item = (&'a u32, &'a Sum)>,
    buckets: &Buckets,
    sums: &mut [Sum],
) {
    let Buckets { least, shift } = *buckets;
    let buckets = Buckets { least, shift };
    rows.for_each(|(&rank, &row)| sums[buckets.of(rank)] += row);
}

#[inline(never)]
fn collect_keys(ranks: &[u32], least: u32, wanted: impl Fn(u32) -> bool, keys: &mut Vec<u64>) {
    keys.clear();
    keys.resize(ranks.len() + 1, 0);
    let mut n_keys = 0;
    for (position, &rank) in (0..).zip(ranks) {
        // Written always, for a branch of the program would cost more.
        let position: u64 = position;
        keys[n_keys] = u64::from(rank.wrapping_sub(least)) << 32 | position;
        n_keys += usize::from(wanted(rank));
    }
    keys.truncate(n_keys);
}

/// A split between two buckets: the one before it, and the left side.
struct Boundary<Sum> {
    bucket: usize,
    left: Side<Sum>,
    score: f64,
}

/// Ranges of as many ranks, a power of two, from the least on.
struct Buckets {
    least: u32,
    shift: u32,
}

impl Buckets {
    /// With about so many rows each.
    fn new(column: &NodeColumn, rows_of_bucket: usize) -> Self {
        let bits =
            (column.ranks.len() / rows_of_bucket).ilog2().clamp(BUCKET_BITS.0, BUCKET_BITS.1);
        let span_bits = u32::BITS - (column.greatest - column.least).leading_zeros();
        Self { least: column.least, shift: span_bits.saturating_sub(bits) }
    }

    /// The bucket of a rank.
    fn of(&self, rank: u32) -> usize {
        ((rank - self.least) >> self.shift) as usize
    }

    /// The greatest rank of a bucket.
    fn greatest(&self, bucket: usize) -> u32 {
        let next = u64::from(self.least) + ((bucket as u64 + 1) << self.shift);
        u32::try_from(next - 1).unwrap_or(u32::MAX)
    }
}
