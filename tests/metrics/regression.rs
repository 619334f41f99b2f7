//! Scores of predicted numbers equal those of scikit-learn 1.9.1, with weights and without.

use forest::metrics::RegressionScores;
use forest::metrics::interval::Interval;
use serde_json::{Value, json};

use super::{assert_all_close, assert_close, fixture, numbers};

/// The 0.975 quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The fixture's sections with weights, and our scores of them.
fn weighted() -> [(RegressionScores, Value); 3] {
    let fixture = fixture("metrics_weighted.json");
    ["regression", "regression_with_median_between", "regression_of_unit_weights"].map(|section| {
        let case = &fixture[section];
        let [y_true, y_pred, weights] =
            ["y_true", "y_pred", "weights"].map(|name| numbers(&case[name]));
        let baseline = case["baseline"].as_f64().unwrap();
        let scores = RegressionScores::new(&y_true, &y_pred, baseline, Some(&weights));
        (scores, case["metrics"].clone())
    })
}

fn ends(interval: Option<Interval>) -> [f64; 2] {
    let interval = interval.unwrap();
    [interval.low, interval.high]
}

#[test]
fn scores_equal_scikit_learns() {
    let case = &fixture("metrics.json")["regression"];
    let [y_true, y_pred] = ["y_true", "y_pred"].map(|name| numbers(&case[name]));
    let scores = RegressionScores::new(&y_true, &y_pred, 0.0, None);
    let expected = |name: &str| case["metrics"][name].as_f64().unwrap();
    assert_close(scores.mae, expected("mae"));
    assert_close(scores.rmse, expected("rmse"));
    assert_close(scores.r2.unwrap(), expected("r2"));
    assert_close(scores.median_absolute_error, expected("median_absolute_error"));
    assert_close(scores.explained_variance.unwrap(), expected("explained_variance"));
    let ones = vec![1.0; y_true.len()];
    assert_eq!(RegressionScores::new(&y_true, &y_pred, 0.0, Some(&ones)), scores);
}

#[test]
fn weighted_scores_equal_scikit_learns() {
    for (scores, metrics) in weighted() {
        let expected = |name: &str| metrics[name].as_f64().unwrap();
        assert_eq!(scores.rows, metrics["rows"]);
        assert_close(scores.mae, expected("mae"));
        assert_close(scores.rmse, expected("rmse"));
        assert_close(scores.r2.unwrap(), expected("r2"));
        assert_close(scores.median_absolute_error, expected("median_absolute_error"));
        assert_close(scores.explained_variance.unwrap(), expected("explained_variance"));
        assert_close(scores.baseline_mae, expected("baseline_mae"));
        assert_close(scores.baseline_rmse, expected("baseline_rmse"));
    }
}

/// The fixture's standard errors come from differences, which are right to about eight digits.
#[test]
fn standard_errors_equal_those_of_scikit_learns_scores_by_each_weight() {
    for (scores, metrics) in weighted() {
        let check = |name: &str, estimate: f64, interval: Option<Interval>, most: f64| {
            let error = metrics[format!("{name}_standard_error")].as_f64().unwrap();
            let low = estimate - Z * error;
            let low = if name == "r2" { low } else { low.max(0.0) };
            let expected = [low, (estimate + Z * error).min(most)];
            for (actual, expected) in ends(interval).iter().zip(expected) {
                assert!((actual - expected).abs() < 1e-7, "{name}: {actual} is not {expected}");
            }
        };
        check("mae", scores.mae, scores.mae_interval, f64::MAX);
        check("rmse", scores.rmse, scores.rmse_interval, f64::MAX);
        check("r2", scores.r2.unwrap(), scores.r2_interval, 1.0);
    }
}

