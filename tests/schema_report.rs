//! What rows to predict have that no training row had is said, once a column
//! and kind, and can be made an error.

use serde_json::{Value, json};

use crate::support::{Folder, Ran};

const FAILED: i32 = 1;
/// The table is not like the training's, and has to be.
const SCHEMA: i32 = 4;
const USAGE: i32 = 2;

/// Labels that two cuts at most tell apart; a cell of `b` is missing.
const TRAINING: &str = "\
key,note,w,a,b,color,seen,y
k1,x,1,1,5,red,2024-01-01,no
k2,x,2,2,,red,2024-02-01,no
k3,x,1,3,7,blue,2024-03-01,yes
k4,x,2,4,8,blue,2024-04-01,yes
";

fn trained() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", TRAINING);
    let train = "train --data t.csv --target y --ignore key,note --sample-weight w --test-size 0 \
                 --trees 5 --no-stratify --quiet --out m.bin";
    folder.forest(train).succeeds();
    folder
}

/// What is said as JSON, but for the drift, which is of all columns and parts of dates.
fn findings(said: &str) -> Value {
    let mut said: Value = serde_json::from_str(said).unwrap();
    let mut said = said["input"].take();
    let drift = said.as_object_mut().unwrap().remove("drift").unwrap();
    assert!(drift.as_array().unwrap().len() > 4, "{drift}");
    said
}

fn predict(folder: &Folder, flags: &str, rows: &str) -> Ran {
    folder.write("rows.csv", rows);
    folder.forest(&format!("predict --model m.bin --data rows.csv {flags}"))
}

const HEADER: &str = "a,b,color,seen\n";
const USUAL_ROW: &str = "2,5,red,2024-02-01\n";

#[test]
fn the_trainings_own_columns_are_no_surprise_in_any_order() {
    let folder = trained();
    let rows = "w,seen,color,key,b,note,a\n1,2024-02-01,red,k9,5,z,2\n,2024-02-29,blue,k8,,z,4\n";
    for flags in ["", "--strict", "--json", "--strict --id key", "--strict --quiet"] {
        let ran = predict(&folder, flags, rows).succeeds();
        let is_silent = ran.stderr.is_empty()
            || findings(&ran.stderr) == json!({"ignored_columns": [], "findings": []});
        assert!(is_silent, "{flags}: {}", ran.stderr);
    }
    // The target is none either, nor the column that is passed through.
    let rows = format!("y,id,{HEADER}no,1,{USUAL_ROW}");
    let ran = predict(&folder, "--strict --id id", &rows).succeeds();
    assert!(!ran.stderr.contains("note:"), "{}", ran.stderr);
    folder.forest("evaluate --model m.bin --data t.csv --strict").succeeds();
}

#[test]
fn the_order_of_columns_does_not_matter() {
    let folder = trained();
    let plain =
        predict(&folder, "--proba", "a,b,color,seen\n1,5,red,2024-01-01\n4,8,blue,2024-04-01\n");
    let other =
        predict(&folder, "--proba", "seen,color,b,a\n2024-01-01,red,5,1\n2024-04-01,blue,8,4\n");
    assert_eq!(plain.succeeds().text(), other.succeeds().text());
}

