//! `forest upgrade`

use std::path::PathBuf;

use clap::Args;

use super::args::{ForceArgs, GlobalArgs, ModelArg};
use super::exit::Exit;
use super::files::read_model;
use super::prediction_writer::refuse_terminal;
use crate::report::upgrade::UpgradeReport;
use forest::{Model, Result};

/// Write a model file in the newest format, once it is proved to predict the same
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Every release reads the files of those before, so that nobody has to. Before anything is written, the old and the new
file predict the model's probe rows and 1,000 random rows, and have to agree to the bit.

Examples:
  forest upgrade old.bin --out new.bin
  forest upgrade model.bin --out model.bin --force"
)]
pub(super) struct UpgradeArgs {
    #[command(flatten)]
    pub(super) model: ModelArg,

    /// File to write, which can be the same one with --force, - for standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    force: ForceArgs,
}

pub(super) fn run(args: &UpgradeArgs, global: &GlobalArgs) -> Result<Exit> {
    // All of the old file is read and proved before the new one takes its place.
    let destination = args.force.destination(&args.out, [])?;
    refuse_terminal(&destination, "a model")?;
    let old = read_model(&args.model)?;
    let upgrade = Model::upgrade(&old).map_err(|error| error.in_file(&args.model))?;
    let stdout_is_taken = destination.is_stdout();
    global.note_written(&args.out, &destination.write(&upgrade.bytes)?);
    global.summarize(&UpgradeReport::new(&upgrade, old.len(), &args.out), stdout_is_taken)?;
    Ok(Exit::Done)
}
