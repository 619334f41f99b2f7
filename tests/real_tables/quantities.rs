//! Regressions and weights: their scores, gates, quantiles and flags.

use std::fmt::Write;

use super::{GATE, ONE_TREE, USAGE, inspect, json, table, train};
use crate::support::Folder;

/// A quantity that bends with two numbers and a word.
fn quantities(n_rows: usize) -> String {
    let mut table = "a,b,c,y\n".to_owned();
    for row in 0..n_rows {
        let (a, b) = (row * 37 % 101, row * 53 % 89);
        let word = ["low", "high"][row * 7 % 11 % 2];
        let y = a as f64 * 0.5 + (b as f64 - 40.0).abs() + if word == "high" { 20.25 } else { 0.0 };
        writeln!(table, "{a},{b},{word},{y}").unwrap();
    }
    table
}

#[test]
fn numbers_of_many_values_are_a_regression_unless_that_is_overruled() {
    let folder = Folder::new();
    folder.write("t.csv", quantities(200));
    let ran = train(&folder, "--trees 5");
    assert!(ran.stderr.contains("regression") && ran.stderr.contains("--task"), "{}", ran.stderr);
    assert!(!train(&folder, "--trees 5 --task regression").stderr.contains("--task"));

    // Of whole numbers 31 different ones are quantities, 30 are classes.
    for (n, task) in [(31, "regression"), (30, "classification")] {
        let mut text = "a,y\n".to_owned();
        (0..310).for_each(|row| writeln!(text, "{row},{}", row % n).unwrap());
        folder.write("t.csv", text);
        train(&folder, "--trees 2");
        assert_eq!(inspect(&folder)["schema"]["target"]["task"], task);
        for asked in ["regression", "classification"] {
            let ran = train(&folder, &format!("--trees 2 --task {asked}"));
            assert_eq!(inspect(&folder)["schema"]["target"]["task"], asked);
            assert!(!ran.stderr.contains("--task"), "{}", ran.stderr);
        }
    }
}

#[test]
fn the_least_target_has_no_sign_if_it_is_zero() {
    let folder = Folder::new();
    for zeros in [["0.0", "-0.0"], ["-0.0", "0.0"], ["-0.0", "-0.0"]] {
        let rows =
            (0..9).map(|row| format!("{row},{}\n", if row < 8 { zeros[row % 2] } else { "3" }));
        folder.write("t.csv", "x,y\n".to_owned() + &rows.collect::<String>());
        train(&folder, "--trees 2 --test-size 0 --task regression");
        let min = &inspect(&folder)["schema"]["target"]["min"];
        assert_eq!(min.to_string(), "0.0", "{zeros:?}");
    }
}

/// scikit-learn's formulas (`sklearn.metrics`, version 1.9.1), by hand.
#[test]
fn the_scores_of_a_regression_are_what_its_predictions_give() {
    let folder = Folder::new();
    folder.write("t.csv", quantities(240));
    train(&folder, "--trees 10");
    let held_out = folder.forest("predict --model m.bin --quiet").succeeds();
    let all: Vec<f64> = quantities(240)
        .lines()
        .skip(1)
        .map(|line| line.rsplit_once(',').unwrap().1.parse().unwrap())
        .collect();
    let mut is_held_out = vec![false; all.len()];
    let pairs: Vec<(f64, f64)> = held_out
        .text()
        .lines()
        .skip(1)
        .map(|line| {
            let (row, value) = line.split_once(',').unwrap();
            let row: usize = row.parse().unwrap();
            is_held_out[row] = true;
            (all[row], value.parse().unwrap())
        })
        .collect();
    assert_eq!(pairs.len(), 60);
    let mean_of = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let over = |of: &dyn Fn(f64, f64) -> f64| {
        mean_of(&pairs.iter().map(|&(y, p)| of(y, p)).collect::<Vec<_>>())
    };
    let mean = over(&|y, _| y);
    let squared = over(&|y, p| (y - p).powi(2));
    let mut errors: Vec<f64> = pairs.iter().map(|(y, p)| (y - p).abs()).collect();
    errors.sort_by(f64::total_cmp);
    let trained: Vec<f64> =
        all.iter().zip(&is_held_out).filter(|(_, held_out)| !**held_out).map(|(y, _)| *y).collect();
    let baseline = mean_of(&trained);
    let scores = json(&folder.forest("evaluate --model m.bin --json").succeeds());
    for (name, expected) in [
        ("/mae", over(&|y, p| (y - p).abs())),
        ("/rmse", squared.sqrt()),
        ("/r2", 1.0 - squared / over(&|y, _| (y - mean).powi(2))),
        ("/median_absolute_error", f64::midpoint(errors[29], errors[30])),
        ("/baseline/rmse", over(&|y, _| (y - baseline).powi(2)).sqrt()),
        ("/baseline/mae", over(&|y, _| (y - baseline).abs())),
    ] {
        let ours = scores.pointer(name).and_then(serde_json::Value::as_f64);
        let ours = ours.unwrap_or_else(|| panic!("no {name} in {scores}"));
        assert!((ours - expected).abs() < 1e-9, "{name}: {ours}, {expected}");
    }
    assert_eq!(scores["task"], "regression");
    assert!(scores["r2"].as_f64().unwrap() > 0.5, "{scores}");
}

