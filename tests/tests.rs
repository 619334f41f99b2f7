//! The integration tests, one module a subject.

#![allow(clippy::disallowed_methods, reason = "what tests calculate is not kept")]

mod accuracy;
mod bins;
mod check;
mod class_weights;
mod co_process;
#[cfg(target_os = "linux")]
mod crashes;
mod damaged_models;
mod dates;
mod decisions;
mod drift;
mod endures;
mod evaluate;
mod examples;
mod explain;
mod exports;
#[cfg(feature = "arrow")]
mod folders;
mod forest;
#[cfg(all(feature = "arrow", feature = "compression"))]
mod formats;
mod given;
#[cfg(all(feature = "arrow", target_os = "linux"))]
mod greedy_tables;
mod house;
#[cfg(all(feature = "import", feature = "onnx"))]
mod interchange;
mod intervals;
#[cfg(all(feature = "import", feature = "linfa-models", feature = "onnx", feature = "signing"))]
mod json_schema;
mod json_tables;
mod large_trees;
mod learners;
mod linfa;
mod main_job;
mod many_classes;
mod memory;
mod metrics;
mod missing;
#[cfg(feature = "onnx")]
mod onnx;
mod output;
#[cfg(feature = "compression")]
mod packed_tables;
mod pass_through;
mod prune;
#[cfg(unix)]
mod read_model;
mod real_tables;
mod reference;
mod refinement;
mod regression;
#[cfg(unix)]
mod replacing;
mod report;
#[cfg(feature = "linfa-models")]
mod rivals;
mod saved_models;
mod schema_report;
#[cfg(target_os = "linux")]
mod signals;
mod signing;
#[cfg(feature = "import")]
mod sklearn;
mod spellings;
mod splitter;
mod streams;
mod support;
mod synthetic;
mod tables;
mod terminal;
mod threads;
mod trained_decisions;
mod tune;
mod upgrade;
mod validation;
mod versions;
mod warnings;
mod weights;
mod wrong_flags;
mod wrong_input;
mod wrong_tables;
