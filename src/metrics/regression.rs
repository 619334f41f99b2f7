//! Everything there is to say about predicted numbers on one set of rows.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::interval::Interval;
use super::mean_interval::Factors;
use super::ratio;
use super::sums::ExactSum;
use super::weights::{Weights, power_of_two};

/// All scores of a regression on one set of rows; errors are in the unit of the target.
///
/// Each interval says where the score on all rows of the same kind lies, with 95 % confidence. It
/// takes the model as given: it knows nothing of what another training would bring. `None` for
/// fewer than two rows.
///
/// An interval is made of the influence of each row on the score, of which it takes the standard
/// error, √(n / (n − 1) · Σ (w·ψ)²) / Σ w for influences ψ of n rows of weight w (Binder 1983, *On the
/// variances of asymptotically normal estimators from complex surveys*), the skewness and the kurtosis.
/// Errors are at least the estimate times exp(−t·s), s being the relative standard error: the normal
/// interval of the logarithm. They are at most the greater of the estimate times exp(t·s) and the
/// bound of Hall (1992, *On the removal of skewness by transformation*). For t, the quantile of
/// Student's distribution, the standard error is worth the degrees of freedom that the kurtosis
/// says (Satterthwaite 1946, *An approximate distribution of estimates of variance components*).
/// R² is 1 minus a ratio, whose interval it is.
///
/// They are approximate where a few rows decide. Of simulated samples (`benches/results/intervals.md`)
/// of 30, 100 and 400 rows with normal errors 94 to 96 % had the true score within. With log-normal
/// errors it was 88, 95 and 97 % for `mae`, 84, 93 and 94 % for `rmse`, 79, 87 and 93 % for `r2`. With
/// errors of Student's distribution with 3 degrees of freedom, whose squares have no variance, it was 94
/// to 96 % for `mae`, but 87 to 89 % for the other two, however many rows. It is less where weights
/// differ much and rows are few.
///
/// Without rows every error is 0 and every option `None`: look at `rows` first. Given finite
/// numbers no field is ever NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RegressionScores {
    /// The count of the rows that were scored: those of weight 0 are not.
    pub rows: u64,
    /// The mean absolute error.
    pub mae: f64,
    /// The interval of `mae`, from 0 up.
    pub mae_interval: Option<Interval>,
    /// The root of the mean squared error.
    pub rmse: f64,
    /// The interval of `rmse`, from 0 up.
    pub rmse_interval: Option<Interval>,
    /// The coefficient of determination, up to 1: the fraction of the targets' variance that is not
    /// left as mean squared error, 0 for always predicting their mean. `None` if the targets are
    /// all equal.
    pub r2: Option<f64>,
    /// The interval of `r2`, up to 1.
    pub r2_interval: Option<Interval>,
    /// The median of the absolute errors; where half of the rows lie exactly below it, the mean of
    /// the two in the middle.
    pub median_absolute_error: f64,
    /// As `r2`, with the variance of the errors in place of their mean square: what `r2` would be
    /// if the mean error were taken off. `None` if the targets are all equal.
    pub explained_variance: Option<f64>,
    /// The mean absolute error of always predicting the baseline.
    pub baseline_mae: f64,
    /// The root of the mean squared error of always predicting the baseline.
    pub baseline_rmse: f64,
}

/// Serialized with the scores of the baseline in an object, `baseline`.
impl Serialize for RegressionScores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Baseline {
            mae: f64,
            rmse: f64,
        }
        let mut scores = serializer.serialize_struct("RegressionScores", 10)?;
        scores.serialize_field("rows", &self.rows)?;
        scores.serialize_field("mae", &self.mae)?;
        scores.serialize_field("mae_interval", &self.mae_interval)?;
        scores.serialize_field("rmse", &self.rmse)?;
        scores.serialize_field("rmse_interval", &self.rmse_interval)?;
        scores.serialize_field("r2", &self.r2)?;
        scores.serialize_field("r2_interval", &self.r2_interval)?;
        scores.serialize_field("median_absolute_error", &self.median_absolute_error)?;
        scores.serialize_field("explained_variance", &self.explained_variance)?;
        let baseline = Baseline { mae: self.baseline_mae, rmse: self.baseline_rmse };
        scores.serialize_field("baseline", &baseline)?;
        scores.end()
    }
}

