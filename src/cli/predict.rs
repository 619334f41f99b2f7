//! `forest predict`

use std::path::PathBuf;

use clap::Args;

use super::args::{DecisionArgs, ForceArgs, GlobalArgs, IntervalArgs, RowsArgs, named, part};
use super::data::{RowSource, class_names};
use super::drift;
use super::exit::Exit;
use super::gate::say_failures;
use super::pieces::Cost;
use super::prediction_writer::{PredictionWriter, layout};
use super::progress::RowsProgress;
use crate::report::decision::DecisionReport;
use crate::report::predictions::{
    Encoded, OutputColumn, OutputField, OutputFormat, OutputKind, PredictionEncoder,
};
use crate::report::score_accumulator::{PredictedScores, ScoreAccumulator};
use forest::data::{Format, Rows, RowsOptions, STANDARD_STREAM, Truth};
use forest::{Decision, Error, Intervals, Model, Result, Task};

/// Predict rows: a table in, a table out, or with --json an object a line
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
The output has a column `prediction` and, with --proba, a column `proba_CLASS` for each class, or,
with --quantiles, a column `quantile_Q` for each, and, with --interval, columns `lower_LEVEL` and
`upper_LEVEL`. Intervals are conformal, by out-of-bag residuals, and wider where trees disagree; of
groups that training has not seen, or of times after it, they may hold fewer targets. Rows stay in
their order, and are written while others are read, so that a table of any length needs no more
memory than a short one.

Columns of the input are found by name, in any order; others are ignored. What the rows have that
no training row had is said on standard error: levels, values outside the range, missing values; and
which features are distributed otherwise. If --max-drift is not met, no file is written.
Without --data the rows that training held out are predicted, and a column `row` has their numbers
in the table, from 0.

Examples:
  forest predict --model model.bin
  forest predict --model 'models/churn_v{n}.bin' --data new.csv
  forest predict --model iris.bin --data new.csv --proba --id plant --out predictions.csv
  forest predict --model churn.bin --data new.csv --append --threshold 0.3
  forest predict --model mass.bin --data new.csv --interval 0.9
  forest predict --model mass.bin --data new.parquet --quantiles 0.05,0.5,0.95 --out mass.parquet
  zcat new.csv.gz | forest predict --model iris.bin --data - | head"
)]
pub(super) struct PredictArgs {
    #[command(flatten)]
    pub(super) rows: RowsArgs,

    /// File to write, - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,

    /// Format of --out [default: by its name; csv if that says nothing]
    #[arg(long, value_name = "FORMAT", value_parser = named::<Format>())]
    out_format: Option<Format>,

    #[command(flatten)]
    force: ForceArgs,

    /// Write the probability of each class as well
    #[arg(long)]
    proba: bool,

    /// Write these quantiles of the target as well (the model has to be trained with
    /// --keep-quantiles)
    #[arg(long, value_name = "Q,…", value_delimiter = ',', value_parser = part)]
    quantiles: Vec<f64>,

    #[command(flatten)]
    interval: IntervalArgs,

    /// Column of --data to pass through; may be repeated, or list several with commas
    #[arg(long, value_name = "COLUMN", requires = "data", conflicts_with = "held_out")]
    id: Vec<String>,

    /// Write all columns of --data, as they stand, before the predictions
    #[arg(long, requires = "data", conflicts_with_all = ["held_out", "id"])]
    append: bool,

    /// Answer each row of --data (CSV, also from a pipe that stays open) as soon as it is there, on standard output
    #[arg(long, requires = "data", conflicts_with = "held_out")]
    unbuffered: bool,

    #[command(flatten)]
    decision: DecisionArgs,
}

