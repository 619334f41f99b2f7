//! `forest train`

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Command};
use jiff::Timestamp;
use linfa::ParamGuard;

use super::args::{
    ForceArgs, Given, GlobalArgs, SplitArgs, TrainDecisionArgs, TrainingArgs, budget,
    source_date_epoch, tag,
};
use super::by_hand::command_line;
use super::data_path_cache;
use super::exit::Exit;
use super::gate::{GateArgs, say_failures};
use super::prediction_writer::refuse_terminal;
use super::progress::Progress;
use super::search::{Search, changed};
use super::trials::Lines;
use crate::report::columns::ReadSummary;
use crate::report::train::{Seconds, TrainReport};
use forest::data::{STANDARD_STREAM, Table};
use forest::io::Link;
use forest::{Budget, Error, ForestValidParams, MaxFeatures, Model, Result, TrainOptions, Tuner};

/// Train a forest on a table, score it on rows held out, save it
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  forest train --out model.bin
  forest train --data churn.csv --target left --out 'models/churn_v{n}.bin'
  forest train --data iris.csv --target species --out iris.bin
  forest train --data penguins.csv --target body_mass_g --keep-quantiles --out mass.bin
  forest train --data churn.csv --target left --threshold auto:f1 --out churn.bin
  forest train --data big.csv --target label --ignore id --trees 500 --threads 8 --out big.bin
  forest train --out model.bin --min-accuracy 0.85 --tag commit=abc123 --json"
)]
pub(super) struct TrainArgs {
    #[command(flatten)]
    given: Given,

    /// File to save the model in, - for standard output; {n} in its name is the next number: 1, or one more than
    /// the highest of the files that are so named
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    force: ForceArgs,

    /// Symbolic link to make, or to move, so that it leads to the new model: who opens it gets the old one or the
    /// new one, whole
    #[arg(long, value_name = "LINK")]
    link: Option<PathBuf>,

    #[command(flatten)]
    gates: GateArgs,

    /// Name and value to record in the model; may be repeated
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = tag)]
    tags: Vec<(String, String)>,

    /// Choose settings that are not given by out-of-bag loss: try 16, so many (40), or as many as there is time for (90s, 5m, 1h;
    /// what is chosen then depends on the machine)
    #[arg(long, value_name = "TRIALS|TIME", value_parser = budget, num_args = 0..=1, default_missing_value = "16")]
    auto: Option<Budget>,

    /// With --auto, file to add the trials to, a line of JSON each; those in it are not made again
    #[arg(long, value_name = "FILE", requires = "auto")]
    trials: Option<PathBuf>,

    #[command(flatten)]
    training: TrainingArgs,

    #[command(flatten)]
    split: SplitArgs,

    #[command(flatten)]
    decision: TrainDecisionArgs,
}

pub(super) fn run(args: &TrainArgs, global: &GlobalArgs) -> Result<Exit> {
    let gates = args.gates.gates();
    if let Some(gate) = gates.first()
        && args.split.test_size == 0.0
    {
        return Err(Error::setting(format!("{gate} needs rows held out, and --test-size is 0")));
    }
    let mut names = HashSet::new();
    if let Some((name, _)) = args.tags.iter().find(|(name, _)| !names.insert(name)) {
        return Err(Error::setting(format!("--tag {name} is given twice")));
    }
    args.check_trials()?;
    let created = source_date_epoch()?;
    // What cannot be written had better be known before hours of training.
    let destination = args.force.version(&args.out, args.training.table.data.iter())?;
    refuse_terminal(&destination, "a model")?;
    let link = args.link.as_deref().map(Link::new).transpose()?;
    if link.is_some() && destination.is_stdout() {
        return Err(Error::setting("--link leads to a file, and --out is standard output"));
    }
    let started = Instant::now();
    let table = args.training.read_table(global)?;
    let known = table.warnings();
    let classes = table.target.values.classes().map_or(&[][..], |(names, _)| names);
    gates.check(classes, table.target.values.task(), global)?;
    let reading = started.elapsed().as_secs_f64();
    let (model, by_hand) = args.train(&table, created, global)?;
    let read = ReadSummary::new(&table);
    let new = model.metadata().warnings.iter().filter(|warning| !known.contains(warning));
    new.for_each(|warning| global.warn(warning));
    let training = started.elapsed().as_secs_f64() - reading;
    let said = read.as_ref().filter(|_| !global.json).map(|read| format!("note: read {read}"));
    let mut report = TrainReport::new(&model, by_hand, read, Seconds { reading, training });

    if gates.first().is_some() {
        let held_out = table.parts(&model.metadata().split)?.test;
        let scored = model.score_rows(&table, &held_out)?;
        let outcomes = gates.outcomes(classes, &scored.scores, &scored.baseline);
        report.gates(&outcomes);
        if outcomes.iter().any(|outcome| !outcome.met) {
            global.summarize(&report, destination.is_stdout())?;
            say_failures(&outcomes, "the held-out ", "; nothing was saved", global);
            return Ok(Exit::Gate);
        }
    }
    drop(table);

    let bytes = model.to_bytes()?;
    let stdout_is_taken = destination.is_stdout();
    let written = destination.write(&bytes)?;
    let saved = written.version.as_ref().unwrap_or(&args.out);
    global.note_written(saved, &written);
    if let Some(link) = link {
        link.point_to(saved).map_err(|error| {
            error.with_help(format!("the model was saved: {}", saved.display()))
        })?;
    }
    report.saved(saved, bytes.len());
    if let Some(said) = said {
        global.note(&said);
    }
    if let Some(path) = &args.training.table.data {
        data_path_cache::remember(&model.metadata().data, path);
    }
    let said = global.summarize(&report, stdout_is_taken);
    said.map_err(|error| error.with_help(format!("the model was saved: {}", saved.display())))?;
    Ok(Exit::Done)
}

