//! Flags that say which model, and which rows.

use std::path::PathBuf;

use clap::Args;

use super::{ModelArg, StrictArgs, TrustArgs, delimiter, named};
use forest::data::Format;

/// Flags that say which model, and which rows, of the verbs that use one.
#[derive(Args)]
pub(in crate::cli) struct RowsArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArg,

    #[command(flatten)]
    pub(in crate::cli) trust: TrustArgs,

    /// Table of rows, - for standard input [default: the rows held out in training]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) data: Option<PathBuf>,

    /// --data is the file the model was trained on: take only the rows held out
    #[arg(long, requires = "data")]
    pub(in crate::cli) held_out: bool,

    /// Character between two cells [default: tab for .tsv, else what the header and the first rows have
    /// between them: comma, semicolon, tab or |]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, requires = "data", conflicts_with = "held_out")]
    pub(in crate::cli) delimiter: Option<u8>,

    /// Format of --data [default: by its name; csv if that says nothing]
    #[arg(long, value_name = "FORMAT", value_parser = named::<Format>(), requires = "data", conflicts_with = "held_out")]
    pub(in crate::cli) format: Option<Format>,

    #[command(flatten)]
    pub(in crate::cli) strict: StrictArgs,
}
