//! `forest evaluate`

use clap::Args;

use super::args::{GlobalArgs, RowsArgs, accuracy};
use super::data::Input;
use super::exit::Exit;
use super::output::say;
use crate::data::Label;
use crate::forest::argmax;
use crate::message::{list, shorten};
use crate::metrics::ClassificationScores;
use crate::report::evaluation::{EvaluationReport, RecordedScores};
use crate::{Error, Model, Result};

/// Score a model on rows with labels
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Without --data the rows that training held out are scored, and the recorded scores have to come
back exactly: else the exit code is 1.

Examples:
  forest evaluate --model model.bin
  forest evaluate --model iris.bin --data new.csv --json
  forest evaluate --model iris.bin --data new.csv --min-accuracy 0.9 || echo 'not good enough'"
)]
pub(super) struct EvaluateArgs {
    #[command(flatten)]
    rows: RowsArgs,

    /// Exit with code 3 if the accuracy is below this
    #[arg(long, value_name = "X", value_parser = accuracy)]
    min_accuracy: Option<f64>,
}

pub(super) fn run(args: &EvaluateArgs, global: &GlobalArgs) -> Result<Exit> {
    let model = args.rows.load_model()?;
    let input = args.rows.read(&model, None, global)?;
    let labels = known_labels(&model, &input).map_err(|error| match &args.rows.data {
        Some(path) => error.in_file(path),
        None => error,
    })?;

    check_size(labels.len(), model.forest().n_classes())?;
    let proba = model.forest().predict_proba(input.features.view())?;
    let classes: Vec<u32> = proba.rows().into_iter().map(argmax).collect();
    let scores = ClassificationScores::new(&labels, &classes, proba.view(), None);
    let accuracy = scores.accuracy;
    let recorded = input.held_out.then(|| RecordedScores::compare(&model, &scores));
    global.print(&EvaluationReport::new(&model, scores, recorded))?;

    if recorded == Some(RecordedScores::Different) {
        return Err(Error::model(
            "the scores on the rows held out are not those that were recorded in training",
        )
        .in_file(&args.rows.model)
        .help("the model or its data are not what they were: run `forest verify`"));
    }
    match args.min_accuracy {
        Some(least) if accuracy < least => {
            say(&format!("gate not met: accuracy {accuracy:.4} is below --min-accuracy {least}"));
            Ok(Exit::Gate)
        }
        _ => Ok(Exit::Done),
    }
}

/// Refuses what would need more memory than is good: the scores by rank need all probabilities at
/// once.
fn check_size(n_rows: usize, n_classes: usize) -> Result<()> {
    const MOST: usize = 1 << 29;
    if n_rows.saturating_mul(n_classes) > MOST {
        return Err(Error::data(format!(
            "scoring needs the probabilities of {n_rows} rows for {n_classes} classes at once, more \
             than {MOST} numbers"
        ))
        .help("score the rows in several files"));
    }
    Ok(())
}

/// A class code for each row.
fn known_labels(model: &Model, input: &Input) -> Result<Vec<u32>> {
    let target = &model.schema().target;
    let Some(labels) = &input.labels else {
        return Err(Error::data(format!("there is no column '{target}' to score against"))
            .help("evaluate needs labels; `forest predict` does without"));
    };
    let in_target = |error: Error, line| error.at_line(line).in_column(target);
    if let Some(line) = labels.first_missing {
        return Err(in_target(Error::data("the label is missing"), line)
            .help("fill it in, or drop the row"));
    }
    if let Some((line, label)) = &labels.first_unknown {
        let classes: Vec<&str> = model.schema().classes.iter().map(|c| c.name.as_str()).collect();
        let message = format!("the model does not know the class '{}'", shorten(label));
        return Err(in_target(Error::data(message), *line).help(format!(
            "the model's classes are {}: leave out or correct the rows of others",
            list(&classes)
        )));
    }
    let known = labels.rows.iter().filter_map(|label| match label {
        Label::Known(class) => Some(*class),
        Label::Unknown | Label::Missing => None,
    });
    let labels: Vec<u32> = known.collect();
    if labels.is_empty() {
        return Err(Error::data("there are no rows to score"));
    }
    Ok(labels)
}
