//! The integration tests, one module a subject.

mod damaged_models;
mod examples;
mod main_job;
mod metrics;
mod output;
mod support;
mod synthetic;
mod tables;
mod wrong_flags;
mod wrong_input;
