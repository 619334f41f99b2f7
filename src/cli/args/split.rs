//! Flags of the split.

use clap::Args;

use crate::cli::advice::with_flags;
use forest::data::split::Split;
use forest::data::{Source, Table, TargetValues};

/// Flags of the split.
#[derive(Args)]
#[command(next_help_heading = "Split")]
pub(in crate::cli) struct SplitArgs {
    /// Share of the rows to hold out, from 0 (none) to below 1; of the groups, with --group
    #[arg(long, value_name = "FRACTION", default_value_t = 0.25)]
    pub(in crate::cli) test_size: f64,

    /// Keep the classes' shares on both sides [default: where there are classes, and rows enough of
    /// each; not for the synthetic table]
    #[arg(long)]
    stratify: bool,

    /// Split by chance alone
    #[arg(long, conflicts_with = "stratify")]
    no_stratify: bool,

    /// Seed of the split alone [default: --seed]
    #[arg(long, value_name = "N")]
    split_seed: Option<u32>,
}

impl SplitArgs {
    /// The split of a table; and why it is not stratified, where it would have been by default.
    pub(in crate::cli) fn split(&self, seed: u32, table: &Table) -> (Split, Option<String>) {
        let plain = Split {
            test_size: self.test_size,
            random_state: self.split_seed.unwrap_or(seed),
            stratify: false,
        };
        let stratified = Split { stratify: true, ..plain.clone() };
        if self.stratify {
            return (stratified, None);
        }
        let by_default = !self.no_stratify
            && table.split_by.is_none()
            && matches!(table.source, Source::File(_))
            && matches!(table.target.values, TargetValues::Classes { .. })
            && plain.parts(&table.target.values).is_ok_and(|parts| !parts.test.is_empty());
        if !by_default {
            return (plain, None);
        }
        match stratified.parts(&table.target.values) {
            Ok(_) => (stratified, None),
            Err(error) => {
                // The reason is that of --stratify, which nobody asked for.
                let why = with_flags(error.message()).replacen("--stratify", "that", 1);
                let why =
                    format!("the rows held out are drawn by chance, not class by class: {why}");
                (plain, Some(why))
            }
        }
    }
}
