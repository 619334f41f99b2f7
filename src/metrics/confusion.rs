//! How often each class was taken for each other.

use std::collections::BTreeMap;

use super::interval::{Interval, wilson_weighted};
use super::ratio;
use super::weights::{Weights, power_of_two};

/// The weight of the rows of each (true class, predicted class) over K classes; without weights
/// their number.
///
/// Only the pairs that occur are stored: with 65,536 classes the full matrix would take 32 GiB,
/// while a thousand rows fill at most a thousand cells.
///
/// ```
/// use forest::metrics::{Confusion, accuracy, per_class};
///
/// let confusion = Confusion::new(&[0, 0, 0, 1], &[0, 0, 1, 1], 2, None);
/// assert_eq!((confusion.get(0, 1), confusion.support(0)), (1.0, 3.0));
/// assert_eq!(accuracy(&confusion), 0.75);
/// assert_eq!(per_class(&confusion)[1].precision, 0.5);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    cells: BTreeMap<(u32, u32), Mass>,
    support: Vec<Mass>,
    predicted: Vec<Mass>,
    /// What the weights are multiples of in the sums of their squares.
    unit: f64,
}

/// What rows weigh, and the sum of the squares of their weights, in multiples of the unit's square:
/// how many rows of equal weight they are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mass {
    pub(super) weight: f64,
    pub(super) squares: f64,
}

impl Mass {
    fn add(&mut self, other: Self) {
        self.weight += other.weight;
        self.squares += other.squares;
    }
}

impl Confusion {
    /// Sums up the pairs of two equally long lists of class codes below `n_classes`.
    ///
    /// # Panics
    ///
    /// If the lists differ in length, a code is not below `n_classes`, or the weights are not as
    /// [`metrics`](crate::metrics) wants them.
    pub fn new(y_true: &[u32], y_pred: &[u32], n_classes: usize, weights: Option<&[f64]>) -> Self {
        assert_eq!(y_true.len(), y_pred.len(), "a prediction for each true class");
        let mut confusion = Self {
            cells: BTreeMap::new(),
            support: vec![Mass::default(); n_classes],
            predicted: vec![Mass::default(); n_classes],
            unit: 1.0,
        };
        let weights = Weights::new(weights, y_true.len());
        confusion.unit = weights.unit;
        for (row, weight) in weights.rows() {
            let (truth, prediction) = (y_true[row], y_pred[row]);
            let row = Mass { weight: weight * weights.unit, squares: weight * weight };
            confusion.support[truth as usize].add(row);
            confusion.predicted[prediction as usize].add(row);
            confusion.cells.entry((truth, prediction)).or_default().add(row);
        }
        confusion
    }

    /// K, counting the classes that do not occur.
    pub fn n_classes(&self) -> usize {
        self.support.len()
    }

    /// The class codes `0..K`.
    pub fn classes(&self) -> impl Iterator<Item = u32> + use<> {
        0..self.support.len() as u32
    }

    /// How many rows of class `truth` were predicted as `prediction`.
    pub fn get(&self, truth: u32, prediction: u32) -> f64 {
        self.mass(truth, prediction).weight
    }

    /// How many rows truly are of a class; 0 for one that is not below K.
    pub fn support(&self, class: u32) -> f64 {
        self.of_class(class).weight
    }

    /// How many rows were predicted as a class; 0 for one that is not below K.
    pub fn predicted(&self, class: u32) -> f64 {
        self.predicted_as(class).weight
    }

    /// How many rows were predicted as what they are.
    pub fn correct(&self) -> f64 {
        let correct = self.cells().filter(|(truth, prediction, _)| truth == prediction);
        correct.fold(0.0, |sum, (_, _, rows)| sum + rows)
    }

    /// How many rows there are.
    pub fn total(&self) -> f64 {
        self.support.iter().fold(0.0, |sum, rows| sum + rows.weight)
    }

    /// The pairs that occur as (true class, predicted class, rows), in that order.
    pub fn cells(&self) -> impl Iterator<Item = (u32, u32, f64)> {
        self.masses().map(|(truth, prediction, rows)| (truth, prediction, rows.weight))
    }

    /// As [`cells`](Self::cells), with what they weigh for intervals.
    pub(super) fn masses(&self) -> impl Iterator<Item = (u32, u32, Mass)> {
        self.cells.iter().map(|(&(truth, prediction), &rows)| (truth, prediction, rows))
    }

    /// As [`get`](Self::get), likewise.
    pub(super) fn mass(&self, truth: u32, prediction: u32) -> Mass {
        self.cells.get(&(truth, prediction)).copied().unwrap_or_default()
    }

    /// As [`support`](Self::support), likewise.
    pub(super) fn of_class(&self, class: u32) -> Mass {
        self.support.get(class as usize).copied().unwrap_or_default()
    }

    /// As [`predicted`](Self::predicted), likewise.
    pub(super) fn predicted_as(&self, class: u32) -> Mass {
        self.predicted.get(class as usize).copied().unwrap_or_default()
    }

