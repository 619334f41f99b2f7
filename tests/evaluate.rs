//! What `evaluate` says, through the binary, of models whose probabilities are known.

use serde_json::Value;

use super::support::{Folder, Ran};

pub(crate) fn json(ran: &Ran) -> Value {
    serde_json::from_str(ran.text()).unwrap()
}

#[track_caller]
pub(crate) fn assert_close(actual: &Value, expected: f64) {
    let actual = actual.as_f64().unwrap();
    assert!((actual - expected).abs() < 1e-12, "{actual} is not {expected}");
}

/// A model that gives `yes` 1 of 4 where a is 0, and 3 of 4 where it is 1: one tree, of all rows.
pub(crate) fn quarters() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", "a,y\n0,no\n0,no\n0,no\n0,yes\n1,no\n1,yes\n1,yes\n1,yes\n");
    let tree = "--trees 1 --no-bootstrap --max-features all --test-size 0 --keep a";
    folder.forest(&format!("train --data t.csv --target y --out m.bin {tree}")).succeeds();
    folder
}

#[test]
fn two_classes_are_held_against_the_probability_of_the_second() {
    let folder = quarters();
    // 0.25 comes true in 1 of 5 by weight, 0.75 in 4 of 5.
    folder.write("new.csv", "a,y,w\n0,no,4\n0,yes,1\n1,no,1\n1,yes,2.5\n1,yes,1.5\n");
    let scores = "evaluate --model m.bin --data new.csv --sample-weight w";
    let said = json(&folder.forest(&format!("{scores} --json")).succeeds());
    let second = &said["calibration"]["second_class"];
    assert_close(&second["expected_calibration_error"], 0.05);
    let expected = [[0.2, 0.3, 0.25, 0.2, 5.0], [0.7, 0.8, 0.75, 0.8, 5.0]];
    let names = ["above", "up_to", "mean_probability", "observed", "rows"];
    assert_eq!(second["bins"].as_array().unwrap().len(), 2);
    for (bin, numbers) in expected.iter().enumerate() {
        for (name, &number) in names.iter().zip(numbers) {
            assert_close(&second["bins"][bin][name], number);
        }
    }
    // The most probable class is right in 8 of 10, and was given 0.75.
    let confidence = &said["calibration"]["confidence"];
    assert_close(&confidence["expected_calibration_error"], 0.05);
    assert_eq!(confidence["bins"].as_array().unwrap().len(), 1);
    // 0.05² − 0.3² + 0.5² + 0, which is (4 · 0.0625 + 0.5625) / 5.
    let parts = &said["brier_parts"];
    assert_close(&parts["reliability"], 0.0025);
    assert_close(&parts["resolution"], 0.09);
    assert_close(&parts["uncertainty"], 0.25);
    assert_close(&parts["remainder"], 0.0);
    assert_close(&said["brier"], 0.1625);

    let said = folder.forest(scores).succeeds();
    let lines: Vec<&str> = said.text().lines().collect();
    // Of the training's shares, halves, it is 1/4.
    assert!(lines.contains(&"                          = 0.0025 − 0.0900 + 0.2500 + 0.0000"));
    assert!(lines.contains(&"  Brier of the shares     0.2500  (the baseline)"), "{}", said.text());
    assert!(lines.iter().any(|line| line.starts_with("  calibration error       0.0500")));
    let expected = [
        "  probability of 'yes'    mean  were 'yes'  rows",
        "  0.2 to 0.3            0.2500      0.2000     5",
        "  0.7 to 0.8            0.7500      0.8000     5",
    ];
    assert_eq!(lines[lines.len() - 3..], expected, "{}", said.text());
}

#[test]
fn more_classes_are_held_against_the_highest_probability() {
    let folder = Folder::new();
    folder.example("iris.csv");
    folder.forest("train --data iris.csv --target species --out m.bin").succeeds();
    let said = json(&folder.forest("evaluate --model m.bin --json").succeeds());
    assert!(said["calibration"]["second_class"].is_null());
    let part = |name: &str| said["brier_parts"][name].as_f64().unwrap();
    let sum = part("reliability") - part("resolution") + part("uncertainty") + part("remainder");
    assert_close(&said["brier"], sum);
    let mean_f1 = &said["macro_average"]["f1_interval"];
    let ends = ["low", "high"].map(|end| mean_f1[end].as_f64().unwrap());
    let said = folder.forest("evaluate --model m.bin").succeeds();
    assert!(said.text().contains("\n  highest probability "), "{}", said.text());
    let line = |start: &str| {
        let mut lines = said.text().lines();
        lines.find(|line| line.trim_start().starts_with(start)).unwrap_or_default().to_owned()
    };
    assert!(line("ROC AUC").ends_with("]  (one-vs-rest, macro mean)"), "{}", said.text());
    for score in ["balanced accuracy", "log loss ", "Brier score"] {
        assert!(line(score).ends_with(']'), "{}", said.text());
    }
    let ends = format!("[{:.2}, {:.2}]", ends[0], ends[1]);
    assert!(line("macro average").ends_with(&ends), "{}", said.text());
}