/// Each kind of surprise: rows after [`HEADER`], and the words and the finding that it makes.
fn surprises() -> Vec<(String, Vec<&'static str>, Value)> {
    let finding = |column: &str, kind: &str, cells: u64, first: &str| json!({"column": column, "kind": kind, "cells": cells, "first": first, "first_place": "line 3"});
    [
        (
            "2,5,green,2024-02-01\n2,5,pink,2024-02-01\n",
            vec!["'color'", "2 cells", "'green'", "line 3"],
            finding("color", "levels", 2, "green"),
        ),
        (
            "4.5,5,red,2024-02-01\n0.5,5,red,2024-02-01\n",
            vec!["'a'", "2 cells", "4.5", "1 to 4", "line 3"],
            finding("a", "range", 2, "4.5"),
        ),
        (
            "2,5,red,2023-12-31\n",
            vec!["'seen'", "1 cell ", "2023-12-31", "2024-01-01 to 2024-04-01", "line 3"],
            finding("seen", "range", 1, "2023-12-31"),
        ),
        (
            "NA,5,red,2024-02-01\n",
            vec!["'a'", "1 cell ", "missing", "line 3"],
            finding("a", "missing", 1, ""),
        ),
        (
            "2,5,,2024-02-01\n",
            vec!["'color'", "1 cell ", "missing", "line 3"],
            finding("color", "missing", 1, ""),
        ),
    ]
    .map(|(rows, words, finding)| (format!("{HEADER}{USUAL_ROW}{rows}"), words, finding))
    .to_vec()
}

#[test]
fn what_training_had_not_is_said_on_standard_error() {
    let folder = trained();
    for (rows, words, _) in surprises() {
        let ran = predict(&folder, "", &rows).succeeds();
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        for word in ["note: "].iter().chain(&words) {
            assert!(ran.stderr.contains(word), "no {word} in {}", ran.stderr);
        }
        assert_eq!(ran.text().lines().count(), rows.lines().count());
        assert_eq!(predict(&folder, "--quiet", &rows).succeeds().stderr, "");
    }
    let rows = "a,wind,b,color,seen,rain\n2,1,5,red,2024-02-01,2\n";
    let ran = predict(&folder, "", rows).succeeds();
    assert!(ran.stderr.contains("'wind', 'rain'"), "{}", ran.stderr);
    assert_eq!(predict(&folder, "--quiet", rows).succeeds().stderr, "");
}

#[test]
fn what_training_had_not_is_one_line_of_json_for_scripts() {
    let folder = trained();
    for (rows, _, finding) in surprises() {
        let ran = predict(&folder, "--json", &rows).succeeds();
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        let found = findings(&ran.stderr);
        assert_eq!(found, json!({"ignored_columns": [], "findings": [finding]}));
        for line in ran.text().lines() {
            let _: Value = serde_json::from_str(line).unwrap();
        }
        assert_eq!(predict(&folder, "--json --quiet", &rows).succeeds().stderr, "");

        let labelled: Vec<String> = rows
            .lines()
            .map(|line| format!("{line},{}\n", if line.starts_with("a,") { "y" } else { "no" }))
            .collect();
        folder.write("labelled.csv", labelled.concat());
        let evaluate = "evaluate --model m.bin --data labelled.csv";
        let ran = folder.forest(&format!("{evaluate} --json")).succeeds();
        let report: Value = serde_json::from_str(ran.text()).unwrap();
        assert_eq!(report["input"]["findings"], json!([finding]));
        assert_eq!(ran.stderr, "");
        let ran = folder.forest(evaluate).succeeds();
        assert!(ran.stderr.starts_with("note: "), "{}", ran.stderr);
    }
    let ran = predict(&folder, "--json", "a,wind,b,color,seen\n2,1,5,red,2024-02-01\n").succeeds();
    let found = findings(&ran.stderr);
    assert_eq!(found, json!({"ignored_columns": ["wind"], "findings": []}));
}

#[test]
fn strict_makes_each_of_them_an_error_and_leaves_nothing_behind() {
    let folder = trained();
    for (rows, words, _) in surprises() {
        folder.write("rows.csv", rows);
        let column = format!("column {}", words[0]);
        let place = ["rows.csv", "line 3", column.as_str(), "--strict"];
        for flags in ["predict", "predict --out new.csv", "predict --json", "predict --quiet"] {
            let args = format!("{flags} --model m.bin --data rows.csv --strict {ALL}");
            folder.refuses(&args, SCHEMA, &place);
        }
    }
    folder.write("rows.csv", "a,wind,b,color,seen\n2,1,5,red,2024-02-01\n");
    for verb in ["predict", "predict --out new.csv", "evaluate"] {
        let args = format!("{verb} --model m.bin --data rows.csv --strict");
        folder.refuses(&args, SCHEMA, &["rows.csv", "'wind'", "--strict"]);
    }
}

