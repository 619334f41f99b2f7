//! Tables to train on: a file's columns get their roles and kinds, its cells become numbers, its target
//! classes or numbers.
//!
//! ```text
//! ReadOptions ─► Layout (roles) ─► reading (blocks ─► columns, target, weights) ─► Table ─► Split
//! ```

mod arrays;
mod class_labels;
pub(in crate::data) mod column;
mod finished_columns;
pub mod folds;
pub(in crate::data) mod layout;
mod left_out;
mod reading;
mod spellings;
pub mod split;
pub(in crate::data) mod split_by;
pub(in crate::data) mod table;
pub(in crate::data) mod target;
mod target_reader;
mod warnings;
