//! Scores of predicted numbers equal those of scikit-learn 1.9.1, with weights and without.

use forest::metrics::RegressionScores;
use forest::metrics::interval::Interval;
use serde_json::{Value, json};

use super::{assert_all_close, assert_close, fixture, numbers};

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

#[test]
fn intervals_by_hand() {
    // Errors −1, 1, −1, 3: mean absolute error 3/2, mean square 3; targets around 10 vary by 5.
    let y_true = [7.0, 9.0, 11.0, 13.0];
    let scores = RegressionScores::new(&y_true, &[8.0, 8.0, 12.0, 10.0], 9.0, None);
    // Deviations of |e| from it are −1/2, −1/2, −1/2, 3/2: parts of −1/3 (three times) and 1, whose squares
    // sum to 4/3, cubes to 8/9, fourth powers to 28/27. The relative standard error is √(4/3 · 4/3) / 4
    // = 1/3; 28/27 / (4/3)² − 1/4 = 1/3 says 6 degrees of freedom, more than the 3 of four rows.
    // t.ppf(0.975, 3), of which the expansion lacks 0.12 %.
    let t = 3.182_446_305_283_708 * (1.0 - 0.001_203_26);
    let skewness = 8.0 / 9.0 / (4.0 / 3.0_f64).powf(1.5);
    // Hall's bound is where x + g x² / 3 + g² x³ / 27 = −(t + g / 6).
    let hall =
        |skewness: f64| (3.0 / skewness) * ((1.0 - skewness * (t + skewness / 6.0)).cbrt() - 1.0);
    assert_close(scores.mae, 1.5);
    let [low, high] = ends(scores.mae_interval);
    assert!((low - 1.5 * (-t / 3.0).exp()).abs() < 1e-7, "{low}");
    assert!((high - 1.5 * (1.0 - hall(skewness) / 3.0)).abs() < 1e-7, "{high}");
    assert!(high > 1.5 * (t / 3.0).exp());
    // Parts of e² are −2/3 (three times) and 2: twice those before.
    let root = 3_f64.sqrt();
    assert_close(scores.rmse, root);
    let [low, high] = ends(scores.rmse_interval);
    assert!((low - root * (-t / 3.0).exp()).abs() < 1e-7, "{low}");
    // Here the bound of the logarithm is the farther one.
    assert!((high - root * (t / 3.0).exp()).abs() < 1e-7, "{high}");
    assert!(high > root * (1.0 - 2.0 / 3.0 * hall(skewness)).sqrt());
    assert_close(scores.r2.unwrap(), 0.4);
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
        "baseline": {"mae": 0.0, "rmse": 0.0},
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