/// Of `--strict`, in the order of [`surprises`] and for a column too many.
const KINDS: [&str; 6] = ["levels", "range", "range", "missing", "missing", "columns"];

const ALL: &str = "columns,types,levels,missing,range";

#[test]
fn strict_is_about_the_kinds_that_are_named_and_by_default_not_about_extremes_and_gaps() {
    let folder = trained();
    let unknown_column = "a,wind,b,color,seen\n2,1,5,red,2024-02-01\n".to_owned();
    let tables = surprises().into_iter().map(|(rows, ..)| rows).chain([unknown_column]);
    for (rows, kind) in tables.zip(KINDS) {
        let others: Vec<&str> = ALL.split(',').filter(|&other| other != kind).collect();
        predict(&folder, &format!("--strict {}", others.join(",")), &rows).succeeds();
        predict(&folder, &format!("--strict={kind}"), &rows).fails(SCHEMA, &["rows.csv"]);
        let by_default = predict(&folder, "--strict", &rows);
        if ["columns", "levels"].contains(&kind) {
            by_default.fails(SCHEMA, &["--strict"]);
        } else {
            by_default.succeeds();
        }
    }
    let too_few = "a,b,color\n2,5,red\n";
    predict(&folder, "", too_few).fails(FAILED, &["the column 'seen'"]);
    predict(&folder, "--strict levels", too_few).fails(FAILED, &["the column 'seen'"]);
    predict(&folder, "--strict", too_few).fails(SCHEMA, &["the column 'seen'"]);
    predict(&folder, "--strict extremes", too_few).fails(USAGE, &["extremes", "range"]);
    predict(&folder, "--strict-rows 0.1", too_few).fails(USAGE, &["--strict"]);
    for wrong in ["1", "-0.1", "NaN", "x"] {
        predict(&folder, &format!("--strict --strict-rows={wrong}"), too_few)
            .fails(USAGE, &["0.01"]);
        let wrong = if wrong == "1" { "inf" } else { wrong };
        predict(&folder, &format!("--range-tolerance={wrong}"), too_few).fails(USAGE, &["0.1"]);
    }
}

/// `a` is from 1 to 4, so that a tenth of its range is 0.3, and `seen` from day 0 to day 91.
#[test]
fn values_a_little_beyond_the_range_can_be_taken_for_such_inside() {
    let folder = trained();
    for (rows, is_inside) in [
        ("4.29,5,red,2024-02-01\n0.71,5,red,2024-02-01\n", true),
        ("4.31,5,red,2024-02-01\n", false),
        ("0.69,5,red,2024-02-01\n", false),
        ("2,5,red,2024-04-10\n", true),
        ("2,5,red,2024-04-11\n", false),
    ] {
        let rows = format!("{HEADER}{rows}");
        predict(&folder, "--strict range", &rows).fails(SCHEMA, &["--range-tolerance"]);
        let said = predict(&folder, "--range-tolerance 0.1", &rows).succeeds().stderr;
        assert_eq!(said.is_empty(), is_inside, "{said}");
        let ran = predict(&folder, "--strict range --range-tolerance 0.1", &rows);
        if is_inside {
            assert_eq!(ran.succeeds().stderr, "");
        } else {
            ran.fails(SCHEMA, &["outside training's range"]);
        }
    }
}

