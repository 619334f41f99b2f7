//! What prediction intervals are made of, checked.

use super::arrays::{all_words, ensure};
use crate::forest::intervals::{MAX_SCORES, RowScores};
use crate::model::file::v1::{WireIntervals, WireScores};
use crate::{Intervals, Result};

/// `covered` rows have an out-of-bag prediction.
pub(super) fn read(wire: &WireIntervals, covered: u64) -> Result<Intervals> {
    let (WireScores::Each { scores } | WireScores::OfLevels { scores }) = &wire.scores;
    let words = all_words("scores of out-of-bag residuals", scores)?;
    let n = words.len();
    let fits = match &wire.scores {
        WireScores::Each { .. } => n <= MAX_SCORES && n as u64 == wire.rows,
        WireScores::OfLevels { .. } => n < MAX_SCORES,
    };
    ensure(fits && wire.rows <= covered, || {
        format!("{n} scores are not those of {} out-of-bag residuals", wire.rows)
    })?;
    let scores: Vec<f64> = words.iter().map(|&word| f64::from_le_bytes(word)).collect();
    let sound = scores.iter().all(|score| score.is_finite() && *score >= 0.0)
        && wire.typical_spread.is_finite()
        && wire.typical_spread > 0.0;
    ensure(sound && scores.is_sorted(), || {
        "the scores of the out-of-bag residuals are invalid".to_owned()
    })?;
    Ok(Intervals {
        rows: wire.rows,
        typical_spread: wire.typical_spread,
        scores: match wire.scores {
            WireScores::Each { .. } => RowScores::Each(scores),
            WireScores::OfLevels { .. } => RowScores::OfLevels(scores),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Table;
    use crate::data::synth::MakeRegression;
    use crate::{ForestParams, Model, TrainOptions};

    /// Refuses a model with other intervals, once they have been written.
    #[track_caller]
    fn refuses(alter: impl FnOnce(&mut Intervals), words: &str) {
        let table = Table::synthetic(MakeRegression { n_samples: 40, ..MakeRegression::default() });
        let forest = ForestParams::new().n_trees(30);
        let options = TrainOptions { forest, ..TrainOptions::default() };
        let mut model = Model::train(&table.unwrap(), &options).unwrap();
        assert_eq!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap(), model);
        alter(model.metadata.intervals.as_mut().unwrap());
        let error = model.to_bytes().unwrap_err().message().to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn scores_that_are_none_are_refused() {
        let scores = |intervals: &mut Intervals, alter: &dyn Fn(&mut Vec<f64>)| {
            let (RowScores::Each(scores) | RowScores::OfLevels(scores)) = &mut intervals.scores;
            alter(scores);
        };
        refuses(|intervals| scores(intervals, &|scores| scores.reverse()), "invalid");
        for wrong in [f64::NAN, f64::INFINITY] {
            refuses(|intervals| scores(intervals, &|scores| scores[29] = wrong), "invalid");
            refuses(|intervals| intervals.typical_spread = wrong, "invalid");
        }
        refuses(|intervals| scores(intervals, &|scores| scores[0] = -1.0), "invalid");
        refuses(|intervals| intervals.typical_spread = 0.0, "invalid");
    }

    #[test]
    fn scores_of_other_rows_are_refused() {
        let numbers = |n: u32| (0..n).map(f64::from).collect::<Vec<_>>();
        for scores in [RowScores::Each(numbers(29)), RowScores::Each(numbers(1001))] {
            refuses(|intervals| intervals.scores = scores, "out-of-bag residuals");
        }
        refuses(
            |intervals| {
                *intervals =
                    Intervals { rows: 31, scores: RowScores::Each(numbers(31)), ..*intervals };
            },
            "31 scores are not those of 31",
        );
        let scores = RowScores::OfLevels(numbers(1000));
        refuses(|intervals| intervals.scores = scores, "1000 scores");
    }

    #[test]
    fn a_file_must_not_claim_or_hide_that_residuals_were_kept() {
        let table = Table::synthetic(MakeRegression::default()).unwrap();
        for kept in [false, true] {
            let forest = ForestParams::new().n_trees(3).intervals(kept);
            let options = TrainOptions { forest, ..TrainOptions::default() };
            let mut model = Model::train(&table, &options).unwrap();
            assert_eq!(model.metadata.intervals.is_some(), kept);
            model.metadata.forest.as_mut().unwrap().intervals = !kept;
            assert!(model.to_bytes().is_err());
        }
    }
}
