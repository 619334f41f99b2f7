//! How a forest is to be refined.

use crate::forest::allowed::{Allowed, Value, at_least, one_of};
use crate::names::{Held, names};
use crate::{Error, Parameter, Result};

/// Below how many rows a node becomes a leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cut {
    /// As out-of-bag predictions say.
    Auto,
    /// So many; 2 cuts nothing.
    Rows(usize),
}

/// How strongly leaves are drawn towards their ancestors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shrinkage {
    /// As out-of-bag predictions say; none of three classes or more, where it hardly helps.
    Auto,
    /// λ, in rows; 0 for not at all.
    Lambda(f64),
}

/// How probabilities are calibrated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Calibrate {
    /// As out-of-bag predictions say.
    Auto,
    /// Not at all.
    None,
    /// With these α and γ.
    By([f64; 2]),
}

names!(Cut { Auto: "auto"; Rows: "a whole number (20)" });

names!(Shrinkage { Auto: "auto"; Lambda: "a number (10)" });

names!(Calibrate { Auto: "auto", None: "none"; By: "two numbers (0.05,1.5)" });

impl Held for [f64; 2] {
    fn to_text(&self) -> String {
        let [alpha, gamma] = self;
        format!("{alpha:?},{gamma:?}")
    }

    fn from_text(text: &str) -> Option<Self> {
        let (alpha, gamma) = text.split_once(',')?;
        Some([alpha.parse().ok()?, gamma.parse().ok()?])
    }
}

impl Value for Cut {
    const ALLOWED: Allowed = one_of::<Self>();

    fn check(&self, parameter: Parameter, _: &Allowed) -> Result<()> {
        match *self {
            Self::Rows(rows) => at_least(2).check_whole(parameter, rows as u64),
            Self::Auto => Ok(()),
        }
    }
}

impl Value for Shrinkage {
    const ALLOWED: Allowed = one_of::<Self>();

    fn check(&self, parameter: Parameter, _: &Allowed) -> Result<()> {
        match *self {
            Self::Lambda(lambda) => Allowed::Number { min: 0.0 }.check_number(parameter, lambda),
            Self::Auto => Ok(()),
        }
    }
}

impl Value for Calibrate {
    const ALLOWED: Allowed = one_of::<Self>();

    fn check(&self, parameter: Parameter, _: &Allowed) -> Result<()> {
        match *self {
            Self::By([alpha, gamma])
                if !((1e-12..=1e6).contains(&alpha) && (0.01..=100.0).contains(&gamma)) =>
            {
                let allowed = "α from 1e-12 to 1e6 and γ from 0.01 to 100";
                Err(Error::out_of_range(parameter, self, allowed))
            }
            _ => Ok(()),
        }
    }
}
