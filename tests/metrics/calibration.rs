//! Reliability tables, the expected calibration error and the parts of the Brier score equal those
//! that scikit-learn 1.9.1 and NumPy give.

use forest::metrics::{BrierParts, CalibrationScores, Reliability, brier, brier_parts};
use serde_json::Value;

use super::{assert_all_close, assert_close, codes, fixture, numbers, table};

/// What is said of the rows of a section, and what has to be.
struct Case {
    calibration: CalibrationScores,
    brier: f64,
    parts: BrierParts,
    expected: Value,
}

/// Each section of the fixture, which names the rows of another.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, expected) in fixture("calibration.json").as_object().unwrap() {
        let Some((file, section)) = name.split_once('/') else { continue };
        let rows = &fixture(&format!("{file}.json"))[section];
        let (y_true, proba) = (codes(&rows["y_true"]), table(&rows["proba"]));
        let weights = rows.get("weights").map(numbers);
        let weights = weights.as_deref();
        cases.push(Case {
            calibration: CalibrationScores::new(&y_true, proba.view(), weights),
            brier: brier(&y_true, proba.view(), weights),
            parts: brier_parts(&y_true, proba.view(), weights),
            expected: expected.clone(),
        });
    }
    assert_eq!(cases.len(), 6);
    cases
}

#[track_caller]
fn assert_reliability(actual: &Reliability, expected: &Value) {
    let error = expected["expected_calibration_error"].as_f64().unwrap();
    assert_close(actual.expected_calibration_error, error);
    let expected = table(&expected["bins"]);
    assert_eq!(actual.bins.len(), expected.nrows());
    for (bin, expected) in actual.bins.iter().zip(expected.rows()) {
        assert_close(bin.above, expected[0] / 10.0);
        assert_close(bin.up_to, expected[0] / 10.0 + 0.1);
        let numbers = [bin.mean_probability, bin.observed, bin.rows];
        assert_all_close(numbers, &expected.to_vec()[1..]);
    }
}

#[test]
fn reliability_tables_equal_scikit_learns_calibration_curve() {
    let mut n_with_two = 0;
    for Case { calibration, expected, .. } in cases() {
        assert_reliability(&calibration.confidence, &expected["confidence"]);
        assert_eq!(calibration.second_class.is_some(), expected.get("second_class").is_some());
        if let Some(second_class) = calibration.second_class {
            n_with_two += 1;
            assert_reliability(&second_class, &expected["second_class"]);
        }
    }
    assert_eq!(n_with_two, 2);
}

#[test]
fn the_parts_of_the_brier_score_equal_numpys_and_add_up_to_scikit_learns() {
    for Case { brier, parts, expected, .. } in cases() {
        let BrierParts { reliability, resolution, uncertainty, remainder, .. } = parts;
        let expected_part = |name: &str| expected["brier_parts"][name].as_f64().unwrap();
        assert_close(reliability, expected_part("reliability"));
        assert_close(resolution, expected_part("resolution"));
        assert_close(uncertainty, expected_part("uncertainty"));
        let [variance, covariance] =
            ["within_bin_variance", "within_bin_covariance"].map(expected_part);
        assert_close(remainder, variance - covariance);
        assert_close(brier, expected["brier"].as_f64().unwrap());
        assert_close(reliability - resolution + uncertainty + remainder, brier);
    }
}
