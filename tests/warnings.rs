//! Columns and rows that should not be there, and scores that are none: what is left out, what is said,
//! and where it is recorded.

use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::support::{Folder, Ran};

const USAGE: i32 = 2;
const FAILED: i32 = 1;

fn train(folder: &Folder, flags: &str) -> Ran {
    folder.forest(&format!("train --out m.bin --force {flags}")).succeeds()
}

fn json(ran: &Ran) -> Value {
    serde_json::from_slice(&ran.stdout).unwrap()
}

fn inspect(folder: &Folder) -> Value {
    json(&folder.forest("inspect m.bin --json").succeeds())
}

/// The warnings that a model records, by their kinds.
fn kinds(folder: &Folder) -> Vec<String> {
    let warnings = inspect(folder)["metadata"]["warnings"].as_array().unwrap().clone();
    warnings.iter().map(|warning| warning["kind"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn says(ran: &Ran, words: &[&str]) {
    for word in words {
        assert!(ran.stderr.contains(word), "no '{word}' in {}", ran.stderr);
    }
}

fn iris() -> (String, Vec<String>) {
    let text = fs::read_to_string("examples/data/iris.csv").unwrap();
    let mut lines = text.lines().map(str::to_owned);
    (lines.next().unwrap(), lines.collect())
}

/// Irises, with a column in front.
fn iris_with(name: &str, value: impl Fn(usize) -> String) -> String {
    let (header, rows) = iris();
    let rows = rows.iter().enumerate().map(|(row, line)| format!("{},{line}\n", value(row)));
    format!("{name},{header}\n{}", rows.collect::<String>())
}

/// A column's name and values, and why it is left out.
type Column<'a> = (&'a str, &'a dyn Fn(usize) -> String, &'a str);

const IRIS: &str = "--data iris.csv --target species --trees 20";

#[test]
fn columns_that_number_or_identify_the_rows_are_left_out_and_the_model_is_as_without_them() {
    let folder = Folder::new();
    folder.example("iris.csv");
    train(&folder, IRIS);
    let plain = json(&folder.forest("evaluate --model m.bin --json").succeeds());
    let columns: [Column; 6] = [
        ("", &|row| row.to_string(), "row_numbers"),
        ("Unnamed: 0", &|row| (149 - row).to_string(), "row_numbers"),
        ("any", &|row| (row + 1).to_string(), "row_numbers"),
        ("__index_level_0__", &|row| (row * 7 % 150).to_string(), "row_numbers"),
        ("id", &|row| (row * row).to_string(), "identifiers"),
        ("name", &|row| format!("flower {row}"), "identifiers"),
    ];
    for (name, value, reason) in columns {
        folder.write("iris.csv", iris_with(name, value));
        let ran = train(&folder, IRIS);
        says(&ran, &["note: the column ", "is left out"]);
        assert_eq!(ran.stderr.contains("--keep"), !name.is_empty(), "{}", ran.stderr);
        let inspected = inspect(&folder);
        let left_out = &inspected["metadata"]["data"]["left_out"];
        assert_eq!(left_out, &serde_json::json!([{"column": name, "reason": reason}]));
        assert_eq!(inspected["schema"]["features"].as_array().unwrap().len(), 4);
        assert_eq!(kinds(&folder), [format!("{reason}_left_out")]);

        // Prediction needs the column no more, and knows it.
        let evaluated = folder.forest("evaluate --model m.bin --json").succeeds();
        assert_eq!(json(&evaluated)["confusion_matrix"], plain["confusion_matrix"], "{name}");
        let ran = folder.forest("predict --model m.bin --data iris.csv --out - --quiet").succeeds();
        assert_eq!(ran.stderr, "");
        let ran = folder.forest("evaluate --model m.bin --data iris.csv --json").succeeds();
        assert_eq!(json(&ran)["input"]["ignored_columns"], serde_json::json!([]));
        assert_eq!(train(&folder, &format!("{IRIS} --quiet")).stderr, "");
    }
}

#[test]
fn a_column_that_is_kept_or_whose_kind_is_said_is_a_feature() {
    let folder = Folder::new();
    folder.write("iris.csv", iris_with("id", |row| row.to_string()));
    for flag in ["--keep id", "--numeric id", "--categorical id", "--keep id --numeric id"] {
        let ran = train(&folder, &format!("{IRIS} {flag}"));
        assert!(!ran.stderr.contains("left out"), "{flag}: {}", ran.stderr);
        assert_eq!(inspect(&folder)["schema"]["features"].as_array().unwrap().len(), 5);
        folder.forest("evaluate --model m.bin").succeeds();
    }
    let train = format!("train --out n.bin {IRIS}");
    folder.refuses(&format!("{train} --keep none"), USAGE, &["--keep 'none'", "not a column"]);
    folder.refuses(&format!("{train} --keep id --ignore id"), USAGE, &["--keep", "--ignore"]);
    folder.write("iris.csv", iris_with("", |row| row.to_string()));
    folder.refuses(&format!("{train} --categorical="), FAILED, &["column 1", "no name"]);
}

#[test]
fn years_are_no_row_numbers_and_a_table_of_nothing_else_keeps_what_it_has() {
    let folder = Folder::new();
    let table = |name: &str, first: usize| {
        let rows = (0..60).map(|row| format!("{},{}\n", first + row, row * row % 89));
        format!("{name},y\n{}", rows.collect::<String>())
    };
    folder.write("t.csv", table("year", 1950));
    let ran = train(&folder, "--data t.csv --target y --task regression");
    assert!(!ran.stderr.contains("'year'"), "{}", ran.stderr);
    folder.write("t.csv", table("id", 0));
    let ran = train(&folder, "--data t.csv --target y --task regression");
    says(&ran, &["warning: the column 'id' numbers the rows", "--ignore"]);
}

#[test]
fn rows_on_both_sides_of_the_split_are_said_with_figures_and_also_if_it_is_quiet() {
    let folder = Folder::new();
    let (header, rows) = iris();
    let text = rows.join("\n") + "\n";
    folder.write("iris.csv", format!("{header}\n{text}{text}"));
    let ran = train(&folder, &format!("{IRIS} --quiet"));
    says(&ran, &["warning: ", "% of the held-out rows (", " of 75)", "with the same target"]);
    let warning = &inspect(&folder)["metadata"]["warnings"][0];
    assert_eq!(warning["kind"], "shared_rows");
    assert_eq!(warning["severity"], "doubt");
    // The other of two equal rows is in training with a chance of 225 in 299: of 75, 56 or so.
    let shared = warning["figures"]["shared"].as_f64().unwrap();
    assert!((40.0..=75.0).contains(&shared), "{shared}");
    assert_eq!(warning["figures"]["rows"], 75);

    // A table of few different rows has them on both sides by nature.
    let mut table = "a,b,y\n".to_owned();
    for row in 0..2000 {
        let (a, b) = (row * 7919 % 1009 % 4, row * 104_729 % 1013 % 3);
        writeln!(table, "a{a},b{b},{}", ["no", "yes"][usize::from(a + b + row % 3 > 3)]).unwrap();
    }
    folder.write("t.csv", table);
    train(&folder, "--data t.csv --target y");
    assert!(!kinds(&folder).contains(&"shared_rows".to_owned()), "{:?}", kinds(&folder));
}

/// Numbers that look like chance.
fn noise(row: usize, of: usize) -> f64 {
    let x = (row as f64 * 12.9898 + of as f64 * 78.233).sin() * 43758.5453;
    x - x.floor()
}

/// Features `a` and `b` of noise, and what `last` says.
fn noisy(header: &str, last: impl Fn(usize) -> String) -> String {
    let rows = (0..400).map(|row| format!("{},{},{}\n", noise(row, 0), noise(row, 1), last(row)));
    format!("a,b,{header}\n{}", rows.collect::<String>())
}

#[test]
fn one_column_that_predicts_nearly_every_row_is_doubted() {
    let folder = Folder::new();
    let label = |row: usize| ["no", "yes", "none"][(noise(row, 2) * 3.0) as usize];
    let code = |row: usize| (noise(row, 2) * 3.0) as usize * 10;
    folder.write("t.csv", noisy("code,y", |row| format!("{},{}", code(row), label(row))));
    let ran = train(&folder, "--data t.csv --target y --quiet");
    says(&ran, &["warning: the column 'code' alone predicts 100.0 % of 100 held-out rows"]);
    assert_eq!(kinds(&folder), ["column_tells_class"]);

    let number = |row: usize| 100.0 * noise(row, 2) * noise(row, 2);
    folder.write("t.csv", noisy("tax,y", |row| format!("{},{}", 0.19 * number(row), number(row))));
    let ran = train(&folder, "--data t.csv --target y --quiet");
    says(&ran, &["warning: the column 'tax' alone predicts 100 held-out rows with R² 0.99"]);
    assert!(kinds(&folder).contains(&"column_tells_number".to_owned()));
    assert_eq!(
        train(&folder, "--data t.csv --target y --quiet --ignore tax --test-size 0").stderr,
        ""
    );
}

#[test]
fn a_score_that_is_not_above_its_baseline_is_said_in_plain_words() {
    let folder = Folder::new();
    let label = |row: usize| ["no", "yes"][usize::from(noise(row, 2) < 0.1)];
    folder.write("t.csv", noisy("y", |row| label(row).to_owned()));
    let trained = json(&train(&folder, "--data t.csv --target y --plain --quiet --json"));
    let held_out = &trained["held_out"];
    assert!(
        held_out["accuracy"].as_f64() <= held_out["baseline"]["accuracy"].as_f64(),
        "{held_out}"
    );
    assert!(
        held_out["log_loss"].as_f64() > held_out["baseline"]["log_loss"].as_f64(),
        "{held_out}"
    );
    assert_eq!(kinds(&folder), ["accuracy", "log_loss", "missed_classes"]);
    assert_eq!(trained["warnings"], inspect(&folder)["metadata"]["warnings"]);
    let ran = train(&folder, "--data t.csv --target y --plain --quiet");
    says(&ran, &["is not above the baseline", "is not below the baseline", "the class 'yes'"]);
    let inspected = folder.forest("inspect m.bin").succeeds();
    assert_eq!(inspected.text().matches("\n  doubt: ").count(), 3, "{}", inspected.text());

    folder.write("t.csv", noisy("y", |row| noise(row, 2).to_string()));
    says(
        &train(&folder, "--data t.csv --target y --plain --quiet"),
        &["held-out R² -0.", "not above 0"],
    );
    assert_eq!(kinds(&folder), ["numeric_target", "r2"]);
}

#[test]
fn the_baseline_of_the_log_loss_is_that_of_the_classes_shares() {
    let folder = Folder::new();
    folder.example("iris.csv");
    let trained = json(&train(&folder, &format!("{IRIS} --no-stratify --json")));
    let rows: Vec<f64> = inspect(&folder)["schema"]["target"]["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| class["rows"].as_f64().unwrap())
        .collect();
    let trained_on: f64 = rows.iter().sum();
    let loss: f64 = rows.iter().map(|rows| (50.0 - rows) * -(rows / trained_on).ln()).sum();
    let baseline = trained["held_out"]["baseline"]["log_loss"].as_f64().unwrap();
    assert!((baseline - loss / 38.0).abs() < 1e-12, "{baseline}");
    let evaluated = json(&folder.forest("evaluate --model m.bin --json").succeeds());
    assert_eq!(evaluated["baseline"]["log_loss"], trained["held_out"]["baseline"]["log_loss"]);
}

#[test]
fn a_group_is_on_one_side_of_the_split_and_no_feature() {
    let folder = Folder::new();
    let text = fs::read_to_string("tests/fixtures/group_split.json").unwrap();
    for case in serde_json::from_str::<Value>(&text).unwrap()["cases"].as_array().unwrap() {
        let groups: Vec<&str> = case["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group.as_str().unwrap())
            .collect();
        let rows = groups.iter().enumerate();
        let rows = rows.map(|(row, who)| format!("{who},{},{}\n", noise(row, 0), row % 2));
        folder.write("t.csv", format!("who,a,y\n{}", rows.collect::<String>()));
        let (size, seed) = (&case["test_size"], &case["random_state"]);
        let flags = format!("--test-size {size} --split-seed {seed} --trees 3");
        let ran = train(&folder, &format!("--data t.csv --target y --group who {flags}"));
        says(&ran, &["note: the out-of-bag score is likely too good", "'who'"]);
        let held_out = folder.forest("predict --model m.bin").succeeds();
        let held_out = held_out.text().lines().skip(1).map(|line| line.split_once(',').unwrap().0);
        let expected = case["test"].as_array().unwrap().iter().map(Value::to_string);
        assert!(held_out.eq(expected.collect::<Vec<_>>()), "{case}");
        assert_eq!(inspect(&folder)["schema"]["features"].as_array().unwrap().len(), 1);
        folder.forest("evaluate --model m.bin").succeeds();
        let ran = folder.forest("evaluate --model m.bin --data t.csv --json").succeeds();
        assert_eq!(json(&ran)["input"]["ignored_columns"], serde_json::json!([]));
    }
}

#[test]
fn in_order_the_last_rows_are_held_out_with_all_that_are_equal_to_the_first_of_them() {
    let folder = Folder::new();
    // Day 1 to 10 in an order of its own, four rows each: the last ten rows are those of 9 and 10, and
    // of 8 two, which brings the other two.
    let day = |row: usize| row * 7 % 10 + 1;
    let rows =
        (0..40).map(|row| format!("2024-01-{:02},{},{}\n", day(row), noise(row, 0), row % 2));
    folder.write("t.csv", format!("day,a,y\n{}", rows.collect::<String>()));
    // The day, its parts day and weekday, and the noise; or the noise alone.
    for (flags, n_features) in [("", 4), ("--ignore day", 1)] {
        train(&folder, &format!("--data t.csv --target y --trees 3 --order day {flags}"));
        let inspected = inspect(&folder);
        assert_eq!(inspected["schema"]["features"].as_array().unwrap().len(), n_features);
        assert_eq!(inspected["metadata"]["data"]["order"], "day");
        let held_out = folder.forest("predict --model m.bin").succeeds();
        let held_out = held_out.text().lines().skip(1).map(|line| line.split_once(',').unwrap().0);
        let expected = (0..40).filter(|&row| day(row) > 7).map(|row| row.to_string());
        assert!(held_out.eq(expected.collect::<Vec<_>>()), "{flags}");
        folder.forest("evaluate --model m.bin").succeeds();
    }
}

#[test]
fn groups_and_orders_that_make_no_sense_are_refused_with_the_reason() {
    let folder = Folder::new();
    let rows = (0..40).map(|row| {
        let gap = if row == 3 { String::new() } else { row.to_string() };
        format!("{},{gap},one,{},{}\n", row % 4, noise(row, 0), row % 2)
    });
    folder.write("t.csv", format!("who,day,same,a,y\n{}", rows.collect::<String>()));
    for (flags, code, words) in [
        ("--group who --order day", USAGE, ["--group and --order", "cannot both"]),
        ("--group who --stratify", USAGE, ["--stratify", "--group"]),
        ("--order who --stratify", USAGE, ["--stratify", "--order"]),
        ("--group none", USAGE, ["--group 'none'", "not a column"]),
        ("--group y", USAGE, ["--group 'y'", "--target"]),
        ("--order y", USAGE, ["--order 'y'", "--target"]),
        ("--order same", FAILED, ["column 'same'", "--order needs numbers or dates"]),
        ("--order day", FAILED, ["column 'day'", "1 row has no value"]),
        ("--group same", USAGE, ["no group to train on", "'same' has 1 group"]),
        ("--order who --test-size 0.9", USAGE, ["no row to train on", "'who'"]),
    ] {
        folder.refuses(&format!("train --out m.bin --data t.csv --target y {flags}"), code, &words);
    }
}

#[test]
fn of_many_warnings_of_a_kind_the_first_are_kept_and_the_others_counted() {
    let folder = Folder::new();
    let names: Vec<String> = (0..30).map(|column| format!("c{column}")).collect();
    let names = names.join(",");
    let rows = (0..40).map(|row| format!("{}{row},{}\n", ",".repeat(30), row % 2));
    folder.write("t.csv", format!("{names},a,y\n{}", rows.collect::<String>()));
    let ran = train(&folder, "--data t.csv --target y --trees 3 --test-size 0");
    assert_eq!(ran.stderr.matches("has no values").count(), 20, "{}", ran.stderr);
    says(&ran, &["and 10 more warnings of the kind no_values"]);
    folder.forest("verify m.bin").succeeds();
}

#[test]
fn a_model_that_was_told_what_counts_is_not_measured_by_accuracy_alone() {
    let folder = Folder::new();
    // One row in twenty is of class 1.
    let rare =
        "--samples 4000 --weights 0.95 --class-sep 0.6 --trees 50 --plain --class-weight-in draws";
    for (flags, expected) in [
        ("", &["log_loss"][..]),
        ("--class-weight balanced", &["weighted_log_loss"]),
        ("--class-weight 0=1,1=10", &["weighted_log_loss"]),
        ("--threshold auto:balanced_accuracy", &["log_loss"]),
        ("--threshold 0.1", &["log_loss"]),
        ("--cost FP=1,FN=9", &["log_loss"]),
        // Who takes nearly all rows for the rare class has nothing to show for it.
        ("--threshold 0.001", &["accuracy", "log_loss"]),
    ] {
        train(&folder, &format!("{rare} {flags}"));
        assert_eq!(kinds(&folder), expected, "{flags}");
        let score = &inspect(&folder)["metadata"]["held_out"];
        let is_above = score["accuracy"].as_f64() > score["baseline"]["accuracy"].as_f64();
        assert!(flags.is_empty() || !is_above || flags.contains("0=1"), "{flags}");
    }
    let ran = train(&folder, &format!("{rare} --class-weight balanced"));
    says(&ran, &["note: the held-out log loss", "as --class-weight makes probabilities those"]);
    assert_eq!(train(&folder, &format!("{rare} --class-weight balanced --quiet")).stderr, "");

    // What tells nothing is doubted as ever.
    let label = |row: usize| ["no", "yes"][usize::from(noise(row, 2) < 0.2)].to_owned();
    folder.write("t.csv", noisy("y", label));
    for flags in ["--class-weight balanced", "--threshold auto:f1", "--cost FN=5"] {
        train(&folder, &format!("--data t.csv --target y {flags}"));
        assert!(kinds(&folder).contains(&"accuracy".to_owned()), "{flags}: {:?}", kinds(&folder));
    }
}
