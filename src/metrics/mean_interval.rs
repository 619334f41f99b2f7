//! How far the mean of losses, of their differences, or a ratio of such means, may be from the true one.

use super::interval::{Interval, effective_rows, student};
use super::ratio;
use super::sums::ExactSum;
use super::weights::{Weights, power_of_two};

/// The mean of numbers, given row by row; 0 without rows that weigh anything.
///
/// # Panics
///
/// As [`mean_interval`].
pub(crate) fn mean(values: &[f64], weights: Option<&[f64]>) -> f64 {
    let rows = || Weights::new(weights, values.len()).rows();
    let total = ExactSum::of(rows().map(|(_, weight)| (weight, 1.0)));
    let sum = ExactSum::of(rows().map(|(row, weight)| (weight, values[row])));
    ratio(sum.value(), total.value())
}

/// The 95 % interval of the mean of numbers of any sign, given row by row, such as differences of losses: Student's, of as
/// many degrees of freedom as there are [effective rows](effective_rows), less one. `None` where nothing says how
/// much they vary: fewer than three effective rows, or all with the same number.
///
/// # Panics
///
/// As [`mean_interval`].
pub(crate) fn student_interval(values: &[f64], weights: Option<&[f64]>) -> Option<Interval> {
    let rows = || Weights::new(weights, values.len()).rows();
    let n = rows().count() as f64;
    let effective_rows = weights.map_or(n, effective_rows);
    let (first, _) = rows().next()?;
    if effective_rows < 3.0 || rows().all(|(row, _)| values[row] == values[first]) {
        return None;
    }
    let mean = mean(values, weights);
    // Squares of multiples of it stay within the range of a float.
    let unit = power_of_two(rows().fold(0.0, |size, (row, _)| values[row].abs().max(size)));
    let total = ExactSum::of(rows().map(|(_, weight)| (weight, 1.0))).value();
    let influence = |(row, weight): (usize, f64)| weight * (values[row] / unit - mean / unit);
    let squares = ExactSum::of(rows().map(influence).map(|influence| (influence, influence)));
    // Binder (1983), as below.
    let error = unit * (n / (n - 1.0) * squares.value()).sqrt() / total;
    let reach = student(effective_rows - 1.0) * error;
    Some(Interval { low: mean - reach, high: mean + reach })
}

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
    let mean = mean(losses, weights);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::assert_close;

    #[test]
    fn the_mean_of_differences_has_students_interval() {
        // Mean 2, s² = 16 / 3; the 0.975 quantile of Student's t with 3 degrees of freedom is 3.182.
        let values = [4.0, 0.0, 4.0, 0.0];
        let Interval { low, high } = student_interval(&values, None).unwrap();
        let error = (16.0_f64 / 3.0 / 4.0).sqrt();
        assert!((high - 2.0 - 3.182_446 * error).abs() < 5e-3 * error, "{high}");
        assert_close(2.0 - low, high - 2.0);
        // A row of no weight is no row, and the unit of weights is of no matter.
        let weighted =
            student_interval(&[4.0, 9.0, 0.0, 4.0, 0.0], Some(&[0.3, 0.0, 0.3, 0.3, 0.3]));
        assert_close(weighted.unwrap().high, high);
        // Mean 1, Σ w² (x − mean)² = 9·0 + 1 + 1 + 0, of a weight of 6; (6² / 12) − 1 = 2 degrees of freedom.
        let weighted =
            student_interval(&[1.0, 2.0, 0.0, 1.0], Some(&[3.0, 1.0, 1.0, 1.0])).unwrap();
        assert_close(weighted.high, 1.0 + student(2.0) * (4.0_f64 / 3.0 * 2.0).sqrt() / 6.0);
        assert!(student_interval(&[-1e150, 1e150, 3e149], None).unwrap().high.is_finite());
    }

    #[test]
    fn what_does_not_vary_has_no_interval() {
        for (values, weights) in [
            (&[0.5; 9][..], None),
            (&[1.0, 2.0][..], None),
            (&[1.0, 2.0, 3.0][..], Some(&[1.0, 1.0, 0.0][..])),
            (&[][..], None),
        ] {
            assert_eq!(student_interval(values, weights), None);
        }
    }
}
