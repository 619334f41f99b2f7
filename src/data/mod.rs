//! Tables: made by a recipe or read from a file, split, and described by a schema.

mod column;
pub(crate) mod digest;
mod encoder;
pub(crate) mod input;
mod layout;
mod levels;
mod missing;
mod names;
mod read_options;
mod read_rows;
mod reading;
mod reopen;
mod row_columns;
mod row_reader;
mod rows;
mod schema;
mod schema_report;
mod source;
pub mod split;
pub mod synth;
mod table;
mod target;
mod target_reader;
mod weights;

pub(crate) use column::MAX_LEVELS;
pub use column::{Column, ColumnKind};
pub use digest::Sha256Digest;
pub use input::Format;
pub use levels::Levels;
pub use read_options::ReadOptions;
pub use read_rows::RowsOfFile;
pub use rows::{Label, Rows, RowsOptions, Truth};
pub use schema::{Class, Feature, FeatureKind, Schema, Target, TargetKind};
pub use schema_report::{Finding, FindingKind, SchemaReport};
pub use source::{FileSource, Source};
pub use table::Table;
pub use target::{TargetColumn, TargetValues};

pub(crate) use input::Header;
pub(crate) use row_reader::RowReader;
pub(crate) use schema_report::range;
pub(crate) use weights::check_weights;

/// The name of standard input and output on the command line.
pub(crate) const STANDARD_STREAM: &str = "-";
