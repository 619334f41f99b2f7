//! Why a forest says what it says of a row: how much each feature's value adds to the prediction or takes from it (SHAP;
//! Lundberg & Lee 2017, Lundberg et al. 2020). And what features do over many rows: how much worse predictions get without
//! a feature, how they depend on it, and which features act together.

mod background;
mod correlated;
mod dependence;
mod interactions;
mod paths;
mod permutation;
mod quadrature;
mod tree_nodes;

use std::ops::Range;

use ndarray::{Array1, Array2, Array3};

use crate::forest::leaves::Leaves;
use crate::parameter::sentence;
use crate::tree::descend::RowBlock;
use crate::{Error, Features, Forest, Parameter, Result, memory, threads};
pub use correlated::{CORRELATED, correlated_features};
pub use dependence::{PartialDependence, dependence_values, partial_dependence};
pub use interactions::{Interaction, interactions};
pub use permutation::{
    PermutationImportance, PermutationImportances, PermutationParams, permutation_importances,
};
pub use tree_nodes::{TreeNode, TreeSplit, tree_nodes};

use background::{PairWalk, PathWeights};
use paths::{LANES, Lanes, TreePaths, Walk};

/// Explains what a forest says of rows, by exact Shapley values.
///
/// What it explains are the forest's own outputs, the mean of what its trees say: the probability of each class, or
/// the value. Where a [`Calibration`](crate::Calibration) makes other probabilities of them, it explains those before.
///
/// ```
/// use forest::explain::Explainer;
/// use forest::{ForestParams, Target};
/// use ndarray::array;
///
/// let x = array![[0.0_f32, 7.0], [1.0, 3.0], [2.0, 5.0], [3.0, 4.0]];
/// let target = Target::Values(&[1.0, 1.0, 5.0, 5.0]);
/// let forest = ForestParams::new().n_trees(50).fitter().fit_forest(x.view(), target)?;
///
/// let explained = Explainer::by_paths(&forest)?.explain(x.view())?;
/// let of_row = explained.contributions.index_axis(ndarray::Axis(0), 3);
/// assert!(of_row[[0, 0]] > of_row[[1, 0]].abs());
/// let sum = explained.base[0] + of_row.sum();
/// assert!((sum - forest.predict_values(x.view())?[3]).abs() < 1e-12);
/// # Ok::<(), forest::Error>(())
/// ```
pub struct Explainer<'a> {
    forest: &'a Forest,
    outputs: Range<usize>,
    /// For all outputs of the forest.
    base: Vec<f64>,
    method: Method,
}

enum Method {
    Paths(Vec<TreePaths>),
    Background { rows: RowBlock, weights: PathWeights },
}

/// Why a forest says what it says of some rows. In each row and output, the base and the contributions of all features add
/// up to the prediction, but for rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanations {
    /// For each output what the forest says of a row of which nothing is known: a probability, or a value in units of the
    /// target.
    pub base: Array1<f64>,
    /// Rows × outputs: what it says of each.
    pub predictions: Array2<f64>,
    /// Rows × features × outputs: how much each feature adds to that, less what it takes away.
    pub contributions: Array3<f64>,
}

/// Why a forest says what it says of one output of each of some rows. In each row, the base and the contributions of all
/// features add up to the prediction, but for rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct RowExplanations {
    /// For each row what the forest says, of that row's output, of a row of which nothing is known.
    pub base: Vec<f64>,
    /// For each row what it says of it.
    pub predictions: Vec<f64>,
    /// Rows × features: how much each feature adds to that, less what it takes away.
    pub contributions: Array2<f64>,
}

impl RowExplanations {
    /// Adds the sizes of each feature's contributions, row by row, to a sum for each.
    ///
    /// # Panics
    /// If there is not one sum for each feature.
    pub fn add_sizes(&self, sums: &mut [f64]) {
        assert_eq!(sums.len(), self.contributions.ncols(), "a sum for each feature");
        for row in self.contributions.rows() {
            sums.iter_mut().zip(row).for_each(|(sum, contribution)| *sum += contribution.abs());
        }
    }
}

