//! Tables as JSON, in lines and in arrays.

use std::fmt::Write;

use crate::support::{Folder, Ran};

const FAILED: i32 = 1;

const TRAIN: &str = "train --target species --trees 5 --quiet --out";

/// The penguins as objects: numbers as numbers, `NA` left out.
fn records() -> Vec<String> {
    let csv = std::fs::read_to_string("examples/data/penguins.csv").unwrap();
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let record = |line: &str| {
        let pairs = line.split(',').zip(&names).filter(|(cell, _)| *cell != "NA");
        let pairs = pairs.map(|(cell, name)| match cell.parse::<f64>() {
            Ok(_) => format!("\"{name}\": {cell}"),
            Err(_) => format!("\"{name}\": \"{cell}\""),
        });
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
    };
    lines.map(record).collect()
}

/// A folder with the penguins as CSV, as JSON in several ways, and a model of the CSV file.
fn penguins() -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv");
    let records = records();
    folder.write("p.jsonl", records.join("\n") + "\n");
    folder.write("p.ndjson", format!("\u{feff}{}", records.join("\r\n\r\n")));
    folder.write("p.json", format!("[{}]", records.join(",")));
    let long = records.join(",\n").replace(", ", ",\n    ").replace('{', "{\n    ");
    folder.write("long.json", format!("\n[\n{long}\n]\n"));
    folder.forest(&format!("{TRAIN} m.bin --data penguins.csv")).succeeds();
    folder
}

const FILES: [&str; 4] = ["p.jsonl", "p.ndjson", "p.json", "long.json"];

fn proba(folder: &Folder, model: &str, data: &str) -> String {
    let predict = format!("predict --quiet --proba --id sex --model {model} --data {data}");
    folder.forest(&predict).succeeds().text().replace("NA,", ",")
}

#[test]
fn a_table_as_json_is_the_same_as_csv() {
    let folder = penguins();
    let expected = proba(&folder, "m.bin", "penguins.csv");
    for data in FILES {
        assert_eq!(proba(&folder, "m.bin", data), expected, "{data}");
        folder.forest(&format!("{TRAIN} other.bin --force --data {data}")).succeeds();
        assert_eq!(proba(&folder, "other.bin", "penguins.csv"), expected, "{data}");
        let evaluated = folder.forest("evaluate --model other.bin").succeeds();
        assert!(evaluated.text().contains("came back exactly"), "{data}");
        let inspected = folder.forest("inspect other.bin --json").succeeds();
        let format =
            if data.contains(".json") && !data.contains(".jsonl") { "json" } else { "jsonl" };
        let format = format!("\"format\":\"{format}\"");
        assert!(inspected.text().replace(' ', "").contains(&format), "{}", inspected.text());
    }
}

#[test]
fn json_is_read_from_standard_input_once_and_twice() {
    let folder = penguins();
    let expected = proba(&folder, "m.bin", "penguins.csv");
    for (name, format) in [("p.jsonl", "jsonl"), ("long.json", "json"), ("p.json", "jsonl")] {
        let predict = "predict --quiet --proba --id sex --model m.bin --data - --format";
        let ran = folder.forest_reads(&format!("{predict} {format}"), &folder.read(name));
        assert_eq!(ran.succeeds().text(), expected, "{name}");
        let train = format!("{TRAIN} other.bin --force --data - --format {format}");
        folder.forest_reads(&train, &folder.read(name)).succeeds();
        assert_eq!(proba(&folder, "other.bin", "penguins.csv"), expected, "{name}");
    }
}

#[test]
fn predictions_as_lines_of_json_are_a_table_again() {
    let folder = penguins();
    let predict = "predict --quiet --model m.bin --data p.jsonl --id island";
    folder.forest(&format!("{predict} --out q.jsonl")).succeeds();
    folder.forest(&format!("{predict} --json --out r.jsonl")).succeeds();
    assert!(folder.read("q.jsonl") == folder.read("r.jsonl"));
    folder.forest("check --data q.jsonl --target prediction").succeeds();
    folder.refuses(&format!("{predict} --out q.json"), 2, &["--out-format jsonl"]);
}

/// Values of a column `x`, and what is said of the second.
fn refuses(second: &str, flags: &str, words: &[&str]) -> Ran {
    let folder = Folder::new();
    folder.write(
        "t.jsonl",
        format!("{{\"x\": 1, \"y\": \"a\"}}\n{second}\n{{\"x\": 3, \"y\": \"b\"}}\n"),
    );
    let train = format!("train --data t.jsonl --target y --trees 1 --out m.bin {flags}");
    folder.refuses(&train, FAILED, &[&["t.jsonl", "line 2", "help: "], words].concat())
}

