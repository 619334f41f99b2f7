//! Logistic regression, by linfa-logistic.
//!
//! linfa-logistic 0.8.1 has traps:
//! - it does not say whether it has converged, nor does it keep what it has when the search of a step fails:
//!   here it is run in rounds, each from where the last one ended, and the gradient is calculated anew;
//! - which of two classes its probabilities are of depends on their numbers of rows: it is asked;
//! - of three classes and more, its sums of exponentials are wrong in rows whose logits are all less by 34 than the
//!   greatest of any row, and so it can end elsewhere: the gradient shows it.

use linfa::DatasetView;
use linfa::traits::Fit;
use linfa_logistic::{
    FittedLogisticRegression, LogisticRegression, MultiFittedLogisticRegression,
    MultiLogisticRegression,
};
use ndarray::{Array1, Array2, ArrayView2, Axis, aview0, concatenate};

use super::{Classes, Fitted};
use crate::validation::rivals::remark::RivalRemark;
use crate::{Error, Result};

/// The penalty: scikit-learn's `1 / C`.
const ALPHA: f64 = 1.0;

/// How long the gradient may be at the end, for each row.
const MAX_GRADIENT: f64 = 1e-6;

/// How many steps a round has, and how many rounds there are.
const MAX_STEPS: u64 = 100;
const MAX_ROUNDS: usize = 10;

pub(super) struct Logistic {
    model: Model,
    classes: Classes,
}

enum Model {
    Two(FittedLogisticRegression<f64, usize>),
    Several(MultiFittedLogisticRegression<f64, usize>),
}

impl Model {
    /// Of each class that was fitted: rows × classes.
    fn probabilities(&self, x: ArrayView2<f64>) -> Array2<f64> {
        match self {
            Self::Two(model) => {
                let positive = model.predict_probabilities(&x).insert_axis(Axis(1));
                concatenate![Axis(1), 1.0 - &positive, positive]
            }
            Self::Several(model) => model.predict_probabilities(&x),
        }
    }

    /// They, in the order of the probabilities.
    fn order(&self) -> Vec<usize> {
        match self {
            Self::Two(model) => {
                let labels = model.labels();
                vec![labels.neg.class, labels.pos.class]
            }
            Self::Several(model) => model.classes().to_vec(),
        }
    }

    /// A round of the search, from where another ended.
    ///
    /// # Errors
    /// The search of a step fails.
    fn round<'a>(
        x: ArrayView2<'a, f64>,
        classes: &'a Classes,
        before: Option<&Self>,
    ) -> Result<Self, linfa_logistic::error::Error> {
        let dataset = DatasetView::new(x, classes.codes.view());
        let tolerance = MAX_GRADIENT * x.nrows() as f64;
        if classes.present.len() == 2 {
            let mut params = LogisticRegression::default();
            if let Some(Self::Two(model)) = before {
                let intercept = aview0(&model.intercept()).insert_axis(Axis(0)).to_owned();
                params =
                    params.initial_params(concatenate![Axis(0), model.params().view(), intercept]);
            }
            let params = params.alpha(ALPHA).max_iterations(MAX_STEPS);
            params.gradient_tolerance(tolerance).fit(&dataset).map(Self::Two)
        } else {
            let mut params = MultiLogisticRegression::default();
            if let Some(Self::Several(model)) = before {
                let intercept = model.intercept().view().insert_axis(Axis(0));
                params =
                    params.initial_params(concatenate![Axis(0), model.params().view(), intercept]);
            }
            let params = params.alpha(ALPHA).max_iterations(MAX_STEPS);
            params.gradient_tolerance(tolerance).fit(&dataset).map(Self::Several)
        }
    }

    /// How long the gradient is of the sum of log losses and the penalty.
    fn gradient(&self, x: ArrayView2<f64>, codes: &Array1<usize>) -> f64 {
        let mut errors = self.probabilities(x);
        let order = self.order();
        for (mut row, code) in errors.rows_mut().into_iter().zip(codes) {
            if let Some(place) = order.iter().position(|class| class == code) {
                row[place] -= 1.0;
            }
        }
        let coefficients = match self {
            Self::Two(model) => {
                errors.remove_index(Axis(1), 0);
                model.params().view().insert_axis(Axis(1))
            }
            Self::Several(model) => model.params().view(),
        };
        let of_features = x.t().dot(&errors) + &(&coefficients * ALPHA);
        let of_intercepts = errors.sum_axis(Axis(0));
        let square = |&slope: &f64| slope * slope;
        (of_features.iter().chain(&of_intercepts).map(square).sum::<f64>()).sqrt()
    }
}

impl Logistic {
    /// # Errors
    /// Not even the first round comes to an end.
    pub(super) fn fit(
        x: &Array2<f64>,
        classes: Classes,
        remarks: &mut Vec<RivalRemark>,
    ) -> Result<Self> {
        let x = x.view();
        let mut model = Model::round(x, &classes, None)
            .map_err(|error| Error::data(format!("logistic regression: {error}")))?;
        let mut gradient = model.gradient(x, &classes.codes);
        let tolerance = MAX_GRADIENT * x.nrows() as f64;
        for _ in 1..MAX_ROUNDS {
            if gradient <= tolerance {
                break;
            }
            let Ok(next) = Model::round(x, &classes, Some(&model)) else { break };
            let of_next = next.gradient(x, &classes.codes);
            if of_next >= gradient {
                break;
            }
            (model, gradient) = (next, of_next);
        }
        if gradient > tolerance {
            remarks.push(RivalRemark::NotConverged);
        }
        Ok(Self { model, classes })
    }
}

impl Fitted for Logistic {
    fn outputs(&self, rows: ArrayView2<f64>) -> Vec<f64> {
        self.classes.spread(&self.model.probabilities(rows), &self.model.order())
    }

    fn len(&self) -> usize {
        match &self.model {
            Model::Two(model) => model.params().len() + 1,
            Model::Several(model) => model.params().len() + model.intercept().len(),
        }
    }
}
