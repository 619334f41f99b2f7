//! What can be said of a row without looking at it.

use super::training::Training;

/// The same for every row, as the [baseline](crate::model::Baseline) of a model.
pub(super) struct SameAnswer {
    /// The share of each class in the training rows; or the weighted mean of their targets.
    pub(super) outputs: Vec<f64>,
}

impl SameAnswer {
    pub(super) fn fit(training: &Training) -> Self {
        let mut outputs = vec![0.0; training.n_classes().unwrap_or(1)];
        let mut total = 0.0;
        for (place, target) in training.targets().into_iter().enumerate() {
            let (output, weight, value) = match training.n_classes() {
                Some(_) => (target as usize, 1.0, 1.0),
                None => (0, training.weight(place), target),
            };
            total += weight;
            outputs[output] += weight * value;
        }
        for output in &mut outputs {
            *output /= total;
        }
        Self { outputs }
    }
}
