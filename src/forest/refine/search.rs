//! Which cut, shrinkage and calibration are best, by the rows that trees have not seen.

use super::calibration::{Calibration, START};
use super::oob_sample::{OobSample, Tried};
use super::settings::{Calibrate, Cut, Shrinkage};
use super::{Setting, Trial};
use crate::forest::ForestValidParams;
use crate::forest::features::Features;
use crate::forest::losses::standard_error;
use crate::forest::masses::Masses;
use crate::forest::target::Target;
use crate::tree::grown::Grown;

/// Cuts that are tried.
const CUTS: [usize; 9] = [2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// Shrinkages that are tried at the best cuts.
const SHRINKAGES: [f64; 5] = [3.0, 10.0, 30.0, 100.0, 300.0];

/// A cut that is tried leaves at least so many rows for each that it asks for.
const ROWS_OF_CUT: usize = 10;

/// What was chosen.
pub(super) struct Selection {
    pub(super) setting: Setting,
    pub(super) calibration: Option<Calibration>,
    pub(super) rows: u64,
    pub(super) trials: Vec<Trial>,
}

/// Chooses what `params` leave open.
pub(super) fn choose(
    params: &ForestValidParams,
    grown: &[Grown],
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
) -> Selection {
    let cuts: Vec<usize> = match params.cut {
        Cut::Rows(rows) => vec![rows],
        Cut::Auto => {
            let sensible = |cut: &usize| *cut == 2 || cut * ROWS_OF_CUT <= x.n_rows();
            CUTS.into_iter().filter(sensible).collect()
        }
    };
    let masses = Masses::new(params, target, weights);
    let given = match (params.shrinkage, params.calibrate) {
        (Shrinkage::Lambda(shrinkage), Calibrate::By(calibration)) => {
            Some((shrinkage, Some(calibration)))
        }
        (Shrinkage::Lambda(shrinkage), Calibrate::None) => Some((shrinkage, None)),
        _ => None,
    };
    let calibration =
        |[alpha, gamma]: [f64; 2]| Calibration { alpha, gamma, prior: masses.prior.clone() };
    if let ([cut], Some((shrinkage, by))) = (&cuts[..], given) {
        let setting = Setting { cut: *cut, shrinkage };
        let calibration = by.map(calibration);
        return Selection { setting, calibration, rows: 0, trials: Vec::new() };
    }
    let sample = OobSample::new(params, grown, x, target, weights, &masses);
    let shrinkage = match params.shrinkage {
        Shrinkage::Auto => 0.0,
        Shrinkage::Lambda(shrinkage) => shrinkage,
    };
    if sample.n_rows() == 0 {
        // Of rows that say nothing, nothing is learned.
        let calibration =
            (params.calibrate != Calibrate::None).then(|| calibration(START.map(libm::exp)));
        return Selection {
            setting: Setting { cut: cuts[0], shrinkage },
            calibration,
            rows: 0,
            trials: Vec::new(),
        };
    }
    let mut tried = sample.attempt(&cuts, &[shrinkage]);
    // Of three classes or more, leaves that are drawn towards the root are large, and hardly better.
    if params.shrinkage == Shrinkage::Auto && masses.prior.len() <= 2 {
        let mut of_interest =
            [best(&tried), smallest(&tried)].map(|at| tried[at].setting.cut).to_vec();
        of_interest.sort_unstable();
        of_interest.dedup();
        tried.extend(sample.attempt(&of_interest, &SHRINKAGES));
    }
    let best = best(&tried);
    let trials = tried.iter().map(|trial| Trial {
        cut: trial.setting.cut as u64,
        shrinkage: trial.setting.shrinkage,
        nodes: trial.nodes,
        loss: trial.loss,
        standard_error: standard_error(&trial.losses, &tried[best].losses),
    });
    let chosen = &tried[smallest(&tried)];
    Selection {
        setting: chosen.setting,
        calibration: (params.calibrate != Calibrate::None).then(|| calibration(chosen.calibration)),
        rows: sample.n_rows() as u64,
        trials: trials.collect(),
    }
}

fn best(tried: &[Tried]) -> usize {
    let mut best = 0;
    for (at, trial) in tried.iter().enumerate() {
        if trial.loss < tried[best].loss {
            best = at;
        }
    }
    best
}

/// How much the loss of a smaller forest may be above the best, in standard errors of the difference.
const STANDARD_ERRORS: f64 = 0.5;

/// The smallest whose loss is about the best; of equally small ones the best.
fn smallest(tried: &[Tried]) -> usize {
    let best = best(tried);
    let mut chosen = best;
    for (at, trial) in tried.iter().enumerate() {
        let above = trial.loss - tried[best].loss;
        let is_as_good =
            above <= STANDARD_ERRORS * standard_error(&trial.losses, &tried[best].losses);
        let now = &tried[chosen];
        if is_as_good
            && (trial.size < now.size || (trial.size == now.size && trial.loss < now.loss))
        {
            chosen = at;
        }
    }
    chosen
}
