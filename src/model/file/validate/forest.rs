//! The forest section: every check that lets trees be walked and leaves be looked up without one.

use super::arrays::{all_numbers, all_words, ensure, narrow, narrow_numbers, numbers, words};
use crate::MAX_CLASSES;
use crate::forest::leaves::{LeafTargets, Leaves};
use crate::model::file::v1::{
    WireCalibration, WireDistributions, WireForest, WireLeaves, WireTargets, width,
};
use crate::tree::distribution::Distributions;
use crate::tree::{MAX_FEATURES, Node, Tree};
use crate::{Error, Forest, Result};

/// How far from 1 rounding may carry the sum of a distribution's shares.
const SUM_TOLERANCE: f64 = 1e-6;

pub(super) fn read(wire: &WireForest, calibration: Option<&WireCalibration>) -> Result<Forest> {
    let n_features = wire.n_features as usize;
    ensure((1..=MAX_FEATURES).contains(&n_features), || {
        format!("the forest has {n_features} features")
    })?;
    let leaves = read_leaves(&wire.leaves)?;
    let importances = numbers("importances", wire.importances, n_features, f64::from_le_bytes)?;
    ensure(importances.iter().all(|importance| (0.0..=1.0).contains(importance)), || {
        "an importance is not between 0 and 1".to_owned()
    })?;
    let calibration = calibration.map(|wire| super::refinement::calibration(wire, &leaves));
    let trees = read_trees(wire, leaves.len())?;
    let calibration = calibration.transpose()?;
    Ok(Forest { n_features, trees, leaves, importances, calibration, covers: None })
}

fn read_leaves(wire: &WireLeaves) -> Result<Leaves> {
    match wire {
        WireLeaves::Classes { n_classes, shares } => {
            let n_classes = *n_classes as usize;
            ensure((1..=MAX_CLASSES).contains(&n_classes), || {
                format!("the forest has {n_classes} classes")
            })?;
            Ok(Leaves::Classes { n_classes, shares: read_distributions(shares, n_classes)? })
        }
        WireLeaves::Means { means, targets } => {
            let means = all_numbers("means", means, f64::from_le_bytes)?;
            ensure(means.iter().all(|mean| mean.is_finite()), || {
                "the mean of a leaf is not a finite number".to_owned()
            })?;
            let targets = match targets {
                Some(targets) => Some(read_targets(targets, means.len())?),
                None => None,
            };
            Ok(Leaves::Means { means, targets })
        }
    }
}

fn read_targets(wire: &WireTargets, n_leaves: usize) -> Result<LeafTargets> {
    let values = all_numbers("targets", wire.values, f64::from_le_bytes)?;
    ensure(
        values.iter().all(|value| value.is_finite()) && values.is_sorted_by(|a, b| a < b),
        || "the targets do not ascend".to_owned(),
    )?;
    let shares = read_distributions(&wire.shares, values.len())?;
    ensure(shares.len() == n_leaves, || {
        format!("{n_leaves} leaves have the targets of {}", shares.len())
    })?;
    Ok(LeafTargets { values, shares })
}

/// Distributions of items below `n_items`.
fn read_distributions(wire: &WireDistributions, n_items: usize) -> Result<Distributions> {
    let mut ends = narrow_numbers("distribution lengths", wire.lengths, n_items)?;
    let mut n_entries = 0_u32;
    for end in &mut ends {
        let sum = n_entries.checked_add(*end).and_then(|sum| sum.checked_add(1));
        n_entries = sum.ok_or_else(|| Error::model("the distributions are too long"))?;
        *end = n_entries;
    }
    let items = narrow_numbers("distribution items", wire.items, n_items)?;
    let n_entries = n_entries as usize;
    ensure(items.len() == n_entries, || {
        format!("there are {} distribution items, not {n_entries}", items.len())
    })?;
    let shares = numbers("distribution shares", wire.shares, n_entries, f64::from_le_bytes)?;

    let mut start = 0;
    for (number, &end) in ends.iter().enumerate() {
        let (items, shares) = (&items[start..end as usize], &shares[start..end as usize]);
        let sum: f64 = shares.iter().sum();
        let sound = items.is_sorted_by(|a, b| a < b)
            && items.iter().all(|&item| (item as usize) < n_items)
            && shares.iter().all(|&share| share > 0.0 && share <= 1.0)
            && (sum - 1.0).abs() <= SUM_TOLERANCE;
        ensure(sound, || {
            format!("distribution {number} is invalid: shares are above 0 and add up to 1")
        })?;
        start = end as usize;
    }
    Ok(Distributions { ends, items, shares })
}

