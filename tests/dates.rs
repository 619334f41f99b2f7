//! Dates as the world writes them: found by column, taken apart, and read the same in new rows. Days and
//! weekdays are Python's: `(date(2024, 2, 29) - date(1970, 1, 1)).days`, `isoweekday()`.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::{Folder, Ran};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const SCHEMA: i32 = 4;

/// One tree of all rows and features: no chance is left.
const ONE_TREE: &str = "--trees 1 --no-bootstrap --max-features all --test-size 0";

/// A table of the column `day` with labels in turn.
fn table(days: &[&str]) -> String {
    let mut table = "day,y\n".to_owned();
    for (row, day) in days.iter().enumerate() {
        writeln!(table, "\"{day}\",{}", ["no", "yes"][row % 2]).unwrap();
    }
    table
}

fn train(folder: &Folder, flags: &str) -> Ran {
    let train = format!("train --data t.csv --target y --out m.bin --force {ONE_TREE} {flags}");
    folder.forest(&train).succeeds()
}

fn features(folder: &Folder) -> Vec<Value> {
    let schema = folder.forest("inspect m.bin --schema").succeeds();
    let schema: Value = serde_json::from_str(schema.text()).unwrap();
    schema["features"].as_array().unwrap().clone()
}

fn names(folder: &Folder) -> Vec<String> {
    features(folder).iter().map(|feature| feature["name"].as_str().unwrap().to_owned()).collect()
}

/// Trains on days; gives the feature that is made of them first, and what was said.
fn first(days: &[&str], flags: &str) -> (Value, String) {
    let folder = Folder::new();
    folder.write("t.csv", table(days));
    let said = train(&folder, flags).stderr;
    (features(&folder)[0].clone(), said)
}

fn predict(folder: &Folder, flags: &str, rows: &str) -> Ran {
    folder.write("rows.csv", rows);
    folder.forest(&format!("predict --model m.bin --data rows.csv {flags}"))
}

