//! The integration tests, one module a subject.

mod examples;
mod main_job;
mod metrics;
mod support;
mod synthetic;
mod tables;
