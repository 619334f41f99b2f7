//! Refuses what a forest cannot be fitted on.

use super::MAX_CLASSES;
use super::features::Features;
use super::params::{ClassWeight, ForestValidParams, Learner, MaxSamples};
use super::target::Target;
use crate::tree::MAX_FEATURES;
use crate::tree::ranks::Ranks;
use crate::{Error, Result};

pub(super) fn class_count(n_classes: usize) -> Result<()> {
    if n_classes > MAX_CLASSES {
        return Err(Error::data(format!("{n_classes} classes: a forest takes {MAX_CLASSES}")));
    }
    Ok(())
}

/// All that can be checked before the columns are ranked.
pub(super) fn table(
    params: &ForestValidParams,
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
) -> Result<()> {
    size(x)?;
    if let Some(weights) = weights {
        row_weights(weights, x.n_rows())?;
    }
    match target {
        Target::Classes { codes, n_classes } => {
            class_count(n_classes)?;
            varies(codes, weights)?;
            classes(params, n_classes)?;
        }
        Target::Values(values) => {
            finite(values)?;
            varies(values, weights)?;
        }
    }
    if weights.is_some() && params.learner == Learner::Linfa {
        return Err(Error::setting("--learner linfa does not take weights of rows")
            .help("leave out the weights, or use --learner cart"));
    }
    if let MaxSamples::Count(count) = params.max_samples
        && count > x.n_rows()
    {
        let n_rows = x.n_rows();
        return Err(Error::setting(format!(
            "--max-samples {count} is more than the {n_rows} rows there are to train on"
        ))
        .help(format!("give a number from 1 to {n_rows}, or a part")));
    }
    Ok(())
}

fn size(x: &Features) -> Result<()> {
    if x.n_rows() == 0 || x.n_features() == 0 {
        return Err(Error::data("a forest needs at least one row and one feature")
            .help("look at the table, at --ignore and at --test-size"));
    }
    if x.n_features() > MAX_FEATURES {
        let found = x.n_features();
        return Err(Error::data(format!("{found} features: a forest takes {MAX_FEATURES}")));
    }
    if x.n_rows() > u32::MAX as usize {
        return Err(Error::data(format!("{} rows: a forest takes 4294967295", x.n_rows())));
    }
    Ok(())
}

/// One weight for each of so many rows, finite and not negative, with a sum above 0.
pub(super) fn row_weights(weights: &[f64], n_rows: usize) -> Result<()> {
    if weights.len() != n_rows {
        return Err(Error::data(format!("there are {} weights for {n_rows} rows", weights.len()))
            .help("give each row a weight"));
    }
    if let Some(row) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        return Err(Error::data(format!("row {row} has the weight {}", weights[row]))
            .help("a weight is a finite number, 0 or more"));
    }
    let sum: f64 = weights.iter().sum();
    if !(sum.is_finite() && sum > 0.0) {
        return Err(Error::data(format!("the weights add up to {sum}"))
            .help("at least one row needs a weight above 0, and the sum has to be finite"));
    }
    Ok(())
}

/// The greatest size of a target: sums of predictions and of squared errors stay finite.
const MAX_TARGET: f64 = 1e150;

fn finite(targets: &[f64]) -> Result<()> {
    match targets.iter().position(|target| !(-MAX_TARGET..=MAX_TARGET).contains(target)) {
        None => Ok(()),
        Some(row) => Err(Error::data(format!("row {row} has the target {}", targets[row]))
            .help(format!("a target has to be a number from -{MAX_TARGET:e} to {MAX_TARGET:e}"))),
    }
}

/// Refuses targets that are the same in all rows that count.
fn varies<T: PartialEq + TargetName>(targets: &[T], weights: Option<&[f64]>) -> Result<()> {
    let counts = |row: &usize| weights.is_none_or(|weights| weights[*row] > 0.0);
    let mut rows = (0..targets.len()).filter(counts);
    let first = rows.next();
    if first.is_some_and(|first| rows.any(|row| targets[row] != targets[first])) {
        return Ok(());
    }
    Err(Error::data(format!("all rows to train on have the same {}", T::NAME)).help(T::HELP))
}

/// How messages speak of targets.
trait TargetName {
    const NAME: &str;
    const HELP: &str;
}

impl TargetName for u32 {
    const NAME: &str = "class";
    const HELP: &str = "a forest needs two classes or more: add rows, or check --target";
}

impl TargetName for f64 {
    const NAME: &str = "target";
    const HELP: &str = "a forest needs two targets or more: add rows, or check --target";
}

fn classes(params: &ForestValidParams, n_classes: usize) -> Result<()> {
    if let ClassWeight::PerClass(weights) = &params.class_weight
        && weights.len() != n_classes
    {
        let found = weights.len();
        return Err(Error::setting(format!("--class-weight names {found} of {n_classes} classes")));
    }
    Ok(())
}

/// Refuses values that linfa-trees cannot tell from numbers.
pub(super) fn missing_values(params: &ForestValidParams, ranks: &Ranks) -> Result<()> {
    if params.learner == Learner::Linfa
        && let Some(feature) =
            (0..ranks.n_columns()).find(|&feature| ranks.column(feature as u32).has_missing())
    {
        return Err(Error::setting(format!(
            "--learner linfa takes no missing values, and feature {feature} has some: linfa-trees \
             would compare them as if they were numbers"
        ))
        .help("use --learner cart"));
    }
    Ok(())
}
