//! How far a measured fraction may be from the true one.

use serde::Serialize;

/// The 0.975 quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A range of fractions, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end, in \[0, 1\].
    pub low: f64,
    /// The upper end, in \[`low`, 1\].
    pub high: f64,
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
    if n == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    // Multiplied through by n, so that the lower end of no success at all is exactly zero.
    let trials = n as f64;
    let spread = successes as f64 * ((n - successes) as f64 / trials);
    let centre = successes as f64 + Z * Z / 2.0;
    let reach = Z * (spread + Z * Z / 4.0).sqrt();
    let scale = trials + Z * Z;
    Interval {
        low: ((centre - reach) / scale).clamp(0.0, 1.0),
        high: ((centre + reach) / scale).clamp(0.0, 1.0),
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
}
