//! `forest report`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::advice::flag;
use super::args::{ForceArgs, GlobalArgs, RowsArgs};
use super::data::RowSource;
use super::drift;
use super::exit::Exit;
use super::findings::findings;
use super::gate::say_failures;
use super::predicted::{Keep, Predicted};
use crate::report::model_report::findings::Findings;
use crate::report::model_report::{ModelReport, WrittenReport};
use crate::report::text::count;
use forest::data::{RowsOptions, STANDARD_STREAM, SchemaReport};
use forest::{Error, Model, Result};

/// Write a report for people: how good a model is, on what it relies, what to worry about
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
The report is a web page in one file, without script and without anything from elsewhere; or
Markdown, or JSON, by the name of --out. It tries the model on the rows that training held out, or on
those of --data, whose targets need not be known. Where there are neither, it says what training
recorded. It is written also if --max-drift is not met.

What only people know, it takes from the tags that the model was trained with: intended_use, not_for,
data, limits, contact, licence.

Examples:
  forest report model.bin --out report.html
  forest report churn.bin --data new.csv --out report.html --force
  forest report model.bin --out - --out-format md
  forest train --data churn.csv --target left --tag 'limits=no customers under 18' --out churn.bin"
)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub(super) rows: RowsArgs,

    /// Column of --data with weights: how much each row counts (rows held out count as in training)
    #[arg(long, value_name = "COLUMN", requires = "data", conflicts_with = "held_out")]
    sample_weight: Option<String>,

    /// File to write, - for standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Format of --out [default: by its name; html if that says nothing]
    #[arg(long = "out-format", value_enum, value_name = "FORMAT")]
    out_format: Option<ReportFormat>,

    #[command(flatten)]
    force: ForceArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    Html,
    Md,
    Json,
}

impl ReportFormat {
    fn of(path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_lowercase).as_deref() {
            Some("md" | "markdown") => Self::Md,
            Some("json") => Self::Json,
            _ => Self::Html,
        }
    }
}

pub(super) fn run(args: &ReportArgs, global: &GlobalArgs) -> Result<Exit> {
    let destination = args.force.destination(&args.out, &args.rows.inputs())?;
    let format = args.out_format.unwrap_or_else(|| ReportFormat::of(&args.out));
    let model = args.rows.load_model()?;
    let max_drift = args.rows.strict.max_drift;
    drift::check(max_drift, &model)?;
    let Tried { rows, findings, input } = args.tried(&model, global)?;
    let file = args.rows.model.display().to_string();
    let report = ModelReport::new(&model, file, rows, findings, input.as_ref(), flag)?;
    let text = match format {
        ReportFormat::Html => report.html(),
        ReportFormat::Md => report.markdown(),
        ReportFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default() + "\n",
    };
    let stdout_is_taken = destination.is_stdout();
    global.note_written(&args.out, &destination.write(text.as_bytes())?);
    let written = WrittenReport::new(&args.out, text.len() as u64, &report);
    global.summarize(&written, stdout_is_taken)?;
    let gate = drift::outcome(max_drift, input.as_ref());
    Ok(if say_failures(gate.as_slice(), "", "", global) { Exit::Gate } else { Exit::Done })
}

/// What the model does on some rows.
struct Tried {
    /// Which rows these are, in words.
    rows: String,
    /// `None` if there were none.
    findings: Option<Findings>,
    input: Option<SchemaReport>,
}

impl ReportArgs {
    /// Tries the model on the rows that were given, or held out.
    fn tried(&self, model: &Model, global: &GlobalArgs) -> Result<Tried> {
        let sample_weight = self.sample_weight.clone();
        let options = RowsOptions { sample_weight, ..RowsOptions::default() };
        let mut input = match self.rows.open(model, options) {
            Ok(input) => input,
            Err(error) if self.rows.data.is_none() => {
                global.doubt(&format!("note: the report is without rows: {error}"));
                return Ok(Tried { rows: "no rows".to_owned(), findings: None, input: None });
            }
            Err(error) => return Err(error),
        };
        let bar = input.bar(global);
        let keep = Keep { spread: model.intervals().is_ok(), features: true };
        let predicted = Predicted::read(model, keep, &mut input, &bar)?;
        drop(bar);
        if predicted.rows.is_empty() {
            return Err(input.locate(None, None, Error::data("there are no rows to report on")));
        }
        let n_rows = count(predicted.rows.len() as u64, "row", "rows");
        let rows = match (&input, &self.rows.data) {
            (RowSource::File(_), Some(path)) if path.as_os_str() != STANDARD_STREAM => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                format!("the {n_rows} of {}", name.to_string_lossy())
            }
            (RowSource::File(_), _) => format!("the {n_rows} given"),
            (RowSource::HeldOut(_), _) => format!("the {n_rows} that training did not see"),
        };
        let schema_report = input.report(model, global)?;
        let findings = findings(model, predicted, &input, u64::from(global.seed))?;
        Ok(Tried { rows, findings: Some(findings), input: schema_report })
    }
}
