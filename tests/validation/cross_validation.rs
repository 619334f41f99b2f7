//! `forest cv`.

use serde_json::Value;

use super::{USAGE, assert_close, json, metric, numbers, tables};

/// A value of each fold.
fn by_fold(report: &Value, value: impl Fn(&Value) -> f64) -> Vec<f64> {
    report["by_fold"].as_array().unwrap().iter().map(value).collect()
}

#[test]
fn every_fold_is_scored_by_what_was_trained_on_the_others() {
    let report = json(&tables(), "cv --data iris.csv --target species --trees 10 --folds 4");
    // StratifiedKFold(4) of 3 × 50 rows: sizes from [len(test) for _, test in ….split(X, y)].
    assert_eq!(
        by_fold(&report, |fold| fold["test_rows"].as_f64().unwrap()),
        [38.0, 38.0, 37.0, 37.0]
    );
    assert_eq!(
        by_fold(&report, |fold| fold["train_rows"].as_f64().unwrap()),
        [112.0, 112.0, 113.0, 113.0]
    );
    let accuracies = by_fold(&report, |fold| fold["scores"]["accuracy"].as_f64().unwrap());
    let accuracy = metric(&report, "accuracy");
    let mean = accuracies.iter().sum::<f64>() / 4.0;
    assert_close(&accuracy["mean"], mean);
    assert!(mean > 0.9, "{mean}");
    let squares = accuracies.iter().map(|accuracy| (accuracy - mean) * (accuracy - mean));
    assert_close(&accuracy["standard_deviation"], (squares.sum::<f64>() / 3.0).sqrt());
    // Of three classes of 50 rows, one of which has at most 13 of a fold's 38 or 37.
    assert!(accuracy["baseline"].as_f64().unwrap() < 0.35);
    assert_eq!(metric(&report, "roc_auc")["baseline"], 0.5);
    assert_eq!(report["folds"]["stratify"], true);
    assert_eq!(report["per_class"][1]["class"], "versicolor");
    assert!(report["per_class"][1]["recall"]["mean"].as_f64().unwrap() > 0.8);
}

#[test]
fn a_fold_alone_is_what_training_on_its_rows_gives() {
    // With two folds of an order the second is what train holds out of as many rows: TimeSeriesSplit(2) tests
    // thirds, and so does a test size of a third.
    let folder = tables();
    let mut table = "t,x,y\n".to_owned();
    (0..90).for_each(|t| table += &format!("{t},{},{}\n", t * 7 % 30, t * 7 % 30 * 2 + t % 3));
    folder.write("t.csv", table);
    let flags = "--data t.csv --target y --order t --task regression --trees 10 --keep t";
    let report = json(&folder, &format!("cv {flags} --folds 2"));
    let train = format!("train {flags} --test-size 0.3333 --out m.bin");
    let trained = json(&folder, &train);
    let fold = &report["by_fold"][1];
    assert_eq!((&fold["train_rows"], &fold["test_rows"]), (&60.into(), &30.into()));
    for score in ["rmse", "mae", "r2"] {
        assert_eq!(fold["scores"][score], trained["held_out"][score], "{score}");
    }
    assert_eq!(report["folds"]["order"], "t");
}

#[test]
fn the_same_folds_come_on_any_number_of_threads_and_others_with_another_seed() {
    let folder = tables();
    let scores = |flags: &str| {
        let cv = format!("cv --data penguins.csv --target species --trees 5 {flags}");
        let mut report = json(&folder, &cv);
        let folds = report["by_fold"].as_array_mut().unwrap();
        for fold in folds {
            let fold = fold.as_object_mut().unwrap();
            fold.retain(|name, _| !name.ends_with("_seconds"));
        }
        report["by_fold"].clone()
    };
    let one = scores("--threads 1");
    assert_eq!(one, scores("--threads 3"));
    assert_ne!(one, scores("--split-seed 7"));
    let repeated = scores("--repeats 2");
    assert_eq!(one.as_array().unwrap(), &repeated.as_array().unwrap()[..5]);
    assert_eq!(repeated[7]["repeat"], 2);
    assert_eq!(repeated[7]["fold"], 3);
}

#[test]
fn groups_are_tested_whole() {
    let folder = tables();
    let mut table = "g,x,y\n".to_owned();
    // What a row's target is depends on its group alone: on other groups nothing is learned.
    (0..200).for_each(|row| {
        let group = row / 4;
        table += &format!(
            "g{group},{},{}\n",
            group * 37 % 50,
            if group * 13 % 7 > 2 { "a" } else { "b" }
        );
    });
    folder.write("g.csv", table);
    let accuracy = |flags: &str| {
        let report = json(&folder, &format!("cv --data g.csv --target y --trees 20 {flags}"));
        (metric(&report, "accuracy")["mean"].as_f64().unwrap(), report["folds"]["group"].clone())
    };
    let (grouped, column) = accuracy("--group g");
    let (by_chance, _) = accuracy("--ignore g");
    assert!(grouped < 0.75 && by_chance > 0.95, "{grouped} {by_chance}");
    assert_eq!(column, "g");
}

