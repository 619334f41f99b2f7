//! linfa grows the trees that cart does, where it can, and refuses where it cannot. With three classes
//! or more its forests are right, but not the same in every run.

use std::collections::BTreeMap;

use forest::Criterion::{Entropy, Gini};
use forest::{ClassWeight, ErrorKind, Forest, ForestParams, Learner, Splitter, Target};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::reference::cart::{Cart, Draws, Limits, Tree, below, tree_rng};
use crate::reference::{self, assert_close, one_tree, rows_around};
use crate::support::Folder;

/// Of trees of pure leaves.
const LIMITS: Limits = Limits {
    criterion: Gini,
    max_depth: 100,
    min_samples_split: 2,
    min_samples_leaf: 1,
    min_impurity_decrease: 0.0,
};

/// The reference looks at features in the order of the table, as linfa-trees does; cart, which draws them, is
/// compared with it elsewhere. linfa-trees adds up impurities in `f32`. Of equally good splits, which are
/// common in small nodes, rounding may make it take another than the first: a tree as good, but
/// not the same. And where limits leave impure leaves, it makes one leaf of two that predict the same
/// class. The seeds are the first ones from 0 up whose tables meet neither.
#[test]
fn linfa_grows_the_trees_of_a_plain_reference_where_values_never_repeat() {
    let entropy = Limits { criterion: Entropy, ..LIMITS };
    let cases: [(usize, u64, Limits, &[u64]); 7] = [
        (60, 10, LIMITS, &[4, 6, 7, 8, 9, 10, 12, 13]),
        (60, 10, entropy.clone(), &[7, 13, 14, 20, 30, 33, 49]),
        (200, 1, LIMITS, &[0, 1, 2, 3, 4, 6, 8, 12]),
        (200, 1, entropy, &[0, 1, 3, 4, 5, 6, 8, 9]),
        (60, 1, Limits { max_depth: 3, ..LIMITS }, &[0, 3, 4, 6, 7, 9]),
        (60, 1, Limits { min_samples_split: 10, ..LIMITS }, &[3, 7, 10, 15, 18]),
        (60, 1, Limits { min_samples_leaf: 3, ..LIMITS }, &[0, 21, 44]),
    ];
    for (n_rows, n_trees, limits, seeds) in cases {
        for &seed in seeds {
            let table = Table::without_ties(n_rows, seed);
            // One tree is grown on all rows, several on bootstrap samples.
            let params = limits.params().n_trees(n_trees as usize).bootstrap(n_trees > 1);
            let linfa = table.fit(&params.learner(Learner::Linfa));
            let grown = (0..n_trees).map(|tree| {
                let mut rng = tree_rng(tree);
                let mut draws = vec![u32::from(n_trees == 1); n_rows];
                for _ in (0..n_rows).filter(|_| n_trees > 1) {
                    draws[below(&mut rng, n_rows)] += 1;
                }
                Cart::fit(&table.drawn(draws), &limits, Draws::None)
            });
            let (trees, shares): (Vec<Tree>, Vec<Vec<f64>>) = grown.unzip();
            let n_nodes: usize = trees.iter().map(Tree::n_nodes).sum();
            assert_eq!(linfa.n_nodes(), n_nodes, "seed {seed}, {limits:?}");
            let mean = |of: &dyn Fn(usize) -> f64| {
                (0..trees.len()).map(of).sum::<f64>() / trees.len() as f64
            };
            let importances: Vec<f64> =
                (0..table.x.ncols()).map(|feature| mean(&|tree| shares[tree][feature])).collect();
            assert_close(linfa.importances(), &importances, "importances");
            let rows = table.rows_around(4000, &mut ChaCha8Rng::seed_from_u64(0));
            let proba = linfa.predict_proba(rows.view()).unwrap();
            for (row, proba) in rows.outer_iter().zip(proba.outer_iter()) {
                let row = row.to_vec();
                let expected: Vec<f64> =
                    (0..2).map(|class| mean(&|tree| trees[tree].predict(&row)[class])).collect();
                assert_eq!(proba.to_vec(), expected, "seed {seed}, {limits:?}");
            }
        }
    }
}

