//! Results as text for a person and as JSON for a script: each report is both, by `Display` and by
//! `Serialize`.

pub(crate) mod check;
pub(crate) mod columns;
pub(crate) mod compare;
#[cfg(feature = "import")]
pub(crate) mod contents;
pub(crate) mod cv;
pub(crate) mod decision;
pub(crate) mod diff;
pub(crate) mod distil;
pub(crate) mod effects;
mod escape;
pub(crate) mod evaluation;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod gates;
pub(crate) mod generate;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod list;
pub(crate) mod model_report;
pub(crate) mod models;
pub(crate) mod predictions;
pub(crate) mod prune;
mod refinement;
mod saved;
pub(crate) mod score_accumulator;
#[cfg(feature = "signing")]
pub(crate) mod sign;
pub(crate) mod text;
pub(crate) mod train;
pub(crate) mod tree;
pub(crate) mod tree_svg;
pub(crate) mod tune;
pub(crate) mod upgrade;
pub(crate) mod verify;
