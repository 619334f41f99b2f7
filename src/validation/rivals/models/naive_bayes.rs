//! Gaussian naive Bayes, by linfa-bayes.
//!
//! linfa-bayes 0.8.1 adds up probabilities as they are, which of many features are 0, and divides by the sum:
//! here their logarithms are taken from it, and the greatest one is taken off them before they are no more.

use linfa::DatasetView;
use linfa::traits::Fit;
use linfa_bayes::{GaussianNb, NaiveBayes as _};
use ndarray::{Array2, ArrayView2};

use super::{Classes, Fitted};
use crate::{Error, Result};

/// What is added to all variances, as a part of the greatest: scikit-learn's.
const VAR_SMOOTHING: f64 = 1e-9;

pub(super) struct NaiveBayes {
    fitted: GaussianNb<f64, usize>,
    classes: Classes,
    width: usize,
}

impl NaiveBayes {
    /// # Errors
    /// Numbers beyond what can be calculated with.
    pub(super) fn fit(x: &Array2<f64>, classes: Classes) -> Result<Self> {
        let fitted = GaussianNb::params()
            .var_smoothing(VAR_SMOOTHING)
            .fit(&DatasetView::new(x.view(), classes.codes.view()))
            .map_err(|error| Error::data(format!("naive Bayes: {error}")))?;
        Ok(Self { fitted, classes, width: x.ncols() })
    }
}

impl Fitted for NaiveBayes {
    fn outputs(&self, rows: ArrayView2<f64>) -> Vec<f64> {
        let joint = self.fitted.joint_log_likelihood(rows);
        let of_row = |row: usize| {
            let logs = self.classes.present.iter().map(|class| joint[class][row]);
            let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
            let likelihoods: Vec<f64> = logs.map(|log| libm::exp(log - most)).collect();
            let sum: f64 = likelihoods.iter().sum();
            self.classes
                .spread(&likelihoods.iter().map(|likelihood| likelihood / sum).collect::<Vec<_>>())
        };
        (0..rows.nrows()).flat_map(of_row).collect()
    }

    /// Of each class its share, and each feature's mean and variance.
    fn len(&self) -> usize {
        self.classes.present.len() * (2 * self.width + 1)
    }
}
