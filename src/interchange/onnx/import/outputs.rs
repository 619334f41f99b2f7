//! What becomes of the sums of the trees: means, calibrated or not, and a decision, as this program writes them.

use super::attributes::{numbers, text_tensor};
use super::graph::WalkedGraph;
use crate::forest::Mistake;
use crate::{Calibration, Costs, Decision, Error, Result};

/// What stands after the trees.
#[derive(Default)]
pub(super) struct FoundOutputs {
    /// What sums are divided by, if they are.
    pub(super) divisor: Option<f64>,
    /// What is added to values.
    pub(super) centre: f64,
    pub(super) calibration: Option<Calibration>,
    pub(super) decision: FoundDecision,
    /// The labels of the classes, if they stand after the decision.
    pub(super) labels: Vec<String>,
}

/// A decision between classes whose number is not known yet.
#[derive(Default)]
pub(super) enum FoundDecision {
    #[default]
    MostProbable,
    Threshold(f64),
    /// What mistakes cost, a row for each true class.
    Costs(Vec<f64>),
}

impl FoundOutputs {
    /// Goes on from the sums, as far as the operators are known.
    pub(super) fn read(graph: &mut WalkedGraph, sums: &str) -> Result<Self> {
        let mut outputs = Self::default();
        let mut at = match graph.after(sums, "Cast", 0)? {
            Some((cast, _)) => cast,
            None => sums.to_owned(),
        };
        if let Some((means, divisor)) = graph.after(&at, "Div", 0)? {
            outputs.divisor = Some(graph.number(&divisor)?);
            at = means;
        }
        if let Some((shifted, prior)) = graph.after(&at, "Add", 0)? {
            if graph.producer(&prior).is_none() {
                outputs.centre = graph.number(&prior)?;
                return Ok(outputs);
            }
            let (calibration, calibrated) = read_calibration(graph, &shifted, &prior)?;
            outputs.calibration = Some(calibration);
            at = calibrated;
        }
        let code = if let Some((code, _)) = graph.after(&at, "ArgMax", 0)? {
            code
        } else if let Some((second, _)) = graph.after(&at, "Gather", 0)? {
            let Some((enough, threshold)) = graph.after(&second, "GreaterOrEqual", 0)? else {
                return Err(incomplete("decision"));
            };
            outputs.decision = FoundDecision::Threshold(graph.number(&threshold)?);
            graph.after(&enough, "Cast", 0)?.ok_or_else(|| incomplete("decision"))?.0
        } else if let Some((expected, costs)) = graph.after(&at, "MatMul", 0)? {
            outputs.decision = FoundDecision::Costs(numbers(&graph.constant(&costs)?)?);
            graph.after(&expected, "ArgMin", 0)?.ok_or_else(|| incomplete("decision"))?.0
        } else {
            return Ok(outputs);
        };
        if let Some((_, labels)) = graph.after(&code, "Gather", 1)? {
            outputs.labels = text_tensor(graph.constant(&labels)?)?;
        }
        Ok(outputs)
    }
}

/// `Div(powers, ReduceSum(powers))` where `powers` is `Pow(shifted, gamma)` and `prior` is `Mul(alpha, π)`.
fn read_calibration(
    graph: &mut WalkedGraph,
    shifted: &str,
    prior: &str,
) -> Result<(Calibration, String)> {
    let no_calibration = || incomplete("calibration");
    let factors = graph.producer(prior).ok_or_else(no_calibration)?;
    let factors = graph.take(factors)?.input.clone();
    let [alpha, prior] = &factors[..] else { return Err(no_calibration()) };
    let alpha = graph.number(alpha)?;
    let prior = numbers(&graph.constant(prior)?)?;
    let (powers, gamma) = graph.after(shifted, "Pow", 0)?.ok_or_else(no_calibration)?;
    let gamma = graph.number(&gamma)?;
    let (sums, _) = graph.after(&powers, "ReduceSum", 0)?.ok_or_else(no_calibration)?;
    let (calibrated, divisor) = graph.after(&powers, "Div", 0)?.ok_or_else(no_calibration)?;
    if divisor != sums {
        return Err(no_calibration());
    }
    Ok((Calibration { alpha, gamma, prior }, calibrated))
}

fn incomplete(what: &str) -> Error {
    Error::model(format!("the {what} is not one that this program writes"))
}

impl FoundDecision {
    /// The decision between classes of these labels.
    pub(super) fn between(self, labels: &[String]) -> Result<Decision> {
        let n_classes = labels.len();
        let decision = match self {
            Self::MostProbable => Decision::MostProbable,
            Self::Threshold(threshold) => Decision::Threshold(threshold),
            Self::Costs(costs) => {
                if n_classes.checked_mul(n_classes) != Some(costs.len()) {
                    return Err(incomplete("decision"));
                }
                let cost = |(place, cost): (usize, &f64)| {
                    let codes = [place / n_classes, place % n_classes].map(|code| code as u32);
                    Mistake { truth: codes[0], predicted: codes[1], cost: *cost }
                };
                let mistakes = costs.iter().enumerate().map(cost);
                // Mistakes cost 1 unless something else is said, as it is of two classes to be exact.
                let is_said =
                    |m: &Mistake| m.truth != m.predicted && (n_classes == 2 || m.cost != 1.0);
                Decision::LeastCost(Costs::new(labels, mistakes.filter(is_said))?)
            }
        };
        decision.check(n_classes)?;
        Ok(decision)
    }
}
