//! The best split of a large node by one feature, without sorting its rows.
//!
//! Rows are added up in buckets of neighbouring ranks. The splits between two buckets are scored, and
//! rows are put in order only in those buckets inside which a better split can be. This loses
//! nothing: purity is a convex function of what a side adds up to, so no split inside a bucket is
//! better than the corners of what its rows can add up to.

use std::ops::AddAssign;

use super::node_stats::NodeColumn;
use super::scan::{NodeRows, Pass, Scratch, Side};
use crate::tree::radix::{high_half, sort_by_high_half};

/// The fewest and the most buckets, as powers of two.
const BUCKET_BITS: (u32, u32) = (4, 10);

/// Ranges of as many ranks, a power of two, from the minimum on.
#[derive(Clone, Copy)]
struct Buckets {
    min_rank: u32,
    shift: u32,
}

impl Buckets {
    /// With about this many rows each.
    fn new(column: &NodeColumn, rows_of_bucket: usize) -> Self {
        let bits = (column.ranks.len() / rows_of_bucket).max(1).ilog2();
        let bits = bits.clamp(BUCKET_BITS.0, BUCKET_BITS.1);
        let span_bits = u32::BITS - (column.max_rank - column.min_rank).leading_zeros();
        Self { min_rank: column.min_rank, shift: span_bits.saturating_sub(bits) }
    }

    /// The bucket of a rank.
    fn of(self, rank: u32) -> usize {
        ((rank - self.min_rank) >> self.shift) as usize
    }

    /// How far the maximum rank of a bucket is above the minimum of all.
    fn last(self, bucket: usize) -> u32 {
        u32::try_from(((bucket as u64 + 1) << self.shift) - 1).unwrap_or(u32::MAX)
    }
}

/// A split between two buckets: the one before it, and the left side.
struct Boundary<Sum> {
    bucket: usize,
    left: Side<Sum>,
    score: f64,
}

impl<R: NodeRows> Pass<'_, R> {
    pub(super) fn bucketed(&mut self, left: Side<R::Sum>, scratch: &mut Scratch<R::Sum>) {
        let buckets = Buckets::new(self.column, R::ROWS_OF_BUCKET);
        self.fill(buckets, scratch);
        let mut boundary = self.best_boundary(left, scratch);
        scratch.open.clear();
        if buckets.shift > 0 {
            self.open(left, boundary.as_ref(), scratch);
        }
        let n_picked = if scratch.open.is_empty() { 0 } else { self.sort_open(buckets, scratch) };
        let mut keys = &scratch.picked[..n_picked];
        for &(bucket, mut left) in &scratch.open {
            if let Some(before) = boundary.take_if(|boundary| boundary.bucket < bucket) {
                self.offer_boundary(&before, buckets);
            }
            let last = buckets.last(bucket);
            let inside;
            (inside, keys) = keys.split_at(keys.partition_point(|&key| high_half(key) <= last));
            self.walk(inside, &mut left);
        }
        if let Some(boundary) = boundary {
            self.offer_boundary(&boundary, buckets);
        }
    }

    fn offer_boundary(&mut self, boundary: &Boundary<R::Sum>, buckets: Buckets) {
        let last = u64::from(self.column.min_rank) + u64::from(buckets.last(boundary.bucket));
        self.offer(boundary.left, last.min(self.column.max_rank.into()) as u32);
    }

    /// Adds the rows up.
    fn fill(&self, buckets: Buckets, scratch: &mut Scratch<R::Sum>) {
        let &NodeColumn { ranks, max_rank, .. } = self.column;
        let n_buckets = buckets.of(max_rank) + 1;
        scratch.buckets.clear();
        scratch.buckets.resize(n_buckets, R::Sum::default());
        let rows = ranks.iter().zip(self.rows.rows());
        if self.column.missing.is_none() {
            add_up(rows, buckets, &mut scratch.buckets);
        } else {
            let present = rows.filter(|(rank, _)| **rank <= max_rank);
            add_up(present, buckets, &mut scratch.buckets);
        }
        scratch.n_rows.clear();
        if self.best.min_samples_leaf > 1 {
            scratch.n_rows.resize(n_buckets, 0);
            let present = ranks.iter().filter(|rank| **rank <= max_rank);
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
        let (bar, margin) = (self.best.bar(), self.best.margin());
        // One that comes first wins if it is as good, one that comes later if it is better.
        let [bar_before, bar_after] = boundary.map_or([bar; 2], |boundary| {
            [bar.max(boundary.score - 2.0 * margin), bar.max(boundary.score + margin)]
        });
        let first_after = boundary.map_or(0, |boundary| boundary.bucket + 1);
        for (bucket, &inside) in scratch.buckets.iter().enumerate() {
            let before = left;
            left.add(inside, scratch.n_rows.get(bucket).copied().unwrap_or(0));
            let bar = if bucket < first_after { bar_before } else { bar_after };
            if self.rows.may_exceed(before.sum, inside, bar) || self.is_limit(before, left) {
                scratch.open.push((bucket, before));
            }
        }
    }

    /// Whether leaves become large enough, or too small, from one split to the other: then one
    /// between them may be better than both, for these are not allowed.
    fn is_limit(&self, before: Side<R::Sum>, after: Side<R::Sum>) -> bool {
        let min_rows = self.best.min_samples_leaf;
        min_rows > 1
            && after.n_rows >= min_rows
            && self.column.ranks.len() - before.n_rows >= min_rows
            && !(self.is_allowed(before) && self.is_allowed(after))
    }

    /// Picks the rows of the open buckets and sorts them; returns how many they are.
    fn sort_open(&self, buckets: Buckets, scratch: &mut Scratch<R::Sum>) -> usize {
        let Scratch { picked, spare, open, is_open, .. } = scratch;
        is_open.clear();
        is_open.resize(scratch.buckets.len(), false);
        for &(bucket, _) in open.iter() {
            is_open[bucket] = true;
        }
        let &NodeColumn { ranks, min_rank, max_rank, .. } = self.column;
        if picked.len() <= ranks.len() {
            picked.resize(ranks.len() + 1, 0);
        }
        let wanted = |rank: u32| is_open[buckets.of(rank)];
        let n_picked = if self.column.missing.is_none() {
            pick(ranks, min_rank, wanted, picked)
        } else {
            pick(ranks, min_rank, |rank| rank <= max_rank && wanted(rank), picked)
        };
        let span_bits = u32::BITS - (max_rank - min_rank).leading_zeros();
        sort_by_high_half(&mut picked[..n_picked], spare, span_bits);
        n_picked
    }
}