/// The nodes of all trees, one after the other: branches and leaves each have an array of their own.
struct Nodes<'a, const N: usize> {
    kinds: &'a [u8],
    features: &'a [[u8; N]],
    thresholds: &'a [[u8; 4]],
    leaves: &'a [[u8; 4]],
    n_features: usize,
    n_leaves: usize,
}

fn read_trees(wire: &WireForest, n_leaves: usize) -> Result<Vec<Tree>> {
    match width(2 * wire.n_features as usize) {
        1 => read_nodes::<1>(wire, n_leaves),
        2 => read_nodes::<2>(wire, n_leaves),
        _ => read_nodes::<4>(wire, n_leaves),
    }
}

/// [`read_trees`] where features take `N` bytes.
fn read_nodes<const N: usize>(wire: &WireForest, n_leaves: usize) -> Result<Vec<Tree>> {
    let sizes = all_words("tree sizes", wire.tree_sizes)?;
    ensure(!sizes.is_empty(), || "the forest has no trees".to_owned())?;
    let sizes = sizes.iter().map(|&size| u32::from_le_bytes(size));
    let n_nodes: u64 = sizes.clone().map(u64::from).sum();
    let n_nodes = usize::try_from(n_nodes).unwrap_or(usize::MAX);
    let kinds = wire.node_kinds;
    ensure(kinds.len() == n_nodes.div_ceil(8), || {
        format!("there are {} bytes of node kinds for {n_nodes} nodes", kinds.len())
    })?;
    let n_branches: usize = kinds.iter().map(|byte| byte.count_ones() as usize).sum();
    let spare = kinds.last().map_or(0, |byte| (u16::from(*byte) >> ((n_nodes - 1) % 8)) >> 1);
    ensure(spare == 0 && n_branches <= n_nodes, || "there are kinds of more nodes".to_owned())?;
    let nodes = Nodes::<N> {
        kinds,
        features: words("branch features", wire.branch_features, n_branches)?,
        thresholds: words("branch thresholds", wire.branch_thresholds, n_branches)?,
        leaves: words("leaf numbers", wire.leaf_numbers, n_nodes - n_branches)?,
        n_features: wire.n_features as usize,
        n_leaves,
    };
    let (mut start, mut n_branches) = (0, 0);
    let mut trees = Vec::with_capacity(sizes.len());
    for (number, size) in sizes.enumerate() {
        let tree = nodes.read_tree(start, n_branches, size as usize);
        trees.push(tree.ok_or_else(|| Error::model(format!("tree {number} is invalid")))?);
        start += size as usize;
        // Each branch names two nodes, and all but the root are named.
        n_branches += size as usize / 2;
    }
    Ok(trees)
}