/// Merging leaves changes distributions, not classes. The seeds are chosen as above.
#[test]
fn linfa_predicts_the_classes_of_limited_trees_of_a_plain_reference() {
    for seed in [1, 2, 3, 5, 9, 11, 12, 18] {
        let table = Table::without_ties(200, seed);
        for limits in [Limits { max_depth: 4, ..LIMITS }, Limits { min_samples_leaf: 3, ..LIMITS }]
        {
            let linfa = table.fit(&limits.params().learner(Learner::Linfa));
            let (tree, _) = Cart::fit(&table.drawn(vec![1; 200]), &limits, Draws::None);
            let rows = table.rows_around(1000, &mut ChaCha8Rng::seed_from_u64(seed));
            let classes = linfa.predict_classes(rows.view()).unwrap();
            for (row, class) in rows.outer_iter().zip(classes) {
                let shares = tree.predict(&row.to_vec()).to_vec();
                assert_eq!(class, u32::from(shares[1] > shares[0]), "seed {seed}, {limits:?}");
            }
            assert!(linfa.n_nodes() <= tree.n_nodes());
        }
    }
}

/// With three classes or more the last bits by which linfa-trees compares splits change from run to
/// run. Here, in each node, one split is better than all others by more than that, or tells all apart.
#[test]
fn linfa_grows_the_trees_of_cart_of_six_classes_where_one_split_is_best() {
    let table = Table::of_six_classes();
    for params in [one_tree(), one_tree().criterion(Entropy)] {
        for _ in 0..20 {
            assert_same_trees(&table, &params);
        }
    }
}

/// Rows of one leaf have one prediction. So among the rows that have a prediction, whether of one leaf
/// or of several, each class has the share that it has in the prediction.
#[test]
fn leaves_of_linfa_say_what_the_classes_of_their_training_rows_are() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for n_classes in [3, 5, 26] {
        let x = Array2::from_shape_fn((300, 3), |_| (rng.gen_range(0.0..1.0_f32) * 40.0).round());
        let y: Vec<u32> = (0..300).map(|_| rng.gen_range(0..n_classes as u32)).collect();
        let table = Table { x, y, n_classes };
        for limited in [one_tree(), one_tree().max_depth(Some(3)), one_tree().min_samples_leaf(9)] {
            let forest = table.fit(&limited.learner(Learner::Linfa));
            let proba = forest.predict_proba(table.x.view()).unwrap();
            let mut classes: BTreeMap<Vec<u64>, Vec<u32>> = BTreeMap::new();
            for (shares, &class) in proba.outer_iter().zip(&table.y) {
                classes
                    .entry(shares.iter().map(|share| share.to_bits()).collect())
                    .or_default()
                    .push(class);
            }
            assert!(classes.len() > 2, "{} predictions", classes.len());
            for (shares, classes) in classes {
                for (class, share) in shares.into_iter().map(f64::from_bits).enumerate() {
                    let rows = classes.iter().filter(|&&of_row| of_row == class as u32).count();
                    let expected = rows as f64 / classes.len() as f64;
                    assert!((share - expected).abs() < 1e-12, "{class}: {share}, {expected}");
                }
            }
        }
    }
}

#[test]
fn a_model_says_whether_training_gives_it_again() {
    let folder = Folder::new();
    folder.example("iris.csv");
    for (flags, reproducible) in [
        ("--data iris.csv --target species --learner linfa", false),
        ("--data iris.csv --target species", true),
        ("--samples 100 --learner linfa", true),
        ("--samples 100 --task regression", true),
    ] {
        let train = format!("train {flags} --trees 5 --out m.bin --force");
        let ran = folder.forest(&train).succeeds();
        assert_eq!(
            ran.stderr.contains("note: with three classes or more"),
            !reproducible,
            "{flags}"
        );
        let model = folder.read("m.bin");
        let recorded = model.windows(17).any(|bytes| bytes == b"reproduciblefalse");
        assert_eq!(recorded, !reproducible, "{flags}");
        assert_eq!(folder.forest(&format!("{train} --quiet")).succeeds().stderr, "");
        let said = |args: &str| -> Value {
            serde_json::from_slice(&folder.forest(args).succeeds().stdout).unwrap()
        };
        assert_eq!(said(&format!("{train} --json"))["reproducible"], reproducible, "{flags}");
        assert_eq!(said("inspect m.bin --json")["metadata"]["reproducible"], reproducible);
        let line = format!("reproducible            {reproducible}\n");
        assert!(folder.forest("inspect m.bin").succeeds().text().contains(&line), "{flags}");
        folder.forest("verify m.bin").succeeds();
        folder.forest("evaluate --model m.bin").succeeds();
    }
}

