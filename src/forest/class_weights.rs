//! What the rows of each class weigh.

use super::choices::ClassWeight;
use super::scale::scaled;
use crate::tree::sample::Sample;

/// What a row of each class weighs in all trees; `None` if there are no such weights, or each tree has
/// its own. Only the ratios of the weights that were asked for count, so they are scaled as row weights
/// are: impurities multiply several of them. `rows` are drawn once each.
pub(super) fn of_forest(
    class_weight: &ClassWeight,
    rows: impl FnOnce() -> Vec<Sample>,
    n_classes: usize,
    row_weights: Option<&[f64]>,
) -> Option<Vec<f64>> {
    match class_weight {
        ClassWeight::None | ClassWeight::BalancedSubsample => None,
        ClassWeight::PerClass(weights) => Some(scaled(weights).0),
        ClassWeight::Balanced => Some(balanced(&rows(), n_classes, row_weights)),
    }
}

/// Weights that make all classes that occur count the same: the rows divided by those classes and by
/// the rows of the class (King & Zeng 2001), 1 for a class that does not occur. Rows count as often
/// as they were drawn, times what they weigh.
pub(super) fn balanced(
    samples: &[Sample],
    n_classes: usize,
    row_weights: Option<&[f64]>,
) -> Vec<f64> {
    let mut counts = vec![0.0; n_classes];
    for sample in samples {
        counts[usize::from(sample.class)] += sample.weight(row_weights);
    }
    balancing(&counts)
}

/// Likewise, of what the rows of each class add up to.
pub(super) fn balancing(counts: &[f64]) -> Vec<f64> {
    let total: f64 = counts.iter().sum();
    let n_present = counts.iter().filter(|&&count| count > 0.0).count() as f64;
    let weight = |&count: &f64| if count > 0.0 { total / (n_present * count) } else { 1.0 };
    counts.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_classes_weigh_the_same_together() {
        let sample = |(row, class, draws)| Sample { row, class, draws };
        let samples = [(0, 0, 1), (1, 0, 2), (2, 2, 1)].map(sample);
        // 4 draws, 2 classes: 4/(2·3) and 4/(2·1). With the weights: 1 + 2·2 = 5 and 5.
        assert_eq!(balanced(&samples, 3, None), [4.0 / 6.0, 1.0, 2.0]);
        assert_eq!(balanced(&samples, 3, Some(&[1.0, 2.0, 5.0])), [1.0, 1.0, 1.0]);
    }
}
