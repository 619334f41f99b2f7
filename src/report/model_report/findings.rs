//! What a model does on some rows: the data behind the figures of a report.

use serde::Serialize;

use crate::report::effects::{DependenceCurve, ImportanceReport};
use crate::report::evaluation::{Evaluation, EvaluationReport};
use crate::report::explain::{ExplainSummary, ExplainedRow};
use forest::metrics::OperatingPoints;
use forest::metrics::integer_json::IntegerJson;

/// A curve's points are at least this far from each other, in one of its rates.
const STEP: f64 = 0.01;

/// The bins of a histogram.
const N_BINS: usize = 20;

/// The most rows that are drawn as points.
const MOST_DOTS: usize = 500;

/// What a model does on some rows.
#[derive(Serialize)]
pub(crate) struct Findings {
    pub(crate) rows: u64,
    /// How good it is; `None` where the target is not known.
    pub(crate) evaluation: Option<EvaluationReport>,
    /// Likewise, for what is drawn.
    #[serde(skip)]
    pub(crate) scores: Option<Evaluation>,
    pub(crate) curves: Vec<ClassCurves>,
    /// Which classes they are of, if not of all.
    pub(crate) curves_note: Option<String>,
    pub(crate) residuals: Option<Residuals>,
    /// How good it would be with fewer trees.
    pub(crate) trees: Vec<TreesPoint>,
    pub(crate) importances: Option<ImportanceReport>,
    pub(crate) contributions: Option<ExplainSummary>,
    pub(crate) dependence: Vec<DependenceCurve>,
    pub(crate) explained: Vec<ExplainedExample>,
}

/// What thresholds on the probability of a class trade, and how it is distributed.
#[derive(Serialize)]
pub(crate) struct ClassCurves {
    pub(crate) class: String,
    pub(crate) prevalence: f64,
    pub(crate) average_precision: f64,
    pub(crate) points: Vec<CurvePoint>,
    /// Of the probability.
    pub(crate) histogram: Vec<ProbabilityBin>,
}

#[derive(Serialize)]
pub(crate) struct CurvePoint {
    /// `None` where no row reaches it.
    pub(crate) threshold: Option<f64>,
    pub(crate) recall: f64,
    pub(crate) false_positive_rate: f64,
    pub(crate) precision: f64,
    pub(crate) selected: f64,
}

#[derive(Serialize)]
pub(crate) struct ProbabilityBin {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// What its rows of the class weigh, and its others.
    pub(crate) of_class: IntegerJson,
    pub(crate) others: IntegerJson,
}

/// How far a regression is off.
#[derive(Serialize)]
pub(crate) struct Residuals {
    /// Of truth minus prediction.
    pub(crate) histogram: Vec<ResidualBin>,
    /// Some rows, evenly chosen.
    pub(crate) sample: Vec<PredictedRow>,
}

#[derive(Serialize)]
pub(crate) struct ResidualBin {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) rows: u64,
}

#[derive(Serialize)]
pub(crate) struct PredictedRow {
    pub(crate) truth: f64,
    pub(crate) prediction: f64,
}

/// How good the first trees are.
#[derive(Serialize)]
pub(crate) struct TreesPoint {
    pub(crate) trees: usize,
    /// The log loss, or the root of the mean squared error.
    pub(crate) loss: f64,
    /// Of classes.
    pub(crate) accuracy: Option<f64>,
}

/// A row that is worth a look.
#[derive(Serialize)]
pub(crate) struct ExplainedExample {
    /// Why it is shown.
    pub(crate) why: &'static str,
    /// What it truly is, if that is known.
    pub(crate) truth: Option<String>,
    #[serde(flatten)]
    pub(crate) row: ExplainedRow,
}

