//! How well probabilities put the rows of a class before the others: area under the ROC curve.

use ndarray::ArrayView2;

use super::area_interval::{ClassInfluence, by_influence, by_numbers, of_mean};
use super::interval::Interval;
use super::ratio;
use super::sums::ExactSum;
use super::weights::Weights;

/// The area under the ROC curve, in \[0, 1\]: the chance that a row of a class is given a higher
/// probability of it than a row of another class, a tie counting one half
/// (Fawcett 2006, *An introduction to ROC analysis*).
///
/// `proba` is rows × K. Two classes: the area of class 1 against class 0. More: the plain mean,
/// over all K, of each class against the rest. `None` where an area does not exist: fewer than two
/// classes, or one of the K has no row.
///
/// Takes K·n·log n steps for n rows.
///
/// # Panics
///
/// If there is not one label for each row, a label is not below K, or the weights are not as
/// [`metrics`](crate::metrics) wants them.
pub fn roc_auc(y_true: &[u32], proba: ArrayView2<f64>, weights: Option<&[f64]>) -> Option<f64> {
    RocAuc::new(y_true, proba, weights).map(|auc| auc.area)
}

/// The 95 % interval of [`roc_auc`], where that exists.
///
/// It is normal on the scale of log odds, with the standard error of DeLong, DeLong and Clarke-Pearson
/// (1988), of a row's influences on all areas together, and Welch's (1947) degrees of freedom. Where
/// a class is worth fewer than three rows, or where the area is 0 or 1 or nothing varies, it is
/// that of Newcombe (2006, method 5), which asks for the numbers of rows alone.
///
/// # Panics
///
/// As [`roc_auc`].
pub fn roc_auc_interval(
    y_true: &[u32],
    proba: ArrayView2<f64>,
    weights: Option<&[f64]>,
) -> Option<Interval> {
    RocAuc::new(y_true, proba, weights).map(|auc| auc.interval)
}

/// The area under the ROC curve, with its interval.
pub(super) struct RocAuc {
    pub(super) area: f64,
    pub(super) interval: Interval,
}

impl RocAuc {
    /// As [`roc_auc`].
    pub(super) fn new(
        y_true: &[u32],
        proba: ArrayView2<f64>,
        weights: Option<&[f64]>,
    ) -> Option<Self> {
        assert_eq!(y_true.len(), proba.nrows(), "a row of probabilities for each label");
        let weights = Weights::new(weights, y_true.len());
        let n_classes = proba.ncols();
        let masses = ClassMass::of_classes(weights, y_true, n_classes);
        if n_classes < 2 || masses.iter().any(|mass| mass.rows == 0.0) {
            return None;
        }
        let classes = if n_classes == 2 { 1..2 } else { 0..n_classes };
        let n_areas = classes.len() as f64;
        let mut scored = Vec::with_capacity(y_true.len());
        // Of each row on the sum of the areas.
        let mut influences = vec![0.0; y_true.len()];
        let mut areas = Vec::with_capacity(classes.len());
        let mut sum = 0.0;
        for class in classes.clone() {
            scored.clear();
            scored.extend(weights.rows().map(|(row, weight)| Scored {
                score: proba[[row, class]],
                weight,
                row,
                is_positive: y_true[row] as usize == class,
            }));
            let area = area(&mut scored, &mut influences);
            areas.push(area);
            sum += area;
        }
        let area = sum / n_areas;
        let mut of_classes: Vec<ClassInfluence> =
            masses.iter().map(ClassMass::without_influence).collect();
        for (row, _) in weights.rows() {
            let influence = influences[row] / n_areas;
            of_classes[y_true[row] as usize].squares += influence * influence;
        }
        let interval = by_influence(area, &of_classes).unwrap_or_else(|| {
            let all = masses.iter().fold(ClassMass::default(), |all, mass| all.and(mass, 1.0));
            let by_numbers = classes.zip(areas).map(|(class, area)| {
                let rest = all.and(&masses[class], -1.0);
                let rows = [masses[class], rest].map(|mass| mass.effective_rows().max(1.0));
                (area, by_numbers(area, rows[0], rows[1]))
            });
            of_mean(&by_numbers.collect::<Vec<_>>()).around(area)
        });
        Some(Self { area, interval })
    }
}

/// How many rows there are of a class, and what they weigh.
#[derive(Clone, Copy, Default)]
struct ClassMass {
    rows: f64,
    weight: f64,
    squares: f64,
}

impl ClassMass {
    fn of_classes(weights: Weights, y_true: &[u32], n_classes: usize) -> Vec<Self> {
        let mut masses = vec![Self::default(); n_classes];
        for (row, weight) in weights.rows() {
            let class = &mut masses[y_true[row] as usize];
            *class = class.and(&Self { rows: 1.0, weight, squares: weight * weight }, 1.0);
        }
        masses
    }

    /// With others; by a sign of −1 without them.
    fn and(&self, other: &Self, sign: f64) -> Self {
        Self {
            rows: self.rows + sign * other.rows,
            weight: self.weight + sign * other.weight,
            squares: self.squares + sign * other.squares,
        }
    }

    /// Kish (1965).
    fn effective_rows(&self) -> f64 {
        ratio(self.weight * self.weight, self.squares).min(self.rows)
    }

    fn without_influence(&self) -> ClassInfluence {
        let effective_rows = self.effective_rows();
        ClassInfluence { rows: self.rows, effective_rows, squares: 0.0 }
    }
}

struct Scored {
    score: f64,
    weight: f64,
    row: usize,
    is_positive: bool,
}