impl TrainArgs {
    /// The model; and, if its settings were chosen, the command line that gives them by hand.
    fn train(
        &self,
        table: &Table,
        created: Option<Timestamp>,
        global: &GlobalArgs,
    ) -> Result<(Model, Option<String>)> {
        let options = TrainOptions {
            decision: self.decision.decide_by(table)?,
            tags: self.tags.clone(),
            created,
            ..self.training.options(&self.split, table, global)?
        };
        let forest = options.forest.check_ref()?;
        if grows_one_tree(forest, table.features.len()) {
            global.note(
                "warning: with --no-bootstrap and all features every tree is the same one: --trees 1 \
                 does as well",
            );
        }
        let n_classes = table.target.values.classes().map_or(0, |(names, _)| names.len());
        if !forest.is_reproducible(n_classes) {
            global.note(
                "note: with three classes or more linfa-trees does not choose the same splits in \
                 every run, so the same command may give another forest, about as good; --learner \
                 cart gives the same one",
            );
        }
        if let Some(budget) = self.auto {
            return self.search(budget, table, &options, global);
        }
        let bar = Progress::new(forest.n_trees() as u64, "trees", global);
        Ok((Model::trainer(&options).on_tree(&|| bar.inc(1)).train(table)?, None))
    }

    /// Refuses trials that are to go where they would be in the way.
    fn check_trials(&self) -> Result<()> {
        let Some(trials) = &self.trials else { return Ok(()) };
        if trials == &self.out {
            return Err(Error::setting("--trials and --out name the same file"));
        }
        if trials.as_os_str() == STANDARD_STREAM || (trials.exists() && !trials.is_file()) {
            return Err(Error::setting("--trials takes a regular file")
                .with_help("name a file; `forest tune --json` prints trials"));
        }
        Ok(())
    }

    fn search(
        &self,
        budget: Budget,
        table: &Table,
        options: &TrainOptions,
        global: &GlobalArgs,
    ) -> Result<(Model, Option<String>)> {
        let search = Search {
            budget,
            fixed: self.training.forest.given(),
            known: self.trials.as_deref().filter(|path| path.exists()),
            lines: self.trials.clone().map_or(Lines::Nowhere, Lines::after),
        };
        let train = |tuner: &Tuner| Model::trainer(options).tuner(tuner).train(table);
        let (model, trials) = search.run(table, options, global, train)?;
        let settings = model.metadata().forest.as_ref().map(ForestValidParams::settings);
        let changed = changed(&trials, &settings.unwrap_or_default());
        Ok((model, Some(command_line(&command(), &self.given, &changed))))
    }
}

/// The verb, as a command line has it.
pub(super) fn command() -> Command {
    GlobalArgs::augment_args(TrainArgs::augment_args(Command::new("train")))
}

/// Whether no chance is left that would make trees differ.
fn grows_one_tree(forest: &ForestValidParams, n_features: usize) -> bool {
    let has_all = |max: MaxFeatures| max.resolve(n_features).is_ok_and(|n| n == n_features);
    forest.n_trees() > 1 && !forest.bootstrap() && forest.max_features().is_some_and(has_all)
}
