//! `forest inspect`

#[cfg(feature = "import")]
use std::path::Path;

use clap::Args;

use super::advice::flag;
use super::args::{GlobalArgs, ModelArg, TrustArgs};
use super::data::load_model;
use super::exit::Exit;
#[cfg(feature = "import")]
use super::files::{read_all, read_beginning};
use super::output::{print, print_json};
#[cfg(feature = "import")]
use crate::report::contents::ContentsReport;
use crate::report::inspect::InspectReport;
use crate::report::tree::TreeReport;
use crate::report::tree_svg::{FILE_STYLE, svg};
use forest::Result;
#[cfg(feature = "import")]
use forest::interchange::Contents;

/// Show what a model file says about itself
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  forest inspect model.bin
  forest inspect model.bin --json | jq .metadata.held_out
  forest inspect model.bin --schema
  forest inspect model.bin --tree 0 --depth 3
  forest inspect model.bin --tree 0 --to svg > tree.svg
  forest inspect old.pkl             what a pickle would import and call"
)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    pub(super) model: ModelArg,

    #[command(flatten)]
    trust: TrustArgs,

    /// Show the schema alone, as JSON: the columns that the model needs and what it knows of them
    #[arg(long)]
    schema: bool,

    /// Show this tree, from 0: its splits, and of each node the training rows, as often as they were drawn, and what it
    /// predicts for them
    #[arg(long, value_name = "K", conflicts_with = "schema")]
    tree: Option<usize>,

    /// How many splits of the tree to show below each other [default: 4]
    #[arg(long, value_name = "D", requires = "tree")]
    depth: Option<usize>,

    /// Write the tree so: text, dot for Graphviz, or svg, a drawing
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "dot", "svg"], requires = "tree")]
    to: Option<String>,
}

/// How deep a tree is shown unless it is said.
const DEPTH: usize = 4;

pub(super) fn run(args: &InspectArgs, global: &GlobalArgs) -> Result<Exit> {
    #[cfg(feature = "import")]
    if let Some(contents) = contents(&args.model)? {
        global.print(&ContentsReport::new(contents))?;
        return Ok(Exit::Done);
    }
    let model = load_model(&args.model, &args.trust)?;
    if args.schema {
        print_json(model.schema())?;
    } else if let Some(tree) = args.tree {
        let report = TreeReport::new(&model, tree, args.depth.unwrap_or(DEPTH))?;
        match args.to.as_deref() {
            Some("dot") => print(&report.dot())?,
            Some("svg") => print(&(svg(&report, FILE_STYLE) + "\n"))?,
            _ => global.print(&report)?,
        }
    } else {
        global.print(&InspectReport::new(&model, flag))?;
    }
    Ok(Exit::Done)
}

/// What a file of Python would import and call, if it is one, and no stream.
#[cfg(feature = "import")]
fn contents(path: &Path) -> Result<Option<Contents>> {
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = read_beginning(path, Contents::BEGINNING_LEN)?;
    if !Contents::is_beginning(&bytes) {
        return Ok(None);
    }
    // What cannot be unpacked is said to be no model.
    Ok(Contents::read(&read_all(path)?).ok())
}
