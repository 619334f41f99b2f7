//! The most probable class, and how good predicted probabilities are: log-loss and Brier score.

use ndarray::{ArrayView1, ArrayView2};

use super::interval::Interval;
use super::mean_interval::mean_interval;
use super::ratio;
use super::weights::Weights;

/// The position of the greatest value, the lowest of equals.
pub fn argmax<'a>(values: impl IntoIterator<Item = &'a f64>) -> u32 {
    let mut best = (0, f64::NEG_INFINITY);
    for (&value, position) in values.into_iter().zip(0..) {
        if value > best.1 {
            best = (position, value);
        }
    }
    best.0
}

/// One row's log-loss, −ln p in nats, from the probability p given to its true class.
///
/// p is first moved into \[ε, 1 − ε\] with ε = 2⁻⁵², so a certain and wrong answer costs 36.04
/// instead of infinity. The mean over rows is [`log_loss`]; whoever holds only some rows at a time
/// can sum it up:
///
/// ```
/// use forest::metrics::log_loss_of;
///
/// let mut sum = 0.0;
/// for block in [[0.5, 0.25], [1.0, 0.5]] {
///     sum += block.into_iter().map(log_loss_of).sum::<f64>();
/// }
/// assert!((sum / 4.0 - 2_f64.ln()).abs() < 1e-12);
/// ```
pub fn log_loss_of(probability_of_true_class: f64) -> f64 {
    -libm::log(probability_of_true_class.clamp(f64::EPSILON, 1.0 - f64::EPSILON))
}

/// The mean of [`log_loss_of`] over rows, in nats: 0 is perfect, ln K is what equal probabilities
/// for K classes get (Good 1952, *Rational decisions*).
///
/// `proba` is rows × K. 0 without rows.
///
/// # Panics
///
/// If there is not one label for each row, a label is not below K, or the weights are not as
/// [`metrics`](crate::metrics) wants them.
pub fn log_loss(y_true: &[u32], proba: ArrayView2<f64>, weights: Option<&[f64]>) -> f64 {
    mean_over_rows(y_true, proba, weights, |truth, row| log_loss_of(row[truth as usize]))
}

/// One row's squared distance between its probabilities, K of them, and certainty of its true
/// class, in \[0, 2\] (Brier 1950, *Verification of forecasts expressed in terms of probability*).
///
/// # Panics
///
/// If the true class is not below K.
pub fn brier_of(true_class: u32, probabilities: ArrayView1<f64>) -> f64 {
    assert!((true_class as usize) < probabilities.len(), "class {true_class} has a column");
    let mut sum = 0.0;
    for (class, &probability) in probabilities.iter().enumerate() {
        let certainty = if class == true_class as usize { 1.0 } else { 0.0 };
        sum += (certainty - probability) * (certainty - probability);
    }
    sum
}

/// The mean of [`brier_of`] over rows, where 0 is perfect.
///
/// With two classes both of a row's terms are the same, so it is custom to count one: then the
/// score is half that mean and lies in \[0, 1\]; with three or more it lies in \[0, 2\].
/// `proba` is rows × K. 0 without rows.
///
/// # Panics
///
/// If there is not one label for each row, a label is not below K, or the weights are not as
/// [`metrics`](crate::metrics) wants them.
pub fn brier(y_true: &[u32], proba: ArrayView2<f64>, weights: Option<&[f64]>) -> f64 {
    brier_scale(proba) * mean_over_rows(y_true, proba, weights, brier_of)
}

/// The intervals of the log loss and of the Brier score, [`mean_interval`].
pub(super) fn loss_intervals(
    y_true: &[u32],
    proba: ArrayView2<f64>,
    weights: Option<&[f64]>,
) -> [Option<Interval>; 2] {
    let rows = || y_true.iter().zip(proba.rows());
    let log_losses: Vec<f64> =
        rows().map(|(&truth, row)| log_loss_of(row[truth as usize])).collect();
    let scale = brier_scale(proba);
    let briers: Vec<f64> = rows().map(|(&truth, row)| scale * brier_of(truth, row)).collect();
    [
        mean_interval(&log_losses, weights, log_loss_of(0.0)),
        mean_interval(&briers, weights, 2.0 * scale),
    ]
}

/// With two classes one of two equal terms is counted.
fn brier_scale(proba: ArrayView2<f64>) -> f64 {
    if proba.ncols() < 3 { 0.5 } else { 1.0 }
}

fn mean_over_rows(
    y_true: &[u32],
    proba: ArrayView2<f64>,
    weights: Option<&[f64]>,
    score: impl Fn(u32, ArrayView1<f64>) -> f64,
) -> f64 {
    assert_eq!(y_true.len(), proba.nrows(), "a row of probabilities for each label");
    let (mut sum, mut total) = (0.0, 0.0);
    for (row, weight) in Weights::new(weights, y_true.len()).rows() {
        sum += weight * score(y_true[row], proba.row(row));
        total += weight;
    }
    ratio(sum, total)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::metrics::assert_close;

    #[test]
    fn log_loss_is_the_mean_surprise() {
        let proba = array![[0.5, 0.5], [0.75, 0.25], [0.0, 1.0]];
        // ln 2 + ln 4 + 0 = 3 ln 2, over three rows.
        assert_close(log_loss(&[1, 1, 1], proba.view(), None), std::f64::consts::LN_2);
    }

    #[test]
    fn a_row_costs_by_its_weight() {
        let proba = array![[0.5, 0.5], [0.0, 1.0], [0.75, 0.25]];
        // (3 ln 2 + 0 + 1 · 2 ln 2) / 4, where the certain and wrong row has no weight.
        let loss = log_loss(&[1, 0, 1], proba.view(), Some(&[3.0, 0.0, 1.0]));
        assert_close(loss, 1.25 * std::f64::consts::LN_2);
        assert_eq!(log_loss(&[1, 0, 1], proba.view(), Some(&[0.0; 3])), 0.0);
    }

    #[test]
    fn certainty_costs_a_finite_amount_either_way() {
        // −ln 2⁻⁵² = 52 ln 2, and −ln(1 − ε) = ε + ε²/2 + …
        assert_close(log_loss_of(0.0), 52.0 * std::f64::consts::LN_2);
        assert_close(log_loss_of(1.0) / f64::EPSILON, 1.0);
    }

    #[test]
    fn brier_of_two_classes_is_the_squared_error_of_one() {
        let proba = array![[0.75, 0.25], [0.5, 0.5]];
        assert_close(brier(&[0, 1], proba.view(), None), f64::midpoint(0.0625, 0.25));
    }

    #[test]
    fn brier_of_three_classes_sums_over_them() {
        let proba = array![[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]];
        assert_close(brier_of(0, proba.row(0)), 0.25 + 0.0625 + 0.0625);
        assert_close(brier(&[0, 0], proba.view(), None), f64::midpoint(0.375, 2.0));
    }

    #[test]
    fn no_rows_cost_nothing() {
        let proba = Array2::zeros((0, 3));
        assert_eq!(log_loss(&[], proba.view(), None), 0.0);
        assert_eq!(brier(&[], proba.view(), None), 0.0);
    }

    #[test]
    #[should_panic(expected = "a row of probabilities for each label")]
    fn a_missing_label_is_not_skipped() {
        log_loss(&[0], array![[0.5, 0.5], [0.5, 0.5]].view(), None);
    }
}
