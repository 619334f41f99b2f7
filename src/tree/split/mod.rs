//! The best split of a node: features in random order, each scanned by a histogram over its ranks
//! or by sorting the node's ranks, whichever is less work. The splits are exact either way.

pub(crate) mod classes;
pub(crate) mod criterion;
mod scan;
pub(crate) mod sides;
mod sort;
pub(crate) mod tally;
pub(crate) mod values;

use super::random::TreeRng;
use super::ranks::RankedColumn;
use scan::Scanner;
use sides::Sides;

/// A training row as a tree sees it: where it is, its class, and how often the bootstrap drew it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) row: u32,
    /// Its class code; 0 if the tree predicts values.
    pub(crate) class: u16,
    pub(crate) draws: u16,
}

impl Sample {
    /// The draws times what each row weighs, 1 if nothing says.
    pub(crate) fn weight(self, row_weights: Option<&[f64]>) -> f64 {
        f64::from(self.draws) * row_weights.map_or(1.0, |weights| weights[self.row as usize])
    }
}

/// A split of a node: ranks up to `left_rank` go left. `right_rank` is the next one in the node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Split {
    pub(crate) feature: u32,
    pub(crate) left_rank: u32,
    pub(crate) right_rank: u32,
    /// Whether rows without a value go left; `None` if the node has no such rows.
    pub(crate) missing_left: Option<bool>,
    /// The purity of the two sides together.
    pub(crate) purity: f64,
}

/// Where the search for a split looks, the same for all nodes of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) columns: &'a [RankedColumn<'a>],
    pub(crate) max_features: usize,
    pub(crate) min_samples_leaf: usize,
}

/// Finds splits, one node at a time.
pub(crate) struct Splitter<'a, S: Sides> {
    search: Search<'a>,
    sides: S,
    /// All features, in an order that the draws shuffle as they go.
    features: Vec<u32>,
    scanner: Scanner<S::Cell>,
}

impl<'a, S: Sides> Splitter<'a, S> {
    pub(crate) fn new(search: Search<'a>, sides: S) -> Self {
        Self {
            sides,
            features: (0..search.columns.len() as u32).collect(),
            scanner: Scanner::new(search.min_samples_leaf),
            search,
        }
    }

    /// Makes the rows of a node the ones that [`sides`](Self::sides) speak of.
    pub(crate) fn enter(&mut self, samples: &[Sample]) {
        self.sides.enter(samples);
    }

    pub(crate) fn sides(&self) -> &S {
        &self.sides
    }

    /// The best split of the node that was entered among `max_features` features drawn without
    /// replacement, more where all of those are constant in the node; `None` if no split leaves
    /// `min_samples_leaf` rows on both sides. Of equally good splits the first one found wins:
    /// features in the order of their draws (in table order where all are wanted), then in the order
    /// of [`Scanner::scan`].
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
            let feature = self.features[visited];
            let column = &self.search.columns[feature as usize];
            found_varying |=
                self.scanner.scan(feature, column, samples, &mut self.sides, &mut best);
        }
        best
    }
}
