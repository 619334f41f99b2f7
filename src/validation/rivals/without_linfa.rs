//! What stands for linfa's algorithms in a build without them.

use super::remark::RivalRemark;
use super::training::Training;
use super::{Rival, RivalAnswers};
use crate::{Error, Result};

/// # Errors
/// Always.
pub(super) fn answers(
    rival: Rival,
    _: &Training,
    _: &[usize],
    _: u64,
    _: &mut Vec<RivalRemark>,
) -> Result<Option<RivalAnswers>> {
    let message =
        format!("this build has no {rival}: it was made without the feature `linfa-models`");
    Err(Error::setting(message)
        .with_help(format!("leave out {rival}, or use a build that has the feature")))
}
