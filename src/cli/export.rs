//! `forest export`

use std::path::PathBuf;

use clap::Args;

use super::args::{ForceArgs, GlobalArgs, ModelArg, TrustArgs, named};
use super::data::load_model;
use super::exit::Exit;
use super::prediction_writer::refuse_terminal;
use crate::report::export::ExportReport;
use forest::Result;
use forest::interchange::{ExportFormat, export};

/// Write a model for other programs: as ONNX, C or JSON
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
  onnx   for onnxruntime and others, operators of ai.onnx.ml 3: probabilities are sums in 32 bits there
  onnx5  likewise, with the operator TreeEnsemble of ai.onnx.ml 5
  c      one C99 file without allocations, which predicts to the bit
  json   to read and to keep; `forest import` takes it back to the bit

Examples:
  forest export model.bin --to onnx --out model.onnx
  forest export model.bin --to c --out model.c
  forest export model.bin --to json --out - | jq .trees[0]"
)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) model: ModelArg,

    #[command(flatten)]
    trust: TrustArgs,

    /// What to write
    #[arg(long, value_name = "FORMAT", value_parser = named::<ExportFormat>())]
    to: ExportFormat,

    /// File to write, - for standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    force: ForceArgs,
}

pub(super) fn run(args: &ExportArgs, global: &GlobalArgs) -> Result<Exit> {
    let mut inputs: Vec<PathBuf> = args.trust.inputs(&args.model).collect();
    inputs.push(args.model.to_path_buf());
    let destination = args.force.destination(&args.out, &inputs)?;
    if matches!(args.to, ExportFormat::Onnx | ExportFormat::Onnx5) {
        refuse_terminal(&destination, "an ONNX file")?;
    }
    let model = load_model(&args.model, &args.trust)?;
    let exported = export(&model, args.to).map_err(|error| error.in_file(&args.model))?;
    for note in &exported.notes {
        global.note(&format!("note: {note}"));
    }
    let stdout_is_taken = destination.is_stdout();
    global.note_written(&args.out, &destination.write(&exported.bytes)?);
    global.summarize(&ExportReport::new(&exported, args.to, &args.out), stdout_is_taken)?;
    Ok(Exit::Done)
}
