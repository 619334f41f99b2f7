//! `forest explain`

use std::collections::HashSet;
use std::path::PathBuf;

use clap::Args;

use super::args::{ForceArgs, GlobalArgs, RowsArgs, named};
use super::data::{RowSource, class_names};
use super::drift;
use super::effects::EffectArgs;
use super::exit::Exit;
use super::explained::{Explanation, fields, find};
use super::gate::say_failures;
use super::output::{has_room_for_charts, print, print_json_line};
use super::pieces::Cost;
use super::prediction_writer::{PredictionWriter, layout};
use super::progress::RowsProgress;
use crate::report::explain::ExplainSummary;
use crate::report::predictions::PredictionEncoder;
use forest::data::{FileSource, Format, Rows, RowsOptions, STANDARD_STREAM};
use forest::explain::Explainer;
use forest::{Error, Model, Result, Task};

/// How many rows are explained in words unless it is said which.
const FIRST_ROWS: u64 = 5;

/// How many features are named in a sentence.
const TOP: usize = 5;

/// Say how much each feature adds to a prediction (SHAP values)
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Contributions are exact Shapley values. With the average they add up to what the trees say: of classes
to the probability of the class that is predicted, or of --class, before it is calibrated, where the
model calibrates; of numbers to the prediction. A feature that is left out of account is what it was in
the training rows that came the same way down a tree, or, with --background, what it is in the rows of
that file, one after the other.

Without --out some rows are explained in sentences, or with --json as an object a line. With --out all
rows are written, with the columns `prediction`, `class` (the one explained) and `output` (of numbers
`prediction` alone), `base` and one for each feature; if a feature has such a name, the column has `_`
after its own.

What features do over many rows is shown by --importance, --dependence and --interactions, on at most
5,000, 1,000 and 100 rows. --importance puts features together that say much the same (associated 0.8 or
more): without one of them the model would hardly be worse. --dependence and --interactions are of the
probability of --class, else of the second of two classes, else of each.

Examples:
  forest explain model.bin
  forest explain model.bin --data new.csv --row 7 --top 3
  forest explain churn.bin --data new.csv --class yes --out contributions.parquet
  forest explain model.bin --data new.csv --background typical.csv --json
  forest explain model.bin --summary
  forest explain model.bin --importance --metric accuracy
  forest explain churn.bin --dependence age,region --class yes"
)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    pub(super) rows: RowsArgs,

    /// Compare with the rows of this file, which takes time by their number
    #[arg(long, value_name = "FILE")]
    background: Option<PathBuf>,

    /// Write the contributions to all rows, - for standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Format of --out [default: by its name; csv if that says nothing]
    #[arg(long, value_name = "FORMAT", value_parser = named::<Format>(), requires = "out")]
    out_format: Option<Format>,

    #[command(flatten)]
    force: ForceArgs,

    /// Column of --data to pass through to --out; may be repeated, or list several with commas
    #[arg(long, value_name = "COLUMN", requires_all = ["data", "out"], conflicts_with = "held_out")]
    id: Vec<String>,

    /// Rows to explain, by their numbers in the order of the rows, from 0 [default: the first 5; with
    /// --out or --summary all]
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    row: Vec<u64>,

    /// How many features to name of each row, the most important first [default: 5; with --json all]
    #[arg(long, value_name = "K", conflicts_with_all = ["out", "summary"])]
    top: Option<usize>,

    /// Explain the probability of this class [default: of the class that is predicted]
    #[arg(long, value_name = "NAME")]
    class: Option<String>,

    /// Show how much each feature contributes to all rows: the mean of the contributions' sizes
    #[arg(long, conflicts_with = "out")]
    summary: bool,

    #[command(flatten)]
    effects: EffectArgs,
}

pub(super) fn run(args: &ExplainArgs, global: &GlobalArgs) -> Result<Exit> {
    let mut inputs = args.rows.inputs();
    inputs.extend(args.background.clone());
    let is_stream = |path: &&PathBuf| path.as_os_str() == STANDARD_STREAM;
    if inputs.iter().filter(is_stream).count() > 1 {
        return Err(Error::setting("only one of the files can be standard input"));
    }
    let table = match &args.out {
        Some(out) => {
            let destination = args.force.destination(out, &inputs)?;
            Some((out, destination, layout(out, args.out_format, global.json)?))
        }
        None => None,
    };
    let model = args.rows.load_model()?;
    drift::check(args.rows.strict.max_drift, &model)?;
    let class = args.class(&model)?;
    if args.effects.is_given() {
        let mut input = args.rows.open(&model, RowsOptions::default())?;
        args.effects.show(&model, class, &mut input, global)?;
        return args.exit(&input, &model, global);
    }
    let background = args.background(&model)?;
    let explainer = match &background {
        Some(rows) => Explainer::by_background(model.forest(), rows)
            .map_err(|error| error.in_file(args.background.as_ref().unwrap_or(&args.rows.model)))?,
        None => {
            Explainer::by_paths(model.forest()).map_err(|error| error.in_file(&*args.rows.model))?
        }
    };
    let explanation = Explanation { model: &model, explainer, class };
    let options = RowsOptions { ids: args.id.clone(), ..RowsOptions::default() };
    let mut input = args.rows.open(&model, options)?;
    match table {
        Some((out, destination, layout)) => {
            let encoder = PredictionEncoder::new(fields(&model, &input)?, layout)?;
            let mut writer = PredictionWriter::new(&encoder, destination, out);
            let bar =
                if writer.is_on_terminal() { RowsProgress::hidden() } else { input.bar(global) };
            let names: Vec<String> = class_names(&model);
            let cost = explanation.cost(&encoder);
            args.each(
                &mut input,
                cost,
                &bar,
                |rows| {
                    let explained = explanation.explain(rows)?;
                    explained.encode(&encoder, &names, rows)
                },
                |encoded| writer.write(encoded),
            )?;
            drop(bar);
            let exit = args.exit(&input, &model, global)?;
            if exit == Exit::Done {
                global.note_written(out, &writer.finish()?);
            }
            return Ok(exit);
        }
        None if args.summary => args.summarize(&explanation, &mut input, global)?,
        None => args.say(&explanation, &mut input, global)?,
    }
    args.exit(&input, &model, global)
}

