//! Refuses what a forest cannot be fitted on.

use super::choices::{ClassWeight, Learner, MaxSamples};
use super::features::Features;
use super::params::ForestValidParams;
use super::scale::scaled;
use super::target::Target;
use crate::parameter::sentence;
use crate::tree::MAX_FEATURES;
use crate::tree::ranks::Ranks;
use crate::{Error, MAX_CLASSES, Parameter, Result};

const LEARNER: Parameter = Parameter("learner");

/// The most rows: a tree of *n* leaves has 2*n* − 1 nodes, which are numbered in 32 bits.
const MAX_ROWS: usize = 1 << 31;

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
    target_count(target, x)?;
    if let Some(weights) = weights {
        row_weights(weights, x.n_rows())?;
    }
    match target {
        Target::Classes { codes, n_classes } => {
            class_count(n_classes)?;
            classes(params, codes, n_classes)?;
            varies(codes, weights)?;
            products(&params.class_weight, weights)?;
        }
        Target::Values(values) => {
            finite(values)?;
            varies(values, weights)?;
        }
    }
    if weights.is_some() && params.learner == Learner::Linfa {
        return Err(Error::setting(sentence![LEARNER, " linfa does not take weights of rows"])
            .with_help(sentence!["leave out the weights, or use ", LEARNER, " cart"]));
    }
    if let MaxSamples::Count(count) = params.max_samples
        && count > x.n_rows()
    {
        let n_rows = x.n_rows();
        let what = format!(" {count} is more than the {n_rows} rows there are to train on");
        return Err(Error::setting(sentence![Parameter("max_samples"), what])
            .with_help(format!("give a number from 1 to {n_rows}")));
    }
    Ok(())
}

fn size(x: &Features) -> Result<()> {
    if x.n_rows() == 0 || x.n_features() == 0 {
        return Err(Error::data("a forest needs at least one row and one feature").with_help(
            sentence![
                "look at the table, at ",
                Parameter("ignore"),
                " and at ",
                Parameter("test_size")
            ],
        ));
    }
    if x.n_features() > MAX_FEATURES {
        let found = x.n_features();
        return Err(Error::data(format!("{found} features: a forest takes {MAX_FEATURES}")));
    }
    if x.n_rows() > MAX_ROWS {
        let found = x.n_rows();
        return Err(Error::data(format!("{found} rows: a forest takes at most {MAX_ROWS}")));
    }
    Ok(())
}

/// Refuses class codes that are not below the number of classes.
pub(crate) fn class_codes(codes: &[u32], n_classes: usize) -> Result<()> {
    match codes.iter().position(|&code| code as usize >= n_classes) {
        None => Ok(()),
        Some(row) => Err(Error::data(format!(
            "row {row} has the class code {}, and there are {n_classes} classes",
            codes[row]
        ))
        .with_help("class codes count from 0")),
    }
}

/// Refuses rows whose weight, times that of their class, would be lost.
fn products(class_weight: &ClassWeight, row_weights: Option<&[f64]>) -> Result<()> {
    let (ClassWeight::PerClass(of_classes), Some(of_rows)) = (class_weight, row_weights) else {
        return Ok(());
    };
    let smallest = |weights: &[f64]| {
        let positive = scaled(weights).0.into_iter().filter(|&weight| weight > 0.0);
        positive.fold(f64::INFINITY, f64::min)
    };
    if (smallest(of_classes) * smallest(of_rows)).is_normal() {
        return Ok(());
    }
    Err(Error::data("the weights of rows, times those of their classes, are too far apart")
        .with_help("raise the smallest weights, or set them to 0 to leave these rows out"))
}

/// One target for each row.
pub(crate) fn target_count(target: Target, x: &Features) -> Result<()> {
    let (n_targets, n_rows) = (target.n_rows(), x.n_rows());
    if n_targets == n_rows {
        return Ok(());
    }
    Err(Error::data(format!("there are {n_targets} targets for {n_rows} rows"))
        .with_help("give each row a target"))
}

/// One weight for each of `n_rows` rows, finite and not negative, with a sum above 0.
pub(crate) fn row_weights(weights: &[f64], n_rows: usize) -> Result<()> {
    if weights.len() != n_rows {
        return Err(Error::data(format!("there are {} weights for {n_rows} rows", weights.len()))
            .with_help("give each row a weight"));
    }
    if let Some(row) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        return Err(Error::data(format!("row {row} has the weight {}", weights[row]))
            .with_help("a weight is a finite number, 0 or more"));
    }
    let sum: f64 = weights.iter().sum();
    if !(sum.is_finite() && sum > 0.0) {
        return Err(Error::data(format!("the weights add up to {sum}"))
            .with_help("at least one row needs a weight above 0, and the sum has to be finite"));
    }
    Ok(())
}

/// The largest magnitude of a target: sums of predictions and of squared errors stay finite.
const MAX_TARGET: f64 = 1e150;

/// Numbers that can be predicted.
pub(crate) fn finite(targets: &[f64]) -> Result<()> {
    match targets.iter().position(|target| !(-MAX_TARGET..=MAX_TARGET).contains(target)) {
        None => Ok(()),
        Some(row) => Err(Error::data(format!("row {row} has the target {}", targets[row]))
            .with_help(format!(
                "a target has to be a number from -{MAX_TARGET:e} to {MAX_TARGET:e}"
            ))),
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
    Err(Error::data(format!("all rows to train on have the same {}", T::NAME)).with_help(
        sentence![
            format!("a forest needs two {} or more: add rows, or check ", T::NAMES),
            Parameter("target")
        ],
    ))
}

/// How messages speak of targets.
trait TargetName {
    const NAME: &str;
    const NAMES: &str;
}

impl TargetName for u32 {
    const NAME: &str = "class";
    const NAMES: &str = "classes";
}

impl TargetName for f64 {
    const NAME: &str = "target";
    const NAMES: &str = "targets";
}

/// Class codes below the number of classes, and class weights for each of these, if for any.
pub(super) fn classes(params: &ForestValidParams, codes: &[u32], n_classes: usize) -> Result<()> {
    class_codes(codes, n_classes)?;
    if let ClassWeight::PerClass(weights) = &params.class_weight
        && weights.len() != n_classes
    {
        let found = weights.len();
        let what = format!(" names {found} of {n_classes} classes");
        return Err(Error::setting(sentence![Parameter("class_weight"), what]));
    }
    Ok(())
}

/// Refuses values that linfa-trees cannot tell from numbers.
pub(super) fn missing_values(params: &ForestValidParams, ranks: &Ranks) -> Result<()> {
    if params.learner == Learner::Linfa
        && let Some(feature) =
            (0..ranks.n_columns()).find(|&feature| ranks.column(feature as u32).has_missing())
    {
        let what = format!(
            " linfa takes no missing values, and feature {feature} has some: linfa-trees would \
             compare them as if they were numbers"
        );
        return Err(
            Error::setting(sentence![LEARNER, what]).with_help(sentence!["use ", LEARNER, " cart"])
        );
    }
    Ok(())
}
