//! Flags of the table to train on.

use std::path::PathBuf;

use clap::Args;

use super::{RowsArgs, StrictArgs, TrustArgs, delimiter, mark, named};
use forest::data::{DateOrder, Format, ReadOptions};
use forest::{Error, Result, Task};

/// Flags of a table in a file.
#[derive(Args)]
#[command(next_help_heading = "Table in a file")]
pub(in crate::cli) struct TableArgs {
    /// File with a table, - for standard input: CSV whose first line names the columns, JSON lines or a JSON
    /// array of records, these also packed (.gz, .zst, .bz2, .xz, .zip); Parquet or Arrow IPC; or a folder of
    /// such files (no JSON) [default: a synthetic table]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) data: Option<PathBuf>,

    /// Column to predict
    #[arg(long, value_name = "COLUMN", requires = "data")]
    target: Option<String>,

    /// What the target is [default: classes, unless it is numbers with fractions or of many different
    /// values; of the synthetic table, classes]
    #[arg(long, value_name = "TASK", value_parser = named::<Task>())]
    pub(in crate::cli) task: Option<Task>,

    /// Column to leave out; may be repeated, or list several with commas; * stands for anything, as in num_*
    #[arg(long, value_name = "COLUMN", requires = "data")]
    ignore: Vec<String>,

    /// Column of texts, whatever it looks like; likewise
    #[arg(long, value_name = "COLUMN", requires = "data")]
    categorical: Vec<String>,

    /// Column of numbers, where every cell has to be one; likewise
    #[arg(long, value_name = "COLUMN", requires = "data")]
    numeric: Vec<String>,

    /// Column that is a feature though it numbers or identifies the rows, which is otherwise left out;
    /// likewise
    #[arg(long, value_name = "COLUMN", requires = "data")]
    keep: Vec<String>,

    /// Text that stands for a missing value, as nothing, NA, NaN and null do (and N/A, None, ?, - and
    /// the like among numbers and dates); may be repeated
    #[arg(long, value_name = "TEXT", requires = "data")]
    missing: Vec<String>,

    /// Order of day, month and year in dates that leave it open, such as 1/2/2023
    #[arg(long, value_name = "ORDER", value_parser = named::<DateOrder>(), requires = "data")]
    dates: Option<DateOrder>,

    /// Take dates for days alone, and not for months, weekdays and so on as well
    #[arg(long, requires = "data")]
    no_date_parts: bool,

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

    /// Leave out rows without a target, which are otherwise an error
    #[arg(long, requires = "data")]
    drop_missing_target: bool,

    /// Format of --data [default: by its name; csv if that says nothing]
    #[arg(long, value_name = "FORMAT", value_parser = named::<Format>(), requires = "data")]
    format: Option<Format>,

    /// Character between two cells [default: tab for .tsv, else what the header and the first rows have
    /// between them: comma, semicolon, tab or |]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, requires = "data")]
    delimiter: Option<u8>,

    /// Character before the decimals of numbers, a point or a comma [default: what all cells of a column
    /// fit]
    #[arg(long, value_name = "CHAR", value_parser = mark, requires = "data")]
    decimal: Option<char>,

    /// Character between thousands: point, comma, space or apostrophe [default: likewise]
    #[arg(long, value_name = "CHAR", value_parser = mark, requires = "data")]
    thousands: Option<char>,
}

impl TableArgs {
    /// The file and how to read it; `None` for the synthetic table.
    pub(in crate::cli) fn file(&self) -> Result<Option<(&PathBuf, ReadOptions)>> {
        let Some(data) = &self.data else { return Ok(None) };
        let Some(target) = &self.target else {
            return Err(Error::setting("--data needs --target, the column to predict")
                .with_help("`head -1` shows the columns of a CSV file"));
        };
        let options = ReadOptions {
            target: target.clone(),
            task: self.task,
            ignore: self.ignore.clone(),
            categorical: self.categorical.clone(),
            numeric: self.numeric.clone(),
            keep: self.keep.clone(),
            missing: self.missing.clone(),
            dates: self.dates,
            date_parts: !self.no_date_parts,
            sample_weight: self.sample_weight.clone(),
            group: self.group.clone(),
            order: self.order.clone(),
            drop_missing_target: self.drop_missing_target,
            format: self.format,
            delimiter: self.delimiter,
            decimal: self.decimal,
            thousands: self.thousands,
        };
        Ok(Some((data, options)))
    }

    /// The rows of the file for each of two models, and the column of their weights; those that the models held out
    /// if there is no file.
    pub(in crate::cli) fn rows(
        &self,
        models: [&PathBuf; 2],
        trust: &TrustArgs,
    ) -> ([RowsArgs; 2], Option<&String>) {
        let rows = models.map(|model| RowsArgs {
            model: model.clone().into(),
            trust: trust.clone(),
            data: self.data.clone(),
            held_out: false,
            delimiter: self.delimiter,
            format: self.format,
            strict: StrictArgs::default(),
        });
        (rows, self.sample_weight.as_ref())
    }
}
