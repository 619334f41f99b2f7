//! Least squares by the normal equations, which linfa-linalg solves.
//!
//! linfa-linear 0.8.1 heeds no weights; where columns add up to others (all levels of a category do) it
//! stops, or gives coefficients that rounding errors decide; and of 80,000 rows × 200 columns it takes ten seconds.
//! Here rows are multiplied by the roots of their weights, and each equation has a very small ridge. What the
//! training rows leave open is then as small as can be, as it is by scikit-learn, and all else changes in the
//! ninth digit at most, unless it is nearly left open. Of more columns than rows the equations are those of
//! the rows (Saunders, Gammerman and Vovk, "Ridge regression learning algorithm in dual variables", ICML 1998).

use linfa_linalg::qr::LeastSquaresQrInto;
use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::Fitted;
use crate::validation::rivals::training::Training;
use crate::{Error, Result};

/// The ridge, for each row, in squares of columns whose mean square is about 1.
const RIDGE: f64 = 1e-12;

/// A weighted sum of the encoded features, for each row.
pub(super) struct LeastSquares {
    coefficients: Array1<f64>,
    intercept: f64,
}

impl LeastSquares {
    /// # Errors
    /// Numbers beyond what can be calculated with.
    pub(super) fn fit(mut x: Array2<f64>, training: &Training) -> Result<Self> {
        let (n_rows, width) = x.dim();
        let targets = Array1::from(training.targets());
        let mut weights: Array1<f64> = (0..n_rows).map(|place| training.weight(place)).collect();
        weights *= n_rows as f64 / weights.sum();
        let mean = weights.dot(&targets) / n_rows as f64;
        let largest = targets.iter().fold(0.0, |most: f64, target| most.max((target - mean).abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };

        // From here on features and targets are differences from their means, so that there is no intercept.
        let means = weights.dot(&x) / n_rows as f64;
        let mut response = (targets - mean) / unit;
        for (row, weight) in weights.iter().enumerate() {
            let mut features = x.row_mut(row);
            features -= &means;
            features *= weight.sqrt();
            response[row] *= weight.sqrt();
        }
        let coefficients = if width <= n_rows {
            solve(x.t().dot(&x), x.t().dot(&response), n_rows)?
        } else {
            x.t().dot(&solve(x.dot(&x.t()), response, n_rows)?)
        };
        let coefficients = coefficients * unit;
        Ok(Self { intercept: mean - means.dot(&coefficients), coefficients })
    }
}

/// The solution of equations, with the ridge for so many rows.
fn solve(mut left: Array2<f64>, right: Array1<f64>, n_rows: usize) -> Result<Array1<f64>> {
    left.diag_mut().map_inplace(|value| *value += RIDGE * n_rows as f64);
    let solved = left
        .least_squares_into(right.insert_axis(Axis(1)))
        .map_err(|error| Error::data(format!("least squares: {error}")))?;
    Ok(solved.remove_axis(Axis(1)))
}

impl Fitted for LeastSquares {
    fn outputs(&self, rows: ArrayView2<f64>) -> Vec<f64> {
        (rows.dot(&self.coefficients) + self.intercept).to_vec()
    }

    fn len(&self) -> usize {
        self.coefficients.len() + 1
    }
}
