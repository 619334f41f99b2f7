//! Settings as names and texts: how model files record them, so that they can be read by people, by
//! other programs and by later releases.

use std::fmt::Display;
use std::str::FromStr;

use crate::message::shorten;
use crate::names::Held;
use crate::{Error, MAX_CLASSES, Result};

/// The text of a setting that is not set.
const NONE: &str = "none";

/// Names with values, in the order in which they were put.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings(pub(crate) Vec<(String, String)>);

impl Settings {
    /// Puts a setting after the others.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// Likewise, with a text of its own for no value.
    #[must_use]
    pub(crate) fn with_option(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self.with(name, NONE),
        }
    }

    /// Takes a setting out.
    pub(crate) fn take<T: FromStr>(&mut self, name: &str) -> Result<T> {
        let text = self.take_text(name)?;
        text.parse().map_err(|_| unreadable(name, &text))
    }

    /// Takes a setting out that may have no value.
    pub(crate) fn take_option<T: FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let text = self.take_text(name)?;
        if text == NONE {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| unreadable(name, &text))
    }

    /// Takes all settings of a name out, in their order.
    pub(crate) fn take_all(&mut self, name: &str) -> Vec<String> {
        let (taken, left) = self.0.drain(..).partition::<Vec<_>, _>(|(other, _)| other == name);
        self.0 = left;
        taken.into_iter().map(|(_, text)| text).collect()
    }

    /// Takes a setting out that may not be there.
    pub(crate) fn take_if_there<T: FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let read = |text: String| text.parse().map_err(|_| unreadable(name, &text));
        self.take_all(name).pop().map(read).transpose()
    }

    /// Makes sure that all settings have been taken: one that is not understood must not be ignored.
    pub(crate) fn finish(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::model(format!("the setting '{}' is unknown", shorten(name))))
            }
        }
    }

    fn take_text(&mut self, name: &str) -> Result<String> {
        let position = self.0.iter().position(|(other, _)| other == name);
        let position =
            position.ok_or_else(|| Error::model(format!("the setting '{name}' is missing")))?;
        Ok(self.0.remove(position).1)
    }
}

/// Numbers with commas between them.
pub(crate) fn join_numbers(numbers: &[f64]) -> String {
    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(",")
}

/// What [`join_numbers`] wrote; `None` if it is something else, or numbers for more classes than there
/// can be.
pub(crate) fn split_numbers(text: &str) -> Option<Vec<f64>> {
    let numbers = text.split(',');
    if numbers.clone().count() > MAX_CLASSES {
        return None;
    }
    numbers.map(|number| number.parse().ok()).collect()
}

/// Numbers in the order of the class codes.
impl Held for Vec<f64> {
    fn to_text(&self) -> String {
        join_numbers(self)
    }

    fn from_text(text: &str) -> Option<Self> {
        split_numbers(text)
    }
}

pub(crate) fn unreadable(name: &str, text: &str) -> Error {
    Error::model(format!("the setting '{name}' cannot be '{}'", shorten(text)))
}
