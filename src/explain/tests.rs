//! Against the definition of Shapley values, by all subsets of the features.

use ndarray::{Array2, ArrayView2, Axis, Slice, array};

use super::*;
use crate::forest::covers::Covers;
use crate::tree::random::TreeRng;
use crate::tree::{Node, Tree};
use crate::{ForestParams, Learner, Shrinkage, Target, with_threads};

/// Rows × features of few different values, a seventh of them missing.
fn table(n_rows: usize, n_features: usize, rng: &mut TreeRng) -> Array2<f32> {
    Array2::from_shape_simple_fn((n_rows, n_features), || match rng.below(7) {
        0 => f32::NAN,
        value => (value + rng.below(5)) as f32,
    })
}

fn part(x: &Array2<f32>, rows: Range<usize>) -> ArrayView2<'_, f32> {
    x.slice_axis(Axis(0), Slice::from(rows))
}

/// What a game of players is worth to each, by definition (Shapley 1953). Subsets are bits.
fn shapley(n_players: usize, worth: impl Fn(usize) -> Vec<f64>) -> Vec<Vec<f64>> {
    let worth: Vec<Vec<f64>> = (0..1 << n_players).map(worth).collect();
    let factorial = |n: usize| (1..=n).fold(1.0, |product, k| product * k as f64);
    let of_player = |player: usize| {
        let mut sums = vec![0.0; worth[0].len()];
        for subset in (0..1_usize << n_players).filter(|subset| subset >> player & 1 == 0) {
            let size = subset.count_ones() as usize;
            let weight = factorial(size) * factorial(n_players - 1 - size) / factorial(n_players);
            let (with, without) = (&worth[subset | 1 << player], &worth[subset]);
            let both = with.iter().zip(without);
            sums.iter_mut().zip(both).for_each(|(sum, (w, wo))| *sum += weight * (w - wo));
        }
        sums
    };
    (0..n_players).map(of_player).collect()
}

fn goes_left(node: Node, value: f32) -> bool {
    if value.is_nan() { node.code & 1 == 1 } else { value <= node.threshold }
}

/// What a subtree says of a row of which some features are known, by the training rows.
fn expected(
    forest: &Forest,
    (tree, covers): (&Tree, &[f64]),
    at: usize,
    row: &[f32],
    known: usize,
) -> Vec<f64> {
    let node = tree.nodes[at];
    let mut says = vec![0.0; forest.n_outputs()];
    if node.is_leaf() {
        forest.leaves.add(node.code, &mut says);
        return says;
    }
    let left = node.next as usize;
    let shares = match (known >> node.feature() & 1 == 1, row[node.feature()]) {
        (true, value) if goes_left(node, value) => [1.0, 0.0],
        (true, _) => [0.0, 1.0],
        (false, _) => [left, left + 1].map(|child| covers[child] / covers[at]),
    };
    for (child, share) in [left, left + 1].into_iter().zip(shares) {
        let of_child = expected(forest, (tree, covers), child, row, known);
        says.iter_mut().zip(of_child).for_each(|(sum, says)| *sum += share * says);
    }
    says
}

/// By the definition, of a row.
fn by_definition(forest: &Forest, row: &[f32], background: Option<&Array2<f32>>) -> Vec<Vec<f64>> {
    let covers = forest.covers.as_ref().unwrap().of_nodes(&forest.trees);
    shapley(forest.n_features(), |known| match background {
        None => {
            let mut sums = vec![0.0; forest.n_outputs()];
            for (tree, covers) in forest.trees.iter().zip(&covers) {
                let says = expected(forest, (tree, covers), 0, row, known);
                sums.iter_mut().zip(says).for_each(|(sum, says)| *sum += says);
            }
            sums.iter().map(|sum| sum / forest.n_trees() as f64).collect()
        }
        Some(background) => {
            let mut mixed = background.clone();
            for feature in (0..row.len()).filter(|feature| known >> feature & 1 == 1) {
                mixed.column_mut(feature).fill(row[feature]);
            }
            let says = forest.predict_uncalibrated(&mixed.view().into()).unwrap();
            let says = Array2::from_shape_vec((mixed.nrows(), forest.n_outputs()), says);
            says.unwrap().mean_axis(Axis(0)).unwrap().to_vec()
        }
    })
}

