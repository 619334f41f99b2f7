//! Random forests: train, save, load, predict.

pub mod error;
pub mod metrics;

pub use error::{Error, ErrorKind, Result};