impl<'a> Explainer<'a> {
    /// A feature that is not known is what it was in the training rows that came the same way down a tree
    /// ("path-dependent"; Lundberg et al. 2020, algorithm 1).
    ///
    /// # Errors
    /// The forest does not know how many training rows reached its leaves, as those of the learner `linfa` and some imported
    /// ones do not; trees that are too deep for the memory that there is.
    pub fn by_paths(forest: &'a Forest) -> Result<Self> {
        let Some(covers) = &forest.covers else {
            return Err(Error::model(
                "the forest does not know how many training rows reached each of its leaves, which such \
                 explanations need",
            )
            .with_help(sentence![
                "give rows to compare with, ",
                Parameter("background"),
                ": some of the training rows, or others that are typical"
            ]));
        };
        let n_features = forest.n_features();
        let covers = covers.of_nodes(&forest.trees);
        let mut base = vec![0.0; forest.n_outputs()];
        let mut says = vec![0.0; forest.n_outputs()];
        for (tree, covers) in forest.trees.iter().zip(&covers) {
            for (node, cover) in tree.nodes.iter().zip(covers).filter(|(node, _)| node.is_leaf()) {
                says.fill(0.0);
                forest.leaves.add(node.code, &mut says);
                let share = cover / covers[0];
                base.iter_mut().zip(&says).for_each(|(sum, says)| *sum += share * says);
            }
        }
        let n_trees = forest.n_trees() as f64;
        for sum in &mut base {
            *sum /= n_trees;
        }
        let n_points = threads::map(0..forest.n_trees(), |tree| {
            paths::n_points(&forest.trees[tree], n_features)
        });
        let sizes = forest.trees.iter().zip(&n_points);
        let sizes = sizes.map(|(tree, &n_points)| paths::size(n_points, tree.depth()));
        check_memory(sizes.max().unwrap_or_default().saturating_mul(3), 0)?;
        let trees: Vec<_> = forest.trees.iter().zip(covers).zip(n_points).collect();
        let paths = threads::map(trees, |((tree, covers), n)| TreePaths::new(tree, &covers, n));
        Ok(Self { forest, outputs: 0..forest.n_outputs(), base, method: Method::Paths(paths) })
    }