pub(super) fn run(args: &PredictArgs, global: &GlobalArgs) -> Result<Exit> {
    let destination = args.force.destination(&args.out, &args.rows.inputs())?;
    let layout = layout(&args.out, args.out_format, global.json)?;
    args.check_unbuffered(layout)?;
    let model = args.rows.load_model()?;
    args.check_task(&model)?;
    drift::check(args.rows.strict.max_drift, &model)?;
    let intervals = args.interval.of(&model)?;
    let decision = args.decision.decision(&model)?;
    let (ids, append, unbuffered) = (args.id.clone(), args.append, args.unbuffered);
    let options = RowsOptions { ids, append, unbuffered, ..RowsOptions::default() };
    let mut input = args.rows.open(&model, options)?;
    let encoder = PredictionEncoder::new(args.fields(&model, &input)?, layout)?;

    let names = class_names(&model);
    let work = |rows: Rows| args.predict(&model, intervals, &decision, &names, &encoder, &rows);
    let mut writer = PredictionWriter::new(&encoder, destination, &args.out);
    let mut scores = ScoreAccumulator::new(&model);
    let longest_name = names.iter().map(String::len).max().unwrap_or_default();
    let cost =
        Cost { of_row: longest_name + encoder.bytes_of_row(), of_piece: encoder.bytes_of_piece() };
    let bar = if writer.is_on_terminal() { RowsProgress::hidden() } else { input.bar(global) };
    input.for_each(
        cost,
        |_| Ok(()),
        &bar,
        work,
        |(encoded, block)| {
            scores.merge(&block);
            writer.write(encoded)
        },
    )?;
    drop(bar);
    let schema_report = input.report(&model, global)?;
    let gate = drift::outcome(args.rows.strict.max_drift, schema_report.as_ref());
    let is_met = gate.as_ref().is_none_or(|gate| gate.met);
    if is_met {
        global.note_written(&args.out, &writer.finish()?);
    }
    if let Some(decision) = DecisionReport::new(&model, &decision) {
        global.note_data("decision", &decision, &format!("note: {decision}"));
    }
    if let Some(schema_report) = &schema_report {
        global.note_schema_report(schema_report);
    }
    if let Some(scores) = PredictedScores::new(&scores, |place| input.place(place)) {
        global.note_data("scores", &scores, &scores.to_string());
    }
    Ok(if say_failures(gate.as_slice(), "", "", global) { Exit::Gate } else { Exit::Done })
}

impl PredictArgs {
    /// Refuses rows one by one where they are not seen before all are there.
    fn check_unbuffered(&self, layout: OutputFormat) -> Result<()> {
        let is_text = matches!(layout, OutputFormat::Csv | OutputFormat::JsonLines);
        if !self.unbuffered || is_text && self.out.as_os_str() == STANDARD_STREAM {
            return Ok(());
        }
        Err(Error::setting("--unbuffered is about CSV or JSON lines on standard output")
            .with_help("a file is there when it is complete: leave out --unbuffered or --out"))
    }

    /// Refuses what the model's task has none of.
    fn check_task(&self, model: &Model) -> Result<()> {
        match model.forest().task() {
            Task::Regression if self.proba => {
                Err(Error::setting("--proba is about classes, and the model predicts numbers")
                    .with_help("leave it out; --interval says how sure a regression is"))
            }
            Task::Classification if !self.quantiles.is_empty() => {
                Err(Error::setting("--quantiles is about numbers, and the model predicts classes")
                    .with_help("leave it out; --proba says how sure a classification is"))
            }
            Task::Regression if !self.quantiles.is_empty() && !model.forest().keeps_quantiles() => {
                Err(Error::setting(
                    "--quantiles needs the training targets of each leaf, and the model has none",
                )
                .with_help("train it with --keep-quantiles"))
            }
            _ => Ok(()),
        }
    }