#[test]
fn a_share_of_the_rows_may_be_allowed_to_differ() {
    let folder = trained();
    // 29 of 100 rows have an unseen level; 0.29 · 100 is a little less than 29 in binary.
    let rows = |n: usize| {
        let (new, usual) = ("2,5,green,2024-02-01\n".repeat(n), USUAL_ROW.repeat(100 - n));
        format!("{HEADER}{usual}{new}")
    };
    let strict = "--strict --strict-rows 0.29";
    let ran = predict(&folder, strict, &rows(29)).succeeds();
    assert!(ran.stderr.contains("29 cells of levels"), "{}", ran.stderr);
    folder.write("rows.csv", rows(30));
    let words = ["column 'color'", "30 of 100 cells", "'green'", "line 72", "--strict-rows"];
    for verb in ["predict --out new.csv", "evaluate"] {
        let args = format!("{verb} --model m.bin --data rows.csv {strict}");
        folder.refuses(&args, SCHEMA, &words);
    }
    // What the share is not about stays an error at once.
    predict(&folder, strict, &format!("{HEADER}two,5,red,2024-02-01\n")).fails(SCHEMA, &["'two'"]);
}

#[test]
fn real_tables_pass_the_default_strictness_whatever_rows_are_new() {
    for (table, target) in [("iris", "species"), ("wine", "cultivar"), ("penguins", "species")] {
        for seed in 0..3 {
            let folder = Folder::new();
            let name = format!("{table}.csv");
            folder.example(&name);
            let text = String::from_utf8(folder.read(&name)).unwrap();
            let (header, rows) = text.split_once('\n').unwrap();
            let is_new = |row: usize| (row * 7 + seed).is_multiple_of(4);
            for (part, new) in [("old.csv", false), ("new.csv", true)] {
                let rows = rows.lines().enumerate().filter(|(row, _)| is_new(*row) == new);
                let rows: Vec<&str> = rows.map(|(_, row)| row).collect();
                folder.write(part, format!("{header}\n{}\n", rows.join("\n")));
            }
            let train = format!("train --data old.csv --target {target} --trees 2 --test-size 0");
            folder.forest(&format!("{train} --quiet --out m.bin")).succeeds();
            folder.forest("predict --model m.bin --data new.csv --strict").succeeds();
            let within = "--strict range,missing --strict-rows 0.05 --range-tolerance 0.1";
            folder.forest(&format!("predict --model m.bin --data new.csv {within}")).succeeds();
        }
    }
}

#[test]
fn of_many_columns_with_new_cells_the_first_ten_are_said() {
    let folder = Folder::new();
    let names: Vec<String> = (0..12).map(|column| format!("c{column}")).collect();
    let row = |cell: &str, y: &str| format!("{}{y}\n", format!("{cell},").repeat(12));
    let header = format!("{},y\n", names.join(","));
    let training =
        ["1", "2", "3", "4"].map(|cell| row(cell, if cell < "3" { "no" } else { "yes" }));
    folder.write("t.csv", format!("{header}{}", training.concat()));
    let train = "train --data t.csv --target y --test-size 0 --trees 2 --no-stratify --out m.bin";
    folder.forest(&format!("{train} --keep {} --quiet", names.join(","))).succeeds();
    let ran = predict(&folder, "", &format!("{header}{}", row("9", ""))).succeeds();
    let said: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(said.len(), 11, "{}", ran.stderr);
    assert!(said[10].contains("2 more columns have"), "{}", said[10]);
}

#[test]
fn strict_names_the_first_surprise_in_the_order_of_the_rows() {
    let folder = trained();
    let usual = USUAL_ROW.repeat(20_000);
    let rows = format!("{HEADER}{usual}2,5,green,2024-02-01\n9,5,red,2024-02-01\n");
    folder.write("rows.csv", rows);
    let args = format!("predict --model m.bin --data rows.csv --strict {ALL} --out new.csv");
    folder.refuses(&args, SCHEMA, &["line 20002", "column 'color'", "'green'"]);
    // Said, they are counted over all rows.
    let rows = format!("{HEADER}9,5,red,2024-02-01\n{usual}9,5,red,2024-02-01\n");
    let ran = predict(&folder, "", &rows).succeeds();
    assert!(ran.stderr.contains("2 cells outside"), "{}", ran.stderr);
    assert!(ran.stderr.contains("line 2)"), "{}", ran.stderr);
}

