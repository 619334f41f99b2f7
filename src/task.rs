//! What there is to predict: classes or numbers.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::message::shorten;
use crate::{Error, Result};

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

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classification => "classification",
            Self::Regression => "regression",
        })
    }
}

impl FromStr for Task {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "classification" => Ok(Self::Classification),
            "regression" => Ok(Self::Regression),
            _ => Err(Error::setting(format!(
                "'{}' is not one of: classification or regression",
                shorten(text)
            ))),
        }
    }
}
