//! How well each class is found, and the averages over the classes.

use serde::Serialize;

use super::confusion::Mass;
use super::interval::Interval;
use super::{Confusion, integer_json, ratio};

/// How well one class is found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassScores {
    /// The fraction of the rows predicted as this class that are of it; 0 if never predicted.
    pub precision: f64,
    /// The 95 % interval of `precision` (Wilson 1927); all of \[0, 1\] if never predicted.
    pub precision_interval: Interval,
    /// The fraction of the rows of this class that were predicted so; 0 if it has none.
    pub recall: f64,
    /// The 95 % interval of `recall` (Wilson 1927); all of \[0, 1\] if the class has no rows.
    pub recall_interval: Interval,
    /// The harmonic mean of precision and recall (van Rijsbergen 1979, with equal weights);
    /// 0 if the class neither occurs nor is predicted.
    pub f1: f64,
    /// The 95 % interval of `f1`: F1 is 2 p / (1 + p) of the fraction p of the rows that are of this class
    /// or predicted so that are both, and its interval that of p (Wilson 1927).
    pub f1_interval: Interval,
    /// How many rows are of this class.
    #[serde(serialize_with = "integer_json::serialize")]
    pub support: f64,
}

impl ClassScores {
    fn new(confusion: &Confusion, class: u32) -> Self {
        let hits = confusion.mass(class, class);
        let (support, predicted) = (confusion.of_class(class), confusion.predicted_as(class));
        let either = Mass {
            weight: support.weight + predicted.weight - hits.weight,
            squares: support.squares + predicted.squares - hits.squares,
        };
        let f1 = ratio(2.0 * hits.weight, support.weight + predicted.weight);
        let f1_of = |part: f64| 2.0 * part / (1.0 + part);
        let Interval { low, high } = confusion.wilson(hits.weight, either);
        Self {
            precision: ratio(hits.weight, predicted.weight),
            precision_interval: confusion.wilson(hits.weight, predicted),
            recall: ratio(hits.weight, support.weight),
            recall_interval: confusion.wilson(hits.weight, support),
            f1,
            f1_interval: Interval { low: f1_of(low), high: f1_of(high) }.around(f1),
            support: support.weight,
        }
    }
}

/// Precision, recall and F1 averaged over classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Average {
    /// The mean precision, in \[0, 1\].
    pub precision: f64,
    /// The mean recall, in \[0, 1\].
    pub recall: f64,
    /// The mean of the F1 scores, in \[0, 1\]: not the F1 of the two means.
    pub f1: f64,
    /// The 95 % interval of `f1`, of those of the classes (Zou and Donner 2008, *Construction of confidence
    /// limits about effect measures*), with the correlation that rows bring which two classes share.
    pub f1_interval: Interval,
}

/// The scores of each class `0..K`, those included that do not occur.
pub fn per_class(confusion: &Confusion) -> Vec<ClassScores> {
    confusion.classes().map(|class| ClassScores::new(confusion, class)).collect()
}

/// The average in which each class that occurs, as truth or as prediction, counts once.
pub fn macro_average(confusion: &Confusion) -> Average {
    average(confusion, false, |class| {
        let occurs = confusion.support(class) > 0.0 || confusion.predicted(class) > 0.0;
        f64::from(u8::from(occurs))
    })
}

/// The average in which each class counts by its rows.
pub fn weighted_average(confusion: &Confusion) -> Average {
    average(confusion, true, |class| confusion.support(class))
}

fn average(confusion: &Confusion, shares_vary: bool, weight_of: impl Fn(u32) -> f64) -> Average {
    let classes = per_class(confusion);
    let weights: Vec<f64> = confusion.classes().map(weight_of).collect();
    let total = weights.iter().fold(0.0, |sum, weight| sum + weight);
    let mean = |score: fn(&ClassScores) -> f64| {
        let terms = weights.iter().zip(&classes).map(|(weight, class)| weight * score(class));
        ratio(terms.fold(0.0, |sum, term| sum + term), total)
    };
    let f1 = mean(|class| class.f1);
    let shares: Vec<f64> = weights.iter().map(|weight| ratio(*weight, total)).collect();
    let mean_f1 = MeanF1 { confusion, classes: &classes, shares: &shares, shares_vary, mean: f1 };
    Average {
        precision: mean(|class| class.precision),
        recall: mean(|class| class.recall),
        f1,
        f1_interval: mean_f1.interval(),
    }
}

/// The mean of the classes' F1 scores.
struct MeanF1<'a> {
    confusion: &'a Confusion,
    classes: &'a [ClassScores],
    /// How much each class counts; together 1.
    shares: &'a [f64],
    /// Whether these are the shares of the rows, which another sample would have otherwise.
    shares_vary: bool,
    mean: f64,
}

