//! A model as JSON that people can read, and back to the bit.

mod columns;
mod leaves;
mod lines;
mod place;
mod read;
mod trees;
mod wire;
mod write;

pub(super) use read::{is_json, read_json};
pub(super) use write::to_json;
