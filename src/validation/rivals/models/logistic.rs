//! Logistic regression, of our own.
//!
//! linfa-logistic 0.8.1 would flatter the forest: of three classes and more its sums of exponentials are wrong in
//! rows whose logits are all less by 34 than the greatest of any row. Where classes lie apart or features have
//! outliers it ends elsewhere, at up to twice scikit-learn's log loss, and does not say so. It heeds no weights, either.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use super::descent::minimum;
use super::{Classes, Fitted};
use crate::validation::rivals::remark::RivalRemark;
use crate::validation::rivals::training::Training;

/// The penalty: scikit-learn's `1 / C`.
const ALPHA: f64 = 1.0;

/// How long the gradient of the mean loss may be at the end.
const MAX_GRADIENT: f64 = 1e-6;

/// Of each class a weighted sum of the encoded features, its logit; of two classes the second one's only, the
/// first one's being 0.
pub(super) struct Logistic {
    /// The coefficients, feature by feature, and the intercepts.
    numbers: Vec<f64>,
    n_logits: usize,
    classes: Classes,
}

impl Logistic {
    pub(super) fn fit(
        x: &Array2<f64>,
        classes: Classes,
        training: &Training,
        remarks: &mut Vec<RivalRemark>,
    ) -> Self {
        let n_classes = classes.present.len();
        let n_logits = if n_classes == 2 { 1 } else { n_classes };
        let mut places = vec![0; classes.in_table];
        for (place, &class) in classes.present.iter().enumerate() {
            places[class] = place;
        }
        let total: f64 = (0..x.nrows()).map(|row| training.weight(row)).sum();
        let penalty = ALPHA / total;

        // The mean loss and its gradient: of each row's loss by a logit it is the class's probability, less 1 if
        // it is the row's.
        let loss = |numbers: &[f64]| {
            let (coefficients, intercepts) = parts(numbers, n_logits);
            let mut logits = x.dot(&coefficients) + intercepts;
            let mut probabilities = vec![0.0; n_classes];
            let mut loss = 0.0;
            for (row, mut logits) in logits.rows_mut().into_iter().enumerate() {
                let place = places[classes.codes[row]];
                let weight = training.weight(row) / total;
                let own = (place + n_logits).checked_sub(n_classes).map_or(0.0, |at| logits[at]);
                loss += weight * (softmax(logits.view(), &mut probabilities) - own);
                probabilities[place] -= 1.0;
                for (logit, error) in logits.iter_mut().rev().zip(probabilities.iter().rev()) {
                    *logit = weight * error;
                }
            }
            let square: f64 = coefficients.iter().map(|value| value * value).sum();
            let of_coefficients = x.t().dot(&logits) + &coefficients * penalty;
            let of_intercepts = logits.sum_axis(Axis(0));
            let gradient = of_coefficients.iter().chain(&of_intercepts).copied().collect();
            (loss + penalty / 2.0 * square, gradient)
        };
        let start = vec![0.0; (x.ncols() + 1) * n_logits];
        let (numbers, is_found) = minimum(start, MAX_GRADIENT, loss);
        if !is_found {
            remarks.push(RivalRemark::NotConverged);
        }
        Self { numbers, n_logits, classes }
    }
}

/// The coefficients, features × logits, and the intercepts.
fn parts(numbers: &[f64], n_logits: usize) -> (ArrayView2<'_, f64>, ArrayView1<'_, f64>) {
    let all = ArrayView1::from(numbers);
    let (coefficients, intercepts) = all.split_at(Axis(0), numbers.len() - n_logits);
    let n_features = coefficients.len() / n_logits;
    match coefficients.into_shape_with_order((n_features, n_logits)) {
        Ok(coefficients) => (coefficients, intercepts),
        Err(_) => unreachable!("as many coefficients as features and logits"),
    }
}

/// The probabilities of classes of these logits; the logarithm of the sum of their exponentials. A logit that is
/// not there is the first one, and 0.
fn softmax(logits: ArrayView1<f64>, probabilities: &mut [f64]) -> f64 {
    probabilities[0] = 0.0;
    for (probability, &logit) in probabilities.iter_mut().rev().zip(logits.iter().rev()) {
        *probability = logit;
    }
    let most = probabilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for probability in &mut *probabilities {
        *probability = libm::exp(*probability - most);
    }
    let sum: f64 = probabilities.iter().sum();
    for probability in &mut *probabilities {
        *probability /= sum;
    }
    most + libm::log(sum)
}

impl Fitted for Logistic {
    fn outputs(&self, rows: ArrayView2<f64>) -> Vec<f64> {
        let (coefficients, intercepts) = parts(&self.numbers, self.n_logits);
        let logits = rows.dot(&coefficients) + intercepts;
        let mut probabilities = vec![0.0; self.classes.present.len()];
        let answers = logits.rows().into_iter().flat_map(|logits| {
            softmax(logits, &mut probabilities);
            self.classes.spread(&probabilities)
        });
        answers.collect()
    }

    fn len(&self) -> usize {
        self.numbers.len()
    }
}
