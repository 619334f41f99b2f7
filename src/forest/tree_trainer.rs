//! What the trees of a forest share, and how one of them is grown from it.

use std::ops::Range;

use super::choices::{ClassWeight, Learner};
use super::class_weights;
use super::leaves::{LeafTargets, Leaves};
use super::params::ForestValidParams;
use super::scale::scaled;
use super::target::Target;
use super::weighting::Weighting;
use crate::parameter::sentence;
use crate::tree::grow::{self, ClassResponse, Response};
use crate::tree::grower::GrowSettings;
use crate::tree::grown::Grown;
use crate::tree::leaves::LeafTable;
use crate::tree::linfa as linfa_tree;
use crate::tree::random::TreeRng;
use crate::tree::ranks::Ranks;
use crate::tree::sample::Sample;
use crate::tree::split::value_stats::Values;
use crate::{Error, Parameter, Result, threads};

/// All that the trees of a forest share.
pub(super) struct TreeTrainer<'a> {
    params: &'a ForestValidParams,
    settings: GrowSettings,
    ranks: &'a Ranks<'a>,
    target: TrainerTarget<'a>,
    weighting: Weighting,
}

/// The target in the form in which trees take it.
enum TrainerTarget<'a> {
    Classes { codes: &'a [u32], n_classes: usize },
    Values(TrainerValues),
}

struct TrainerValues {
    targets: Vec<f64>,
    scaled: Vec<f64>,
    exponent: i32,
    /// Where leaves keep targets: the different ones, and the position of each row's among them.
    kept: Option<(Vec<f64>, Vec<u32>)>,
}

impl TrainerValues {
    fn new(values: &[f64], row_weights: Option<&[f64]>, keep: bool) -> Self {
        // Of the two zeros, equal as they are, only one goes on.
        let targets: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
        let (scaled, exponent) = scaled(&targets);
        let kept = keep.then(|| {
            let counts = |row: &usize| row_weights.is_none_or(|weights| weights[*row] > 0.0);
            let rows = (0..targets.len()).filter(counts);
            let mut different: Vec<f64> = rows.map(|row| targets[row]).collect();
            different.sort_unstable_by(f64::total_cmp);
            different.dedup();
            let position = |&target: &f64| different.partition_point(|&other| other < target);
            let positions = targets.iter().map(|target| position(target) as u32).collect();
            (different, positions)
        });
        Self { targets, scaled, exponent, kept }
    }
}

impl<'a> TreeTrainer<'a> {
    /// Of settings, filled in for the task, and a table that fit each other.
    pub(super) fn new(
        params: &'a ForestValidParams,
        ranks: &'a Ranks<'a>,
        target: Target<'a>,
        weights: Option<&[f64]>,
    ) -> Result<Self> {
        let weighting = Weighting::new(params, target, weights);
        let mut settings = GrowSettings {
            criterion: params.criterion_for(target.task()),
            max_depth: params.max_depth,
            min_samples_split: params.min_samples_split,
            min_samples_leaf: params.min_samples_leaf,
            max_features: params.max_features_for(target.task()).resolve(ranks.n_columns())?,
            max_leaf_nodes: params.max_leaf_nodes,
            min_impurity_decrease: params.min_impurity_decrease,
        };
        let target = match target {
            Target::Classes { codes, n_classes } => TrainerTarget::Classes { codes, n_classes },
            Target::Values(values) => {
                let row_weights = weighting.rows.as_deref();
                let values = TrainerValues::new(values, row_weights, params.keep_quantiles);
                // Squared errors are scaled twice.
                settings.min_impurity_decrease =
                    libm::ldexp(params.min_impurity_decrease, -2 * values.exponent);
                TrainerTarget::Values(values)
            }
        };
        Ok(Self { params, settings, ranks, target, weighting })
    }

    /// Grows the trees of some numbers. `on_tree` is called, on any thread, whenever one is done.
    pub(super) fn grow_all(
        &self,
        trees: Range<u64>,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Vec<Grown>> {
        threads::try_map(trees, |tree| self.grow(tree).inspect(|_| on_tree()))
    }

    /// Grows a tree, of its own random stream.
    fn grow(&self, tree: u64) -> Result<Grown> {
        // Else the trees keep all threads busy, one each.
        let on_threads = self.params.n_trees < 4 * threads::count();
        let mut rng = TreeRng::new(self.params.seed, tree);
        let mut samples = self.samples(&mut rng);
        if self.params.learner == Learner::Linfa {
            return linfa_tree::grow(self.ranks, &mut samples, &self.settings, &mut rng);
        }
        let row_weights = self.weighting.rows.as_deref();
        let of_tree;
        let response = match &self.target {
            TrainerTarget::Classes { n_classes, .. } => {
                of_tree = (self.params.class_weight == ClassWeight::BalancedSubsample)
                    .then(|| class_weights::balanced(&samples, *n_classes, row_weights));
                let class_weights = of_tree.as_deref().or(self.weighting.classes.as_deref());
                Response::Classes(ClassResponse {
                    n_classes: *n_classes,
                    class_weights,
                    row_weights,
                })
            }
            TrainerTarget::Values(TrainerValues { targets, scaled, exponent, kept }) => {
                let ranks = kept.as_ref().map(|(_, positions)| positions.as_slice());
                Response::Values(Values {
                    targets,
                    scaled,
                    exponent: *exponent,
                    ranks,
                    row_weights,
                })
            }
        };
        Ok(grow::grow(self.ranks, response, &mut samples, &self.settings, &mut rng, on_threads))
    }

    /// The rows that a tree is grown on.
    fn samples(&self, rng: &mut TreeRng) -> Vec<Sample> {
        let class = |row: usize| match &self.target {
            TrainerTarget::Classes { codes, .. } => codes[row],
            TrainerTarget::Values(_) => 0,
        };
        let drawn =
            self.weighting.draw(rng).into_iter().enumerate().filter(|&(_, draws)| draws > 0);
        drawn.map(|(row, draws)| Sample::new(row, class(row), draws)).collect()
    }

    /// The leaves of all trees, with what the table has to say of them.
    pub(super) fn leaves(&self, table: LeafTable) -> Result<Leaves> {
        let LeafTable { means, shares } = table;
        if shares.items.len() > u32::MAX as usize {
            let found = shares.items.len();
            return Err(Error::setting(format!(
                "the leaves hold {found} targets or classes: a forest takes {}",
                u32::MAX
            ))
            .with_help(sentence![
                "raise ",
                Parameter("min_samples_leaf"),
                " or lower ",
                Parameter("n_trees")
            ]));
        }
        Ok(match &self.target {
            TrainerTarget::Classes { n_classes, .. } => {
                Leaves::Classes { n_classes: *n_classes, shares }
            }
            TrainerTarget::Values(TrainerValues { kept, .. }) => Leaves::Means {
                means,
                targets: kept
                    .as_ref()
                    .map(|(values, _)| LeafTargets { values: values.clone(), shares }),
            },
        })
    }
}
