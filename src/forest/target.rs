//! What a forest learns to predict: classes or numbers.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::message::shorten;
use crate::{Error, Result};

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

/// What a forest is to predict for each row that it is fitted on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target<'a> {
    /// Classes.
    Classes {
        /// A class code for each row, below `n_classes`.
        codes: &'a [u32],
        /// How many classes there are; not all of them have to occur.
        n_classes: usize,
    },
    /// A number for each row, of size 1e150 at most.
    Values(&'a [f64]),
}

impl Target<'_> {
    /// What a forest fitted on it predicts.
    pub fn task(&self) -> Task {
        match self {
            Self::Classes { .. } => Task::Classification,
            Self::Values(_) => Task::Regression,
        }
    }

    /// The number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        match self {
            Self::Classes { codes, .. } => codes.len(),
            Self::Values(values) => values.len(),
        }
    }
}
