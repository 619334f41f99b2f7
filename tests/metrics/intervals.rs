//! Intervals of scores are those of a plain NumPy program, hold what they are of, and are there where
//! there is little to go by.

use forest::metrics::interval::Interval;
use forest::metrics::{ClassificationScores, RegressionScores, roc_auc_interval};
use ndarray::{Array2, Axis};
use serde_json::Value;

use super::{codes, fixture, numbers, table};

/// SciPy's quantiles of Student's distribution are exact, ours good to a millionth from about ten
/// degrees of freedom on.
#[track_caller]
fn assert_ends(interval: Interval, expected: &Value, name: &str) {
    for (end, expected) in [interval.low, interval.high].into_iter().zip(numbers(expected)) {
        assert!(
            (end - expected).abs() < 1e-5 * expected.abs().max(1.0),
            "{name}: {interval:?} is not {expected}"
        );
    }
}

/// The rows of sections of the fixtures, and the intervals of their scores.
fn sections(task: fn(&str) -> bool) -> Vec<(Value, Option<Vec<f64>>, Value)> {
    let intervals = fixture("score_intervals.json");
    let mut sections = Vec::new();
    for file in ["metrics.json", "metrics_weighted.json"] {
        let (rows, of_file) = (fixture(file), intervals[file].as_object().unwrap());
        for (name, expected) in of_file.iter().filter(|(name, _)| task(name)) {
            let rows = rows[name].clone();
            let weights = rows.get("weights").map(numbers);
            sections.push((rows, weights, expected.clone()));
        }
    }
    sections
}

fn classes() -> Vec<(ClassificationScores, Value)> {
    let sections = sections(|name| name != "regression").into_iter();
    let scored = sections.map(|(rows, weights, expected)| {
        let predicted = rows.get("y_pred_argmax_lowest_index").unwrap_or(&rows["y_pred"]);
        let (truth, proba) = (codes(&rows["y_true"]), table(&rows["proba"]));
        let scores =
            ClassificationScores::new(&truth, &codes(predicted), proba.view(), weights.as_deref());
        (scores, expected)
    });
    let scored: Vec<_> = scored.collect();
    assert_eq!(scored.len(), 4);
    scored
}

#[test]
fn those_of_numbers_equal_numpys() {
    let sections = sections(|name| name == "regression");
    assert_eq!(sections.len(), 2);
    for (rows, weights, expected) in sections {
        let [truth, predicted] = ["y_true", "y_pred"].map(|name| numbers(&rows[name]));
        let scores = RegressionScores::new(&truth, &predicted, 0.0, weights.as_deref());
        assert_ends(scores.mae_interval.unwrap(), &expected["mae"], "MAE");
        assert_ends(scores.rmse_interval.unwrap(), &expected["rmse"], "RMSE");
        assert_ends(scores.r2_interval.unwrap(), &expected["r2"], "R²");
    }
}

#[test]
fn those_of_probabilities_equal_numpys() {
    for (scores, expected) in classes() {
        assert_ends(scores.log_loss_interval.unwrap(), &expected["log_loss"], "log loss");
        assert_ends(scores.brier_interval.unwrap(), &expected["brier"], "Brier score");
        assert_ends(scores.roc_auc_interval.unwrap(), &expected["roc_auc"], "ROC AUC");
    }
}

#[test]
fn those_of_decisions_equal_numpys() {
    for (scores, expected) in classes() {
        let balanced = scores.balanced_accuracy_interval;
        assert_ends(balanced, &expected["balanced_accuracy"], "balanced accuracy");
        for (class, scores) in scores.per_class.iter().enumerate() {
            assert_ends(scores.precision_interval, &expected["precision"][class], "precision");
            assert_ends(scores.recall_interval, &expected["recall"][class], "recall");
            assert_ends(scores.f1_interval, &expected["f1"][class], "F1");
        }
        assert_ends(scores.macro_average.f1_interval, &expected["macro_f1"], "macro F1");
        assert_ends(scores.weighted_average.f1_interval, &expected["weighted_f1"], "weighted F1");
    }
}

/// Each score with its interval, and what it can be.
fn scores_of(scores: &ClassificationScores) -> Vec<(f64, Option<Interval>, [f64; 2])> {
    let most = if scores.per_class.len() < 3 { 1.0 } else { 2.0 };
    let fraction = |score: f64, interval: Interval| (score, Some(interval), [0.0, 1.0]);
    let mut all = vec![
        fraction(scores.accuracy, scores.accuracy_interval),
        fraction(scores.balanced_accuracy, scores.balanced_accuracy_interval),
        (scores.log_loss, scores.log_loss_interval, [0.0, f64::INFINITY]),
        (scores.brier, scores.brier_interval, [0.0, most]),
        (scores.roc_auc.unwrap_or_default(), scores.roc_auc_interval, [0.0, 1.0]),
        fraction(scores.macro_average.f1, scores.macro_average.f1_interval),
        fraction(scores.weighted_average.f1, scores.weighted_average.f1_interval),
    ];
    for class in &scores.per_class {
        all.push(fraction(class.precision, class.precision_interval));
        all.push(fraction(class.recall, class.recall_interval));
        all.push(fraction(class.f1, class.f1_interval));
    }
    all
}

/// Numbers from 0 to 1 that look like chance.
fn scattered(n: usize, step: f64) -> Vec<f64> {
    (1..=n).map(|row| (row as f64 * step).fract()).collect()
}

