//! Our own exact CART: one tree from ranked columns, by what it learns to predict.

use super::grower::{GrowSettings, Setting};
use super::grown::Grown;
use super::random::TreeRng;
use super::ranks::Ranks;
use super::sample::Sample;
use super::split::class_stats::ClassStats;
use super::split::criterion::{Criterion, Entropy, Gini, Impurity};
use super::split::row_weight::{Draws, Weighted};
use super::split::value_stats::{ValueStats, Values};
use super::subtree;

/// What a tree learns to predict.
#[derive(Clone, Copy)]
pub(crate) enum Response<'a> {
    /// The class that each sample has.
    Classes(ClassResponse<'a>),
    /// A number for each row.
    Values(Values<'a>),
}

/// What there is to know of classes besides each row's.
#[derive(Clone, Copy)]
pub(crate) struct ClassResponse<'a> {
    pub(crate) n_classes: usize,
    /// What a row of each class weighs; `None` if all weigh 1.
    pub(crate) class_weights: Option<&'a [f64]>,
    /// What each row weighs besides; `None` if all weigh 1.
    pub(crate) row_weights: Option<&'a [f64]>,
}

/// Grows a tree on `samples`, of which there is at least one, and which it reorders; a large tree on
/// several threads, if that is wanted.
pub(crate) fn grow(
    ranks: &Ranks,
    response: Response,
    samples: &mut [Sample],
    settings: &GrowSettings,
    rng: &mut TreeRng,
    on_threads: bool,
) -> Grown {
    let tree = Setting { ranks, settings, total_weight: 0.0, on_threads };
    match (response, settings.criterion) {
        (Response::Values(values), _) => {
            subtree::grow(tree, &|| ValueStats::new(values), samples, rng)
        }
        (Response::Classes(classes), Criterion::Entropy) => {
            grow_classes::<Entropy>(tree, classes, samples, rng)
        }
        (Response::Classes(classes), _) => grow_classes::<Gini>(tree, classes, samples, rng),
    }
}

fn grow_classes<C: Impurity>(
    tree: Setting,
    classes: ClassResponse,
    samples: &mut [Sample],
    rng: &mut TreeRng,
) -> Grown {
    let ClassResponse { n_classes, class_weights, row_weights } = classes;
    match row_weights {
        None => {
            let stats = || ClassStats::<C, _>::new(n_classes, class_weights, Draws);
            subtree::grow(tree, &stats, samples, rng)
        }
        Some(row_weights) => {
            let row_weight = Weighted { row_weights };
            let stats = || ClassStats::<C, _>::new(n_classes, class_weights, row_weight);
            subtree::grow(tree, &stats, samples, rng)
        }
    }
}
