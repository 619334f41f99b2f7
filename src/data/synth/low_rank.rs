//! Matrices whose singular values fall off like a bell with a fat tail: scikit-learn 1.9's
//! `make_low_rank_matrix`.

use ndarray::{Array2, ArrayView1};

use super::numpy_random::RandomState;
use super::{filled, zeros};
use crate::Result;

/// The `i`-th singular value, counted from 0: a bell of the width `effective_rank`, and a tail whose
/// share is `tail_strength`.
#[derive(Clone, Copy)]
pub(super) struct Profile {
    pub(super) effective_rank: usize,
    pub(super) tail_strength: f64,
}

impl Profile {
    // libm's exponential, for the platforms' differ in the last bit.
    fn singular_value(self, i: usize) -> f64 {
        let (i, rank) = (i as f64, self.effective_rank as f64);
        let bell = libm::exp(-(i / rank) * (i / rank));
        let tail = libm::exp(-0.1 * i / rank);
        (1.0 - self.tail_strength) * bell + self.tail_strength * tail
    }
}

/// A random matrix of the shape `n_rows` × `n_columns` with these singular values.
///
/// # Errors
///
/// Where it, or one of the same size beside it, does not fit in memory.
pub(super) fn low_rank_matrix(
    n_rows: usize,
    n_columns: usize,
    profile: Profile,
    rng: &mut RandomState,
) -> Result<Array2<f64>> {
    let n_values = n_rows.min(n_columns);
    let left = orthonormal_columns(n_rows, n_values, rng)?;
    let right = orthonormal_columns(n_columns, n_values, rng)?;
    let mut matrix = zeros(n_rows, n_columns)?;
    let pairs = left.chunks_exact(n_rows).zip(right.chunks_exact(n_columns));
    for (i, (left, right)) in pairs.enumerate() {
        let (value, right) = (profile.singular_value(i), ArrayView1::from(right));
        for (mut row, left) in matrix.rows_mut().into_iter().zip(left) {
            row.scaled_add(left * value, &right);
        }
    }
    Ok(matrix)
}

/// The first factor of the QR decomposition of a `len` × `n` matrix of normal draws, column after
/// column; `n` is at most `len`.
///
/// By Householder's reflections (Golub and Van Loan, "Matrix Computations", 4th edition, 2013,
/// section 5.2), with the signs of LAPACK's `dgeqrf`, which NumPy and SciPy use.
fn orthonormal_columns(len: usize, n: usize, rng: &mut RandomState) -> Result<Vec<f64>> {
    let mut columns = zeros(n, len)?;
    for mut row in columns.columns_mut() {
        row.iter_mut().for_each(|value| *value = rng.standard_normal());
    }
    let (mut columns, _) = columns.into_raw_vec_and_offset();

    let mut factors = filled(n, 0.0)?;
    for (k, factor) in factors.iter_mut().enumerate() {
        let (done, rest) = columns.split_at_mut((k + 1) * len);
        let reflector = &mut done[k * len + k..];
        *factor = make_reflector(reflector);
        for column in rest.chunks_exact_mut(len) {
            reflect(&mut column[k..], reflector, *factor);
        }
    }
    // The product of the reflections, from the last: each of them leaves the columns before its own
    // as they are in the identity.
    for (k, &factor) in factors.iter().enumerate().rev() {
        let (before, after) = columns.split_at_mut((k + 1) * len);
        let (zeroed, column) = before[k * len..].split_at_mut(k);
        for after in after.chunks_exact_mut(len) {
            reflect(&mut after[k..], column, factor);
        }
        zeroed.fill(0.0);
        for value in column.iter_mut() {
            *value *= -factor;
        }
        column[0] += 1.0;
    }
    Ok(columns)
}

/// Makes of a vector the `v`, whose first entry is 1, and the `factor` of the reflection
/// I - `factor` · v · vᵀ that leaves of the vector its first entry alone.
fn make_reflector(vector: &mut [f64]) -> f64 {
    let (first, others) = (vector[0], &mut vector[1..]);
    let square: f64 = others.iter().map(|value| value * value).sum();
    vector[0] = 1.0;
    if square == 0.0 {
        return 0.0;
    }
    let reflected = -(first * first + square).sqrt().copysign(first);
    vector[1..].iter_mut().for_each(|value| *value /= first - reflected);
    (reflected - first) / reflected
}

/// Applies the reflection to a column.
fn reflect(column: &mut [f64], reflector: &[f64], factor: f64) {
    let dot: f64 = column.iter().zip(reflector).map(|(a, b)| a * b).sum();
    column.iter_mut().zip(reflector).for_each(|(value, entry)| *value -= factor * dot * entry);
}
