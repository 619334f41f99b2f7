//! Synthetic tables and splits equal scikit-learn's, and settings that make no sense are refused.

use std::fs;

use forest::data::split::{Parts, Split};
use forest::data::synth::{MakeClassification, MakeRegression, Recipe, Synthetic, SyntheticTarget};
use forest::{Error, ErrorKind};
use serde_json::Value;

/// scikit-learn leaves the order of its sums to a linear algebra library, which ours cannot follow.
const TOLERANCE: f64 = 1e-12;

#[test]
fn the_seed_42_table_equals_scikit_learns() {
    assert_oracle_table("classification_seed42.csv");
}

#[test]
fn a_three_class_table_with_repeated_features_equals_scikit_learns() {
    assert_oracle_table("classification_3class.csv");
}

#[test]
fn a_table_of_one_weight_for_two_classes_equals_scikit_learns() {
    assert_oracle_table("classification_weights.csv");
}

#[test]
fn an_unshuffled_table_on_a_random_polytope_equals_scikit_learns() {
    assert_oracle_table("classification_noshuffle.csv");
}

#[test]
fn tables_of_odd_settings_equal_scikit_learns() {
    for case in cases("synthetic_more.json") {
        let x: Vec<f64> = list(&case["x"]).iter().flat_map(numbers).collect();
        let table = recipe(&case["params"]).generate().unwrap();
        assert_table(&table, &x, &codes(&case["y"]), case["case"].as_str().unwrap());
    }
}

#[test]
fn regression_tables_equal_scikit_learns() {
    for case in cases("synthetic_regression.json") {
        let name = case["case"].as_str().unwrap();
        let x: Vec<f64> = list(&case["x"]).iter().flat_map(numbers).collect();
        let (table, coefficients) =
            regression(&case["params"]).generate_with_coefficients().unwrap();
        assert_eq!(table.x.nrows(), list(&case["x"]).len(), "{name}: rows");
        assert_numbers(table.x.iter(), &x, name);
        assert_numbers(values(&table).iter(), &numbers(&case["y"]), name);
        assert_numbers(coefficients.iter(), &numbers(&case["coef"]), name);
    }
}

#[test]
fn a_regression_table_reads_back_from_csv_as_it_was() {
    let recipe = MakeRegression { n_samples: 30, noise: 1.0, ..Default::default() };
    let table = recipe.generate().unwrap();
    let mut text = Vec::new();
    table.write_csv(&mut text).unwrap();
    let mut reader = csv::Reader::from_reader(&*text);
    assert_eq!(reader.headers().unwrap().iter().next_back(), Some("y"));
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for record in reader.deserialize() {
        let mut row: Vec<f64> = record.unwrap();
        y.push(row.pop().unwrap());
        x.append(&mut row);
    }
    assert_eq!((x, &*y), (table.x.iter().copied().collect(), values(&table)));
}

#[test]
fn a_recipe_is_serialized_with_its_name() {
    let json = serde_json::to_value(Recipe::from(MakeRegression::default())).unwrap();
    assert_eq!(json["recipe"], "make_regression");
    assert_eq!(json["n_informative"], 10);
    let json = serde_json::to_value(Recipe::from(MakeClassification::default())).unwrap();
    assert_eq!(json["recipe"], "make_classification");
}

#[test]
fn plain_splits_equal_scikit_learns_and_lose_no_row() {
    for case in cases("synthetic.json") {
        let table = recipe(&case["params"]).generate().unwrap();
        let expected = &case["split"];
        let Parts { train, test } = split(expected, false).indices(labels(&table), &[]).unwrap();
        let (train_head, test_head) = (rows(&expected["train_head"]), rows(&expected["test_head"]));
        assert_eq!(train[..train_head.len()], train_head, "{}", case["file"]);
        assert_eq!(test[..test_head.len()], test_head, "{}", case["file"]);
        assert_eq!(expected["n_train"], train.len());
        assert_eq!(expected["n_test"], test.len());
        let mut all = [train, test].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..table.x.nrows()));
    }
}

#[test]
fn stratified_splits_equal_scikit_learns_row_for_row() {
    for case in cases("stratified_splits.json") {
        let parts = split(&case, true).indices(&codes(&case["labels"]), &[]).unwrap();
        let expected = Parts { train: rows(&case["train"]), test: rows(&case["test"]) };
        assert_eq!(parts, expected, "{}", case["case"]);
    }
}

