//! The out-of-bag score (Breiman 1996): each row is predicted by the trees that were not grown on
//! it, so that the training rows tell how good the forest is on new ones.

use ndarray::ArrayView2;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::decision::Decision;
use super::features::Features;
use super::intervals::{Intervals, OobRow};
use super::oob_predictions::{loss, map_oob_predictions};
use super::scale::scaled;
use super::target::Target;
use super::{Forest, ForestValidParams, check};
use crate::metrics::integer_json::IntegerJson;
use crate::metrics::{BestThreshold, ThresholdMetric, best_threshold};
use crate::{Result, Task};

/// How well the training rows were predicted by the trees that had not seen them.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct OobScore {
    /// Rows of the training table.
    pub rows: u64,
    /// Those that at least one tree was not grown on.
    pub covered: u64,
    /// How well these were predicted.
    pub score: OobErrors,
    /// Whether out-of-bag predictions also chose settings of the forest, how it was refined, or the threshold by which a
    /// model decides, which flatters the score.
    pub used_to_choose: bool,
}

/// How well the covered rows were predicted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OobErrors {
    /// Of classes.
    Classification {
        /// What the covered rows weigh together: their number, where all weigh 1.
        weight: f64,
        /// What those of them weigh that were predicted right.
        correct: f64,
    },
    /// Of values, whose errors are weighted means over the covered rows; `None` if these weigh
    /// nothing.
    Regression {
        /// The mean absolute error, in units of the target.
        mae: Option<f64>,
        /// The root of the mean squared error, in units of the target.
        rmse: Option<f64>,
        /// `1 − Σ w e² / Σ w (y − ȳ)²`, `ȳ` being the weighted mean of the covered rows; `None` also
        /// if their targets are all the same.
        r2: Option<f64>,
    },
}

impl OobScore {
    /// The share of the covered rows' weight that was predicted right; `None` for values, and if the
    /// covered rows weigh nothing.
    pub fn accuracy(&self) -> Option<f64> {
        match self.score {
            OobErrors::Classification { weight, correct } if weight > 0.0 => Some(correct / weight),
            _ => None,
        }
    }

    /// The out-of-bag R²; `None` for classes, and where it is undefined.
    pub fn r2(&self) -> Option<f64> {
        match self.score {
            OobErrors::Regression { r2, .. } => r2,
            OobErrors::Classification { .. } => None,
        }
    }

    /// What was scored.
    pub fn task(&self) -> Task {
        match self.score {
            OobErrors::Classification { .. } => Task::Classification,
            OobErrors::Regression { .. } => Task::Regression,
        }
    }

    /// The part of all rows that is covered.
    pub fn coverage(&self) -> f64 {
        self.covered as f64 / self.rows.max(1) as f64
    }
}

/// Serialized under the names of other scores, where `rows` are those that were scored.
impl Serialize for OobScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut score = serializer.serialize_map(None)?;
        score.serialize_entry("rows", &self.covered)?;
        score.serialize_entry("training_rows", &self.rows)?;
        match self.score {
            OobErrors::Classification { weight, correct } => {
                score.serialize_entry("weight", &IntegerJson(weight))?;
                score.serialize_entry("correct_weight", &IntegerJson(correct))?;
                score.serialize_entry("accuracy", &self.accuracy())?;
            }
            OobErrors::Regression { mae, rmse, r2 } => {
                score.serialize_entry("mae", &mae)?;
                score.serialize_entry("rmse", &rmse)?;
                score.serialize_entry("r2", &r2)?;
            }
        }
        score.serialize_entry("used_to_choose", &self.used_to_choose)?;
        score.end()
    }
}

