//! A model as JSON that people can read, and back to the bit.

mod lines;
mod wire;
mod write;

pub(super) use write::to_json;
