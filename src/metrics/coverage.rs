//! How good prediction intervals are.

use serde::Serialize;

use super::interval::{Interval, effective_rows, wilson_proportion};
use super::ratio;
use super::sums::ExactSum;
use super::weights::Weights;

/// How often intervals of one level held the target, and how wide they were.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IntervalScores {
    /// The level: the part of the targets that the intervals are to hold.
    pub level: f64,
    /// The count of the rows that were scored: those of weight 0 are not.
    pub rows: u64,
    /// The part of the targets that lie in their intervals, the ends included.
    pub coverage: f64,
    /// The 95 % interval of `coverage` (Wilson 1927), of as many rows as weights are worth ([`effective_rows`]).
    pub coverage_interval: Interval,
    /// The mean difference between the ends, in the unit of the target.
    pub mean_width: f64,
}

impl IntervalScores {
    /// Scores intervals, given by their lower and upper ends, against the truth.
    ///
    /// ```
    /// use forest::metrics::IntervalScores;
    ///
    /// let truth = [1.0, 2.0, 6.0, 9.0];
    /// let bounds = [[0.0, 2.0], [2.0, 4.0], [7.0, 9.0], [8.0, 12.0]];
    /// let scores = IntervalScores::new(0.8, &truth, &bounds, None);
    /// assert_eq!((scores.coverage, scores.mean_width), (0.75, 2.5));
    ///
    /// let weights = [1.0, 0.0, 2.0, 1.0];
    /// let scores = IntervalScores::new(0.8, &truth, &bounds, Some(&weights));
    /// assert_eq!((scores.rows, scores.coverage, scores.mean_width), (3, 0.5, 2.5));
    /// ```
    ///
    /// # Panics
    ///
    /// If the lists differ in length, or the weights are not as [`metrics`](crate::metrics) wants
    /// them.
    pub fn new(level: f64, y_true: &[f64], bounds: &[[f64; 2]], weights: Option<&[f64]>) -> Self {
        assert_eq!(y_true.len(), bounds.len(), "an interval for each true value");
        let rows = || Weights::new(weights, y_true.len()).rows();
        let mean = |value: &dyn Fn(usize) -> f64| {
            let sum = ExactSum::of(rows().map(|(row, weight)| (weight, value(row)))).value();
            ratio(sum, ExactSum::of(rows().map(|(_, weight)| (weight, 1.0))).value())
        };
        let is_held = |row: usize| (bounds[row][0]..=bounds[row][1]).contains(&y_true[row]);
        let coverage = mean(&|row| f64::from(u8::from(is_held(row)))).min(1.0);
        let n = weights.map_or(y_true.len() as f64, effective_rows);
        Self {
            level,
            rows: rows().count() as u64,
            coverage,
            coverage_interval: wilson_proportion(coverage, n),
            mean_width: mean(&|row| bounds[row][1] - bounds[row][0]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::interval::wilson;

    #[test]
    fn coverage_has_the_interval_of_as_many_rows() {
        let truth: Vec<f64> = (0..200).map(|row| f64::from(row % 4)).collect();
        let scores = IntervalScores::new(0.7, &truth, &[[1.0, 3.0]; 200], None);
        assert_eq!((scores.coverage, scores.mean_width), (0.75, 2.0));
        assert_eq!(scores.coverage_interval, wilson(150, 200));
        let scores = IntervalScores::new(0.7, &truth, &[[1.0, 3.0]; 200], Some(&[0.1; 200]));
        assert_eq!((scores.coverage, scores.coverage_interval), (0.75, wilson(150, 200)));
    }

    #[test]
    fn without_rows_nothing_is_covered() {
        let scores = IntervalScores::new(0.9, &[], &[], None);
        assert_eq!((scores.rows, scores.coverage, scores.mean_width), (0, 0.0, 0.0));
        assert_eq!(scores.coverage_interval, Interval { low: 0.0, high: 1.0 });
    }
}
