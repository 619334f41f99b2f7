//! A forest made better after it was grown, by the rows that its trees were not grown on. No tree is grown again:
//!
//! 1. **Cut**: a node of fewer rows than `cut` becomes a leaf, as if the tree had been grown with that `min_samples_split`.
//! 2. **Shrinkage**, hierarchical (Agarwal, Tan, Ronen, Singh & Yu 2022): a leaf's value is that of the root plus, along its path, the
//!    differences between nodes and their parents, each divided by `1 + λ / rows of the parent`.
//! 3. **Calibration** of the forest's probabilities: `p′ ∝ (p + α · prior)^γ`.
//!
//! Settings that are left to be chosen are tried on a sample of the rows, each predicted by the trees that have not seen it. Of all whose
//! loss is within half a standard error of the lowest, the one with the fewest nodes is chosen.

mod calibration;
mod cut;
mod oob_sample;
mod search;
mod settings;
mod totals;

pub use calibration::Calibration;
pub use settings::{Calibrate, Cut, Shrinkage};

use super::ForestValidParams;
use super::features::Features;
use super::target::Target;
use crate::threads;
use crate::tree::grown::Grown;

/// A cut and a shrinkage.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Setting {
    cut: usize,
    shrinkage: f64,
}

/// How much of the difference between a node and its parent, of so many rows, a shrinkage keeps: `1 / (1 + λ / rows)` of Agarwal
/// et al. 2022, equation 1.
fn kept(shrinkage: f64, parent_rows: u32) -> f64 {
    let rows = f64::from(parent_rows.max(1));
    rows / (rows + shrinkage)
}

/// How a forest was refined.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Refinement {
    /// Nodes of fewer rows became leaves; 2 if none did.
    pub cut: u64,
    /// λ of the hierarchical shrinkage, in rows; 0 for none.
    pub shrinkage: f64,
    /// What makes probabilities of the trees' shares.
    pub calibration: Option<Calibration>,
    /// Nodes that the trees had been grown to.
    pub nodes_grown: u64,
    /// Rows by whose out-of-bag predictions it was chosen; 0 if all was given.
    pub rows: u64,
    /// What was tried.
    pub trials: Vec<Trial>,
}

/// A setting that was tried.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Trial {
    /// Nodes of fewer rows become leaves.
    pub cut: u64,
    /// λ of the hierarchical shrinkage, in rows.
    pub shrinkage: f64,
    /// Nodes that are left.
    pub nodes: u64,
    /// The mean out-of-bag loss, calibrated if the forest is to be: log loss, or in regression the squared error as a part of the
    /// targets' variance (1 − R²).
    pub loss: f64,
    /// The standard error of the mean difference to the loss of the best trial.
    pub standard_error: f64,
}

/// Refines the trees of a forest; `None` if there is nothing to do. `params` are filled in for the task.
pub(super) fn refine(
    params: &ForestValidParams,
    grown: &mut Vec<Grown>,
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
) -> Option<Refinement> {
    if params.is_plain() {
        return None;
    }
    let nodes_grown = grown.iter().map(|tree| tree.nodes().len() as u64).sum();
    let chosen = search::choose(params, grown, x, target, weights);
    let setting = chosen.setting;
    if setting.cut > 2 || setting.shrinkage > 0.0 {
        let n_outputs = match target {
            Target::Classes { n_classes, .. } => n_classes,
            Target::Values(_) => 1,
        };
        let criterion = params.criterion_for(target.task());
        *grown = threads::map(std::mem::take(grown), |tree| {
            cut::refined(&tree, setting, n_outputs, criterion)
        });
    }
    Some(Refinement {
        cut: setting.cut as u64,
        shrinkage: setting.shrinkage,
        calibration: chosen.calibration,
        nodes_grown,
        rows: chosen.rows,
        trials: chosen.trials,
    })
}
