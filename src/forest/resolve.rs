//! Settings for a task: fills in what was left open, and refuses what the task has no notion of.

use super::params::{ClassWeight, ForestValidParams, Learner, MaxFeatures};
use crate::tree::split::criterion::Criterion;
use crate::{Error, Result, Task};

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
        Ok(Self {
            criterion: Some(self.criterion_for(task)),
            max_features: Some(self.max_features_for(task)),
            ..self.clone()
        })
    }

    pub(super) fn criterion_for(&self, task: Task) -> Criterion {
        self.criterion.unwrap_or(match task {
            Task::Classification => Criterion::Gini,
            Task::Regression => Criterion::SquaredError,
        })
    }

    pub(super) fn max_features_for(&self, task: Task) -> MaxFeatures {
        self.max_features.unwrap_or(match task {
            Task::Classification => MaxFeatures::Sqrt,
            Task::Regression => MaxFeatures::Third,
        })
    }

    fn check_classification(&self) -> Result<()> {
        if self.criterion == Some(Criterion::SquaredError) {
            let reason = "classes have no distance";
            return Err(refusal("--criterion squared_error", Task::Classification, reason)
                .with_help("give --criterion gini or entropy, or --task regression"));
        }
        if self.keep_quantiles {
            let reason = "classes have no quantiles";
            return Err(refusal("--keep-quantiles", Task::Classification, reason)
                .with_help("leave out --keep-quantiles, or give --task regression"));
        }
        Ok(())
    }

    fn check_regression(&self) -> Result<()> {
        if let Some(criterion @ (Criterion::Gini | Criterion::Entropy)) = self.criterion {
            let flag = format!("--criterion {criterion}");
            return Err(refusal(&flag, Task::Regression, "it is an impurity of classes")
                .with_help("leave out --criterion, or give --task classification"));
        }
        if self.class_weight != ClassWeight::None {
            return Err(refusal("--class-weight", Task::Regression, "there are no classes")
                .with_help("leave out --class-weight, or give --task classification"));
        }
        if self.learner == Learner::Linfa {
            let reason = "linfa-trees grows trees of classes";
            return Err(refusal("--learner linfa", Task::Regression, reason)
                .with_help("use --learner cart, or give --task classification"));
        }
        Ok(())
    }
}

fn refusal(flag: &str, task: Task, reason: &str) -> Error {
    Error::setting(format!("{flag} does not go with --task {task}: {reason}"))
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
        let expected = (Some(Criterion::SquaredError), Some(MaxFeatures::Third));
        assert_eq!(filled(Task::Regression), expected);
        let set = ForestParams::new().criterion(Criterion::Entropy).max_features(MaxFeatures::All);
        let set = set.check().unwrap();
        assert_eq!(set.resolve_for(Task::Classification).unwrap(), set);
    }

    #[test]
    fn settings_of_the_other_task_are_refused_by_the_names_of_their_flags() {
        let params = ForestParams::new;
        let refused = [
            (Task::Classification, "--criterion", params().criterion(Criterion::SquaredError)),
            (Task::Classification, "--keep-quantiles", params().keep_quantiles(true)),
            (Task::Regression, "--criterion", params().criterion(Criterion::Gini)),
            (Task::Regression, "--criterion", params().criterion(Criterion::Entropy)),
            (Task::Regression, "--class-weight", params().class_weight(ClassWeight::Balanced)),
            (Task::Regression, "--learner", params().learner(Learner::Linfa)),
        ];
        for (task, flag, params) in refused {
            let error = params.check().unwrap().resolve_for(task).unwrap_err().to_string();
            assert!(error.contains(flag) && error.contains("--task"), "{task}, {flag}: {error}");
        }
    }
}
