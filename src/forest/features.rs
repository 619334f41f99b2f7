//! The features that a forest works on: columns of a table, all of its rows or some.

use std::borrow::Cow;
use std::ops::Range;

use linfa::Float;
use ndarray::{ArrayView2, Axis};

use crate::data::Rows;
use crate::tree::column::ColumnView;
use crate::tree::descend::RowBlock;
use crate::tree::ranks::Ranks;
use crate::tree::split::splitter::Splitter;
use crate::{Error, Result, threads};

/// How many rows of a block are written at a time.
const ROWS_AT_A_TIME: usize = 64;

/// Rows × features: an array of that shape, or [`Rows`] of a file. NaN is a missing value.
pub struct Features<'a> {
    columns: Vec<Cow<'a, [f32]>>,
    /// The rows meant, in this order; `None` for all.
    rows: Option<&'a [usize]>,
    n_rows: usize,
}

impl<'a> Features<'a> {
    /// Some rows of columns of equal length, or all; every row number is below that length.
    pub(crate) fn new(columns: impl Iterator<Item = &'a [f32]>, rows: Option<&'a [usize]>) -> Self {
        let columns: Vec<_> = columns.map(Cow::Borrowed).collect();
        let len = columns.first().map_or(0, |column| column.len());
        Self { n_rows: rows.map_or(len, <[usize]>::len), columns, rows }
    }

    /// All rows, rounded to `f32`: a number that is too large becomes infinite.
    pub(crate) fn rounded<F: Float>(x: ArrayView2<F>) -> Self {
        let round = |value: &F| value.to_f32().unwrap_or(f32::NAN);
        let column = |feature| Cow::Owned(x.column(feature).iter().map(round).collect());
        Self { columns: threads::map(0..x.ncols(), column), rows: None, n_rows: x.nrows() }
    }

    /// Refuses numbers of `x`, which was rounded, that became infinite.
    pub(crate) fn check_rounded<F: Float>(&self, x: ArrayView2<F>) -> Result<()> {
        let too_large = threads::map(0..self.n_features(), |feature| {
            let is_too_large = |row: &usize| {
                self.value(*row, feature).is_infinite() && x[[*row, feature]].is_finite()
            };
            (0..self.n_rows).find(is_too_large).map(|row| (row, feature))
        });
        match too_large.into_iter().flatten().next() {
            None => Ok(()),
            Some((row, feature)) => Err(Error::data(format!(
                "row {row}, feature {feature} is {:e}: a forest holds features as f32, which ends at \
                 {:e}",
                x[[row, feature]],
                f32::MAX
            ))
            .with_help("divide the feature by a constant, or take its logarithm")),
        }
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The number of features.
    pub fn n_features(&self) -> usize {
        self.columns.len()
    }

    /// Whether each row has all features.
    pub(crate) fn is_complete(&self) -> bool {
        self.rows.is_some() || self.columns.iter().all(|column| column.len() == self.n_rows)
    }

    /// The value of a row.
    pub(crate) fn value(&self, row: usize, feature: usize) -> f32 {
        self.column(feature).value(row)
    }

    /// The values of a feature, by row.
    pub(crate) fn values(&self, feature: usize) -> impl Iterator<Item = f32> + Clone + '_ {
        self.column(feature).values(0..self.n_rows)
    }

