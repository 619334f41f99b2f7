//! `forest import`

use std::path::PathBuf;

use clap::Args;

use super::args::{ForceArgs, GlobalArgs, delimiter, named, source_date_epoch, tag};
use super::exit::Exit;
use super::files::read_all;
use super::prediction_writer::refuse_terminal;
use crate::report::import::ImportReport;
use forest::data::{Format, Rows, RowsOptions};
use forest::interchange::{ImportOptions, import};
use forest::{Model, Result};

/// Read a forest of another program (pickle, joblib, ONNX …), without running it
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Reads forests and trees of scikit-learn (pickle, joblib, skops), ONNX files with a forest, and JSON of `forest export`.
Predictions of scikit-learn's are kept to the last bit. With --data the model is scored on that table; whether training
saw its rows, nobody can tell.

Examples:
  forest import old.joblib --out old.bin
  forest import old.pkl --out old.bin --data test.csv --target churned
  forest import model.onnx --out model.bin"
)]
pub(super) struct ImportArgs {
    /// File of the other program, - for standard input
    pub(super) file: PathBuf,

    /// File to save the model in, - for standard output; {n} in its name is the next number
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    force: ForceArgs,

    /// Table to score the model on
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// What the model predicts: the column of the table that has the truth
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,

    /// Format of --data, if its name does not say
    #[arg(long, value_name = "FORMAT", requires = "data", value_parser = named::<Format>())]
    format: Option<Format>,

    /// What separates the cells of --data
    #[arg(long, value_name = "CHAR", requires = "data", value_parser = delimiter)]
    delimiter: Option<u8>,

    /// Name and value to record in the model; may be repeated
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = tag)]
    tags: Vec<(String, String)>,
}

pub(super) fn run(args: &ImportArgs, global: &GlobalArgs) -> Result<Exit> {
    let options = ImportOptions {
        target: args.target.clone(),
        tags: args.tags.clone(),
        created: source_date_epoch()?,
    };
    let inputs = [Some(&args.file), args.data.as_ref()];
    let destination = args.force.version(&args.out, inputs.into_iter().flatten())?;
    refuse_terminal(&destination, "a model")?;
    let bytes = read_all(&args.file)?;
    let model = import(&bytes, &args.file, &options);
    let model = model.map_err(|error| error.in_file(&args.file))?;
    drop(bytes);
    let model = args.score(model)?;
    model.metadata().warnings.iter().for_each(|warning| global.warn(warning));
    let bytes = model.to_bytes()?;
    let stdout_is_taken = destination.is_stdout();
    let written = destination.write(&bytes)?;
    let saved = written.version.as_ref().unwrap_or(&args.out);
    global.note_written(saved, &written);
    global.summarize(&ImportReport::new(&model, saved, bytes.len()), stdout_is_taken)?;
    Ok(Exit::Done)
}

impl ImportArgs {
    /// Scores the model, if there is a table.
    fn score(&self, model: Model) -> Result<Model> {
        let Some(path) = &self.data else { return Ok(model) };
        let options = RowsOptions {
            format: self.format,
            delimiter: self.delimiter,
            ..RowsOptions::default()
        };
        let read = Rows::read(path, model.schema(), &options)?;
        let scored = model.scored_on(&read.rows, path, read.sha256);
        scored.map_err(|error| error.in_file(path))
    }
}
