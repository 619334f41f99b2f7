//! `forest evaluate`

use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use ndarray::Array2;

use super::args::{DecisionArgs, GlobalArgs, IntervalArgs, RowsArgs, accuracy, r2};
use super::data::RowSource;
use super::exit::Exit;
use super::gate::Gate;
use super::output::say;
use super::pieces::Cost;
use crate::report::evaluation::{EvaluationReport, RecordedScores, Scores};
use crate::report::text::{bytes, count};
use forest::data::{Label, Rows, Truth, check_weights};
use forest::message::{list, shorten};
use forest::metrics::{ClassificationScores, IntervalScores, RegressionScores};
use forest::model::{AccuracyScore, Answer, HeldOutScore};
use forest::{Decision, Error, Intervals, Model, Result, Task};

/// Score a model on rows whose target is known
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Without --data the rows that training held out are scored, and the recorded scores have to come
back: counts exactly, other numbers to 12 digits. Else the exit code is 1.

Accuracy, confusion and the like are of the classes that the model decides on, or, with --threshold or
--cost, of those that are decided on so (--threshold none: the most probable ones); log loss, AUC, Brier
score and calibration are of the probabilities, whatever is made of them. What has to come back are the
scores of the model's own decisions.

Of a regression it is also scored how many of the targets prediction intervals hold, and how wide they
are: of level 0.9, or of those that --interval names.

The last table shows how often what was given a probability came true, in ten bins: of two classes
the second, as scikit-learn's `calibration_curve` does, of more the most probable. The calibration
error is that of the most probable class (Guo et al. 2017), the Brier score's parts are Murphy's (1973).

Examples:
  forest evaluate --model model.bin
  forest evaluate --model iris.bin --data new.csv --json
  forest evaluate --model churn.bin --data new.csv --cost FP=1,FN=5
  forest evaluate --model iris.bin --data new.csv --min-accuracy 0.9 || echo 'not good enough'"
)]
pub(super) struct EvaluateArgs {
    #[command(flatten)]
    rows: RowsArgs,

    /// Column of --data with weights: how much each row counts (rows held out count as in training)
    #[arg(long, value_name = "COLUMN", requires = "data", conflicts_with = "held_out")]
    sample_weight: Option<String>,

    /// Exit with code 3 if the accuracy is below this
    #[arg(long, value_name = "X", value_parser = accuracy)]
    min_accuracy: Option<f64>,

    /// Exit with code 3 if the R² of a regression is below this
    #[arg(long, value_name = "X", value_parser = r2, conflicts_with = "min_accuracy")]
    min_r2: Option<f64>,

    #[command(flatten)]
    decision: DecisionArgs,

    #[command(flatten)]
    interval: IntervalArgs,
}

pub(super) fn run(args: &EvaluateArgs, global: &GlobalArgs) -> Result<Exit> {
    let model = args.rows.load_model()?;
    let gate = Gate::new(args.min_accuracy, args.min_r2);
    if let Some(gate) = gate {
        gate.check_task(model.forest().task())?;
    }
    let decision = args.decision.decision(&model)?;
    let intervals = args.intervals(&model)?;
    let mut input = args.rows.open(&model, None, args.sample_weight.as_ref())?;
    let rows = Predicted::read(&model, intervals.is_some(), &mut input)?;
    let (scores, held_out) = rows.score(&model, intervals, &input, &decision)?;
    let score = scores.of_gate();
    let recorded = input.is_held_out().then(|| RecordedScores::compare(&model, &held_out));
    let schema_report = input.report(&model, global)?;
    if let (Some(schema_report), false) = (&schema_report, global.json) {
        global.note_schema_report(schema_report);
    }
    global.print(&EvaluationReport::new(&model, &decision, scores, recorded, schema_report))?;

    if recorded == Some(RecordedScores::Different) {
        return Err(Error::model(
            "the scores on the rows held out are not those that were recorded in training",
        )
        .in_file(&args.rows.model)
        .with_help("the model or its data are not what they were: run `forest verify`"));
    }
    match gate.map_or(Ok(()), |gate| gate.check(score)) {
        Ok(()) => Ok(Exit::Done),
        Err(why) => {
            say(&format!("gate not met: {why}"));
            Ok(Exit::Gate)
        }
    }
}

