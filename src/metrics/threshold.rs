//! The threshold of a probability from which on the second of two classes is best predicted.

use serde::{Serialize, Serializer};

use super::ratio;
use super::weights::Weights;
use crate::names::names;

/// What a threshold is to make as great as can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThresholdMetric {
    /// The fraction of the rows predicted as what they are.
    Accuracy,
    /// The mean of the two classes' recalls: as great where Youden's J is, which is twice that less 1.
    BalancedAccuracy,
    /// The F1 score of class 1.
    F1,
}

names!(ThresholdMetric { Accuracy: "accuracy", BalancedAccuracy: "balanced_accuracy", F1: "f1" });

/// Each is its name.
impl Serialize for ThresholdMetric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A threshold, and what it makes of the rows that it was chosen on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BestThreshold {
    /// Rows whose probability is at least this are predicted as class 1.
    pub threshold: f64,
    /// The metric on the rows, in \[0, 1\]. On other rows it will be lower, in the mean.
    pub score: f64,
}

/// The threshold of the probability of class 1 with the greatest metric, among those that lie in the
/// middle between two neighbouring probabilities; of equally good ones the nearest to 0.5, of two as
/// near the lower. `None` where there is nothing to choose by: a class has no rows, or all
/// probabilities are the same.
///
/// Takes n·log n steps for n rows. With whole weights whose sum of one class times that of the other is
/// below 2⁵², equally good is exact.
///
/// ```
/// use forest::metrics::{ThresholdMetric, best_threshold};
///
/// let best = best_threshold(ThresholdMetric::F1, &[0, 0, 1, 0, 1], &[0.1, 0.2, 0.3, 0.4, 0.5], None);
/// // From 0.3 on: both rows of class 1, and one of class 0.
/// assert!(best.is_some_and(|best| (best.threshold, best.score) == (0.25, 0.8)));
/// ```
///
/// # Panics
///
/// If there is not one probability for each label, a label is neither 0 nor 1, or the weights are not
/// as [`metrics`](crate::metrics) wants them.
pub fn best_threshold(
    metric: ThresholdMetric,
    y_true: &[u32],
    probabilities: &[f64],
    weights: Option<&[f64]>,
) -> Option<BestThreshold> {
    assert_eq!(y_true.len(), probabilities.len(), "a probability for each label");
    assert!(y_true.iter().all(|&label| label < 2), "labels are 0 or 1");
    let weights = Weights::new(weights, y_true.len()).rows();
    let mut rows: Vec<Row> = weights
        .map(|(row, weight)| Row {
            probability: probabilities[row],
            is_positive: y_true[row] == 1,
            weight,
        })
        .collect();
    // By weight as well, so that sums over tied rows run in one order on every machine.
    rows.sort_unstable_by(|a, b| {
        let by_weight = || a.weight.total_cmp(&b.weight);
        a.probability.total_cmp(&b.probability).then_with(by_weight)
    });
    let [negatives, positives] = [false, true].map(|is_positive| weight_of(is_positive, &rows));
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    // At first all are predicted as class 1.
    let mut counts = Counts { hits: positives, false_alarms: negatives, positives, negatives };
    let mut best: Option<BestThreshold> = None;
    let mut below: Option<f64> = None;
    for tied in rows.chunk_by(|a, b| a.probability == b.probability) {
        let probability = tied[0].probability;
        if let Some(below) = below {
            let threshold = between(below, probability);
            let score = counts.score(metric);
            let distance = |threshold: f64| (threshold - 0.5).abs();
            let is_better = best.is_none_or(|best| {
                score > best.score
                    || score == best.score && distance(threshold) < distance(best.threshold)
            });
            if is_better {
                best = Some(BestThreshold { threshold, score });
            }
        }
        counts.hits -= weight_of(true, tied);
        counts.false_alarms -= weight_of(false, tied);
        below = Some(probability);
    }
    best
}

struct Row {
    probability: f64,
    is_positive: bool,
    weight: f64,
}

/// The weight of the rows of one of the two classes.
fn weight_of(is_positive: bool, rows: &[Row]) -> f64 {
    let rows = rows.iter().filter(|row| row.is_positive == is_positive);
    rows.fold(0.0, |sum, row| sum + row.weight)
}

/// The middle between two probabilities, above the lower one.
fn between(low: f64, high: f64) -> f64 {
    let middle = f64::midpoint(low, high);
    if middle > low { middle } else { high }
}

/// The weights of rows.
struct Counts {
    /// Those of class 1 that are predicted so …
    hits: f64,
    /// … and those of class 0 that are, too.
    false_alarms: f64,
    /// All of class 1.
    positives: f64,
    /// All of class 0.
    negatives: f64,
}

impl Counts {
    fn score(&self, metric: ThresholdMetric) -> f64 {
        let Self { hits, false_alarms, positives, negatives } = *self;
        let rejections = negatives - false_alarms;
        match metric {
            ThresholdMetric::Accuracy => (hits + rejections) / (positives + negatives),
            // One ratio of whole numbers, so that what is equally good is equal.
            ThresholdMetric::BalancedAccuracy => {
                (hits * negatives + rejections * positives) / (2.0 * positives * negatives)
            }
            ThresholdMetric::F1 => ratio(2.0 * hits, positives + hits + false_alarms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ThresholdMetric; 3] =
        [ThresholdMetric::Accuracy, ThresholdMetric::BalancedAccuracy, ThresholdMetric::F1];

    #[test]
    fn of_equally_good_thresholds_the_nearest_to_a_half_is_chosen() {
        let best = |y_true, probabilities: [f64; 4]| {
            let best = best_threshold(ThresholdMetric::Accuracy, y_true, &probabilities, None);
            best.map(|best| (best.threshold, best.score))
        };
        // The lowest and the highest threshold get three rows right, the one between them two.
        assert_eq!(best(&[0, 1, 0, 1], [0.125, 0.25, 0.75, 1.0]), Some((0.1875, 0.75)));
        assert_eq!(best(&[0, 1, 0, 1], [0.0, 0.25, 0.75, 0.875]), Some((0.8125, 0.75)));
        // 0.25 and 0.75 get three right.
        assert_eq!(best(&[0, 0, 1, 1], [0.0, 0.5, 0.5, 1.0]), Some((0.25, 0.75)));
    }

    #[test]
    fn neighbouring_floats_are_told_apart() {
        let low = 0.3_f64;
        for low in [low, low.next_up()] {
            let best = best_threshold(ThresholdMetric::F1, &[0, 1], &[low, low.next_up()], None);
            assert_eq!(best.map(|best| (best.threshold, best.score)), Some((low.next_up(), 1.0)));
        }
    }

    #[test]
    fn where_there_is_nothing_to_choose_by_nothing_is_chosen() {
        for metric in ALL {
            assert_eq!(best_threshold(metric, &[], &[], None), None);
            assert_eq!(best_threshold(metric, &[1, 1], &[0.2, 0.8], None), None);
            assert_eq!(best_threshold(metric, &[0, 1], &[0.5, 0.5], None), None);
            assert_eq!(best_threshold(metric, &[0, 1], &[0.2, 0.8], Some(&[0.0, 1.0])), None);
        }
    }
}
