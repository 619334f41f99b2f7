//! Scores by name.

use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

use super::{ClassificationScores, RegressionScores};
use crate::Task;
use crate::names::names;

/// A score by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Metric {
    /// [`ClassificationScores::accuracy`].
    Accuracy,
    /// [`ClassificationScores::balanced_accuracy`].
    BalancedAccuracy,
    /// Of a class, or the mean over the classes that occur ([`ClassificationScores::macro_average`]).
    Precision,
    /// Likewise.
    Recall,
    /// Likewise.
    F1,
    /// [`ClassificationScores::roc_auc`]; of three classes or more the mean of each against the rest.
    RocAuc,
    /// [`ClassificationScores::matthews`].
    Matthews,
    /// [`ClassificationScores::cohen_kappa`].
    CohenKappa,
    /// [`ClassificationScores::log_loss`].
    LogLoss,
    /// [`ClassificationScores::brier`].
    Brier,
    /// The expected calibration error of the most probable class ([`ClassificationScores::calibration`]).
    CalibrationError,
    /// [`RegressionScores::r2`].
    R2,
    /// [`RegressionScores::rmse`].
    Rmse,
    /// [`RegressionScores::mae`].
    Mae,
    /// [`RegressionScores::median_absolute_error`].
    MedianAbsoluteError,
    /// [`RegressionScores::explained_variance`].
    ExplainedVariance,
}

names!(Metric {
    Accuracy: "accuracy",
    BalancedAccuracy: "balanced_accuracy",
    Precision: "precision",
    Recall: "recall",
    F1: "f1",
    RocAuc: "roc_auc",
    Matthews: "matthews",
    CohenKappa: "cohen_kappa",
    LogLoss: "log_loss",
    Brier: "brier",
    CalibrationError: "calibration_error",
    R2: "r2",
    Rmse: "rmse",
    Mae: "mae",
    MedianAbsoluteError: "median_absolute_error",
    ExplainedVariance: "explained_variance",
});

/// Each is its name.
impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Metric {
    /// Those of a task, in the order of this enum.
    pub fn of_task(task: Task) -> &'static [Self] {
        const OF_CLASSES: [Metric; 11] = [
            Metric::Accuracy,
            Metric::BalancedAccuracy,
            Metric::Precision,
            Metric::Recall,
            Metric::F1,
            Metric::RocAuc,
            Metric::Matthews,
            Metric::CohenKappa,
            Metric::LogLoss,
            Metric::Brier,
            Metric::CalibrationError,
        ];
        const OF_NUMBERS: [Metric; 5] = [
            Metric::R2,
            Metric::Rmse,
            Metric::Mae,
            Metric::MedianAbsoluteError,
            Metric::ExplainedVariance,
        ];
        match task {
            Task::Classification => &OF_CLASSES,
            Task::Regression => &OF_NUMBERS,
        }
    }

    /// What it scores.
    pub fn task(self) -> Task {
        if self < Self::R2 { Task::Classification } else { Task::Regression }
    }

    /// Whether less is better.
    pub fn is_loss(self) -> bool {
        use Metric::{Brier, CalibrationError, LogLoss, Mae, MedianAbsoluteError, Rmse};
        matches!(self, LogLoss | Brier | CalibrationError | Rmse | Mae | MedianAbsoluteError)
    }

    /// Whether there is one of each class.
    pub fn is_of_classes(self) -> bool {
        matches!(self, Self::Precision | Self::Recall | Self::F1)
    }

    /// What it can be.
    pub fn range(self) -> RangeInclusive<f64> {
        match self {
            Self::Matthews | Self::CohenKappa => -1.0..=1.0,
            // With a probability moved away from 0 no row's log loss is above that of 2⁻⁵².
            Self::LogLoss => 0.0..=52.0 * std::f64::consts::LN_2,
            Self::Brier => 0.0..=2.0,
            Self::R2 | Self::ExplainedVariance => f64::MIN..=1.0,
            Self::Rmse | Self::Mae | Self::MedianAbsoluteError => 0.0..=f64::MAX,
            _ => 0.0..=1.0,
        }
    }
}

