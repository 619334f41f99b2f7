//! Quantile regression forests (Meinshausen 2006, "Quantile regression forests", Journal of Machine
//! Learning Research 7): the distribution of the target that a row's leaves have seen.

use ndarray::Array2;

use super::Forest;
use super::features::Features;
use super::leaves::{LeafTargets, Leaves};
use crate::parameter::sentence;
use crate::tree::descend::RowBlock;
use crate::{Error, Parameter, Result, threads};

/// How much less than `q` the weight up to a target may be, for rounding, and yet reach `q`.
const TOLERANCE: f64 = 1e-12;

impl Forest {
    /// For each row of `x` (rows × features) the quantiles of the target (rows × `quantiles`, in
    /// units of the target), at the probabilities `quantiles`.
    ///
    /// A training target weighs, for a row, what its share of the weight is in the leaf that the row
    /// falls into, on average over the trees (Meinshausen 2006, section 2). The `q`-quantile is the
    /// smallest target up to which the weights add up to `q` (equation 6 there): at 0 the smallest
    /// target with any weight, at 1 the greatest. The leaves' targets are those that their trees were
    /// grown on, as often as the bootstrap drew them.
    ///
    /// ```
    /// use forest::{ForestParams, Target};
    /// use ndarray::array;
    ///
    /// // Trees of one leaf: each row's quantiles are those of all targets.
    /// let params = ForestParams::new().bootstrap(false).min_samples_split(5).keep_quantiles(true);
    /// let x = array![[0.0_f32], [1.0], [2.0], [3.0]];
    /// let target = Target::Values(&[1.0, 2.0, 3.0, 40.0]);
    /// let forest = params.fitter().fit_forest(x.view(), target)?;
    /// let quantiles = forest.predict_quantiles(array![[7.0_f32]].view(), &[0.25, 0.5, 0.9])?;
    /// assert_eq!(quantiles, array![[1.0, 2.0, 40.0]]);
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// A forest without its leaves' targets, which
    /// [`keep_quantiles`](crate::ForestParams::keep_quantiles) keeps; a probability outside of 0 to
    /// 1; another number of features than the forest was fitted on.
    pub fn predict_quantiles<'a>(
        &self,
        x: impl Into<Features<'a>>,
        quantiles: &[f64],
    ) -> Result<Array2<f64>> {
        let Leaves::Means { targets: Some(targets), .. } = &self.leaves else {
            return Err(Error::setting("the forest does not keep the targets that quantiles need")
                .with_help(sentence![
                    "train a forest of values with ",
                    Parameter("keep_quantiles")
                ]));
        };
        if let Some(quantile) = quantiles.iter().find(|quantile| !(0.0..=1.0).contains(*quantile)) {
            return Err(Error::setting(format!("{quantile} is not a quantile"))
                .with_help("a quantile is a number from 0 to 1, for instance 0.9"));
        }
        let x = x.into();
        self.check_features(&x)?;
        let blocks = threads::map_init(
            self.row_blocks(x.n_rows(), self.n_trees()),
            || TargetWeights::new(targets),
            |weights, rows| {
                let mut values = Vec::with_capacity(rows.len() * quantiles.len());
                for leaves in self.leaves_of(&x.block(rows)) {
                    weights.weigh(targets, &leaves);
                    values.extend(quantiles.iter().map(|&q| targets.values[weights.quantile(q)]));
                }
                values
            },
        );
        Array2::from_shape_vec((x.n_rows(), quantiles.len()), blocks.concat())
            .map_err(|error| linfa::Error::from(error).into())
    }

    /// For each row of a block the leaves that it falls into, one a tree.
    fn leaves_of(&self, block: &RowBlock) -> Vec<Vec<u32>> {
        let features = block.rows();
        let mut leaves = vec![Vec::with_capacity(self.n_trees()); features.len()];
        for tree in &self.trees {
            for (leaves, leaf) in leaves.iter_mut().zip(tree.leaves(&features)) {
                leaves.push(leaf);
            }
        }
        leaves
    }
}

/// What each target weighs for one row. There is room for all targets, but once a thread and not
/// once a row.
struct TargetWeights {
    /// For each target, the sum of its shares; 0 between two rows.
    sums: Vec<f64>,
    /// The positions of targets with a sum above 0.
    present: Vec<u32>,
    /// The same ascending, with the weights of all targets up to each.
    cumulated: Vec<(u32, f64)>,
}

impl TargetWeights {
    fn new(targets: &LeafTargets) -> Self {
        let sums = vec![0.0; targets.values.len()];
        Self { sums, present: Vec::new(), cumulated: Vec::new() }
    }

    /// Weighs the targets in the leaves that a row falls into, one a tree.
    fn weigh(&mut self, targets: &LeafTargets, leaves: &[u32]) {
        self.present.clear();
        for (position, share) in leaves.iter().flat_map(|&leaf| targets.shares.get(leaf)) {
            let sum = &mut self.sums[position as usize];
            if *sum == 0.0 {
                self.present.push(position);
            }
            *sum += share;
        }
        self.present.sort_unstable();
        self.cumulated.clear();
        let mut total = 0.0;
        for &position in &self.present {
            total += std::mem::take(&mut self.sums[position as usize]);
            self.cumulated.push((position, total / leaves.len() as f64));
        }
    }

    /// The position of the smallest target up to which the weights add up to `q`.
    fn quantile(&self, q: f64) -> usize {
        let reached = self.cumulated.partition_point(|&(_, weight)| weight < q - TOLERANCE);
        self.cumulated[reached.min(self.cumulated.len() - 1)].0 as usize
    }
}
