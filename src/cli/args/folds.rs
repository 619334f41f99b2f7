//! Flags of the folds of a cross-validation.

use clap::Args;

use crate::cli::advice::with_flags;
use crate::cli::args::GlobalArgs;
use crate::report::text::count;
use forest::data::folds::Folds;
use forest::data::{Table, TargetValues};
use forest::metrics::Metric;
use forest::validation::CrossValidation;
use forest::{Error, Result, Task, TrainOptions, Warning};

/// Flags of the folds of a cross-validation.
#[derive(Args)]
#[command(next_help_heading = "Folds")]
pub(in crate::cli) struct FoldArgs {
    /// Folds: each is tested by what is trained on the others, or, with --order, on earlier rows
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,

    /// How often to divide the table into folds, each time otherwise
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeats: usize,

    /// Keep the classes' shares in all folds [default: where there are classes, and no --group or --order]
    #[arg(long)]
    stratify: bool,

    /// Make folds by chance alone
    #[arg(long, conflicts_with = "stratify")]
    no_stratify: bool,

    /// Seed of the folds alone [default: --seed]
    #[arg(long, value_name = "N")]
    split_seed: Option<u32>,
}

impl FoldArgs {
    /// The folds of a table, as numbers and as they are; says if they are not stratified, or some class is too small
    /// for them.
    pub(in crate::cli) fn cross_validation<'a>(
        &self,
        table: &'a Table,
        global: &GlobalArgs,
    ) -> Result<(Folds, CrossValidation<'a>)> {
        let plain = Folds {
            n_folds: self.folds,
            n_repeats: self.repeats,
            random_state: self.split_seed.unwrap_or(global.seed),
            stratify: false,
        };
        let stratified = Folds { stratify: true, ..plain.clone() };
        let classes = table.target.values.classes();
        let by_default = !self.no_stratify && table.split_by.is_none() && classes.is_some();
        if !self.stratify && !by_default {
            let folds = CrossValidation::new(table, &plain)?;
            return Ok((plain, folds));
        }
        match CrossValidation::new(table, &stratified) {
            Ok(folds) => {
                self.note_small_classes(&table.target.values, global);
                Ok((stratified, folds))
            }
            Err(error) if self.stratify => Err(error),
            Err(error) => {
                // The reason is that of --stratify, which nobody asked for, unless folds by chance have it too.
                let folds = CrossValidation::new(table, &plain)?;
                let why = with_flags(error.message()).replacen("--stratify", "stratifying", 1);
                global.note(&format!("note: folds are made by chance, not class by class: {why}"));
                Ok((plain, folds))
            }
        }
    }

    fn note_small_classes(&self, target: &TargetValues, global: &GlobalArgs) {
        let Some((names, codes)) = target.classes() else { return };
        let mut rows = vec![0; names.len()];
        for &code in codes {
            rows[code as usize] += 1;
        }
        let n_small = rows.iter().filter(|&&rows| rows < self.folds).count();
        if let Some(small) = rows.iter().position(|&rows| rows < self.folds) {
            let more = if n_small > 1 {
                format!(", and {} more classes have too few", n_small - 1)
            } else {
                String::new()
            };
            global.note(&format!(
                "note: '{}' has {} for {} folds{more}: folds without a class have no ROC AUC",
                names[small],
                count(rows[small] as u64, "row", "rows"),
                self.folds
            ));
        }
    }
}

/// Says what the folds give cause to doubt.
pub(in crate::cli) fn warn(
    cross_validation: &CrossValidation,
    options: &TrainOptions,
    global: &GlobalArgs,
) -> Result<Vec<Warning>> {
    let warnings = cross_validation.warnings(options)?;
    for warning in &warnings {
        global.warn(warning);
    }
    Ok(warnings)
}

/// The metric that is shown and compared first: of a task, or the one that was asked for.
pub(in crate::cli) fn metric_of(asked: Option<Metric>, task: Task) -> Result<Metric> {
    let default = match task {
        Task::Classification => Metric::LogLoss,
        Task::Regression => Metric::Rmse,
    };
    match asked {
        Some(metric) if metric.task() != task => {
            let names: Vec<String> = Metric::of_task(task).iter().map(Metric::to_string).collect();
            Err(Error::setting(format!(
                "--metric {metric} is about {}, and this is a {task}",
                metric.task()
            ))
            .with_help(format!("give one of: {}", names.join(", "))))
        }
        asked => Ok(asked.unwrap_or(default)),
    }
}
