//! A search for settings, with what is seen and kept of it.

use std::path::Path;
use std::sync::Mutex;

use super::args::GlobalArgs;
use super::progress::Progress;
use super::trials::{Ground, Lines};
use forest::data::Table;
use forest::{Budget, Result, TrainOptions, Tuner, TunerStep, TunerTrial};

/// All that a search needs beside the table.
pub(super) struct Search<'a> {
    pub(super) budget: Budget,
    /// The hyperparameters that were given.
    pub(super) fixed: &'a [&'a str],
    /// A file of trials that may be known.
    pub(super) known: Option<&'a Path>,
    pub(super) lines: Lines,
}

impl Search<'_> {
    /// Calls `work` with the search; gives what it returned, and all trials.
    pub(super) fn run<T>(
        &self,
        table: &Table,
        options: &TrainOptions,
        global: &GlobalArgs,
        work: impl FnOnce(&Tuner) -> Result<T>,
    ) -> Result<(T, Vec<TunerTrial>)> {
        if let Budget::Time(_) = self.budget {
            global.note(
                "note: what is found in a limited time depends on the machine, so the same command may \
                 choose otherwise; --auto with a number of trials does not",
            );
        }
        let ground = Ground::new(table, options, self.fixed)?;
        let known = self.known.map(|path| ground.read(path)).transpose()?.unwrap_or_default();
        let bar = Progress::new(1, "trials", global);
        let trials = Mutex::new(Vec::new());
        let on_trial = |step: TunerStep| {
            let mut trials = trials.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            trials.push(step.trial.clone());
            bar.set_total((trials.len() + step.n_left) as u64);
            bar.set(trials.len() as u64);
            if step.is_known {
                return Ok(());
            }
            ground.write(step.trial, &self.lines, trials.len() == 1)
        };
        let tuner = Tuner::new(self.budget).fixed(self.fixed).known(&known).on_trial(&on_trial);
        let done = work(&tuner)?;
        Ok((done, trials.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)))
    }
}

/// Settings that differ from those that were given, which are those of the first trial.
pub(super) fn changed(trials: &[TunerTrial], chosen: &[(String, String)]) -> Vec<(String, String)> {
    let given = trials.first().map_or(&[][..], |trial| &trial.settings);
    let now = |name: &String| chosen.iter().find(|(other, _)| other == name);
    let changed = given.iter().filter_map(|setting| now(&setting.0).filter(|now| *now != setting));
    changed.cloned().collect()
}
