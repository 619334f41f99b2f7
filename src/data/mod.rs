//! Tables: made by a recipe or read from a file, split, and described by a schema.

mod date_parts;
mod digest;
mod feature_text;
mod histograms;
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

pub use date_parts::DatePart;
pub use digest::{Hashing, Sha256Digest};
pub use histograms::Histograms;
pub(crate) use histograms::{Histogram, MAX_BINS, NewHistogram};
#[cfg(feature = "arrow")]
pub use input::arrow::guard::is_guarded as is_guarded_panic;
pub(crate) use input::cells::USUAL as USUAL_MISSING;
pub use input::compression::Compressed;
pub use input::dates::{DateOrder, DateSpelling};
pub use input::spelling::Spelling;
pub use input::{Format, Header, ReadProgress};
pub use levels::Levels;
pub use prediction::drift::FeatureDrift;
pub use prediction::read_rows::RowsOfFile;
pub use prediction::row_reader::RowReader;
pub use prediction::rows::{Label, Rows, RowsOptions, Truth};
pub(crate) use prediction::schema_report::iso_date;
pub use prediction::schema_report::{Finding, FindingKind, SchemaReport};
pub use prediction::strictness::{Difference, Strictness};
pub use read_options::ReadOptions;
pub use schema::{Class, Feature, FeatureKind, Schema, TargetKind, TargetSchema};
pub(crate) use source::file_name;
pub use source::{FileSource, ImportedSource, LeftOut, LeftOutReason, ScoredTable, Source};
pub(crate) use training::column::MAX_LEVELS;
pub use training::column::{Column, ColumnKind};
pub use training::folds;
pub use training::split;
pub use training::split_by::SplitBy;
pub use training::table::Table;
pub use training::target::{TargetColumn, TargetValues};
pub use weights::check_weights;

/// What stands for standard input or output where a path is asked for.
pub const STANDARD_STREAM: &str = "-";
