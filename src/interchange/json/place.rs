//! Errors with their place in the JSON.

use std::fmt::Display;

use crate::Error;

/// What is wrong at a place, such as `trees[3].feature[17]`.
pub(super) fn wrong(place: &str, problem: impl Display) -> Error {
    Error::model(format!("{place} {problem}"))
}