#[test]
fn folds_that_a_table_cannot_have_are_refused_or_explained() {
    let folder = tables();
    let cv = "cv --data iris.csv --target species --trees 2";
    folder.refuses(&format!("{cv} --folds 1"), USAGE, &["--folds is 1", "at least 2"]);
    folder.refuses(&format!("{cv} --repeats 0"), USAGE, &["--repeats is 0", "at least 1"]);
    folder.refuses(&format!("{cv} --folds 151"), USAGE, &["--folds 151", "150 rows"]);
    folder.refuses(&format!("{cv} --folds 60 --stratify"), USAGE, &["--folds 60", "--stratify"]);
    folder.refuses(
        &format!("{cv} --order petal_width --repeats 2"),
        USAGE,
        &["--repeats 2", "--order"],
    );
    folder.refuses(
        &format!("{cv} --group petal_width --stratify"),
        USAGE,
        &["--stratify", "--group"],
    );
    folder.refuses(&format!("{cv} --curve rows --auto"), USAGE, &["--curve", "--auto"]);
    folder.refuses(
        &format!("{cv} --curve rows --metric rmse"),
        USAGE,
        &["--metric rmse", "classification"],
    );
    folder.refuses("cv --data iris.csv", USAGE, &["--data needs --target"]);
    folder.refuses("cv --data iris.csv --target species --samples 9", USAGE, &["--samples"]);
    // Of what was not asked for it is said why it is not done.
    folder.write("few.csv", "x,y\n1,a\n2,b\n3,a\n4,b\n5,c\n6,a\n7,b\n8,a\n9,b\n0,c\n");
    let ran = folder.forest("cv --data few.csv --target y --trees 2 --folds 5").succeeds();
    assert!(ran.stderr.contains("folds are made by chance"), "{}", ran.stderr);
    let ran = folder.forest("cv --data few.csv --target y --trees 2 --folds 3").succeeds();
    assert!(ran.stderr.contains("'c' has 2 rows for 3 folds"), "{}", ran.stderr);
    let area = ran.text().lines().find(|line| line.trim_start().starts_with("roc_auc"));
    assert!(area.is_some_and(|line| line.contains("none")), "{}", ran.text());
}

#[test]
fn a_learning_curve_goes_from_few_rows_or_trees_to_many() {
    let folder = tables();
    let cv = "cv --data penguins.csv --target body_mass_g --drop-missing-target --trees 16";
    let plain = json(&folder, cv);
    for (of, sizes) in
        [("rows", [34.0, 68.0, 137.0, 274.0].as_slice()), ("trees", &[2., 4., 8., 16., 32.])]
    {
        let report = json(&folder, &format!("{cv} --curve {of}"));
        let curve = &report["curve"];
        let points = curve["points"].as_array().unwrap();
        let found: Vec<f64> = points.iter().map(|point| point["size"].as_f64().unwrap()).collect();
        assert_eq!(found, sizes);
        assert_eq!(curve["metric"], "rmse");
        // All rows, or as many trees as were asked for, is what is cross-validated otherwise.
        assert_eq!(metric(&report, "rmse"), metric(&plain, "rmse"));
        let [.., before, last] = points.as_slice() else { panic!() };
        let gain = before["mean"].as_f64().unwrap() - last["mean"].as_f64().unwrap();
        assert_close(&curve["last_gain"]["mean"], gain);
        let verdict = curve["verdict"].as_str().unwrap();
        assert!(verdict.contains(&format!("more {of}")), "{verdict}");
    }
    let by_r2 = json(&folder, &format!("{cv} --curve rows --metric r2"));
    let r2: Vec<f64> = numbers(
        &by_r2["curve"]["points"]
            .as_array()
            .unwrap()
            .iter()
            .map(|point| point["mean"].clone())
            .collect(),
    );
    assert!(r2.is_sorted(), "{r2:?}");
}

#[test]
fn a_column_that_tells_the_target_is_named() {
    let folder = tables();
    let mut table = "x,told,y\n".to_owned();
    (0..500).for_each(|row| {
        table += &format!("{},{},{}\n", row * 71 % 97, row % 2, ["a", "b"][row % 2]);
    });
    folder.write("leak.csv", table);
    let ran = folder.forest("cv --data leak.csv --target y --trees 5").succeeds();
    assert!(ran.stderr.contains("'told'"), "{}", ran.stderr);
    let report = json(&folder, "cv --data leak.csv --target y --trees 5");
    assert!(report["warnings"].to_string().contains("told"), "{}", report["warnings"]);
}

#[test]
fn settings_are_searched_in_each_fold_and_decisions_are_heeded() {
    let folder = tables();
    let cv = "cv --data penguins.csv --target sex --drop-missing-target --trees 16 --folds 3";
    let plain = json(&folder, cv);
    let auto = json(&folder, &format!("{cv} --auto 3"));
    assert_ne!(metric(&plain, "log_loss"), metric(&auto, "log_loss"));
    let always = json(&folder, &format!("{cv} --threshold 0"));
    // From 0 on all are of the second class, and the probabilities are what they were.
    assert_eq!(always["per_class"][1]["recall"]["mean"], 1.0);
    assert_eq!(metric(&plain, "log_loss"), metric(&always, "log_loss"));
    json(&folder, &format!("{cv} --threshold auto:f1"));
    json(&folder, &format!("{cv} --cost FP=1,FN=3 --plain --class-weight balanced"));
}
