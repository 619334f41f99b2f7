//! What can be said of a row without looking at it.

use super::training::Training;

/// The same for every row.
pub(super) struct SameAnswer {
    /// The share of each class in the weight of the training rows; or the mean of their targets.
    pub(super) outputs: Vec<f64>,
}

impl SameAnswer {
    pub(super) fn fit(training: &Training) -> Self {
        let mut outputs = vec![0.0; training.n_classes().unwrap_or(1)];
        let mut total = 0.0;
        for (place, target) in training.targets().into_iter().enumerate() {
            let weight = training.weight(place);
            total += weight;
            match training.n_classes() {
                Some(_) => outputs[target as usize] += weight,
                None => outputs[0] += weight * target,
            }
        }
        for output in &mut outputs {
            *output /= total;
        }
        Self { outputs }
    }
}
