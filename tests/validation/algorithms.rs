//! `forest compare` of algorithms.

use serde_json::Value;

use super::{USAGE, assert_close, json, metric, numbers, tables};

fn algorithm<'a>(report: &'a Value, name: &str) -> &'a Value {
    let algorithms = report["algorithms"].as_array().unwrap();
    algorithms.iter().find(|algorithm| algorithm["algorithm"] == name).unwrap()
}

#[test]
fn nearest_neighbours_score_fold_by_fold_as_in_scikit_learn() {
    let report = json(
        &tables(),
        "compare --data iris.csv --target species --algorithms nearest-neighbours,baseline --metric accuracy",
    );
    let neighbours = algorithm(&report, "nearest-neighbours");
    let scores = |name: &str| {
        let folds = neighbours["by_fold"].as_array().unwrap().iter();
        numbers(&folds.map(|fold| fold["scores"][name].clone()).collect())
    };
    // scikit-learn 1.9.1: cross_validate(make_pipeline(StandardScaler(), KNeighborsClassifier(5)), X, y,
    // cv=StratifiedKFold(5, shuffle=True, random_state=42), scoring=['accuracy', 'f1_macro', 'roc_auc_ovr'])
    for (name, expected) in [
        (
            "accuracy",
            [1.0, 0.966_666_666_666_666_7, 0.933_333_333_333_333_3, 1.0, 0.966_666_666_666_666_7],
        ),
        (
            "f1",
            [1.0, 0.966_583_124_477_861_3, 0.933_333_333_333_333_3, 1.0, 0.966_583_124_477_861_3],
        ),
        (
            "roc_auc",
            [1.0, 0.996_666_666_666_666_7, 0.984_166_666_666_666_5, 1.0, 0.970_000_000_000_000_1],
        ),
    ] {
        for (found, expected) in scores(name).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{name}: {found} is not {expected}");
        }
    }
    // numpy and scipy.stats.t of these, with 30 test rows for 120 training rows; the upper end is cut to 1.
    let accuracy = metric(neighbours, "accuracy");
    assert_close(&accuracy["mean"], 0.973_333_333_333_333_4);
    assert_close(&accuracy["standard_deviation"], 0.027_888_667_551_135_848);
    assert_close(&accuracy["interval"]["low"], 0.921_390_801_649_155);
    assert_close(&accuracy["interval"]["high"], 1.0);
    let behind = &algorithm(&report, "baseline")["behind"];
    assert_close(&behind["mean"], 0.64);
    assert!(behind["p_holm"].as_f64().unwrap() < 1e-4);
    assert_eq!(neighbours["behind"], Value::Null);
}

#[test]
fn all_algorithms_that_know_the_task_are_compared() {
    let folder = tables();
    let flags = "--data iris.csv --target species --trees 8 --folds 3";
    let report = json(&folder, &format!("compare {flags}"));
    let names = |report: &Value| {
        let algorithms = report["algorithms"].as_array().unwrap().iter();
        let mut names: Vec<String> =
            algorithms.map(|report| report["algorithm"].as_str().unwrap().to_owned()).collect();
        names.sort_unstable();
        names
    };
    let all = [
        "auto",
        "baseline",
        "extra-trees",
        "forest",
        "linear",
        "linfa",
        "naive-bayes",
        "nearest-neighbours",
        "plain",
        "tree",
    ];
    assert_eq!(names(&report), all);
    // As `cv` has it.
    let cv = json(&folder, &format!("cv {flags}"));
    let forest = algorithm(&report, "forest");
    assert_eq!(metric(forest, "log_loss"), metric(&cv, "log_loss"));
    assert_eq!(forest["by_fold"][0]["trees"], 8);
    assert_eq!(algorithm(&report, "tree")["by_fold"][0]["trees"], 1);
    assert_eq!(algorithm(&report, "linear")["depth"], Value::Null);
    let losses = report["algorithms"].as_array().unwrap().iter();
    let losses =
        numbers(&losses.map(|report| metric(report, "log_loss")["mean"].clone()).collect());
    assert!(losses.is_sorted(), "{losses:?}");

    let regression = "compare --data penguins.csv --target body_mass_g --drop-missing-target --trees 8 --folds 3";
    let report = json(&folder, regression);
    let all = [
        "auto",
        "baseline",
        "extra-trees",
        "forest",
        "linear",
        "nearest-neighbours",
        "plain",
        "tree",
    ];
    assert_eq!(names(&report), all);
    assert_eq!(report["metric"], "rmse");
}

#[test]
fn what_does_not_go_with_the_table_is_left_out_with_a_reason() {
    let folder = tables();
    let compare = "compare --data penguins.csv --target species --trees 4 --folds 2";
    let report = json(&folder, &format!("{compare} --algorithms forest,linfa,baseline,forest"));
    assert_eq!(report["algorithms"].as_array().unwrap().len(), 2);
    let left_out = &report["left_out"][0];
    assert_eq!(left_out["algorithm"], "linfa");
    assert!(left_out["reason"].as_str().unwrap().contains("missing values"), "{left_out}");
    folder.refuses(&format!("{compare} --algorithms linfa"), USAGE, &["none of the algorithms"]);
    let regression = compare.replace("species", "body_mass_g --drop-missing-target --quiet");
    folder.refuses(
        &format!("{regression} --algorithms naive-bayes"),
        USAGE,
        &["naive-bayes", "regression"],
    );
    folder.refuses(&format!("{compare} --algorithms svm"), USAGE, &["svm", "nearest-neighbours"]);
    folder.refuses(&format!("{compare} --metric r2"), USAGE, &["--metric r2", "log_loss"]);
    // What the flags ask for has to work.
    folder.refuses(
        &format!("{compare} --learner linfa"),
        USAGE,
        &["--learner linfa", "missing values"],
    );
}

#[test]
fn the_verdict_says_what_is_beyond_chance() {
    let folder = tables();
    let compare =
        "compare --samples 400 --trees 10 --algorithms forest,plain,baseline --metric accuracy";
    let ran = folder.forest(compare).succeeds();
    for line in
        ["accuracy forest is better, beyond chance, than baseline", "than plain may be chance"]
    {
        let swapped = line.replace("forest", "plain").replace("than plain", "than forest");
        assert!(ran.text().contains(line) || ran.text().contains(&swapped), "{}", ran.text());
    }
    assert!(ran.text().contains("--repeats finds smaller ones"), "{}", ran.text());
    let ran = folder.forest(&format!("{compare} --repeats 2")).succeeds();
    assert!(!ran.text().contains("--repeats"), "{}", ran.text());
}

#[test]
fn decisions_are_those_of_all_algorithms() {
    let folder = tables();
    let compare = "compare --samples 200 --trees 4 --folds 2 --algorithms forest,tree,extra-trees,baseline --metric recall";
    let report = json(&folder, &format!("{compare} --threshold 0"));
    // All rows are of the second class.
    for name in ["forest", "tree", "extra-trees", "baseline"] {
        assert_close(&metric(algorithm(&report, name), "recall")["mean"], 0.5);
    }
    json(&folder, &format!("{compare} --threshold auto:f1"));
}