impl RegressionScores {
    /// Scores predictions against the truth, a number each for every row, and against always
    /// predicting `baseline`: the mean of the targets in training.
    ///
    /// ```
    /// use forest::metrics::RegressionScores;
    ///
    /// let scores = RegressionScores::new(&[1.0, 2.0, 6.0], &[1.0, 4.0, 5.0], 2.0, None);
    /// assert_eq!((scores.rows, scores.mae, scores.median_absolute_error), (3, 1.0, 1.0));
    /// assert_eq!(scores.r2, Some(1.0 - 5.0 / 14.0));
    ///
    /// let weights = [0.5, 0.0, 1.5];
    /// let scores = RegressionScores::new(&[1.0, 2.0, 6.0], &[1.0, 4.0, 5.0], 2.0, Some(&weights));
    /// assert_eq!((scores.rows, scores.mae, scores.baseline_mae), (2, 0.75, 3.25));
    /// ```
    ///
    /// # Panics
    ///
    /// If the lists differ in length, or the weights are not as [`metrics`](crate::metrics) wants
    /// them.
    pub fn new(y_true: &[f64], y_pred: &[f64], baseline: f64, weights: Option<&[f64]>) -> Self {
        let sample = Errors::new(y_true, y_pred, baseline, weights);
        let unit = sample.unit;
        let baseline = baseline / unit;

        let mae = sample.mean(|row| row.error.abs());
        let mse = sample.mean(|row| squared(row.error));
        let rmse = mse.sqrt();
        let mean = sample.mean(|row| row.truth);
        let variance = sample.mean(|row| squared(row.truth - mean));
        let mean_error = sample.mean(|row| row.error);
        let error_variance = sample.mean(|row| squared(row.error - mean_error));

        // Rounding leaves equal targets a variance if their mean is not exactly one of them.
        let explained = |unexplained: f64| {
            let fraction = 1.0 - unexplained / variance;
            (!sample.is_constant() && fraction.is_finite()).then_some(fraction)
        };
        let r2 = explained(mse);

        // In a mean m a row of weight w that adds x has the influence w·(x / m − 1), as a part of m.
        let part = |row: &Row, value: f64, mean: f64| ratio(row.weight * value, mean);
        let mae_factors = sample.factors(|row| part(row, row.error.abs(), mae) - row.weight);
        let mse_factors = sample.factors(|row| part(row, squared(row.error), mse) - row.weight);
        let ratio_factors = sample.factors(|row| {
            part(row, squared(row.error), mse) - part(row, squared(row.truth - mean), variance)
        });
        let r2_interval = |r2: f64, factors: Factors| {
            let Interval { low, high } = factors.of(1.0 - r2, f64::MAX);
            Interval { low: 1.0 - high, high: 1.0 - low }.around(r2)
        };
        Self {
            rows: sample.rows.len() as u64,
            mae: mae * unit,
            mae_interval: mae_factors.map(|factors| factors.of(mae * unit, f64::MAX)),
            rmse: rmse * unit,
            rmse_interval: mse_factors.map(|factors| factors.of_root().of(rmse * unit, f64::MAX)),
            r2,
            r2_interval: r2.zip(ratio_factors).map(|(r2, factors)| r2_interval(r2, factors)),
            median_absolute_error: unit * sample.median(|row| row.error.abs()),
            explained_variance: explained(error_variance),
            baseline_mae: unit * sample.mean(|row| (row.truth - baseline).abs()),
            baseline_rmse: unit * sample.mean(|row| squared(row.truth - baseline)).sqrt(),
        }
    }
}

fn squared(number: f64) -> f64 {
    number * number
}

/// The rows that count for something.
///
/// Their numbers are multiples of a power of two near the largest, which changes no digit and keeps
/// the squares of any within the range of a float.
struct Errors {
    rows: Vec<Row>,
    weight: f64,
    unit: f64,
}

