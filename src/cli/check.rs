//! `forest check`

use clap::Args;

use super::args::{GlobalArgs, TableArgs};
use super::exit::Exit;
use super::output::said;
use crate::report::check::CheckReport;
use forest::data::Table;
use forest::{Error, Result};

/// Say what a table's columns would be taken for, and what is doubtful
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  forest check --data sales.csv --target price
  forest check --data sales.csv --target price --decimal , --json | jq .warnings"
)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    table: TableArgs,
}

pub(super) fn run(args: &CheckArgs, global: &GlobalArgs) -> Result<Exit> {
    let Some((path, options)) = args.table.file()? else {
        return Err(Error::setting("there is no table to check")
            .with_help("give one with --data FILE --target COLUMN"));
    };
    let table = Table::read(path, &options)?;
    global.print(&CheckReport::new(&table, said))?;
    Ok(Exit::Done)
}