impl<const N: usize> Nodes<'_, N> {
    /// The tree of the nodes from `start` on, before which there are so many branches. Its nodes stand breadth
    /// first: the children of its k-th branch are nodes 2k + 1 and 2k + 2. So each node but the root has one
    /// parent, and all that is left to check is that parents come first and that there are as many nodes as
    /// branches ask for. `None` if any of it is wrong.
    fn read_tree(&self, start: usize, n_branches: usize, size: usize) -> Option<Tree> {
        let features = self.features.get(n_branches..)?;
        let thresholds = self.thresholds.get(n_branches..)?;
        let leaves = self.leaves.get(start - n_branches..)?;
        // How many nodes the branches so far, and the root's being there, account for.
        let mut n_named = 1;
        let mut sound = true;
        let nodes = (0..size as u32).map(|index| {
            let place = start + index as usize;
            let is_branch = self.kinds[place / 8] >> (place % 8) & 1 == 1;
            // All is computed of either kind, since the processor cannot foresee which it is.
            let (branches, at) = ((n_named - 1) / 2, index as usize);
            let code = narrow(*features.get(branches).unwrap_or(&[0; N]));
            let threshold = f32::from_le_bytes(*thresholds.get(branches).unwrap_or(&[0; 4]));
            let number = *leaves.get(at - branches.min(at)).unwrap_or(&[0; 4]);
            let number = u32::from_le_bytes(number);
            let leaf = Node::leaf(number).at(index);
            let branch = Node { code, threshold, next: n_named as u32 };
            // Infinity is a threshold, which all values are below; a comparison with what is no number is false.
            let sound_leaf = (number as usize) < self.n_leaves;
            let sound_branch = branch.feature() < self.n_features && threshold >= f32::MIN;
            sound &= (at < n_named) & if is_branch { sound_branch } else { sound_leaf };
            n_named += if is_branch { 2 } else { 0 };
            if is_branch { branch } else { leaf }
        });
        let nodes: Box<[Node]> = nodes.collect();
        (sound && n_named == size).then_some(Tree { nodes })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::super::super::v1::{decode, encode_forest};
    use super::*;
    use crate::tree::random::TreeRng;
    use crate::{ForestParams, Target};

    fn decoded(bytes: &[u8]) -> Result<Forest> {
        read(&decode(bytes, "forest", true)?, None)
    }

    /// Small regressions of rows with missing values, without their leaves' targets and with them.
    fn regressions() -> [Forest; 2] {
        let mut rng = TreeRng::new(1, 0);
        let x = Array2::from_shape_simple_fn((30, 2), || match rng.below(8) {
            0 => f32::NAN,
            value => value as f32,
        });
        let y: Vec<f64> = (0..30).map(|_| f64::from(rng.below(5))).collect();
        [false, true].map(|keep| {
            let params = ForestParams::new().n_trees(3).max_depth(Some(3)).keep_quantiles(keep);
            let target = Target::Values(&y);
            let forest = params.fitter().fit_forest(x.view(), target).unwrap();
            // They are in a section of their own.
            Forest { covers: None, ..forest }
        })
    }

    /// Predicts all that there is to predict.
    fn use_all_of(forest: &Forest) {
        let values = [0.0, f32::NAN, f32::MAX, f32::NEG_INFINITY];
        let x = Array2::from_shape_fn((4, forest.n_features()), |(row, _)| values[row]);
        assert_eq!(forest.predict_outputs(x.view()).unwrap().nrows(), 4);
        if forest.keeps_quantiles() {
            let quantiles = forest.predict_quantiles(x.view(), &[0.0, 0.5, 1.0]).unwrap();
            assert!(quantiles.iter().all(|quantile| quantile.is_finite()));
        }
    }

    #[test]
    fn a_regression_comes_back_as_it_was() {
        for forest in regressions() {
            assert!(decoded(&encode_forest(&forest)).unwrap() == forest);
        }
    }

    #[test]
    fn whatever_is_taken_for_a_regression_can_be_used() {
        for forest in regressions() {
            let bytes = encode_forest(&forest);
            let mut taken = 0;
            for at in 0..bytes.len() {
                for mask in [0x01, 0x10, 0x80, 0xff] {
                    let mut altered = bytes.clone();
                    altered[at] ^= mask;
                    if let Ok(forest) = decoded(&altered) {
                        use_all_of(&forest);
                        taken += 1;
                    }
                }
            }
            // Thresholds, means and importances may have other values.
            assert!(taken > 100, "{taken}");
            assert!((0..bytes.len()).all(|len| decoded(&bytes[..len]).is_err()));
        }
    }

    #[test]
    fn leaves_and_targets_that_are_none_are_refused() {
        let wrong_means = |forest: &mut Forest, wrong: f64| {
            if let Leaves::Means { means, .. } = &mut forest.leaves {
                means[0] = wrong;
            }
        };
        let targets = |forest: &mut Forest, alter: &dyn Fn(&mut LeafTargets)| {
            if let Leaves::Means { targets: Some(targets), .. } = &mut forest.leaves {
                alter(targets);
            }
        };
        let [_, forest] = regressions();
        let alterations: [&dyn Fn(&mut Forest); 10] = [
            &|forest| wrong_means(forest, f64::NAN),
            &|forest| wrong_means(forest, f64::INFINITY),
            &|forest| targets(forest, &|targets| targets.values.swap(0, 1)),
            &|forest| targets(forest, &|targets| targets.values[1] = targets.values[0]),
            &|forest| targets(forest, &|targets| targets.values[4] = f64::INFINITY),
            &|forest| targets(forest, &|targets| targets.shares.items[0] = 5),
            &|forest| targets(forest, &|targets| targets.shares.shares[0] = 0.0),
            &|forest| targets(forest, &|targets| targets.shares.shares[0] += 0.01),
            &|forest| forest.trees[0].nodes[0].threshold = f32::NAN,
            &|forest| forest.trees[0].nodes[0].threshold = f32::NEG_INFINITY,
        ];
        for (number, alter) in alterations.iter().enumerate() {
            let mut altered = forest.clone();
            alter(&mut altered);
            assert!(decoded(&encode_forest(&altered)).is_err(), "alteration {number}");
        }
        let mut infinite = forest;
        infinite.trees[0].nodes[0].threshold = f32::INFINITY;
        assert!(decoded(&encode_forest(&infinite)).is_ok());
    }
}
