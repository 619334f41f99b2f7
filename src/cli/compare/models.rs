//! Two models on the same rows.

use std::path::PathBuf;

use crate::cli::args::{GlobalArgs, TableArgs, TrustArgs};
use crate::cli::exit::Exit;
use crate::cli::two_models::TwoModels;
use forest::Result;

pub(super) fn run(
    models: [&PathBuf; 2],
    table: &TableArgs,
    trust: &TrustArgs,
    global: &GlobalArgs,
) -> Result<Exit> {
    let (rows, sample_weight) = table.rows(models, trust);
    let compared = TwoModels::load(rows, sample_weight)?.compare(global)?;
    global.print(&compared.report)?;
    Ok(Exit::Done)
}
