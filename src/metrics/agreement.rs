//! How far predictions agree with the truth, as one number from a confusion.

use super::interval::{Interval, normal};
use super::sums::ExactSum;
use super::weights::power_of_two;
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
    for class in confusion.classes().filter(|&class| confusion.support(class) > 0.0) {
        sum += ratio(confusion.get(class, class), confusion.support(class));
        present += 1;
    }
    if present == 0 { 0.0 } else { sum / f64::from(present) }
}

/// The 95 % interval of [`balanced_accuracy`], by two rows more of each class that are right and wrong, shared
/// among the classes (Price and Bonett 2004, *An improved confidence interval for a linear function of
/// binomial proportions*); all of \[0, 1\] without rows.
pub fn balanced_accuracy_interval(confusion: &Confusion) -> Interval {
    let present = || confusion.classes().filter(|&class| confusion.support(class) > 0.0);
    let n_classes = present().count() as f64;
    if n_classes == 0.0 {
        return Interval::FRACTION;
    }
    let (mut centre, mut variance) = (0.0, 0.0);
    for class in present() {
        let recall = ratio(confusion.get(class, class), confusion.support(class));
        let rows = confusion.effective_rows(class);
        let more = rows + 4.0 / n_classes;
        let recall = (recall * rows + 2.0 / n_classes) / more;
        centre += recall / n_classes;
        variance += recall * (1.0 - recall) / more;
    }
    let interval = normal(centre, variance.sqrt() / n_classes, 0.0..=1.0);
    interval.around(balanced_accuracy(confusion))
}

/// The Matthews correlation of truth and prediction for any number of classes, in \[−1, 1\]
/// (Gorodkin 2004, *Comparing two K-category assignments by a K-category correlation
/// coefficient*).
///
/// 0 where it is undefined: all rows of one class, or all predicted as one.
pub fn matthews(confusion: &Confusion) -> f64 {
    let variance = |weight| disagreement_by_chance(confusion, weight, weight).value();
    let variances = variance(Confusion::support) * variance(Confusion::predicted);
    let mut covariance =
        disagreement_by_chance(confusion, Confusion::support, Confusion::predicted);
    let (all, wrong) = disagreement(confusion);
    covariance.add(-all, wrong);
    let correlation = covariance.value() / variances.sqrt();
    if variances == 0.0 { 0.0 } else { correlation.clamp(-1.0, 1.0) }
}

/// The agreement beyond what the class frequencies alone would give, in \[−1, 1\]
/// (Cohen 1960, *A coefficient of agreement for nominal scales*).
///
/// `None` where chance alone leaves no room for disagreement: every row is of one class and
/// predicted so, or there are no rows.
pub fn cohen_kappa(confusion: &Confusion) -> Option<f64> {
    let by_chance = disagreement_by_chance(confusion, Confusion::support, Confusion::predicted);
    let by_chance = by_chance.value();
    let (all, wrong) = disagreement(confusion);
    (by_chance != 0.0).then(|| (1.0 - all * wrong / by_chance).clamp(-1.0, 1.0))
}

/// n² times the share of rows whose class of one kind would not be their class of the other if the
/// two were independent, n being the weight of all rows in the confusion's unit.
///
/// Every term is from 0 up, so that it is 0 only where one class has all rows. Products of two
/// counts are kept whole: a difference of rounded ones would lose the small covariances of large
/// tables.
fn disagreement_by_chance(
    confusion: &Confusion,
    one: fn(&Confusion, u32) -> f64,
    other: fn(&Confusion, u32) -> f64,
) -> ExactSum {
    let unit = unit(confusion);
    let all = confusion.classes().fold(0.0, |sum, class| sum + other(confusion, class));
    let rest = |class| (all - other(confusion, class)) / unit;
    ExactSum::of(confusion.classes().map(|class| (one(confusion, class) / unit, rest(class))))
}

/// The weight of all rows and of those predicted wrong, in the confusion's unit: their product is
/// n² times the share of rows predicted wrong.
fn disagreement(confusion: &Confusion) -> (f64, f64) {
    let all = confusion.total();
    (all / unit(confusion), (all - confusion.correct()) / unit(confusion))
}

/// In its multiples, products of four weights stay within the range of a float.
fn unit(confusion: &Confusion) -> f64 {
    power_of_two(confusion.total())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::assert_close;

    /// `[[4, 1], [2, 3]]`.
    fn two_by_two() -> Confusion {
        Confusion::new(&[0, 0, 0, 0, 0, 1, 1, 1, 1, 1], &[0, 0, 0, 0, 1, 0, 0, 1, 1, 1], 2, None)
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
        let confusion = Confusion::new(&[0, 0, 0, 1, 2], &[0; 5], 3, None);
        assert_close(accuracy(&confusion), 0.6);
        assert_close(balanced_accuracy(&confusion), 1.0 / 3.0);
        assert_eq!(matthews(&confusion), 0.0);
        assert_eq!(cohen_kappa(&confusion), Some(0.0));
    }

    #[test]
    fn perfect_answers_score_one() {
        let confusion = Confusion::new(&[2, 0, 1], &[2, 0, 1], 3, None);
        assert_eq!(accuracy(&confusion), 1.0);
        assert_eq!(balanced_accuracy(&confusion), 1.0);
        assert_close(matthews(&confusion), 1.0);
        assert_eq!(cohen_kappa(&confusion), Some(1.0));
    }

    #[test]
    fn a_single_class_leaves_nothing_to_agree_on() {
        let confusion = Confusion::new(&[1, 1], &[1, 1], 2, None);
        assert_eq!(matthews(&confusion), 0.0);
        assert_eq!(cohen_kappa(&confusion), None);
    }

    #[test]
    fn no_rows_score_nothing() {
        let confusion = Confusion::new(&[], &[], 3, None);
        assert_eq!(accuracy(&confusion), 0.0);
        assert_eq!(balanced_accuracy(&confusion), 0.0);
        assert_eq!(matthews(&confusion), 0.0);
        assert_eq!(cohen_kappa(&confusion), None);
    }

    #[test]
    fn the_scale_of_the_weights_does_not_matter() {
        let score = |scale: f64| {
            let weights = [1.0, 2.5, 0.5, 3.0].map(|weight| weight * scale);
            let confusion = Confusion::new(&[0, 0, 1, 1], &[0, 1, 1, 1], 2, Some(&weights));
            (accuracy(&confusion), matthews(&confusion), cohen_kappa(&confusion))
        };
        let (_, matthews, kappa) = score(1.0);
        // [[1, 2.5], [0, 3.5]]: 1·3.5 / √(3.5·3.5·1·6), and 1 − 2.5·7 / (3.5·6 + 3.5·1).
        assert_close(matthews, 1.0 / 6_f64.sqrt());
        assert_close(kappa.unwrap(), 2.0 / 7.0);
        for exponent in [-900, -300, 300, 900] {
            assert_eq!(score(2_f64.powi(exponent)), score(1.0), "2^{exponent}");
        }
    }

    #[test]
    fn a_constant_answer_correlates_with_nothing_whatever_the_rounding() {
        let weights = [0.1, 0.2, 0.3, 0.7, 1e-17];
        let confusion = Confusion::new(&[0, 1, 0, 2, 1], &[2; 5], 3, Some(&weights));
        assert_eq!(matthews(&confusion), 0.0);
    }
}