struct Row {
    weight: f64,
    truth: f64,
    /// The truth minus the prediction.
    error: f64,
}

impl Errors {
    fn new(y_true: &[f64], y_pred: &[f64], baseline: f64, weights: Option<&[f64]>) -> Self {
        assert_eq!(y_true.len(), y_pred.len(), "a prediction for each true value");
        let counted = || Weights::new(weights, y_true.len()).rows();
        let largest = counted().fold(baseline.abs(), |largest, (row, _)| {
            largest.max(y_true[row].abs()).max(y_pred[row].abs())
        });
        let unit = power_of_two(largest);
        let rows = counted().map(|(row, weight)| {
            let (truth, prediction) = (y_true[row] / unit, y_pred[row] / unit);
            Row { weight, truth, error: truth - prediction }
        });
        let rows: Vec<Row> = rows.collect();
        let weight = ExactSum::of(rows.iter().map(|row| (row.weight, 1.0))).value();
        Self { rows, weight, unit }
    }

    /// The mean over the weight of the rows; 0 without any.
    fn mean(&self, value: impl Fn(&Row) -> f64) -> f64 {
        let sum = ExactSum::of(self.rows.iter().map(|row| (row.weight, value(row))));
        ratio(sum.value(), self.weight)
    }

    fn median(&self, value: impl Fn(&Row) -> f64) -> f64 {
        weighted_median(self.rows.iter().map(|row| (value(row), row.weight)).collect())
    }

    /// The ends of an interval, as multiples of the estimate, on which rows have this influence.
    fn factors(&self, influence: impl Fn(&Row) -> f64) -> Option<Factors> {
        Factors::new(self.rows.iter().map(|row| (row.weight, influence(row))))
    }

    fn is_constant(&self) -> bool {
        self.rows.windows(2).all(|pair| pair[0].truth == pair[1].truth)
    }
}

/// The lowest of `(value, weight)` up to which lies half of the weight; where that is exactly half,
/// the mean of it and the next (Hyndman and Fan 1996, *Sample quantiles in statistical packages*,
/// definition 2, with weights). 0 without values.
///
/// scikit-learn 1.9.1 asks whether the rounded sum of the weights so far is within 2.2e-16 of half;
/// here the sum does not round and the 2.2e-16 are a part of the total, so that weights in tenths
/// behave as those in whole numbers.
fn weighted_median(mut values: Vec<(f64, f64)>) -> f64 {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)));
    let total = ExactSum::of(values.iter().map(|&(_, weight)| (weight, 1.0))).value();
    let (half, tolerance) = (0.5 * total, f64::EPSILON * total);
    let mut so_far = ExactSum::default();
    for (index, &(value, weight)) in values.iter().enumerate() {
        so_far.add(weight, 1.0);
        let above = so_far.value() - half;
        if above >= -tolerance {
            let next = values.get(index + 1).filter(|_| above <= tolerance);
            return next.map_or(value, |next| f64::midpoint(value, next.0));
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_give_the_plain_median() {
        let median = |values: &[f64]| {
            let weighted = |weight| values.iter().map(|&value| (value, weight)).collect();
            assert_eq!(weighted_median(weighted(1.0)), weighted_median(weighted(0.1)));
            weighted_median(weighted(1.0))
        };
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[6.0, 1.0, 3.0, 2.0, 9.0, 4.0]), 3.5);
        assert_eq!((median(&[7.0]), median(&[])), (7.0, 0.0));
    }

    #[test]
    fn the_middle_is_that_of_the_weight() {
        assert_eq!(weighted_median(vec![(1.0, 1.0), (2.0, 1.0), (8.0, 3.0)]), 8.0);
        assert_eq!(weighted_median(vec![(1.0, 1.0), (2.0, 2.0), (8.0, 3.0)]), 5.0);
        // In tenths half of the weight rounds to 0.30000000000000004 or to 0.3.
        assert_eq!(weighted_median(vec![(1.0, 0.1), (2.0, 0.2), (8.0, 0.3)]), 5.0);
    }
}
