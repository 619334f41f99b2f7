//! A forest of some of its trees.

use super::Forest;
use super::covers::Covers;
use super::leaves::{LeafTargets, Leaves};
use crate::tree::Tree;
use crate::tree::leaves::{LeafTable, LeavesBuilder};

impl Forest {
    /// With what the training rows weigh in each leaf, in the order of the trees and of their nodes.
    pub(crate) fn with_covers(self, weights: &[f64]) -> Self {
        Self { covers: Covers::new(weights), ..self }
    }

    /// The first trees alone, at least one, as they would have been grown with fewer trees. Importances stay those of all.
    pub(crate) fn first_trees(&self, n_trees: usize) -> Self {
        let table = match &self.leaves {
            Leaves::Classes { shares, .. } => {
                LeafTable { means: Vec::new(), shares: shares.clone() }
            }
            Leaves::Means { means, targets } => LeafTable {
                means: means.clone(),
                shares: targets.as_ref().map(|targets| targets.shares.clone()).unwrap_or_default(),
            },
        };
        // The leaves that are left, in the order in which they come.
        let mut leaves = LeavesBuilder::default();
        let mut numbers = vec![None; table.len()];
        let tree = |tree: &Tree| {
            let mut nodes = tree.nodes.clone();
            for node in nodes.iter_mut().filter(|node| node.is_leaf()) {
                let number = &mut numbers[node.code as usize];
                node.code = *number.get_or_insert_with(|| leaves.copy(&table, node.code));
            }
            Tree { nodes }
        };
        let trees: Vec<Tree> = self.trees[..n_trees].iter().map(tree).collect();
        let n_leaves = trees.iter().map(|tree| tree.nodes.len().div_ceil(2)).sum();
        let covers = self
            .covers
            .as_ref()
            .and_then(|covers| Covers::new(&covers.iter().take(n_leaves).collect::<Vec<_>>()));
        let LeafTable { means, shares } = leaves.finish();
        let leaves = match &self.leaves {
            Leaves::Classes { n_classes, .. } => Leaves::Classes { n_classes: *n_classes, shares },
            Leaves::Means { targets, .. } => Leaves::Means {
                means,
                targets: targets
                    .as_ref()
                    .map(|targets| LeafTargets { values: targets.values.clone(), shares }),
            },
        };
        let (importances, calibration) = (self.importances.clone(), self.calibration.clone());
        Self { n_features: self.n_features, trees, leaves, importances, calibration, covers }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use crate::{ForestParams, Target};

    #[test]
    fn the_first_trees_are_those_of_a_forest_of_fewer() {
        let x = Array2::from_shape_fn((80, 3), |(row, j)| ((row * (3 + 4 * j)) % 29) as f32);
        let codes: Vec<u32> = (0..80).map(|row| (row * row) % 4).collect();
        let values: Vec<f64> = codes.iter().map(|&code| f64::from(code) * 1.5).collect();
        let targets = [Target::Classes { codes: &codes, n_classes: 4 }, Target::Values(&values)];
        for (target, quantiles) in [(targets[0], false), (targets[1], false), (targets[1], true)] {
            let fit = |n_trees| {
                let params = ForestParams::plain().n_trees(n_trees).keep_quantiles(quantiles);
                params.fitter().fit_forest(x.view(), target).unwrap()
            };
            let (few, mut first) = (fit(3), fit(9).first_trees(3));
            first.importances.clone_from(&few.importances);
            assert_eq!(first, few);
        }
    }
}
