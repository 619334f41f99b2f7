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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::split::Split;
    use crate::data::{ReadOptions, Table};

    #[test]
    fn without_the_feature_there_is_the_baseline() {
        let table = Table::read("examples/data/iris.csv", &ReadOptions::new("species")).unwrap();
        let split = Split { test_size: 0.2, random_state: 1, stratify: true };
        let parts = table.parts(&split).unwrap();
        Rival::Baseline.fit_predict(&table, &parts, 1).unwrap();
        for rival in [Rival::Linear, Rival::NaiveBayes, Rival::NearestNeighbours] {
            let error = rival.fit_predict(&table, &parts, 1).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "this build has no {rival}: it was made without the feature `linfa-models`"
                )
            );
        }
    }
}
