//! The best split of a node: features in random order, each scanned for its best split. The splits
//! are exact: none that the node's ranks allow is left out.
//!
//! A **node** is some of the rows (`samples`), with what they add up to ([`NodeStats`]: weights of
//! classes, or sums of targets). In one feature its rows have ranks ([`NodeColumn`](node_stats::NodeColumn)), and a **candidate
//! split** ([`NodeSplit`]) sends the ranks up to a `cut` to the left. Missing values have a rank of their own above
//! all others; they go to the right, then all candidates are tried again with them on the left, and the better way is kept
//! (`missing_left`).
//!
//! ```text
//! rank          0  1  2  3 │ 4  5  6  7 │ 8  9 10 11        (missing)
//! rows          ▪  ▪     ▪ │ ▪  ▪  ▪    │    ▪     ▪           ▪ ▪
//!               ──── left ─┼──── right ──────────────────── either side
//!                         cut = 3
//!               bucket 0     bucket 1     bucket 2
//! ```
//!
//! A split's **score** ([`Score`](best::Score)) orders candidates as the decrease of impurity does, and is cheaper. Splits whose scores differ
//! by less than rounding can make (`margin`) are equally good: the first wins ([`Best`]).
//!
//! A small node is sorted by rank and walked ([`scan`]). A large one is added up in **buckets** of
//! neighbouring ranks ([`bucket_scan`]): cuts between buckets are scored, and a **bound** says whether a
//! cut inside a bucket can be better than the best so far. Purity is convex in what the left side adds up to,
//! so no cut inside is better than the best corner of what the bucket's rows could add:
//!
//! ```text
//! purity of the split │ ●                ● corners: the bound
//!                     │   ╲            ╱
//!                     │     ○ ─ ○ ─ ○      cuts inside the bucket
//!                     └───────────────────► what the left side adds up to
//! ```
//!
//! With three classes or more there is no such cheap bound: those rows are sorted or counted
//! ([`multiclass_node`]).
//!
//! With a [`Splitter`] that draws thresholds there is one cut a feature to score, wherever between the minimum and the
//! maximum it lies; ranks are then the [bits] of the values.

mod best;
mod binary_node;
mod bucket_scan;
pub(crate) mod class_stats;
pub(crate) mod criterion;
mod multiclass_node;
pub(crate) mod node_stats;
pub(crate) mod row_weight;
mod scan;
pub(crate) mod splitter;
pub(crate) mod value_stats;

use std::ops::Range;

use super::partition::partition;
use super::random::TreeRng;
use super::ranks::{Border, COLUMNS_ABREAST, Ranks, bits};
use super::sample::Sample;
use best::Best;
pub(crate) use best::NodeSplit;
use node_stats::{NodeColumn, NodeStats};
use splitter::Splitter;

/// A node whose split was made.
pub(crate) struct Partitioned {
    /// How many rows go left.
    pub(crate) n_left: usize,
    pub(crate) border: Border,
}

/// Where the search for a split looks, the same for all nodes of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) ranks: &'a Ranks<'a>,
    pub(crate) max_features: usize,
    pub(crate) min_samples_leaf: usize,
}

/// Finds splits, one node at a time.
pub(crate) struct SplitFinder<'a, S: NodeStats> {
    search: Search<'a>,
    stats: S,
    /// All features, in an order that the draws shuffle as they go.
    features: Vec<u32>,
    /// Ranks of the node's rows in the features that were looked at last, one feature after the other.
    gathered: Vec<u32>,
    gathered_features: Range<usize>,
    spare: Vec<Sample>,
}

impl<'a, S: NodeStats> SplitFinder<'a, S> {
    pub(crate) fn new(search: Search<'a>, stats: S) -> Self {
        let features = (0..search.ranks.n_columns() as u32).collect();
        Self {
            search,
            stats,
            features,
            gathered: Vec::new(),
            gathered_features: 0..0,
            spare: Vec::new(),
        }
    }

    /// Makes the rows of a node the ones that [`stats`](Self::stats) are about.
    pub(crate) fn enter(&mut self, samples: &[Sample]) {
        self.stats.enter(samples);
    }

    pub(crate) fn stats(&self) -> &S {
        &self.stats
    }

    /// The best split of the node that was entered among `max_features` features drawn without
    /// replacement, more where all of those are constant in the node; `None` if no split leaves
    /// `min_samples_leaf` rows on both sides. Of equally good splits the first one found wins:
    /// features in the order of their draws, so that none is favoured by its place in the table, then in
    /// the order of [`NodeStats::scan`].
    pub(crate) fn best_split(
        &mut self,
        samples: &[Sample],
        rng: &mut TreeRng,
    ) -> Option<NodeSplit> {
        let n_features = self.features.len();
        let mut best = self.stats.best(self.search.min_samples_leaf);
        let mut found_varying = false;
        let mut visited = 0;
        while visited < self.search.max_features || (visited < n_features && !found_varying) {
            // Several at once, for they lie side by side.
            let n_more = self.search.max_features.saturating_sub(visited).clamp(1, COLUMNS_ABREAST);
            for at in visited..visited + n_more {
                self.draw(at, rng);
            }
            if !best.is_perfect() {
                found_varying |= self.look(visited..visited + n_more, samples, &mut best, rng);
            }
            visited += n_more;
        }
        best.split()
    }

