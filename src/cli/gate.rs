//! Gates: the least score that a model has to have.

use std::fmt;

use forest::{Error, Result, Task};

/// A least score.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    task: Task,
    least: f64,
}

impl Gate {
    /// The gate that one of the two flags asks for.
    pub(super) fn new(min_accuracy: Option<f64>, min_r2: Option<f64>) -> Option<Self> {
        let accuracy = min_accuracy.map(|least| Self { task: Task::Classification, least });
        accuracy.or(min_r2.map(|least| Self { task: Task::Regression, least }))
    }

    /// Refuses a gate that is about another task.
    pub(super) fn check_task(self, task: Task) -> Result<()> {
        if task == self.task {
            return Ok(());
        }
        let other = Self { task, ..self };
        Err(Error::setting(format!("{self} is about {}, and this is a {task}", self.task))
            .with_help(format!("give {other}")))
    }

    /// What is wrong with a score.
    pub(super) fn check(self, score: Option<f64>) -> Result<(), String> {
        let Self { task, least } = self;
        let name = match task {
            Task::Classification => "accuracy",
            Task::Regression => "R²",
        };
        match score {
            Some(score) if score >= least => Ok(()),
            Some(score) => Err(format!("{name} {score:.4} is below {self} {least}")),
            None => Err(format!("{name} is undefined: all targets are the same")),
        }
    }
}

/// The flag.
impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.task {
            Task::Classification => "--min-accuracy",
            Task::Regression => "--min-r2",
        })
    }
}