impl MeanF1<'_> {
    fn interval(&self) -> Interval {
        if self.confusion.total() == 0.0 {
            return Interval::FRACTION;
        }
        let reach = |end: fn(&ClassScores) -> f64| {
            let classes = self.shares.iter().zip(self.classes);
            let distances = classes.map(|(share, class)| share * (end(class) - class.f1));
            distances.fold(0.0, |sum, distance| sum + distance * distance)
        };
        let inflation = self.inflation();
        let low = self.mean - (inflation * reach(|class| class.f1_interval.low)).sqrt();
        let high = self.mean + (inflation * reach(|class| class.f1_interval.high)).sqrt();
        Interval { low: low.max(0.0), high: high.min(1.0) }.around(self.mean)
    }

    /// The variance of the mean divided by what it would be if the classes' scores varied independently,
    /// both by derivatives (Binder 1983). A row predicted wrong lowers the scores of two classes, so that
    /// it is about 2 where nearly all are right; that is taken where no score varies.
    fn inflation(&self) -> f64 {
        let unit = self.confusion.unit();
        let total = self.confusion.total() / unit;
        let (mut joint, mut independent) = (0.0, 0.0);
        for (truth, prediction, Mass { squares, .. }) in self.confusion.masses() {
            // F1 = 2 · hits / (rows + predicted), all in the unit.
            let derivative = |class: u32, hits: f64| {
                let (rows, f1) = (self.confusion.support(class), self.classes[class as usize].f1);
                let rows = (rows + self.confusion.predicted(class)) / unit;
                self.shares[class as usize] * (2.0 * hits - (1.0 + hits) * f1) / rows
            };
            let of_share = if self.shares_vary {
                (self.classes[truth as usize].f1 - self.mean) / total
            } else {
                0.0
            };
            let [one, other] = if truth == prediction {
                [derivative(truth, 1.0), 0.0]
            } else {
                [truth, prediction].map(|class| derivative(class, 0.0))
            };
            let all = one + other + of_share;
            joint += squares * all * all;
            independent += squares * (one * one + other * other);
        }
        if independent == 0.0 { 2.0 } else { joint / independent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::assert_close;

    /// `[[2, 1, 0], [0, 1, 0], [0, 0, 0]]`: the last class does not occur at all.
    fn confusion() -> Confusion {
        Confusion::new(&[0, 0, 0, 1], &[0, 0, 1, 1], 3, None)
    }

    #[test]
    fn each_class_by_hand() {
        let [first, second, absent] = per_class(&confusion())[..] else {
            panic!("one entry a class");
        };
        assert_eq!((first.precision, first.support), (1.0, 3.0));
        assert_close(first.recall, 2.0 / 3.0);
        assert_close(first.f1, 0.8);
        assert_eq!((second.precision, second.recall, second.support), (0.5, 1.0, 1.0));
        assert_close(second.f1, 2.0 / 3.0);
        assert_eq!([absent.precision, absent.recall, absent.f1, absent.support], [0.0; 4]);
        let intervals = [absent.precision_interval, absent.recall_interval, absent.f1_interval];
        assert_eq!(intervals, [Interval::FRACTION; 3]);
    }

    #[test]
    fn the_macro_average_leaves_out_a_class_that_does_not_occur() {
        let average = macro_average(&confusion());
        assert_close(average.precision, 0.75);
        assert_close(average.recall, 5.0 / 6.0);
        assert_close(average.f1, f64::midpoint(0.8, 2.0 / 3.0));
    }

    #[test]
    fn the_macro_average_counts_a_class_that_is_only_predicted() {
        let average = macro_average(&Confusion::new(&[0, 0], &[0, 1], 2, None));
        assert_close(average.precision, 0.5);
        assert_close(average.recall, 0.25);
    }

    #[test]
    fn the_weighted_average_counts_rows() {
        let average = weighted_average(&confusion());
        assert_close(average.precision, 3.5 / 4.0);
        assert_close(average.recall, 0.75);
        assert_close(average.f1, (3.0 * 0.8 + 2.0 / 3.0) / 4.0);
    }

    #[test]
    fn no_rows_average_to_zero() {
        let empty = Confusion::new(&[], &[], 2, None);
        let zero =
            Average { precision: 0.0, recall: 0.0, f1: 0.0, f1_interval: Interval::FRACTION };
        assert_eq!(macro_average(&empty), zero);
        assert_eq!(weighted_average(&empty), zero);
    }
}
