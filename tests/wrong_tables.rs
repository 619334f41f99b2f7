//! Tables as they should not be: each is refused with one message that says where and what, or
//! learned with a word about it.

use std::fmt::Write;

use crate::support::{Folder, Ran, built};

const FAILED: i32 = 1;

const TRAIN: &str = "train --data t.csv --target y --trees 3 --test-size 0 --out m.bin";

#[track_caller]
fn refuses_table(flags: &str, table: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    let words = [&["t.csv"], words].concat();
    Folder::new().write("t.csv", table).refuses(&format!("{TRAIN} {flags}"), FAILED, &words)
}

/// Trains on a table that is odd and yet a table.
#[track_caller]
fn learns(flags: &str, table: impl AsRef<[u8]>) -> (Folder, Ran) {
    let folder = Folder::new();
    folder.write("t.csv", table);
    let ran = folder.forest(&format!("{TRAIN} {flags}")).succeeds();
    (folder, ran)
}

const NUMBERS: &str = "a,y\n1,no\n2,no\n3,yes\n4,yes\n";

#[test]
fn a_column_of_numbers_in_training_cannot_be_texts_later() {
    let (folder, _) = learns("", NUMBERS);
    folder.write("rows.csv", "a\n1\nlow\n");
    let words = ["rows.csv", "line 3", "column 'a'", "'low'", "not a number"];
    folder.refuses("predict --model m.bin --data rows.csv --out p.csv", FAILED, &words);
}

#[test]
fn line_ends_may_be_mixed_and_a_carriage_return_in_quotes_is_text() {
    let (folder, _) = learns(
        "--max-features all --no-bootstrap",
        "a,c,y\r\n1,\"x\ry\",no\n2,\"x\ry\",no\r\n3,z,yes\n\r\n4,z,yes",
    );
    folder.write("rows.csv", "a,c\n4,\"x\ry\"\r\n1,z\n");
    let ran = folder.forest("predict --model m.bin --data rows.csv --strict --id c").succeeds();
    assert_eq!(ran.text().matches("\"x\ry\",").count(), 1, "{:?}", ran.text());
    assert_eq!(ran.stderr, "");
    // The line of an error is the one that an editor shows for \n and \r\n.
    let table = "a,c,y\r\n1,\"x\ry\",no\n2,\"x\r\ny\",no\r\n3,z\n4,z,yes";
    refuses_table("", table, &["line 5", "2 cells"]);
}

#[test]
fn carriage_returns_alone_end_lines_too() {
    let (folder, _) = learns("--max-features all --no-bootstrap", NUMBERS.replace('\n', "\r"));
    folder.write("rows.csv", "a\r1\r4\r");
    let ran = folder.forest("predict --model m.bin --data rows.csv").succeeds();
    assert_eq!(ran.text(), "prediction\nno\nyes\n");
}

#[test]
fn lines_that_carriage_returns_end_are_counted_too() {
    refuses_table("", "a,y\r1,no\r2\r", &["line 3", "header has 2"]);
}

#[test]
fn a_quote_left_open_is_an_error_wherever_it_is() {
    let rest = "3,no\n4,yes\n".repeat(5_000);
    for (table, line) in [
        // In the first column: the row that it begins has too few cells.
        (format!("a,y\n1,no\n\"2,yes\n{rest}"), "line 3"),
        // In the last: all that follows would be one label.
        (format!("a,y\n1,no\n2,\"yes\n{rest}"), "line 3"),
    ] {
        let ran = refuses_table("", table, &[line, "quote"]);
        assert!(ran.stderr.len() < 1000, "{} bytes of message", ran.stderr.len());
    }
    let (folder, _) = learns("", NUMBERS);
    folder.write("rows.csv", format!("y,a\nno,1\nno,\"2\n{}", "no,3\n".repeat(5_000)));
    let predict = "predict --model m.bin --data rows.csv --out p.csv";
    folder.refuses(predict, FAILED, &["line 3"]);
    folder.write("rows.csv", format!("a,y\n1,no\n2,\"no\n{}", "3,no\n".repeat(5_000)));
    folder.refuses(predict, FAILED, &["line 3", "quote"]);
}

#[test]
fn thousands_of_columns_are_read() {
    let n_columns = 3_000;
    let mut table = String::new();
    (0..n_columns).for_each(|column| write!(table, "c{column},").unwrap());
    table += "y\n";
    for row in 0..20 {
        (0..n_columns).for_each(|column| write!(table, "{},", (row * column) % 7).unwrap());
        writeln!(table, "{}", row % 2).unwrap();
    }
    let (folder, _) = learns("", &table);
    let ran = folder.forest("predict --model m.bin --data t.csv --strict").succeeds();
    assert_eq!(ran.text().lines().count(), 21);
    folder.write("rows.csv", table.replacen("\n0,", "\nx,", 1));
    let words = ["line 2", "column 'c0'"];
    folder.refuses("predict --model m.bin --data rows.csv", FAILED, &words);
}

