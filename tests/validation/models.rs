//! `forest compare` of two models.

use super::{USAGE, assert_close, json, tables};
use crate::support::Folder;

/// Two models of penguins: `a.bin`, which knows one feature, and `b.bin`, which knows all.
fn two_models(flags: &str) -> Folder {
    let folder = tables();
    let train = format!("train --data penguins.csv --trees 20 --quiet {flags}");
    let others = "--ignore bill_length_mm,flipper_length_mm,body_mass_g,island,sex";
    let others = if flags.contains("body_mass_g") {
        others.replace("body_mass_g,", "")
    } else {
        others.to_owned()
    };
    folder.forest(&format!("{train} {others} --out a.bin")).succeeds();
    folder.forest(&format!("{train} --out b.bin")).succeeds();
    folder
}

fn difference<'a>(report: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    let differences = report["differences"].as_array().unwrap();
    differences.iter().find(|difference| difference["metric"] == name).unwrap()
}

#[test]
fn models_are_compared_on_the_rows_that_both_held_out() {
    let folder = two_models("--target species");
    let report = json(&folder, "compare a.bin b.bin");
    assert_eq!(report["rows"], 86);
    let [first, second] =
        ["a", "b"].map(|model| json(&folder, &format!("evaluate --model {model}.bin")));
    let accuracy = difference(&report, "accuracy");
    assert_eq!(
        (&accuracy["first"], &accuracy["second"]),
        (&first["accuracy"], &second["accuracy"])
    );
    let rows = &report["right"];
    let [both, only_first, only_second] =
        ["both", "only_first", "only_second"].map(|name| rows[name].as_f64().unwrap());
    assert_close(&first["correct"], both + only_first);
    assert_close(&second["correct"], both + only_second);
    assert!(rows["mcnemar_p"].as_f64().unwrap() < 0.01, "{rows}");
    let classes = rows["per_class"].as_array().unwrap().iter();
    let lost: f64 = classes.map(|class| class["only_first"].as_f64().unwrap()).sum();
    assert_close(&rows["only_first"], lost);
    let text = folder.forest("compare a.bin b.bin").succeeds();
    assert!(
        text.text().contains("the second is better, beyond chance, by accuracy"),
        "{}",
        text.text()
    );
    assert!(text.text().contains("b.bin against a.bin, on the same 86 rows"), "{}", text.text());
}

#[test]
fn a_model_is_as_good_as_itself() {
    let folder = two_models("--target species");
    let ran = folder.forest("compare b.bin b.bin --data penguins.csv").succeeds();
    assert!(ran.text().contains("neither is better beyond chance"), "{}", ran.text());
    assert!(ran.text().contains("p 1.0000"), "{}", ran.text());
    assert!(ran.stderr.contains("the file that the model was trained on"), "{}", ran.stderr);
}

#[test]
fn models_of_numbers_are_compared_by_their_errors() {
    let folder = two_models("--target body_mass_g --drop-missing-target");
    let report = json(&folder, "compare a.bin b.bin");
    assert_eq!(report["right"], serde_json::Value::Null);
    let rmse = difference(&report, "rmse");
    assert!(rmse["interval"]["high"].as_f64().unwrap() < 0.0, "{rmse}");
    let now = json(&folder, "evaluate --model b.bin");
    assert_eq!(rmse["second"], now["rmse"]);
    assert!(report["verdict"][0].as_str().unwrap().contains("the second is better"), "{report}");
}

#[test]
fn the_same_samples_are_drawn_on_any_number_of_threads() {
    let folder = two_models("--target species");
    let one = json(&folder, "compare a.bin b.bin --threads 1");
    assert_eq!(one, json(&folder, "compare a.bin b.bin --threads 3"));
    assert_ne!(one, json(&folder, "compare a.bin b.bin --seed 7"));
}

#[test]
fn rows_can_weigh() {
    let folder = two_models("--target species");
    let table = String::from_utf8(folder.read("penguins.csv")).unwrap();
    let mut lines = table.lines().zip(0..);
    let mut weighed = format!("{},w\n", lines.next().unwrap().0);
    lines.for_each(|(line, row)| weighed += &format!("{line},{}\n", row % 2));
    folder.write("w.csv", weighed);
    let report = json(&folder, "compare a.bin b.bin --data w.csv --sample-weight w");
    let rows = &report["right"];
    let all =
        ["both", "only_first", "only_second", "neither"].map(|name| rows[name].as_u64().unwrap());
    assert_eq!(all.iter().sum::<u64>(), 172);
}

#[test]
fn models_that_cannot_be_compared_are_refused_with_a_reason() {
    let folder = two_models("--target species");
    let train = "train --data penguins.csv --trees 2 --quiet";
    folder.forest(&format!("{train} --target species --split-seed 7 --out other.bin")).succeeds();
    folder.forest(&format!("{train} --target island --out island.bin")).succeeds();
    folder
        .forest("train --data iris.csv --target species --trees 2 --quiet --out iris.bin")
        .succeeds();
    folder.refuses("compare b.bin other.bin", 1, &["other.bin", "held out other rows", "--data"]);
    folder.refuses(
        "compare b.bin island.bin --data penguins.csv --quiet",
        1,
        &["island.bin", "'island'", "'species'"],
    );
    folder.refuses("compare b.bin iris.bin --quiet", 1, &["iris.bin", "class"]);
    folder.refuses("compare b.bin - --quiet", USAGE, &["standard input"]);
    folder.refuses("compare b.bin", USAGE, &["2 values"]);
    folder.refuses("compare b.bin a.bin --trees 5", USAGE, &["--trees"]);
    folder.refuses("compare b.bin a.bin --target species", USAGE, &["--target"]);
    folder.refuses("compare b.bin a.bin --folds 3", USAGE, &["--folds"]);
    folder.refuses("compare b.bin missing.bin", 1, &["missing.bin"]);
}
