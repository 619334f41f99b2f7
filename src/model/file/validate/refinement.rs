//! How the forest was refined, checked.

use super::arrays::{all_numbers, ensure, numbers};
use crate::forest::leaves::Leaves;
use crate::model::file::v1::{WireCalibration, WireRefinement};
use crate::{
    Calibrate, Calibration, Cut, Error, Forest, ForestValidParams, Refinement, Result, Shrinkage,
    Trial,
};

/// The most trials.
const MAX_TRIALS: usize = 1000;

pub(super) fn calibration(wire: &WireCalibration, leaves: &Leaves) -> Result<Calibration> {
    let Leaves::Classes { n_classes, .. } = leaves else {
        return Err(Error::model("a regression has no probabilities to calibrate"));
    };
    let prior = numbers("shares of classes", wire.prior, *n_classes, f64::from_le_bytes)?;
    let sum: f64 = prior.iter().sum();
    let sound = (1e-12..=1e6).contains(&wire.alpha)
        && (0.01..=100.0).contains(&wire.gamma)
        && prior.iter().all(|share| (0.0..=1.0).contains(share))
        && (sum - 1.0).abs() <= 1e-6;
    ensure(sound, || "the calibration is invalid".to_owned())?;
    Ok(Calibration { alpha: wire.alpha, gamma: wire.gamma, prior })
}

pub(super) fn read(
    wire: &WireRefinement,
    params: &ForestValidParams,
    forest: &Forest,
) -> Result<Refinement> {
    let cuts = all_numbers("cuts", wire.trial_cuts, u64::from_le_bytes)?;
    ensure(cuts.len() <= MAX_TRIALS, || format!("there are {} trials", cuts.len()))?;
    let n = cuts.len();
    let of_f64 = |what, bytes| numbers(what, bytes, n, f64::from_le_bytes);
    let shrinkages = of_f64("shrinkages", wire.trial_shrinkages)?;
    let nodes = numbers("nodes of trials", wire.trial_nodes, n, u64::from_le_bytes)?;
    let losses = of_f64("losses", wire.trial_losses)?;
    let errors = of_f64("standard errors", wire.trial_errors)?;
    let sound = [&shrinkages, &losses, &errors]
        .into_iter()
        .flatten()
        .chain([&wire.shrinkage])
        .all(|number| number.is_finite() && *number >= 0.0);
    ensure(sound && wire.cut >= 2, || "the refinement is invalid".to_owned())?;
    let as_asked = match params.cut {
        Cut::Auto => true,
        Cut::Rows(rows) => rows as u64 == wire.cut,
    } && match params.shrinkage {
        Shrinkage::Auto => true,
        Shrinkage::Lambda(lambda) => lambda == wire.shrinkage,
    } && (params.calibrate == Calibrate::None) == forest.calibration.is_none();
    ensure(as_asked, || "the forest was not refined as the settings say".to_owned())?;
    let trials = (0..n).map(|at| Trial {
        cut: cuts[at],
        shrinkage: shrinkages[at],
        nodes: nodes[at],
        loss: losses[at],
        standard_error: errors[at],
    });
    Ok(Refinement {
        cut: wire.cut,
        shrinkage: wire.shrinkage,
        calibration: forest.calibration.clone(),
        nodes_grown: wire.nodes_grown,
        rows: wire.rows,
        trials: trials.collect(),
    })
}
