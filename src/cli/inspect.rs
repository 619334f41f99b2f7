//! `forest inspect`

use clap::Args;

use super::advice::flag;
use super::args::{GlobalArgs, ModelArg, TrustArgs};
use super::data::load_model;
use super::exit::Exit;
use super::output::print_json;
use crate::report::inspect::InspectReport;
use forest::Result;

/// Show what a model file says about itself
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  forest inspect model.bin
  forest inspect model.bin --json | jq .metadata.held_out
  forest inspect model.bin --schema"
)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    pub(super) model: ModelArg,

    #[command(flatten)]
    trust: TrustArgs,

    /// Show the schema alone, as JSON: the columns that the model needs and what it knows of them
    #[arg(long)]
    schema: bool,
}

pub(super) fn run(args: &InspectArgs, global: &GlobalArgs) -> Result<Exit> {
    let model = load_model(&args.model, &args.trust)?;
    if args.schema {
        print_json(model.schema())?;
    } else {
        global.print(&InspectReport::new(&model, flag))?;
    }
    Ok(Exit::Done)
}
