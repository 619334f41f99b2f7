//! The integration tests, one module a subject.

mod metrics;
mod synthetic;
