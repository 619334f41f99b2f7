//! Tables that come as streams: looked at before they are copied, and copied so that nothing stays.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::support::{EPOCH, Folder, Ran, built};

const FAILED: i32 = 1;
const USAGE: i32 = 2;

/// Runs a line of shell with a temporary folder of its own, in which nothing may stay.
#[track_caller]
fn run(folder: &Folder, line: &str) -> Ran {
    let tmp = folder.path("tmp");
    fs::create_dir_all(&tmp).unwrap();
    let output = folder.in_here("sh").args(["-c", line]).env("TMPDIR", &tmp).output().unwrap();
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0, "{line}");
    Ran::new(line, &output)
}

#[test]
fn a_stream_without_end_is_refused_for_what_its_first_rows_are() {
    let folder = Folder::new();
    let train = "\"$FOREST\" train --out m.bin --data";
    for (stream, args, code, words) in [
        ("yes a,b", "- --target z", USAGE, ["standard input", "--target 'z'"]),
        ("yes a,b", "- --target b --ignore c", USAGE, ["standard input", "--ignore 'c'"]),
        ("yes a,a", "- --target a", FAILED, ["standard input, line 1", "both named 'a'"]),
        ("yes a,b", "/dev/stdin --target z", USAGE, ["/dev/stdin", "--target 'z'"]),
        ("yes", "- --target y", FAILED, ["standard input", "no column is left"]),
        ("(echo a,b; yes 1,2,3)", "- --target b", FAILED, ["line 2", "3 cells"]),
    ] {
        run(&folder, &format!("{stream} | {train} {args}")).fails(code, &words);
    }
    assert!(!folder.path("m.bin").exists());
}

#[test]
fn zeros_without_end_are_no_table_in_any_format() {
    let folder = Folder::new();
    folder.example("iris.csv");
    folder.forest("train --data iris.csv --target species --trees 1 --out iris.bin").succeeds();
    let cases = built(
        &[("csv", "longer than 64 MiB")],
        &[("parquet", "not a Parquet file"), ("arrow", "not an Arrow IPC file")],
        &[],
    );
    for (format, word) in cases {
        for verb in ["train --target y --out m.bin", "predict --model iris.bin"] {
            let args = format!("{verb} --format {format}");
            let line = format!("\"$FOREST\" {args} --data - < /dev/zero");
            run(&folder, &line).fails(FAILED, &["standard input", word]);
            run(&folder, &format!("\"$FOREST\" {args} --data /dev/zero"))
                .fails(FAILED, &["/dev/zero", word]);
        }
    }
    for (format, word) in built(&[], &[("parquet", "Parquet"), ("arrow", "Arrow")], &[]) {
        let line = format!("yes | \"$FOREST\" predict --model iris.bin --data - --format {format}");
        run(&folder, &line).fails(FAILED, &["standard input", "this is text", word]);
    }
}

/// Column `c` is numbers in the first block, of about a megabyte, and texts after it: the rows have
/// to be read twice.
fn mixed() -> String {
    let rows = (0..150_000).map(|row| match row {
        149_000.. => format!("{row},t{},yes\n", row % 5),
        _ => format!("{row},{},no\n", row % 9),
    });
    format!("a,c,y\n{}", rows.collect::<String>())
}

#[test]
fn a_stream_that_has_to_be_read_twice_is_the_same_table_as_the_file() {
    let folder = Folder::new();
    folder.write("-x.csv", mixed());
    let train = "\"$FOREST\" train --target y --trees 1 --max-depth 2 --quiet --out";
    run(&folder, &format!("{train} file.bin --data ./-x.csv")).succeeds();
    run(&folder, &format!("cat ./-x.csv | {train} stdin.bin --data -")).succeeds();
    run(&folder, &format!("mkfifo p; cat ./-x.csv > p & {train} pipe.bin --data p")).succeeds();
    let inspect = |model: &str| {
        let shown = folder.forest(&format!("inspect {model} --json")).succeeds();
        let mut json: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        // The models differ by their tables' names, and so do their fingerprints.
        json["metadata"]["data"]["name"] = "".into();
        json["fingerprint"] = "".into();
        json.to_string()
    };
    let expected = inspect("file.bin");
    assert!(expected.contains("\"t3\""), "{expected}");
    assert_eq!([inspect("stdin.bin"), inspect("pipe.bin")], [expected.clone(), expected]);
}

/// The copy of a stream has no name from its beginning on, so that no signal can leave it.
#[test]
fn nothing_of_a_stream_stays_when_the_program_is_killed() {
    let folder = Folder::new();
    let tmp = folder.path("tmp");
    fs::create_dir(&tmp).unwrap();
    let mut child = folder
        .command()
        .args(["train", "--data", "-", "--target", "y", "--out", "m.bin"])
        .env("TMPDIR", &tmp)
        .env("SOURCE_DATE_EPOCH", EPOCH)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // A pipe holds far less than that: the program has read, and copied, most of it.
    let rows = "1,2,no\n".repeat(600_000);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("a,b,y\n{rows}").as_bytes()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
}

#[test]
fn held_out_rows_are_not_looked_for_in_a_stream() {
    let folder = Folder::new();
    folder.example("iris.csv");
    folder.forest("train --data iris.csv --target species --trees 1 --out m.bin").succeeds();
    for data in ["-", "/dev/stdin"] {
        let line =
            format!("cat iris.csv | \"$FOREST\" predict --model m.bin --held-out --data {data}");
        run(&folder, &line).fails(USAGE, &["--held-out", "has to be a file"]);
    }
}
