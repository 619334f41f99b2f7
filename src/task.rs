//! What there is to predict: classes or numbers.

use serde::Serialize;

use crate::names::names;

/// The most classes that a forest can tell apart.
pub const MAX_CLASSES: usize = 65_536;

/// What a forest predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of several classes.
    Classification,
    /// A number.
    Regression,
}

names!(Task { Classification: "classification", Regression: "regression" });
