//! How far a measured score may be from the true one.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::ratio;
use super::sums::ExactSum;
use super::weights::Weights;

/// The 0.975 quantile of the standard normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// A range of numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end, not below `low`.
    pub high: f64,
}

impl Interval {
    /// All of \[0, 1\]: what a fraction may be of which nothing is known.
    pub(super) const FRACTION: Self = Self { low: 0.0, high: 1.0 };

    /// With ends that rounding has not moved past the estimate.
    pub(super) fn around(self, estimate: f64) -> Self {
        Self { low: self.low.min(estimate), high: self.high.max(estimate) }
    }
}

/// The 95 % score interval for the probability behind `successes` out of `n` trials
/// (Wilson 1927, *Probable inference, the law of succession, and statistical inference*).
///
/// It stays within \[0, 1\] and keeps a width even where every trial succeeds; without trials it
/// is all of \[0, 1\].
///
/// ```
/// let interval = forest::metrics::interval::wilson(250, 250);
/// assert!(interval.low > 0.98 && interval.low < 0.99);
/// ```
///
/// # Panics
///
/// If there are more successes than trials.
pub fn wilson(successes: u64, n: u64) -> Interval {
    assert!(successes <= n, "{successes} successes in {n} trials");
    score_interval(successes as f64, (n - successes) as f64, n as f64)
}

/// [`wilson`] of a proportion, in \[0, 1\], of as many trials as rows with weights are worth:
/// [`effective_rows`].
///
/// ```
/// use forest::metrics::interval::{wilson, wilson_proportion};
///
/// assert_eq!(wilson_proportion(0.75, 200.0), wilson(150, 200));
/// ```
///
/// # Panics
///
/// If the proportion is not in \[0, 1\], or `n` is not a finite number from 0 up.
pub fn wilson_proportion(proportion: f64, n: f64) -> Interval {
    assert!((0.0..=1.0).contains(&proportion), "a proportion of {proportion}");
    assert!((0.0..=f64::MAX).contains(&n), "a proportion of {n} trials");
    score_interval(proportion * n, (1.0 - proportion) * n, n)
}

/// [`wilson`] of the weight `part` of `whole`, a sum of weights whose squares sum to `squares`.
pub(super) fn wilson_weighted(part: f64, whole: f64, squares: f64) -> Interval {
    let trials = ratio(whole, squares);
    score_interval(part * trials, (whole - part).max(0.0) * trials, whole * trials)
        .around(ratio(part, whole).min(1.0))
}

fn score_interval(successes: f64, failures: f64, trials: f64) -> Interval {
    if trials == 0.0 {
        return Interval::FRACTION;
    }
    // Multiplied through by n, so that the lower end of no success at all is exactly zero.
    let spread = successes * (failures / trials);
    let centre = successes + Z * Z / 2.0;
    let reach = Z * (spread + Z * Z / 4.0).sqrt();
    let scale = trials + Z * Z;
    Interval {
        low: ((centre - reach) / scale).clamp(0.0, 1.0),
        high: ((centre + reach) / scale).clamp(0.0, 1.0),
    }
}

/// How many rows of equal weight would say as much about a mean as these do: (Σ w)² / Σ w²
/// (Kish 1965, *Survey Sampling*, section 11.7), from 1 to the number of rows that weigh anything.
/// 0 without such rows.
///
/// # Panics
///
/// If the weights are not as [`metrics`](crate::metrics) wants them.
pub fn effective_rows(weights: &[f64]) -> f64 {
    let (mut sum, mut squares) = (ExactSum::default(), ExactSum::default());
    for (_, weight) in Weights::new(Some(weights), weights.len()).rows() {
        sum.add(weight, 1.0);
        squares.add(weight, weight);
    }
    ratio(sum.value() * sum.value(), squares.value())
}

/// The 0.975 quantile of Student's distribution with at least 2 degrees of freedom, by its expansion
/// around the normal one's (Abramowitz and Stegun 1964, *Handbook of Mathematical Functions*, 26.7.5):
/// 0.8 % too small for 2, 0.13 % for 3, 0.01 % for 5. Fewer than 2 count as 2.
pub(super) fn student(degrees: f64) -> f64 {
    const Z2: f64 = Z * Z;
    const TERMS: [f64; 4] = [
        Z * (Z2 + 1.0) / 4.0,
        Z * ((5.0 * Z2 + 16.0) * Z2 + 3.0) / 96.0,
        Z * (((3.0 * Z2 + 19.0) * Z2 + 17.0) * Z2 - 15.0) / 384.0,
        Z * ((((79.0 * Z2 + 776.0) * Z2 + 1482.0) * Z2 - 1920.0) * Z2 - 945.0) / 92_160.0,
    ];
    let degrees = degrees.max(2.0);
    TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) / degrees) + Z
}