    /// What the weights are multiples of in the sums of their squares.
    pub(super) fn unit(&self) -> f64 {
        self.unit
    }

    /// How many rows of equal weight those of a class are worth (Kish 1965).
    pub(super) fn effective_rows(&self, class: u32) -> f64 {
        let Mass { weight, squares } = self.of_class(class);
        ratio(weight / self.unit * (weight / self.unit), squares)
    }

    /// The interval of a part of the rows, by weight, of which there are so many.
    pub(super) fn wilson(&self, part: f64, whole: Mass) -> Interval {
        wilson_weighted(part / self.unit, whole.weight / self.unit, whole.squares)
    }

    /// The mean over rows of a number that follows from the true and the predicted class.
    pub fn mean(&self, number: impl Fn(u32, u32) -> f64) -> f64 {
        // In multiples of a power of two, as any weights have to be multiplied.
        let total = self.total();
        let unit = power_of_two(total);
        let sum = self.cells().fold(0.0, |sum, (truth, prediction, rows)| {
            sum + rows / unit * number(truth, prediction)
        });
        ratio(sum, total / unit)
    }

    /// The whole matrix, a row a true class and a column a predicted one.
    ///
    /// It takes 8·K² bytes: for tables that a person can read, not for thousands of classes.
    pub fn dense(&self) -> Vec<Vec<f64>> {
        let mut matrix = vec![vec![0.0; self.n_classes()]; self.n_classes()];
        for (truth, prediction, rows) in self.cells() {
            matrix[truth as usize][prediction as usize] = rows;
        }
        matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_of_the_counts_agrees() {
        let confusion = Confusion::new(&[0, 0, 1, 2, 2, 2], &[0, 1, 1, 0, 2, 2], 4, None);
        assert_eq!(
            confusion.dense(),
            [[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 2.0, 0.0], [0.0; 4]]
                .map(Vec::from)
        );
        assert_eq!(
            confusion.cells().collect::<Vec<_>>(),
            [(0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0), (2, 0, 1.0), (2, 2, 2.0)]
        );
        assert_eq!(confusion.get(2, 2), 2.0);
        assert_eq!(confusion.get(1, 0), 0.0);
        assert_eq!(
            confusion.classes().map(|k| confusion.support(k)).collect::<Vec<_>>(),
            [2.0, 1.0, 3.0, 0.0]
        );
        assert_eq!(
            confusion.classes().map(|k| confusion.predicted(k)).collect::<Vec<_>>(),
            [2.0, 2.0, 2.0, 0.0]
        );
        assert_eq!(confusion.correct(), 4.0);
        assert_eq!(confusion.total(), 6.0);
    }

    #[test]
    fn a_class_out_of_range_has_no_rows() {
        let confusion = Confusion::new(&[0], &[0], 1, None);
        let outside = [confusion.get(7, 7), confusion.support(7), confusion.predicted(7)];
        assert_eq!(outside, [0.0; 3]);
    }

    #[test]
    fn many_classes_cost_as_many_cells_as_rows() {
        let y_true: Vec<u32> = (0..1_000).map(|row| row * 65).collect();
        let y_pred: Vec<u32> = y_true.iter().map(|class| 65_535 - class).collect();
        let confusion = Confusion::new(&y_true, &y_pred, 65_536, None);
        assert_eq!(confusion.cells().count(), 1_000);
        assert_eq!(confusion.get(65, 65_470), 1.0);
        assert_eq!(confusion.correct(), 0.0);
    }

    #[test]
    fn no_rows_leave_every_count_at_zero() {
        let confusion = Confusion::new(&[], &[], 2, None);
        assert_eq!(confusion.total(), 0.0);
        assert_eq!(confusion.cells().count(), 0);
    }

    #[test]
    fn a_row_counts_by_its_weight_and_without_one_it_is_not_there() {
        let weights = [0.5, 0.0, 2.25, 1.0];
        let confusion = Confusion::new(&[0, 0, 1, 1], &[0, 1, 0, 0], 2, Some(&weights));
        assert_eq!(confusion.cells().collect::<Vec<_>>(), [(0, 0, 0.5), (1, 0, 3.25)]);
        assert_eq!((confusion.correct(), confusion.total()), (0.5, 3.75));
        assert_eq!((confusion.support(1), confusion.predicted(0)), (3.25, 3.75));
        // (0.5 · 2 + 3.25 · 4) / 3.75
        assert_eq!(confusion.mean(|truth, _| f64::from(2 + 2 * truth)), 14.0 / 3.75);
    }

    #[test]
    fn a_mean_of_large_numbers_over_heavy_rows_is_finite() {
        let confusion = Confusion::new(&[0, 1], &[0, 0], 2, Some(&[1e300, 3e300]));
        let mean = confusion.mean(|truth, _| f64::from(truth) * 1e100);
        crate::metrics::assert_close(mean / 1e100, 0.75);
    }
}
