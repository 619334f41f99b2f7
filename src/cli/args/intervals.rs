//! The flag that asks for prediction intervals.

use clap::Args;

use forest::{Error, Intervals, Model, Result, Task};

/// The flag that asks for prediction intervals, of the verbs that predict.
#[derive(Args)]
pub(in crate::cli) struct IntervalArgs {
    /// Levels of prediction intervals of a regression: 0.9 for those that hold the targets of about 90 % of
    /// rows such as the training's
    #[arg(long = "interval", value_name = "LEVEL,…", value_delimiter = ',', value_parser = level)]
    pub(in crate::cli) levels: Vec<f64>,
}

impl IntervalArgs {
    /// What the intervals that were asked for are made of; `None` if none were.
    ///
    /// # Errors
    /// A model that has none, or none of such a level.
    pub(in crate::cli) fn of<'a>(&self, model: &'a Model) -> Result<Option<&'a Intervals>> {
        if self.levels.is_empty() {
            return Ok(None);
        }
        if model.forest().task() == Task::Classification {
            return Err(Error::setting(
                "--interval is about numbers, and the model predicts classes",
            )
            .with_help("leave it out; probabilities say how sure a classification is"));
        }
        let Ok(intervals) = model.intervals() else {
            return Err(Error::setting(
                "--interval needs out-of-bag residuals, and the model has none: it was trained with \
                 --no-intervals, with --no-bootstrap or by an earlier release",
            )
            .with_help("train it again"));
        };
        self.levels.iter().try_for_each(|&level| intervals.half_width(level).map(|_| ()))?;
        Ok(Some(intervals))
    }
}

/// A level, between 0 and 1.
fn level(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(level) if level > 0.0 && level < 1.0 => Ok(level),
        _ => Err("a level is a number between 0 and 1, for instance 0.9".to_owned()),
    }
}