/// All scores of predictions for some rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Scores {
    /// Of classes.
    Classification(Box<ClassificationScores>),
    /// Of numbers.
    Regression(Box<RegressionScores>),
}

impl Scores {
    /// What was scored.
    pub fn task(&self) -> Task {
        match self {
            Self::Classification(_) => Task::Classification,
            Self::Regression(_) => Task::Regression,
        }
    }

    /// One of them; `None` where it is undefined, or of another task.
    pub fn get(&self, metric: Metric) -> Option<f64> {
        match self {
            Self::Classification(scores) => Some(match metric {
                Metric::Accuracy => scores.accuracy,
                Metric::BalancedAccuracy => scores.balanced_accuracy,
                Metric::Precision => scores.macro_average.precision,
                Metric::Recall => scores.macro_average.recall,
                Metric::F1 => scores.macro_average.f1,
                Metric::RocAuc => return scores.roc_auc,
                Metric::Matthews => scores.matthews,
                Metric::CohenKappa => return scores.cohen_kappa,
                Metric::LogLoss => scores.log_loss,
                Metric::Brier => scores.brier,
                Metric::CalibrationError => {
                    scores.calibration.confidence.expected_calibration_error
                }
                _ => return None,
            }),
            Self::Regression(scores) => match metric {
                Metric::R2 => scores.r2,
                Metric::Rmse => Some(scores.rmse),
                Metric::Mae => Some(scores.mae),
                Metric::MedianAbsoluteError => Some(scores.median_absolute_error),
                Metric::ExplainedVariance => scores.explained_variance,
                _ => None,
            },
        }
    }

    /// That of a class; `None` where the rows have none of it and it is not predicted, or there is no such
    /// score of classes.
    pub fn of_class(&self, metric: Metric, class: u32) -> Option<f64> {
        let Self::Classification(scores) = self else { return None };
        let occurs =
            scores.confusion.support(class) > 0.0 || scores.confusion.predicted(class) > 0.0;
        let of_class = scores.per_class.get(class as usize).filter(|_| occurs)?;
        match metric {
            Metric::Precision => Some(of_class.precision),
            Metric::Recall => Some(of_class.recall),
            Metric::F1 => Some(of_class.f1),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::Named;

    #[test]
    fn each_metric_is_of_one_task_and_found_by_its_name() {
        let of = |task| Metric::of_task(task).iter().copied();
        let all = of(Task::Classification).chain(of(Task::Regression));
        assert!(all.clone().map(|metric| metric.to_string()).eq(Metric::NAMES.iter().copied()));
        let tasks = all.map(Metric::task);
        assert_eq!(tasks.filter(|&task| task == Task::Regression).count(), 5);
    }

    #[test]
    fn scores_are_found_by_metric_and_class() {
        let proba = array![[0.75, 0.25, 0.0], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0]];
        let scores = ClassificationScores::new(&[0, 1, 1], &[0, 0, 1], proba.view(), None);
        let scores = Scores::Classification(Box::new(scores));
        assert_eq!(scores.get(Metric::Accuracy), Some(2.0 / 3.0));
        assert_eq!(scores.get(Metric::Recall), Some(0.75));
        assert_eq!(scores.of_class(Metric::Recall, 1), Some(0.5));
        assert_eq!(scores.of_class(Metric::Precision, 0), Some(0.5));
        // Class 2 does not occur, and there is no fourth.
        assert_eq!([2, 3].map(|class| scores.of_class(Metric::F1, class)), [None, None]);
        assert_eq!((scores.get(Metric::RocAuc), scores.get(Metric::R2)), (None, None));
        // Class 1 occurs, and is never predicted.
        let scores = ClassificationScores::new(&[0, 1, 1], &[0, 0, 0], proba.view(), None);
        let scores = Scores::Classification(Box::new(scores));
        assert_eq!(scores.of_class(Metric::Recall, 1), Some(0.0));
        let scores = RegressionScores::new(&[1.0, 3.0], &[1.0, 2.0], 2.0, None);
        let scores = Scores::Regression(Box::new(scores));
        assert_eq!((scores.get(Metric::Mae), scores.get(Metric::Accuracy)), (Some(0.5), None));
    }
}
