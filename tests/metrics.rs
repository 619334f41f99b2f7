//! Metrics equal those of scikit-learn 1.9.1, on its own outputs and on odd cases.

mod calibration;
mod intervals;
mod regression;
mod threshold;
mod weighted;

use std::fs;

use forest::metrics::interval::wilson;
use forest::metrics::{Average, ClassificationScores, brier, log_loss, log_loss_of, roc_auc};
use ndarray::{Array2, array};
use serde_json::Value;

#[track_caller]
fn assert_close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() <= 1e-12, "{actual} is not {expected}");
}

#[track_caller]
fn assert_all_close(actual: impl IntoIterator<Item = f64>, expected: &[f64]) {
    let actual: Vec<f64> = actual.into_iter().collect();
    let close = |(a, e): (&f64, &f64)| (a - e).abs() <= 1e-12;
    assert!(
        actual.len() == expected.len() && actual.iter().zip(expected).all(close),
        "{actual:?} is not {expected:?}"
    );
}

#[track_caller]
fn assert_average(actual: Average, expected: &[f64; 3]) {
    assert_all_close([actual.precision, actual.recall, actual.f1], expected);
}

fn fixture(file: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    serde_json::from_str(&fs::read_to_string(format!("{folder}/{file}")).unwrap()).unwrap()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn codes(list: &Value) -> Vec<u32> {
    numbers(list).iter().map(|code| *code as u32).collect()
}

fn table(rows: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = rows.as_array().unwrap().iter().map(numbers).collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

/// One section of the fixture: what was predicted, and the scores scikit-learn gave it.
struct Case {
    scores: ClassificationScores,
    expected: Value,
}

impl Case {
    fn read(section: &str) -> Self {
        let case = &fixture("metrics.json")[section];
        let y_pred = codes(&case["y_pred_argmax_lowest_index"]);
        let proba = table(&case["proba"]);
        let scores =
            ClassificationScores::new(&codes(&case["y_true"]), &y_pred, proba.view(), None);
        Self { scores, expected: case["metrics"].clone() }
    }

    fn expected(&self, name: &str) -> f64 {
        self.expected[name].as_f64().unwrap()
    }
}

/// The two sections of the fixture.
fn cases() -> [Case; 2] {
    ["binary", "multiclass"].map(Case::read)
}

#[test]
fn accuracies_equal_scikit_learns() {
    for case in cases() {
        assert_close(case.scores.accuracy, case.expected("accuracy"));
        assert_close(case.scores.balanced_accuracy, case.expected("balanced_accuracy"));
        assert_eq!((case.scores.rows, case.scores.confusion.total()), (240, 240.0));
    }
}

#[test]
fn the_confusion_equals_scikit_learns() {
    for case in cases() {
        let expected = table(&case.expected["confusion_rows_true_cols_pred"]);
        assert_eq!(case.scores.confusion.dense().concat(), expected.into_raw_vec_and_offset().0);
    }
}

#[test]
fn precision_recall_and_f1_equal_scikit_learns() {
    for Case { scores, expected } in cases() {
        let classes = &scores.per_class;
        let lists = ["precision", "recall", "f1"]
            .map(|name| numbers(&expected[format!("{name}_per_class")]));
        assert_all_close(classes.iter().map(|class| class.precision), &lists[0]);
        assert_all_close(classes.iter().map(|class| class.recall), &lists[1]);
        assert_all_close(classes.iter().map(|class| class.f1), &lists[2]);
        assert_close(scores.macro_average.f1, expected["f1_macro"].as_f64().unwrap());
        assert_close(scores.weighted_average.f1, expected["f1_weighted"].as_f64().unwrap());
    }
}

#[test]
fn matthews_and_kappa_equal_scikit_learns() {
    for case in cases() {
        assert_close(case.scores.matthews, case.expected("mcc"));
        assert_close(case.scores.cohen_kappa.unwrap(), case.expected("cohen_kappa"));
    }
}

#[test]
fn log_loss_equals_scikit_learns() {
    for case in cases() {
        assert_close(case.scores.log_loss, case.expected("log_loss"));
    }
}

#[test]
fn roc_auc_equals_scikit_learns() {
    let [binary, multiclass] = cases();
    assert_close(binary.scores.roc_auc.unwrap(), binary.expected("roc_auc"));
    assert_close(multiclass.scores.roc_auc.unwrap(), multiclass.expected("roc_auc_ovr_macro"));
}

#[test]
fn the_brier_score_equals_scikit_learns() {
    let over_classes = "brier_multiclass_sum_over_classes_mean_over_rows";
    let [binary, multiclass] = cases();
    assert_close(binary.scores.brier, binary.expected("brier_binary"));
    assert_close(2.0 * binary.scores.brier, binary.expected(over_classes));
    assert_close(multiclass.scores.brier, multiclass.expected(over_classes));
}

#[test]
fn the_wilson_interval_equals_the_reference() {
    for case in fixture("metrics.json")["wilson_interval"].as_array().unwrap() {
        let count = |name: &str| case[name].as_u64().unwrap();
        let interval = wilson(count("successes"), count("n"));
        assert_all_close([interval.low, interval.high], &numbers(&case["ci95"]));
    }
}

/// Class 1 is never predicted, class 3 is predicted without occurring, class 4 does neither.
#[test]
fn absent_and_unpredicted_classes_are_scored_as_by_scikit_learn() {
    let y_true = [0, 0, 1, 1, 2, 2, 2, 0];
    let y_pred = [0, 2, 0, 2, 2, 3, 2, 0];
    let proba = array![
        [0.5, 0.25, 0.25, 0.0, 0.0],
        [0.25, 0.125, 0.5, 0.125, 0.0],
        [0.5, 0.25, 0.25, 0.0, 0.0],
        [0.0, 0.25, 0.75, 0.0, 0.0],
        [0.125, 0.0, 0.875, 0.0, 0.0],
        [0.0, 0.0, 0.25, 0.75, 0.0],
        [0.25, 0.25, 0.5, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0, 0.0],
    ];
    let scores = ClassificationScores::new(&y_true, &y_pred, proba.view(), None);
    // accuracy_score(y_true, y_pred), balanced_accuracy_score(y_true, y_pred)
    assert_close(scores.accuracy, 0.5);
    assert_close(scores.balanced_accuracy, 0.444_444_444_444_444_4);
    // matthews_corrcoef(y_true, y_pred), cohen_kappa_score(y_true, y_pred)
    assert_close(scores.matthews, 0.275_344_395_876_967_4);
    assert_close(scores.cohen_kappa.unwrap(), 0.255_813_953_488_372_1);
    // precision_recall_fscore_support(y_true, y_pred, labels=[0, 1, 2, 3, 4])
    let per_class = &scores.per_class;
    let two_thirds = 0.666_666_666_666_666_6;
    let precision = per_class.iter().map(|class| class.precision);
    assert_all_close(precision, &[two_thirds, 0.0, 0.5, 0.0, 0.0]);
    let recall = per_class.iter().map(|class| class.recall);
    assert_all_close(recall, &[two_thirds, 0.0, two_thirds, 0.0, 0.0]);
    let f1 = per_class.iter().map(|class| class.f1);
    assert_all_close(f1, &[two_thirds, 0.0, 0.571_428_571_428_571_4, 0.0, 0.0]);
    let support: Vec<f64> = per_class.iter().map(|class| class.support).collect();
    assert_eq!(support, [3.0, 2.0, 3.0, 0.0, 0.0]);
    // precision_recall_fscore_support(y_true, y_pred, average="macro")
    let average = [0.291_666_666_666_666_63, 0.333_333_333_333_333_3, 0.309_523_809_523_809_53];
    assert_average(scores.macro_average, &average);
    // precision_recall_fscore_support(y_true, y_pred, average="weighted")
    assert_average(scores.weighted_average, &[0.4375, 0.5, 0.464_285_714_285_714_3]);
    // log_loss(y_true, proba, labels=[0, 1, 2, 3, 4]), brier_score_loss(the same)
    assert_close(scores.log_loss, 0.883_125_399_777_996_9);
    assert_close(scores.brier, 0.593_75);
    // roc_auc_score(y_true, proba, labels=[0, 1, 2, 3, 4], multi_class="ovr") is nan
    assert_eq!(scores.roc_auc, None);
}

#[test]
fn tied_scores_share_a_step_of_the_roc_curve_as_in_scikit_learn() {
    let scores = [0.2, 0.2, 0.2, 0.5, 0.5, 0.5, 0.1, 0.9, 0.1];
    let proba = Array2::from_shape_fn((9, 2), |(row, class)| match class {
        0 => 1.0 - scores[row],
        _ => scores[row],
    });
    // roc_auc_score([0, 1, 0, 1, 1, 0, 0, 1, 1], [.2, .2, .2, .5, .5, .5, .1, .9, .1])
    let area = roc_auc(&[0, 1, 0, 1, 1, 0, 0, 1, 1], proba.view(), None);
    assert_close(area.unwrap(), 0.674_999_999_999_999_9);

    let proba = array![
        [0.5, 0.25, 0.25],
        [0.5, 0.25, 0.25],
        [0.25, 0.25, 0.5],
        [0.25, 0.5, 0.25],
        [0.25, 0.5, 0.25],
        [0.25, 0.5, 0.25],
        [0.5, 0.0, 0.5],
    ];
    // roc_auc_score([0, 1, 2, 0, 1, 2, 2], proba, multi_class="ovr")
    let area = roc_auc(&[0, 1, 2, 0, 1, 2, 2], proba.view(), None);
    assert_close(area.unwrap(), 0.661_111_111_111_111_1);
}

#[test]
fn a_certain_and_wrong_answer_costs_what_it_does_in_scikit_learn() {
    let y_true = [0, 1, 1];
    let proba = array![[1.0, 0.0], [1.0, 0.0], [0.25, 0.75]];
    // log_loss([0, 1, 1], [[1, 0], [1, 0], [.25, .75]])
    assert_close(log_loss(&y_true, proba.view(), None), 12.110_445_153_856_311);
    // brier_score_loss([0, 1, 1], [[1, 0], [1, 0], [.25, .75]])
    assert_close(brier(&y_true, proba.view(), None), 0.354_166_666_666_666_7);
}

#[test]
fn one_class_alone_has_no_kappa_and_no_roc_auc_as_in_scikit_learn() {
    let proba = array![[0.5, 0.5], [0.25, 0.75]];
    let scores = ClassificationScores::new(&[1, 1], &[1, 1], proba.view(), None);
    // matthews_corrcoef([1, 1], [1, 1])
    assert_eq!(scores.matthews, 0.0);
    // cohen_kappa_score([1, 1], [1, 1]) and roc_auc_score([1, 1], [.5, .75]) are nan
    assert_eq!((scores.cohen_kappa, scores.roc_auc), (None, None));
}

#[test]
fn log_loss_can_be_summed_block_by_block() {
    let y_true = [0, 1, 1, 0];
    let proba = array![[0.9, 0.1], [0.4, 0.6], [1.0, 0.0], [0.7, 0.3]];
    let mut sum = 0.0;
    for (truth, row) in y_true.iter().zip(proba.rows()) {
        sum += log_loss_of(row[*truth as usize]);
    }
    assert_eq!(sum / 4.0, log_loss(&y_true, proba.view(), None));
}