impl ClassCurves {
    /// Of rows of which it is known whether they are of the class, by its probabilities. `None` where all are, or none is.
    pub(crate) fn new(
        class: String,
        is_positive: &[bool],
        probabilities: &[f64],
        weights: Option<&[f64]>,
    ) -> Option<Self> {
        let all = OperatingPoints::new(is_positive, probabilities, weights)?;
        let mut points: Vec<CurvePoint> = Vec::new();
        let mut last = None;
        for point in all.iter() {
            let point = CurvePoint {
                threshold: Some(point.threshold()).filter(|threshold| threshold.is_finite()),
                recall: point.recall(),
                false_positive_rate: point.false_positive_rate(),
                precision: point.precision(),
                selected: point.selected(),
            };
            let is_far = points.last().is_none_or(|last| {
                let rates = |of: &CurvePoint| [of.recall, of.false_positive_rate];
                rates(&point).iter().zip(rates(last)).any(|(a, b)| (a - b).abs() >= STEP)
            });
            last = None;
            if is_far { points.push(point) } else { last = Some(point) }
        }
        points.extend(last);
        let mut bins = [[0.0; 2]; N_BINS];
        for (row, &probability) in probabilities.iter().enumerate() {
            let bin = ((probability * N_BINS as f64) as usize).min(N_BINS - 1);
            bins[bin][usize::from(!is_positive[row])] +=
                weights.map_or(1.0, |weights| weights[row]);
        }
        let bin = |(bin, [of_class, others]): (usize, [f64; 2])| ProbabilityBin {
            low: bin as f64 / N_BINS as f64,
            high: (bin + 1) as f64 / N_BINS as f64,
            of_class: IntegerJson(of_class),
            others: IntegerJson(others),
        };
        Some(Self {
            class,
            prevalence: all.prevalence(),
            average_precision: all.average_precision(),
            points,
            histogram: bins.into_iter().enumerate().map(bin).collect(),
        })
    }
}

impl Residuals {
    pub(crate) fn new(truth: &[f64], predictions: &[f64]) -> Self {
        let residuals: Vec<f64> = truth.iter().zip(predictions).map(|(y, p)| y - p).collect();
        let low = residuals.iter().copied().fold(f64::INFINITY, f64::min);
        let high = residuals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let width = (high - low) / N_BINS as f64;
        let mut rows = [0; N_BINS];
        for residual in residuals {
            let bin = if width > 0.0 { ((residual - low) / width) as usize } else { 0 };
            rows[bin.min(N_BINS - 1)] += 1;
        }
        let end = |bin: usize| low + bin as f64 * width;
        let bin = |(bin, rows)| ResidualBin { low: end(bin), high: end(bin + 1), rows };
        let step = truth.len().div_ceil(MOST_DOTS).max(1);
        let row = |(&truth, &prediction)| PredictedRow { truth, prediction };
        Self {
            histogram: rows.into_iter().enumerate().map(bin).collect(),
            sample: truth.iter().zip(predictions).step_by(step).map(row).collect(),
        }
    }
}

/// Numbers of trees to look at: 1, 2, 5, 10, 20, 50… and all.
pub(crate) fn stages(n_trees: usize) -> Vec<usize> {
    let powers = std::iter::successors(Some(1_usize), |power| power.checked_mul(10));
    let steps = powers.flat_map(|power| [1, 2, 5].map(|factor| power.saturating_mul(factor)));
    steps.take_while(|&n| n < n_trees).chain([n_trees]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_grow_by_factors_and_end_with_all_trees() {
        assert_eq!(stages(100), [1, 2, 5, 10, 20, 50, 100]);
        assert_eq!([stages(1), stages(2), stages(7)], [vec![1], vec![1, 2], vec![1, 2, 5, 7]]);
    }

    #[test]
    fn a_curve_keeps_its_ends_and_what_is_far_enough_apart() {
        let n = 5000;
        let is_positive: Vec<bool> = (0..n).map(|row| row % 3 == 0).collect();
        let probabilities: Vec<f64> = (0..n).map(|row| f64::from(row) / f64::from(n)).collect();
        let curves = ClassCurves::new("a".to_owned(), &is_positive, &probabilities, None).unwrap();
        assert!((100..=202).contains(&curves.points.len()), "{}", curves.points.len());
        let [first, last] = [curves.points.first(), curves.points.last()].map(Option::unwrap);
        assert_eq!((first.threshold, first.recall), (None, 0.0));
        assert_eq!((last.recall, last.false_positive_rate, last.selected), (1.0, 1.0, 1.0));
        let rows: f64 = curves.histogram.iter().map(|bin| bin.of_class.0 + bin.others.0).sum();
        assert_eq!((rows, curves.histogram[0].others.0), (5000.0, 166.0));
    }

    #[test]
    fn residuals_are_counted_between_the_least_and_the_greatest() {
        let truth = [1.0, 2.0, 3.0, 4.0];
        let residuals = Residuals::new(&truth, &[1.0, 1.0, 1.0, 2.0]);
        // Of 0, 1, 2, 2 in twenty bins.
        let rows: Vec<u64> = residuals.histogram.iter().map(|bin| bin.rows).collect();
        assert_eq!((rows[0], rows[10], rows[19]), (1, 1, 2));
        assert_eq!((residuals.histogram[0].low, residuals.histogram[19].high), (0.0, 2.0));
        assert_eq!(Residuals::new(&truth, &truth).histogram[0].rows, 4);
    }
}
