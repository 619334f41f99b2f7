//! Flags that say how far rows to predict may be from the training rows.

use clap::Args;

use super::named;
use forest::data::{Difference, Strictness};

/// Flags of verbs that read rows to predict.
#[derive(Args, Clone, Default)]
pub(in crate::cli) struct StrictArgs {
    /// Exit with code 4 if --data has what training had not the like of: columns (too many or too few), types (a
    /// cell that is no number or date), levels, missing values, or values outside the range [without KIND,…:
    /// columns,types,levels]
    #[arg(
        long,
        value_name = "KIND,…",
        num_args = 0..=1,
        value_delimiter = ',',
        default_missing_values = ["columns", "types", "levels"],
        value_parser = named::<Difference>(),
        requires = "data",
        conflicts_with = "held_out"
    )]
    strict: Option<Vec<Difference>>,

    /// Allow such levels, missing values and values outside the range in up to this share of the rows, for each
    /// column: 0.01 for one row in a hundred [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "strict")]
    strict_rows: Option<f64>,

    /// How far beyond the training range values count as inside, as a share of that range: 0.1 for a tenth of it
    /// [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = tolerance, requires = "data", conflicts_with = "held_out")]
    range_tolerance: Option<f64>,

    /// Exit with code 3 if a feature of --data is distributed otherwise than in the training rows: if its population
    /// stability index (PSI) is above X, and by more than chance explains; 0.1 is usually called stable, 0.25 a large
    /// shift
    #[arg(long, value_name = "X", value_parser = bound, requires = "data", conflicts_with = "held_out")]
    pub(in crate::cli) max_drift: Option<f64>,
}

impl StrictArgs {
    /// What is an error.
    pub(in crate::cli) fn strictness(&self) -> Strictness {
        let differences = self.strict.clone().unwrap_or_default();
        Strictness { differences, rows: self.strict_rows.unwrap_or_default() }
    }

    pub(in crate::cli) fn range_tolerance(&self) -> f64 {
        self.range_tolerance.unwrap_or_default()
    }
}

/// A population stability index.
fn bound(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(bound) if (0.0..f64::INFINITY).contains(&bound) => Ok(bound),
        _ => Err("a drift is a number from 0 up, for instance 0.2".to_owned()),
    }
}

/// A part of the rows.
fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..1.0).contains(&share) => Ok(share),
        _ => Err("a share is a number from 0 to less than 1, for instance 0.01".to_owned()),
    }
}

/// A part of the range, or a multiple of it.
fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1e6).contains(&share) => Ok(share),
        _ => Err("a tolerance is a number from 0 up, for instance 0.1".to_owned()),
    }
}
