//! Missing values: what trees make of them, and what is refused.

use forest::{ErrorKind, Forest, ForestParams, Target};
use ndarray::{Array2, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::accuracy::{fixture, numbers, params};
use crate::reference::{assert_close, one_tree};

const GAP: f32 = f32::NAN;

fn fit(params: &ForestParams, x: &Array2<f32>, codes: &[u32]) -> Forest {
    let target = Target::Classes { codes, n_classes: 2 };
    params.fitter().fit_forest(x.view(), target).unwrap()
}

#[test]
fn classifiers_of_rows_with_missing_values_are_scikit_learns() {
    for case in fixture("missing_trees.json")["classifier"].as_array().unwrap() {
        let name = case["params"].to_string();
        let codes: Vec<u32> = numbers(list(&case["y"])).iter().map(|&y| y as u32).collect();
        let n_classes = 1 + codes.iter().max().copied().unwrap() as usize;
        let forest = fit_case(case, Target::Classes { codes: &codes, n_classes }, None);
        let proba = forest.predict_proba(matrix(&case["rows"]).view()).unwrap();
        for (ours, theirs) in proba.outer_iter().zip(list(&case["proba"])) {
            assert_close(&ours.to_vec(), &numbers(list(theirs)), &name);
        }
    }
}

#[test]
fn regressions_of_weighted_rows_with_missing_values_are_scikit_learns() {
    for case in fixture("missing_trees.json")["regressor"].as_array().unwrap() {
        let weights = case["weights"].as_array().map(|weights| numbers(weights));
        let y = numbers(list(&case["y"]));
        let forest = fit_case(case, Target::Values(&y), weights.as_deref());
        let values = forest.predict_values(matrix(&case["rows"]).view()).unwrap();
        assert_close(&values, &numbers(list(&case["values"])), &case["params"].to_string());
    }
}

fn fit_case(case: &Value, target: Target, weights: Option<&[f64]>) -> Forest {
    let settings = params(&case["params"]).n_trees(1).bootstrap(false);
    let settings = settings.max_features(forest::MaxFeatures::All);
    let forest =
        settings.fitter().weights(weights).fit_forest(matrix(&case["x"]).view(), target).unwrap();
    assert_eq!(case["n_leaves"], forest.n_leaves(), "{}", case["params"]);
    forest
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// Rows of numbers, in which null is a missing value.
pub(crate) fn matrix(rows: &Value) -> Array2<f32> {
    let cell = |value: &Value| value.as_f64().map_or(GAP, |value| value as f32);
    let cells = list(rows).iter().flat_map(|row| list(row).iter().map(cell)).collect();
    Array2::from_shape_vec((list(rows).len(), list(&rows[0]).len()), cells).unwrap()
}

/// Whether the value is missing is all that the class depends on. Whatever number is put into the
/// gaps, rows of the other class have it, too, or numbers on both sides of it.
#[test]
fn a_split_on_missingness_finds_what_no_number_in_its_place_can() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let codes: Vec<u32> = (0..400).map(|_| rng.gen_range(0..2)).collect();
    let column = |rng: &mut ChaCha8Rng| -> Vec<f32> {
        let cell = |&code: &u32| if code == 1 { GAP } else { f32::from(rng.gen_range(0_u8..9)) };
        codes.iter().map(cell).collect()
    };
    let x = Array2::from_shape_vec((400, 1), column(&mut rng)).unwrap();
    let stump = one_tree().max_depth(Some(1));
    let with_gaps = fit(&stump, &x, &codes);
    assert_eq!(with_gaps.predict_classes(x.view()).unwrap(), codes);
    // Numbers never seen are no gaps.
    let far = array![[f32::MAX], [f32::MIN], [f32::INFINITY], [GAP]];
    assert_eq!(with_gaps.predict_classes(far.view()).unwrap(), [0, 0, 0, 1]);

    let present: Vec<f32> = x.iter().copied().filter(|value| !value.is_nan()).collect();
    let mean = present.iter().sum::<f32>() / present.len() as f32;
    let filled = x.mapv(|value| if value.is_nan() { mean } else { value });
    let right = |forest: &Forest| {
        let classes = forest.predict_classes(filled.view()).unwrap();
        classes.iter().zip(&codes).filter(|(ours, truth)| ours == truth).count()
    };
    assert!(right(&fit(&stump, &filled, &codes)) < 330);
}

#[test]
fn a_missing_value_goes_the_better_way_or_else_with_the_more_rows() {
    // The rows without a value have the class of those above 5.
    let x = array![[1.0], [2.0], [3.0], [8.0], [9.0], [GAP], [GAP]];
    let forest = fit(&one_tree(), &x, &[0, 0, 0, 1, 1, 1, 1]);
    assert_eq!((forest.n_leaves(), predict(&forest, GAP)), (2, 1));
    // Of those below.
    let forest = fit(&one_tree(), &x, &[1, 1, 1, 0, 0, 1, 1]);
    assert_eq!((forest.n_leaves(), predict(&forest, GAP)), (2, 1));
    // No row is without a value: three go left and two right, then two and three, then two each.
    let x = array![[1.0], [2.0], [3.0], [8.0], [9.0]];
    assert_eq!(predict(&fit(&one_tree(), &x, &[0, 0, 0, 1, 1]), GAP), 0);
    assert_eq!(predict(&fit(&one_tree(), &x, &[0, 0, 1, 1, 1]), GAP), 1);
    let x = array![[1.0], [2.0], [8.0], [9.0]];
    assert_eq!(predict(&fit(&one_tree(), &x, &[0, 0, 1, 1]), GAP), 1);
}

fn predict(forest: &Forest, value: f32) -> u32 {
    forest.predict_classes(array![[value]].view()).unwrap()[0]
}

#[test]
fn a_column_of_nothing_is_a_constant() {
    let x = array![[GAP, 1.0], [GAP, 2.0], [GAP, 3.0]];
    let forest = fit(&one_tree(), &x, &[0, 1, 1]);
    assert_eq!(forest.importances(), [0.0, 1.0]);
    let nothing = Array2::from_elem((3, 2), GAP);
    let forest = fit(&ForestParams::new(), &nothing, &[0, 1, 1]);
    assert_eq!(forest.depth(), 0);
}

#[test]
fn rows_without_a_value_count_where_leaves_must_have_rows() {
    let x = array![[1.0], [2.0], [3.0], [GAP]];
    let params = one_tree().min_samples_leaf(2);
    // Three and one are too few; two and two are not: the missing value goes with the 3.
    let forest = fit(&params, &x, &[0, 0, 1, 1]);
    assert_eq!((forest.n_leaves(), predict(&forest, GAP)), (2, 1));
    let forest =
        fit(&one_tree().min_samples_leaf(2), &array![[1.0], [1.0], [1.0], [GAP]], &[0, 0, 0, 1]);
    assert_eq!(forest.n_leaves(), 1);
}

#[test]
fn infinite_values_are_refused_with_their_place() {
    let x = array![[1.0, 2.0], [3.0, GAP], [5.0, f32::NEG_INFINITY]];
    let params = ForestParams::new();
    let target = Target::Values(&[1.0, 2.0, 3.0]);
    let error = params.fitter().fit_forest(x.view(), target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("row 2, feature 1 is -inf"), "{error}");
}