/// Forests of both tasks, whose leaves are shares and means, of weights, drawn towards their ancestors.
fn forests() -> Vec<(Forest, Array2<f32>)> {
    let mut rng = TreeRng::new(5, 0);
    let mut forests = Vec::new();
    for (number, n_features) in [1, 2, 4, 6, 8].into_iter().enumerate() {
        let x = table(80, n_features, &mut rng);
        let first = |row: usize| if x[[row, 0]].is_nan() { 3.0 } else { x[[row, 0]] };
        let last = |row: usize| x[[row, n_features - 1]].max(0.0);
        let y: Vec<f64> = (0..80).map(|row| f64::from(first(row) * last(row)) - 7.0).collect();
        let codes: Vec<u32> = y.iter().map(|y| (*y > 0.0).into()).collect();
        let codes: Vec<u32> = codes.iter().zip(0..).map(|(c, row)| c + row % 5 / 4).collect();
        let weights: Vec<f64> = (0..80).map(|_| f64::from(1 + rng.below(9)) / 3.0).collect();
        let weights = (number % 2 == 1).then_some(&weights[..]);
        for target in [Target::Values(&y), Target::Classes { codes: &codes, n_classes: 3 }] {
            let mut params = ForestParams::new().n_trees(4).max_features(crate::MaxFeatures::All);
            if number == 2 {
                params = params.shrinkage(Shrinkage::Lambda(3.0));
            }
            let fitter = params.fitter().weights(weights);
            forests.push((fitter.fit_forest(x.view(), target).unwrap(), x.clone()));
        }
    }
    forests
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}, not {expected}");
}

#[test]
fn contributions_are_shapley_values_by_their_definition() {
    let mut rng = TreeRng::new(6, 0);
    for (forest, x) in forests() {
        let n_features = forest.n_features();
        let rows = table(11, n_features, &mut rng);
        let background = part(&x, 0..9).to_owned();
        let paths = Explainer::by_paths(&forest).unwrap();
        let against = Explainer::by_background(&forest, background.view()).unwrap();
        for (explainer, background) in [(paths, None), (against, Some(&background))] {
            let found = explainer.explain(rows.view()).unwrap();
            for (row, found) in rows.outer_iter().zip(found.contributions.outer_iter()) {
                let expected = by_definition(&forest, &row.to_vec(), background);
                for (found, expected) in found.iter().zip(expected.concat()) {
                    assert_near(*found, expected, 1e-11 * forest.scale());
                }
            }
        }
    }
}

impl Forest {
    /// The greatest size of what its leaves say.
    fn scale(&self) -> f64 {
        let means = self.leaves.means().unwrap_or(&[1.0]);
        means.iter().fold(0.0, |scale: f64, mean| scale.max(mean.abs()))
    }
}

#[test]
fn base_and_contributions_add_up_to_the_prediction() {
    let mut rng = TreeRng::new(7, 0);
    let x = Array2::from_shape_simple_fn((3000, 12), || rng.below(1000) as f32);
    let y: Vec<f64> = x.outer_iter().map(|row| f64::from(row[0] * row[1] - row[2])).collect();
    let codes: Vec<u32> = y.iter().map(|y| u32::from(*y > 2e5) + u32::from(*y > 5e5)).collect();
    let targets = [Target::Values(&y), Target::Classes { codes: &codes, n_classes: 3 }];
    for target in targets {
        let params = ForestParams::new().n_trees(5);
        let forest = params.fitter().fit_forest(x.view(), target).unwrap();
        // Up to 12 features and more than 20 branches on a path.
        assert!(forest.depth() > 12);
        let rows = part(&x, 0..50);
        for explainer in [
            Explainer::by_paths(&forest).unwrap(),
            Explainer::by_background(&forest, part(&x, 60..70)).unwrap(),
        ] {
            let Explanations { base, predictions, contributions } =
                explainer.explain(rows).unwrap();
            if forest.calibration().is_none() {
                assert_eq!(predictions, forest.predict_outputs(rows).unwrap());
            }
            let sums = contributions.sum_axis(Axis(1)) + &base;
            for (sum, prediction) in sums.iter().zip(&predictions) {
                assert_near(*sum, *prediction, 1e-12 * forest.scale());
            }
        }
    }
}

