//! How far an area under the ROC curve may be from the true one.

use super::interval::{Interval, Z, student};
use super::ratio;

/// What the rows of a class say of an area.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClassInfluence {
    /// The count of the rows.
    pub(super) rows: f64,
    /// As many rows of equal weight would tell as much.
    pub(super) effective_rows: f64,
    /// The sum of the squares of the rows' influences on the area.
    pub(super) squares: f64,
}

/// The 95 % interval of an area, in \[0, 1\], from the influences of the rows of each class (DeLong, DeLong and
/// Clarke-Pearson 1988, *Comparing the areas under two or more correlated receiver operating
/// characteristic curves*), normal on the scale of its log odds, with as many degrees of freedom as the
/// variances are worth together (Welch 1947, *The generalization of "Student's" problem when several
/// different population variances are involved*).
///
/// `None` where these say too little: a class is worth fewer than three rows, or nothing varies.
pub(super) fn by_influence(area: f64, classes: &[ClassInfluence]) -> Option<Interval> {
    if classes.iter().any(|class| class.effective_rows < 3.0) {
        return None;
    }
    let (mut variance, mut spread) = (0.0, 0.0);
    for class in classes {
        let of_class = class.rows / (class.rows - 1.0) * class.squares;
        variance += of_class;
        spread += of_class * of_class / (class.effective_rows - 1.0);
    }
    let odds_error = variance.sqrt() / (area * (1.0 - area));
    if !(odds_error > 0.0 && odds_error.is_finite()) {
        return None;
    }
    let factor = libm::exp(student(ratio(variance * variance, spread)) * odds_error);
    let with_odds = |factor: f64| area / (area + (1.0 - area) * factor);
    Some(Interval { low: with_odds(factor), high: with_odds(1.0 / factor) }.around(area))
}

/// The 95 % interval of an area by the numbers of rows alone: those areas from which this one is 1.96
/// of their own standard errors away (Newcombe 2006, *Confidence intervals for an effect size measure
/// based on the Mann-Whitney statistic, part 2*, method 5, which takes errors after Hanley and McNeil 1982).
/// The numbers are at least 1.
pub(super) fn by_numbers(area: f64, positives: f64, negatives: f64) -> Interval {
    let n_others = (f64::midpoint(positives, negatives) - 1.0).max(0.0);
    let is_within = |truth: f64| {
        let of_others = (1.0 - truth) / (2.0 - truth) + truth / (1.0 + truth);
        let variance = truth * (1.0 - truth) * (1.0 + n_others * of_others);
        (truth - area) * (truth - area) * positives * negatives <= Z * Z * variance
    };
    // An end lies between the area, which is within, and the last that is possible.
    let end = |mut outside: f64| {
        let mut within = area;
        for _ in 0..60 {
            let middle = f64::midpoint(within, outside);
            if is_within(middle) {
                within = middle;
            } else {
                outside = middle;
            }
        }
        within
    };
    Interval { low: end(0.0), high: end(1.0) }
}

/// The 95 % interval of the mean of several areas, from that of each (Zou and Donner 2008, *Construction of
/// confidence limits about effect measures*), with twice the variance of independent ones: a row in
/// a wrong place lowers the area of its class and that of another.
pub(super) fn of_mean(areas: &[(f64, Interval)]) -> Interval {
    let n = areas.len() as f64;
    let inflation = if areas.len() > 1 { 2.0 } else { 1.0 };
    let mean = areas.iter().fold(0.0, |sum, (area, _)| sum + area) / n;
    let reach = |end: fn(&Interval) -> f64| {
        let distances = areas.iter().map(|(area, interval)| end(interval) - area);
        (inflation * distances.fold(0.0, |sum, distance| sum + distance * distance)).sqrt() / n
    };
    Interval {
        low: (mean - reach(|interval| interval.low)).max(0.0),
        high: (mean + reach(|interval| interval.high)).min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_numbers_a_perfect_area_has_the_width_of_its_equation() {
        // The lower end t of area 1 solves (1 − t) m n = z² t (1 + N ((1 − t) / (2 − t) + t / (1 + t))); for m = n
        // = 1, N = 0, it is 1 / (1 + z²).
        let Interval { low, high } = by_numbers(1.0, 1.0, 1.0);
        assert!((low - 1.0 / (1.0 + Z * Z)).abs() < 1e-15, "{low}");
        assert_eq!(high, 1.0);
        let none = by_numbers(0.0, 1.0, 1.0);
        assert_eq!((none.low, (none.high + low - 1.0).abs() < 1e-15), (0.0, true));
    }

    #[test]
    fn the_mean_of_one_area_has_its_interval() {
        let interval = Interval { low: 0.5, high: 0.875 };
        assert_eq!(of_mean(&[(0.75, interval)]), interval);
        // √(2 · 2 · 0.25²) / 2 and √(2 · 2 · 0.125²) / 2
        assert_eq!(of_mean(&[(0.75, interval); 2]), interval);
    }
}
