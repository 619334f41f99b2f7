//! What the training rows weigh in each leaf, on the wire, in a section of its own.

use bincode::{BorrowDecode, Encode};

use super::{array, to_bytes};
use crate::forest::covers::Covers;

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) enum WireCovers<'a> {
    Counts { counts: &'a [u8] },
    Singles { weights: &'a [u8] },
    Doubles { weights: &'a [u8] },
}

pub(in crate::model::file) fn encode_covers(covers: &Covers) -> Vec<u8> {
    match covers {
        Covers::Counts(counts) => to_bytes(WireCovers::Counts { counts }),
        Covers::Singles(weights) => {
            let weights = &array(weights.iter().map(|weight| weight.to_le_bytes()));
            to_bytes(WireCovers::Singles { weights })
        }
        Covers::Doubles(weights) => {
            let weights = &array(weights.iter().map(|weight| weight.to_le_bytes()));
            to_bytes(WireCovers::Doubles { weights })
        }
    }
}