impl EvaluateArgs {
    /// What intervals are made of, and their levels: those that were asked for, or the default if the model has it.
    fn intervals<'a>(&'a self, model: &'a Model) -> Result<Option<(&'a Intervals, &'a [f64])>> {
        Ok(match self.interval.of(model)? {
            Some(intervals) => Some((intervals, &self.interval.levels)),
            None => model
                .intervals()
                .ok()
                .filter(|intervals| intervals.max_level() >= DEFAULT_LEVEL)
                .map(|intervals| (intervals, &[DEFAULT_LEVEL][..])),
        })
    }
}

/// The level of the intervals that are scored unasked.
const DEFAULT_LEVEL: f64 = 0.9;

/// The maximum number of bytes of predictions: scores by rank need all of them at once.
const MOST_BYTES: usize = 1 << 30;

/// All rows, with what the forest gives for them.
#[derive(Default)]
struct Predicted {
    places: Vec<u64>,
    truth: Option<Truth>,
    weights: Option<Vec<f64>>,
    /// Row by row; values with their spreads, if there are to be intervals.
    outputs: Vec<f64>,
}

impl Predicted {
    fn read(model: &Model, with_spread: bool, input: &mut RowSource) -> Result<Self> {
        let forest = model.forest();
        let n_outputs = if with_spread { 2 } else { forest.n_outputs() };
        let mut all = Rows::default();
        let mut outputs = Vec::new();
        let n_rows = AtomicUsize::new(0);
        let admit = |more: usize| {
            let before = n_rows.fetch_add(more, Ordering::Relaxed);
            check_size(before.saturating_add(more), n_outputs)
        };
        let work = |mut rows: Rows| {
            let outputs = if with_spread {
                forest.predict_spread(&rows)?.into_flattened()
            } else {
                forest.predict_outputs(&rows)?.into_raw_vec_and_offset().0
            };
            rows.features = Vec::new();
            Ok((rows, outputs))
        };
        let cost = Cost { of_row: size_of::<f64>() * n_outputs, of_piece: 0 };
        let done = input.for_each(cost, admit, work, |(rows, block)| {
            reserve(&mut outputs, block.len(), n_outputs)?;
            outputs.extend(block);
            all.append(rows);
            Ok(())
        });
        done.map_err(|error| match error.file() {
            None => input.locate(None, None, error),
            Some(_) => error,
        })?;
        let Rows { places, truth, weights, .. } = all;
        Ok(Self { places, truth, weights, outputs })
    }

