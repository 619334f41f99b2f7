//! Pipelines that end in a forest, as far as what comes before it can be represented exactly.

use super::encoder::OrdinalEncoder;
use super::object::Instance;
use super::values::{Id, PyValue, PyValues};
use crate::{Error, Result};

/// The forest of a file, and the encoder before it in a pipeline.
pub(super) struct Steps<'v> {
    pub(super) forest: Instance<'v>,
    pub(super) encoder: Option<OrdinalEncoder<'v>>,
}

impl<'v> Steps<'v> {
    /// The steps of a pipeline; another object as it is.
    ///
    /// # Errors
    /// A step that cannot be imported: which.
    pub(super) fn read(values: &'v PyValues<'v>, instance: Instance<'v>) -> Result<Self> {
        if instance.module != "sklearn.pipeline" || instance.class != "Pipeline" {
            return Ok(Self { forest: instance, encoder: None });
        }
        let damaged = || Error::model("the steps of the pipeline are not names with estimators");
        let PyValue::List(steps) = values.get(instance.need("steps")?) else {
            return Err(damaged());
        };
        let estimator = |step: &Id| match values.tuple(*step) {
            Some(&[_, estimator]) => Ok(estimator),
            _ => Err(damaged()),
        };
        let (last, before) = steps.split_last().ok_or_else(damaged)?;
        let forest = Instance::new(values, estimator(last)?).ok_or_else(damaged)?;
        let mut encoder = None;
        for step in before {
            let step = estimator(step)?;
            if matches!(values.get(step), PyValue::None) || values.text(step) == Some("passthrough")
            {
                continue;
            }
            match Instance::new(values, step) {
                Some(step) if step.class == "OrdinalEncoder" && encoder.is_none() => {
                    encoder = Some(OrdinalEncoder::read(values, &step)?);
                }
                Some(step) => return Err(unknown_step(&step.name())),
                None => return Err(unknown_step(values.get(step).kind())),
            }
        }
        Ok(Self { forest, encoder })
    }
}

fn unknown_step(name: &str) -> Error {
    Error::model(format!("a step of the pipeline before the forest is {name}")).with_help(
        "only an OrdinalEncoder can be imported with a forest: dump the pipeline's last step, and apply the others to the rows",
    )
}
