//! Settings for a task: fills in what was left open, and refuses what the task has no notion of.

use super::choices::{ClassWeight, ClassWeightIn, Learner, MaxFeatures};
use super::params::ForestValidParams;
use super::refine::{Calibrate, Cut, Shrinkage};
use crate::parameter::sentence;
use crate::tree::split::criterion::Criterion;
use crate::{Error, Parameter, Result, Task};

impl ForestValidParams {
    /// The same settings for one task, with nothing left open: what a model file records.
    ///
    /// # Errors
    /// A setting that only the other task has a use for.
    pub fn resolve_for(&self, task: Task) -> Result<Self> {
        match task {
            Task::Classification => self.check_classification()?,
            Task::Regression => self.check_regression()?,
        }
        let (cut, shrinkage, calibrate) = self.refining(task);
        Ok(Self {
            criterion: Some(self.criterion_for(task)),
            max_features: Some(self.max_features_for(task)),
            class_weight_in: Some(self.class_weight_in()),
            cut,
            shrinkage,
            calibrate,
            intervals: self.intervals && self.bootstrap && task == Task::Regression,
            ..self.clone()
        })
    }

    /// The same settings for a table of which some features are parts of dates. By default a split looks at
    /// the share of the columns that is usual, and besides at as many features as a date has parts, so that
    /// in a small table the days themselves are looked at, too.
    ///
    /// # Errors
    /// None by default.
    pub(crate) fn with_parts(
        &self,
        task: Task,
        n_features: usize,
        n_columns: usize,
        n_parts: usize,
    ) -> Result<Self> {
        if self.max_features.is_some() || n_parts == 0 {
            return Ok(self.clone());
        }
        let usual = self.max_features_for(task);
        let n = usual.resolve(n_features)?.max(usual.resolve(n_columns)? + n_parts);
        Ok(Self { max_features: Some(MaxFeatures::Count(n)), ..self.clone() })
    }

    pub(super) fn criterion_for(&self, task: Task) -> Criterion {
        self.criterion.unwrap_or(match task {
            Task::Classification => Criterion::Gini,
            Task::Regression => Criterion::SquaredError,
        })
    }

    /// By default of numbers half, or a third where trees stay as they were grown: what more features learn of noise, cuts take back.
    pub(super) fn max_features_for(&self, task: Task) -> MaxFeatures {
        self.max_features.unwrap_or(match (task, self.refining(task)) {
            (Task::Classification, _) => MaxFeatures::Sqrt,
            (Task::Regression, (Cut::Rows(2), Shrinkage::Lambda(0.0), _)) => MaxFeatures::Third,
            (Task::Regression, _) => MaxFeatures::Fraction(0.5),
        })
    }

    /// How the forest is refined: of what does not go with the rest nothing is chosen.
    fn refining(&self, task: Task) -> (Cut, Shrinkage, Calibrate) {
        let has_choice = self.bootstrap && self.learner == Learner::Cart;
        let cut = match self.cut {
            Cut::Auto if !has_choice => Cut::Rows(2),
            given => given,
        };
        let shrinkage = match self.shrinkage {
            Shrinkage::Auto if !has_choice || self.keep_quantiles => Shrinkage::Lambda(0.0),
            given => given,
        };
        let calibrate = match self.calibrate {
            Calibrate::Auto if !has_choice || task == Task::Regression => Calibrate::None,
            given => given,
        };
        (cut, shrinkage, calibrate)
    }

    /// Where class weights count; if there are none, in splits, as models have it that know no other.
    pub(super) fn class_weight_in(&self) -> ClassWeightIn {
        let can_be_drawn = self.bootstrap
            && match &self.class_weight {
                ClassWeight::None | ClassWeight::BalancedSubsample => false,
                ClassWeight::Balanced => true,
                ClassWeight::PerClass(weights) => {
                    weights.iter().any(|weight| *weight != weights[0])
                }
            };
        if can_be_drawn {
            self.class_weight_in.unwrap_or(ClassWeightIn::Draws)
        } else {
            ClassWeightIn::Splits
        }
    }

    fn check_classification(&self) -> Result<()> {
        let refuse =
            |found, reason, instead| Err(refusal(found, Task::Classification, reason, instead));
        if self.criterion == Some(Criterion::SquaredError) {
            let instead = ["give ", " gini or entropy, or "];
            return refuse(("criterion", " squared_error"), "classes have no distance", instead);
        }
        if self.keep_quantiles {
            return refuse(("keep_quantiles", ""), "classes have no quantiles", LEAVE_OUT);
        }
        Ok(())
    }