/// Scores a forest on the rows it was fitted on: `params`, `x`, `target` and `weights` have to be
/// those of the fit, whose bootstrap is drawn again from the seed. `None` if there was no bootstrap.
///
/// ```
/// use forest::{ForestParams, Target, oob_score};
/// use linfa::ParamGuard;
/// use ndarray::Array2;
///
/// let x = Array2::from_shape_fn((100, 1), |(row, _)| row as f32);
/// let y: Vec<f64> = (0..100).map(f64::from).collect();
/// let params = ForestParams::new().check()?;
/// let forest = params.fitter().fit_forest(x.view(), Target::Values(&y))?;
/// let score = oob_score(&forest, &params, x.view(), Target::Values(&y), None)?;
/// assert!(score.is_some_and(|score| score.rows == 100 && score.r2() > Some(0.99)));
/// # Ok::<(), forest::Error>(())
/// ```
///
/// # Errors
/// What a successful fit on them rules out: targets or weights that are not one for each row, another
/// number of features, a target that is not what the forest predicts.
pub fn oob_score(
    forest: &Forest,
    params: &ForestValidParams,
    x: ArrayView2<f32>,
    target: Target,
    weights: Option<&[f64]>,
) -> Result<Option<OobScore>> {
    let rows = of_most_probable(forest, params, x, target, weights)?;
    Ok(rows.map(|rows| rows.score))
}

/// Prediction intervals of a forest of values, by the rows it was fitted on: `params`, `x`, `target` and `weights` have to be
/// those of the fit, whose bootstrap is drawn again from the seed. `None` if there was no bootstrap, of classes, and if the
/// settings want [none](crate::ForestParams::intervals).
///
/// ```
/// use forest::{ForestParams, Target, oob_intervals};
/// use linfa::ParamGuard;
/// use ndarray::Array2;
///
/// let x = Array2::from_shape_fn((200, 1), |(row, _)| (row / 2) as f32);
/// let y: Vec<f64> = (0..200).map(|row| f64::from(row % 2 * 10)).collect();
/// let params = ForestParams::new().check()?;
/// let forest = params.fitter().fit_forest(x.view(), Target::Values(&y))?;
/// let intervals = oob_intervals(&forest, &params, x.view(), Target::Values(&y), None)?.unwrap();
/// let bounds = intervals.bounds(&forest.predict_spread(x.view())?, 0.9)?;
/// let held = y.iter().zip(bounds).filter(|&(y, [low, high])| (low..=high).contains(y));
/// assert!(held.count() > 180);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// # Errors
/// As [`oob_score`].
pub fn oob_intervals(
    forest: &Forest,
    params: &ForestValidParams,
    x: ArrayView2<f32>,
    target: Target,
    weights: Option<&[f64]>,
) -> Result<Option<Intervals>> {
    let rows = of_most_probable(forest, params, x, target, weights)?;
    Ok(rows.and_then(|rows| rows.intervals))
}

/// [`out_of_bag`], of the most probable classes, on the threads of the settings.
fn of_most_probable(
    forest: &Forest,
    params: &ForestValidParams,
    x: ArrayView2<f32>,
    target: Target,
    weights: Option<&[f64]>,
) -> Result<Option<OutOfBag>> {
    let decision = Decision::MostProbable;
    params.on_threads(|| out_of_bag(forest, params, &x.into(), target, weights, &decision))
}

/// What is known of a forest by the rows that its trees have not seen.
#[derive(Clone, Debug)]
pub struct OutOfBag {
    pub(crate) score: OobScore,
    /// If the settings want them, and they are of values.
    pub(crate) intervals: Option<Intervals>,
}

