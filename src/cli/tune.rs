//! `forest tune`

use std::path::PathBuf;

use clap::Args;

use super::args::{ForceArgs, Given, GlobalArgs, SplitArgs, TrainingArgs, budget};
use super::by_hand::command_line;
use super::exit::Exit;
use super::search::{Search, changed};
use super::train;
use super::trials::Lines;
use crate::report::tune::TuneReport;
use forest::data::STANDARD_STREAM;
use forest::{Budget, Model, Result, Tuner};

/// Search for settings by out-of-bag loss, and say what was tried; makes no model
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  forest tune --data iris.csv --target species
  forest tune --data big.csv --target label --auto 5m --out trials.jsonl
  forest tune --data big.csv --target label --auto 40 --resume trials.jsonl
  forest tune --data iris.csv --target species --criterion gini --json | jq .loss"
)]
pub(super) struct TuneArgs {
    #[command(flatten)]
    given: Given,

    /// Settings to try (40), or for how long (90s, 5m, 1h; what is chosen then depends on the machine)
    #[arg(long, value_name = "TRIALS|TIME", value_parser = budget, default_value = "16")]
    auto: Budget,

    /// File to write the trials to, a line of JSON each, as they end; - for standard output, as with --json
    #[arg(long = "out", id = "tuned_out", value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    force: ForceArgs,

    /// File of trials to go on from: those in it are not made again, others are added
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tuned_out", "force"])]
    resume: Option<PathBuf>,

    #[command(flatten)]
    training: TrainingArgs,

    #[command(flatten)]
    split: SplitArgs,
}

pub(super) fn run(args: &TuneArgs, global: &GlobalArgs) -> Result<Exit> {
    let training = &args.training;
    let lines = args.lines(global)?;
    let table = training.read_table(global)?;
    let options = training.options(&args.split, &table, global)?;
    let fixed = training.forest.given();
    let search = Search { budget: args.auto, fixed, known: args.resume.as_deref(), lines };
    let tune = |tuner: &Tuner| Model::trainer(&options).tune(&table, tuner);
    let (tuned, trials) = search.run(&table, &options, global, tune)?;
    let chosen = tuned.chosen_trial();
    let changed = changed(&trials, &chosen.settings);
    let by_hand = command_line(&train::command(), &args.given, &changed);
    let report = TuneReport::new(&tuned, table.target.values.task(), by_hand);
    if matches!(search.lines, Lines::Stdout) {
        global.note(&report.summary());
    } else {
        global.print(&report)?;
    }
    Ok(Exit::Done)
}

impl TuneArgs {
    fn lines(&self, global: &GlobalArgs) -> Result<Lines> {
        Ok(match (&self.out, &self.resume) {
            (_, Some(resume)) => Lines::after(resume.clone()),
            (Some(out), _) if out.as_os_str() == STANDARD_STREAM => Lines::Stdout,
            (Some(out), _) => {
                self.force.destination(out, self.training.table.data.iter())?;
                Lines::File { path: out.clone(), replace: true }
            }
            (None, None) if global.json => Lines::Stdout,
            (None, None) => Lines::Nowhere,
        })
    }
}
