//! `forest distil`

use std::path::PathBuf;

use clap::Args;

use super::args::{GlobalArgs, TrainedArgs};
use super::exit::Exit;
use crate::report::distil::DistilReport;
use forest::model::Reducer;
use forest::{Error, Result};

/// Make one small tree that answers as a model does, to be read
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
The tree is fitted on what the model says of its training rows. It is a model like others, with a
tag `distilled_from`; what is printed says how often it answers as the model does on the rows held
out, and how good both are there.

Examples:
  forest distil model.bin --out tree.bin
  forest distil model.bin --max-depth 3 --out tree.bin && forest inspect tree.bin --tree 0"
)]
pub(super) struct DistilArgs {
    #[command(flatten)]
    pub(super) of: TrainedArgs,

    /// Model file to write; {n} in its name is the next free number
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// How many splits there can be below each other
    #[arg(long, value_name = "D", default_value_t = 4)]
    max_depth: usize,
}

pub(super) fn run(args: &DistilArgs, global: &GlobalArgs) -> Result<Exit> {
    let destination = args.of.force.version(&args.out, &args.of.inputs())?;
    if args.max_depth == 0 {
        return Err(Error::setting("--max-depth 0 is no tree").with_help("give at least 1"));
    }
    let (model, table, parts) = args.of.load()?;
    let reducer =
        Reducer::new(&model, &table, &parts).map_err(|error| error.in_file(&*args.of.model))?;
    let distilled = reducer.distil(args.max_depth)?;
    let bytes = distilled.model.to_bytes()?;
    let stdout_is_taken = destination.is_stdout();
    let written = destination.write(&bytes)?;
    let saved = written.version.as_ref().unwrap_or(&args.out);
    global.note_written(saved, &written);
    let report = DistilReport::new(&distilled, !parts.test.is_empty(), saved, bytes.len() as u64)?;
    global.summarize(&report, stdout_is_taken)?;
    Ok(Exit::Done)
}
