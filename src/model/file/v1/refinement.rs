//! How the forest was refined, on the wire: it follows the metadata of a model whose forest was.

use bincode::{BorrowDecode, Encode};

use super::{array, to_bytes};
use crate::Refinement;

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireRefinement<'a> {
    pub(in crate::model::file) cut: u64,
    pub(in crate::model::file) shrinkage: f64,
    pub(in crate::model::file) nodes_grown: u64,
    pub(in crate::model::file) rows: u64,
    pub(in crate::model::file) trial_cuts: &'a [u8],
    pub(in crate::model::file) trial_shrinkages: &'a [u8],
    pub(in crate::model::file) trial_nodes: &'a [u8],
    pub(in crate::model::file) trial_losses: &'a [u8],
    pub(in crate::model::file) trial_errors: &'a [u8],
}

pub(super) fn encode_refinement(refinement: &Refinement) -> Vec<u8> {
    let trials = || refinement.trials.iter();
    to_bytes(WireRefinement {
        cut: refinement.cut,
        shrinkage: refinement.shrinkage,
        nodes_grown: refinement.nodes_grown,
        rows: refinement.rows,
        trial_cuts: &array(trials().map(|trial| trial.cut.to_le_bytes())),
        trial_shrinkages: &array(trials().map(|trial| trial.shrinkage.to_le_bytes())),
        trial_nodes: &array(trials().map(|trial| trial.nodes.to_le_bytes())),
        trial_losses: &array(trials().map(|trial| trial.loss.to_le_bytes())),
        trial_errors: &array(trials().map(|trial| trial.standard_error.to_le_bytes())),
    })
}
