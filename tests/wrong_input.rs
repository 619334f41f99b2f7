//! Tables to train on and rows to predict that are wrong: one message says where and what, and
//! nothing is written.

use crate::support::{Folder, Ran};

/// A file cannot be read, written or used.
const FAILED: i32 = 1;

/// Trains on `t.csv`, which has to be refused.
#[track_caller]
fn refuses_table(table: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    refuses_with("", table, words)
}

/// Likewise, with more flags.
#[track_caller]
fn refuses_with(flags: &str, table: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    let train = format!("train --data t.csv --target y --trees 1 --out m.bin {flags}");
    Folder::new().write("t.csv", table).refuses(&train, FAILED, &[&["t.csv"], words].concat())
}

#[test]
fn a_file_that_is_not_there_and_a_folder_are_named() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("tables")).unwrap();
    let train = "train --target y --out m.bin --data";
    folder.refuses(&format!("{train} no.csv"), FAILED, &["no.csv", "cannot open"]);
    folder.refuses(&format!("{train} tables"), FAILED, &["tables", "folder without a table"]);
}

#[test]
fn a_table_without_rows_or_with_one_class_is_refused() {
    for (table, words) in [
        ("", ["file is empty", "first line names the columns"]),
        ("\n\n", ["file is empty", "first line names the columns"]),
        ("a,y\n", ["header", "no rows"]),
        ("a,y", ["header", "no rows"]),
        ("a,y\n1,no\n2,no\n", ["column 'y'", "all rows have the target 'no'"]),
        ("y\n0\n1\n", ["no column", "--target"]),
    ] {
        refuses_table(table, &words);
    }
}

#[test]
fn a_header_that_cannot_be_used_is_refused() {
    for (table, words) in [
        ("a,b,a,y\n1,2,3,0\n", ["line 1", "columns 1 and 3", "'a'"]),
        ("a,,y\n1,2,0\n2,3,1\n", ["column 2", "no name", "--ignore"]),
        ("a;y\n1;0;3\n2;1\n", ["one column", "'a;y'", "--delimiter ';'"]),
        ("a\ty\n1\t0\t3\n2\t1\n", ["one column", "several", "--delimiter tab"]),
        ("a|y\n1|0|3\n2|1\n", ["one column", "'a|y'", "--delimiter '|'"]),
    ] {
        refuses_table(table, &words);
    }
}

#[test]
fn a_ragged_row_is_named_by_its_line() {
    refuses_table("a,b,y\n1,2,0\n1,0\n", &["line 3", "2 cells", "header has 3"]);
    refuses_table("a,b,y\n1,2,0\n2,3,1\n1,2,3,0\n", &["line 4", "4 cells", "header has 3"]);
}

#[test]
fn a_cell_that_is_no_number_is_named_by_its_line_and_column() {
    for (cell, word) in [
        ("hello", "'hello' is not a number"),
        ("0x10", "'0x10' is not a number"),
        ("\"1,5,2\"", "'1,5,2' is not a number"),
        ("inf", "finite"),
        ("-Infinity", "finite"),
        ("1e39", "f32"),
        ("-1e39", "f32"),
        ("1e400", "finite"),
    ] {
        let table = format!("a,b,y\n1,2,0\n1,{cell},1\n");
        refuses_with("--numeric b", table, &["line 3", "column 'b'", word, "help: "]);
    }
}

#[test]
fn a_number_that_cannot_be_held_is_refused_in_any_column() {
    for (cell, word) in [("inf", "finite"), ("1e39", "f32")] {
        let table = format!("a,b,y\n1,2,0\n1,{cell},1\n");
        refuses_table(table, &["line 3", "column 'b'", word, "help: "]);
    }
}

#[test]
fn a_label_that_cannot_be_one_is_named() {
    refuses_table("a,y\n1,0\n2,\n", &["line 3", "column 'y'", "1 row has no target"]);
    refuses_table("a,y\n1,no\n2, \n3,NA\n", &["line 3", "column 'y'", "2 rows have no target"]);
    let fraction = "a,y\n1,0\n2,1.5\n";
    let words = ["line 3", "column 'y'", "1.5", "fraction", "whole numbers"];
    refuses_with("--task classification", fraction, &words);
    let text = "a,y\n1,0.5\n2,high\n";
    refuses_with("--task regression", text, &["line 3", "column 'y'", "'high'"]);
}

#[test]
fn a_label_that_is_not_finite_is_not_said_to_have_a_fraction() {
    let ran = refuses_table("a,y\n1,0\n2,1\n3,inf\n", &["line 4", "column 'y'", "inf"]);
    assert!(!ran.stderr.contains("fraction"), "{}", ran.stderr);
}