    /// A feature that is not known is what it is in a background row; contributions are means over all of these
    /// ("interventional"; Lundberg et al. 2020, algorithm 3). It takes time by rows × background rows.
    ///
    /// # Errors
    /// No background rows, or such with another number of features.
    pub fn by_background<'b>(
        forest: &'a Forest,
        background: impl Into<Features<'b>>,
    ) -> Result<Self> {
        let background = background.into();
        forest.check_features(&background)?;
        if background.n_rows() == 0 {
            return Err(Error::data("there are no background rows to compare with"));
        }
        let rows = background.block(0..background.n_rows());
        let mut base = vec![0.0; forest.n_outputs()];
        let says = forest.predict_uncalibrated(&background)?;
        for says in says.chunks_exact(base.len()) {
            base.iter_mut().zip(says).for_each(|(sum, says)| *sum += says);
        }
        for sum in &mut base {
            *sum /= background.n_rows() as f64;
        }
        let method = Method::Background { rows, weights: PathWeights::new() };
        Ok(Self { forest, outputs: 0..forest.n_outputs(), base, method })
    }

    /// Explains only this output from now on: the probability of the class with this code, or, 0, the value. Where there are
    /// many classes that saves most of the time.
    ///
    /// # Errors
    /// There is no such output.
    pub fn output(mut self, output: usize) -> Result<Self> {
        self.forest.check_output(output)?;
        self.outputs = output..output + 1;
        Ok(self)
    }

    /// For each output that is explained what the forest says of a row of which nothing is known.
    pub fn base(&self) -> &[f64] {
        &self.base[self.outputs.clone()]
    }

    /// Explains what the forest says of rows (rows × features), on the current threads. What it gives for a row depends on
    /// that row alone.
    ///
    /// # Errors
    /// Another number of features than the forest has; more rows, or deeper trees, than there is memory for.
    pub fn explain<'x>(&self, x: impl Into<Features<'x>>) -> Result<Explanations> {
        let x = x.into();
        self.forest.check_features(&x)?;
        let (n_rows, n_features, n_outputs) = (x.n_rows(), x.n_features(), self.outputs.len());
        let n_numbers = n_features.saturating_mul(n_outputs);
        self.check_memory(n_rows, n_numbers)?;
        let says = self.forest.predict_uncalibrated(&x)?;
        let says = says.chunks_exact(self.forest.n_outputs());
        let predictions = says.flat_map(|says| &says[self.outputs.clone()]).copied().collect();

        let rows: Vec<usize> = (0..n_rows).collect();
        let tasks = rows.chunks(LANES).map(|rows| (rows, self.outputs.clone())).collect();
        let contributions = self.contributions(&x, tasks, n_numbers);
        let shaped = |_| Error::data("the rows have no features");
        let contributions = Array3::from_shape_vec((n_rows, n_features, n_outputs), contributions)
            .map_err(shaped)?;
        Ok(Explanations {
            base: self.base().to_vec().into(),
            predictions: Array2::from_shape_vec((n_rows, n_outputs), predictions)
                .map_err(shaped)?,
            contributions,
        })
    }

    /// Explains one output of each row: `outputs` has the code of a class for each, or 0. Each row takes as long as if there
    /// was only that output.
    ///
    /// # Errors
    /// As [`explain`](Self::explain); outputs that there are not, or of another number of rows.
    pub fn explain_each<'x>(
        &self,
        x: impl Into<Features<'x>>,
        outputs: &[u32],
    ) -> Result<RowExplanations> {
        let x = x.into();
        self.forest.check_features(&x)?;
        let (n_rows, n_features) = (x.n_rows(), x.n_features());
        let n_outputs = self.forest.n_outputs();
        if outputs.len() != n_rows {
            let found = outputs.len();
            return Err(Error::data(format!("{found} outputs are not those of {n_rows} rows")));
        }
        outputs.iter().try_for_each(|&output| self.forest.check_output(output as usize))?;
        self.check_memory(n_rows, n_features)?;
        let says = self.forest.predict_uncalibrated(&x)?;
        let of_row = |(says, &output): (&[f64], &u32)| says[output as usize];
        let predictions = says.chunks_exact(n_outputs).zip(outputs).map(of_row).collect();

        // Rows of one output go through the trees together.
        let mut rows: Vec<usize> = (0..n_rows).collect();
        rows.sort_by_key(|&row| outputs[row]);
        let output = |row: usize| outputs[row] as usize;
        let alike = rows.chunk_by(|&a, &b| output(a) == output(b));
        let tasks = alike.flat_map(|rows| rows.chunks(LANES));
        let tasks = tasks.map(|rows| (rows, output(rows[0])..output(rows[0]) + 1)).collect();
        let contributions = self.contributions(&x, tasks, n_features);
        Ok(RowExplanations {
            base: outputs.iter().map(|&output| self.base[output as usize]).collect(),
            predictions,
            contributions: Array2::from_shape_vec((n_rows, n_features), contributions)
                .map_err(|_| Error::data("the rows have no features"))?,
        })
    }

    /// Contributions to all rows, `n_numbers` each. A task is some rows and the outputs that are explained of them.
    fn contributions(
        &self,
        x: &Features,
        tasks: Vec<(&[usize], Range<usize>)>,
        n_numbers: usize,
    ) -> Vec<f64> {
        let done = match &self.method {
            Method::Paths(paths) => {
                let scratch = || (Walk::new(x.n_features()), vec![[0.0; LANES]; n_numbers]);
                threads::map_init(tasks, scratch, |(walk, sums), (rows, outputs)| {
                    let block = x.block_of(rows);
                    (rows, self.by_shares(paths, &block.rows(), &outputs, walk, sums))
                })
            }
            Method::Background { rows: background, weights } => {
                let background = background.rows();
                let scratch = || PairWalk::new(x.n_features());
                threads::map_init(tasks, scratch, |walk, (rows, outputs)| {
                    let mut sums = vec![0.0; rows.len() * n_numbers];
                    let block = x.block_of(rows);
                    self.against((&background, weights), &block.rows(), &outputs, walk, &mut sums);
                    (rows, sums)
                })
            }
        };
        let mut contributions = vec![0.0; x.n_rows() * n_numbers];
        for (rows, sums) in done {
            for (row, sums) in rows.iter().zip(sums.chunks_exact(n_numbers)) {
                contributions[row * n_numbers..][..n_numbers].copy_from_slice(sums);
            }
        }
        contributions
    }

    /// Contributions to a block of rows by the shares of training rows.
    fn by_shares(
        &self,
        paths: &[TreePaths],
        rows: &[&[f32]],
        outputs: &Range<usize>,
        walk: &mut Walk,
        sums: &mut [Lanes],
    ) -> Vec<f64> {
        // Lanes without a row do what the first row does.
        let mut lanes = [rows[0]; LANES];
        lanes[..rows.len()].copy_from_slice(rows);
        sums.fill([0.0; LANES]);
        for tree in self.forest.trees.iter().zip(paths) {
            walk.add(tree, &self.forest.leaves, outputs, &lanes, sums);
        }
        let n_trees = self.forest.n_trees() as f64;
        (0..rows.len()).flat_map(|lane| sums.iter().map(move |sum| sum[lane] / n_trees)).collect()
    }

    /// Adds contributions to a block of rows against background rows to zeros.
    fn against(
        &self,
        (background, weights): (&[&[f32]], &PathWeights),
        rows: &[&[f32]],
        outputs: &Range<usize>,
        walk: &mut PairWalk,
        sums: &mut [f64],
    ) {
        let leaves: &Leaves = &self.forest.leaves;
        let n_numbers = sums.len() / rows.len();
        for tree in &self.forest.trees {
            for (row, sums) in rows.iter().zip(sums.chunks_exact_mut(n_numbers)) {
                for other in background {
                    walk.add((tree, leaves), outputs, weights, [row, other], sums);
                }
            }
        }
        let n = (self.forest.n_trees() * background.len()) as f64;
        for sum in sums {
            *sum /= n;
        }
    }

    /// Refuses more rows, or deeper trees, than there is memory for.
    fn check_memory(&self, n_rows: usize, n_numbers: usize) -> Result<()> {
        let of_tree = match &self.method {
            Method::Paths(paths) => paths.iter().map(TreePaths::size).max().unwrap_or_default(),
            Method::Background { .. } => 0,
        };
        let of_tree = of_tree.saturating_mul(self.outputs.len() + 2);
        // Of each block, and of all rows in their order.
        let of_rows = n_rows.saturating_mul(n_numbers).saturating_mul(2);
        check_memory(of_tree.saturating_add(n_numbers), of_rows)
    }
}

/// Refuses what needs so many numbers for each row that goes through a tree, and for all rows together.
fn check_memory(of_lane: usize, of_rows: usize) -> Result<()> {
    let of_threads = of_lane.saturating_mul(LANES * threads::count());
    let bytes = of_threads.saturating_add(of_rows).saturating_mul(size_of::<f64>());
    memory::check(bytes, || "explaining these rows by trees of this depth".to_owned())
        .map_err(|message| Error::data(message).with_help("explain fewer rows at a time"))
}

#[cfg(test)]
mod tests;