/// All labels that are predicted.
fn labels(folder: &Folder, rows: &str) -> Vec<String> {
    let ran = predict(folder, "--quiet", rows).succeeds();
    ran.text().lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn a_column_of_dates_in_one_spelling_is_days_and_the_model_knows_the_spelling() {
    for (spelling, days) in [
        ("year/month/day", ["2024/02/29", "2023/12/31 12:00"]),
        ("year.month.day", ["2024.02.29", "2023.12.31 12:00:00"]),
        ("day.month.year", ["29.02.2024", "31.12.2023 12:00"]),
        ("day/month/year", ["29/2/2024", "31/12/2023 12:00:00.000"]),
        ("month/day/year", ["2/29/2024", "12/31/2023 12:00 PM"]),
        ("day-month-year", ["29-02-2024", "31-12-2023T12:00:00Z"]),
        ("day-month-year", ["29-Feb-2024", "31-Dec-2023 14:00:00 +02:00"]),
        ("day month year", ["29 Feb 2024", "31 december 2023, 12:00"]),
        ("month day year", ["Feb 29 2024", "Dec 31 2023 12:00"]),
        ("month day, year", ["February 29, 2024", "December 31, 2023, 12:00 pm"]),
    ] {
        let (feature, said) = first(&days, "");
        let known = [&feature["kind"], &feature["spelling"], &feature["min"], &feature["max"]];
        assert_eq!(known, [&json!("date"), &json!(spelling), &json!(19722.5), &json!(19782.0)]);
        assert!(!said.contains("'day'"), "{said}");
    }
    let (feature, _) = first(&["2024-02-29", "2023-12-31T12:00"], "");
    assert_eq!(feature.get("spelling"), None);
}

#[test]
fn new_rows_are_read_as_training_read_them_without_a_flag() {
    let folder = Folder::new();
    // The fifth of June goes with the days of May if it is one.
    folder.write("t.csv", table(&["18.05.2023", "20.07.2023", "05.06.2023", "06.08.2023"]));
    train(&folder, "");
    let rows = "y,day\n,05.06.2023\n,06.08.2023 00:00\n,\n,18.05.2023\n";
    let said = labels(&folder, rows);
    assert_eq!([&said[0], &said[1], &said[3]], ["no", "yes", "no"]);
    for (cell, words) in [
        ("31.02.2023", "written as day.month.year"),
        ("2023-05-18", "written as day.month.year"),
        ("05/18/2023", "written as day.month.year"),
        ("soon", "written as day.month.year"),
    ] {
        folder.write("rows.csv", format!("day\n18.05.2023\n{cell}\n"));
        let words = ["line 3", "column 'day'", cell, words];
        folder.refuses("predict --model m.bin --data rows.csv", FAILED, &words);
    }
    let text = folder.forest("inspect m.bin").succeeds();
    assert!(
        text.text().contains("2023-05-18 to 2023-08-06, written like day.month.year"),
        "{}",
        text.text()
    );
}

#[test]
fn slashes_give_the_forest_that_dashes_give() {
    let folder = Folder::new();
    let mut tables = [String::from("at,y\n"), String::from("at,y\n")];
    for row in 0..600 {
        let (day, hour) = (1 + row / 24, row % 24);
        let y = f64::from(hour - 12).abs() + f64::from(day) / 8.0;
        writeln!(tables[0], "2010-01-{day:02}T{hour:02}:30:00,{y}").unwrap();
        writeln!(tables[1], "2010/01/{day:02} {hour:02}:30,{y}").unwrap();
    }
    let trained = tables.map(|table| {
        folder.write("t.csv", table);
        let train = "train --data t.csv --target y --trees 10 --quiet --out m.bin --force";
        folder.forest(train).succeeds();
        let held_out = folder.forest("predict --model m.bin --data t.csv --held-out --quiet");
        let report = folder.forest("inspect m.bin --json").succeeds();
        let report: Value = serde_json::from_str(report.text()).unwrap();
        (held_out.succeeds().text().to_owned(), report["importances"].clone())
    });
    assert_eq!(trained[0], trained[1]);
    let scores = folder.forest("evaluate --model m.bin --json").succeeds();
    let scores: Value = serde_json::from_str(scores.text()).unwrap();
    assert!(scores["r2"].as_f64().unwrap() > 0.9, "{scores}");
}

#[test]
fn where_day_or_month_can_come_first_nothing_is_guessed() {
    let days = ["01/02/2023", "03/04/2023", "05/06/2023", "01/02/2023"];
    let (feature, said) = first(&days, "");
    assert_eq!(feature["kind"], "category");
    for word in
        ["warning: ", "'day'", "day/month/year or month/day/year", "--dates dmy", "--dates mdy"]
    {
        assert!(said.contains(word), "no {word} in {said}");
    }
    let (feature, _) = first(&days, "--categorical day");
    assert_eq!(feature["kind"], "category");
    // 2 January and 1 February 2023.
    for (order, spelling, min) in
        [("mdy", "month/day/year", 19359.0), ("dmy", "day/month/year", 19389.0)]
    {
        let (feature, said) = first(&days, &format!("--dates {order}"));
        assert_eq!([&feature["spelling"], &feature["min"]], [&json!(spelling), &json!(min)]);
        assert!(!said.contains("'day'"), "{said}");
    }
    // What is certain is not overruled, and what does not fit is not taken.
    let (feature, _) = first(&["12/20/2023", "01/02/2023"], "--dates dmy");
    assert_eq!(feature["spelling"], "month/day/year");
    let (feature, said) = first(&days, "--dates ymd");
    assert!(feature["kind"] == "category" && said.contains("--dates dmy"), "{said}");
    let folder = Folder::new();
    folder.write("t.csv", table(&days));
    folder.refuses(
        "train --data t.csv --target y --dates us --out n.bin",
        USAGE,
        &["us", "dmy", "ymd"],
    );
}

#[test]
fn years_of_two_digits_are_a_guess_that_only_the_user_makes() {
    let days = ["12-Jun-98", "07-Aug-01", "24-Dec-68", "31-Jan-69"];
    let (feature, said) = first(&days, "");
    assert_eq!(feature["kind"], "category");
    for word in ["warning: ", "'day'", "day-month-yy", "--dates dmy", "1969 to 2068"] {
        assert!(said.contains(word), "no {word} in {said}");
    }
    // 31 January 1969 and 24 December 2068.
    let (feature, _) = first(&days, "--dates dmy");
    assert_eq!([&feature["min"], &feature["max"]], [&json!(-335.0), &json!(36152.0)]);
}

#[test]
fn a_cell_that_is_no_date_is_named_and_makes_the_column_texts() {
    let days = |odd| {
        let mut days = vec!["18.05.2023"; 12];
        days.extend(["19.05.2023", "20.05.2023", "21.05.2023", "22.05.2023", "23.05.2023", odd]);
        days.extend(["24.05.2023", "25.05.2023", "26.05.2023", "27.05.2023", "28.05.2023"]);
        days
    };
    for odd in ["31.02.2023", "unknown"] {
        let (feature, said) = first(&days(odd), "");
        assert_eq!(feature["kind"], "category");
        assert!(said.contains(&format!("but for '{odd}'")) && said.contains("--missing"), "{said}");
        let (feature, _) = first(&days(odd), &format!("--missing {odd}"));
        assert_eq!(
            [&feature["spelling"], &feature["missing"]],
            [&json!("day.month.year"), &json!(1)]
        );
    }
    for odd in ["2023-05-18", "18/05/2023", "2023"] {
        let (feature, said) = first(&days(odd), "");
        assert_eq!(feature["kind"], "category");
        assert!(said.contains("'day'") && said.contains("in one way"), "{odd}: {said}");
    }
}

#[test]
fn numbers_of_eight_digits_are_dates_if_all_can_be_and_nothing_else_is_asked_for() {
    let days = ["20240229", "20231231", "", "20240101"];
    let (feature, _) = first(&days, "");
    assert_eq!([&feature["kind"], &feature["spelling"]], [&json!("date"), &json!("yearmonthday")]);
    assert_eq!([&feature["min"], &feature["max"]], [&json!(19722.0), &json!(19782.0)]);
    let (feature, _) = first(&days, "--numeric day");
    assert_eq!([&feature["kind"], &feature["max"]], [&json!("number"), &json!(20_240_228.0)]);
    for odd in ["20230229", "17991231", "22000101", "2024", "20240101.5", "-20240101"] {
        let (feature, _) = first(&["20240229", odd, "20240101"], "");
        assert_eq!(feature["kind"], "number", "{odd}");
    }
    let folder = Folder::new();
    folder.write("t.csv", table(&days[..2]));
    train(&folder, "");
    assert_eq!(labels(&folder, "day\n20240229\n20231231\n"), ["no", "yes"]);
    folder.write("rows.csv", "day\n20230229\n");
    folder.refuses("predict --model m.bin --data rows.csv", FAILED, &["line 2", "yearmonthday"]);
}

#[test]
fn times_of_day_are_hours() {
    let (feature, _) = first(&["11:38:24", "6:45", "23:15:36.0"], "");
    assert_eq!([&feature["kind"], &feature["spelling"]], [&json!("number"), &json!("time")]);
    assert_eq!([&feature["min"], &feature["max"]], [&json!(6.75), &json!(23.26)]);
    let (feature, _) = first(&["11:38", "6:45", "24:15"], "");
    assert_eq!(feature["kind"], "category");

    let folder = Folder::new();
    folder.write("t.csv", table(&["9:00 am", "9:00 pm", "10:00 AM", "10:30 PM"]));
    train(&folder, "");
    assert_eq!(labels(&folder, "day\n9:30 AM\n9:30 PM\n"), ["no", "yes"]);
    folder.write("rows.csv", "day\n25:00\n");
    folder.refuses("predict --model m.bin --data rows.csv", FAILED, &["'25:00'", "time of day"]);
    let rows = predict(&folder, "", "day\n8:00 am\n").succeeds();
    assert!(rows.stderr.contains("9 to 22.5 (first 8,"), "{}", rows.stderr);
}

#[test]
fn the_parts_of_a_date_that_differ_between_rows_are_features_of_their_own() {
    let folder = Folder::new();
    folder.write("t.csv", table(&["2023-12-31T23:59:59Z", "2024-02-29", "NA", "2024-02-29"]));
    train(&folder, "");
    let parts = features(&folder);
    let expected = [
        ("month", 2.0, 12.0),
        ("day", 29.0, 31.0),
        // A Thursday and a Sunday.
        ("weekday", 4.0, 7.0),
        ("day_of_year", 60.0, 365.0),
        ("hour", 0.0, 23.0),
    ];
    let part = |(part, min, max)| json!({"name": format!("day.{part}"), "column": "day", "kind": "date_part", "part": part, "min": min, "max": max, "missing": 1});
    assert_eq!(parts[1..], expected.map(part));
    let text = folder.forest("inspect m.bin").succeeds();
    assert!(text.text().contains("day.weekday"), "{}", text.text());

    folder.write("t.csv", table(&["2024-02-29", "2024-02-22", "2024-02-15"]));
    train(&folder, "");
    assert_eq!(names(&folder), ["day", "day.day"]);
    train(&folder, "--no-date-parts");
    assert_eq!(names(&folder), ["day"]);
    let report = folder.forest("inspect m.bin --json").succeeds();
    let report: Value = serde_json::from_str(report.text()).unwrap();
    assert_eq!(report["metadata"]["data"]["date_parts"], false);
    folder.forest("verify m.bin").succeeds();
}

#[test]
fn a_week_is_learned_and_new_rows_need_the_one_column() {
    let folder = Folder::new();
    // 1 January 2024 is a Monday.
    let mut table = "day,y\n".to_owned();
    for row in 0..60 {
        let (month, day) = if row < 31 { (1, row + 1) } else { (2, row - 30) };
        let y = if row % 7 > 4 { "free" } else { "work" };
        writeln!(table, "{month}/{day}/2024,{y}").unwrap();
    }
    folder.write("t.csv", table);
    train(&folder, "");
    let rows = "day\n3/1/2025\n3/2/2025\n3/3/2025\n3/7/2025\n";
    assert_eq!(labels(&folder, rows), ["free", "free", "work", "work"]);
    // A cell is said once, and not by its parts again.
    let ran = predict(&folder, "--json", rows).succeeds();
    let said: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(said["input"]["findings"].as_array().unwrap().len(), 1, "{said}");
    assert_eq!(said["input"]["findings"][0]["first"], "2025-03-01");
    let ran = predict(&folder, "--strict", "day\n2/3/2024\n").succeeds();
    assert_eq!(ran.text(), "prediction\nfree\n");
    let ran = predict(&folder, "--strict columns,range,missing", "day,a\n2/3/2024,1\n,1\n");
    ran.fails(SCHEMA, &["'a'"]);
    folder.write("rows.csv", "date\n2/3/2024\n");
    folder.refuses("predict --model m.bin --data rows.csv", FAILED, &["the column 'day'"]);
    folder.forest("evaluate --model m.bin --data t.csv --strict --quiet").succeeds();
}

/// Of three features a third is one, and two of three splits would not look at the order of the days.
#[test]
fn where_the_parts_tell_nothing_the_order_of_the_days_is_still_looked_at() {
    let folder = Folder::new();
    let mut table = "day,y\n".to_owned();
    for row in 0..120 {
        writeln!(table, "{}-{:02}-01,{}.5", 2000 + row / 12, row % 12 + 1, row * row).unwrap();
    }
    folder.write("t.csv", table);
    let train = "train --data t.csv --target y --trees 20 --quiet --out m.bin --force";
    folder.forest(train).succeeds();
    assert_eq!(names(&folder), ["day", "day.month", "day.weekday"]);
    let report = folder.forest("inspect m.bin --json").succeeds();
    let report: Value = serde_json::from_str(report.text()).unwrap();
    assert_eq!(report["metadata"]["settings"]["max_features"], 3, "{report}");
    let r2 = report["metadata"]["held_out"]["r2"].as_f64().unwrap();
    assert!(r2 > 0.9, "{r2}");
    folder.forest(&format!("{train} --max-features third")).succeeds();
    let report = folder.forest("inspect m.bin --json").succeeds();
    let report: Value = serde_json::from_str(report.text()).unwrap();
    assert_eq!(report["metadata"]["settings"]["max_features"], "third", "{report}");
}

#[test]
fn a_part_gives_way_to_a_column_of_its_name() {
    let folder = Folder::new();
    let rows = "day,day.day,y\n2024-02-29,7,a\n2024-02-01,8,b\n2024-02-08,9,a\n";
    folder.write("t.csv", rows);
    train(&folder, "");
    assert_eq!(names(&folder), ["day", "day.day_", "day.day"]);
    let parts = features(&folder);
    assert_eq!([&parts[1]["column"], &parts[1]["max"]], [&json!("day"), &json!(29.0)]);
    assert_eq!(parts.last().unwrap()["max"], 9.0);
    assert_eq!(labels(&folder, rows), ["a", "b", "a"]);
}

#[test]
fn the_rows_held_out_are_the_same_ones_when_they_are_read_again() {
    let folder = Folder::new();
    let mut table = "day,y\n".to_owned();
    for row in 0..200 {
        let (month, day) = (1 + row / 20, 1 + row % 20);
        writeln!(table, "{day:02}.{month:02}.2023,{}", day * day % 7).unwrap();
    }
    folder.write("t.csv", table);
    let train = "train --data t.csv --target y --trees 5 --dates dmy --json --out m.bin";
    let trained: Value = serde_json::from_str(folder.forest(train).succeeds().text()).unwrap();
    let scores = folder.forest("evaluate --model m.bin --json").succeeds();
    let scores: Value = serde_json::from_str(scores.text()).unwrap();
    assert_eq!(trained["held_out"]["log_loss"], scores["log_loss"]);
}

#[test]
fn dates_that_no_training_row_has_are_endured() {
    let folder = Folder::new();
    // Seeds that hold the rows with dates out: some of ten.
    folder.write("t.csv", table(&["", "2024-01-31", "", "2024-02-01", ""]));
    for seed in 0..10 {
        let train = format!(
            "train --data t.csv --target y --trees 3 --test-size 0.4 --split-seed {seed} --out m.bin --force"
        );
        let ran = folder.forest(&train);
        if ran.code == Some(0) {
            folder.forest("evaluate --model m.bin --json").succeeds();
            predict(&folder, "", "day\n2024-01-31\n\"\"\n").succeeds();
        }
    }
}
