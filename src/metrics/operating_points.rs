//! What a threshold on a probability trades: the rows that it finds against those that it takes by mistake.

use super::ratio;
use super::sums::ExactSum;
use super::weights::Weights;

/// What comes of taking the rows whose probability of a class is at least a threshold, for each threshold that makes a
/// difference: the curves of ROC, of precision and recall, and of gain (Fawcett 2006, *An introduction to ROC analysis*).
///
/// ```
/// use forest::metrics::OperatingPoints;
///
/// let points = OperatingPoints::new(&[false, true, false, true], &[0.1, 0.4, 0.4, 0.9], None).unwrap();
/// let roc: Vec<_> = points.iter().map(|point| (point.false_positive_rate(), point.recall())).collect();
/// assert_eq!(roc, [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]);
/// assert!((points.average_precision() - 5.0 / 6.0).abs() < 1e-12);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OperatingPoints {
    positive: f64,
    negative: f64,
    taken: Vec<Taken>,
}

/// The rows with at least a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Taken {
    threshold: f64,
    /// Of the class, and not.
    positive: f64,
    negative: f64,
}

/// What comes of one threshold.
#[derive(Clone, Copy, Debug)]
pub struct OperatingPoint<'a> {
    all: &'a OperatingPoints,
    taken: Taken,
}

impl OperatingPoints {
    /// Of rows of which it is known whether they are of a class, by its probabilities. `None` where all are, or none is.
    ///
    /// # Panics
    ///
    /// If the lengths differ, or the weights are not as [`metrics`](crate::metrics) wants them.
    pub fn new(
        is_positive: &[bool],
        probabilities: &[f64],
        weights: Option<&[f64]>,
    ) -> Option<Self> {
        assert_eq!(is_positive.len(), probabilities.len(), "a probability for each row");
        let mut rows: Vec<_> = Weights::new(weights, is_positive.len()).rows().collect();
        rows.sort_by(|(a, _), (b, _)| probabilities[*b].total_cmp(&probabilities[*a]));
        let [mut positive, mut negative] = [ExactSum::default(); 2];
        let mut taken = vec![Taken { threshold: f64::INFINITY, positive: 0.0, negative: 0.0 }];
        for equal in rows.chunk_by(|(a, _), (b, _)| probabilities[*a] == probabilities[*b]) {
            for &(row, weight) in equal {
                let sum = if is_positive[row] { &mut positive } else { &mut negative };
                sum.add(weight, 1.0);
            }
            let threshold = probabilities[equal[0].0];
            taken.push(Taken { threshold, positive: positive.value(), negative: negative.value() });
        }
        let [positive, negative] = [positive.value(), negative.value()];
        (positive > 0.0 && negative > 0.0).then_some(Self { positive, negative, taken })
    }

    /// From the threshold that no row reaches to the one that all do.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = OperatingPoint<'_>> {
        self.taken.iter().map(|&taken| OperatingPoint { all: self, taken })
    }

    /// What weighs the rows of the class, among all.
    pub fn prevalence(&self) -> f64 {
        self.positive / (self.positive + self.negative)
    }

    /// The mean of the precisions, each by the recall that its threshold adds: what scikit-learn calls average precision.
    pub fn average_precision(&self) -> f64 {
        let gained = |pair: &[Taken]| {
            let recall = (pair[1].positive - pair[0].positive) / self.positive;
            (recall, OperatingPoint { all: self, taken: pair[1] }.precision())
        };
        ExactSum::of(self.taken.windows(2).map(gained)).value()
    }
}

impl OperatingPoint<'_> {
    /// The least probability of the rows that are taken; infinite where none are.
    pub fn threshold(&self) -> f64 {
        self.taken.threshold
    }

    /// Of the rows of the class those that are taken, in \[0, 1\]: the true positive rate.
    pub fn recall(&self) -> f64 {
        self.taken.positive / self.all.positive
    }

    /// Of the other rows those that are taken, in \[0, 1\].
    pub fn false_positive_rate(&self) -> f64 {
        self.taken.negative / self.all.negative
    }

    /// Of the rows that are taken those of the class, in \[0, 1\]; 1 where none are taken, as in scikit-learn.
    pub fn precision(&self) -> f64 {
        let taken = self.taken.positive + self.taken.negative;
        if taken > 0.0 { self.taken.positive / taken } else { 1.0 }
    }

    /// Of all rows those that are taken, in \[0, 1\].
    pub fn selected(&self) -> f64 {
        let Taken { positive, negative, .. } = self.taken;
        ratio(positive + negative, self.all.positive + self.all.negative)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::assert_close;

    /// scikit-learn 1.9.1: `roc_curve(drop_intermediate=False)`, `precision_recall_curve`, `average_precision_score`.
    #[test]
    fn points_are_those_of_scikit_learn() {
        let is_positive = [true, false, true, true, false, false, true, false];
        let probabilities = [0.9, 0.8, 0.8, 0.6, 0.55, 0.3, 0.3, 0.1];
        let weights = [1.0, 2.0, 0.5, 1.5, 1.0, 3.0, 2.0, 0.5];
        let points = OperatingPoints::new(&is_positive, &probabilities, Some(&weights)).unwrap();
        let expected = [
            (f64::INFINITY, 0.0, 0.0, 1.0),
            (0.9, 0.0, 0.2, 1.0),
            (0.8, 0.307_692_307_692_307_7, 0.3, 0.428_571_428_571_428_55),
            (0.6, 0.307_692_307_692_307_7, 0.6, 0.6),
            (0.55, 0.461_538_461_538_461_56, 0.6, 0.5),
            (0.3, 0.923_076_923_076_923_1, 1.0, 0.454_545_454_545_454_53),
            (0.1, 1.0, 1.0, 0.434_782_608_695_652_2),
        ];
        assert_eq!(points.iter().count(), expected.len());
        for (point, (threshold, fpr, recall, precision)) in points.iter().zip(expected) {
            assert_eq!(point.threshold(), threshold);
            assert_close(point.false_positive_rate(), fpr);
            assert_close(point.recall(), recall);
            assert_close(point.precision(), precision);
        }
        assert_close(points.average_precision(), 0.604_675_324_675_324_7);
        assert_close(points.prevalence(), 5.0 / 11.5);
        assert_close(points.iter().nth(2).unwrap().selected(), 3.5 / 11.5);
    }

    #[test]
    fn rows_of_one_kind_have_no_curve_and_rows_without_weight_are_none() {
        assert_eq!(OperatingPoints::new(&[true, true], &[0.1, 0.2], None), None);
        assert_eq!(OperatingPoints::new(&[], &[], None), None);
        let weights = Some(&[1.0, 0.0][..]);
        assert_eq!(OperatingPoints::new(&[true, false], &[0.1, 0.2], weights), None);
    }
}