    /// Makes the best split that was found last: moves the rows that go left before the others.
    pub(crate) fn part(&mut self, samples: &mut [Sample], split: &NodeSplit) -> Partitioned {
        let column = self.search.ranks.column(split.feature);
        let n_rows = samples.len();
        let gathered = &self.features[self.gathered_features.clone()];
        let lane = gathered.iter().position(|&feature| feature == split.feature);
        if lane.is_none() {
            self.search.ranks.gather_one(samples, split.feature, &mut self.gathered[..n_rows]);
        }
        let ranks = &self.gathered[lane.unwrap_or(0) * n_rows..][..n_rows];

        if self.search.ranks.splitter() == Splitter::Random {
            let goes_left = bits::goes_left(split.cut, split.missing_left);
            let n_left = partition(samples, ranks, |rank, _| goes_left(rank), &mut self.spare);
            return Partitioned { n_left, border: Border::Drawn(split.cut) };
        }
        let (cut, missing) = (split.cut, column.missing_rank());
        let missing_left = split.missing_left == Some(true);
        // The maximum rank of the left side and the minimum of the right one, each above its row.
        let (mut left, mut right) = (0, u64::MAX);
        let goes_left = |rank: u32, sample: Sample| {
            let key = u64::from(rank) << 32 | u64::from(sample.row);
            let is_below = rank <= cut;
            let is_left = is_below | (missing_left & (rank == missing));
            left = left.max(if is_below { key } else { 0 });
            right = right.min(if is_left { u64::MAX } else { key });
            is_left
        };
        let n_left = partition(samples, ranks, goes_left, &mut self.spare);
        Partitioned { n_left, border: Border::Rows([left as u32, right as u32]) }
    }

    /// Draws the feature that is the next one at a place.
    fn draw(&mut self, at: usize, rng: &mut TreeRng) {
        let n_left = self.features.len() - at;
        self.features.swap(at, at + rng.below(n_left as u32) as usize);
    }

    /// Offers all splits of some of the features, or those at a threshold drawn for each; says whether one of
    /// the features varies in the node.
    fn look(
        &mut self,
        features: Range<usize>,
        samples: &[Sample],
        best: &mut Best,
        rng: &mut TreeRng,
    ) -> bool {
        let ranks = self.search.ranks;
        self.gathered_features = features.clone();
        let features = &self.features[features];
        let n_rows = samples.len();
        if self.gathered.len() < COLUMNS_ABREAST * n_rows {
            self.gathered.resize(COLUMNS_ABREAST * n_rows, 0);
        }
        let gathered = &mut self.gathered[..COLUMNS_ABREAST * n_rows];
        if let [feature] = features {
            ranks.gather_one(samples, *feature, &mut gathered[..n_rows]);
        } else {
            let mut lanes = [features[0]; COLUMNS_ABREAST];
            lanes[..features.len()].copy_from_slice(features);
            ranks.gather(samples, lanes, gathered);
        }
        let mut varies = false;
        for (&feature, ranks_of) in features.iter().zip(gathered.chunks_exact(n_rows)) {
            let column = ranks.column(feature);
            let missing = column.has_missing().then(|| column.missing_rank());
            if let Some(column) = NodeColumn::new(feature, ranks_of, missing) {
                varies = true;
                match ranks.splitter() {
                    _ if best.is_perfect() => {}
                    Splitter::Best => self.stats.scan(&column, best),
                    Splitter::Random => offer_drawn(&mut self.stats, &column, best, rng),
                }
            }
        }
        varies
    }
}

/// Offers the splits of a feature at one threshold, which is drawn: where the node has rows without a value,
/// these are on the right side, then on the left one. If the values do not vary, these are parted from the
/// missing ones. (Were that split offered always, features would be chosen for gaps that chance has made:
/// forests were worse for it.)
fn offer_drawn(
    stats: &mut impl NodeStats,
    column: &NodeColumn,
    best: &mut Best,
    rng: &mut TreeRng,
) {
    if column.min_rank == column.max_rank {
        stats.offer(column, bits::ALL_VALUES, Some(false), best);
        return;
    }
    let cut = bits::draw_threshold(column.min_rank, column.max_rank, rng);
    if column.missing.is_none() {
        stats.offer(column, cut, None, best);
        return;
    }
    stats.offer(column, cut, Some(false), best);
    stats.offer(column, cut, Some(true), best);
}
