//! What `forest tune` has to say.

use std::fmt;

use serde::Serialize;

use super::text::{count, line, table, thousands};
use forest::{Task, Tuned, TunerTrial};

/// What a search came to.
#[derive(Serialize)]
pub(crate) struct TuneReport {
    task: Task,
    /// How many settings were tried.
    tried: usize,
    chosen: TunerTrial,
    /// The command line that trains with what was chosen.
    command: String,
    /// The last of each of the settings, those of the most trees and the least loss first.
    trials: Vec<TunerTrial>,
}

impl TuneReport {
    pub(crate) fn new(tuned: &Tuned, task: Task, command: String) -> Self {
        let mut trials: Vec<TunerTrial> = Vec::new();
        for trial in tuned.trials().iter().rev() {
            if trials.iter().all(|other| other.number != trial.number) {
                trials.push(trial.clone());
            }
        }
        trials.sort_by(|a, b| b.trees.cmp(&a.trees).then(a.loss.total_cmp(&b.loss)));
        Self { task, tried: tuned.n_tried(), chosen: tuned.chosen_trial().clone(), command, trials }
    }

    /// In a line.
    pub(crate) fn summary(&self) -> String {
        format!("note: chosen of {} by out-of-bag loss: {}", self.tried, self.command)
    }
}

impl fmt::Display for TuneReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loss = match self.task {
            Task::Classification => "log loss",
            Task::Regression => "1 − R²",
        };
        let names = self.chosen.settings.iter().map(|(name, _)| name.as_str());
        let header = names.chain(["trees", loss, "nodes", "seconds", ""]).map(str::to_owned);
        let mut rows = vec![header.collect::<Vec<_>>()];
        rows.extend(self.trials.iter().map(|trial| {
            let what = match (trial.number, trial.number == self.chosen.number) {
                (0, true) => "as given, chosen",
                (0, false) => "as given",
                (_, true) => "chosen",
                (_, false) => "",
            };
            let texts = trial.settings.iter().map(|(_, text)| text.clone());
            let numbers = [
                trial.trees.to_string(),
                format!("{:.4}", trial.loss),
                thousands(trial.nodes),
                format!("{:.2}", trial.seconds),
                what.to_owned(),
            ];
            texts.chain(numbers).collect()
        }));
        let rows_compared = count(self.chosen.rows, "row", "rows");
        writeln!(
            f,
            "{} tried, on {rows_compared} out of bag; each round the better half got twice the trees",
            count(self.tried as u64, "setting", "settings")
        )?;
        table(f, &rows)?;
        line(f, "chosen", &self.command)
    }
}
