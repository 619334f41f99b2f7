//! What prediction intervals are made of, on the wire: it follows the metadata of a model that keeps it.

use bincode::{BorrowDecode, Encode};

use super::{array, to_bytes};
use crate::Intervals;
use crate::forest::intervals::RowScores;

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireIntervals<'a> {
    pub(in crate::model::file) rows: u64,
    pub(in crate::model::file) typical_spread: f64,
    pub(in crate::model::file) scores: WireScores<'a>,
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) enum WireScores<'a> {
    Each { scores: &'a [u8] },
    OfLevels { scores: &'a [u8] },
}

pub(super) fn encode_intervals(intervals: &Intervals) -> Vec<u8> {
    let (RowScores::Each(scores) | RowScores::OfLevels(scores)) = &intervals.scores;
    let scores = array(scores.iter().map(|score| score.to_le_bytes()));
    to_bytes(WireIntervals {
        rows: intervals.rows,
        typical_spread: intervals.typical_spread,
        scores: match &intervals.scores {
            RowScores::Each(_) => WireScores::Each { scores: &scores },
            RowScores::OfLevels(_) => WireScores::OfLevels { scores: &scores },
        },
    })
}
