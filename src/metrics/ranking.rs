//! How well probabilities put the rows of a class before the others: area under the ROC curve.

use ndarray::ArrayView2;

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
    assert_eq!(y_true.len(), proba.nrows(), "a row of probabilities for each label");
    let weights = Weights::new(weights, y_true.len());
    let n_classes = proba.ncols();
    let mut has_rows = vec![false; n_classes];
    for (row, _) in weights.rows() {
        has_rows[y_true[row] as usize] = true;
    }
    if n_classes < 2 || has_rows.contains(&false) {
        return None;
    }
    let classes = if n_classes == 2 { 1..2 } else { 0..n_classes };
    let n_areas = classes.len() as f64;
    let mut scored = Vec::with_capacity(y_true.len());
    let mut sum = 0.0;
    for class in classes {
        scored.clear();
        scored.extend(weights.rows().map(|(row, weight)| Scored {
            score: proba[[row, class]],
            weight,
            is_positive: y_true[row] as usize == class,
        }));
        sum += area(&mut scored);
    }
    Some(sum / n_areas)
}

struct Scored {
    score: f64,
    weight: f64,
    is_positive: bool,
}

/// The area of scored rows, of which there are both kinds.
fn area(scored: &mut [Scored]) -> f64 {
    // By weight as well, so that the sums over tied rows run in one order on every machine.
    let by_weight = |a: &Scored, b: &Scored| a.weight.total_cmp(&b.weight);
    scored.sort_unstable_by(|a, b| a.score.total_cmp(&b.score).then_with(|| by_weight(a, b)));
    // Wins are counted twice over, so that without weights ties are whole numbers.
    let mut double_wins = ExactSum::default();
    let (mut positives, mut negatives) = (0.0, 0.0);
    for tied in scored.chunk_by(|a, b| a.score == b.score) {
        let weight_of = |positive: bool| {
            let rows = tied.iter().filter(|row| row.is_positive == positive);
            rows.fold(0.0, |sum, row| sum + row.weight)
        };
        let (tied_positives, tied_negatives) = (weight_of(true), weight_of(false));
        double_wins.add(tied_positives, 2.0 * negatives + tied_negatives);
        positives += tied_positives;
        negatives += tied_negatives;
    }
    (double_wins.value() / (2.0 * positives * negatives)).min(1.0)
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
