//! What `benches/parts.rs` measures and the public library does not offer by itself: ranking columns,
//! searching for the best split of a node, and growing a tree from ranks.

use crate::Target;
use crate::data::Column;
use crate::tree::column::ColumnView;
use crate::tree::grow::{self, ClassResponse, Response};
use crate::tree::grower::GrowSettings;
use crate::tree::random::TreeRng;
use crate::tree::ranks::Ranks;
use crate::tree::sample::Sample;
use crate::tree::split::class_stats::ClassStats;
use crate::tree::split::criterion::{Criterion, Gini};
use crate::tree::split::node_stats::NodeStats;
use crate::tree::split::row_weight::Draws;
use crate::tree::split::splitter::Splitter;
use crate::tree::split::value_stats::{ValueStats, Values};
use crate::tree::split::{Search, SplitFinder};

/// The number of nodes that a search looks into in turn: the processor cannot learn all their branches
/// by heart, and small nodes still stay in its cache, as they do while a tree grows.
const MAX_NODES: usize = 16;

/// Columns as ranks.
pub struct Ranked<'a>(Ranks<'a>);

impl<'a> Ranked<'a> {
    /// Ranks columns of equal length, whose values are finite or missing.
    pub fn new(columns: &'a [Column]) -> Self {
        let views: Vec<_> =
            columns.iter().map(|column| ColumnView::new(&column.values, None)).collect();
        Self(Ranks::new(&views, None, Splitter::Best))
    }

    /// A function that enters a node of `n_rows` rows, each time another one, and says whether
    /// `max_features` features have a split of it. The rows of a node lie far apart, as in a tree;
    /// `target` has at least `n_rows`, and no more than the columns.
    pub fn search(
        &'a self,
        target: Target<'a>,
        max_features: usize,
        n_rows: usize,
    ) -> Box<dyn FnMut() -> bool + 'a> {
        let search = Search { ranks: &self.0, max_features, min_samples_leaf: 1 };
        let nodes = nodes(target, n_rows);
        match response(target) {
            Response::Classes(ClassResponse { n_classes, .. }) => {
                let sides = ClassStats::<Gini, _>::new(n_classes, None, Draws);
                Box::new(searcher(search, sides, nodes))
            }
            Response::Values(values) => Box::new(searcher(search, ValueStats::new(values), nodes)),
        }
    }

    /// Grows a tree to its end on each row of `target` once, looking at `max_features` features in a
    /// node; gives the features' importances. It runs on one thread.
    pub fn grow(&self, target: Target, max_features: usize) -> Vec<f64> {
        let settings = GrowSettings {
            criterion: Criterion::Gini,
            max_depth: None,
            min_samples_split: 2,
            min_samples_leaf: 1,
            max_features,
            max_leaf_nodes: None,
            min_impurity_decrease: 0.0,
        };
        let mut samples: Vec<_> = samples(target, 0, 1).collect();
        let mut rng = TreeRng::new(1, 0);
        grow::grow(&self.0, response(target), &mut samples, &settings, &mut rng, false).importances
    }
}

fn response(target: Target) -> Response {
    match target {
        Target::Classes { n_classes, .. } => {
            Response::Classes(ClassResponse { n_classes, class_weights: None, row_weights: None })
        }
        Target::Values(targets) => {
            // Scaled or not, they take as long.
            let (scaled, exponent) = (targets, 0);
            Response::Values(Values { targets, scaled, exponent, ranks: None, row_weights: None })
        }
    }
}

/// Every `step`-th row from `first`.
fn samples(target: Target, first: usize, step: usize) -> impl Iterator<Item = Sample> {
    (first..target.n_rows()).step_by(step).map(move |row| {
        let class = match target {
            Target::Classes { codes, .. } => codes[row] as u16,
            Target::Values(_) => 0,
        };
        Sample { row: row as u32, class, draws: 1 }
    })
}

fn nodes(target: Target, n_rows: usize) -> Vec<Vec<Sample>> {
    let step = target.n_rows() / n_rows;
    let node = |first| samples(target, first, step).take(n_rows).collect();
    (0..step.min(MAX_NODES)).map(node).collect()
}

fn searcher<S: NodeStats>(
    search: Search,
    sides: S,
    nodes: Vec<Vec<Sample>>,
) -> impl FnMut() -> bool {
    let mut finder = SplitFinder::new(search, sides);
    let mut rng = TreeRng::new(1, 0);
    let mut turns = (0..nodes.len()).cycle();
    move || {
        let node = &nodes[turns.next().unwrap_or_default()];
        finder.enter(node);
        finder.best_split(node, &mut rng).is_some()
    }
}
