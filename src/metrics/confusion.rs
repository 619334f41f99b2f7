//! How often each class was taken for each other.

use std::collections::BTreeMap;

/// Counts of (true class, predicted class) over K classes.
///
/// Only the pairs that occur are stored: with 65,536 classes the full matrix would take 32 GiB,
/// while a thousand rows fill at most a thousand cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    cells: BTreeMap<(u32, u32), u64>,
    support: Vec<u64>,
    predicted: Vec<u64>,
}

impl Confusion {
    /// Counts the pairs of two equally long lists of class codes below `n_classes`.
    ///
    /// # Panics
    ///
    /// If the lists differ in length, or a code is not below `n_classes`.
    pub fn new(y_true: &[u32], y_pred: &[u32], n_classes: usize) -> Self {
        assert_eq!(y_true.len(), y_pred.len(), "a prediction for each true class");
        let mut confusion = Self {
            cells: BTreeMap::new(),
            support: vec![0; n_classes],
            predicted: vec![0; n_classes],
        };
        for (&truth, &prediction) in y_true.iter().zip(y_pred) {
            confusion.support[truth as usize] += 1;
            confusion.predicted[prediction as usize] += 1;
            *confusion.cells.entry((truth, prediction)).or_insert(0) += 1;
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
    pub fn get(&self, truth: u32, prediction: u32) -> u64 {
        self.cells.get(&(truth, prediction)).copied().unwrap_or(0)
    }

    /// How many rows truly are of a class; 0 for one that is not below K.
    pub fn support(&self, class: u32) -> u64 {
        self.support.get(class as usize).copied().unwrap_or(0)
    }

    /// How many rows were predicted as a class; 0 for one that is not below K.
    pub fn predicted(&self, class: u32) -> u64 {
        self.predicted.get(class as usize).copied().unwrap_or(0)
    }

    /// How many rows were predicted as what they are.
    pub fn correct(&self) -> u64 {
        self.cells().filter(|(truth, prediction, _)| truth == prediction).map(|cell| cell.2).sum()
    }

    /// How many rows were counted.
    pub fn total(&self) -> u64 {
        self.support.iter().sum()
    }

    /// The pairs that occur as (true class, predicted class, rows), in that order.
    pub fn cells(&self) -> impl Iterator<Item = (u32, u32, u64)> {
        self.cells.iter().map(|(&(truth, prediction), &rows)| (truth, prediction, rows))
    }

    /// The whole matrix, a row a true class and a column a predicted one.
    ///
    /// It takes 8·K² bytes: for tables that a person can read, not for thousands of classes.
    pub fn dense(&self) -> Vec<Vec<u64>> {
        let mut matrix = vec![vec![0; self.n_classes()]; self.n_classes()];
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
        let confusion = Confusion::new(&[0, 0, 1, 2, 2, 2], &[0, 1, 1, 0, 2, 2], 4);
        assert_eq!(
            confusion.dense(),
            [[1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0]].map(Vec::from)
        );
        assert_eq!(
            confusion.cells().collect::<Vec<_>>(),
            [(0, 0, 1), (0, 1, 1), (1, 1, 1), (2, 0, 1), (2, 2, 2)]
        );
        assert_eq!(confusion.get(2, 2), 2);
        assert_eq!(confusion.get(1, 0), 0);
        assert_eq!(
            confusion.classes().map(|k| confusion.support(k)).collect::<Vec<_>>(),
            [2, 1, 3, 0]
        );
        assert_eq!(
            confusion.classes().map(|k| confusion.predicted(k)).collect::<Vec<_>>(),
            [2, 2, 2, 0]
        );
        assert_eq!(confusion.correct(), 4);
        assert_eq!(confusion.total(), 6);
    }

    #[test]
    fn a_class_out_of_range_has_no_rows() {
        let confusion = Confusion::new(&[0], &[0], 1);
        assert_eq!((confusion.get(7, 7), confusion.support(7), confusion.predicted(7)), (0, 0, 0));
    }

    #[test]
    fn many_classes_cost_as_many_cells_as_rows() {
        let y_true: Vec<u32> = (0..1_000).map(|row| row * 65).collect();
        let y_pred: Vec<u32> = y_true.iter().map(|class| 65_535 - class).collect();
        let confusion = Confusion::new(&y_true, &y_pred, 65_536);
        assert_eq!(confusion.cells().count(), 1_000);
        assert_eq!(confusion.get(65, 65_470), 1);
        assert_eq!(confusion.correct(), 0);
    }

    #[test]
    fn no_rows_leave_every_count_at_zero() {
        let confusion = Confusion::new(&[], &[], 2);
        assert_eq!(confusion.total(), 0);
        assert_eq!(confusion.cells().count(), 0);
    }
}
