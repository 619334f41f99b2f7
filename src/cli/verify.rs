//! `forest verify`

use std::path::PathBuf;

use clap::Args;

use super::args::GlobalArgs;
use super::data::load_model;
use super::exit::Exit;
use crate::report::verify::VerifyReport;
use forest::Result;

/// Check a model file: its digest, its structure, and that it predicts what it did when it was new
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  forest verify model.bin
  forest verify --quiet model.bin && cp model.bin /srv/models/"
)]
pub(super) struct VerifyArgs {
    /// Model file, - for standard input; {n} in its name is the highest number whose file is whole
    pub(super) model: PathBuf,
}

pub(super) fn run(args: &VerifyArgs, global: &GlobalArgs) -> Result<Exit> {
    let model = load_model(&args.model)?;
    model.verify().map_err(|error| error.in_file(&args.model))?;
    global.summarize(&VerifyReport::new(&model), false)?;
    Ok(Exit::Done)
}