    /// All scores of the decisions, and those that training records, of the model's own decisions.
    fn score(
        self,
        model: &Model,
        intervals: Option<(&Intervals, &[f64])>,
        input: &RowSource,
        decision: &Decision,
    ) -> Result<(Scores, HeldOutScore)> {
        let target = &model.schema().target.name;
        let in_file = |error| input.locate(None, None, error);
        if self.places.is_empty() {
            return Err(in_file(Error::data("there are no rows to score")));
        }
        let Some(truth) = &self.truth else {
            let error = Error::data(format!("there is no column '{target}' to score against"));
            return Err(in_file(
                error.with_help("evaluate needs it; `forest predict` does without"),
            ));
        };
        let weights = self.weights.as_deref();
        check_weights(weights).map_err(in_file)?;
        match truth {
            Truth::Classes(labels) => {
                let labels = self.known(model, input, labels)?;
                let n_classes = model.forest().n_classes();
                let outputs = || self.outputs.chunks(n_classes);
                let answers = labels.iter().zip(outputs());
                let answers =
                    answers.map(|(&class, proba)| Answer::new(class, proba, model.decision()));
                let classes: Vec<u32> = outputs().map(|proba| decision.decide(proba)).collect();
                let held_out = AccuracyScore::new(answers, weights, &model.class_rows());
                let proba = Array2::from_shape_vec((labels.len(), n_classes), self.outputs)
                    .map_err(|error| Error::data(error.to_string()))?;
                let scores = ClassificationScores::new(&labels, &classes, proba.view(), weights);
                let scores = Scores::Classification(Box::new(scores), held_out.baseline_log_loss);
                Ok((scores, HeldOutScore::Classification(held_out)))
            }
            Truth::Numbers(numbers) => {
                if let Some(row) = numbers.iter().position(|number| number.is_nan()) {
                    return Err(self.missing(model, input, row));
                }
                let baseline = model.mean_target().unwrap_or_default();
                let n_outputs = if intervals.is_some() { 2 } else { 1 };
                let values: Vec<f64> = self.outputs.iter().step_by(n_outputs).copied().collect();
                let scores = RegressionScores::new(numbers, &values, baseline, weights);
                let predictions = self.outputs.as_chunks::<2>().0;
                let of_level = |(intervals, level): (&Intervals, f64)| {
                    let bounds = intervals.bounds(predictions, level)?;
                    Ok(IntervalScores::new(level, numbers, &bounds, weights))
                };
                let levels = intervals.into_iter().flat_map(|(intervals, levels)| {
                    levels.iter().map(move |&level| (intervals, level))
                });
                let of_intervals = levels.map(of_level).collect::<Result<_>>()?;
                let scores_of_all = Scores::Regression(scores, of_intervals);
                Ok((scores_of_all, HeldOutScore::Regression(scores)))
            }
        }
    }

    /// A class code for each row.
    fn known(&self, model: &Model, input: &RowSource, labels: &[Label]) -> Result<Vec<u32>> {
        let code = |(row, label): (usize, &Label)| match label {
            Label::Known(code) => Ok(*code),
            Label::Missing => Err(self.missing(model, input, row)),
            Label::Unknown(label) => {
                let classes: Vec<&str> =
                    model.schema().classes().iter().map(|class| class.name.as_str()).collect();
                let message = format!("the model does not know the class '{}'", shorten(label));
                let error = Error::data(message).with_help(format!(
                    "the model's classes are {}: leave out or correct the rows of others",
                    list(&classes)
                ));
                Err(self.locate(model, input, row, error))
            }
        };
        labels.iter().enumerate().map(code).collect()
    }

    fn missing(&self, model: &Model, input: &RowSource, row: usize) -> Error {
        let found = match model.forest().task() {
            Task::Classification => "the target is missing",
            Task::Regression => "the target is missing, or no finite number",
        };
        let error = Error::data(found).with_help("fill it in, or drop the row");
        self.locate(model, input, row, error)
    }

    fn locate(&self, model: &Model, input: &RowSource, row: usize, error: Error) -> Error {
        input.locate(Some(self.places[row]), Some(&model.schema().target.name), error)
    }
}

/// Refuses more rows than there should be memory for.
fn check_size(n_rows: usize, n_outputs: usize) -> Result<()> {
    let most_rows = MOST_BYTES / size_of::<f64>() / n_outputs;
    if n_rows <= most_rows {
        return Ok(());
    }
    Err(too_large(
        &format!(
            "that is {} for {}, and there are more",
            bytes(MOST_BYTES as u64),
            count(most_rows as u64, "row", "rows")
        ),
        n_outputs,
    ))
}

/// Makes room for more predictions, which the system can refuse.
fn reserve(outputs: &mut Vec<f64>, n_more: usize, n_outputs: usize) -> Result<()> {
    outputs.try_reserve(n_more).map_err(|_| {
        let n_rows = (outputs.len() + n_more) / n_outputs;
        let found = count(n_rows as u64, "row", "rows");
        too_large(&format!("there is no memory for {found}"), n_outputs)
    })
}

fn too_large(what: &str, n_outputs: usize) -> Error {
    let outputs = count(n_outputs as u64, "number", "numbers");
    Error::data(format!("scoring keeps what is predicted for all rows, {outputs} a row: {what}"))
        .with_help("score the rows in several files, or fewer of them")
}