#[test]
fn a_setting_that_makes_no_sense_is_named_with_a_remedy() {
    type Change = fn(&mut MakeClassification);
    let wrong: [(&str, Change); 23] = [
        ("n_samples", |r| r.n_samples = 0),
        ("n_samples", |r| r.n_samples = 1 << 32),
        ("n_features", |r| r.n_features = 0),
        ("n_features", |r| r.n_features = 3),
        ("n_features", |r| r.n_redundant = usize::MAX),
        ("n_informative", |r| r.n_informative = 0),
        ("n_classes", |r| r.n_classes = 0),
        ("n_classes", |r| r.n_classes = 3),
        ("n_classes", |r| r.n_classes = 65_537),
        ("n_clusters_per_class", |r| r.n_clusters_per_class = 0),
        ("n_clusters_per_class", |r| r.n_clusters_per_class = usize::MAX),
        ("n_clusters_per_class", |r| {
            (r.n_features, r.n_informative, r.n_clusters_per_class) = (50, 40, 1 << 30);
        }),
        ("weights", |r| r.weights = Some(vec![0.2, 0.3, 0.5])),
        ("weights", |r| r.weights = Some(vec![])),
        ("weights", |r| r.weights = Some(vec![-0.1, 1.0])),
        ("weights", |r| r.weights = Some(vec![f64::NAN])),
        ("weights", |r| r.weights = Some(vec![0.6, 0.6])),
        ("flip_y", |r| r.flip_y = 1.5),
        ("flip_y", |r| r.flip_y = f64::NAN),
        ("class_sep", |r| r.class_sep = 0.0),
        ("class_sep", |r| r.class_sep = 1e308),
        ("shift", |r| r.shift = f64::INFINITY),
        ("scale", |r| r.scale = -1.0),
    ];
    for (name, change) in wrong {
        let mut recipe = MakeClassification::default();
        change(&mut recipe);
        assert_names(&recipe.generate().unwrap_err(), name);
    }
}

#[test]
fn a_regression_setting_that_makes_no_sense_is_named_with_a_remedy() {
    type Change = fn(&mut MakeRegression);
    let wrong: [(&str, Change); 10] = [
        ("n_samples", |r| r.n_samples = 0),
        ("n_samples", |r| r.n_samples = 1 << 32),
        ("n_features", |r| r.n_features = 0),
        ("effective_rank", |r| r.effective_rank = Some(0)),
        ("tail_strength", |r| r.tail_strength = 1.5),
        ("tail_strength", |r| r.tail_strength = f64::NAN),
        ("bias", |r| r.bias = f64::INFINITY),
        ("noise", |r| r.noise = -1.0),
        ("noise", |r| r.noise = f64::NAN),
        ("noise", |r| r.noise = 1e308),
    ];
    for (name, change) in wrong {
        let mut recipe = MakeRegression::default();
        change(&mut recipe);
        assert_names(&recipe.generate().unwrap_err(), name);
    }
}

/// Asserts that a wrong setting is named, and what it can be or what to do.
#[track_caller]
fn assert_names(error: &Error, name: &str) {
    assert_eq!(error.kind(), ErrorKind::Setting);
    let help = error.help().map(ToString::to_string);
    let remedy = help.or(error.allowed().map(str::to_owned)).unwrap();
    assert!(format!("{error}: {remedy}").contains(&format!("`{name}`")), "{error}: {remedy}");
}

#[test]
fn a_table_too_large_for_memory_is_an_error() {
    for (n_samples, n_features) in [(u32::MAX as usize, usize::MAX), (u32::MAX as usize, 1 << 20)] {
        let independent = MakeRegression { n_samples, n_features, ..Default::default() };
        let recipes: [Recipe; 3] = [
            MakeClassification { n_samples, n_features, ..Default::default() }.into(),
            MakeRegression { effective_rank: Some(1), ..independent.clone() }.into(),
            independent.into(),
        ];
        for recipe in recipes {
            assert!(recipe.check().is_ok());
            let message = recipe.generate().unwrap_err().to_string();
            assert!(message.contains("do not fit in this machine's memory"), "{message}");
        }
    }
}