#[test]
fn a_category_may_have_thousands_of_levels() {
    let mut table = "city,a,y\n".to_owned();
    for row in 0..20_000 {
        writeln!(table, "city {row},{},{}", row % 10, row % 2).unwrap();
    }
    let (folder, ran) = learns("--max-depth 3 --keep city", &table);
    assert!(ran.stderr.contains("'city'") && ran.stderr.contains("--ignore"), "{}", ran.stderr);
    let ran = folder.forest("predict --model m.bin --data t.csv --strict").succeeds();
    assert_eq!(ran.text().lines().count(), 20_001);
}

#[test]
fn a_column_without_any_value_is_warned_about_and_learned_around() {
    for cell in ["", "NA", "null"] {
        let table = NUMBERS.replace("a,", "a,b,").replace(",no", &format!(",{cell},no"));
        let table = table.replace(",yes", &format!(",{cell},yes"));
        let (folder, ran) = learns("--no-bootstrap --max-features all", table);
        assert!(ran.stderr.contains("warning") && ran.stderr.contains("'b'"), "{}", ran.stderr);
        folder.write("rows.csv", "a,b\n1,\n4,\n");
        let ran = folder.forest("predict --model m.bin --data rows.csv --strict").succeeds();
        assert_eq!(ran.text(), "prediction\nno\nyes\n");
        // Whatever comes there later is like nothing that was seen.
        folder.write("rows.csv", "a,b\n1,7\n4,text\n");
        let ran = folder.forest("predict --model m.bin --data rows.csv").succeeds();
        assert_eq!(ran.text(), "prediction\nno\nyes\n");
        assert!(ran.stderr.contains("'b'") && ran.stderr.contains("2 cells"), "{}", ran.stderr);
    }
}

#[test]
fn a_table_of_gaps_alone_has_nothing_to_learn_from() {
    refuses_table("", "a,y\n,\nNA,NA\nnull,nan\n", &["column 'y'", "3 rows have no target"]);
    refuses_table("--drop-missing-target", "a,y\n,\nNA,NA\n", &["column 'y'", "rows", "target"]);
}

#[test]
fn features_that_are_all_missing_give_a_forest_of_the_shares() {
    let (folder, ran) = learns("--no-bootstrap", "a,b,y\n,NA,no\n,,no\n,,no\n,,yes\n");
    assert_eq!(ran.stderr.matches("has no values").count(), 2, "{}", ran.stderr);
    folder.write("rows.csv", "a,b\n,\n");
    let ran = folder.forest("predict --model m.bin --data rows.csv --proba").succeeds();
    assert_eq!(ran.text(), "prediction,proba_no,proba_yes\nno,0.75,0.25\n");
}

#[test]
fn weights_that_cannot_be_are_refused() {
    let table = |weights: [&str; 4]| {
        let rows = ["1,no", "2,no", "3,yes", "4,yes"];
        let rows: Vec<String> =
            rows.iter().zip(weights).map(|(row, weight)| format!("{row},{weight}\n")).collect();
        format!("a,y,w\n{}", rows.concat())
    };
    let weights = "--sample-weight w";
    refuses_table(weights, table(["0"; 4]), &["weights", "zero", "--sample-weight"]);
    refuses_table(weights, table(["-1"; 4]), &["line 2", "column 'w'", "-1"]);
    refuses_table(weights, table(["1", "1", "-0.5", "1"]), &["line 4", "column 'w'", "-0.5"]);
    refuses_table(weights, table(["1", "", "1", "1"]), &["line 3", "column 'w'", "missing"]);
    refuses_table(weights, table(["1", "1", "1", "much"]), &["line 5", "column 'w'", "'much'"]);
    refuses_table(weights, table(["1", "inf", "1", "1"]), &["line 3", "column 'w'", "finite"]);
    let (folder, _) = learns(weights, table(["1"; 4]));
    for (weights, words) in [
        (["0"; 4], &["rows.csv", "weights", "zero"][..]),
        (["1", "-2", "1", "1"], &["rows.csv", "line 3", "column 'w'", "-2"]),
        (["1", "1", "NA", "1"], &["rows.csv", "line 4", "column 'w'", "missing"]),
    ] {
        folder.write("rows.csv", table(weights));
        let evaluate = "evaluate --model m.bin --data rows.csv --sample-weight w";
        folder.refuses(evaluate, FAILED, words);
    }
}

#[test]
fn a_target_that_never_changes_is_refused_in_both_tasks() {
    refuses_table("", "a,y\n1,7\n2,7\n", &["column 'y'", "'7'"]);
    refuses_table("--task regression", "a,y\n1,7\n2,7.0\n", &["column 'y'", "'7'"]);
    refuses_table("", "a,y\n1,7.5\n2,7.5\n", &["column 'y'", "'7.5'"]);
    // It does not change, either, where only one value weighs anything.
    for (target, words) in [("no", "same class"), ("0.5", "same target")] {
        let folder = Folder::new();
        folder.write("t.csv", format!("a,y,w\n1,{target},1\n2,{target},1\n3,1.5,0\n"));
        folder.refuses(&format!("{TRAIN} --quiet --sample-weight w"), FAILED, &[words]);
    }
}

