//! What the reader of a rival's answers should know, as data and in a sentence.

use std::fmt;

use serde::Serialize;

use crate::message::shorten;

/// Something that was decided for a rival, or that it could not do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RivalRemark {
    /// The training rows have one class only, or no feature that varies: the answers are the baseline's.
    NothingToLearn,
    /// The algorithm does not heed weights: all rows that weigh anything counted the same.
    WeightsUnheeded,
    /// Of a category's levels only the most frequent ones count.
    LevelsLeftOut {
        /// Its name.
        column: String,
        /// How many levels count.
        kept: usize,
        /// How many the training rows have.
        levels: usize,
    },
    /// The search for the best weights of the features ended before it had found them.
    NotConverged,
    /// Neighbours were looked for among some of the training rows, chosen by chance: all would take too long.
    Sampled {
        /// How many.
        rows: usize,
        /// Of how many.
        of: usize,
    },
}

/// The sentence, on one line.
impl fmt::Display for RivalRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToLearn => {
                f.write_str("the training rows have one class or no feature that varies: the answers are the baseline's")
            }
            Self::WeightsUnheeded => {
                f.write_str("the weights of rows were not heeded: the algorithm does not know them")
            }
            Self::LevelsLeftOut { column, kept, levels } => write!(
                f,
                "of the {levels} levels of '{}' the {kept} most frequent ones counted",
                shorten(column)
            ),
            Self::NotConverged => {
                f.write_str("the search for the best coefficients ended before it had found them")
            }
            Self::Sampled { rows, of } => {
                write!(f, "neighbours were looked for among {rows} of the {of} training rows")
            }
        }
    }
}
