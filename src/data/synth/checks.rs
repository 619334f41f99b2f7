//! What recipes check of their settings: counts in range, numbers that make sense.

use crate::parameter::Parameter;
use crate::{Error, Result};

/// A parameter, its count, and the most that it can be.
pub(super) type Count = (Parameter, usize, usize);

/// A parameter, its number, whether that makes sense, and which numbers do.
pub(super) type Number = (Parameter, f64, bool, &'static str);

/// Refuses the first count that is 0 or too large.
pub(super) fn check_counts(counts: &[Count]) -> Result<()> {
    for &(parameter, count, max) in counts {
        if count == 0 {
            return Err(Error::out_of_range(parameter, count, "at least 1"));
        }
        if count > max {
            return Err(Error::out_of_range(parameter, count, format!("at most {max}")));
        }
    }
    Ok(())
}

/// Refuses the first number that is not allowed.
pub(super) fn check_numbers(numbers: &[Number]) -> Result<()> {
    match numbers.iter().find(|(_, _, allowed, _)| !allowed) {
        None => Ok(()),
        Some(&(parameter, number, _, range)) => Err(Error::out_of_range(parameter, number, range)),
    }
}
