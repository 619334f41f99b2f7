//! `forest diff`

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{GlobalArgs, RowsArgs, StrictArgs, TrustArgs, delimiter, metric_of, named};
use super::exit::Exit;
use super::gate::say_failures;
use super::newest::why;
use super::two_models::{Compared, TwoModels};
use crate::report::diff::DiffReport;
use crate::report::gates::GateOutcome;
use forest::data::{Format, Source};
use forest::metrics::Metric;
use forest::{Error, Model, Result, Task};

/// Say what differs between two models, and between their answers to the same rows
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
The rows are those of --data, whose targets are known, or those that both held out, if they were trained on the
same table and split it alike. Answers are compared as `forest compare A B` does: differences of scores with
bootstrap intervals, the rows that only one answers rightly (McNemar's exact test), rows gained and lost by class,
and which rows are answered differently (the first 1,000 with --json).

With --max-drop X the exit code is 3 if B is worse than A by more than X on these rows: in accuracy, R², or what
--metric names. Of metrics that had better be low, such as log_loss, it is how far they rise.

Examples:
  forest diff model_v1.bin model_v2.bin
  forest diff model_v1.bin model_v2.bin --data new.csv --max-drop 0.01
  forest diff models/churn_v3.bin 'models/churn_v{n}.bin' --json | jq .settings"
)]
pub(super) struct DiffArgs {
    /// Two model files; {n} in a name is the highest number whose file is whole
    #[arg(value_name = "MODEL", num_args = 2, required = true)]
    pub(super) models: Vec<PathBuf>,

    /// Use the models only if this key signed both, each with its signature beside it: a public key in PEM
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,

    /// Table of rows whose targets are known [default: the rows that both held out]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Column of --data with weights: how much each row counts
    #[arg(long, value_name = "COLUMN", requires = "data")]
    sample_weight: Option<String>,

    /// Character between two cells [default: what the header and the first rows have between them]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, requires = "data")]
    delimiter: Option<u8>,

    /// Format of --data [default: by its name; csv if that says nothing]
    #[arg(long, value_name = "FORMAT", value_parser = named::<Format>(), requires = "data")]
    format: Option<Format>,

    /// Exit with code 3 if the second model is worse than the first by more than this
    #[arg(long, value_name = "X", value_parser = drop)]
    max_drop: Option<f64>,

    /// Metric of --max-drop [default: accuracy, r2]
    #[arg(long, value_name = "METRIC", value_parser = named::<Metric>(), requires = "max_drop")]
    metric: Option<Metric>,
}

pub(super) fn run(args: &DiffArgs, global: &GlobalArgs) -> Result<Exit> {
    let rows = [0, 1].map(|which| args.rows(&args.models[which]));
    let two = TwoModels::load(rows, args.sample_weight.as_ref())?;
    let gate = args.gate(&two.models[0])?;
    let compared = args.compare(&two, global);
    let mut report = DiffReport::new([&args.models[0], &args.models[1]], &two.models);
    let mut outcomes = Vec::new();
    match compared {
        Ok(Compared { report: rows, scores }) => {
            let values = |metric| scores.each_ref().map(|scores| scores.get(metric));
            outcomes.extend(gate.map(|(metric, most)| outcome(metric, most, values(metric))));
            report.compared(rows);
        }
        // Who asks for rows has to get them.
        Err(error) if args.data.is_some() || gate.is_some() => return Err(error),
        Err(error) => report.not_compared(place_and_why(&error)),
    }
    global.print(&report.with_gates(&outcomes))?;
    Ok(if say_failures(&outcomes, "", "", global) { Exit::Gate } else { Exit::Done })
}

impl DiffArgs {
    fn rows(&self, model: &Path) -> RowsArgs {
        RowsArgs {
            model: model.to_owned().into(),
            trust: TrustArgs::by_key(self.public_key.as_ref()),
            data: self.data.clone(),
            held_out: false,
            delimiter: self.delimiter,
            format: self.format,
            strict: StrictArgs::default(),
        }
    }

