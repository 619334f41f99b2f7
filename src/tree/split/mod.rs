//! The best split of a node: features in random order, each scanned by a histogram over its ranks
//! or by sorting the node's ranks, whichever is less work. The splits are exact either way.

pub(crate) mod criterion;
mod sides;
mod sort;

use super::random::TreeRng;
use super::ranks::RankedColumn;
use criterion::Criterion;
use sides::Sides;
use sort::{rank_of, sort_by_rank};

/// A training row as a tree sees it: where it is, its class, and how often the bootstrap drew it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) row: u32,
    pub(crate) class: u16,
    pub(crate) draws: u16,
}

/// A split of a node: ranks up to `left_rank` go left. `right_rank` is the next one in the node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Split {
    pub(crate) feature: u32,
    pub(crate) left_rank: u32,
    pub(crate) right_rank: u32,
    /// The purity of the two sides together, on the criterion's scale.
    pub(crate) purity: f64,
}

/// Where the search for a split looks, the same for all nodes of a tree.
pub(crate) struct Search<'a> {
    pub(crate) columns: &'a [RankedColumn],
    pub(crate) n_classes: usize,
    /// What a row of each class weighs; `None` if all weigh 1.
    pub(crate) class_weights: Option<&'a [f64]>,
    pub(crate) max_features: usize,
    pub(crate) min_samples_leaf: usize,
}

/// Finds splits, one node at a time. It keeps the node's class weights and the scratch space, so
/// that no search allocates.
pub(crate) struct Splitter<'a, C> {
    search: Search<'a>,
    sides: Sides<'a, C>,
    /// All features, in an order that the draws shuffle as they go.
    features: Vec<u32>,
    keys: Vec<u64>,
    spare_keys: Vec<u64>,
    histogram: Histogram,
}

/// Draws by (rank, class) and rows by rank. All zero between two scans.
#[derive(Default)]
struct Histogram {
    draws: Vec<u32>,
    rows: Vec<u32>,
}

impl<'a, C: Criterion> Splitter<'a, C> {
    pub(crate) fn new(search: Search<'a>) -> Self {
        Self {
            sides: Sides::new(search.n_classes, search.class_weights),
            features: (0..search.columns.len() as u32).collect(),
            search,
            keys: Vec::new(),
            spare_keys: Vec::new(),
            histogram: Histogram::default(),
        }
    }

    /// Makes the rows of a node the ones that the other methods speak of.
    pub(crate) fn enter(&mut self, samples: &[Sample]) {
        self.sides.enter(samples);
    }

    /// The node's classes, ascending, each with its weight.
    pub(crate) fn class_weights(&self) -> impl Iterator<Item = (u32, f64)> + Clone + '_ {
        self.sides.class_weights()
    }

    /// The node's weight.
    pub(crate) fn weight(&self) -> f64 {
        self.sides.node_weight()
    }

    /// The node's purity on the criterion's scale.
    pub(crate) fn purity(&self) -> f64 {
        self.sides.node_purity()
    }

    /// The best split among `max_features` features drawn without replacement, more where all of
    /// those are constant in the node; `None` if no split leaves `min_samples_leaf` rows on both
    /// sides. Of equally good splits the first one found wins: features in the order of their
    /// draws (in table order where all are wanted), values ascending.
    pub(crate) fn best_split(&mut self, samples: &[Sample], rng: &mut TreeRng) -> Option<Split> {
        let n_features = self.features.len();
        let draws = self.search.max_features < n_features;
        let mut best = None;
        let mut found_varying = false;
        for visited in 0..n_features {
            if visited >= self.search.max_features && found_varying {
                break;
            }
            if draws {
                let drawn = visited + rng.below((n_features - visited) as u32) as usize;
                self.features.swap(visited, drawn);
            }
            found_varying |= self.scan(self.features[visited], samples, &mut best);
        }
        best
    }

    /// Offers all splits of one feature; says whether its value varies in the node.
    fn scan(&mut self, feature: u32, samples: &[Sample], best: &mut Option<Split>) -> bool {
        let column = &self.search.columns[feature as usize];
        self.sides.restart(feature);
        let n_cells = column.values.len() * self.sides.n_classes();
        if n_cells <= samples.len() * 4 {
            self.scan_histogram(column, samples, best)
        } else {
            self.scan_sorted(column, samples, best)
        }
    }

    fn scan_histogram(
        &mut self,
        column: &RankedColumn,
        samples: &[Sample],
        best: &mut Option<Split>,
    ) -> bool {
        let n_classes = self.sides.n_classes();
        let Histogram { draws, rows } = &mut self.histogram;
        draws.resize(draws.len().max(column.values.len() * n_classes), 0);
        rows.resize(rows.len().max(column.values.len()), 0);
        for sample in samples {
            let rank = column.ranks[sample.row as usize] as usize;
            let class = self.sides.position(sample.class);
            draws[rank * n_classes + class] += u32::from(sample.draws);
            rows[rank] += 1;
        }

        let mut previous = None;
        let mut n_ranks = 0;
        for rank in 0..column.values.len() {
            if rows[rank] == 0 {
                continue;
            }
            if let Some(left_rank) = previous {
                self.sides.offer(left_rank, rank as u32, self.search.min_samples_leaf, best);
            }
            let cells = &mut draws[rank * n_classes..][..n_classes];
            for (position, cell) in cells.iter_mut().enumerate() {
                if *cell > 0 {
                    let class = self.sides.class_at(position);
                    self.sides.move_left(class, f64::from(*cell));
                    *cell = 0;
                }
            }
            self.sides.rows_left += rows[rank] as usize;
            rows[rank] = 0;
            previous = Some(rank as u32);
            n_ranks += 1;
        }
        n_ranks > 1
    }

    fn scan_sorted(
        &mut self,
        column: &RankedColumn,
        samples: &[Sample],
        best: &mut Option<Split>,
    ) -> bool {
        // A key holds all that the scan needs: rank, class, draws, from the high bits to the low.
        let ranks = &column.ranks;
        let first = ranks[samples[0].row as usize];
        let mut varies = false;
        self.keys.clear();
        self.keys.extend(samples.iter().map(|sample| {
            let rank = ranks[sample.row as usize];
            varies |= rank != first;
            u64::from(rank) << 32 | u64::from(sample.class) << 16 | u64::from(sample.draws)
        }));
        if !varies {
            return false;
        }
        sort_by_rank(&mut self.keys, &mut self.spare_keys, column.values.len());

        let mut left_rank = rank_of(self.keys[0]);
        for &key in &self.keys {
            let rank = rank_of(key);
            if rank != left_rank {
                self.sides.offer(left_rank, rank, self.search.min_samples_leaf, best);
                left_rank = rank;
            }
            let class = usize::from((key >> 16) as u16);
            self.sides.move_left(class, f64::from(key as u16));
            self.sides.rows_left += 1;
        }
        true
    }
}