#[test]
fn intervals_by_hand() {
    // Errors −1, 1, −1, 3: mean absolute error 3/2, mean square 3; targets around 10 vary by 5.
    let y_true = [7.0, 9.0, 11.0, 13.0];
    let scores = RegressionScores::new(&y_true, &[8.0, 8.0, 12.0, 10.0], 9.0, None);
    // Σ (|e| − 3/2)² = 3, so the variance of the mean is 4/3 · 3 / 4² = 1/4.
    assert_close(scores.mae, 1.5);
    assert_all_close(ends(scores.mae_interval), &[1.5 - Z / 2.0, 1.5 + Z / 2.0]);
    // Σ (e² − 3)² = 48: the standard error of the mean square is 2, that of its root 1 / √3.
    let root = 3_f64.sqrt();
    assert_close(scores.rmse, root);
    assert_all_close(ends(scores.rmse_interval), &[root - Z / root, root + Z / root]);
    // ψ = (3/5 · (9, 1, 1, 9) − (1, 1, 1, 9)) / 5, Σ ψ² = (4.4² + 0.4² + 0.4² + 3.6²) / 25.
    let error = (4.0 / 3.0 * 32.64 / 25.0 / 16.0_f64).sqrt();
    assert_close(scores.r2.unwrap(), 0.4);
    assert_all_close(ends(scores.r2_interval), &[0.4 - Z * error, 1.0]);
    // Always 9: errors −2, 0, 2, 4.
    assert_all_close([scores.baseline_mae, scores.baseline_rmse], &[2.0, 6_f64.sqrt()]);
}

#[test]
fn perfect_predictions_leave_no_error() {
    let scores = RegressionScores::new(&[1.0, 2.0, 4.0], &[1.0, 2.0, 4.0], 0.0, None);
    assert_eq!((scores.mae, scores.rmse, scores.r2), (0.0, 0.0, Some(1.0)));
    assert_eq!(ends(scores.rmse_interval), [0.0, 0.0]);
    assert_eq!(ends(scores.r2_interval), [1.0, 1.0]);
}

#[test]
fn equal_targets_leave_nothing_to_explain() {
    // The mean of three times 0.1 does not have to be 0.1.
    let scores = RegressionScores::new(&[0.1; 3], &[0.1, 0.2, 0.3], 0.0, None);
    assert_eq!((scores.r2, scores.explained_variance, scores.r2_interval), (None, None, None));
    assert_close(scores.mae, 0.1);
    let only_by_weight =
        RegressionScores::new(&[5.0, 1.0, 5.0], &[4.0; 3], 0.0, Some(&[1.0, 0.0, 2.0]));
    assert_eq!((only_by_weight.r2, only_by_weight.mae), (None, 1.0));
}

#[test]
fn no_rows_and_one_row_are_scored_without_a_nan() {
    let empty = json!({
        "rows": 0, "mae": 0.0, "mae_interval": null, "rmse": 0.0, "rmse_interval": null, "r2": null,
        "r2_interval": null, "median_absolute_error": 0.0, "explained_variance": null,
        "baseline_mae": 0.0, "baseline_rmse": 0.0,
    });
    let json = |scores: RegressionScores| serde_json::to_value(scores).unwrap();
    assert_eq!(json(RegressionScores::new(&[], &[], 3.0, None)), empty);
    assert_eq!(json(RegressionScores::new(&[1.0], &[2.0], 3.0, Some(&[0.0]))), empty);
    let one = RegressionScores::new(&[1.0], &[3.0], 4.0, None);
    assert_eq!((one.mae, one.rmse, one.median_absolute_error), (2.0, 2.0, 2.0));
    assert_eq!((one.r2, one.mae_interval, one.baseline_rmse), (None, None, 3.0));
}

#[test]
fn numbers_of_any_size_are_scored_without_a_nan() {
    let score = |scale: f64| {
        let scaled = |numbers: [f64; 4]| numbers.map(|number| number * scale);
        let (y_true, y_pred) = (scaled([1.0, 2.0, 3.0, -4.0]), scaled([2.0, 2.0, 1.0, 0.5]));
        let weights = [2.0, 1.0, 0.5, 1.0].map(|weight| weight * scale);
        RegressionScores::new(&y_true, &y_pred, scale, Some(&weights))
    };
    let expected = score(1.0);
    for exponent in [-1000, -600, 600, 1000] {
        let (scale, scores) = (2_f64.powi(exponent), score(2_f64.powi(exponent)));
        assert_eq!((scores.r2, scores.r2_interval), (expected.r2, expected.r2_interval));
        assert_eq!(scores.rmse / scale, expected.rmse, "2^{exponent}");
        assert_eq!(ends(scores.mae_interval)[1] / scale, ends(expected.mae_interval)[1]);
    }
}
