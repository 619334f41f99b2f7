//! How far the mean of losses, or a ratio of such means, may be from the true one.

use super::interval::{Interval, student};
use super::ratio;
use super::sums::ExactSum;
use super::weights::Weights;

/// The 95 % interval of the mean of losses, each from 0 to `largest` (which may be infinite), given
/// row by row; the [regression scores](super::RegressionScores) say how it is made, and how often it
/// holds the true mean. `None` where nothing says how much losses vary: fewer than two rows that
/// weigh anything, or all with the same loss.
///
/// ```
/// use forest::metrics::mean_interval;
///
/// let interval = mean_interval(&[0.5, 0.25, 1.0, 0.25], None, f64::INFINITY).unwrap();
/// assert!(0.0 < interval.low && interval.low < 0.5 && 0.5 < interval.high);
/// assert_eq!(mean_interval(&[0.5; 4], None, f64::INFINITY), None);
/// ```
///
/// # Panics
///
/// If there is not one weight for each loss, or the weights are not as [`metrics`](crate::metrics)
/// wants them.
pub fn mean_interval(losses: &[f64], weights: Option<&[f64]>, largest: f64) -> Option<Interval> {
    let rows = || Weights::new(weights, losses.len()).rows();
    let total = ExactSum::of(rows().map(|(_, weight)| (weight, 1.0))).value();
    let sum = ExactSum::of(rows().map(|(row, weight)| (weight, losses[row]))).value();
    let mean = ratio(sum, total);
    let (first, _) = rows().next()?;
    if rows().all(|(row, _)| losses[row] == losses[first]) {
        return None;
    }
    let influence = |(row, weight): (usize, f64)| (weight, weight * losses[row] / mean - weight);
    Some(Factors::new(rows().map(influence))?.of(mean, largest))
}

/// What an estimate above 0 is multiplied by to get the ends of its 95 % interval.
///
/// The lower end is that of a normal interval of the logarithm. The upper end is the farther of that and
/// the one of Hall (1992, *On the removal of skewness by transformation*), whose cubic takes the
/// skewness out of the studentised estimate. Both are of a quantile of Student's distribution whose
/// degrees of freedom are what the standard error is worth, by the kurtosis of what it is made of
/// (Satterthwaite 1946, *An approximate distribution of estimates of variance components*), at most
/// one less than the effective rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Factors {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Factors {
    /// Of each row's weight, and the weight times the row's influence on the estimate as a part of
    /// the estimate. `None` for fewer than two rows.
    pub(super) fn new(rows: impl Iterator<Item = (f64, f64)>) -> Option<Self> {
        let [mut weights, mut squared_weights, mut fourth_weights] = [ExactSum::default(); 3];
        let [mut squares, mut cubes, mut fourths] = [ExactSum::default(); 3];
        let mut n = 0.0;
        for (weight, influence) in rows {
            n += 1.0;
            let (weight_2, influence_2) = (weight * weight, influence * influence);
            weights.add(weight, 1.0);
            squared_weights.add(weight, weight);
            fourth_weights.add(weight_2, weight_2);
            squares.add(influence, influence);
            cubes.add(influence_2, influence);
            fourths.add(influence_2, influence_2);
        }
        if n < 2.0 {
            return None;
        }
        let [weights, squared_weights, squares] =
            [weights, squared_weights, squares].map(ExactSum::value);
        // Binder (1983), *On the variances of asymptotically normal estimators from complex surveys*.
        let error = (n / (n - 1.0) * squares).sqrt() / weights;
        let skewness = ratio(cubes.value(), squares * squares.sqrt()).clamp(-1.0, 1.0);
        // The variance of the sum of squares, relative to its square.
        let uncertainty = ratio(fourths.value(), squares * squares)
            - ratio(fourth_weights.value(), squared_weights * squared_weights);
        let effective_rows = weights * weights / squared_weights;
        let quantile =
            student((effective_rows - 1.0).min(2.0 / uncertainty.max(f64::MIN_POSITIVE)));

        let log_reach = quantile * error;
        let reach = quantile + skewness / 6.0;
        // The inverse of the cubic at −reach, written so that nothing cancels.
        let root = libm::cbrt(1.0 - skewness * reach);
        let hall = 3.0 * reach / (1.0 + root + root * root);
        Some(Self {
            low: libm::exp(-log_reach),
            high: libm::exp(log_reach).max(1.0 + hall * error),
        })
    }

    /// The interval of an estimate that cannot be larger than `largest`.
    pub(super) fn of(self, estimate: f64, largest: f64) -> Interval {
        let high = (estimate * self.high).min(largest.min(f64::MAX)).max(estimate);
        Interval { low: estimate * self.low, high }
    }

    /// Of the root of the estimate.
    pub(super) fn of_root(self) -> Self {
        Self { low: self.low.sqrt(), high: self.high.sqrt() }
    }
}
