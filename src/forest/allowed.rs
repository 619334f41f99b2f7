//! The values that a hyperparameter can have: as data, as words, and checked.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::names::{Named, either};
use crate::{Error, Parameter, Result};

/// The values that a hyperparameter can have. `Display` says it in words.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Allowed {
    /// `true` or `false`.
    Bool,
    /// Whole numbers.
    Whole {
        /// The smallest.
        min: u64,
        /// The largest, if there is one.
        max: Option<u64>,
    },
    /// Finite numbers.
    Number {
        /// The smallest.
        min: f64,
    },
    /// Names.
    OneOf {
        /// All of them.
        names: &'static [&'static str],
        /// What there can be instead of a name, in words; mostly nothing.
        others: &'static [&'static str],
    },
}

pub(super) const fn at_least(min: u64) -> Allowed {
    Allowed::Whole { min, max: None }
}

pub(super) const fn from_to(min: u64, max: u64) -> Allowed {
    Allowed::Whole { min, max: Some(max) }
}

pub(super) const fn one_of<T: Named>() -> Allowed {
    Allowed::OneOf { names: T::NAMES, others: T::OTHERS }
}

impl Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("true or false"),
            Self::Whole { .. } => write!(f, "a whole number, {}", self.range()),
            Self::Number { .. } => f.write_str(&self.range()),
            Self::OneOf { names, others } => f.write_str(&either(names, others)),
        }
    }
}

impl Allowed {
    /// The range of a number that has the right type.
    fn range(&self) -> String {
        match self {
            Self::Whole { min, max: None } => format!("at least {min}"),
            Self::Whole { min, max: Some(max) } => format!("from {min} to {max}"),
            Self::Number { min } => format!("a finite number, {min} or more"),
            Self::Bool | Self::OneOf { .. } => self.to_string(),
        }
    }

    pub(super) fn check_whole(&self, parameter: Parameter, found: u64) -> Result<()> {
        match *self {
            Self::Whole { min, max } if found < min || max.is_some_and(|max| found > max) => {
                Err(Error::out_of_range(parameter, found, self.range()))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_number(&self, parameter: Parameter, found: f64) -> Result<()> {
        match *self {
            Self::Number { min } if !(found >= min && found.is_finite()) => {
                Err(Error::out_of_range(parameter, found, self.range()))
            }
            _ => Ok(()),
        }
    }
}

/// What a hyperparameter can be, always or if it is set.
pub(super) trait Value: Display + FromStr {
    /// All values, where the table of hyperparameters does not say less.
    const ALLOWED: Allowed;

    /// Refuses a value that is not allowed.
    fn check(&self, _parameter: Parameter, _allowed: &Allowed) -> Result<()> {
        Ok(())
    }
}

impl Value for usize {
    const ALLOWED: Allowed = at_least(0);

    fn check(&self, parameter: Parameter, allowed: &Allowed) -> Result<()> {
        allowed.check_whole(parameter, *self as u64)
    }
}

impl Value for u64 {
    const ALLOWED: Allowed = at_least(0);

    fn check(&self, parameter: Parameter, allowed: &Allowed) -> Result<()> {
        allowed.check_whole(parameter, *self)
    }
}

impl Value for f64 {
    const ALLOWED: Allowed = Allowed::Number { min: f64::MIN };

    fn check(&self, parameter: Parameter, allowed: &Allowed) -> Result<()> {
        allowed.check_number(parameter, *self)
    }
}

impl Value for bool {
    const ALLOWED: Allowed = Allowed::Bool;
}

/// The text of a hyperparameter that is not set.
const NONE: &str = "none";

/// What a field of the settings holds: a value, or one that may be left open.
pub(super) trait Field: Sized {
    /// The values that it can have if it is set.
    const ALLOWED: Allowed;

    /// As model files record it.
    fn to_text(&self) -> String;

    /// What [`to_text`](Self::to_text) wrote.
    fn from_text(text: &str) -> Option<Self>;

    /// Refuses a value that is not allowed.
    fn check(&self, parameter: Parameter, allowed: &Allowed) -> Result<()>;
}

impl<T: Value> Field for T {
    const ALLOWED: Allowed = T::ALLOWED;

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn check(&self, parameter: Parameter, allowed: &Allowed) -> Result<()> {
        Value::check(self, parameter, allowed)
    }
}

impl<T: Value> Field for Option<T> {
    const ALLOWED: Allowed = T::ALLOWED;

    fn to_text(&self) -> String {
        self.as_ref().map_or_else(|| NONE.to_owned(), T::to_string)
    }

    fn from_text(text: &str) -> Option<Self> {
        if text == NONE { Some(None) } else { text.parse().ok().map(Some) }
    }

    fn check(&self, parameter: Parameter, allowed: &Allowed) -> Result<()> {
        self.as_ref().map_or(Ok(()), |value| Value::check(value, parameter, allowed))
    }
}
