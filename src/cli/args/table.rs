//! Flags of the table to train on.

use std::path::PathBuf;

use clap::Args;

use super::{delimiter, named};
use forest::Task;
use forest::data::{Format, ReadOptions};

/// Flags of a table in a file.
#[derive(Args)]
#[command(next_help_heading = "Table in a file")]
pub(in crate::cli) struct TableArgs {
    /// File whose first line names the columns, - for standard input: CSV, also packed (.gz, .zst),
    /// Parquet, or Arrow IPC [default: a synthetic table]
    #[arg(long, value_name = "FILE", requires = "target")]
    pub(in crate::cli) data: Option<PathBuf>,

    /// Column to predict
    #[arg(long, value_name = "COLUMN", requires = "data")]
    target: Option<String>,

    /// What the target is [default: classes, unless it is numbers with fractions or of many different
    /// values; of the synthetic table, classes]
    #[arg(long, value_name = "TASK", value_parser = named::<Task>())]
    pub(in crate::cli) task: Option<Task>,

    /// Column to leave out; may be repeated, or list several with commas
    #[arg(long, value_name = "COLUMN", requires = "data")]
    ignore: Vec<String>,

    /// Column of texts, whatever it looks like; likewise
    #[arg(long, value_name = "COLUMN", requires = "data")]
    categorical: Vec<String>,

    /// Column of numbers, where every cell has to be one; likewise
    #[arg(long, value_name = "COLUMN", requires = "data")]
    numeric: Vec<String>,

    /// Column that is a feature though it numbers or identifies the rows, which else is left out;
    /// likewise
    #[arg(long, value_name = "COLUMN", requires = "data")]
    keep: Vec<String>,

    /// Text that stands for a missing value, as nothing, NA, NaN and null do; may be repeated
    #[arg(long, value_name = "TEXT", requires = "data")]
    missing: Vec<String>,

    /// Column of weights: how much each row counts, in training and in scores
    #[arg(long, value_name = "COLUMN", requires = "data")]
    sample_weight: Option<String>,

    /// Column whose equal values are groups: all rows of a group are trained on, or all are held out. It
    /// is no feature
    #[arg(long, value_name = "COLUMN", requires = "data", help_heading = "Split")]
    group: Option<String>,

    /// Column of numbers or dates to hold out the largest of: train on the past, test on the future. It
    /// is a feature, unless --ignore has it
    #[arg(long, value_name = "COLUMN", requires = "data", help_heading = "Split")]
    order: Option<String>,

    /// Leave out rows without a target, which are an error else
    #[arg(long, requires = "data")]
    drop_missing_target: bool,

    /// Format of --data [default: by its name; csv if that says nothing]
    #[arg(long, value_name = "FORMAT", value_parser = named::<Format>(), requires = "data")]
    format: Option<Format>,

    /// Character between two cells [default: comma; tab for .tsv]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, requires = "data")]
    delimiter: Option<u8>,
}

impl TableArgs {
    /// The file and how to read it; `None` for the synthetic table.
    pub(in crate::cli) fn file(&self) -> Option<(&PathBuf, ReadOptions)> {
        let options = ReadOptions {
            target: self.target.clone()?,
            task: self.task,
            ignore: self.ignore.clone(),
            categorical: self.categorical.clone(),
            numeric: self.numeric.clone(),
            keep: self.keep.clone(),
            missing: self.missing.clone(),
            sample_weight: self.sample_weight.clone(),
            group: self.group.clone(),
            order: self.order.clone(),
            drop_missing_target: self.drop_missing_target,
            format: self.format,
            delimiter: self.delimiter,
        };
        Some((self.data.as_ref()?, options))
    }
}
