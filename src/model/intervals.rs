//! Prediction intervals of a model.

use super::Model;
use crate::parameter::sentence;
use crate::{Error, Features, Intervals, Parameter, Result, Task};

impl Model {
    /// For each row of `x` (rows × features) the lower and the upper end of its prediction interval of a level, such as 0.9,
    /// in units of the target. [`Intervals`] says what they are and what they promise.
    ///
    /// ```
    /// use forest::data::Table;
    /// use forest::data::synth::MakeRegression;
    /// use forest::{Model, TrainOptions};
    ///
    /// let table = Table::synthetic(MakeRegression::default())?;
    /// let model = Model::train(&table, &TrainOptions::default())?;
    /// let held_out = model.held_out(None, &[])?;
    /// let bounds = model.predict_intervals(&held_out, 0.9)?;
    /// let values = model.forest().predict_values(&held_out)?;
    /// assert_eq!(bounds.len(), values.len());
    /// assert!(bounds[0][0] < values[0] && values[0] < bounds[0][1]);
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// A model without [`intervals`](Self::intervals); a level that is not between 0 and 1, or above
    /// [`Intervals::max_level`]; another number of features than the model has.
    pub fn predict_intervals<'a>(
        &self,
        x: impl Into<Features<'a>>,
        level: f64,
    ) -> Result<Vec<[f64; 2]>> {
        let intervals = self.intervals()?;
        intervals.bounds(&self.forest.predict_spread(x)?, level)
    }

    /// What prediction intervals are made of.
    ///
    /// # Errors
    /// A model of classes, and one that was trained without them.
    pub fn intervals(&self) -> Result<&Intervals> {
        if self.forest.task() == Task::Classification {
            let message = "prediction intervals are of numbers, and the model predicts classes";
            return Err(Error::setting(message));
        }
        self.metadata.intervals.as_ref().ok_or_else(|| {
            Error::setting("the model has no out-of-bag residuals, which intervals are made of")
                .with_help(sentence![
                    "train it again: ",
                    Parameter("intervals"),
                    " and ",
                    Parameter("bootstrap"),
                    " decide whether they are kept, and earlier releases kept none",
                ])
        })
    }
}
