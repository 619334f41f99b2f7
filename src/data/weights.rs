//! Row weights: what may be one.

use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// The greatest weight: the squares of as many as there are can be added up.
const MAX_WEIGHT: f64 = 1e100;

/// Refuses what cannot be a row's weight.
///
/// # Errors
/// It is missing, negative or beyond all measure.
pub(super) fn check_weight(weight: f64) -> Result<()> {
    if weight.is_nan() {
        return Err(
            Error::data("the weight is missing").with_help("fill it in; 0 leaves the row out")
        );
    }
    if weight < 0.0 {
        return Err(Error::data(format!("the weight is {weight}"))
            .with_help("a weight is 0, which leaves the row out, or more"));
    }
    if weight > MAX_WEIGHT {
        return Err(Error::data(format!("the weight is {weight:e}, more than {MAX_WEIGHT:e}"))
            .with_help("divide all weights by the same number"));
    }
    Ok(())
}

/// Refuses weights that are all zero.
///
/// # Errors
/// They are.
pub fn check_weights(weights: Option<&[f64]>) -> Result<()> {
    if weights.is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0)) {
        let error = Error::data("all weights are zero");
        return Err(error.with_help(sentence![
            "is ",
            Parameter("sample_weight"),
            " the right column?"
        ]));
    }
    Ok(())
}