    /// The metric that must not get worse, and by how much it may.
    fn gate(&self, model: &Model) -> Result<Option<(Metric, f64)>> {
        let Some(most) = self.max_drop else { return Ok(None) };
        let task = model.schema().task();
        let main = match task {
            Task::Classification => Metric::Accuracy,
            Task::Regression => Metric::R2,
        };
        Ok(Some((metric_of(self.metric.or(Some(main)), task)?, most)))
    }

    fn compare(&self, two: &TwoModels, global: &GlobalArgs) -> Result<Compared> {
        if self.data.is_none() {
            check_held_out(&two.models).map_err(|error| {
                error.in_file(&self.models[1]).with_help("give rows with --data FILE")
            })?;
        }
        two.compare(global)
    }
}

/// Refuses models that did not hold out the same rows, by what they record.
fn check_held_out([first, second]: &[Model; 2]) -> Result<()> {
    let [ours, theirs] = [first, second].map(Model::metadata);
    let split_by = |source: &Source| {
        source.file().map(|file| [file.read.group.clone(), file.read.order.clone()])
    };
    let wrong = if ours.data.sha256() != theirs.data.sha256() {
        "it was trained on another table than the first model"
    } else if ours.split != theirs.split || split_by(&ours.data) != split_by(&theirs.data) {
        "it held out other rows than the first model"
    } else {
        return Ok(());
    };
    Err(Error::model(format!("{wrong}, so that there are none to compare them on")))
}

/// What the gate found: how much worse the second is, and whether that is too much.
fn outcome(metric: Metric, most: f64, [first, second]: [Option<f64>; 2]) -> GateOutcome {
    let sign = if metric.is_loss() { -1.0 } else { 1.0 };
    let gate = format!("--max-drop {most}");
    let (met, why_not) = match first.zip(second) {
        None => (false, format!("{metric} is undefined for these rows ({gate})")),
        Some((first, second)) => {
            let worse = sign * (first - second);
            // A row of a hundred less is a drop of 0.01, however 0.9 − 0.89 is rounded.
            let rounding = 1e-12 * first.abs().max(second.abs());
            let verb = if metric.is_loss() { "rises" } else { "drops" };
            let why_not =
                format!("{metric} {verb} by {worse:.4}, from {first:.4} to {second:.4} ({gate})");
            (worse <= most + rounding, why_not)
        }
    };
    GateOutcome { gate, value: second, bound: first.map(|first| first - sign * most), met, why_not }
}

/// An error in one line.
fn place_and_why(error: &Error) -> String {
    let place = error.place().map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{place}{}", why(error))
}

/// How much worse a score may be.
fn drop(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(drop) if drop >= 0.0 && drop.is_finite() => Ok(drop),
        _ => Err("how much worse it may be is a number from 0, for instance 0.01".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drop_is_too_much_only_beyond_what_may_be() {
        let is_met = |metric, most, scores: [f64; 2]| outcome(metric, most, scores.map(Some)).met;
        // 90 and 89 of 100 rows; 0.9 − 0.89 is 0.010000000000000009.
        assert!(is_met(Metric::Accuracy, 0.01, [0.9, 0.89]));
        assert!(!is_met(Metric::Accuracy, 0.01, [0.9, 0.88]));
        assert!(is_met(Metric::Accuracy, 0.0, [0.9, 0.9]));
        assert!(is_met(Metric::Accuracy, 0.0, [0.9, 1.0]));
        // 1 − 0.1 and 1 − 0.2, of 0.3 and 0.2: losses had better be low.
        assert!(is_met(Metric::LogLoss, 0.1, [0.3, 0.2]));
        assert!(is_met(Metric::LogLoss, 0.1, [0.3, 0.4]));
        assert!(!is_met(Metric::LogLoss, 0.1, [0.3, 0.41]));
        let undefined = outcome(Metric::R2, 0.1, [Some(0.5), None]);
        assert!(!undefined.met && undefined.why_not.contains("undefined"));
        let bound = outcome(Metric::Rmse, 2.0, [Some(10.0), Some(13.0)]);
        assert_eq!(bound.bound, Some(12.0));
        assert_eq!(bound.why_not, "rmse rises by 3.0000, from 10.0000 to 13.0000 (--max-drop 2)");
    }
}
