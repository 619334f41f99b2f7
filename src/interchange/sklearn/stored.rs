//! Arrays as bytes with a description, as joblib and `.npy` files have them.

use std::borrow::Cow;

use super::dtype::DType;
use crate::{Error, Result};

/// An array whose bytes are there.
#[derive(Debug)]
pub(super) struct Stored<'a> {
    pub(super) dtype: DType,
    pub(super) shape: Vec<usize>,
    /// Whether the first index runs fastest.
    pub(super) is_fortran: bool,
    pub(super) bytes: Cow<'a, [u8]>,
}

/// How many elements an array has.
pub(super) fn n_elements(shape: &[usize]) -> Result<usize> {
    let product = shape.iter().try_fold(1_usize, |product, &n| product.checked_mul(n));
    product.ok_or_else(|| Error::model("an array has more elements than there can be"))
}

/// How many bytes an array takes.
pub(super) fn n_bytes(dtype: &DType, shape: &[usize]) -> Result<usize> {
    let n_bytes = n_elements(shape)?.checked_mul(dtype.size());
    n_bytes.ok_or_else(|| Error::model("an array has more bytes than there can be"))
}