fn assert_oracle_table(file: &str) {
    let case = cases("synthetic.json").into_iter().find(|case| case["file"] == file).unwrap();
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(fixture(file)).unwrap();
    for record in reader.deserialize() {
        let mut values: Vec<f64> = record.unwrap();
        y.push(values.pop().unwrap() as u32);
        x.append(&mut values);
    }
    assert_table(&recipe(&case["params"]).generate().unwrap(), &x, &y, file);
}

fn assert_table(table: &Synthetic, x: &[f64], y: &[u32], case: &str) {
    assert_eq!(labels(table), y, "{case}: labels");
    assert_numbers(table.x.iter(), x, case);
}

fn assert_numbers<'a>(ours: impl ExactSizeIterator<Item = &'a f64>, theirs: &[f64], case: &str) {
    assert_eq!(ours.len(), theirs.len(), "{case}: size");
    for (place, (ours, theirs)) in ours.zip(theirs).enumerate() {
        let allowed = TOLERANCE * theirs.abs().max(1.0);
        assert!((ours - theirs).abs() <= allowed, "{case}, {place}: {ours} is not {theirs}");
    }
}

fn labels(table: &Synthetic) -> &[u32] {
    match &table.y {
        SyntheticTarget::Classes(codes) => codes,
        SyntheticTarget::Values(_) => panic!("the target has values"),
    }
}

fn values(table: &Synthetic) -> &[f64] {
    match &table.y {
        SyntheticTarget::Values(values) => values,
        SyntheticTarget::Classes(_) => panic!("the target has classes"),
    }
}

/// A recipe with scikit-learn's parameter names; what is not named keeps its default.
fn recipe(params: &Value) -> MakeClassification {
    let mut recipe = MakeClassification::default();
    for (name, value) in params.as_object().unwrap() {
        let count = value.as_u64().unwrap_or_default() as usize;
        let number = value.as_f64().unwrap_or_default();
        match name.as_str() {
            "n_samples" => recipe.n_samples = count,
            "n_features" => recipe.n_features = count,
            "n_informative" => recipe.n_informative = count,
            "n_redundant" => recipe.n_redundant = count,
            "n_repeated" => recipe.n_repeated = count,
            "n_classes" => recipe.n_classes = count,
            "n_clusters_per_class" => recipe.n_clusters_per_class = count,
            "weights" => recipe.weights = Some(numbers(value)),
            "flip_y" => recipe.flip_y = number,
            "class_sep" => recipe.class_sep = number,
            "hypercube" => recipe.hypercube = value == true,
            "shift" => recipe.shift = number,
            "scale" => recipe.scale = number,
            "shuffle" => recipe.shuffle = value == true,
            "random_state" => recipe.random_state = count as u32,
            _ => panic!("no parameter is called {name}"),
        }
    }
    recipe
}

/// Likewise, for a regression table.
fn regression(params: &Value) -> MakeRegression {
    let mut recipe = MakeRegression::default();
    for (name, value) in params.as_object().unwrap() {
        let count = value.as_u64().unwrap_or_default() as usize;
        let number = value.as_f64().unwrap_or_default();
        match name.as_str() {
            "n_samples" => recipe.n_samples = count,
            "n_features" => recipe.n_features = count,
            "n_informative" => recipe.n_informative = count,
            "bias" => recipe.bias = number,
            "effective_rank" => recipe.effective_rank = Some(count),
            "tail_strength" => recipe.tail_strength = number,
            "noise" => recipe.noise = number,
            "shuffle" => recipe.shuffle = value == true,
            "random_state" => recipe.random_state = count as u32,
            _ => panic!("no parameter is called {name}"),
        }
    }
    recipe
}

fn split(case: &Value, stratify: bool) -> Split {
    let random_state = case["random_state"].as_u64().unwrap() as u32;
    Split { test_size: case["test_size"].as_f64().unwrap(), random_state, stratify }
}

fn fixture(name: &str) -> String {
    format!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/{}"), name)
}

fn cases(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(fixture(name)).unwrap();
    list(&serde_json::from_str::<Value>(&text).unwrap()["cases"]).to_vec()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(|number| number.as_f64().unwrap()).collect()
}

fn rows(value: &Value) -> Vec<usize> {
    list(value).iter().map(|row| row.as_u64().unwrap() as usize).collect()
}

fn codes(value: &Value) -> Vec<u32> {
    list(value).iter().map(|code| code.as_u64().unwrap() as u32).collect()
}
