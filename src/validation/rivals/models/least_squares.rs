//! Least squares by the normal equations, which linfa-linalg solves.
//!
//! linfa-linear 0.8.1 heeds no weights; where columns add up to others (all levels of a category do) it
//! stops, or gives coefficients that rounding errors decide; and of 80,000 rows × 200 columns it takes ten seconds.
//! Here rows are multiplied by the roots of their weights, the intercept's ones too, and each equation has a
//! very small ridge. What the training rows leave open is then as small as can be, as it is by scikit-learn, and
//! all else changes in the tenth digit at most, unless it is nearly left open.

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
    pub(super) fn fit(x: Array2<f64>, training: &Training) -> Result<Self> {
        let (n_rows, width) = x.dim();
        let targets = training.targets();
        let weights = || (0..n_rows).map(|place| training.weight(place));
        let total: f64 = weights().sum();
        let mean =
            weights().zip(&targets).map(|(weight, target)| weight * target).sum::<f64>() / total;
        let largest = targets.iter().fold(0.0, |most: f64, target| most.max((target - mean).abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };

        let mut design = Array2::zeros((n_rows, width + 1));
        let mut response = Array1::zeros(n_rows);
        for (row, mut cells) in design.rows_mut().into_iter().enumerate() {
            let root = (training.weight(row) * n_rows as f64 / total).sqrt();
            for (cell, value) in cells.iter_mut().zip(x.row(row)) {
                *cell = value * root;
            }
            cells[width] = root;
            response[row] = (targets[row] - mean) / unit * root;
        }
        drop(x);
        let mut products = design.t().dot(&design);
        for column in 0..width {
            products[[column, column]] += RIDGE * n_rows as f64;
        }
        let fitted = products
            .least_squares_into(design.t().dot(&response).insert_axis(Axis(1)))
            .map_err(|error| Error::data(format!("least squares: {error}")))?;
        let mut coefficients: Vec<f64> =
            fitted.iter().map(|coefficient| coefficient * unit).collect();
        let intercept = mean + coefficients.pop().unwrap_or_default();
        Ok(Self { coefficients: coefficients.into(), intercept })
    }
}

impl Fitted for LeastSquares {
    fn outputs(&self, rows: ArrayView2<f64>) -> Vec<f64> {
        (rows.dot(&self.coefficients) + self.intercept).to_vec()
    }

    fn len(&self) -> usize {
        self.coefficients.len() + 1
    }
}
