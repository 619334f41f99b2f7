//! Cross-validation, comparisons and gates, through the binary.

#[cfg(feature = "linfa-models")]
mod algorithms;
mod cross_validation;
mod gates;
mod models;

use std::fs;

use forest::metrics::{FoldMean, mcnemar};
use serde_json::Value;

use super::support::Folder;

const USAGE: i32 = 2;
const GATE: i32 = 3;

/// A folder with the tables that people know.
fn tables() -> Folder {
    let folder = Folder::new();
    folder.example("iris.csv").example("penguins.csv");
    folder
}

/// What a verb says as JSON.
#[track_caller]
fn json(folder: &Folder, args: &str) -> Value {
    serde_json::from_str(folder.forest(&format!("{args} --json --quiet")).succeeds().text())
        .unwrap()
}

/// The metric of a report that lists them.
#[track_caller]
fn metric<'a>(report: &'a Value, name: &str) -> &'a Value {
    let metrics = report["metrics"].as_array().unwrap();
    metrics.iter().find(|metric| metric["metric"] == name).unwrap()
}

#[track_caller]
fn assert_close(actual: &Value, expected: f64) {
    let number = actual.as_f64().unwrap_or_else(|| panic!("{actual} is no number"));
    assert!((number - expected).abs() < 1e-9, "{number} is not {expected}");
}

fn oracle() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/metrics.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn the_corrected_resampled_t_test_is_scipys() {
    let case = &oracle()["corrected_resampled_t_nadeau_bengio_2003"];
    let [a, b] = ["scores_a", "scores_b"].map(|side| numbers(&case[side]));
    let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
    let found = FoldMean::new(&differences, case["n_test_over_n_train"].as_f64().unwrap());
    assert_close(&case["mean_difference"], found.mean);
    assert_close(&case["t"], found.t.unwrap());
    assert_close(&case["p_two_sided"], found.p.unwrap());
    let [low, high] = numbers(&case["ci95"])[..] else { panic!() };
    let interval = found.interval.unwrap();
    assert!((interval.low - low).abs() < 1e-9 && (interval.high - high).abs() < 1e-9);
}

#[test]
fn mcnemars_exact_test_is_scipys() {
    let case = &oracle()["mcnemar"];
    let [one, other] = ["only_a_right", "only_b_right"].map(|name| case[name].as_u64().unwrap());
    // mlxtend 0.25's mcnemar([[155, 31], [14, 40]], exact=True) is the same: 0.016094360031274842.
    assert_close(&case["exact_p"], mcnemar(one, other));
}
