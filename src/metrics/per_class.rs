//! How well each class is found, and the averages over the classes.

use serde::Serialize;

use super::{Confusion, integer_json, ratio};

/// How well one class is found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassScores {
    /// The fraction of the rows predicted as this class that are of it; 0 if never predicted.
    pub precision: f64,
    /// The fraction of the rows of this class that were predicted so; 0 if it has none.
    pub recall: f64,
    /// The harmonic mean of precision and recall (van Rijsbergen 1979, with equal weights);
    /// 0 if the class neither occurs nor is predicted.
    pub f1: f64,
    /// How many rows are of this class.
    #[serde(serialize_with = "integer_json::serialize")]
    pub support: f64,
}

impl ClassScores {
    fn new(confusion: &Confusion, class: u32) -> Self {
        let hits = confusion.get(class, class);
        let support = confusion.support(class);
        let predicted = confusion.predicted(class);
        Self {
            precision: ratio(hits, predicted),
            recall: ratio(hits, support),
            f1: ratio(2.0 * hits, support + predicted),
            support,
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
}

/// The scores of each class `0..K`, those included that do not occur.
pub fn per_class(confusion: &Confusion) -> Vec<ClassScores> {
    confusion.classes().map(|class| ClassScores::new(confusion, class)).collect()
}

/// The average in which each class that occurs, as truth or as prediction, counts once.
pub fn macro_average(confusion: &Confusion) -> Average {
    average(confusion, |class| {
        let occurs = confusion.support(class) > 0.0 || confusion.predicted(class) > 0.0;
        f64::from(u8::from(occurs))
    })
}

/// The average in which each class counts by its rows.
pub fn weighted_average(confusion: &Confusion) -> Average {
    average(confusion, |class| confusion.support(class))
}

fn average(confusion: &Confusion, weight_of: impl Fn(u32) -> f64) -> Average {
    let mut sums = Average { precision: 0.0, recall: 0.0, f1: 0.0 };
    let mut weights = 0.0;
    for class in confusion.classes() {
        let weight = weight_of(class);
        let scores = ClassScores::new(confusion, class);
        sums.precision += weight * scores.precision;
        sums.recall += weight * scores.recall;
        sums.f1 += weight * scores.f1;
        weights += weight;
    }
    Average {
        precision: ratio(sums.precision, weights),
        recall: ratio(sums.recall, weights),
        f1: ratio(sums.f1, weights),
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
        assert_eq!(absent, ClassScores { precision: 0.0, recall: 0.0, f1: 0.0, support: 0.0 });
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
        let zero = Average { precision: 0.0, recall: 0.0, f1: 0.0 };
        assert_eq!(macro_average(&empty), zero);
        assert_eq!(weighted_average(&empty), zero);
    }
}
