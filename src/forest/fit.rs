//! Grows the trees of a forest, each from its own random stream, on any number of threads.

use super::covers::Covers;
use super::features::Features;
use super::params::ForestValidParams;
use super::target::Target;
use super::tree_trainer::TreeTrainer;
use super::{Forest, Refinement, check, refine};
use crate::tree::grown::Grown;
use crate::tree::leaves::LeavesBuilder;
use crate::tree::ranks::Ranks;
use crate::{Error, Result, memory, threads};

/// What a row takes while a tree is grown: its draws, itself, and itself with a rank.
const BYTES_A_SAMPLE: usize = 32;

impl Forest {
    /// Fits a forest on some rows of a table, on the current threads; targets and weights are those of
    /// these rows. `on_tree` is called, on any thread, whenever a tree is done.
    pub(crate) fn fit_rows(
        params: &ForestValidParams,
        x: &Features,
        target: Target,
        weights: Option<&[f64]>,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<(Self, Option<Refinement>)> {
        let params = &params.resolve_for(target.task())?;
        let ranks = ranks(params, x, target, weights)?;
        let trainer = TreeTrainer::new(params, &ranks, target, weights)?;
        let grown = trainer.grow_all(0..params.n_trees as u64, on_tree)?;
        Self::of_grown(&trainer, params, grown, x, target, weights)
    }

    /// Of trees that a trainer has grown on these rows, which are refined as `params` say.
    pub(super) fn of_grown(
        trainer: &TreeTrainer,
        params: &ForestValidParams,
        mut grown: Vec<Grown>,
        x: &Features,
        target: Target,
        weights: Option<&[f64]>,
    ) -> Result<(Self, Option<Refinement>)> {
        let refinement = refine::refine(params, &mut grown, x, target, weights);
        let covers = Covers::of_grown(&grown);
        let importances = mean_importances(&grown, x.n_features());
        let mut leaves = LeavesBuilder::default();
        let numbers: Vec<_> = grown.iter().map(|grown| grown.number_leaves(&mut leaves)).collect();
        let numbered: Vec<_> = grown.into_iter().zip(numbers).collect();
        let trees = threads::map(numbered, |(grown, numbers)| grown.into_tree(&numbers));
        let leaves = trainer.leaves(leaves.finish())?;
        let calibration = refinement.as_ref().and_then(|refined| refined.calibration.clone());
        let n_features = x.n_features();
        let forest = Self { n_features, trees, leaves, importances, calibration, covers };
        Ok((forest, refinement))
    }
}

/// The ranks of a table that the settings, filled in for the task, fit.
pub(super) fn ranks<'x>(
    params: &ForestValidParams,
    x: &'x Features,
    target: Target,
    weights: Option<&[f64]>,
) -> Result<Ranks<'x>> {
    check::table(params, x, target, weights)?;
    check_memory(params, x)?;
    let ranks = x.ranks(params.max_bins, params.splitter)?;
    check::missing_values(params, &ranks)?;
    Ok(ranks)
}

/// Refuses a table whose ranks do not fit in memory, or what the trees take besides their nodes.
fn check_memory(params: &ForestValidParams, x: &Features) -> Result<()> {
    let (n_rows, n_features) = (x.n_rows(), x.n_features());
    let samples = n_rows.saturating_mul(threads::count() * BYTES_A_SAMPLE);
    let importances = params.n_trees.saturating_mul(n_features * size_of::<f64>());
    let bytes = Ranks::bytes(n_rows, n_features, params.splitter).saturating_add(samples);
    let bytes = bytes.saturating_add(importances);
    memory::check(bytes, || {
        format!("fitting {} trees on {n_rows} rows × {n_features} features", params.n_trees)
    })
    .map_err(|message| {
        Error::data(message).with_help("fit fewer trees, or on fewer rows or features")
    })
}

/// Each tree's importances normalised, summed in tree order, normalised again.
fn mean_importances(grown: &[Grown], n_features: usize) -> Vec<f64> {
    let mut mean = vec![0.0; n_features];
    for tree in grown {
        add_normalised(&mut mean, &tree.importances);
    }
    let mut normalised = vec![0.0; n_features];
    add_normalised(&mut normalised, &mean);
    normalised
}

fn add_normalised(sums: &mut [f64], addends: &[f64]) {
    let total: f64 = addends.iter().sum();
    if total > 0.0 {
        for (sum, addend) in sums.iter_mut().zip(addends) {
            *sum += addend / total;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ForestParams, Splitter};
    use linfa::ParamGuard;
    use ndarray::Array2;

    #[test]
    fn trees_that_are_grown_later_are_those_that_would_have_been_grown_at_once() {
        let x = Array2::from_shape_fn((150, 3), |(row, j)| ((row * (7 + 4 * j)) % 41) as f32);
        let codes: Vec<u32> = (0..150).map(|row| u32::from(row % 41 > 20)).collect();
        let target = Target::Classes { codes: &codes, n_classes: 2 };
        let x = Features::from(x.view());
        for splitter in [Splitter::Best, Splitter::Random] {
            let params = ForestParams::new().n_trees(12).splitter(splitter).check().unwrap();
            let (at_once, _) = Forest::fit_rows(&params, &x, target, None, &|| ()).unwrap();
            let params = params.resolve_for(target.task()).unwrap();
            let ranks = ranks(&params, &x, target, None).unwrap();
            let mut grown = Vec::new();
            for trees in [0..5, 5..6, 6..12] {
                let trainer = TreeTrainer::new(&params, &ranks, target, None).unwrap();
                grown.extend(trainer.grow_all(trees, &|| ()).unwrap());
            }
            let trainer = TreeTrainer::new(&params, &ranks, target, None).unwrap();
            let (later, _) = Forest::of_grown(&trainer, &params, grown, &x, target, None).unwrap();
            assert!(later == at_once);
        }
    }
}