/// The area of scored rows, of which there are both kinds; adds each row's influence on it to those of
/// the rows: its weight times how far the part of the other kind that it is right about is from the
/// area, as a part of its kind's weight.
fn area(scored: &mut [Scored], influences: &mut [f64]) -> f64 {
    // By weight as well, so that the sums over tied rows run in one order on every machine.
    let by_weight = |a: &Scored, b: &Scored| a.weight.total_cmp(&b.weight);
    scored.sort_unstable_by(|a, b| a.score.total_cmp(&b.score).then_with(|| by_weight(a, b)));
    let is_tied = |a: &Scored, b: &Scored| a.score == b.score;
    let weight_of = |tied: &[Scored], positive: bool| {
        let rows = tied.iter().filter(|row| row.is_positive == positive);
        rows.fold(0.0, |sum, row| sum + row.weight)
    };
    // Wins are counted twice over, so that without weights ties are whole numbers.
    let mut double_wins = ExactSum::default();
    let (mut positives, mut negatives) = (0.0, 0.0);
    for tied in scored.chunk_by(is_tied) {
        let (tied_positives, tied_negatives) = (weight_of(tied, true), weight_of(tied, false));
        double_wins.add(tied_positives, 2.0 * negatives + tied_negatives);
        positives += tied_positives;
        negatives += tied_negatives;
    }
    let area = (double_wins.value() / (2.0 * positives * negatives)).min(1.0);
    let (mut lower_positives, mut lower_negatives) = (0.0, 0.0);
    for tied in scored.chunk_by(is_tied) {
        let (tied_positives, tied_negatives) = (weight_of(tied, true), weight_of(tied, false));
        let beaten = (lower_negatives + 0.5 * tied_negatives) / negatives;
        let beating = 1.0 - (lower_positives + 0.5 * tied_positives) / positives;
        for row in tied {
            let (right, all) =
                if row.is_positive { (beaten, positives) } else { (beating, negatives) };
            influences[row.row] += row.weight * (right - area) / all;
        }
        lower_positives += tied_positives;
        lower_negatives += tied_negatives;
    }
    area
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::metrics::assert_close;

    fn binary(y_true: &[u32], scores: &[f64]) -> Option<f64> {
        let proba = Array2::from_shape_fn((scores.len(), 2), |(row, class)| match class {
            0 => 1.0 - scores[row],
            _ => scores[row],
        });
        roc_auc(y_true, proba.view(), None)
    }

    #[test]
    fn a_tie_counts_one_half() {
        // 0.8 beats both, 0.4 beats 0.1 and ties with 0.4: 3.5 of 4 pairs.
        assert_eq!(binary(&[0, 1, 0, 1], &[0.1, 0.4, 0.4, 0.8]), Some(0.875));
    }

    #[test]
    fn perfect_reversed_and_constant_scores() {
        assert_eq!(binary(&[0, 0, 1, 1], &[0.1, 0.2, 0.3, 0.4]), Some(1.0));
        assert_eq!(binary(&[1, 1, 0, 0], &[0.1, 0.2, 0.3, 0.4]), Some(0.0));
        assert_eq!(binary(&[1, 0, 1, 0, 0], &[0.3; 5]), Some(0.5));
    }

    #[test]
    fn the_sign_of_zero_does_not_order() {
        assert_eq!(binary(&[0, 1], &[-0.0, 0.0]), Some(0.5));
    }

    #[test]
    fn several_classes_average_each_against_the_rest() {
        let proba =
            array![[0.75, 0.25, 0.0], [0.25, 0.5, 0.25], [0.5, 0.0, 0.5], [0.25, 0.25, 0.5]];
        // Class 0: 0.75 beats 3 of 3. Class 1: 0.5 beats 3 of 3.
        // Class 2: 0.5 beats 0 and 0.25, twice: 4 of 4.
        assert_close(roc_auc(&[0, 1, 2, 2], proba.view(), None).unwrap(), 1.0);
        // Class 0: 0.25 loses to two and ties with one: 0.5 of 3. Class 1: 0.25 beats 0, ties
        // with 0.25, loses to 0.5: 1.5 of 3. Class 2, {0.25, 0.5} against {0, 0.5}: 2.5 of 4.
        let expected = (0.5 / 3.0 + 0.5 + 2.5 / 4.0) / 3.0;
        assert_close(roc_auc(&[1, 2, 2, 0], proba.view(), None).unwrap(), expected);
    }

    #[test]
    fn a_class_without_rows_has_no_area() {
        let proba = array![[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]];
        assert_eq!(roc_auc(&[0, 1], proba.view(), None), None);
        assert_eq!(binary(&[1, 1], &[0.3, 0.6]), None);
        assert_eq!(roc_auc(&[0], array![[1.0]].view(), None), None);
        assert_eq!(roc_auc(&[], Array2::zeros((0, 2)).view(), None), None);
    }

    #[test]
    fn a_pair_counts_by_the_product_of_its_weights() {
        let proba = array![[0.9, 0.1], [0.6, 0.4], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9]];
        let y_true = [0, 1, 0, 1, 0];
        let area = |weights: [f64; 5]| roc_auc(&y_true, proba.view(), Some(&weights));
        // Class 0 weighs 4, class 1 weighs 3. 0.4 beats a weight of 1 and ties with 3: 2·(1 + 1.5);
        // 0.8 beats all 4; the last row is as good as absent.
        assert_close(area([1.0, 2.0, 3.0, 1.0, 0.0]).unwrap(), 9.0 / 12.0);
        assert_eq!(area([1.0, 0.0, 3.0, 0.0, 1.0]), None);
    }
}
