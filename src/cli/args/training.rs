//! Flags that say what is trained on and how.

use std::path::PathBuf;

use clap::Args;

use super::{ForestArgs, GlobalArgs, SplitArgs, SyntheticArgs, TableArgs, TrainDecisionArgs};
use forest::data::Table;
use forest::{Result, Task, TrainOptions};

/// Flags of a table and a forest.
#[derive(Args)]
pub(in crate::cli) struct TrainingArgs {
    #[command(flatten)]
    pub(in crate::cli) table: TableArgs,

    /// Train as this model was, on --data: flags that are not given are its settings; {n} in its name is the highest
    /// number whose file is whole
    #[arg(long = "like", value_name = "MODEL", requires = "data")]
    _like: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) forest: ForestArgs,

    #[command(flatten)]
    synthetic: SyntheticArgs,
}

impl TrainingArgs {
    pub(in crate::cli) fn read_table(&self, global: &GlobalArgs) -> Result<Table> {
        if let Some((path, options)) = self.table.file()? {
            let progress = global.rows_progress();
            let table = Table::read_with_progress(path, &options, &|n_rows, read| {
                progress.count(n_rows, read);
            });
            drop(progress);
            let table = table?;
            table.warnings().iter().for_each(|warning| global.warn(warning));
            return Ok(table);
        }
        let task = self.table.task.unwrap_or(Task::Classification);
        Table::synthetic(self.synthetic.recipe(task, global.seed)?)
    }

    /// The forest's settings for a table whose split is made by folds, and how it decides.
    pub(in crate::cli) fn options_of_folds(
        &self,
        decision: &TrainDecisionArgs,
        table: &Table,
        global: &GlobalArgs,
    ) -> Result<TrainOptions> {
        Ok(TrainOptions {
            forest: self.forest.params(global.seed, table)?,
            decision: decision.decide_by(table)?,
            ..TrainOptions::default()
        })
    }

    /// The forest's settings for a table, and its split.
    pub(in crate::cli) fn options(
        &self,
        split: &SplitArgs,
        table: &Table,
        global: &GlobalArgs,
    ) -> Result<TrainOptions> {
        let (split, not_stratified) = split.split(global.seed, table);
        if let Some(why) = not_stratified {
            global.note(&format!("note: {why}"));
        }
        let forest = self.forest.params(global.seed, table)?;
        Ok(TrainOptions { forest, split, ..TrainOptions::default() })
    }
}