/// Rows of classes with probabilities, some of them 0 and 1, some tied.
fn rows(n: usize, n_classes: usize) -> (Vec<u32>, Vec<u32>, Array2<f64>, Vec<f64>) {
    let at = scattered(n, 0.618_034);
    let truth: Vec<u32> = at.iter().map(|x| (x * x * n_classes as f64) as u32).collect();
    let noise = scattered(n * n_classes, 0.754_877);
    let mut proba = Array2::from_shape_fn((n, n_classes), |(row, class)| {
        let signal = if truth[row] as usize == class { 4.0 } else { 0.0 };
        (signal + 5.0 * noise[row * n_classes + class]).floor()
    });
    for mut row in proba.axis_iter_mut(Axis(0)) {
        let sum: f64 = row.sum();
        row.mapv_inplace(|share| if sum == 0.0 { 1.0 / n_classes as f64 } else { share / sum });
    }
    let predicted = proba.rows().into_iter().map(forest::argmax).collect();
    let weights = scattered(n, 0.569_84).iter().map(|x| (x * 4.0).floor() * x).collect();
    (truth, predicted, proba, weights)
}

#[test]
fn an_interval_holds_the_score_and_what_is_possible() {
    for n in 0..40 {
        for n_classes in [1, 2, 3, 7] {
            let (truth, predicted, proba, weights) = rows(n, n_classes);
            for weights in [None, Some(&weights[..])] {
                let scores = ClassificationScores::new(&truth, &predicted, proba.view(), weights);
                for (score, interval, [least, most]) in scores_of(&scores) {
                    let Some(Interval { low, high }) = interval else { continue };
                    // Sums in another order may differ in the last digit.
                    let score = [score * (1.0 - 1e-14), score * (1.0 + 1e-14)];
                    assert!(
                        low <= score[1] && score[0] <= high,
                        "{n} rows: {score:?} {interval:?}"
                    );
                    assert!(least <= low && high <= most, "{n} rows: {interval:?}");
                    assert!(low.is_finite() && high.is_finite(), "{n} rows: {interval:?}");
                }
            }
            let numbers = scattered(n, 0.414_213);
            let target = proba.column(0).to_vec();
            let scores = RegressionScores::new(&target, &numbers, 0.5, Some(&weights));
            let of = [
                (Some(scores.mae), scores.mae_interval, [0.0, f64::MAX]),
                (Some(scores.rmse), scores.rmse_interval, [0.0, f64::MAX]),
                (scores.r2, scores.r2_interval, [f64::MIN, 1.0]),
            ];
            for (score, interval, [least, most]) in of {
                let (Some(score), Some(Interval { low, high })) = (score, interval) else {
                    continue;
                };
                assert!(least <= low && low <= score && score <= high && high <= most, "{n} rows");
            }
        }
    }
}

#[test]
fn the_order_of_rows_does_not_count_and_weights_of_one_change_nothing() {
    let close = |a: &ClassificationScores, b: &ClassificationScores| {
        for ((_, a, _), (_, b, _)) in scores_of(a).into_iter().zip(scores_of(b)) {
            let ends = |interval: Option<Interval>| interval.map(|ends| [ends.low, ends.high]);
            let (Some(a), Some(b)) = (ends(a), ends(b)) else { panic!("no interval") };
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?} {b:?}");
        }
    };
    let (truth, predicted, proba, weights) = rows(200, 3);
    let order: Vec<usize> = (0..200).map(|row| row * 77 % 200).collect();
    let pick = |codes: &[u32]| -> Vec<u32> { order.iter().map(|&row| codes[row]).collect() };
    let moved_weights: Vec<f64> = order.iter().map(|&row| weights[row]).collect();
    let moved = proba.select(Axis(0), &order);
    let (moved_truth, moved_predicted) = (pick(&truth), pick(&predicted));
    close(
        &ClassificationScores::new(&truth, &predicted, proba.view(), Some(&weights)),
        &ClassificationScores::new(
            &moved_truth,
            &moved_predicted,
            moved.view(),
            Some(&moved_weights),
        ),
    );
    close(
        &ClassificationScores::new(&truth, &predicted, proba.view(), None),
        &ClassificationScores::new(&truth, &predicted, proba.view(), Some(&[1.0; 200])),
    );
}

#[test]
fn a_score_that_does_not_vary_has_no_interval_or_one_by_the_number_of_rows() {
    // Certain and right: a loss of nothing says nothing of what is to come.
    let truth: Vec<u32> = (0..30).map(|row| row % 2).collect();
    let proba =
        Array2::from_shape_fn((30, 2), |(row, class)| f64::from(u8::from(row % 2 == class)));
    let scores = ClassificationScores::new(&truth, &truth, proba.view(), None);
    assert_eq!((scores.log_loss_interval, scores.brier_interval), (None, None));
    // Newcombe's method 5 of 15 and 15 rows, solved by scipy.optimize.brentq:
    // (1 − t)² · 225 = z² t (1 − t) (1 + 14 ((1 − t) / (2 − t) + t / (1 + t)))
    let Interval { low, high } = scores.roc_auc_interval.unwrap();
    assert!((low - NEWCOMBE_15_15).abs() < 1e-12, "{low}");
    assert_eq!(high, 1.0);
    let equal = Array2::from_elem((30, 2), 0.5);
    let of_equal = roc_auc_interval(&truth, equal.view(), None).unwrap();
    assert!(of_equal.low < 0.31 && of_equal.high > 0.69, "{of_equal:?}");
    // F1 of the classes 1, each 30 of 30 right: Wilson's 15 / (15 + z²) = p, 2 p / (1 + p) = 1 − r,
    // and the mean of both 1 − √(2 · 2 r²) / 2 = 1 − r.
    let p = 15.0 / (15.0 + 1.959_963_984_540_054_f64.powi(2));
    assert!((scores.macro_average.f1_interval.low - 2.0 * p / (1.0 + p)).abs() < 1e-12);
}

/// Of the equation above.
const NEWCOMBE_15_15: f64 = 0.864_758_205_620_116_8;