#[test]
fn what_is_said_of_a_row_depends_on_no_other_and_on_no_thread() {
    let (forest, x) = forests().swap_remove(7);
    let background = part(&x, 0..5);
    for explainer in [
        Explainer::by_paths(&forest).unwrap(),
        Explainer::by_background(&forest, background).unwrap(),
    ] {
        let all = explainer.explain(x.view()).unwrap();
        assert!(with_threads(3, || explainer.explain(x.view())).unwrap() == all);
        for row in [0, 1, 8, 79] {
            let alone = explainer.explain(part(&x, row..row + 1)).unwrap();
            let same = all.contributions.index_axis(Axis(0), row);
            assert_eq!(alone.contributions.index_axis(Axis(0), 0), same);
        }
        let none = explainer.explain(part(&x, 0..0)).unwrap();
        assert_eq!(none.contributions.dim(), (0, forest.n_features(), 3));
        let outputs: Vec<u32> = (0..80).map(|row| row * 7 % 3).collect();
        let each = explainer.explain_each(x.view(), &outputs).unwrap();
        for (row, &output) in outputs.iter().enumerate() {
            let of_output = all.contributions.index_axis(Axis(2), output as usize);
            assert_eq!(each.contributions.row(row), of_output.row(row));
            assert_eq!(each.predictions[row], all.predictions[[row, output as usize]]);
            assert_eq!(each.base[row], all.base[output as usize]);
        }
        assert!(explainer.explain_each(x.view(), &[3; 80]).is_err());
        assert!(explainer.explain_each(x.view(), &[0]).is_err());
        let last = explainer.output(2).unwrap();
        assert_eq!(last.base(), [all.base[2]]);
        let last = last.explain(x.view()).unwrap();
        assert_eq!(last.contributions, all.contributions.slice_axis(Axis(2), Slice::from(2..)));
        assert_eq!(last.predictions, all.predictions.slice_axis(Axis(1), Slice::from(2..)));
        assert!(last.base.len() == 1);
    }
}

/// A chain of branches, whose left children are leaves, that compare features in turn.
fn chain(n_branches: u32, n_features: u32) -> Forest {
    let mut nodes = vec![];
    for number in 0..n_branches {
        nodes.push(Node::branch(number % n_features, number as f32, false, 2 * number + 1));
        nodes.push(Node::leaf(number % 2).at(2 * number + 1));
    }
    nodes.push(Node::leaf(1).at(2 * n_branches));
    Forest {
        n_features: n_features as usize,
        trees: vec![Tree { nodes: nodes.into() }],
        leaves: Leaves::Means { means: vec![-1.0, 1.0], targets: None },
        importances: vec![0.0; n_features as usize],
        calibration: None,
        covers: Covers::new(&vec![1.0; n_branches as usize + 1]),
    }
}

#[test]
fn trees_of_any_depth_are_explained_or_refused() {
    for (n_branches, n_features) in [(300, 150), (3000, 40), (100_000, 2)] {
        let forest = chain(n_branches, n_features);
        let explainer = Explainer::by_paths(&forest).unwrap();
        let row = Array2::from_elem((1, n_features as usize), n_branches as f32 / 2.0);
        let Explanations { base, predictions, contributions } =
            explainer.explain(row.view()).unwrap();
        assert_near(base[0] + contributions.sum(), predictions[[0, 0]], 1e-9);
    }
    let refused = Explainer::by_paths(&chain(2_000_000, 1_000_000)).err().unwrap();
    assert!(refused.to_string().contains("memory"), "{refused}");
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let x = array![[0.0_f32], [1.0], [2.0], [3.0]];
    let target = Target::Classes { codes: &[0, 0, 1, 1], n_classes: 2 };
    let forest = ForestParams::new().n_trees(3).fitter().fit_forest(x.view(), target).unwrap();
    let explainer = Explainer::by_paths(&forest).unwrap();
    assert!(explainer.explain(array![[1.0_f32, 2.0]].view()).is_err());
    assert!(explainer.output(2).is_err());
    assert!(Explainer::by_background(&forest, array![[1.0_f32, 2.0]].view()).is_err());
    assert!(Explainer::by_background(&forest, part(&x, 0..0)).is_err());

    if cfg!(feature = "linfa-trees") {
        let params = ForestParams::new().n_trees(3).learner(Learner::Linfa);
        let forest = params.fitter().fit_forest(x.view(), target).unwrap();
        let error = Explainer::by_paths(&forest).err().unwrap();
        assert!(error.help().unwrap().to_string().contains("`background`"), "{error}");
        assert!(Explainer::by_background(&forest, x.view()).unwrap().explain(x.view()).is_ok());
    }
}
