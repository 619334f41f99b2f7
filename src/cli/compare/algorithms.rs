//! Algorithms on the same folds.

use super::CompareArgs;
use crate::cli::advice::with_flags;
use crate::cli::args::{GlobalArgs, metric_of, warn};
use crate::cli::exit::Exit;
use crate::cli::progress::Progress;
use crate::report::compare::{CompareReport, LeftOut};
use forest::data::Table;
use forest::validation::{Comparison, Contestant, FoldScores};
use forest::{Error, Result};

pub(super) fn run(args: &CompareArgs, global: &GlobalArgs) -> Result<Exit> {
    let table = args.training.read_table(global)?;
    let task = table.target.values.task();
    let metric = metric_of(args.metric, task)?;
    let (contestants, mut left_out) = contestants(args, &table)?;
    let options = args.training.options_of_folds(&args.decision, &table, global)?;
    let (folds, cross_validation) = args.folds.cross_validation(&table, global)?;
    let warnings = warn(&cross_validation, &options, global)?;
    let n_fits = contestants.len() * cross_validation.folds().len();
    let bar = Progress::new(n_fits as u64, "trainings", global);
    let (on_tree, on_fold) = (|| bar.tick(), |_: &FoldScores| bar.inc(1));
    let cross_validation = cross_validation.on_tree(&on_tree).on_fold(&on_fold);
    let mut done = Vec::new();
    for (contestant, ended) in contestants.into_iter().zip(1..) {
        bar.set_message(format!("({contestant})"));
        let fixed = args.training.forest.given();
        let ran = contestant
            .algorithm(&options, fixed)
            .and_then(|algorithm| cross_validation.run(&algorithm));
        match ran {
            Ok(folds) => done.push((contestant, folds)),
            // What the flags ask for has to work; others may not be made for the table.
            Err(error) if contestant == Contestant::Forest => return Err(error),
            Err(error) => left_out.push(LeftOut::new(contestant, with_flags(error.message()))),
        }
        bar.set(ended * cross_validation.folds().len() as u64);
    }
    drop(bar);
    if done.is_empty() {
        return Err(Error::setting("none of the algorithms goes with this table"));
    }
    let by_algorithm: Vec<&[FoldScores]> = done.iter().map(|(_, folds)| &**folds).collect();
    let comparison = Comparison::new(metric, &by_algorithm)?;
    global.print(&CompareReport::new(&table, folds, done, &comparison, left_out, warnings))?;
    Ok(Exit::Done)
}

/// Those that were asked for, or all that know the task and do not take long; and those that do.
fn contestants(args: &CompareArgs, table: &Table) -> Result<(Vec<Contestant>, Vec<LeftOut>)> {
    let task = table.target.values.task();
    let all = Contestant::all(task);
    if args.algorithms.is_empty() {
        let takes_long = |contestant: &Contestant| {
            contestant.most_rows_unasked().is_some_and(|most| table.n_rows() > most)
        };
        let (left_out, taken): (Vec<_>, Vec<_>) = all.into_iter().partition(takes_long);
        let why = "it takes long on so many rows: --algorithms takes it in";
        let left_out =
            left_out.into_iter().map(|contestant| LeftOut::new(contestant, why.to_owned()));
        return Ok((taken, left_out.collect()));
    }
    let mut asked: Vec<Contestant> = Vec::new();
    for &contestant in &args.algorithms {
        if !all.contains(&contestant) {
            let wrong = format!("--algorithms has {contestant}, which knows no {task}");
            return Err(Error::setting(wrong).with_help("leave it out"));
        }
        if !asked.contains(&contestant) {
            asked.push(contestant);
        }
    }
    Ok((asked, Vec::new()))
}