#[test]
fn a_gate_of_r2_saves_nothing_below_it() {
    let folder = Folder::new();
    folder.write("t.csv", quantities(200));
    let train = "train --data t.csv --target y --trees 5 --quiet --out m.bin --min-r2";
    let ran = folder.forest(&format!("{train} 0.9999"));
    assert_eq!(ran.code, Some(GATE), "{}", ran.stderr);
    assert!(ran.stderr.contains("r2 is ") && !folder.path("m.bin").exists(), "{}", ran.stderr);
    folder.forest(&format!("{train} 0.1")).succeeds();
    folder.forest("evaluate --model m.bin --min-r2 0.1").succeeds();
    let ran = folder.forest("evaluate --model m.bin --min-r2 0.9999");
    assert_eq!(ran.code, Some(GATE), "{}", ran.stderr);
}

#[test]
fn quantiles_need_the_targets_that_training_kept() {
    let folder = Folder::new();
    // Leaves {1.5, 2.5} and {10.5, 20.5, 30.5, 40.5}.
    let rows =
        [("0", "2.5"), ("0", "1.5"), ("5", "30.5"), ("5", "10.5"), ("5", "40.5"), ("5", "20.5")];
    folder.write("t.csv", table(rows.iter().map(|&(a, y)| (a.to_owned(), y))));
    folder.write("rows.csv", "a\n0\n5\n");
    let flags = format!("{ONE_TREE} --task regression");
    let quantiles = "predict --model m.bin --data rows.csv --quantiles 0.25,0.5,1";
    train(&folder, &flags);
    folder.refuses(quantiles, USAGE, &["--quantiles", "--keep-quantiles"]);
    train(&folder, &format!("{flags} --keep-quantiles"));
    assert_eq!(
        folder.forest(quantiles).succeeds().text(),
        "prediction,quantile_0.25,quantile_0.5,quantile_1\n2,1.5,1.5,2.5\n25.5,10.5,20.5,40.5\n"
    );
    let ran = folder.forest(&format!("{quantiles} --json")).succeeds();
    assert_eq!(
        ran.text().lines().next(),
        Some(r#"{"prediction":2.0,"quantiles":{"0.25":1.5,"0.5":1.5,"1":2.5}}"#)
    );
}

#[test]
fn a_generated_regression_is_learned_as_its_recipe_is() {
    let folder = Folder::new();
    folder.forest("generate --task regression --out t.csv").succeeds();
    train(&folder, "--trees 5 --quiet");
    let of_file = folder.forest("evaluate --model m.bin --json").succeeds();
    folder.forest("train --task regression --trees 5 --quiet --force --out m.bin").succeeds();
    let of_recipe = folder.forest("evaluate --model m.bin --json").succeeds();
    assert_eq!(json(&of_file), json(&of_recipe));
}

#[test]
fn flags_of_the_other_task_are_refused() {
    let folder = Folder::new();
    folder.write("t.csv", quantities(50)).example("iris.csv");
    let regression = "train --data t.csv --target y --trees 2 --quiet --out n.bin";
    let classes = "train --data iris.csv --target species --trees 2 --quiet --out n.bin";
    for (train, flags, words) in [
        (regression, "--criterion gini", ["gini", "regression"]),
        (regression, "--class-weight balanced", ["--class-weight", ""]),
        (regression, "--class-weight a=2", ["--class-weight", "numbers"]),
        (regression, "--stratify", ["--stratify", ""]),
        (regression, "--min-accuracy 0.5", ["--min-accuracy", "--min-r2"]),
        (regression, "--learner linfa", ["linfa", "cart"]),
        (classes, "--criterion squared_error", ["squared_error", "classification"]),
        (classes, "--min-r2 0.5", ["--min-r2", "--min-accuracy"]),
        (classes, "--keep-quantiles", ["--keep-quantiles", ""]),
    ] {
        folder.refuses(&format!("{train} {flags}"), USAGE, &words);
    }
    train(&folder, "--trees 2 --quiet");
    folder.refuses("predict --model m.bin --proba", USAGE, &["--proba"]);
    folder.refuses("evaluate --model m.bin --min-accuracy 0.5", USAGE, &["--min-accuracy"]);
    folder.forest(&classes.replace("n.bin", "c.bin")).succeeds();
    folder.refuses("predict --model c.bin --quantiles 0.5", USAGE, &["--quantiles"]);
    folder.refuses("evaluate --model c.bin --min-r2 0.5", USAGE, &["--min-r2"]);
}

#[test]
fn a_weight_is_as_good_as_so_many_copies_of_the_row() {
    let source = quantities(60);
    for (target, task) in [("y", "regression"), ("c", "classification")] {
        let (mut weighed, mut copied) = (String::new(), String::new());
        for (row, line) in source.lines().enumerate() {
            // 0 leaves a row out.
            let weight = row % 4;
            let first = row == 0;
            let cell = if first { "w".to_owned() } else { weight.to_string() };
            writeln!(weighed, "{line},{cell}").unwrap();
            let copies = if first { 1 } else { weight };
            (0..copies).for_each(|_| writeln!(copied, "{line}").unwrap());
        }
        let folder = Folder::new();
        folder.write("w.csv", weighed).write("copies.csv", copied).write("plain.csv", &source);
        let flags = format!(
            "--target {target} --task {task} --no-bootstrap --test-size 0 --trees 4 --quiet"
        );
        let weights = format!("train --data w.csv --sample-weight w --out w.bin {flags}");
        folder.forest(&weights).succeeds();
        folder.forest(&format!("train --data copies.csv --out c.bin {flags}")).succeeds();
        let [weighed, copied] = ["w", "c"].map(|model| {
            let predict = format!("predict --model {model}.bin --data plain.csv --quiet");
            folder.forest(&predict).succeeds().text().to_owned()
        });
        assert_eq!(weighed, copied, "{task}");
    }
}

#[test]
fn weights_weigh_the_scores() {
    let folder = Folder::new();
    folder.write("t.csv", "a,y\n1,no\n2,no\n3,yes\n4,yes\n");
    train(&folder, ONE_TREE);
    // Predicted: no, no, yes, yes. Right are weights 1, 3 and 1 of 1 + 2 + 3 + 1 + 1.
    folder.write("rows.csv", "a,y,w\n1,no,1\n2,yes,2\n3,yes,3\n4,yes,1\n4,no,1\n");
    let evaluate = "evaluate --model m.bin --data rows.csv --json --quiet";
    let plain = json(&folder.forest(evaluate).succeeds());
    let weighed = json(&folder.forest(&format!("{evaluate} --sample-weight w")).succeeds());
    assert_eq!(plain["accuracy"], 0.6);
    assert_eq!(weighed["accuracy"], 5.0 / 8.0);
    let ran = folder.forest("evaluate --model m.bin --data rows.csv --sample-weight v");
    ran.fails(USAGE, &["--sample-weight 'v'", "'w'"]);

    folder.write("t.csv", "a,y\n1,0.5\n2,0.5\n3,2.5\n4,2.5\n");
    train(&folder, ONE_TREE);
    // Errors 0, 1, 2 with weights 1, 2, 5: (2 + 10) / 8 and √((2 + 20) / 8).
    folder.write("rows.csv", "a,y,w\n1,0.5,1\n2,1.5,2\n3,4.5,5\n");
    let scores = json(&folder.forest(&format!("{evaluate} --sample-weight w")).succeeds());
    assert_eq!(scores["mae"], 1.5);
    assert!((scores["rmse"].as_f64().unwrap() - 2.75_f64.sqrt()).abs() < 1e-12, "{scores}");
}
