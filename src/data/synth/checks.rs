//! What recipes check of their settings: counts in range, numbers that make sense.

use crate::{Error, Result};

/// A flag, its count, and the most that it can be.
pub(super) type Count = (&'static str, usize, usize);

/// A flag, its number, whether that makes sense, and which numbers do.
pub(super) type Number = (&'static str, f64, bool, &'static str);

/// Refuses the first count that is 0 or too large.
pub(super) fn check_counts(counts: &[Count]) -> Result<()> {
    for &(flag, count, max) in counts {
        if count == 0 {
            return Err(Error::setting(format!("{flag} is 0, but there must be at least 1"))
                .with_help(format!("give {flag} a number from 1 up")));
        }
        if count > max {
            return Err(Error::setting(format!("{flag} is {count}, but can be at most {max}"))
                .with_help(format!("give {flag} a number up to {max}")));
        }
    }
    Ok(())
}

/// Refuses the first number that is not allowed.
pub(super) fn check_numbers(numbers: &[Number]) -> Result<()> {
    for &(flag, number, allowed, range) in numbers {
        if !allowed {
            return Err(Error::setting(format!("{flag} is {number}, but must be {range}"))
                .with_help(format!("give {flag} a number that is {range}")));
        }
    }
    Ok(())
}
