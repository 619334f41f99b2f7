//! Random forests.
#[doc(hidden)]
pub mod cli;
pub mod data;
pub mod error;
mod forest;
pub mod metrics;
pub mod model;
mod report;
mod settings;
mod tree;
pub use error::{Error, ErrorKind, Result};
pub use forest::oob::{OobScore, oob_score};
pub use forest::{
    ClassWeight, Forest, ForestParams, ForestValidParams, Learner, MAX_CLASSES, MaxFeatures,
    MaxSamples,
};
pub use model::{Model, TrainOptions};
