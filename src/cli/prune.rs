//! `forest prune`

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::args::{GlobalArgs, TrainedArgs};
use super::exit::Exit;
use crate::report::prune::{Measured, PruneReport, TradeOff, TradeOffReport};
use forest::model::Reducer;
use forest::{Error, Model, Result};

/// How often something is done whose time is taken; the median counts.
const REPEATS: usize = 5;

/// Make a model smaller: fewer trees, shallower ones; or show what that would cost
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Without --out a table is printed: how good the first trees alone would be, and all trees cut at a
depth, by out-of-bag predictions of the training rows; how large their files are, and how fast they
load and predict.

With --out a model is written: of so many trees, cut at a depth, or of as few trees as lose at most
--max-loss out of bag. It has scores, intervals and probe rows of its own, the decision of the old
one, and a tag `reduced_from` with its fingerprint.

Examples:
  forest prune model.bin
  forest prune model.bin --trees 30 --out small.bin
  forest prune model.bin --max-loss 0.001 --out small.bin
  forest prune model.bin --max-depth 8 --out shallow.bin"
)]
pub(super) struct PruneArgs {
    #[command(flatten)]
    pub(super) of: TrainedArgs,

    /// Model file to write; {n} in its name is the next free number [default: none, and the table is
    /// printed]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Keep the first N trees
    #[arg(long, value_name = "N", requires = "out", conflicts_with = "max_loss")]
    trees: Option<usize>,

    /// Cut all trees at this depth: a node there says what its training rows say on average
    #[arg(long, value_name = "D", requires = "out", value_parser = depth)]
    max_depth: Option<usize>,

    /// Keep as few trees as make the out-of-bag loss at most this much larger, as do all more of them: the
    /// log loss of classes, the root mean squared error of numbers
    #[arg(long, value_name = "X", requires = "out", value_parser = loss)]
    max_loss: Option<f64>,
}

fn depth(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(depth) if depth > 0 => Ok(depth),
        _ => Err("a depth is a whole number from 1 up".to_owned()),
    }
}

fn loss(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(loss) if loss >= 0.0 => Ok(loss),
        _ => Err("a loss is a number from 0 up, for instance 0.001".to_owned()),
    }
}

pub(super) fn run(args: &PruneArgs, global: &GlobalArgs) -> Result<Exit> {
    let destination =
        args.out.as_ref().map(|out| args.of.force.version(out, &args.of.inputs())).transpose()?;
    let (model, table, parts) = args.of.load()?;
    let reducer =
        Reducer::new(&model, &table, &parts).map_err(|error| error.in_file(&*args.of.model))?;
    let (Some(destination), Some(out)) = (destination, &args.out) else {
        global.print(&trade_offs(&model, &reducer)?)?;
        return Ok(Exit::Done);
    };
    let n_all = model.forest().n_trees();
    let n_trees = match (args.trees, args.max_loss) {
        (Some(n_trees), _) if n_trees == 0 || n_trees > n_all => {
            let message = format!("--trees {n_trees}: the model has {n_all}");
            return Err(
                Error::setting(message).with_help("keep at least one, and not more than there are")
            );
        }
        (Some(n_trees), _) => n_trees,
        (None, Some(max_loss)) => fewest(&model, &reducer, args.max_depth, max_loss)?,
        (None, None) if args.max_depth.is_none() => {
            return Err(Error::setting("--out needs to know what to leave out")
                .with_help("give --trees, --max-depth or --max-loss"));
        }
        (None, None) => n_all,
    };
    let smaller = reducer.reduce(n_trees, args.max_depth)?;
    let bytes = smaller.to_bytes()?;
    let stdout_is_taken = destination.is_stdout();
    let written = destination.write(&bytes)?;
    let saved = written.version.as_ref().unwrap_or(out);
    global.note_written(saved, &written);
    let losses = [&model, &smaller].map(|model| reducer.loss(model).ok());
    let report = PruneReport::new([&model, &smaller], losses, saved, bytes.len() as u64);
    global.summarize(&report, stdout_is_taken)?;
    Ok(Exit::Done)
}

/// How few trees, cut at a depth, lose at most so much more than the whole forest, and so do all more of them: a lower
/// number may have done by luck.
fn fewest(
    model: &Model,
    reducer: &Reducer,
    max_depth: Option<usize>,
    max_loss: f64,
) -> Result<usize> {
    // Of values the root of the mean is shown.
    let shown = |loss: f64| if model.forest().n_classes() == 0 { loss.sqrt() } else { loss };
    let whole = reducer.losses(None)?;
    let of_all = whole.last().copied().map_or(f64::INFINITY, shown);
    let losses = if max_depth.is_some() { reducer.losses(max_depth)? } else { whole };
    let too_few = losses.iter().rposition(|&loss| shown(loss) > of_all + max_loss);
    match too_few.map_or(1, |last| last + 2) {
        n_trees if n_trees <= losses.len() => Ok(n_trees),
        _ => {
            Err(Error::setting(format!("--max-loss {max_loss}: at this depth all trees lose more"))
                .with_help("allow for more loss, or cut less"))
        }
    }
}

/// What is lost and won by fewer trees, and by shallower ones.
fn trade_offs(model: &Model, reducer: &Reducer) -> Result<TradeOffReport> {
    let forest = model.forest();
    let steps = |all: usize| {
        let doubled = std::iter::successors(Some(1), |n| Some(2 * n)).take_while(move |&n| n < all);
        doubled.chain([all])
    };
    let n_trees = forest.n_trees();
    let row = |n_trees, max_depth| {
        let smaller = reducer.reduce(n_trees, max_depth)?;
        Ok(TradeOff::new(&smaller, reducer.loss(&smaller)?, measured(reducer, &smaller)?))
    };
    let by_trees = steps(n_trees).map(|n_trees| row(n_trees, None)).collect::<Result<_>>()?;
    let by_depth = if reducer.can_cut() {
        steps(forest.depth().max(1))
            .map(|depth| row(n_trees, Some(depth)))
            .collect::<Result<_>>()?
    } else {
        Vec::new()
    };
    Ok(TradeOffReport::new(model, by_trees, by_depth))
}

/// The size of a smaller model's file, and how long it takes to load it and to predict with it.
fn measured(reducer: &Reducer, smaller: &Model) -> Result<Measured> {
    let bytes = smaller.to_bytes()?;
    let mut load = Vec::new();
    let mut predict = Vec::new();
    for _ in 0..REPEATS {
        let begun = Instant::now();
        let model = Model::from_bytes(&bytes)?;
        load.push(begun.elapsed().as_secs_f64());
        let rows = reducer.training_rows();
        let n_rows = rows.n_rows() as f64;
        let begun = Instant::now();
        model.forest().predict_outputs(rows)?;
        predict.push(begun.elapsed().as_secs_f64() / n_rows);
    }
    let median = |mut seconds: Vec<f64>| {
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    };
    Ok(Measured {
        bytes: bytes.len() as u64,
        load_seconds: median(load),
        predict_seconds_a_row: median(predict),
    })
}
