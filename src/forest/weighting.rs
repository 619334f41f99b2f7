//! What rows weigh: how often the bootstrap draws them, and how much they count in splits and leaves.

use super::bootstrap::Bootstrap;
use super::choices::ClassWeightIn;
use super::class_draws::ClassDraws;
use super::class_weights;
use super::params::ForestValidParams;
use super::scale::scaled;
use super::target::Target;
use crate::tree::random::TreeRng;
use crate::tree::sample::Sample;

/// The weights of a forest.
pub(super) struct Weighting {
    n_rows: usize,
    /// What each row counts as in splits and leaves; `None` if all count the same.
    pub(super) rows: Option<Vec<f64>>,
    /// What a row of each class counts as besides; `None` if all count the same, or each tree has its own.
    pub(super) classes: Option<Vec<f64>>,
    /// `None` if trees are grown on all rows.
    bootstrap: Option<Bootstrap>,
}

impl Weighting {
    /// Of a table that the settings fit.
    pub(super) fn new(params: &ForestValidParams, target: Target, weights: Option<&[f64]>) -> Self {
        let rows = weights.filter(|weights| differ(weights)).map(|weights| scaled(weights).0);
        let (by_class, classes) = match target {
            Target::Classes { codes, n_classes } => {
                of_classes(params, codes, n_classes, rows.as_deref())
            }
            Target::Values(_) => (None, None),
        };
        let n_rows = target.n_rows();
        let bootstrap =
            params.bootstrap.then(|| Bootstrap::new(params.max_samples, n_rows, by_class));
        Self { n_rows, rows, classes: classes.filter(|weights| differ(weights)), bootstrap }
    }

    /// Whether a tree does not see all rows.
    pub(super) fn has_bootstrap(&self) -> bool {
        self.bootstrap.is_some()
    }

    /// For each row, how often it is in a tree, by the first numbers of the tree's stream.
    pub(super) fn draw(&self, rng: &mut TreeRng) -> Vec<u16> {
        let weights = self.rows.as_deref();
        match (&self.bootstrap, weights) {
            (Some(bootstrap), _) => bootstrap.draw(weights, rng),
            (None, Some(weights)) => weights.iter().map(|&w| u16::from(w > 0.0)).collect(),
            (None, None) => vec![1; self.n_rows],
        }
    }
}

/// Whether they are not all the same.
pub(super) fn differ(weights: &[f64]) -> bool {
    weights.iter().any(|weight| *weight != weights[0])
}

/// What the weights of classes mean for the draws, `None` if nothing, and for splits and leaves.
fn of_classes(
    params: &ForestValidParams,
    codes: &[u32],
    n_classes: usize,
    row_weights: Option<&[f64]>,
) -> (Option<ClassDraws>, Option<Vec<f64>>) {
    let counts = |row: usize| row_weights.is_none_or(|weights| weights[row] > 0.0);
    let rows = || codes.iter().enumerate().filter(|&(row, _)| counts(row));
    let samples = || rows().map(|(row, &class)| Sample::new(row, class, 1)).collect();
    let of_forest = |row_weights| {
        class_weights::of_forest(&params.class_weight, samples, n_classes, row_weights)
    };
    let weights = of_forest(row_weights);
    // What rows weigh by themselves counts in splits alone, also where it makes classes weigh more.
    let drawn = match params.class_weight_in() {
        ClassWeightIn::Draws => of_forest(None).filter(|weights| differ(weights)),
        ClassWeightIn::Splits => None,
    };
    let (Some(weights), Some(drawn)) = (&weights, drawn) else {
        return (None, weights);
    };
    let mut rows_by_class = vec![Vec::new(); n_classes];
    rows().for_each(|(row, &class)| rows_by_class[class as usize].push(row as u32));
    let (draws, left) = ClassDraws::new(&rows_by_class, &drawn);
    let weights = weights.iter().zip(drawn).zip(left);
    (Some(draws), Some(weights.map(|((weight, drawn), left)| weight / drawn * left).collect()))
}
