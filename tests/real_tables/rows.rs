//! Which rows are held out, how they are scored, and rows that go by in a stream.

use std::fmt::Write;

use super::{FAILED, ONE_TREE, USAGE, inspect, json, table, train};
use crate::support::{Folder, built};

/// What scikit-learn 1.9.1 holds out of the irises, by `train_test_split(test_size=0.25,
/// random_state=42)` with and without `stratify`.
#[test]
fn classes_keep_their_shares_unless_that_is_switched_off() {
    let folder = Folder::new();
    folder.example("iris.csv");
    for (flags, expected) in
        [("", [12, 13, 13]), ("--stratify", [12, 13, 13]), ("--no-stratify", [15, 11, 12])]
    {
        let train = "train --data iris.csv --target species --trees 2 --quiet --force --out m.bin";
        folder.forest(&format!("{train} {flags}")).succeeds();
        let held_out = folder.forest("predict --model m.bin --quiet").succeeds();
        let mut rows = [0; 3];
        for line in held_out.text().lines().skip(1) {
            // The irises come species by species, 50 of each.
            rows[line.split_once(',').unwrap().0.parse::<usize>().unwrap() / 50] += 1;
        }
        assert_eq!(rows, expected, "{flags}");
    }
}

#[test]
fn a_class_too_rare_to_be_on_both_sides_is_named_and_the_split_is_plain() {
    let folder = Folder::new();
    let rows = |row: usize| if row == 7 { "rare" } else { ["no", "yes"][row % 2] };
    folder.write("t.csv", table((0..40).map(|row| ((row * row).to_string(), rows(row)))));
    let ran = train(&folder, "--trees 2");
    assert!(ran.stderr.contains("note: ") && ran.stderr.contains("'rare'"), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("note: ").count(), 2, "{}", ran.stderr);
    assert_eq!(inspect(&folder)["metadata"]["split"]["stratify"], false);
    let ran = train(&folder, "--trees 2 --no-stratify");
    assert_eq!(ran.stderr.matches("note: ").count(), 1, "{}", ran.stderr);
    let stratify = "train --data t.csv --target y --stratify --out n.bin";
    let ran = folder.forest(stratify);
    assert!(ran.code == Some(FAILED) || ran.code == Some(USAGE), "{}", ran.stderr);
    assert!(ran.stderr.contains("'rare'"), "{}", ran.stderr);
}

#[test]
fn the_synthetic_table_keeps_its_plain_split() {
    let folder = Folder::new();
    folder.forest("train --out m.bin --quiet").succeeds();
    // As README has it.
    let scores = json(&folder.forest("evaluate --model m.bin --json").succeeds());
    assert_eq!(scores["accuracy"], 0.872);
}

/// A model of one number, whose answer changes every ten thousand rows, and rows for it.
#[cfg(unix)]
fn long_table() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", table((0..10).map(|a| (a.to_string(), ["no", "yes"][a % 2]))));
    train(&folder, &format!("{ONE_TREE} --quiet"));
    let mut rows = "a,id\n".to_owned();
    (0..100_000).for_each(|row| writeln!(rows, "{},{row}", row / 10_000).unwrap());
    folder.write("rows.csv", rows);
    folder
}

#[cfg(unix)]
#[test]
fn rows_keep_their_order_from_a_pipe_to_a_pipe() {
    let folder = long_table();
    let predict = "$FOREST predict --model m.bin --id id --data - --out -";
    let ran = folder.shell(&format!("cat rows.csv | {predict} | cat")).succeeds();
    let mut expected = "id,prediction\n".to_owned();
    for row in 0..100_000 {
        writeln!(expected, "{row},{}", ["no", "yes"][row / 10_000 % 2]).unwrap();
    }
    assert!(ran.text() == expected);
    assert_eq!(ran.stderr, "");
    let file =
        folder.forest("predict --model m.bin --id id --data rows.csv --out p.csv").succeeds();
    assert_eq!(file.text(), "");
    assert!(folder.read("p.csv") == ran.stdout);
    let one = "predict --model m.bin --id id --data rows.csv --threads 1";
    assert!(folder.forest(one).succeeds().stdout == ran.stdout);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = long_table();
    for flags in built(&["", "--json"], &["--out-format arrow"], &[]) {
        let predict = format!("$FOREST predict --model m.bin --data rows.csv --id id {flags}");
        let ran = folder.shell(&format!("{{ {predict}; echo $? >&2; }} | head -c 10 >/dev/null"));
        assert_eq!(ran.succeeds().stderr, "0\n", "{flags}");
    }
}

#[test]
#[cfg(unix)]
fn an_error_in_a_late_row_names_its_line_and_leaves_no_file() {
    let folder = long_table();
    let mut rows = String::from_utf8(folder.read("rows.csv")).unwrap();
    rows += "late,100000\n";
    folder.write("rows.csv", rows);
    let predict = "predict --model m.bin --data rows.csv --out";
    for out in built(&["p.csv"], &["p.parquet"], &["p.csv.gz"]) {
        let words = ["rows.csv", "line 100002", "column 'a'", "'late'"];
        folder.refuses(&format!("{predict} {out}"), FAILED, &words);
    }
    // Nor does it take the place of another.
    folder.write("p.csv", "old");
    folder.refuses(&format!("{predict} p.csv --force"), FAILED, &["line 100002"]);
}

/// A coin cannot be foretold, and 3000 tosses are right by chance in .500 ± .009. With levels in the order
/// of all rows' labels these scores would be .99, .78 and .56.
#[test]
fn the_out_of_bag_score_does_not_know_a_rows_own_label_by_its_levels() {
    let folder = Folder::new();
    // Knuth's MMIX generator, the high bits.
    let mut state = 1_u64;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for (n_columns, n_levels) in [(1, 1000), (20, 100), (20, 15)] {
        let names: Vec<_> = (0..n_columns).map(|column| format!("c{column},")).collect();
        let mut text = format!("{}number,y\n", names.concat());
        for _ in 0..3000 {
            (0..n_columns).for_each(|_| write!(text, "level {},", draw(n_levels)).unwrap());
            writeln!(text, "{},{}", draw(10_000), ["no", "yes"][draw(2) as usize]).unwrap();
        }
        folder.write("t.csv", text);
        train(&folder, "--trees 30 --test-size 0");
        let scores = inspect(&folder)["metadata"]["out_of_bag"].clone();
        let accuracy = scores["accuracy"].as_f64().unwrap();
        assert!((0.46..0.54).contains(&accuracy), "{n_levels} levels: {scores}");
    }
}

#[test]
fn no_right_answer_is_no_negative_share_of_them() {
    // Each label is there once: a tree that has not seen it cannot say it.
    let folder = Folder::new();
    let mut text = "a,y\n".to_owned();
    (0..20).for_each(|row| writeln!(text, "{row},label {row}").unwrap());
    folder.write("t.csv", text);
    let ran = train(&folder, "--test-size 0 --no-stratify");
    let line = ran.text().lines().find(|line| line.contains("out-of-bag accuracy")).unwrap();
    assert!(line.contains(" 0.0000"), "{line}");
    let accuracy = &inspect(&folder)["metadata"]["out_of_bag"]["accuracy"];
    assert_eq!(accuracy.to_string(), "0.0");
}