    /// The columns of the output.
    fn fields(&self, model: &Model, input: &RowSource) -> Result<Vec<OutputField>> {
        let plain = |name: &str, kind| OutputField {
            name: name.to_owned(),
            kind,
            path: vec![name.to_owned()],
        };
        let ids = input.ids();
        let mut fields = Vec::new();
        fields.extend(ids.iter().map(|id| plain(id, OutputKind::Text)));
        let kind = match model.forest().task() {
            Task::Classification => OutputKind::Text,
            Task::Regression => OutputKind::Number,
        };
        fields.push(plain("prediction", kind));
        let number = |name: String, path: &[&str]| OutputField {
            name,
            kind: OutputKind::Number,
            path: path.iter().copied().map(str::to_owned).collect(),
        };
        let mut numbers = |prefix: &str, group, keys: Vec<String>| {
            fields.extend(keys.iter().map(|key| number(format!("{prefix}_{key}"), &[group, key])));
        };
        if self.proba {
            numbers("proba", "proba", class_names(model));
        }
        numbers("quantile", "quantiles", self.quantiles.iter().map(f64::to_string).collect());
        for level in self.interval.levels.iter().map(f64::to_string) {
            let end =
                |name: &str, key| number(format!("{name}_{level}"), &["intervals", &level, key]);
            fields.extend([end("lower", "low"), end("upper", "high")]);
        }
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = fields.iter().find(|field| !seen.insert(&field.name)) {
            let name = &twice.name;
            return Err(match ids.iter().filter(|id| *id == name).count() {
                1 if self.append => Error::setting(format!(
                    "--append '{name}' is the name of a column of the output"
                ))
                .with_help("rename the column in --data, or name others with --id"),
                1 => Error::setting(format!("--id '{name}' is the name of a column of the output"))
                    .with_help("rename the column in --data, or leave out --id"),
                2.. => Error::setting(format!("--id names '{name}' twice"))
                    .with_help("name each column once"),
                0 => Error::setting(format!("the output would have two columns '{name}'"))
                    .with_help("give each quantile and each level once"),
            });
        }
        Ok(fields)
    }

    /// Predicts a block of rows.
    fn predict(
        &self,
        model: &Model,
        intervals: Option<&Intervals>,
        decision: &Decision,
        names: &[String],
        encoder: &PredictionEncoder,
        rows: &Rows,
    ) -> Result<(Encoded, ScoreAccumulator)> {
        let forest = model.forest();
        let is_regression = forest.task() == Task::Regression;
        let n_outputs = forest.n_outputs();
        let mut bounds = Vec::new();
        let outputs = if let Some(intervals) = intervals {
            let predictions = forest.predict_spread(rows)?;
            for &level in &self.interval.levels {
                bounds.push(intervals.bounds(&predictions, level)?);
            }
            predictions.into_iter().map(|[value, _]| value).collect()
        } else if self.proba || is_regression {
            forest.predict_outputs(rows)?.into_raw_vec_and_offset().0
        } else {
            Vec::new()
        };
        let classes = match forest.task() {
            Task::Regression => Vec::new(),
            Task::Classification if self.proba => {
                outputs.chunks(n_outputs).map(|proba| decision.decide(proba)).collect()
            }
            Task::Classification => forest.predict_decided(rows, decision)?,
        };
        let quantiles = if self.quantiles.is_empty() {
            Vec::new()
        } else {
            forest.predict_quantiles(rows, &self.quantiles)?.into_raw_vec_and_offset().0
        };
        let mut columns: Vec<OutputColumn> = Vec::new();
        columns.extend(rows.ids.iter().map(|ids| OutputColumn::Texts(ids)));
        if !is_regression {
            columns.push(OutputColumn::Classes { names, codes: &classes });
        }
        if self.proba || is_regression {
            columns.extend(OutputColumn::of_table(&outputs, n_outputs));
        }
        columns.extend(OutputColumn::of_table(&quantiles, self.quantiles.len()));
        for bounds in &bounds {
            columns.extend(OutputColumn::of_table(bounds.as_flattened(), 2));
        }

        let mut scores = ScoreAccumulator::new(model);
        match &rows.truth {
            Some(Truth::Classes(labels)) => {
                scores.add_classes(labels.iter().zip(&rows.places), &classes);
            }
            Some(Truth::Numbers(numbers)) => scores.add_numbers(numbers, &outputs),
            None => {}
        }
        Ok((encoder.encode(&columns)?, scores))
    }
}