/// [`oob_score`] of what is decided, and [`oob_intervals`], of some rows of a table, on the current threads.
pub(crate) fn out_of_bag(
    forest: &Forest,
    params: &ForestValidParams,
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
    decision: &Decision,
) -> Result<Option<OutOfBag>> {
    check::target_count(target, x)?;
    forest.expect(target.task())?;
    let params = &params.resolve_for(target.task())?;
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    Ok(match target {
        Target::Classes { codes, .. } => {
            let decide = |_, proba: &[f64], _| decision.decide(proba);
            map_oob_predictions(forest, params, x, target, weights, decide)?.map(|classes| {
                let errors = classification_errors(codes, &classes, weights);
                OutOfBag { score: score(&classes, errors, params), intervals: None }
            })
        }
        Target::Values(targets) => {
            let outputs = |_, outputs: &[f64], spread| (outputs[0], spread);
            map_oob_predictions(forest, params, x, target, weights, outputs)?.map(|values| {
                let rows = covered(&values)
                    .map(|(row, (value, spread))| (targets[row], value, weight(row), spread));
                let errors = rows.clone().map(|(y, value, weight, _)| (y, value, weight));
                let errors = regression_errors(&errors.collect::<Vec<_>>());
                // A spread takes two trees, unless there is but one.
                let least = forest.n_trees().min(2);
                let of_intervals = rows
                    .filter(|(_, _, weight, spread)| *weight > 0.0 && spread.n() as usize >= least)
                    .map(|(y, value, weight, spread)| OobRow {
                        residual: y - value,
                        spread: spread.deviation(),
                        weight,
                    });
                let intervals =
                    params.intervals.then(|| Intervals::new(&of_intervals.collect::<Vec<_>>()));
                OutOfBag { score: score(&values, errors, params), intervals }
            })
        }
    })
}

/// The mean out-of-bag loss by weight: the log loss of classes, the squared error of values. `None` if there was no
/// bootstrap, or the covered rows weigh nothing. What it is given is as for [`map_oob_predictions`].
pub(crate) fn oob_loss(
    forest: &Forest,
    params: &ForestValidParams,
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
) -> Result<Option<f64>> {
    let loss = |row: usize, outputs: &[f64], _| loss(target, row, outputs);
    let losses = map_oob_predictions(forest, params, x, target, weights, loss)?;
    Ok(losses.and_then(|losses| {
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let total = sum(covered(&losses).map(|(row, _)| weight(row)));
        let lost = sum(covered(&losses).map(|(row, loss)| weight(row) * loss));
        (total > 0.0).then_some(lost / total)
    }))
}

/// The threshold of two classes with the best metric over the out-of-bag predictions, and the score of what it
/// decides of these; `None` if there is nothing to choose by.
pub(crate) fn best_oob_threshold(
    forest: &Forest,
    params: &ForestValidParams,
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
    metric: ThresholdMetric,
) -> Result<Option<(BestThreshold, OobScore)>> {
    let Target::Classes { codes, n_classes: 2 } = target else { return Ok(None) };
    let found = map_oob_predictions(forest, params, x, target, weights, |_, proba, _| proba[1])?;
    let Some(probabilities) = found else { return Ok(None) };
    let (rows, covered): (Vec<usize>, Vec<f64>) = covered(&probabilities).unzip();
    let codes_covered: Vec<u32> = rows.iter().map(|&row| codes[row]).collect();
    let of_rows = |weights: &[f64]| rows.iter().map(|&row| weights[row]).collect::<Vec<_>>();
    let weights_covered = weights.map(of_rows);
    let best = best_threshold(metric, &codes_covered, &covered, weights_covered.as_deref());
    Ok(best.map(|best| {
        let decision = Decision::Threshold(best.threshold);
        let decide = |p: Option<f64>| p.map(|p| decision.decide(&[1.0 - p, p]));
        let classes: Vec<Option<u32>> = probabilities.into_iter().map(decide).collect();
        let errors = classification_errors(codes, &classes, weights);
        (best, OobScore { used_to_choose: true, ..score(&classes, errors, params) })
    }))
}

/// Of the classes that the covered rows were predicted as.
fn classification_errors(
    codes: &[u32],
    classes: &[Option<u32>],
    weights: Option<&[f64]>,
) -> OobErrors {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let rows = covered(classes);
    let right = rows.clone().filter(|&(row, class)| codes[row] == class);
    OobErrors::Classification {
        weight: sum(rows.map(|(row, _)| weight(row))),
        correct: sum(right.map(|(row, _)| weight(row))),
    }
}

/// A sum that is 0 of nothing; that of the standard library is −0.
fn sum(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |sum, number| sum + number)
}

/// The covered rows with their predictions.
fn covered<T: Copy>(predictions: &[Option<T>]) -> impl Iterator<Item = (usize, T)> + Clone + '_ {
    predictions.iter().enumerate().filter_map(|(row, prediction)| Some((row, (*prediction)?)))
}

