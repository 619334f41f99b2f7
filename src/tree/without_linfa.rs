//! What stands for linfa-trees in a build without it.

use super::grower::GrowSettings;
use super::grown::Grown;
use super::random::TreeRng;
use super::ranks::Ranks;
use super::sample::Sample;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// # Errors
/// Always.
pub(crate) fn grow(
    _: &Ranks,
    _: &mut [Sample],
    _: &GrowSettings,
    _: &mut TreeRng,
) -> Result<Grown> {
    let message = "this build has no linfa-trees: it was made without the feature `linfa-trees`";
    Err(Error::setting(message).with_help(sentence![
        "use ",
        Parameter("learner"),
        " cart, or a build that has the feature"
    ]))
}
