//! What prediction intervals are made of, checked.

use super::arrays::{all_words, ensure};
use crate::forest::intervals::{MAX_SCORES, Scores};
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
            WireScores::Each { .. } => Scores::Each(scores),
            WireScores::OfLevels { .. } => Scores::OfLevels(scores),
        },
    })
}
