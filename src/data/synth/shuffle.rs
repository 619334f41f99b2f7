//! The shuffle at the end of every recipe.

use ndarray::Array2;

use super::filled;
use super::numpy_random::RandomState;
use crate::Result;

/// Shuffles the rows together with their targets, then the columns. Returns, for each column, where
/// it was before.
pub(super) fn shuffle<T>(
    x: &mut Array2<f64>,
    y: &mut [T],
    rng: &mut RandomState,
) -> Result<Vec<usize>> {
    rng.shuffle_by(y.len(), |a, b| {
        for mut column in x.columns_mut() {
            column.swap(a, b);
        }
        y.swap(a, b);
    });
    let mut order = filled(x.ncols(), 0)?;
    order.iter_mut().enumerate().for_each(|(place, column)| *column = place);
    rng.shuffle(&mut order);
    let mut before = filled(x.ncols(), 0.0)?;
    for mut row in x.rows_mut() {
        before.iter_mut().zip(&row).for_each(|(before, value)| *before = *value);
        row.iter_mut().zip(&order).for_each(|(value, &column)| *value = before[column]);
    }
    Ok(order)
}
