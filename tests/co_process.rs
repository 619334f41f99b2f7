//! A script keeps one `forest predict` open, writes a row and reads its prediction, writes the next.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::{Folder, built};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const SCHEMA: i32 = 4;

fn trained() -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv");
    let train = "train --data penguins.csv --target species --trees 5 --quiet --out m.bin";
    folder.forest(train).succeeds();
    folder
}

fn open(folder: &Folder, flags: &str) -> Child {
    let args = format!("predict --model m.bin --data - --unbuffered {flags}");
    folder
        .command()
        .args(args.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The predictions of all rows at once, a line each after the header.
fn expected(folder: &Folder, flags: &str) -> Vec<String> {
    let args = format!("predict --model m.bin --data penguins.csv --quiet {flags}");
    folder.forest(&args).succeeds().text().lines().map(str::to_owned).collect()
}

#[test]
fn each_row_is_answered_before_the_next_is_written() {
    let folder = trained();
    let table = String::from_utf8(folder.read("penguins.csv")).unwrap();
    for flags in ["--proba", "--json", "--threads 1"] {
        let mut answers = expected(&folder, flags).into_iter();
        let mut child = open(&folder, &format!("{flags} --quiet"));
        let mut stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut rows = table.lines();
        writeln!(stdin, "{}", rows.next().unwrap()).unwrap();
        if flags != "--json" {
            // The header comes before there is any row.
            assert_eq!(lines.next().unwrap().unwrap(), answers.next().unwrap());
        }
        for (at, row) in rows.by_ref().take(40).enumerate() {
            // A row may come in two parts, and several at once.
            let (first, second) = row.split_at(at % row.len());
            stdin.write_all(first.as_bytes()).unwrap();
            stdin.flush().unwrap();
            stdin.write_all(format!("{second}\n").as_bytes()).unwrap();
            assert_eq!(lines.next().unwrap().unwrap(), answers.next().unwrap());
        }
        let more: Vec<&str> = rows.by_ref().take(20).collect();
        stdin.write_all(format!("{}\n", more.join("\n")).as_bytes()).unwrap();
        for _ in more {
            assert_eq!(lines.next().unwrap().unwrap(), answers.next().unwrap());
        }
        // The last row need not end with a line's end.
        stdin.write_all(rows.next().unwrap().as_bytes()).unwrap();
        drop(stdin);
        assert_eq!(lines.next().unwrap().unwrap(), answers.next().unwrap());
        assert!(lines.next().is_none());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn a_row_that_cannot_be_ends_it_with_its_line_after_the_answers_before() {
    let folder = trained();
    for (flags, row, code, words) in [
        ("", "Adelie,Torgersen,many,18.7,181,3750,male,2007", FAILED, ["line 3", "'many'"]),
        (
            "--strict",
            "Adelie,Atlantis,39.1,18.7,181,3750,male,2007",
            SCHEMA,
            ["line 3", "'Atlantis'"],
        ),
        ("", "Adelie,Torgersen", FAILED, ["line 3", "2 cells"]),
    ] {
        let mut child = open(&folder, flags);
        let mut stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let table = String::from_utf8(folder.read("penguins.csv")).unwrap();
        let first_two: Vec<&str> = table.lines().take(2).collect();
        writeln!(stdin, "{}", first_two.join("\n")).unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), "prediction");
        assert_eq!(lines.next().unwrap().unwrap(), "Adelie");
        writeln!(stdin, "{row}").unwrap();
        assert!(lines.next().is_none());
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
}

#[test]
fn what_is_said_at_the_end_is_of_all_rows() {
    let folder = trained();
    let table = folder.read("penguins.csv");
    let ran = folder.forest_reads("predict --model m.bin --data - --unbuffered --json", &table);
    let plain = folder.forest_reads("predict --model m.bin --data - --json", &table).succeeds();
    let ran = ran.succeeds();
    assert_eq!((ran.text(), &ran.stderr), (plain.text(), &plain.stderr));
    let report = ran.stderr.lines().find(|line| line.contains("drift")).unwrap();
    assert!(serde_json::from_str::<Value>(report).unwrap()["input"]["drift"][0]["psi"].is_number());
    // A file is no pipe, and can be read so all the same.
    let file = folder.forest("predict --model m.bin --data penguins.csv --unbuffered --json");
    assert_eq!(file.succeeds().text(), plain.text());
    // Without rows there is a header, without a header nothing.
    let header = String::from_utf8(table).unwrap().lines().next().unwrap().to_owned() + "\n";
    let unbuffered = "predict --model m.bin --data - --unbuffered";
    let ran = folder.forest_reads(unbuffered, header.as_bytes()).succeeds();
    assert_eq!(ran.text(), "prediction\n");
    folder.forest_reads(unbuffered, b"").fails(FAILED, &["standard input", "empty"]);
}

#[test]
fn what_cannot_come_row_by_row_is_refused() {
    let folder = trained();
    folder.write("rows.arrow", "");
    let predict = "predict --model m.bin --unbuffered";
    folder.refuses(predict, USAGE, &["--data"]);
    let out = format!("{predict} --data penguins.csv --out new.csv");
    folder.refuses(&out, USAGE, &["--unbuffered", "standard output"]);
    for (format, ()) in built(&[], &[("arrow", ()), ("parquet", ())], &[]) {
        let input = format!("{predict} --data rows.arrow --format {format}");
        folder.refuses(&input, USAGE, &["--unbuffered", "CSV"]);
        let output = format!("{predict} --data penguins.csv --out-format {format}");
        folder.refuses(&output, USAGE, &["--unbuffered", "standard output"]);
    }
}
