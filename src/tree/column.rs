//! A column of a table, all of its rows or some, where it lies.

use std::ops::Range;

/// The values of a feature, by row.
#[derive(Clone, Copy)]
pub(crate) struct ColumnView<'a> {
    values: &'a [f32],
    /// The rows meant, in this order; `None` for all.
    rows: Option<&'a [usize]>,
}

impl<'a> ColumnView<'a> {
    /// Some rows of a column, or all; every row number is below its length.
    pub(crate) fn new(values: &'a [f32], rows: Option<&'a [usize]>) -> Self {
        Self { values, rows }
    }

    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.map_or(self.values.len(), <[usize]>::len)
    }

    /// The value of a row.
    pub(crate) fn value(&self, row: usize) -> f32 {
        self.values[self.rows.map_or(row, |rows| rows[row])]
    }

    /// The values of some rows.
    pub(crate) fn values(self, rows: Range<usize>) -> impl Iterator<Item = f32> + Clone + 'a {
        rows.map(move |row| self.value(row))
    }
}