/// The same number of nodes, the same depth, the same importances, and the same probabilities to the
/// bit, on the training rows and on rows that lie on and beside the midpoints of their values.
#[track_caller]
fn assert_same_trees(table: &Table, params: &ForestParams) {
    let [cart, linfa] = fit_both(table, params);
    let shape = |forest: &Forest| (forest.n_nodes(), forest.n_leaves(), forest.depth());
    assert_eq!(shape(&linfa), shape(&cart));
    assert_close(linfa.importances(), cart.importances(), "importances");
    let rows = table.rows_around(4000, &mut ChaCha8Rng::seed_from_u64(0));
    for rows in [table.x.view(), rows.view()] {
        assert_eq!(linfa.predict_proba(rows).unwrap(), cart.predict_proba(rows).unwrap());
    }
}

fn fit_both(table: &Table, params: &ForestParams) -> [Forest; 2] {
    [Learner::Cart, Learner::Linfa].map(|learner| table.fit(&params.clone().learner(learner)))
}

#[test]
fn where_values_repeat_cart_finds_the_splits_that_linfa_misses() {
    // 400 rows of 4 whole numbers, all rows different: an exact tree tells every one apart.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let digit = |(row, place)| (row / [1, 5, 25, 125][place] % 5) as f32;
    let x = Array2::from_shape_fn((400, 4), digit);
    let y = (0..400).map(|_| rng.gen_range(0..2)).collect();
    let table = Table { x, y, n_classes: 2 };
    let right = |forest: &Forest| {
        let classes = forest.predict_classes(table.x.view()).unwrap();
        classes.iter().zip(&table.y).filter(|(ours, truth)| ours == truth).count()
    };
    let [cart, linfa] = fit_both(&table, &one_tree());
    assert_eq!(right(&cart), 400);
    assert!(right(&linfa) < 400);
}

#[test]
fn linfa_grows_the_same_forest_again_on_any_number_of_threads() {
    let mut table = Table::without_ties(100, 3);
    // Repeated values, as most tables have.
    table.x.mapv_inplace(|value| (value * 10.0).round());
    let fit = |threads| table.fit(&ForestParams::new().learner(Learner::Linfa).n_threads(threads));
    let first = fit(1);
    assert!(first == fit(1) && first == fit(2) && first == fit(7));
}

/// linfa-trees labels a tied leaf by chance, and leaves of one label become one.
#[test]
fn tied_leaves_of_linfa_are_the_same_twenty_times_in_a_row() {
    let mut n_tied = 0;
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let x = Array2::from_shape_fn((12, 2), |_| rng.gen_range(0_u8..3).into());
        let table = Table { x, y: [0, 1].repeat(6), n_classes: 2 };
        let params = one_tree().max_depth(Some(2));
        let [cart, first] = fit_both(&table, &params);
        assert!((1..20).all(|_| fit_both(&table, &params)[1] == first), "seed {seed}");
        let proba = cart.predict_proba(table.x.view()).unwrap();
        n_tied += usize::from(proba.iter().any(|&p| p == 0.5));
    }
    assert!(n_tied >= 10, "{n_tied} tables with a tied leaf");
}

#[test]
fn small_features_do_not_stop_linfa() {
    // linfa-trees takes values closer than 1e-5 for equal. 2⁻²⁰ ≈ 1e-6 scales without rounding.
    let table = Table::without_ties(100, 5);
    let scale = 2_f32.powi(-20);
    let small = Table { x: &table.x * scale, y: table.y.clone(), n_classes: 2 };
    let params = ForestParams::new().learner(Learner::Linfa).n_trees(10);
    let (forest, forest_of_small) = (table.fit(&params), small.fit(&params));
    assert_eq!(forest_of_small.importances(), forest.importances());
    let rows = table.rows_around(2000, &mut ChaCha8Rng::seed_from_u64(0));
    let small_rows = &rows * scale;
    let proba = forest.predict_proba(rows.view()).unwrap();
    assert_eq!(forest_of_small.predict_proba(small_rows.view()).unwrap(), proba);
}