// The loops over all rows of a node, where the time goes. Each stands alone, to keep what it needs in
// registers.

#[inline(never)]
fn add_up<'a, Sum: Copy + AddAssign + 'a>(
    rows: impl Iterator<Item = (&'a u32, &'a Sum)>,
    buckets: Buckets,
    sums: &mut [Sum],
) {
    rows.for_each(|(&rank, &row)| sums[buckets.of(rank)] += row);
}

/// Picks the wanted rows, the rank's distance from the minimum above the position; returns how many they
/// are. There is room for one more than all.
#[inline(never)]
fn pick(ranks: &[u32], min_rank: u32, wanted: impl Fn(u32) -> bool, picked: &mut [u64]) -> usize {
    let mut n_picked = 0;
    for (position, &rank) in ranks.iter().enumerate() {
        // Written always, for a branch of the program would cost more.
        picked[n_picked] = u64::from(rank.wrapping_sub(min_rank)) << 32 | position as u64;
        n_picked += usize::from(wanted(rank));
    }
    n_picked
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::super::best::Best;
    use super::super::class_stats::ClassStats;
    use super::super::criterion::{Entropy, Gini, Impurity};
    use super::super::node_stats::NodeStats;
    use super::super::row_weight::{Draws, Weighted};
    use super::super::value_stats::{ValueStats, Values};
    use super::super::{NodeSplit, Sample};
    use super::*;
    use crate::tree::random::TreeRng;

    /// Rows of random ranks, some of them missing, whose targets hang on them or do not.
    struct Node {
        samples: Vec<Sample>,
        ranks: Vec<u32>,
        missing: Option<u32>,
        targets: Vec<f64>,
        row_weights: Vec<f64>,
        min_samples_leaf: usize,
    }

    impl Node {
        fn new(seed: u64) -> Self {
            let mut rng = TreeRng::new(seed, 0);
            let n_rows = 33 + rng.below(if seed.is_multiple_of(10) { 5_000 } else { 300 });
            let n_ranks = [2, 20, 300, 100_000][rng.below(4) as usize];
            let first = rng.below(1000);
            let missing = (rng.below(2) == 0).then_some(first + n_ranks);
            let ranks: Vec<u32> = (0..n_rows)
                .map(|_| {
                    missing.filter(|_| rng.below(5) == 0).unwrap_or(first + rng.below(n_ranks))
                })
                .collect();
            let noise = [1, 20, 1000][rng.below(3) as usize];
            let cut = first + rng.below(n_ranks);
            let target = |rank: &u32| f64::from(u32::from(*rank < cut) * 10 + rng.below(noise));
            let targets: Vec<f64> = ranks.iter().map(target).collect();
            let mut sample = |row: u32| {
                let class = u16::from(targets[row as usize] >= f64::from(5 + noise / 2));
                Sample { row, class, draws: 1 + rng.below(3) as u16 }
            };
            let samples = (0..n_rows).map(&mut sample).collect();
            let row_weights = (0..n_rows).map(|_| f64::from(1 + rng.below(1000)) / 64.0).collect();
            let min_samples_leaf = [1, 1, 2, 12][rng.below(4) as usize];
            Self { samples, ranks, missing, targets, row_weights, min_samples_leaf }
        }

        /// The best split, by buckets or by sorting all rows.
        fn best<R: NodeRows>(
            &self,
            rows: &R,
            mut best: Best,
            by_buckets: bool,
        ) -> Option<NodeSplit> {
            let column = NodeColumn::new(0, &self.ranks, self.missing)?;
            let mut scratch = Scratch::default();
            let missing = super::super::scan::missing(rows, &column);
            let passes = match column.missing {
                None => vec![(None, Side::default())],
                Some(_) => vec![(Some(false), Side::default()), (Some(true), missing)],
            };
            for (missing_left, left) in passes {
                let mut pass = Pass { rows, column: &column, best: &mut best, missing_left };
                if by_buckets {
                    pass.bucketed(left, &mut scratch);
                } else {
                    pass.sorted(left, &mut scratch);
                }
            }
            best.split()
        }

        /// Both have to send the same rows left.
        fn check<R: NodeRows>(&self, rows: &R, best: impl Fn() -> Best, case: &str) {
            let [bucketed, sorted] = [true, false].map(|by| self.best(rows, best(), by));
            let left = |split: &NodeSplit| -> Vec<bool> {
                let missing = self.missing.filter(|_| split.missing_left == Some(true));
                self.ranks.iter().map(|&rank| rank <= split.cut || Some(rank) == missing).collect()
            };
            assert_eq!(bucketed.as_ref().map(left), sorted.as_ref().map(left), "{case}");
        }
    }

    fn check_classes<C: Impurity>(seeds: Range<u64>) {
        for seed in seeds {
            let node = Node::new(seed);
            let class_weights = [0.3, 1.7];
            let class_weights = (seed.is_multiple_of(3)).then_some(class_weights.as_slice());
            let mut stats = ClassStats::<C, _>::new(2, class_weights, Draws);
            stats.enter(&node.samples);
            if !stats.is_pure() {
                node.check(
                    stats.binary(),
                    || stats.best(node.min_samples_leaf),
                    &format!("{seed}"),
                );
            }
            let row_weights = node.row_weights.as_slice();
            let mut stats = ClassStats::<C, _>::new(2, class_weights, Weighted { row_weights });
            stats.enter(&node.samples);
            if !stats.is_pure() {
                let case = format!("{seed}, weighted");
                node.check(stats.binary(), || stats.best(node.min_samples_leaf), &case);
            }
        }
    }

    #[test]
    fn buckets_find_the_split_that_sorting_finds_by_gini() {
        check_classes::<Gini>(0..3_000);
    }

    #[test]
    fn buckets_find_the_split_that_sorting_finds_by_entropy() {
        check_classes::<Entropy>(3_000..4_000);
    }

    #[test]
    fn buckets_find_the_split_that_sorting_finds_by_squared_error() {
        for seed in 4_000..7_000 {
            let node = Node::new(seed);
            for row_weights in [None, Some(node.row_weights.as_slice())] {
                let values = Values {
                    targets: &node.targets,
                    scaled: &node.targets,
                    exponent: 0,
                    ranks: None,
                    row_weights,
                };
                let mut stats = ValueStats::new(values);
                stats.enter(&node.samples);
                if !stats.is_pure() {
                    let best = || stats.best(node.min_samples_leaf);
                    node.check(
                        stats.targets(),
                        best,
                        &format!("{seed}, {}", row_weights.is_some()),
                    );
                }
            }
        }
    }
}
