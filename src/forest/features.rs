//! The features that a forest works on: columns of a table, all of its rows or some, never copied.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use crate::tree::ranks::RankedColumn;
use crate::{Error, Result};

/// Rows × features, as columns that may lie anywhere in memory.
#[derive(Clone)]
pub(crate) struct Features<'a> {
    columns: Vec<ArrayView1<'a, f32>>,
    /// The rows meant, in this order; `None` for all.
    rows: Option<&'a [usize]>,
    n_rows: usize,
}

impl<'a> Features<'a> {
    /// Some rows of columns of equal length, or all; every row number is below that length.
    pub(crate) fn new(columns: Vec<ArrayView1<'a, f32>>, rows: Option<&'a [usize]>) -> Self {
        let len = columns.first().map_or(0, ArrayView1::len);
        Self { n_rows: rows.map_or(len, <[usize]>::len), columns, rows }
    }

    /// Some rows of columns that are slices, or all.
    pub(crate) fn of_columns(
        columns: impl Iterator<Item = &'a [f32]>,
        rows: Option<&'a [usize]>,
    ) -> Self {
        Self::new(columns.map(ArrayView1::from).collect(), rows)
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub(crate) fn n_features(&self) -> usize {
        self.columns.len()
    }

    /// The values of a feature, in the order of the rows.
    pub(crate) fn column(&self, feature: usize) -> impl Iterator<Item = f32> + Clone + '_ {
        self.cells(feature, 0..self.n_rows)
    }

    /// The features of some rows, row by row.
    pub(crate) fn block(&self, rows: Range<usize>) -> Vec<f32> {
        let n_features = self.n_features();
        let mut block = vec![0.0; rows.len() * n_features];
        for feature in 0..n_features {
            let to = block.iter_mut().skip(feature).step_by(n_features);
            to.zip(self.cells(feature, rows.clone())).for_each(|(to, from)| *to = from);
        }
        block
    }

    /// All columns, ranked on the current thread pool.
    ///
    /// # Errors
    /// A value that is infinite, named by its row and feature.
    pub(crate) fn rank_columns(&self) -> Result<Vec<RankedColumn>> {
        let rank = |feature| match self.column(feature).position(f32::is_infinite) {
            None => Ok(RankedColumn::new(self.column(feature))),
            Some(row) => Err(Error::data(format!(
                "row {row}, feature {feature} is {}: a feature has to be a finite number, or \
                 missing (NaN)",
                self.value(row, feature)
            ))),
        };
        (0..self.n_features()).into_par_iter().map(rank).collect()
    }

    /// A value of a row.
    pub(crate) fn value(&self, row: usize, feature: usize) -> f32 {
        self.columns[feature][self.rows.map_or(row, |rows| rows[row])]
    }

    fn cells(&self, feature: usize, rows: Range<usize>) -> impl Iterator<Item = f32> + Clone + '_ {
        rows.map(move |row| self.value(row, feature))
    }
}

/// All rows.
impl<'a> From<ArrayView2<'a, f32>> for Features<'a> {
    fn from(x: ArrayView2<'a, f32>) -> Self {
        let columns = (0..x.ncols()).map(|feature| x.index_axis_move(Axis(1), feature)).collect();
        Self { n_rows: x.nrows(), ..Self::new(columns, None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_block_of_some_rows_is_those_rows_whatever_the_order_in_memory() {
        let x = array![[0.0, 1.0, 2.0], [10.0, 11.0, 12.0], [20.0, 21.0, 22.0], [30.0, 31.0, 32.0]];
        let turned = x.t().as_standard_layout().into_owned().reversed_axes();
        for x in [x.view(), turned.view()] {
            let columns = vec![x.index_axis_move(Axis(1), 2), x.index_axis_move(Axis(1), 0)];
            let some = Features::new(columns, Some(&[3, 0, 3]));
            assert_eq!((some.n_rows(), some.n_features()), (3, 2));
            assert_eq!(some.column(0).collect::<Vec<_>>(), [32.0, 2.0, 32.0]);
            assert_eq!(some.block(1..3), [2.0, 0.0, 32.0, 30.0]);
            assert_eq!(Features::from(x).block(1..2), [10.0, 11.0, 12.0]);
        }
    }

    #[test]
    fn a_table_without_columns_keeps_its_rows() {
        let empty = ndarray::Array2::<f32>::zeros((5, 0));
        assert_eq!(Features::from(empty.view()).n_rows(), 5);
        assert!(Features::from(empty.view()).block(0..5).is_empty());
    }
}
