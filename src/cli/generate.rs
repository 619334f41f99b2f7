//! `forest generate`

use std::path::PathBuf;

use clap::Args;

use super::args::{ForceArgs, GlobalArgs, SyntheticArgs, named};
use super::exit::Exit;
use crate::report::generate::GenerateReport;
use forest::data::Hashing;
use forest::{Result, Task};

/// Write the synthetic table as CSV
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
The table is the one that scikit-learn's make_classification (with --task regression
make_regression) returns for the same parameters, with the columns x0, x1, … and the target y.

Examples:
  forest generate --out data.csv
  forest generate --samples 10000 --classes 3 --informative 5 --seed 7 | head"
)]
pub(super) struct GenerateArgs {
    /// File to write, - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,

    #[command(flatten)]
    force: ForceArgs,

    /// What the target is
    #[arg(long, value_name = "TASK", value_parser = named::<Task>(), default_value = "classification")]
    task: Task,

    #[command(flatten)]
    synthetic: SyntheticArgs,
}

pub(super) fn run(args: &GenerateArgs, global: &GlobalArgs) -> Result<Exit> {
    let destination = args.force.destination(&args.out, [])?;
    let stdout_is_taken = destination.is_stdout();
    let table = args.synthetic.recipe(args.task, global.seed)?.generate()?;
    let mut out = Hashing::new(destination.open()?);
    let written = table.write_csv(&mut out);
    let n_bytes = out.n_bytes();
    let (out, sha256) = out.finish();
    written.map_err(|error| out.error(error))?;
    global.note_written(&args.out, &out.finish()?);
    let report = GenerateReport::new(&table, sha256, &args.out, n_bytes);
    global.summarize(&report, stdout_is_taken)?;
    Ok(Exit::Done)
}
