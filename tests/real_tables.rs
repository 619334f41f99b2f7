//! Tables as people have them: gaps, words, dates, quantities and weights, learned without a step
//! before and read the same ever after.

mod quantities;
mod rows;

use std::fmt::Write;

use serde_json::Value;

use crate::support::{Folder, Ran};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const GATE: i32 = 3;

/// One tree of all rows and features: no chance is left.
const ONE_TREE: &str = "--trees 1 --no-bootstrap --max-features all --test-size 0";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(ran.text()).unwrap()
}

fn train(folder: &Folder, flags: &str) -> Ran {
    folder.forest(&format!("train --data t.csv --target y --out m.bin --force {flags}")).succeeds()
}

fn inspect(folder: &Folder) -> Value {
    json(&folder.forest("inspect m.bin --json").succeeds())
}

fn accuracy(folder: &Folder, data: &str) -> f64 {
    let evaluate = format!("evaluate --model m.bin --quiet --json --data {data}");
    json(&folder.forest(&evaluate).succeeds())["accuracy"].as_f64().unwrap()
}

/// The column `prediction` of what a model says of some rows.
fn predictions(folder: &Folder, rows: &str) -> Vec<String> {
    folder.write("rows.csv", rows);
    let ran = folder.forest("predict --model m.bin --data rows.csv --quiet").succeeds();
    ran.text().lines().skip(1).map(str::to_owned).collect()
}