#[test]
fn nothing_on_standard_input_is_said_to_be_nothing() {
    let folder = Folder::new();
    let train = "train --data - --target y --out m.bin";
    folder.refuses(train, FAILED, &["standard input", "empty"]);
    for (format, name) in built(&[], &[("parquet", "Parquet"), ("arrow", "Arrow")], &[]) {
        let words = ["standard input", name];
        folder.refuses(&format!("{train} --format {format}"), FAILED, &words);
    }
    for input in ["a,y\n", "a,y", "a,y\r\n\r\n"] {
        let ran = folder.forest_reads(train, input.as_bytes());
        ran.fails(FAILED, &["standard input", "no rows"]);
    }
}

#[test]
fn names_that_are_there_twice_are_refused_at_prediction_too() {
    let (folder, _) = learns("", NUMBERS);
    folder.write("rows.csv", "b,a,b,a\n1,2,3,4\n");
    let words = ["rows.csv", "line 1", "columns 1 and 3", "'b'"];
    folder.refuses("predict --model m.bin --data rows.csv", FAILED, &words);
}

#[test]
fn a_column_of_gaps_at_prediction_is_predicted_and_said() {
    let (folder, _) = learns("", NUMBERS);
    for gap in ["NaN", "", "null", "-nan", "NAN"] {
        folder.write("rows.csv", format!("a,b\n{}", format!("{gap},1\n").repeat(3)));
        let ran = folder.forest("predict --model m.bin --data rows.csv").succeeds();
        assert_eq!(ran.text().lines().count(), 4, "{gap}");
        assert!(ran.stderr.contains("3 cells missing"), "{gap}: {}", ran.stderr);
    }
}

#[test]
fn text_of_windows_is_named_by_its_place() {
    // Zürich in Windows-1252.
    let latin = b"a,city,y\n1,Bern,no\n2,Z\xfcrich,yes\n";
    refuses_table("", latin, &["line 3", "column 'city'", "UTF-8", "iconv"]);
    let (folder, _) = learns("", "a,city,y\n1,Bern,no\n2,Basel,yes\n");
    folder.write("rows.csv", latin);
    let words = ["rows.csv", "line 3", "column 'city'", "UTF-8"];
    folder.refuses("predict --model m.bin --data rows.csv --out p.csv", FAILED, &words);
}

#[test]
fn zero_bytes_are_text_like_any_other_and_do_not_reach_the_terminal() {
    let table = b"a,c,y\n1,x\0y,no\n2,z,yes\n3,\0,no\n";
    let (folder, _) = learns("", table);
    folder.write("rows.csv", b"a,c\n1,\0\0\n");
    let ran = folder.forest("predict --model m.bin --data rows.csv").succeeds();
    assert!(!ran.stderr.contains('\0'), "{:?}", ran.stderr);
}

/// What a column is must not depend on where the program happens to cut the file: a block is some
/// 260 kB, and this file has a cell like this every few rows.
#[test]
fn a_text_that_looks_like_a_number_is_a_level_wherever_it_stands() {
    for cell in ["inf", "5e99999", "1e39"] {
        let mut table = "a,hash,pad,y\n0,deadbeef,,no\n".to_owned();
        let pad = "p".repeat(60);
        for row in 1..6_000 {
            let hash = if row % 2 == 0 { cell } else { "c0ffee" };
            writeln!(table, "{row},{hash},{pad},{}", ["no", "yes"][row % 2]).unwrap();
        }
        let folder = Folder::new();
        folder.write("t.csv", &table);
        let train = format!("{TRAIN} --ignore pad --force");
        folder.forest(&format!("{train} --categorical hash")).succeeds();
        let expected = folder.forest("inspect m.bin --schema").succeeds();
        folder.forest(&train).succeeds();
        let found = folder.forest("inspect m.bin --schema").succeeds();
        assert_eq!(found.text(), expected.text(), "{cell}");
    }
}

#[test]
fn what_counts_as_missing_among_texts_does_not_depend_on_the_order_of_rows() {
    for flags in ["", "--missing -999"] {
        for cell in ["NAN", "-nan", "-999.0"] {
            let rows = [format!("1,{cell},no\n"), "2,x,no\n".into(), "3,y,yes\n".into()];
            let first = format!("a,c,y\n{}{}{}", rows[0], rows[1], rows[2]);
            let last = format!("a,c,y\n{}{}{}", rows[1], rows[2], rows[0]);
            let schemas = [first, last].map(|table| {
                let (folder, _) = learns(flags, table);
                folder.forest("inspect m.bin --schema").succeeds().text().to_owned()
            });
            assert_eq!(schemas[0], schemas[1], "{cell} {flags}");
        }
    }
}
