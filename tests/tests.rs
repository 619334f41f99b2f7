//! The integration tests, one module a subject.

mod accuracy;
mod damaged_models;
mod examples;
mod forest;
mod learners;
mod main_job;
mod metrics;
mod output;
mod support;
mod synthetic;
mod tables;
mod wrong_flags;
mod wrong_input;