/// A table of one feature and its target.
fn table(rows: impl IntoIterator<Item = (String, &'static str)>) -> String {
    rows.into_iter().fold("a,y\n".to_owned(), |table, (a, y)| table + &format!("{a},{y}\n"))
}

#[test]
fn a_gap_that_tells_the_label_is_learned_and_a_mean_in_its_place_is_not_as_good() {
    // No: 0 to 99. Yes: nothing, or, in its place, their mean.
    let with = |gap: &str| {
        let rows = (0..100).flat_map(|a| [(a.to_string(), "no"), (gap.to_owned(), "yes")]);
        table(rows)
    };
    let folder = Folder::new();
    for gap in ["", "NA", "NaN", "nan", "null", "NULL"] {
        folder.write("t.csv", with(gap));
        train(&folder, &format!("{ONE_TREE} --max-depth 1"));
        assert_eq!(accuracy(&folder, "t.csv"), 1.0, "{gap:?}");
        assert_eq!(inspect(&folder)["schema"]["features"][0]["missing"], 100);
    }
    // Of 200 rows, the best one cut at a number leaves 50 on the wrong side.
    folder.write("t.csv", with("49.5"));
    train(&folder, &format!("{ONE_TREE} --max-depth 1"));
    assert_eq!(accuracy(&folder, "t.csv"), 0.75);
}

#[test]
fn a_text_can_stand_for_a_missing_value_and_then_always_does() {
    let with = |gaps: [&str; 2]| {
        let rows = (0..40).map(|a| match a {
            10..20 => (gaps[0].to_owned(), "yes"),
            30..35 => (gaps[1].to_owned(), "yes"),
            _ => (a.to_string(), "no"),
        });
        table(rows)
    };
    let folder = Folder::new();
    folder.write("empty.csv", with(["", ""]));
    for (gaps, flags) in [
        (["?", "?"], "--missing ?"),
        (["-999", "-999.0"], "--missing -999"),
        (["?", "none"], "--missing ? --missing none"),
    ] {
        folder.write("t.csv", with(gaps));
        train(&folder, &format!("{ONE_TREE} {flags}"));
        assert_eq!(inspect(&folder)["schema"]["features"][0]["missing"], 15, "{flags}");
        for data in ["t.csv", "empty.csv"] {
            assert_eq!(accuracy(&folder, data), 1.0, "{flags}");
        }
        // The model remembers it.
        assert_eq!(predictions(&folder, &format!("a\n{}\n5\n", gaps[0])), ["yes", "no"]);
    }
}

#[test]
fn rows_without_a_target_can_be_left_out_and_the_model_says_how_many() {
    let folder = Folder::new();
    let whole = "a,c,y\n1,x,no\n2,x,no\n3,z,yes\n4,z,yes\n";
    folder.write("t.csv", "a,c,y\n1,x,no\n9,w,\n2,x,no\n3,z,yes\n8,v,NA\n4,z,yes\n7,q,null\n");
    let refused = "train --data t.csv --target y --out m.bin";
    folder.refuses(refused, FAILED, &["3 rows have no target", "line 3", "--drop-missing-target"]);
    let ran = train(&folder, &format!("{ONE_TREE} --drop-missing-target"));
    assert!(ran.stderr.contains("3 rows without a target"), "{}", ran.stderr);
    let dropping = inspect(&folder);
    assert_eq!(dropping["metadata"]["data"]["dropped"], 3);
    assert_eq!(dropping["metadata"]["data"]["rows"], 4);
    // What only the dropped rows had is as unknown as if they had never been.
    folder.write("t.csv", whole);
    train(&folder, ONE_TREE);
    assert_eq!(dropping["schema"], inspect(&folder)["schema"]);
}

/// Yes in b, d and f.
const LETTERS: [(&str, &str); 6] =
    [("a", "no"), ("b", "yes"), ("c", "no"), ("d", "yes"), ("e", "no"), ("f", "yes")];

#[test]
fn one_cut_separates_levels_that_no_cut_of_their_codes_can() {
    let folder = Folder::new();
    let rows = LETTERS.repeat(3).into_iter();
    folder.write("t.csv", table(rows.map(|(a, y)| (a.to_owned(), y))));
    train(&folder, &format!("{ONE_TREE} --max-depth 1"));
    assert_eq!(accuracy(&folder, "t.csv"), 1.0);
    // The best cut of 0 to 5 has one level or two on its other side: 2 of 6 are wrong.
    let codes = LETTERS.repeat(3).into_iter().zip((0..6).cycle());
    folder.write("t.csv", table(codes.map(|((_, y), code)| (code.to_string(), y))));
    train(&folder, &format!("{ONE_TREE} --max-depth 1"));
    assert_eq!(accuracy(&folder, "t.csv"), 4.0 / 6.0);
}

#[test]
fn levels_of_a_regression_are_in_the_order_of_their_means() {
    let folder = Folder::new();
    let rows = [("a", "1.5"), ("b", "9.5"), ("c", "2.5"), ("d", "8.5")].repeat(3);
    folder.write("t.csv", table(rows.into_iter().map(|(a, y)| (a.to_owned(), y))));
    train(&folder, &format!("{ONE_TREE} --max-depth 1"));
    // Means of {1.5, 2.5} and of {9.5, 8.5}.
    assert_eq!(predictions(&folder, "a\na\nb\nc\nd\n"), ["2", "9", "2", "9"]);
    assert_eq!(
        inspect(&folder)["schema"]["features"][0]["levels"],
        serde_json::json!(["a", "c", "d", "b"])
    );
}

#[test]
fn flags_overrule_what_a_column_looks_like() {
    let folder = Folder::new();
    let rows = [("1", "no"), ("2", "yes"), ("3", "no"), ("4", "yes")].repeat(2);
    folder.write("t.csv", table(rows.iter().map(|&(a, y)| (a.to_owned(), y))));
    let kind = |flags: &str| {
        train(&folder, &format!("{ONE_TREE} --max-depth 1 {flags}"));
        (inspect(&folder)["schema"]["features"][0]["kind"].clone(), accuracy(&folder, "t.csv"))
    };
    assert_eq!(kind(""), ("number".into(), 0.75));
    assert_eq!(kind("--numeric a"), ("number".into(), 0.75));
    assert_eq!(kind("--categorical a"), ("category".into(), 1.0));
    folder.write("t.csv", "a,y\n1,no\nx,yes\n");
    let numeric = "train --data t.csv --target y --numeric a --out n.bin";
    folder.refuses(numeric, FAILED, &["line 3", "column 'a'", "'x'"]);
    let both = "train --data t.csv --target y --numeric a --categorical a --out n.bin";
    folder.refuses(both, USAGE, &["'a'", "--numeric", "--categorical"]);
}

#[test]
fn a_likely_identifier_and_stray_texts_among_numbers_are_warned_about() {
    let folder = Folder::new();
    let label = |row: usize| ["no", "yes"][row % 2];
    folder.write("t.csv", table((0..30).map(|row| (format!("id{row}"), label(row)))));
    let ran = train(&folder, "");
    assert!(ran.stderr.contains("'a'") && ran.stderr.contains("--ignore"), "{}", ran.stderr);

    let stray = |row: usize| if row == 33 { "ask".to_owned() } else { (row % 25).to_string() };
    folder.write("t.csv", table((0..50).map(|row| (stray(row), label(row)))));
    let ran = train(&folder, "");
    for word in ["warning: ", "'a'", "'ask'", "--missing"] {
        assert!(ran.stderr.contains(word), "no {word} in {}", ran.stderr);
    }
    let ran = train(&folder, "--missing ask --test-size 0");
    assert_eq!(ran.stderr, "note: read 1 number\n");
    assert_eq!(inspect(&folder)["schema"]["features"][0]["kind"], "number");
    assert_eq!(train(&folder, "--quiet --test-size 0").stderr, "");
}

#[test]
fn a_column_of_numbers_that_has_texts_late_is_a_category_all_through() {
    let folder = Folder::new();
    let pad = "p".repeat(60);
    // The first text comes after more than 300 kB.
    let mut text = "a,pad,y\n".to_owned();
    for row in 0..6_000 {
        let a = if row < 5_500 { (row % 4).to_string() } else { format!("text {}", row % 3) };
        writeln!(text, "{a},{pad},{}", ["no", "yes"][row % 2]).unwrap();
    }
    assert!(text.find("text").unwrap() > 300_000);
    folder.write("t.csv", text);
    train(&folder, &format!("{ONE_TREE} --ignore pad --categorical a"));
    let [schema, model] = [inspect(&folder)["schema"].clone(), accuracy(&folder, "t.csv").into()];
    train(&folder, &format!("{ONE_TREE} --ignore pad"));
    assert_eq!(
        [inspect(&folder)["schema"].clone(), accuracy(&folder, "t.csv").into()],
        [schema, model]
    );
    assert_eq!(inspect(&folder)["schema"]["features"][0]["levels"].as_array().unwrap().len(), 7);
}

#[test]
fn numbers_that_an_f32_cannot_tell_apart_are_warned_about() {
    // Seconds since 1970 of one hour: an f32 has steps of 128 there.
    let folder = Folder::new();
    let seconds = |row: usize| (1_700_000_000 + 60 * row).to_string();
    folder.write("t.csv", table((0..60).map(|row| (seconds(row), ["no", "yes"][row / 30]))));
    let ran = train(&folder, "");
    for word in ["warning: ", "'a'", "f32", "dates"] {
        assert!(ran.stderr.contains(word), "no {word} in {}", ran.stderr);
    }
    let years = |row: usize| (2000 + row % 20).to_string();
    folder.write("t.csv", table((0..60).map(|row| (years(row), ["no", "yes"][row / 30]))));
    assert_eq!(train(&folder, "--test-size 0").stderr, "note: read 1 number\n");
}

#[test]
fn the_linfa_learner_names_the_column_whose_gaps_it_does_not_take() {
    let folder = Folder::new();
    folder.write("t.csv", "b,a,y\n1,1,no\n2,,no\n3,3,no\n4,,yes\n5,5,yes\n6,6,yes\n");
    let train = "train --data t.csv --target y --learner linfa --test-size 0 --out m.bin";
    folder.refuses(train, USAGE, &["--learner linfa", "missing values", "'a'"]);
}

#[test]
fn rows_held_out_do_not_teach_levels() {
    // Each row has a level of its own: those held out are unseen, and predicted all alike.
    let folder = Folder::new();
    folder.write("t.csv", table((0..40).map(|row| (format!("id{row}"), ["no", "yes"][row % 2]))));
    train(&folder, "--trees 3");
    let schema = &inspect(&folder)["schema"]["features"][0];
    assert_eq!(schema["levels"].as_array().unwrap().len(), 30);
    let held_out = folder.forest("predict --model m.bin --proba --quiet").succeeds();
    let answers: std::collections::HashSet<&str> =
        held_out.text().lines().skip(1).map(|line| line.split_once(',').unwrap().1).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[test]
fn dates_are_days_since_1970_however_they_are_written() {
    let folder = Folder::new();
    // Python: (datetime(2024, 3, 1) - datetime(1970, 1, 1)).days == 19783, and 1.5 days later.
    let days = ["2024-03-01", "2024-03-02T12:00:00Z", "1969-12-31", "NA"];
    let rows = days.iter().zip(["no", "yes", "no", "yes"]);
    folder.write("t.csv", table(rows.map(|(day, y)| ((*day).to_owned(), y))));
    train(&folder, ONE_TREE);
    let feature = &inspect(&folder)["schema"]["features"][0];
    assert_eq!(feature["kind"], "date");
    assert_eq!(feature["min"], -1.0);
    assert_eq!(feature["max"], 19784.5);
    assert_eq!(feature["missing"], 1);
    let schema = folder.forest("inspect m.bin --schema").succeeds();
    assert!(schema.text().contains("date"), "{}", schema.text());

    let same = [
        "2024-03-02T12:00:00Z",
        "2024-03-02 12:00:00",
        "2024-03-02T12:00",
        "2024-03-02T14:00:00+02:00",
        "2024-03-02 07:00:00-05:00",
        "2024-03-02T12:00:00.000Z",
    ];
    let rows = format!("a\n{}\n2024-03-01\n2024-03-01T00:00:00Z\n", same.join("\n"));
    folder.write("rows.csv", &rows);
    let ran = folder.forest("predict --model m.bin --data rows.csv --strict").succeeds();
    assert_eq!(ran.text(), format!("prediction\n{}no\nno\n", "yes\n".repeat(same.len())));
}

#[test]
fn a_column_with_one_cell_that_is_no_date_is_a_category() {
    for odd in ["soon", "2024-02-30", "01.02.2024", "2024"] {
        let folder = Folder::new();
        let days = ["2024-03-01", odd, "2024-03-02", "2024-03-01"];
        let rows = days.iter().zip(["no", "yes", "no", "yes"]);
        folder.write("t.csv", table(rows.map(|(day, y)| ((*day).to_owned(), y))));
        train(&folder, ONE_TREE);
        assert_eq!(inspect(&folder)["schema"]["features"][0]["kind"], "category", "{odd}");
    }
}

/// Measurements hardly ever repeat, and so are not taken for identifiers by a stray text among them.
#[test]
fn stray_texts_among_values_that_never_repeat_are_called_what_they_are() {
    let folder = Folder::new();
    let label = |row: usize| ["no", "yes"][row % 2];
    let number = |row: usize| format!("{}.5", row * row);
    let day = |row: usize| format!("2024-01-{:02}", row + 1);
    let value: [&dyn Fn(usize) -> String; 2] = [&number, &day];
    for value in value {
        let stray = |row: usize| if row == 17 { "ask".to_owned() } else { value(row) };
        folder.write("t.csv", table((0..30).map(|row| (stray(row), label(row)))));
        let ran = train(&folder, "");
        for word in ["warning: ", "'a'", "'ask'", "--missing"] {
            assert!(ran.stderr.contains(word), "no {word} in {}", ran.stderr);
        }
    }
}
