//! `forest evaluate`

use clap::Args;

use super::args::{DecisionArgs, GlobalArgs, IntervalArgs, RowsArgs};
use super::data::{RowSource, class_names};
use super::drift;
use super::exit::Exit;
use super::gate::{GateArgs, say_failures};
use super::output::has_room_for_charts;
use super::predicted::{Keep, Known, Predicted};
use crate::report::evaluation::{Evaluation, EvaluationReport, RecordedScores};
use forest::data::RowsOptions;
use forest::metrics::{IntervalScores, RegressionScores, Scores};
use forest::model::{AccuracyScore, Answer, HeldOutScore};
use forest::{Decision, Error, Intervals, Model, Result};

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
    pub(super) rows: RowsArgs,

    /// Column of --data with weights: how much each row counts (rows held out count as in training)
    #[arg(long, value_name = "COLUMN", requires = "data", conflicts_with = "held_out")]
    sample_weight: Option<String>,

    #[command(flatten)]
    gates: GateArgs,

    #[command(flatten)]
    decision: DecisionArgs,

    #[command(flatten)]
    interval: IntervalArgs,
}

pub(super) fn run(args: &EvaluateArgs, global: &GlobalArgs) -> Result<Exit> {
    let model = args.rows.load_model()?;
    let gates = args.gates.gates();
    let classes = class_names(&model);
    gates.check(&classes, model.forest().task(), global)?;
    drift::check(args.rows.strict.max_drift, &model)?;
    let decision = args.decision.decision(&model)?;
    let intervals = args.intervals(&model)?;
    let sample_weight = args.sample_weight.clone();
    let options = RowsOptions { sample_weight, ..RowsOptions::default() };
    let mut input = args.rows.open(&model, options)?;
    let bar = input.bar(global);
    let keep = Keep { spread: intervals.is_some(), ..Keep::default() };
    let rows = Predicted::read(&model, keep, &mut input, &bar)?;
    drop(bar);
    let Scored { evaluation, held_out } = Scored::new(rows, &model, intervals, &input, &decision)?;
    let mut outcomes = gates.outcomes(&classes, &evaluation.scores, &evaluation.baseline);
    let recorded = input.is_held_out().then(|| RecordedScores::compare(&model, &held_out));
    let schema_report = input.report(&model, global)?;
    outcomes.extend(drift::outcome(args.rows.strict.max_drift, schema_report.as_ref()));
    if let (Some(schema_report), false) = (&schema_report, global.json) {
        global.note_schema_report(schema_report);
    }
    let report = EvaluationReport::new(&model, &decision, evaluation, recorded, schema_report);
    global.print(&report.with_gates(&outcomes).with_bars(has_room_for_charts()))?;

    if recorded == Some(RecordedScores::Different) {
        return Err(Error::model(
            "the scores on the rows held out are not those that were recorded in training",
        )
        .in_file(&args.rows.model)
        .with_help("the model or its data are not what they were: run `forest verify`"));
    }
    Ok(if say_failures(&outcomes, "", "", global) { Exit::Gate } else { Exit::Done })
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

/// How good the answers are.
pub(super) struct Scored {
    /// Those that were asked for.
    pub(super) evaluation: Evaluation,
    /// The model's own, as training records them.
    pub(super) held_out: HeldOutScore,
}

impl Scored {
    pub(super) fn new(
        Predicted { rows, outputs }: Predicted,
        model: &Model,
        intervals: Option<(&Intervals, &[f64])>,
        input: &RowSource,
        decision: &Decision,
    ) -> Result<Self> {
        let truth = Known::of(&rows, model, input)?;
        let n_classes = model.forest().n_classes();
        let (target, weights) = (truth.target(n_classes), rows.weights.as_deref());
        let baseline = model.baseline();
        match &truth {
            Known::Classes(labels) => {
                let answers = labels.iter().zip(outputs.chunks(n_classes));
                let answers =
                    answers.map(|(&class, proba)| Answer::new(class, proba, model.decision()));
                let held_out = AccuracyScore::new(answers, weights, &model.class_rows());
                let evaluation = Evaluation {
                    scores: baseline.score(outputs, decision, target, weights)?,
                    baseline: baseline.scores(target, weights),
                    intervals: Vec::new(),
                };
                Ok(Self { evaluation, held_out: HeldOutScore::Classification(held_out) })
            }
            Known::Numbers(numbers) => {
                let n_outputs = if intervals.is_some() { 2 } else { 1 };
                let values: Vec<f64> = outputs.iter().step_by(n_outputs).copied().collect();
                let mean = model.mean_target().unwrap_or_default();
                let scores = RegressionScores::new(numbers, &values, mean, weights);
                let predictions = outputs.as_chunks::<2>().0;
                let of_level = |(intervals, level): (&Intervals, f64)| {
                    let bounds = intervals.bounds(predictions, level)?;
                    Ok(IntervalScores::new(level, numbers, &bounds, weights))
                };
                let levels = intervals.into_iter().flat_map(|(intervals, levels)| {
                    levels.iter().map(move |&level| (intervals, level))
                });
                let evaluation = Evaluation {
                    scores: Scores::Regression(Box::new(scores)),
                    baseline: baseline.scores(target, weights),
                    intervals: levels.map(of_level).collect::<Result<_>>()?,
                };
                Ok(Self { evaluation, held_out: HeldOutScore::Regression(scores) })
            }
        }
    }
}