    /// The same rows with other values of some features, one for each row. The other columns are not copied, if all rows are
    /// meant.
    pub(crate) fn with_columns(
        &self,
        columns: impl IntoIterator<Item = (usize, Vec<f32>)>,
    ) -> Features<'_> {
        let column = |feature: usize| match self.rows {
            None => Cow::Borrowed(&*self.columns[feature]),
            Some(_) => Cow::Owned(self.values(feature).collect()),
        };
        let mut all: Vec<_> = (0..self.n_features()).map(column).collect();
        for (feature, values) in columns {
            all[feature] = Cow::Owned(values);
        }
        Features { columns: all, rows: None, n_rows: self.n_rows }
    }

    fn column(&self, feature: usize) -> ColumnView<'_> {
        ColumnView::new(&self.columns[feature], self.rows)
    }

    /// Some rows, as trees read them.
    pub(crate) fn block(&self, rows: Range<usize>) -> RowBlock {
        let mut block = RowBlock::zeros(rows.len(), self.n_features());
        // A few rows at a time, which stay in the cache while the columns are gone through.
        for first in (0..rows.len()).step_by(ROWS_AT_A_TIME) {
            let some = first..rows.len().min(first + ROWS_AT_A_TIME);
            for feature in 0..self.n_features() {
                let column = self.column(feature);
                for row in some.clone() {
                    block.set(row, feature, column.value(rows.start + row));
                }
            }
        }
        block
    }

    /// Some rows, by their numbers, as trees read them.
    pub(crate) fn block_of(&self, rows: &[usize]) -> RowBlock {
        let mut block = RowBlock::zeros(rows.len(), self.n_features());
        for (to, rows) in (0..).step_by(ROWS_AT_A_TIME).zip(rows.chunks(ROWS_AT_A_TIME)) {
            for feature in 0..self.n_features() {
                let column = self.column(feature);
                for (at, &row) in rows.iter().enumerate() {
                    block.set(to + at, feature, column.value(row));
                }
            }
        }
        block
    }

    /// All columns, ranked for splits of a kind, in at most `max_bins` bins each if it says so.
    ///
    /// # Errors
    /// A value that is infinite, named by its row and feature.
    pub(crate) fn ranks(&self, max_bins: Option<usize>, splitter: Splitter) -> Result<Ranks<'_>> {
        let columns: Vec<_> = (0..self.n_features()).map(|feature| self.column(feature)).collect();
        let infinite = threads::map(0..columns.len(), |feature| {
            let column = columns[feature];
            let row = column.values(0..self.n_rows).position(f32::is_infinite)?;
            Some((row, feature, column.value(row)))
        });
        if let Some((row, feature, value)) = infinite.into_iter().flatten().next() {
            return Err(Error::data(format!(
                "row {row}, feature {feature} is {value}: a feature has to be a finite number, or \
                 missing (NaN)"
            )));
        }
        Ok(Ranks::new(&columns, max_bins, splitter))
    }
}

/// All of the rows.
impl<'a> From<&'a Rows> for Features<'a> {
    fn from(rows: &'a Rows) -> Self {
        let columns = rows.features.iter().map(|column| Cow::Borrowed(column.as_slice()));
        Self { columns: columns.collect(), rows: None, n_rows: rows.len() }
    }
}

/// All rows. Columns whose values do not lie side by side are copied.
impl<'a> From<ArrayView2<'a, f32>> for Features<'a> {
    fn from(x: ArrayView2<'a, f32>) -> Self {
        let column = |feature| {
            let column = x.index_axis_move(Axis(1), feature);
            column.to_slice().map_or_else(|| Cow::Owned(column.to_vec()), Cow::Borrowed)
        };
        let columns = threads::map(0..x.ncols(), column);
        Self { columns, rows: None, n_rows: x.nrows() }
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
            let columns = [2, 0].map(|feature| x.column(feature).to_vec());
            let some = Features::new(columns.iter().map(Vec::as_slice), Some(&[3, 0, 3]));
            assert_eq!((some.n_rows(), some.n_features()), (3, 2));
            assert_eq!([0, 1, 2].map(|row| some.value(row, 0)), [32.0, 2.0, 32.0]);
            assert_eq!(some.block(1..3).rows(), [[2.0, 2.0, 0.0, 0.0], [32.0, 32.0, 30.0, 30.0]]);
            let all = Features::from(x);
            assert_eq!(all.block(1..2).rows(), [[10.0, 10.0, 11.0, 11.0, 12.0, 12.0]]);
        }
    }

    #[test]
    fn columns_are_replaced_in_all_rows_or_some() {
        let columns = [[0.0, 10.0, 20.0], [1.0, 11.0, 21.0]];
        let of = |rows| Features::new(columns.iter().map(|column| &column[..]), rows);
        for (x, expected) in
            [(of(None), [[0.0, 7.0], [10.0, 8.0]]), (of(Some(&[2, 1])), [[20.0, 7.0], [10.0, 8.0]])]
        {
            let changed = [7.0, 8.0, 9.0][..x.n_rows()].to_vec();
            let other = x.with_columns([(1, changed)]);
            let row = |row| [other.value(row, 0), other.value(row, 1)];
            assert_eq!([row(0), row(1)], expected);
            assert_eq!((other.n_rows(), other.is_complete()), (x.n_rows(), true));
        }
    }

    #[test]
    fn a_table_without_columns_keeps_its_rows() {
        let empty = ndarray::Array2::<f32>::zeros((5, 0));
        assert_eq!(Features::from(empty.view()).n_rows(), 5);
        assert!(Features::from(empty.view()).block(0..5).rows().is_empty());
    }
}
