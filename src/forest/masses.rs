//! What rows count when predictions of them are scored to choose by.

use super::class_weights;
use super::scale::scaled;
use super::target::Target;
use super::weighting::differ;
use super::{ClassWeight, ForestValidParams};

/// What each row of a table counts, and the classes' shares of that; no shares for values.
pub(super) struct Masses {
    pub(super) weights: Vec<f64>,
    pub(super) prior: Vec<f64>,
}

impl Masses {
    /// A row counts its weight, times that of its class.
    pub(super) fn new(params: &ForestValidParams, target: Target, weights: Option<&[f64]>) -> Self {
        let weights = weights.filter(|weights| differ(weights));
        let mut weights =
            weights.map_or_else(|| vec![0.5; target.n_rows()], |weights| scaled(weights).0);
        let Target::Classes { codes, n_classes } = target else {
            return Self { weights, prior: Vec::new() };
        };
        let of_classes = |weights: &[f64]| {
            let mut sums = vec![0.0; n_classes];
            codes.iter().zip(weights).for_each(|(&code, weight)| sums[code as usize] += weight);
            sums
        };
        let factors = match &params.class_weight {
            ClassWeight::None => None,
            ClassWeight::PerClass(weights) => differ(weights).then(|| scaled(weights).0),
            ClassWeight::Balanced | ClassWeight::BalancedSubsample => {
                Some(class_weights::balancing(&of_classes(&weights)))
            }
        };
        if let Some(factors) = factors {
            let rows = codes.iter().zip(&mut weights);
            rows.for_each(|(&code, weight)| *weight *= factors[code as usize]);
            weights = scaled(&weights).0;
        }
        let sums = of_classes(&weights);
        let total: f64 = sums.iter().sum();
        Self { weights, prior: sums.iter().map(|sum| sum / total).collect() }
    }

    /// What some rows count, on average 1.
    pub(super) fn of_rows(&self, rows: impl Iterator<Item = usize>) -> Vec<f64> {
        let weights: Vec<f64> = rows.map(|row| self.weights[row]).collect();
        let (mut weights, _) = scaled(&weights);
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        for weight in &mut weights {
            *weight /= mean;
        }
        weights
    }
}
