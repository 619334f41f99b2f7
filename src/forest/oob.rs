//! The out-of-bag score (Breiman 1996): each row is predicted by the trees that were not grown on
//! it, so that the training rows tell how good the forest is on new ones.

use ndarray::ArrayView2;
use rayon::prelude::*;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::bootstrap::Bootstrap;
use super::features::Features;
use super::predict::row_blocks;
use super::{Forest, ForestValidParams, argmax};
use crate::Result;
use crate::tree::random::TreeRng;

/// How many rows the trees that had not seen them predicted right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OobScore {
    /// Rows of the training table.
    pub rows: u64,
    /// Those that at least one tree was not grown on.
    pub covered: u64,
    /// Those of the covered rows that were predicted right.
    pub correct: u64,
}

impl OobScore {
    /// The part of the covered rows that was predicted right; `None` if none is covered.
    pub fn accuracy(&self) -> Option<f64> {
        (self.covered > 0).then(|| self.correct as f64 / self.covered as f64)
    }

    /// The part of all rows that is covered.
    pub fn coverage(&self) -> f64 {
        self.covered as f64 / self.rows.max(1) as f64
    }
}

/// Serialized with the numbers that follow from the counts.
impl Serialize for OobScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut score = serializer.serialize_struct("OobScore", 5)?;
        score.serialize_field("rows", &self.rows)?;
        score.serialize_field("covered", &self.covered)?;
        score.serialize_field("coverage", &self.coverage())?;
        score.serialize_field("correct", &self.correct)?;
        score.serialize_field("accuracy", &self.accuracy())?;
        score.end()
    }
}

/// Scores a forest on the rows it was fitted on: `params`, `x` and `y` have to be those of the fit,
/// whose bootstrap is drawn again from the seed. `None` if there was no bootstrap.
///
/// # Errors
/// None that a successful fit did not rule out.
pub fn oob_score(
    forest: &Forest,
    params: &ForestValidParams,
    x: ArrayView2<f32>,
    y: &[u32],
) -> Result<Option<OobScore>> {
    Ok(oob_score_rows(forest, params, &x.into(), y))
}

/// [`oob_score`] on some rows of a table.
pub(crate) fn oob_score_rows(
    forest: &Forest,
    params: &ForestValidParams,
    x: &Features,
    y: &[u32],
) -> Option<OobScore> {
    let bootstrap = Bootstrap::new(params, y.len())?;
    let bags: Vec<Bag> = (0..forest.n_trees() as u64)
        .into_par_iter()
        .map(|tree| Bag::new(&bootstrap.draw(&mut TreeRng::new(params.seed, tree))))
        .collect();

    let blocks = row_blocks(y.len(), forest.n_classes);
    let scores = blocks.into_par_iter().map(|rows| {
        let block = x.block(rows.clone());
        let features: Vec<&[f32]> = block.chunks(forest.n_features).collect();
        let mut sums = vec![0.0; rows.len() * forest.n_classes];
        let mut n_votes = vec![0_u32; rows.len()];
        for (tree, bag) in forest.trees.iter().zip(&bags) {
            let outside: Vec<usize> =
                (0..rows.len()).filter(|position| !bag.contains(rows.start + position)).collect();
            let unseen: Vec<&[f32]> = outside.iter().map(|&position| features[position]).collect();
            for (leaf, position) in tree.leaves(&unseen).zip(outside) {
                forest.add_vote(leaf, &mut sums[position * forest.n_classes..][..forest.n_classes]);
                n_votes[position] += 1;
            }
        }
        let mut score = OobScore { rows: rows.len() as u64, ..OobScore::default() };
        for ((row, sums), n_votes) in rows.zip(sums.chunks(forest.n_classes)).zip(n_votes) {
            if n_votes > 0 {
                score.covered += 1;
                score.correct += u64::from(argmax(sums) == y[row]);
            }
        }
        score
    });
    Some(scores.reduce(OobScore::default, |a, b| OobScore {
        rows: a.rows + b.rows,
        covered: a.covered + b.covered,
        correct: a.correct + b.correct,
    }))
}

/// The rows that a tree was grown on, a bit each.
struct Bag(Vec<u64>);

impl Bag {
    fn new(draws: &[u16]) -> Self {
        let words = draws.chunks(64).map(|draws| {
            draws.iter().rev().fold(0, |word, &draws| word << 1 | u64::from(draws > 0))
        });
        Self(words.collect())
    }

    fn contains(&self, row: usize) -> bool {
        self.0[row / 64] >> (row % 64) & 1 == 1
    }
}
