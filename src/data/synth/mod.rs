//! Recipes for synthetic tables: a few numbers and a seed stand for a whole table.

mod checks;
mod classification;
mod clusters;
mod csv;
mod hypercube;
mod low_rank;
pub(crate) mod numpy_random;
mod recipe;
mod regression;
mod settings;
mod shuffle;

use ndarray::Array2;

use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};
pub use classification::MakeClassification;
pub use recipe::Recipe;
pub use regression::MakeRegression;

/// A synthetic table with its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Synthetic {
    /// The features, `n_samples` × `n_features`.
    pub x: Array2<f64>,
    /// The target, a class or a value a row.
    pub y: SyntheticTarget,
}

/// The target of a synthetic table.
#[derive(Clone, Debug, PartialEq)]
pub enum SyntheticTarget {
    /// A class code a row, counted from 0.
    Classes(Vec<u32>),
    /// A value a row.
    Values(Vec<f64>),
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
    Error::setting(format!("{count} numbers do not fit in this machine's memory")).with_help(
        sentence![
            "ask for fewer ",
            Parameter("n_samples"),
            " or ",
            Parameter("n_features"),
            ", or for fewer ",
            Parameter("n_clusters_per_class")
        ],
    )
}
