//! Tables: made by a recipe or read from a file, split, and described by a schema.

pub(crate) mod csv;
pub(crate) mod digest;
mod labels;
mod lines;
mod rows;
mod schema;
mod source;
pub mod split;
pub mod synth;
mod table;

pub use digest::Sha256Digest;
pub use rows::{Label, Labels, Rows, RowsOptions};
pub use schema::{Class, Feature, Schema};
pub use source::{FileSource, Source};
pub use table::{ReadOptions, Table};
