//! The target of a table to train on: classes or numbers.

use crate::data::input::spelling::Spelling;
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result, Task};

/// What there is to predict.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetColumn {
    /// The column's name.
    pub name: String,
    /// How its numbers are written, where that is not the plain way.
    pub spelling: Option<Spelling>,
    /// A class or a number for each row.
    pub values: TargetValues,
    /// Whether the values decided whether they are classes or numbers, for nobody said.
    pub task_found: bool,
}

/// The values of a target.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetValues {
    /// Classes.
    Classes {
        /// The classes' labels: whole numbers ascending, or texts in the order of their code points.
        names: Vec<String>,
        /// For each row, the position of its label in `names`.
        codes: Vec<u32>,
    },
    /// Numbers.
    Numbers(Vec<f64>),
}

impl TargetValues {
    /// What they are to be predicted by.
    pub fn task(&self) -> Task {
        match self {
            Self::Classes { .. } => Task::Classification,
            Self::Numbers(_) => Task::Regression,
        }
    }

    /// The classes' labels and the rows' codes among them; `None` if the target is numbers.
    pub fn classes(&self) -> Option<(&[String], &[u32])> {
        match self {
            Self::Classes { names, codes } => Some((names, codes)),
            Self::Numbers(_) => None,
        }
    }

    /// The rows' numbers; `None` if the target is classes.
    pub fn numbers(&self) -> Option<&[f64]> {
        match self {
            Self::Classes { .. } => None,
            Self::Numbers(numbers) => Some(numbers),
        }
    }

    /// The only class or number that there is, as text; `None` if there are several.
    pub(super) fn only(&self) -> Option<String> {
        match self {
            Self::Classes { names, codes } => {
                let first = *codes.first()?;
                let all = codes.iter().all(|&code| code == first);
                all.then(|| names[first as usize].clone())
            }
            Self::Numbers(numbers) => {
                let first = *numbers.first()?;
                numbers.iter().all(|&number| number == first).then(|| first.to_string())
            }
        }
    }

    /// Refuses what nothing can be learned from.
    ///
    /// # Errors
    /// There are no rows, or all are the same.
    pub(super) fn check_variety(&self) -> Result<()> {
        if self.is_empty() {
            return Err(Error::data("there is a header, but no rows with a target")
                .with_help("a forest needs rows to learn from"));
        }
        match self.only() {
            None => Ok(()),
            Some(only) => {
                Err(Error::data(format!("all rows have the target '{}'", shorten(&only)))
                    .with_help(sentence![
                        "a forest needs two or more to tell apart: is ",
                        Parameter("target"),
                        " the right column?",
                    ]))
            }
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes { codes, .. } => codes.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