#[test]
fn what_is_no_record_is_refused_by_its_line() {
    for (second, words) in [
        (r#"{"x": {"z": 1}, "y": "b"}"#, &["column 'x'", "an object"][..]),
        (r#"{"x": [1, 2], "y": "b"}"#, &["column 'x'", "an array", "--ignore"]),
        (r#"{"x": 1, "y": "b", "x": 2}"#, &["column 'x'", "twice"]),
        (r#"{"x": 1, "y": "b", "\u0078": 2}"#, &["column 'x'", "twice"]),
        (r#"{"x": 01, "y": "b"}"#, &["not JSON"]),
        (r#"{"x": NaN, "y": "b"}"#, &["not JSON"]),
        (r#"{"x": 1 "y": "b"}"#, &["not JSON", "`,`"]),
        (r#"{"x": 1, "y": "b",}"#, &["not JSON"]),
        (r"{'x': 1}", &["not JSON"]),
        (r#"{"x": "\ud800", "y": "b"}"#, &["'x'", "escape"]),
        (r#"{"x": 1e400, "y": "b"}"#, &["column 'x'", "finite"]),
        ("[1, 2]", &["`{`", "[1, 2]"]),
        ("x,y", &["`{`", "x,y"]),
        (r#"{"x": 2, "y": "b""#, &["not closed"]),
    ] {
        refuses(second, "", words);
    }
    refuses(r#"{"x": "two", "y": "b"}"#, "--numeric x", &["column 'x'", "'two' is not a number"]);
}

#[test]
fn what_is_nested_does_no_harm_where_it_is_left_out() {
    let folder = Folder::new();
    let rows = |n: u32| {
        let row = |i| format!("{{\"x\": {i}, \"tags\": [{{\"a\": [{i}]}}], \"y\": \"{}\"}}", i % 2);
        (0..n).map(row).collect::<Vec<_>>().join("\n")
    };
    folder.write("t.jsonl", rows(40));
    let train = "train --data t.jsonl --target y --trees 1 --quiet --out m.bin";
    folder.refuses(train, FAILED, &["line 1", "column 'tags'"]);
    folder.forest(&format!("{train} --ignore tags")).succeeds();
    folder.forest("predict --model m.bin --data t.jsonl --quiet").succeeds();
}

#[test]
fn values_are_what_they_are_in_csv_and_null_is_missing() {
    let folder = Folder::new();
    let (mut json, mut csv) = (String::new(), "n,t,b,m,y\n".to_owned());
    for i in 0..60 {
        let (text, truth) = (["ä \"q\", ", "z"][i % 2], i % 3 == 0);
        let escaped = text.replace('ä', "\\u00e4").replace('"', "\\\"");
        let m = if i % 4 == 0 { "null".to_owned() } else { format!("{i}.5e1") };
        writeln!(json, r#"{{"n":-{i},"t":" {escaped}","b":{truth},"m":{m},"y":{}}}"#, i / 20)
            .unwrap();
        let (text, m) = (text.replace('"', "\"\""), m.replace("null", ""));
        writeln!(csv, "-{i},\"{text}\",{truth},{m},{}", i / 20).unwrap();
    }
    folder.write("t.jsonl", json).write("t.csv", csv);
    for (from, to) in [("t.jsonl", "a.bin"), ("t.csv", "b.bin")] {
        let train = "train --target y --quiet --test-size 0 --trees 9 --keep n,m";
        folder.forest(&format!("{train} --data {from} --out {to}")).succeeds();
    }
    let out = |model: &str, data: &str| {
        let predict = format!("predict --quiet --proba --model {model} --data {data}");
        folder.forest(&predict).succeeds().stdout
    };
    for (model, data) in [("a.bin", "t.csv"), ("b.bin", "t.jsonl"), ("b.bin", "t.csv")] {
        assert!(out(model, data) == out("a.bin", "t.jsonl"), "{model} {data}");
    }
}

/// A number of JSON's is written in one way only; in the spelling of the column 1.234 would be 1234.
#[test]
fn numbers_need_no_spelling_among_texts_that_have_one() {
    let folder = Folder::new();
    let row = |x: &str, i: u32| format!("{{\"x\": {x}, \"y\": \"{}\"}}\n", i / 50);
    let spelled = |i: u32| format!("\"1.{i:03},5\"");
    folder.write("t.jsonl", (0..100).map(|i| row(&spelled(i), i)).collect::<String>());
    folder.write("n.jsonl", (0..100).map(|i| row(&format!("1{i:03}.5"), i)).collect::<String>());
    let train =
        "train --data t.jsonl --target y --quiet --test-size 0 --trees 3 --keep x --out m.bin";
    folder.forest(train).succeeds();
    let predict = "predict --model m.bin --quiet --proba --data";
    let out = |data: &str| folder.forest(&format!("{predict} {data}")).succeeds().stdout;
    assert!(out("t.jsonl") == out("n.jsonl"));
    // In one column the two are not guessed at.
    let both = [row("1.234", 1), row(&spelled(2), 2)];
    folder.write("a.jsonl", both.concat()).write("b.jsonl", [&*both[1], &both[0]].concat());
    let words = ["line 2", "column 'x'", "'1.002,5' is not a number"];
    folder.refuses(&format!("{predict} a.jsonl"), FAILED, &words);
    folder.refuses(&format!("{predict} b.jsonl"), FAILED, &["line 2", "column 'x'", "both"]);
}

#[test]
fn a_key_that_comes_late_is_a_column_of_a_file_and_refused_in_a_stream() {
    let folder = Folder::new();
    // More than the first MiB.
    let row =
        |i: u32| format!("{{\"x\": {}, \"pad\": \"{}\", \"y\": \"{}\"}}\n", i % 7, i % 5, i % 2);
    let rows: String = (0..60_000).map(row).collect();
    let late = format!("{rows}{{\"x\": 2, \"late\": 5, \"y\": \"1\"}}\n");
    folder.write("late.jsonl", &late);
    let train = "train --target y --quiet --trees 1 --out m.bin";
    folder.forest(&format!("{train} --data late.jsonl")).succeeds();
    let columns = folder.forest("inspect m.bin --json").succeeds();
    assert!(columns.text().contains("\"late\""), "{}", columns.text());
    folder.forest("predict --model m.bin --data late.jsonl --quiet").succeeds();
    // The columns that the model wants are not in the beginning.
    let predict = "predict --model m.bin --quiet --data - --format jsonl";
    folder.forest_reads(predict, late.as_bytes()).fails(FAILED, &["'late'"]);
    let known = late.replace("{\"x\": 0,", "{\"late\": null, \"x\": 0,");
    folder.forest_reads(predict, known.as_bytes()).succeeds();
    let words = ["standard input", "line 60002", "'other'", "\"other\": null"];
    let other = format!("{known}{{\"x\": 2, \"other\": 5}}\n");
    folder.forest_reads(predict, other.as_bytes()).fails(FAILED, &words);
    // Copied, for training reads it more than once.
    folder
        .forest_reads(&format!("{train} --force --data - --format jsonl"), late.as_bytes())
        .succeeds();
}

#[test]
fn arrays_are_closed_and_have_commas_between_their_records() {
    let a = r#"{"x": 1, "y": "a"}"#;
    for (text, words) in [
        (format!("[{a}, {a}"), &["line 1", "not closed"][..]),
        (format!("[{a},\n]"), &["line 2", "`{`"]),
        (format!("[{a},\n"), &["line 2", "last comma"]),
        (format!("[{a}\n{a}]"), &["line 2", "`,` or `]`"]),
        (format!("[{a}]\n{a}"), &["line 2", "nothing more"]),
        (format!("[{a},\n1]"), &["line 2", "`{`"]),
        (format!("[{a},\n{{\"x\": 1,\n \"y\": }}]"), &["line 3", "not JSON"]),
        (format!("[{a},\n{{\"x\": [], \"y\": \"b\"}}]"), &["line 2", "row 2", "column 'x'"]),
        ("[".repeat(100_000), &["`{` or `]`"]),
        (format!("{{\"x\": {}", "[".repeat(100_000)), &["line 1", "not closed"]),
        (
            format!("{{\"x\": {}{}, \"y\": 1}}", "[".repeat(100_000), "]".repeat(100_000)),
            &["'x'", "array"],
        ),
        (r#"{"a": {"0": 1}, "y": {"0": 2}}"#.to_owned(), &["line 1", "an object"]),
        ("[]".to_owned(), &["no record"]),
        ("[{}]".to_owned(), &["no record"]),
        (String::new(), &["empty"]),
        ("  \n ".to_owned(), &["empty"]),
        ("x".to_owned(), &["line 1", "`{` or `[`"]),
    ] {
        let folder = Folder::new();
        folder.write("t.json", &text);
        let train = "train --data t.json --target y --trees 1 --out m.bin";
        folder.refuses(train, FAILED, &[&["t.json"], words].concat());
    }
}

#[test]
fn json_under_another_name_is_called_what_it_is() {
    let folder = penguins();
    folder.write("j.csv", folder.read("p.jsonl"));
    folder.write("a.csv", folder.read("p.json"));
    let train = "train --target species --out n.bin --data";
    folder.refuses(&format!("{train} j.csv"), FAILED, &["lines of JSON", "--format jsonl"]);
    folder.refuses(&format!("{train} a.csv"), FAILED, &["JSON", "--format json"]);
    folder.refuses(&format!("{train} p.jsonl --delimiter ;"), 2, &["--delimiter", "jsonl"]);
}

/// Records of one key take 7 bytes, and cells for all columns.
#[cfg(target_os = "linux")]
#[test]
fn sparse_records_take_no_more_memory_than_they_may() {
    let folder = Folder::new();
    let keys: Vec<String> = (0..5_000).map(|i| format!("\"k{i}\": 1, ")).collect();
    let keys = keys.concat();
    let rows = "{\"y\":0}\n{\"y\":1}\n".repeat(5_000);
    folder.write("t.jsonl", format!("{{{keys}\"y\": 1}}\n{rows}"));
    folder.write("nest.jsonl", format!("{{\"y\": {}", "[".repeat(70 << 20)));
    let limits = "ulimit -v 1500000; ulimit -t 60";
    let train =
        "exec \"$FOREST\" train --target y --trees 1 --threads 2 --quiet --out m.bin --data";
    folder.shell(&format!("{limits}; {train} nest.jsonl")).fails(FAILED, &["longer than 64 MiB"]);
    folder.shell(&format!("{limits}; {train} t.jsonl --test-size 0")).succeeds();
}
