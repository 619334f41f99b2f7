//! Scores of weighted rows equal those of scikit-learn 1.9.1 with `sample_weight`.

use forest::metrics::ClassificationScores;
use forest::metrics::interval::effective_rows;
use ndarray::Axis;
use serde_json::Value;

use super::{assert_all_close, assert_average, assert_close, codes, fixture, numbers, table};

/// The fixture's sections on classification: rows with weights, and scikit-learn's scores.
fn cases() -> [Value; 4] {
    let fixture = fixture("metrics_weighted.json");
    ["binary", "multiclass_with_zero_weights", "absent_classes", "whole_weights"]
        .map(|section| fixture[section].clone())
}

fn score(case: &Value, weights: &[f64]) -> ClassificationScores {
    let (y_true, y_pred) = (codes(&case["y_true"]), codes(&case["y_pred"]));
    ClassificationScores::new(&y_true, &y_pred, table(&case["proba"]).view(), Some(weights))
}

/// What was scored, and what scikit-learn says of it.
fn scored() -> [(ClassificationScores, Value); 4] {
    cases().map(|case| (score(&case, &numbers(&case["weights"])), case["metrics"].clone()))
}

#[test]
fn single_numbers_equal_scikit_learns() {
    for (scores, expected) in scored() {
        assert_close(scores.accuracy, expected["accuracy"].as_f64().unwrap());
        assert_close(scores.balanced_accuracy, expected["balanced_accuracy"].as_f64().unwrap());
        assert_close(scores.log_loss, expected["log_loss"].as_f64().unwrap());
        assert_close(scores.matthews, expected["matthews"].as_f64().unwrap());
        assert_close(scores.cohen_kappa.unwrap(), expected["cohen_kappa"].as_f64().unwrap());
        assert_close(scores.brier, expected["brier"].as_f64().unwrap());
        let areas = [scores.roc_auc, expected["roc_auc"].as_f64()];
        assert_all_close(areas[0], areas[1].as_slice());
    }
}

#[test]
fn the_confusion_and_each_class_equal_scikit_learns() {
    for (scores, expected) in scored() {
        let confusion = table(&expected["confusion"]).into_raw_vec_and_offset().0;
        assert_all_close(scores.confusion.dense().concat(), &confusion);
        let classes = &scores.per_class;
        let lists = ["precision", "recall", "f1", "support"].map(|name| numbers(&expected[name]));
        assert_all_close(classes.iter().map(|class| class.precision), &lists[0]);
        assert_all_close(classes.iter().map(|class| class.recall), &lists[1]);
        assert_all_close(classes.iter().map(|class| class.f1), &lists[2]);
        assert_all_close(classes.iter().map(|class| class.support), &lists[3]);
    }
}

#[test]
fn averages_over_classes_equal_scikit_learns() {
    for (scores, expected) in scored() {
        let average = |name: &str| numbers(&expected[name]).try_into().unwrap();
        assert_average(scores.macro_average, &average("macro_average"));
        assert_average(scores.weighted_average, &average("weighted_average"));
    }
}

#[test]
fn the_interval_is_wilsons_with_as_many_rows_as_the_weights_are_worth() {
    for (case, (scores, expected)) in cases().iter().zip(scored()) {
        let rows = effective_rows(&numbers(&case["weights"]));
        assert_close(rows, expected["effective_rows"].as_f64().unwrap());
        let interval = scores.accuracy_interval;
        assert_all_close([interval.low, interval.high], &numbers(&expected["accuracy_interval"]));
    }
}

#[test]
fn rows_of_no_weight_are_as_good_as_left_out() {
    let [_, case, ..] = cases();
    let weights = numbers(&case["weights"]);
    let kept: Vec<usize> = (0..weights.len()).filter(|&row| weights[row] > 0.0).collect();
    assert!(kept.len() < weights.len());
    let (y_true, y_pred) = (codes(&case["y_true"]), codes(&case["y_pred"]));
    let pick = |codes: &[u32]| -> Vec<u32> { kept.iter().map(|&row| codes[row]).collect() };
    let kept_weights: Vec<f64> = kept.iter().map(|&row| weights[row]).collect();
    let proba = table(&case["proba"]).select(Axis(0), &kept);
    let without = ClassificationScores::new(
        &pick(&y_true),
        &pick(&y_pred),
        proba.view(),
        Some(&kept_weights),
    );
    assert_eq!(score(&case, &weights), without);
    assert_eq!(without.rows, kept.len() as u64);
}

#[test]
fn weights_of_one_change_nothing() {
    for case in cases() {
        let (y_true, y_pred) = (codes(&case["y_true"]), codes(&case["y_pred"]));
        let plain = ClassificationScores::new(&y_true, &y_pred, table(&case["proba"]).view(), None);
        let mut weighted = score(&case, &vec![1.0; y_true.len()]);
        let (ends, weighted_ends) = (plain.accuracy_interval, weighted.accuracy_interval);
        assert_all_close([weighted_ends.low, weighted_ends.high], &[ends.low, ends.high]);
        // A proportion times its trials may be a digit away from the successes.
        weighted.accuracy_interval = ends;
        assert_eq!(weighted, plain);
    }
}

#[test]
fn a_row_of_weight_two_counts_as_two_rows() {
    let [.., case] = cases();
    let weights = numbers(&case["weights"]);
    let rows: Vec<usize> =
        (0..weights.len()).flat_map(|row| vec![row; weights[row] as usize]).collect();
    let pick = |name: &str| -> Vec<u32> {
        let codes = codes(&case[name]);
        rows.iter().map(|&row| codes[row]).collect()
    };
    let proba = table(&case["proba"]).select(Axis(0), &rows);
    let repeated = ClassificationScores::new(&pick("y_true"), &pick("y_pred"), proba.view(), None);
    let weighted = score(&case, &weights);
    assert_eq!(weighted.confusion.dense(), repeated.confusion.dense());
    assert_eq!((weighted.matthews, weighted.roc_auc), (repeated.matthews, repeated.roc_auc));
    // But it is no evidence of two.
    assert!(weighted.accuracy_interval.low < repeated.accuracy_interval.low);
    let recall = |scores: &ClassificationScores| scores.per_class[1].recall_interval;
    assert!(recall(&weighted).low < recall(&repeated).low);
}

#[test]
fn whole_weights_are_integers_in_json() {
    let [fractional, _, _, whole] = scored();
    let support = |scores: &ClassificationScores| {
        serde_json::to_value(scores.per_class[0]).unwrap()["support"].clone()
    };
    assert!(support(&whole.0).is_u64());
    assert!(support(&fractional.0).is_f64());
}