/// The 95 % interval of an estimate whose errors are normal: 1.96 standard errors to either side,
/// cut to what is possible.
pub(crate) fn normal(
    estimate: f64,
    standard_error: f64,
    possible: RangeInclusive<f64>,
) -> Interval {
    let reach = Z * standard_error;
    Interval {
        low: (estimate - reach).max(*possible.start()),
        high: (estimate + reach).min(*possible.end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::assert_close;

    #[test]
    fn no_trial_says_nothing() {
        assert_eq!(wilson(0, 0), Interval { low: 0.0, high: 1.0 });
    }

    #[test]
    fn half_of_the_trials_gives_an_interval_around_one_half() {
        // For p = 1/2 the ends are 1/2 ± z / (2 √(n + z²)).
        let reach = Z / (2.0 * (100.0 + Z * Z).sqrt());
        let interval = wilson(50, 100);
        assert_close(interval.low, 0.5 - reach);
        assert_close(interval.high, 0.5 + reach);
    }

    #[test]
    fn all_or_nothing_touches_the_end_and_is_mirrored() {
        // With no success the upper end is z² / (n + z²).
        let (none, all) = (wilson(0, 40), wilson(40, 40));
        assert_eq!(none.low, 0.0);
        assert_close(none.high, Z * Z / (40.0 + Z * Z));
        assert_close(all.low, 1.0 - none.high);
        assert_close(all.high, 1.0);
    }

    #[test]
    fn the_ends_stay_fractions_for_any_size() {
        for n in [1, 2, 3, 7, 1_000, 1 << 40, u64::MAX] {
            for successes in [0, 1, n / 2, n - 1, n] {
                let Interval { low, high } = wilson(successes, n);
                assert!(0.0 <= low && low <= high && high <= 1.0, "{successes} of {n}");
            }
        }
    }

    #[test]
    fn a_proportion_has_the_interval_of_its_trials() {
        let (whole, fraction) = (wilson(3, 7), wilson_proportion(3.0 / 7.0, 7.0));
        assert_close(whole.low, fraction.low);
        assert_close(whole.high, fraction.high);
        // For p = 1/2 the ends are 1/2 ± z / (2 √(n + z²)).
        let reach = Z / (2.0 * (2.5 + Z * Z).sqrt());
        assert_close(wilson_proportion(0.5, 2.5).high, 0.5 + reach);
        assert_eq!(wilson_proportion(1.0, 0.0), Interval { low: 0.0, high: 1.0 });
    }

    #[test]
    fn rows_are_worth_what_kish_says() {
        // (1 + 2 + 3)² / (1 + 4 + 9)
        assert_close(effective_rows(&[1.0, 2.0, 3.0, 0.0]), 36.0 / 14.0);
        assert_eq!(effective_rows(&[0.3; 7]), 7.0);
        assert_eq!([effective_rows(&[]), effective_rows(&[0.0])], [0.0; 2]);
        for scale in [1e-300, 1e300] {
            assert_close(effective_rows(&[scale, 2.0 * scale]), 1.8);
        }
    }

    #[test]
    fn students_quantile_is_that_of_tables() {
        // scipy.stats.t.ppf(0.975, [2, 3, 5, 10.5, 30, 1e9])
        let expected = [
            (2.0, 4.302_652_729_749_462, 8e-3),
            (3.0, 3.182_446_305_283_708, 1.3e-3),
            (5.0, 2.570_581_835_636_315, 1.1e-4),
            (10.5, 2.213_840_292_918_789, 3e-6),
            (30.0, 2.042_272_456_301_238, 2e-8),
            (1e9, 1.959_963_986_912_325, 1e-15),
        ];
        for (degrees, quantile, error) in expected {
            let relative = student(degrees) / quantile - 1.0;
            assert!(relative.abs() <= error, "{degrees}: {relative}");
        }
        assert_eq!([0.0, 1.0, f64::INFINITY].map(student), [student(2.0), student(2.0), Z]);
    }

    #[test]
    fn a_part_of_weights_has_the_interval_of_as_many_rows() {
        assert_eq!(wilson_weighted(3.0, 7.0, 7.0), wilson(3, 7));
        // 36 / 14 rows, of which half.
        let (weighted, effective) =
            (wilson_weighted(3.0, 6.0, 14.0), wilson_proportion(0.5, 36.0 / 14.0));
        assert_close(weighted.low, effective.low);
        assert_close(weighted.high, effective.high);
        assert_eq!(wilson_weighted(0.0, 0.0, 0.0), Interval::FRACTION);
        assert_eq!(wilson_weighted(40.0, 40.0, 40.0).high, 1.0);
    }

    #[test]
    fn a_normal_interval_is_cut_to_what_is_possible() {
        assert_eq!(normal(1.0, 0.0, 0.0..=f64::MAX), Interval { low: 1.0, high: 1.0 });
        assert_eq!(normal(0.5, 1.0, 0.0..=1.0), Interval { low: 0.0, high: 1.0 });
        assert_close(normal(0.5, 1.0, f64::MIN..=1.0).low, 0.5 - Z);
    }
}