#[test]
fn text_that_is_not_utf_8_is_named_by_its_place() {
    refuses_table(b"a,b,y\n1,2,0\n1,\xff,1\n", &["line 3", "column 'b'", "UTF-8"]);
    refuses_table(b"a,b,y\n1,2,no\n1,2,\xfcber\n", &["line 3", "column 'y'", "UTF-8"]);
    refuses_table(b"a,\xe9,y\n1,2,0\n", &["line 1", "UTF-8"]);
    // UTF-16, as Windows writes it.
    refuses_table(
        b"\xff\xfea\0,\0y\0\n\x001\0,\x000\0\n\0",
        &["UTF-16", "iconv -f utf-16 -t utf-8"],
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let wrong = |table: &str| refuses_with("--numeric a", table, &["line 4", "column 'a'", "'x'"]);
    wrong("a,y\n1,0\n1,1\nx,0\n");
    wrong("a,y\n1,\"0\n0\"\nx,0\n");
    let ragged = |table: &str| refuses_table(table, &["line 4", "3 cells"]);
    ragged("a,y\n1,0\n1,1\n1,2,0\n");
    ragged("a,y\n1,\"0\n0\"\n1,2,0\n");
}

#[test]
fn lines_are_counted_as_an_editor_counts_them_also_when_some_are_blank() {
    refuses_with("--numeric a", "a,y\n1,0\n\nx,0\n", &["line 4", "column 'a'", "'x'"]);
    refuses_table("a,y\n\n\n1,2,0\n", &["line 4", "3 cells"]);
}

#[test]
fn lines_are_counted_as_an_editor_counts_them_also_when_windows_ended_them() {
    let windows = "a,y\r\n1,0\r\n1,1\r\nx,0\r\n";
    refuses_with("--numeric a", windows, &["line 4", "column 'a'", "'x'"]);
    refuses_table("a,y\r\n1,0\r\n1,1\r\n1,2,0\r\n", &["line 4", "3 cells"]);
    refuses_table("a,y\r\n1,0\r\n1,1\r\n1,\r\n", &["line 4", "1 row has no target"]);
}

#[test]
fn a_table_cannot_steer_the_terminal() {
    for (flags, table) in [
        ("--numeric a", "a,y\n1,0\n\u{1b}[31mred,1\n"),
        ("--numeric a", "a,y\n1,0\n\"x\ry\",1\n"),
        ("", "\u{1b}[31mred,y\n1,0\ninf,1\n"),
        ("", "\u{1b}[31mred,y,\u{1b}[31mred\n1,0,1\n"),
        ("", "\u{1b}[31mred;y\n1;0\n"),
        ("", "a,y\n1,\u{1b}[31mred\n2,\u{1b}[31mred\n"),
    ] {
        let ran = refuses_with(flags, table, &[]);
        let is_plain = ran.stderr.chars().all(|c| c == '\n' || !c.is_control());
        assert!(is_plain, "{table:?}: {:?}", ran.stderr);
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_print_the_file() {
    let rest = "1,no\n".repeat(10_000);
    for table in [format!("a,y\n1,\"no\n{rest}"), format!("a,y\n1,no\n\"1,no\n{rest}")] {
        let ran = refuses_table(table, &[]);
        assert!(ran.stderr.len() < 1000, "{} bytes of message", ran.stderr.len());
    }
}

/// A folder with a model of the irises and the table it was trained on.
fn irises() -> Folder {
    let folder = Folder::new();
    folder.example("iris.csv");
    let train = "train --data iris.csv --target species --trees 3 --out m.bin";
    folder.forest(train).succeeds();
    folder
}

const FEATURES: &str = "sepal_length,sepal_width,petal_length,petal_width";

#[test]
fn all_columns_that_rows_lack_are_named() {
    let folder = irises();
    folder.write("rows.csv", "a,petal_width,b\n1,2,3\n");
    for verb in ["predict", "evaluate"] {
        let words = ["rows.csv", "columns 'sepal_length', 'sepal_width', 'petal_length'\n"];
        folder.refuses(&format!("{verb} --model m.bin --data rows.csv"), FAILED, &words);
    }
}

#[test]
fn a_row_that_cannot_be_predicted_is_named_by_its_place() {
    let folder = irises();
    for (row, words) in [
        ("1,2,3", ["line 3", "3 cells", "header has 4"]),
        ("1,2,3,4,5", ["line 3", "5 cells", "header has 4"]),
        ("1,2,inf,4", ["line 3", "column 'petal_length'", "finite"]),
        ("1,2,long,4", ["line 3", "column 'petal_length'", "'long'"]),
        ("1,2,1e39,4", ["line 3", "column 'petal_length'", "f32"]),
    ] {
        folder.write("rows.csv", format!("{FEATURES}\n5,3,1,1\n{row}\n"));
        for args in ["predict --out new.csv", "predict", "evaluate"] {
            let ran = folder.forest(&format!("{args} --model m.bin --data rows.csv"));
            let ran = ran.fails(FAILED, &["rows.csv"]).fails(FAILED, &words);
            assert_eq!(ran.text(), "");
        }
    }
    assert!(!folder.path("new.csv").exists());
}

#[test]
fn advice_is_about_flags_that_the_verb_has() {
    let folder = irises();
    for cell in ["inf", "1e39", "long"] {
        folder.write("rows.csv", format!("{FEATURES}\n1,2,{cell},4\n"));
        let ran = folder.refuses("predict --model m.bin --data rows.csv", FAILED, &["line 2"]);
        let flags = ran.stderr.replace("`forest train --", "");
        assert!(!flags.contains("--"), "predict has no such flag: {}", ran.stderr);
    }
}

#[test]
fn rows_that_are_not_there_are_refused() {
    let folder = irises();
    std::fs::create_dir(folder.path("tables")).unwrap();
    folder.write("empty.csv", "");
    for (data, words) in [
        ("no.csv", ["no.csv", "cannot open"]),
        ("tables", ["tables", "folder"]),
        ("empty.csv", ["empty.csv", "file is empty"]),
        ("-", ["standard input", "empty"]),
    ] {
        folder.refuses(&format!("predict --model m.bin --data {data}"), FAILED, &words);
    }
}

#[test]
fn a_label_that_the_model_cannot_know_is_not_scored() {
    let folder = irises();
    for (row, words) in [
        ("5,3,1,1,tulip", ["line 3", "column 'species'", "'tulip'", "'setosa'"]),
        ("5,3,1,1,Setosa", ["line 3", "column 'species'", "'Setosa'", "'setosa'"]),
        ("5,3,1,1,", ["line 3", "column 'species'", "target", "missing"]),
    ] {
        folder.write("rows.csv", format!("{FEATURES},species\n5,3,1,1,setosa\n{row}\n"));
        folder.refuses("evaluate --model m.bin --data rows.csv", FAILED, &words);
    }
    folder.write("rows.csv", format!("{FEATURES}\n5,3,1,1\n"));
    let words = ["rows.csv", "'species'", "forest predict"];
    folder.refuses("evaluate --model m.bin --data rows.csv", FAILED, &words);
    folder.write("rows.csv", format!("{FEATURES},species\n"));
    folder.refuses("evaluate --model m.bin --data rows.csv", FAILED, &["rows.csv", "no rows"]);
}

#[test]
fn training_data_that_changed_since_is_not_taken_for_the_rows_held_out() {
    let table = String::from_utf8(irises().read("iris.csv")).unwrap();
    let shorter = table.lines().take(100).map(|line| line.to_owned() + "\n").collect();
    let folder = irises();
    for changed in [
        table.replacen("5.1", "5.2", 1),
        table.clone() + "5.9,3.0,5.1,1.8,virginica\n",
        shorter,
        table.replacen("virginica", "Virginica", 1),
        table.replacen('\n', "\r\n", 1),
    ] {
        folder.write("iris.csv", &changed).write("other.csv", &changed);
        for verb in ["predict", "evaluate"] {
            let words = ["iris.csv", "not the table", "trained on", "SHA-256", "--data"];
            folder.refuses(&format!("{verb} --model m.bin"), FAILED, &words);
            let held_out = format!("{verb} --model m.bin --held-out --data other.csv");
            folder.refuses(&held_out, FAILED, &["other.csv", "not the table", "trained on"]);
        }
    }
}

#[test]
fn training_data_that_can_no_longer_be_read_as_a_table_is_said_to_have_changed() {
    let table = String::from_utf8(irises().read("iris.csv")).unwrap();
    let folder = irises();
    for changed in [
        table.replacen("species", "kind", 1),
        table.replacen("5.1", "long", 1),
        format!("{FEATURES},species\n5,3,1,1,setosa\n"),
        String::new(),
    ] {
        folder.write("iris.csv", changed);
        folder.refuses("predict --model m.bin", FAILED, &["iris.csv", "trained on"]);
    }
}

#[test]
fn training_data_that_is_gone_is_asked_for() {
    let folder = irises();
    std::fs::remove_file(folder.path("iris.csv")).unwrap();
    for verb in ["predict", "evaluate"] {
        let words = ["iris.csv", "trained on", "--data", "--held-out"];
        folder.refuses(&format!("{verb} --model m.bin"), FAILED, &words);
    }
}
