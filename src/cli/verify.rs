//! `forest verify`

use clap::Args;

use super::args::{GlobalArgs, ModelArg, TrustArgs};
use super::data::load_model;
use super::exit::Exit;
use crate::report::verify::VerifyReport;
use forest::Result;

/// Check that a model file is whole, predicts what it did, and who signed it
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  forest verify model.bin
  forest verify model.bin --public-key pub.pem
  forest verify --quiet model.bin && cp model.bin /srv/models/"
)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) model: ModelArg,

    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn run(args: &VerifyArgs, global: &GlobalArgs) -> Result<Exit> {
    let model = load_model(&args.model, &args.trust)?;
    model.verify().map_err(|error| error.in_file(&args.model))?;
    global.summarize(
        &VerifyReport::new(&model, args.trust.public_key.as_deref(), args.trust.expect_sha256),
        false,
    )?;
    Ok(Exit::Done)
}