    fn check_regression(&self) -> Result<()> {
        let refuse =
            |found, reason, instead| Err(refusal(found, Task::Regression, reason, instead));
        if let Some(criterion @ (Criterion::Gini | Criterion::Entropy)) = self.criterion {
            let found = ("criterion", &*format!(" {criterion}"));
            return refuse(found, "it is an impurity of classes", LEAVE_OUT);
        }
        if self.class_weight != ClassWeight::None {
            return refuse(("class_weight", ""), "there are no classes", LEAVE_OUT);
        }
        if let Calibrate::By(_) = self.calibrate {
            return refuse(("calibrate", ""), "numbers have no probabilities", LEAVE_OUT);
        }
        if self.keep_quantiles
            && !matches!(self.shrinkage, Shrinkage::Auto | Shrinkage::Lambda(0.0))
        {
            let (shrinkage, keep) = (Parameter("shrinkage"), Parameter("keep_quantiles"));
            let reason = ": a leaf's value would not be the mean of its targets";
            return Err(Error::setting(sentence![shrinkage, " does not go with ", keep, reason])
                .with_help(sentence!["leave out ", shrinkage, " or ", keep]));
        }
        if self.class_weight_in == Some(ClassWeightIn::Draws) {
            return refuse(("class_weight_in", " draws"), "there are no classes", LEAVE_OUT);
        }
        if self.learner == Learner::Linfa {
            let reason = "linfa-trees grows trees of classes";
            return refuse(("learner", " linfa"), reason, ["use ", " cart, or give "]);
        }
        Ok(())
    }
}

/// What to do with a parameter, or with the task: the words before either.
const LEAVE_OUT: [&str; 2] = ["leave out ", ", or give "];

/// A parameter that a task has no notion of, and what to do with it.
fn refusal(
    (name, value): (&'static str, &str),
    task: Task,
    reason: &str,
    [instead, or_task]: [&'static str; 2],
) -> Error {
    let (parameter, of_task) = (Parameter(name), Parameter("task"));
    let does_not_go = format!("{value} does not go with ");
    let other = match task {
        Task::Classification => Task::Regression,
        Task::Regression => Task::Classification,
    };
    Error::setting(sentence![parameter, does_not_go, of_task, format!(" {task}: {reason}")])
        .with_help(sentence![instead, parameter, or_task, of_task, format!(" {other}")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ForestParams;
    use linfa::ParamGuard;

    #[test]
    fn what_was_left_open_is_filled_in_by_task() {
        let open = ForestParams::new().check().unwrap();
        let filled = |task| {
            let params = open.resolve_for(task).unwrap();
            (params.criterion, params.max_features)
        };
        let expected = (Some(Criterion::Gini), Some(MaxFeatures::Sqrt));
        assert_eq!(filled(Task::Classification), expected);
        let expected = (Some(Criterion::SquaredError), Some(MaxFeatures::Fraction(0.5)));
        assert_eq!(filled(Task::Regression), expected);
        let plain = ForestParams::plain().check().unwrap().resolve_for(Task::Regression).unwrap();
        assert_eq!(plain.max_features, Some(MaxFeatures::Third));
        let set = ForestParams::new().criterion(Criterion::Entropy).max_features(MaxFeatures::All);
        let set = set.check().unwrap();
        let resolved = set.resolve_for(Task::Classification).unwrap();
        assert_eq!(
            resolved,
            ForestValidParams {
                class_weight_in: Some(ClassWeightIn::Splits),
                intervals: false,
                ..set
            }
        );
    }

    #[test]
    fn intervals_are_of_values_that_some_trees_have_not_seen() {
        let resolved = |task, bootstrap, asked| {
            let params = ForestParams::new().bootstrap(bootstrap).intervals(asked);
            params.check().unwrap().resolve_for(task).unwrap().intervals
        };
        assert!(resolved(Task::Regression, true, true));
        assert!(!resolved(Task::Regression, true, false));
        assert!(!resolved(Task::Regression, false, true));
        assert!(!resolved(Task::Classification, true, true));
    }

    #[test]
    fn settings_of_the_other_task_are_refused_by_their_names() {
        let params = ForestParams::new;
        let refused = [
            (Task::Classification, "criterion", params().criterion(Criterion::SquaredError)),
            (Task::Classification, "keep_quantiles", params().keep_quantiles(true)),
            (Task::Regression, "criterion", params().criterion(Criterion::Gini)),
            (Task::Regression, "criterion", params().criterion(Criterion::Entropy)),
            (Task::Regression, "class_weight", params().class_weight(ClassWeight::Balanced)),
            (Task::Regression, "learner", params().learner(Learner::Linfa)),
        ];
        for (task, name, params) in refused {
            let error = params.check().unwrap().resolve_for(task).unwrap_err().to_string();
            assert!(
                error.contains(&format!("`{name}`")) && error.contains("`task`"),
                "{task}, {name}: {error}"
            );
        }
    }
}
