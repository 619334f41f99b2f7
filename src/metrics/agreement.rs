//! How far predictions agree with the truth, as one number from a confusion.

use super::{Confusion, ratio};

/// The fraction of rows predicted as what they are, in \[0, 1\]; 0 without rows.
pub fn accuracy(confusion: &Confusion) -> f64 {
    ratio(confusion.correct(), confusion.total())
}

/// The mean recall over the classes that have rows, in \[0, 1\]; 0 without rows
/// (Brodersen et al. 2010, *The balanced accuracy and its posterior distribution*).
///
/// A classifier that always answers the same class scores one over the number of classes, however
/// common that class is.
pub fn balanced_accuracy(confusion: &Confusion) -> f64 {
    let mut sum = 0.0;
    let mut present = 0;
    for class in confusion.classes().filter(|&class| confusion.support(class) > 0) {
        sum += ratio(confusion.get(class, class), confusion.support(class));
        present += 1;
    }
    if present == 0 { 0.0 } else { sum / f64::from(present) }
}

/// The Matthews correlation of truth and prediction for any number of classes, in \[−1, 1\]
/// (Gorodkin 2004, *Comparing two K-category assignments by a K-category correlation
/// coefficient*).
///
/// 0 where it is undefined: all rows of one class, or all predicted as one.
pub fn matthews(confusion: &Confusion) -> f64 {
    let n = wide(confusion.total());
    let covariance = wide(confusion.correct()) * n - chance_agreement(confusion);
    let variance = |count: fn(&Confusion, u32) -> u64| {
        let squares: i128 = confusion.classes().map(|k| wide(count(confusion, k)).pow(2)).sum();
        (n * n - squares) as f64
    };
    let variances = variance(Confusion::support) * variance(Confusion::predicted);
    if variances == 0.0 { 0.0 } else { covariance as f64 / variances.sqrt() }
}

/// The agreement beyond what the class frequencies alone would give, in \[−1, 1\]
/// (Cohen 1960, *A coefficient of agreement for nominal scales*).
///
/// `None` where chance alone leaves no room for disagreement: every row is of one class and
/// predicted so, or there are no rows.
pub fn cohen_kappa(confusion: &Confusion) -> Option<f64> {
    let n = wide(confusion.total());
    let by_chance = n * n - chance_agreement(confusion);
    let observed = n * (n - wide(confusion.correct()));
    (by_chance != 0).then(|| 1.0 - observed as f64 / by_chance as f64)
}

/// n² times the share of rows that would agree if truth and prediction were independent.
fn chance_agreement(confusion: &Confusion) -> i128 {
    confusion.classes().map(|k| wide(confusion.support(k)) * wide(confusion.predicted(k))).sum()
}

/// Products of two counts are kept whole: a difference of rounded squares would lose the small
/// covariances of large tables.
fn wide(count: u64) -> i128 {
    i128::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::assert_close;

    /// `[[4, 1], [2, 3]]`.
    fn two_by_two() -> Confusion {
        Confusion::new(&[0, 0, 0, 0, 0, 1, 1, 1, 1, 1], &[0, 0, 0, 0, 1, 0, 0, 1, 1, 1], 2)
    }

    #[test]
    fn two_classes_by_hand() {
        let confusion = two_by_two();
        assert_close(accuracy(&confusion), 0.7);
        assert_close(balanced_accuracy(&confusion), f64::midpoint(0.8, 0.6));
        // (tp·tn − fp·fn) / √((tp+fp)(tp+fn)(tn+fp)(tn+fn)) = (3·4 − 1·2) / √(4·5·5·6)
        assert_close(matthews(&confusion), 10.0 / 600_f64.sqrt());
        // p_o = 0.7, p_e = (5·6 + 5·4) / 100 = 0.5
        assert_close(cohen_kappa(&confusion).unwrap(), 0.4);
    }

    #[test]
    fn a_constant_answer_scores_no_better_than_chance() {
        let confusion = Confusion::new(&[0, 0, 0, 1, 2], &[0; 5], 3);
        assert_close(accuracy(&confusion), 0.6);
        assert_close(balanced_accuracy(&confusion), 1.0 / 3.0);
        assert_eq!(matthews(&confusion), 0.0);
        assert_eq!(cohen_kappa(&confusion), Some(0.0));
    }

    #[test]
    fn perfect_answers_score_one() {
        let confusion = Confusion::new(&[2, 0, 1], &[2, 0, 1], 3);
        assert_eq!(accuracy(&confusion), 1.0);
        assert_eq!(balanced_accuracy(&confusion), 1.0);
        assert_close(matthews(&confusion), 1.0);
        assert_eq!(cohen_kappa(&confusion), Some(1.0));
    }

    #[test]
    fn a_single_class_leaves_nothing_to_agree_on() {
        let confusion = Confusion::new(&[1, 1], &[1, 1], 2);
        assert_eq!(matthews(&confusion), 0.0);
        assert_eq!(cohen_kappa(&confusion), None);
    }

    #[test]
    fn no_rows_score_nothing() {
        let confusion = Confusion::new(&[], &[], 3);
        assert_eq!(accuracy(&confusion), 0.0);
        assert_eq!(balanced_accuracy(&confusion), 0.0);
        assert_eq!(matthews(&confusion), 0.0);
        assert_eq!(cohen_kappa(&confusion), None);
    }
}
