//! Random forests: train, save, load, predict.

pub mod data;
pub mod error;
pub mod metrics;
mod settings;

pub use error::{Error, ErrorKind, Result};