#[test]
fn linfa_refuses_what_it_cannot_do_and_names_the_other_learner() {
    let table = Table::without_ties(30, 0);
    let linfa = ForestParams::new().learner(Learner::Linfa);
    let mut with_gap = Table { x: table.x.clone(), y: table.y.clone(), n_classes: 2 };
    with_gap.x[[7, 2]] = f32::NAN;
    let of_three = Table { x: with_gap.x.clone(), y: [0, 1, 2].repeat(10), n_classes: 3 };
    let three = Table { x: table.x.clone(), y: of_three.y.clone(), n_classes: 3 };
    let refused = [
        ("missing values, and feature 2", with_gap.try_fit(&linfa)),
        ("missing values, and feature 2", of_three.try_fit(&linfa)),
        ("weights of rows", three.try_fit_weighted(&linfa, Some(&[1.0; 30]))),
        ("weights of rows", table.try_fit_weighted(&linfa, Some(&[1.0; 30]))),
        ("`max_bins`", table.try_fit(&linfa.clone().max_bins(Some(255)))),
        ("`splitter`", table.try_fit(&linfa.clone().splitter(Splitter::Random))),
        ("`max_leaf_nodes`", table.try_fit(&linfa.clone().max_leaf_nodes(Some(4)))),
        ("`class_weight`", table.try_fit(&linfa.clone().class_weight(ClassWeight::Balanced))),
        ("`min_impurity_decrease`", table.try_fit(&linfa.min_impurity_decrease(1e-9))),
    ];
    for (what, result) in refused {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting, "{what}");
        assert!(error.to_string().contains(what), "{what}: {error}");
        let help = error.help().unwrap().to_string();
        assert!(help.contains("`learner` cart"), "{what}: {help}");
    }
}

/// Rows with classes.
struct Table {
    x: Array2<f32>,
    y: Vec<u32>,
    n_classes: usize,
}

impl Table {
    /// Two classes on both sides of a bent surface in four features.
    fn without_ties(n_rows: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let x = Array2::from_shape_fn((n_rows, 4), |_| rng.gen_range(-1.0..1.0));
        let y = x.outer_iter().map(|row| u32::from(row[0] + row[1] * row[2] > 0.1)).collect();
        Self { x, y, n_classes: 2 }
    }

    /// Six classes of different sizes, each of which one split tells from all those after it.
    fn of_six_classes() -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let sizes = [60, 34, 20, 12, 7, 4];
        let y: Vec<u32> =
            sizes.into_iter().zip(0..).flat_map(|(size, class)| vec![class; size]).collect();
        // Class c lies below a bound of feature c % 3, which rises from 0 to 1; those after it above.
        let x = Array2::from_shape_fn((y.len(), 3), |(row, feature)| {
            let (class, feature) = (y[row] as usize, feature);
            let bounds_passed = (0..class).filter(|other| other % 3 == feature).count() as f32;
            let is_below = class % 3 == feature;
            let upper = if is_below { bounds_passed } else { 2.0 };
            rng.gen_range(bounds_passed - 1.0..upper)
        });
        Self { x, y, n_classes: sizes.len() }
    }

    /// For the reference, each row as often as it is drawn.
    fn drawn(&self, draws: Vec<u32>) -> reference::Table {
        reference::Table {
            x: self.x.clone(),
            y: self.y.iter().map(|&class| class as i32).collect(),
            n_classes: self.n_classes,
            weights: draws,
            is_weighted: true,
        }
    }

    fn try_fit(&self, params: &ForestParams) -> forest::Result<Forest> {
        self.try_fit_weighted(params, None)
    }

    fn try_fit_weighted(
        &self,
        params: &ForestParams,
        weights: Option<&[f64]>,
    ) -> forest::Result<Forest> {
        let target = Target::Classes { codes: &self.y, n_classes: self.n_classes };
        params.fitter().weights(weights).fit_forest(self.x.view(), target)
    }

    fn fit(&self, params: &ForestParams) -> Forest {
        self.try_fit(params).unwrap()
    }

    fn rows_around(&self, n_rows: usize, rng: &mut ChaCha8Rng) -> Array2<f32> {
        rows_around(&self.x, n_rows, rng)
    }
}
