//! Tables: made by a recipe or read from a file, split, and described by a schema.

pub(crate) mod digest;
pub(crate) mod input;
mod levels;
mod names;
pub(crate) mod prediction;
mod read_options;
mod reopen;
mod schema;
mod source;
pub mod synth;
pub(crate) mod training;
mod weights;

pub use digest::Sha256Digest;
pub use input::Format;
pub use levels::Levels;
pub use prediction::read_rows::RowsOfFile;
pub use prediction::rows::{Label, Rows, RowsOptions, Truth};
pub use prediction::schema_report::{Finding, FindingKind, SchemaReport};
pub use read_options::ReadOptions;
pub use schema::{Class, Feature, FeatureKind, Schema, Target, TargetKind};
pub use source::{FileSource, Source};
pub(crate) use training::column::MAX_LEVELS;
pub use training::column::{Column, ColumnKind};
pub use training::split;
pub use training::table::Table;
pub use training::target::{TargetColumn, TargetValues};

pub(crate) use input::Header;
pub(crate) use prediction::row_reader::RowReader;
pub(crate) use prediction::schema_report::range;
pub(crate) use weights::check_weights;

/// The name of standard input and output.
pub(crate) const STANDARD_STREAM: &str = "-";
