//! Random forests that are trained once, saved to a versioned file, and loaded anywhere.
//!
//! ```
//! use forest::data::Table;
//! use forest::data::synth::MakeClassification;
//! use forest::{Model, TrainOptions};
//!
//! let table = Table::synthetic(MakeClassification::default())?;
//! let model = Model::train(&table, &TrainOptions::default())?;
//!
//! let file = std::env::temp_dir().join("forest_doc_example.bin");
//! model.save_over(&file)?;
//! let loaded = Model::load(&file)?;
//! assert_eq!(loaded, model);
//! assert!(loaded.metadata().held_out.as_ref().is_some_and(|score| score.accuracy() > Some(0.8)));
//! # std::fs::remove_file(file).unwrap();
//! # Ok::<(), forest::Error>(())
//! ```
//!
//! Tables with names, kinds and missing values go one way, linfa's data sets of plain numbers another:
//!
//! ```text
//! file, recipe            file of new rows ─────┐
//!      │ Table                                  │ Rows::read, by the model's schema
//!      ▼                                        ▼
//! Model::train ──▶ model file ──▶ Model::load ──▶ predictions, scores
//!
//! linfa::Dataset ──▶ ForestParams::fit ──▶ Classifier, Regressor ──▶ predict, linfa's metrics
//! arrays ──▶ ForestParams::fitter ──▶ Fitter::fit_forest ──▶ Forest ──▶ predict_…, oob_score
//! ```
//!
//! - [`data`]: tables, made by a recipe or read from a file, and their splits.
//! - [`Model`]: a forest with its schema and metadata, saved and loaded.
//! - [`ForestParams`]: the settings, a parameter set of linfa. [`Classifier`] and [`Regressor`] are what
//!   is fitted on a [`linfa::Dataset`]; its cross-validation and metrics work on them.
//! - [`Forest`]: the learner itself, of codes and numbers.
//! - [`Tuner`]: a search for settings by out-of-bag loss.
//! - [`explain`]: how much each feature adds to a prediction, by exact Shapley values, and what features do over many rows.
//! - [`Decision`]: how a class follows from probabilities, such as by a threshold, or by [`Costs`] of mistakes; a
//!   model can [have one](Model::decision).
//! - [`Warning`]: what the user of a table or a model should know of it.
//! - [`validation`]: cross-validation, learning curves, comparisons with other algorithms.
//! - `signing`: signatures of model files, so that nothing is loaded that is not whose it should be.
//! - [`metrics`]: scores, equal to scikit-learn's.
//!
//! The same data, settings and seed give the same forest, to the bit, on any machine and any number of
//! threads, and with the same date ([`TrainOptions::created`]) the same file. [`Learner::Linfa`] is the
//! exception: with three classes or more, and by entropy on another machine. No model file, however
//! made, makes loading crash, hang or allocate more than four times the file's size and 2 MiB.
//!
//! The files that the library writes appear whole or not at all ([`io`]). It reads no environment
//! variable, and its errors ([`Error`]) name parameters, not flags.
//!
//! # Features
//!
//! All are on by default:
//!
//! - `arrow`: tables as Parquet and Arrow IPC files.
//! - `compression`: CSV and JSON files as gzip, zstd, bzip2 and xz, and in zip archives.
//! - `import`: forests of scikit-learn in [`interchange`].
//! - `onnx`: ONNX files in [`interchange`].
//! - `linfa-trees`: [`Learner::Linfa`], to compare with.
//! - `signing`: signatures of model files, in a module of that name.
//! - `linfa-models`: the [algorithms](validation::Rival) that a forest is compared with.
//! - `cli`: the command; a program that uses the library leaves it out.
//!
//! Types of other crates in this API are arrays of `ndarray` 0.16, the traits and data sets of `linfa`
//! 0.8, `serde::Serialize`, and `jiff::Timestamp` for a model's date.
//!
//! # Threads
//!
//! The library takes no threads unasked, and keeps none:
//!
//! - Training ([`Model::train`], `fit`, [`oob_score`](oob_score())) has threads of its own while it lasts:
//!   [`n_threads`](ForestParams::n_threads) of them, all cores unless set, with 1 the caller's alone.
//! - All else, loading and predicting too, is done on the thread that calls. [`with_threads`] gives it
//!   more, for as long as a call lasts.
//! - Inside a rayon pool (in its `install`, or in a task of it) work is done on that pool's threads;
//!   training, if `n_threads` is 0.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "what tests calculate is not kept"))]

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
pub mod data;
mod error;
pub mod explain;
mod forest;
pub mod interchange;
pub mod io;
mod memory;
pub mod message;
pub mod metrics;
pub mod model;
mod names;
mod parameter;
mod settings;
#[cfg(feature = "signing")]
pub mod signing;
mod task;
pub mod threads;
mod tree;
pub mod validation;
mod warning;

pub use linfa;
pub use ndarray;

pub use error::{Error, ErrorKind, Result};
pub use forest::oob::{OobErrors, OobScore, oob_intervals, oob_score};
pub use forest::{
    Allowed, Budget, Calibrate, Calibration, ClassLabel, ClassWeight, ClassWeightIn, Classifier,
    Costs, Criterion, Cut, Decision, Features, Fitter, Forest, ForestParams, ForestValidParams,
    Hyperparameter, Intervals, Learner, MaxFeatures, MaxSamples, Mistake, Refinement, Regressor,
    Shrinkage, Splitter, Target, TargetElem, Trial, Tuned, Tuner, TunerStep, TunerTrial,
};
pub use metrics::argmax;
pub use model::{Model, TrainOptions, Trainer};
pub use names::Named;
pub use parameter::{Parameter, Sentence};
pub use task::{MAX_CLASSES, Task};
pub use threads::with_threads;
pub use warning::{Severity, Warning, WarningKind};

/// The README's Rust has to compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