#[test]
fn gaps_are_no_surprise_where_training_had_some() {
    let folder = trained();
    let rows = format!("{HEADER}2,,red,2024-02-01\n2,NA,red,2024-02-01\n2,nan,red,2024-02-01\n");
    assert_eq!(predict(&folder, "--strict", &rows).succeeds().stderr, "");
}

#[test]
fn an_unseen_level_is_predicted_as_one_whose_rows_are_as_all_rows_are() {
    let folder = Folder::new();
    let rows = "blue,no\nred,yes\ngray,no\nblue,no\nred,yes\ngray,yes\n".repeat(20);
    folder.write("t.csv", format!("color,y\n{rows}"));
    let train = "train --data t.csv --target y --test-size 0 --trees 9 --plain --quiet --out m.bin";
    folder.forest(train).succeeds();
    let ran = predict(&folder, "--proba", "color\ngreen\ngray\nblue\nred\n").succeeds();
    let [unseen, gray, blue, red] = [1, 2, 3, 4]
        .map(|line| ran.text().lines().nth(line).unwrap().split_once(',').unwrap().1.to_owned());
    assert_eq!(unseen, gray);
    assert_eq!([&*blue, &*red], ["1,0", "0,1"]);
}

#[test]
fn a_cell_of_another_kind_than_in_training_is_an_error_with_its_place() {
    let folder = trained();
    for (row, words) in [
        ("2,5,red,soon\n", ["line 3", "column 'seen'", "'soon'", "date"]),
        ("2,5,red,2024-02-30\n", ["line 3", "column 'seen'", "'2024-02-30'", "date"]),
        ("two,5,red,2024-02-01\n", ["line 3", "column 'a'", "'two'", "number"]),
        ("2024-01-01,5,red,2024-02-01\n", ["line 3", "column 'a'", "'2024-01-01'", "number"]),
    ] {
        folder.write("rows.csv", format!("{HEADER}{USUAL_ROW}{row}"));
        for (flags, code) in [
            ("", FAILED),
            ("--strict", SCHEMA),
            ("--strict types", SCHEMA),
            ("--strict columns,levels,missing,range", FAILED),
            ("--out new.csv", FAILED),
        ] {
            let args = format!("predict --model m.bin --data rows.csv {flags}");
            folder.refuses(&args, code, &words);
        }
    }
}

#[test]
fn a_column_of_texts_takes_numbers_as_levels_it_has_not_seen() {
    let folder = trained();
    let ran = predict(&folder, "", &format!("{HEADER}2,5,17,2024-02-01\n")).succeeds();
    assert!(ran.stderr.contains("'17'"), "{}", ran.stderr);
}

#[test]
fn a_time_outside_of_the_range_is_said_as_it_stands() {
    let folder = Folder::new();
    let times = ["2024-03-02T12:00:00Z", "2024-03-05T07:00:00Z"];
    folder.write("t.csv", format!("a,y\n{0},no\n{0},no\n{1},yes\n{1},yes\n", times[0], times[1]));
    let train = "train --data t.csv --target y --test-size 0 --trees 3 --quiet --out m.bin";
    folder.forest(train).succeeds();
    let ran = predict(&folder, "", "a\n2024-03-06T12:05:00Z\n").succeeds();
    for word in [times[0], times[1], "2024-03-06T12:05:00Z"] {
        assert!(ran.stderr.contains(word), "no {word} in {}", ran.stderr);
    }
}

#[test]
fn standard_error_is_json_line_by_line_if_that_was_asked_for() {
    let folder = trained();
    // With the target, there is more to say; so there is of the training's own table.
    let rows = format!("y,{HEADER}no,{USUAL_ROW}");
    for rows in [rows.as_str(), TRAINING] {
        for line in predict(&folder, "--json", rows).succeeds().stderr.lines() {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
        }
    }
}
