//! How well probabilities put the rows of a class before the others: area under the ROC curve.

use ndarray::ArrayView2;

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
/// If there is not one label for each row, or a label is not below K.
pub fn roc_auc(y_true: &[u32], proba: ArrayView2<f64>) -> Option<f64> {
    assert_eq!(y_true.len(), proba.nrows(), "a row of probabilities for each label");
    let n_classes = proba.ncols();
    let mut has_rows = vec![false; n_classes];
    for &truth in y_true {
        has_rows[truth as usize] = true;
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
        let is_of_class = y_true.iter().map(|&truth| truth as usize == class);
        scored.extend(proba.column(class).iter().copied().zip(is_of_class));
        sum += area(&mut scored);
    }
    Some(sum / n_areas)
}

/// The area of (score, is positive) pairs, of which there are both kinds.
fn area(scored: &mut [(f64, bool)]) -> f64 {
    scored.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // Wins are counted twice over, so that ties are whole numbers and the sum is exact.
    let mut double_wins = 0_u64;
    let (mut positives, mut negatives) = (0_u64, 0_u64);
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        let tied_positives = tied.iter().filter(|(_, is_positive)| *is_positive).count() as u64;
        let tied_negatives = tied.len() as u64 - tied_positives;
        double_wins += tied_positives * (2 * negatives + tied_negatives);
        positives += tied_positives;
        negatives += tied_negatives;
    }
    double_wins as f64 / (2 * positives * negatives) as f64
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
        roc_auc(y_true, proba.view())
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
        assert_close(roc_auc(&[0, 1, 2, 2], proba.view()).unwrap(), 1.0);
        // Class 0: 0.25 loses to two and ties with one: 0.5 of 3. Class 1: 0.25 beats 0, ties
        // with 0.25, loses to 0.5: 1.5 of 3. Class 2, {0.25, 0.5} against {0, 0.5}: 2.5 of 4.
        let expected = (0.5 / 3.0 + 0.5 + 2.5 / 4.0) / 3.0;
        assert_close(roc_auc(&[1, 2, 2, 0], proba.view()).unwrap(), expected);
    }

    #[test]
    fn a_class_without_rows_has_no_area() {
        let proba = array![[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]];
        assert_eq!(roc_auc(&[0, 1], proba.view()), None);
        assert_eq!(binary(&[1, 1], &[0.3, 0.6]), None);
        assert_eq!(roc_auc(&[0], array![[1.0]].view()), None);
        assert_eq!(roc_auc(&[], Array2::zeros((0, 2)).view()), None);
    }
}
