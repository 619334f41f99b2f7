//! `forest train`

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{
    ForceArgs, ForestArgs, GlobalArgs, SplitArgs, SyntheticArgs, accuracy, delimiter, tag,
};
use super::exit::Exit;
use super::output::say;
use super::places;
use crate::data::{ReadOptions, Table};
use crate::report::train::{Seconds, TrainReport};
use crate::{Error, Model, Result, TrainOptions};

/// Train a forest on a table, score it on rows held out, save it
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  forest train --out model.bin
  forest train --data iris.csv --target species --stratify --out iris.bin
  forest train --data big.csv --target label --ignore id --trees 500 --threads 8 --out big.bin
  forest train --out model.bin --min-accuracy 0.85 --tag commit=abc123 --json"
)]
pub(super) struct TrainArgs {
    /// File to save the model in, - for standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    force: ForceArgs,

    /// Save nothing if the held-out accuracy is below this, and exit with code 3
    #[arg(long, value_name = "X", value_parser = accuracy)]
    min_accuracy: Option<f64>,

    /// Name and value to record in the model; may be repeated
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = tag)]
    tags: Vec<(String, String)>,

    #[command(flatten)]
    file: FileArgs,

    #[command(flatten)]
    split: SplitArgs,

    #[command(flatten)]
    forest: ForestArgs,

    #[command(flatten)]
    synthetic: SyntheticArgs,
}

/// Flags of a table in a file.
#[derive(Args)]
#[command(next_help_heading = "Table in a file")]
struct FileArgs {
    /// CSV file whose first line names the columns, - for standard input [default: a synthetic
    /// table]
    #[arg(long, value_name = "FILE", requires = "target")]
    data: Option<PathBuf>,

    /// Column that holds the labels: texts or whole numbers
    #[arg(long, value_name = "COLUMN", requires = "data")]
    target: Option<String>,

    /// Column to leave out; may be repeated, or list several with commas
    #[arg(long, value_name = "COLUMN", requires = "data")]
    ignore: Vec<String>,

    /// Character between two cells [default: comma; tab for .tsv]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, requires = "data")]
    delimiter: Option<u8>,
}

pub(super) fn run(args: &TrainArgs, global: &GlobalArgs) -> Result<Exit> {
    if args.min_accuracy.is_some() && args.split.test_size == 0.0 {
        return Err(Error::setting("--min-accuracy needs rows held out, and --test-size is 0"));
    }
    let mut names = HashSet::new();
    if let Some((name, _)) = args.tags.iter().find(|(name, _)| !names.insert(name)) {
        return Err(Error::setting(format!("--tag {name} is given twice")));
    }
    // What cannot be written had better be known before hours of training.
    let destination = args.force.destination(&args.out, args.file.data.iter())?;
    let started = Instant::now();
    let table = args.read_table(global)?;
    let reading = started.elapsed().as_secs_f64();
    let model = args.train(&table, global)?;
    let training = started.elapsed().as_secs_f64() - reading;
    let mut report = TrainReport::new(&model, Seconds { reading, training });

    let held_out = model.metadata().held_out;
    if let (Some(least), Some(score)) = (args.min_accuracy, held_out)
        && score.accuracy() < least
    {
        global.summarize(&report, destination.is_stdout())?;
        say(&format!(
            "gate not met: the held-out accuracy {:.4} is below --min-accuracy {least}; nothing \
             was saved",
            score.accuracy()
        ));
        return Ok(Exit::Gate);
    }

    let bytes = model.to_bytes();
    report.saved(&args.out, bytes.len());
    let stdout_is_taken = destination.is_stdout();
    destination.write(&bytes)?;
    if let Some(path) = &args.file.data {
        places::remember(&model.metadata().data, path);
    }
    let said = global.summarize(&report, stdout_is_taken);
    said.map_err(|error| error.help(format!("the model was saved: {}", args.out.display())))?;
    Ok(Exit::Done)
}

impl TrainArgs {
    fn read_table(&self, global: &GlobalArgs) -> Result<Table> {
        let FileArgs { data, target, ignore, delimiter } = &self.file;
        let (Some(path), Some(target)) = (data, target) else {
            return Table::synthetic(&self.synthetic.recipe(global.seed).into());
        };
        let target = target.clone();
        Table::read(path, &ReadOptions { target, ignore: ignore.clone(), delimiter: *delimiter })
    }

    fn train(&self, table: &Table, global: &GlobalArgs) -> Result<Model> {
        let options = TrainOptions {
            forest: self.forest.params(global.seed, &table.classes)?,
            split: self.split.split(global.seed),
            tags: self.tags.clone(),
        };
        if self.forest.grows_one_tree(table.feature_names.len()) {
            global.note(
                "warning: with --no-bootstrap and all features every tree is the same one: --trees 1 \
                 does as well",
            );
        }
        let bar = progress_bar(self.forest.trees, global);
        let model = Model::train_with_progress(table, &options, &|| bar.inc(1));
        bar.finish_and_clear();
        model
    }
}

/// A bar that counts trees: on a terminal, and unless it is to be quiet.
fn progress_bar(n_trees: usize, global: &GlobalArgs) -> ProgressBar {
    if global.quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} trees, {eta} to go");
    let bar = ProgressBar::new(n_trees as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
