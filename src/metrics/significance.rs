//! Whether a difference is more than chance: of scores on the folds of a cross-validation, and of two
//! classifiers on the same rows.

use serde::Serialize;
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

use super::interval::Interval;

/// The mean of a score over the folds of a cross-validation, or of a difference of scores, and how sure it
/// is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FoldMean {
    /// How many folds there are.
    pub folds: u64,
    /// The mean over folds.
    pub mean: f64,
    /// The standard deviation over folds, with n − 1; 0 of a single fold.
    pub standard_deviation: f64,
    /// Where the mean lies, with 95 % confidence; `None` of a single fold, or where all are equal, which says
    /// nothing of others.
    pub interval: Option<Interval>,
    /// The mean over its standard error; `None` likewise.
    pub t: Option<f64>,
    /// The two-sided p-value of its being 0; `None` likewise, unless all folds are 0.
    pub p: Option<f64>,
}

impl FoldMean {
    /// Of a value of each fold. Folds share training rows, so that their values vary less than those of
    /// independent samples would: the variance of the mean is (1/n + `test_over_train`) s², with the test rows
    /// for each training row of a fold (Nadeau & Bengio 2003, *Inference for the generalization error*, the
    /// corrected resampled t-test), and t has n − 1 degrees of freedom.
    ///
    /// ```
    /// use forest::metrics::FoldMean;
    ///
    /// let mean = FoldMean::new(&[0.8, 0.9, 0.85, 0.95, 0.9], 0.25);
    /// assert!((mean.mean - 0.88).abs() < 1e-12);
    /// assert!(mean.interval.is_some_and(|interval| interval.low < 0.85 && interval.high > 0.91));
    /// ```
    ///
    /// # Panics
    /// Without values.
    pub fn new(values: &[f64], test_over_train: f64) -> Self {
        assert!(!values.is_empty(), "a value of a fold");
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
        let plain = Self {
            folds: values.len() as u64,
            mean,
            standard_deviation: 0.0,
            interval: None,
            t: None,
            p: None,
        };
        let Ok(distribution) = StudentsT::new(0.0, 1.0, n - 1.0) else { return plain };
        let standard_deviation = (squares / (n - 1.0)).sqrt();
        let standard_error = (1.0 / n + test_over_train).sqrt() * standard_deviation;
        let reach = distribution.inverse_cdf(0.975) * standard_error;
        if standard_error == 0.0 {
            return Self { p: (mean == 0.0).then_some(1.0), ..plain };
        }
        let t = mean / standard_error;
        Self {
            standard_deviation,
            interval: Some(Interval { low: mean - reach, high: mean + reach }),
            t: Some(t),
            p: Some(2.0 * distribution.cdf(-t.abs())),
            ..plain
        }
    }

    /// The mean in standard deviations over folds (Cohen's d of paired values); `None` where these do not
    /// vary.
    pub fn effect_size(&self) -> Option<f64> {
        Some(self.mean / self.standard_deviation).filter(|effect| effect.is_finite())
    }
}

/// The p-values of several tests, so adjusted that with each below 0.05 taken for real there is a false one
/// among them in at most 5 % of cases (Holm 1979, *A simple sequentially rejective multiple test
/// procedure*).
///
/// ```
/// assert_eq!(forest::metrics::holm(&[0.25, 0.01, 0.02]), [0.25, 0.03, 0.04]);
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0.0;
    for (place, &test) in order.iter().enumerate() {
        least = f64::max(least, (p.len() - place) as f64 * p[test]).min(1.0);
        adjusted[test] = least;
    }
    adjusted
}

/// The two-sided p-value of two classifiers being right equally often, exact, from the rows that only the one
/// and only the other gets right (McNemar 1947, *Note on the sampling error of the difference between
/// correlated proportions*, by the binomial distribution).
///
/// ```
/// // 2 (1 + 5) / 2⁵
/// assert!((forest::metrics::mcnemar(1, 4) - 0.375).abs() < 1e-12);
/// ```
pub fn mcnemar(only_one: u64, only_other: u64) -> f64 {
    let tail = Binomial::new(0.5, only_one + only_other)
        .map_or(1.0, |binomial| binomial.cdf(only_one.min(only_other)));
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::assert_close;

    #[test]
    fn equal_folds_say_nothing_of_others() {
        let same = FoldMean::new(&[0.5; 4], 0.25);
        assert_eq!((same.mean, same.interval, same.t, same.p), (0.5, None, None, None));
        assert_eq!(FoldMean::new(&[0.0; 4], 0.25).p, Some(1.0));
    }

    #[test]
    fn a_single_fold_says_nothing_of_chance() {
        let one = FoldMean::new(&[0.5], 0.25);
        assert_eq!((one.mean, one.standard_deviation), (0.5, 0.0));
        assert_eq!((one.interval, one.t, one.p), (None, None, None));
    }

    #[test]
    fn two_folds_by_hand() {
        // Mean 2, s = √2, standard error √((1/2 + 1/2) · 2); t with one degree of freedom is Cauchy's:
        // p = 1 − 2 atan(t) / π, and its 0.975 quantile tan(0.475 π).
        let mean = FoldMean::new(&[1.0, 3.0], 0.5);
        assert_close(mean.t.unwrap(), 2_f64.sqrt());
        assert_close(mean.p.unwrap(), 1.0 - 2.0 * 2_f64.sqrt().atan() / std::f64::consts::PI);
        let reach = (0.475 * std::f64::consts::PI).tan() * 2_f64.sqrt();
        assert!((mean.interval.unwrap().high - 2.0 - reach).abs() < 1e-9);
        assert_close(mean.effect_size().unwrap(), 2_f64.sqrt());
    }

    #[test]
    fn adjusted_p_values_keep_their_order_and_stay_below_one() {
        // 4 · 0.01; 3 · 0.02; 2 · 0.025 is less than that; 0.9.
        let adjusted = holm(&[0.9, 0.02, 0.01, 0.025]);
        for (adjusted, expected) in adjusted.iter().zip([0.9, 0.06, 0.04, 0.06]) {
            assert_close(*adjusted, expected);
        }
        assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn classifiers_that_differ_nowhere_do_not_differ() {
        assert_eq!((mcnemar(0, 0), mcnemar(7, 7)), (1.0, 1.0));
        assert_eq!(mcnemar(4, 1), mcnemar(1, 4));
        // 2 / 2¹⁰⁰
        assert_close(mcnemar(0, 100) * 2_f64.powi(99), 1.0);
    }
}
