//! Recipes for synthetic tables: a few numbers and a seed stand for a whole table.

mod classification;
mod clusters;
mod csv;
mod hypercube;
pub(crate) mod numpy_random;
mod settings;

use ndarray::Array2;

use crate::{Error, Result};
pub use classification::MakeClassification;

/// A synthetic table with its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Synthetic {
    /// The features, `n_samples` × `n_features`.
    pub x: Array2<f64>,
    /// A class code a row, counted from 0.
    pub y: Vec<u32>,
}

/// A `rows` × `columns` table of zeros, or an error where the memory for it cannot be had.
fn zeros(rows: usize, columns: usize) -> Result<Array2<f64>> {
    let too_large = || too_large(&format!("{rows} × {columns}"));
    let values =
        filled(rows.checked_mul(columns).ok_or_else(too_large)?, 0.0).map_err(|_| too_large())?;
    Array2::from_shape_vec((rows, columns), values).map_err(|_| too_large())
}

/// `len` copies of `value`, or an error where the memory for them cannot be had.
fn filled<T: Clone>(len: usize, value: T) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| too_large(&len.to_string()))?;
    values.resize(len, value);
    Ok(values)
}

fn too_large(count: &str) -> Error {
    Error::setting(format!("{count} numbers do not fit in this machine's memory"))
        .help("ask for fewer --samples, --features, --informative or --clusters-per-class")
}