fn score<T>(predictions: &[Option<T>], score: OobErrors, params: &ForestValidParams) -> OobScore {
    let covered = predictions.iter().flatten().count() as u64;
    let used_to_choose = params.is_chosen_out_of_bag();
    OobScore { rows: predictions.len() as u64, covered, score, used_to_choose }
}

/// Of targets, predictions and weights, which are scaled so that sums of their squares are finite.
fn regression_errors(rows: &[(f64, f64, f64)]) -> OobErrors {
    let numbers: Vec<f64> = rows.iter().flat_map(|&(y, value, _)| [y, value]).collect();
    let (numbers, exponent) = scaled(&numbers);
    let weights: Vec<f64> = rows.iter().map(|&(_, _, weight)| weight).collect();
    let (weights, _) = scaled(&weights);
    let numbers = numbers.as_chunks::<2>().0.iter();
    let rows: Vec<_> = numbers.zip(weights).map(|(&[y, value], w)| (y, value, w)).collect();
    let total: f64 = rows.iter().map(|(_, _, weight)| weight).sum();
    if total <= 0.0 {
        return OobErrors::Regression { mae: None, rmse: None, r2: None };
    }
    let mean = |of: &dyn Fn(f64, f64) -> f64| {
        rows.iter().map(|&(y, value, weight)| weight * of(y, value)).sum::<f64>() / total
    };
    let average = mean(&|y, _| y);
    let variance = mean(&|y, _| (y - average) * (y - average));
    let squared = mean(&|y, value| (y - value) * (y - value));
    let mut counted = rows.iter().filter(|(_, _, weight)| *weight > 0.0).map(|(y, _, _)| y);
    let first = counted.next();
    let varies = counted.any(|y| Some(y) != first);
    OobErrors::Regression {
        mae: Some(libm::ldexp(mean(&|y, value| (y - value).abs()), exponent)),
        rmse: Some(libm::ldexp(squared.sqrt(), exponent)),
        r2: (varies && variance > 0.0).then(|| 1.0 - squared / variance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_weigh_nothing_have_no_accuracy() {
        let score = |weight, correct| OobScore {
            rows: 9,
            covered: 4,
            score: OobErrors::Classification { weight, correct },
            used_to_choose: false,
        };
        assert_eq!(score(4.0, 3.0).accuracy(), Some(0.75));
        assert_eq!(score(0.0, 0.0).accuracy(), None);
    }

    #[test]
    fn errors_are_weighted_means() {
        // Errors 1, 2, 0 of weights 1, 2, 1 (and 9 of weight 0): mae 5/4, mse 9/4. The targets 1, 2, 5
        // have the mean 10/4 and the variance (2.25 + 0.5 + 6.25)/4 = 9/4.
        let rows = [(1.0, 2.0, 1.0), (2.0, 0.0, 2.0), (5.0, 5.0, 1.0), (7.0, -2.0, 0.0)];
        let expected = OobErrors::Regression { mae: Some(1.25), rmse: Some(1.5), r2: Some(0.0) };
        assert_eq!(regression_errors(&rows), expected);
    }

    #[test]
    fn errors_of_the_largest_targets_and_weights_are_finite() {
        let rows = [(1e150, -1e150, 1e100), (-1e150, 1e150, 1e100), (1.0, 0.0, 1e-300)];
        let expected =
            OobErrors::Regression { mae: Some(2e150), rmse: Some(2e150), r2: Some(-3.0) };
        assert_eq!(regression_errors(&rows), expected);
    }

    #[test]
    fn without_weight_there_are_no_errors_and_of_equal_targets_no_r2() {
        let nothing = OobErrors::Regression { mae: None, rmse: None, r2: None };
        assert_eq!(regression_errors(&[(1.0, 2.0, 0.0)]), nothing);
        let same = OobErrors::Regression { mae: Some(1.0), rmse: Some(1.0), r2: None };
        assert_eq!(regression_errors(&[(0.1, 1.1, 3.0), (0.1, -0.9, 1.0)]), same);
    }
}