impl ExplainArgs {
    /// The code of the class that was asked for.
    fn class(&self, model: &Model) -> Result<Option<u32>> {
        let Some(class) = &self.class else { return Ok(None) };
        if model.forest().task() == Task::Regression {
            return Err(Error::setting("--class is about classes, and the model predicts numbers")
                .with_help("leave it out"));
        }
        let code = find("--class", ["class", "classes"], class, &class_names(model))?;
        Ok(Some(code as u32))
    }

    /// The rows to compare with.
    fn background(&self, model: &Model) -> Result<Option<Rows>> {
        let Some(path) = &self.background else { return Ok(None) };
        let known = model.metadata().data.file().map_or(Vec::new(), FileSource::other_columns);
        let options = RowsOptions { known, ..RowsOptions::default() };
        Ok(Some(Rows::read(path, model.schema(), &options)?.rows))
    }

    /// Does `work` on blocks of the rows that were asked for; what it gives is taken in their order.
    fn each<T: Send>(
        &self,
        input: &mut RowSource,
        cost: Cost,
        bar: &RowsProgress,
        work: impl Fn(&Rows) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let default = self.out.is_none() && !self.summary && self.row.is_empty();
        if !default && self.row.is_empty() {
            return input.for_each(cost, |_| Ok(()), bar, |rows| work(&rows), take);
        }
        let wanted: HashSet<u64> =
            if default { (0..FIRST_ROWS).collect() } else { self.row.iter().copied().collect() };
        let (mut n_rows, mut found) = (0, 0);
        // Where a block begins is known when it is taken.
        input.for_each(
            cost,
            |_| Ok(()),
            bar,
            Ok,
            |rows| {
                let picked = (0..rows.len()).filter(|row| wanted.contains(&(n_rows + *row as u64)));
                for row in picked {
                    found += 1;
                    take(work(&rows.slice(row..row + 1))?)?;
                }
                n_rows += rows.len() as u64;
                Ok(())
            },
        )?;
        if !default && found < wanted.len() {
            let greatest = wanted.iter().max().copied().unwrap_or_default();
            let message = format!("--row {greatest}: there are {n_rows} rows, numbered from 0");
            return Err(Error::setting(message).with_help("give numbers of rows that there are"));
        }
        Ok(())
    }

    /// Explains some rows in words, or as JSON.
    fn say(
        &self,
        explanation: &Explanation,
        input: &mut RowSource,
        global: &GlobalArgs,
    ) -> Result<()> {
        let top = self.top.unwrap_or(if global.json { usize::MAX } else { TOP });
        let mut explained = Vec::new();
        let cost = Cost { of_row: explanation.bytes_of_row(), of_piece: 0 };
        let work = |rows: &Rows| explanation.rows(rows, top);
        self.each(input, cost, &RowsProgress::hidden(), work, |rows| {
            explained.extend(rows);
            Ok(())
        })?;
        for mut row in explained {
            row.place_text = input.place(row.place);
            if global.json { print_json_line(&row)? } else { print(&row.to_string())? }
        }
        Ok(())
    }

    /// Shows how much features contribute to all rows, which are added up in their order.
    fn summarize(
        &self,
        explanation: &Explanation,
        input: &mut RowSource,
        global: &GlobalArgs,
    ) -> Result<()> {
        let features = &explanation.model.schema().features;
        let (mut sums, mut n_rows) = (vec![0.0; features.len()], 0);
        let bar = input.bar(global);
        let cost = Cost { of_row: explanation.bytes_of_row(), of_piece: 0 };
        let work = |rows: &Rows| explanation.explain(rows);
        self.each(input, cost, &bar, work, |explained| {
            explained.of_rows.add_sizes(&mut sums);
            n_rows += explained.of_rows.predictions.len() as u64;
            Ok(())
        })?;
        drop(bar);
        let names = features.iter().map(|feature| feature.name.clone());
        let of_classes = explanation.model.forest().task() == Task::Classification;
        let with_bars = has_room_for_charts();
        global.print(&ExplainSummary::new(names, &sums, n_rows, of_classes, with_bars))
    }

    /// Says what the rows have that training had not, and if they are less like its rows than was asked for.
    fn exit(&self, input: &RowSource, model: &Model, global: &GlobalArgs) -> Result<Exit> {
        let schema_report = input.report(model, global)?;
        let gate = drift::outcome(self.rows.strict.max_drift, schema_report.as_ref());
        if let Some(schema_report) = &schema_report {
            global.note_schema_report(schema_report);
        }
        let is_drifted = say_failures(gate.as_slice(), "", "", global);
        Ok(if is_drifted { Exit::Gate } else { Exit::Done })
    }
}
