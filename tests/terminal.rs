//! What others have named, written or typed has no power over the terminal that shows it: escape codes,
//! control characters and characters that hide or turn text are shown, not obeyed.
#![cfg(unix)]

use std::ffi::OsStr;

use serde_json::Value;

use crate::support::{Folder, Ran};

/// A name as nobody should have one: it would color, delete, hide and turn what stands around it.
const NAME: &str =
    "e\u{1b}[31m\u{7}\u{7f}\u{9b}1m\u{61c}\u{200b}\u{200f}\r\u{202e}\n\u{2028}\u{2066}\u{e0041}z";

/// How text and JSON show its beginning.
const SHOWN: [&str; 2] =
    ["e\\u{1b}[31m\\u{7}\\u{7f}\\u{9b}1m", "e\\u001b[31m\\u0007\\u007f\\u009b1m"];

/// Unicode 17: Cc; Zl and Zp; `Bidi_Control`; U+00AD, U+180E, U+200B to U+200D, U+2060 to U+206F and
/// U+FEFF, which show nothing; the tags.
fn is_obeyed(c: char) -> bool {
    matches!(u32::from(c),
        0..=9 | 11..=0x1f | 0x7f..=0x9f | 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e
        | 0x2060..=0x206f | 0xfeff | 0xe0000..=0xe007f)
}

#[track_caller]
fn assert_harmless(what: &str, said: &str) {
    let obeyed: Vec<char> = said.chars().filter(|&c| is_obeyed(c)).collect();
    assert!(obeyed.is_empty(), "{what}\n{obeyed:?} in {}", said.escape_debug());
}

/// Runs it; `{}` in an argument stands for the name.
#[track_caller]
fn run(folder: &Folder, args: &[&str]) -> Ran {
    let args: Vec<String> = args.iter().map(|arg| arg.replace("{}", NAME)).collect();
    let output = folder.command().args(args.iter().map(OsStr::new)).output().unwrap();
    Ran::new(&format!("{args:?}"), &output)
}

/// Runs it for a person and for a script, and sees that the name is shown and nothing obeyed; gives
/// the JSON.
#[track_caller]
fn says_harmlessly(folder: &Folder, code: i32, args: &[&str]) -> Value {
    let ran = [&[][..], &["--json"]].map(|json| run(folder, &[args, json].concat()));
    for ran in &ran {
        assert_eq!(ran.code, Some(code), "{}\n{}", ran.what, ran.stderr);
        let said = ran.stderr.clone() + ran.text();
        assert_harmless(&ran.what, &said);
        let is_shown = SHOWN.iter().any(|shown| said.contains(shown));
        assert!(is_shown, "{} does not show the name: {said}", ran.what);
    }
    serde_json::from_str(ran[1].text()).unwrap_or_default()
}

/// A cell that holds the name.
fn cell() -> String {
    format!("\"{NAME}\"")
}

/// A folder with a table and a model, in which all that can have a name has this one.
fn hostile_folder() -> Folder {
    let folder = Folder::new();
    let name = cell();
    let mut table = format!("\"a{NAME}\",\"b{NAME}\",\"c{NAME}\",\"y{NAME}\"\n");
    for row in 0..40 {
        let (level, label) = if row % 2 == 0 { (&*name, &*name) } else { ("plain", "other") };
        table += &format!("{level},{row},{row}.5,{label}\n");
    }
    folder.write(&format!("{NAME}.csv"), table);
    folder.write(
        "rows.csv",
        format!("\"a{NAME}\",\"b{NAME}\",\"y{NAME}\",{name}\n\"new{NAME}\",7,\"none{NAME}\",1\n"),
    );
    folder.write(&format!("bad{NAME}.bin"), "no model");
    let train = [&TRAIN[..], &["--tag", "{}=v{}", "--out", "m{}.bin"]].concat();
    run(&folder, &train).succeeds();
    folder
}

const TRAIN: [&str; 9] =
    ["train", "--data", "{}.csv", "--target", "y{}", "--ignore", "c{}", "--trees", "3"];

#[test]
fn what_is_in_a_model_is_shown_and_not_obeyed() {
    let folder = hostile_folder();
    let trained = says_harmlessly(
        &folder,
        0,
        &[&TRAIN[..], &["--force", "--out", "m{}.bin", "--tag", "{}=v{}"]].concat(),
    );
    assert_eq!(trained["saved"]["file"], format!("m{NAME}.bin"));
    let inspected = says_harmlessly(&folder, 0, &["inspect", "m{}.bin"]);
    assert_eq!(inspected["metadata"]["tags"][NAME], format!("v{NAME}"));
    assert_eq!(inspected["schema"]["features"][0]["name"], format!("a{NAME}"));
    let schema = says_harmlessly(&folder, 0, &["inspect", "m{}.bin", "--schema"]);
    assert_eq!(schema, inspected["schema"]);
    let scores = says_harmlessly(&folder, 0, &["evaluate", "--model", "m{}.bin"]);
    assert!(
        scores["per_class"].as_array().unwrap().iter().any(|of| of["class"] == NAME),
        "{scores}"
    );
    let evaluate = ["evaluate", "--model", "m{}.bin", "--cost"];
    let scores = says_harmlessly(&folder, 0, &[&evaluate[..], &["{}>other=2"]].concat());
    assert_eq!(scores["decision"]["least_cost"]["costs"][0]["true"], NAME);
    says_harmlessly(&folder, 2, &[&evaluate[..], &["no{}>other=2"]].concat());
    let generated = says_harmlessly(
        &folder,
        0,
        &["generate", "--samples", "50", "--force", "--out", "g{}.csv"],
    );
    assert_eq!(generated["saved"]["file"], format!("g{NAME}.csv"));
}

#[test]
fn tables_of_such_names_are_aligned() {
    let folder = hostile_folder();
    let ran = run(&folder, &["evaluate", "--model", "m{}.bin"]).succeeds();
    let confusion: Vec<usize> = ran
        .text()
        .lines()
        .skip_while(|line| !line.contains("true \\ predicted"))
        .take_while(|line| !line.is_empty())
        .map(|line| line.chars().count())
        .collect();
    assert_eq!(confusion.len(), 3, "{}", ran.text());
    assert!(confusion.iter().all(|&width| width == confusion[0]), "{}", ran.text());
}

#[test]
fn what_rows_hold_is_said_and_not_obeyed_but_written_as_it_is() {
    let folder = hostile_folder();
    let predict = ["predict", "--model", "m{}.bin", "--data", "rows.csv"];
    says_harmlessly(&folder, 4, &[&predict[..], &["--strict"]].concat());
    says_harmlessly(&folder, 2, &[&predict[..], &["--id", "no{}"]].concat());
    says_harmlessly(&folder, 1, &["evaluate", "--model", "m{}.bin", "--data", "rows.csv"]);
    says_harmlessly(&folder, 1, &["predict", "--model", "m{}.bin", "--data", "no{}.csv"]);
    says_harmlessly(&folder, 1, &["predict", "--model", "m{}.bin", "--data", "bad{}.bin"]);

    for json in [&[][..], &["--json"]] {
        let ran =
            run(&folder, &[&predict[..], &["--id", "y{}", "--proba"], json].concat()).succeeds();
        assert_harmless(&ran.what, &ran.stderr);
        assert!(SHOWN.iter().any(|shown| ran.stderr.contains(shown)), "{}", ran.stderr);
        let row = if json.is_empty() {
            let mut rows = csv::Reader::from_reader(&ran.stdout[..]);
            assert!(rows.headers().unwrap().iter().any(|name| name == format!("proba_{NAME}")));
            rows.records().next().unwrap().unwrap()[0].to_owned()
        } else {
            let row: Value = serde_json::from_slice(&ran.stdout).unwrap();
            assert!(row["proba"][NAME].is_number(), "{row}");
            row[format!("y{NAME}")].as_str().unwrap().to_owned()
        };
        assert_eq!(row, format!("none{NAME}"));
        assert!(ran.text().contains('\u{202e}'), "data are written as they are");
    }
}

#[test]
fn what_was_typed_is_shown_and_not_obeyed() {
    let folder = hostile_folder();
    for verb in ["train", "predict", "evaluate", "inspect", "verify", "generate"] {
        says_harmlessly(&folder, 2, &[verb, "--{}"]);
        says_harmlessly(&folder, 2, &[verb, "--threads", "{}"]);
    }
    says_harmlessly(&folder, 2, &["{}"]);
    for flag in [
        "--trees",
        "--max-features",
        "--max-samples",
        "--criterion",
        "--learner",
        "--class-weight",
        "--min-accuracy",
        "--min-r2",
        "--min-impurity-decrease",
        "--test-size",
        "--tag",
        "--task",
        "--samples",
        "--weights",
    ] {
        says_harmlessly(&folder, 2, &["train", "--out", "new.bin", flag, "{}"]);
    }
    says_harmlessly(&folder, 2, &["train", "--out", "new.bin", "--class-weight", "{}=1"]);
    for flag in
        ["--ignore", "--categorical", "--numeric", "--sample-weight", "--format", "--delimiter"]
    {
        says_harmlessly(&folder, 2, &[&TRAIN[..], &["--out", "new.bin", flag, "no{}"]].concat());
    }
    says_harmlessly(
        &folder,
        2,
        &["train", "--data", "{}.csv", "--target", "{}", "--out", "new.bin"],
    );
    says_harmlessly(&folder, 2, &["predict", "--model", "m{}.bin", "--out-format", "{}"]);
    says_harmlessly(&folder, 2, &["predict", "--model", "m{}.bin", "--quantiles", "{}"]);
    says_harmlessly(&folder, 2, &["predict", "--model", "m{}.bin", "--out", "m{}.bin", "--force"]);
    says_harmlessly(&folder, 2, &["evaluate", "--model", "m{}.bin", "--min-accuracy", "{}"]);
}

#[test]
fn files_that_cannot_be_used_are_named_and_the_name_is_not_obeyed() {
    let folder = hostile_folder();
    for verb in [&["inspect"][..], &["verify"], &["predict", "--model"], &["evaluate", "--model"]] {
        says_harmlessly(&folder, 1, &[verb, &["no{}.bin"]].concat());
        says_harmlessly(&folder, 1, &[verb, &["bad{}.bin"]].concat());
    }
    for verb in [&["train"][..], &["predict", "--model", "m{}.bin"], &["generate"]] {
        says_harmlessly(&folder, 1, &[verb, &["--out", "bad{}.bin"]].concat());
        says_harmlessly(&folder, 1, &[verb, &["--out", "no{}/x"]].concat());
    }
    says_harmlessly(&folder, 1, &["train", "--data", "no{}.csv", "--target", "y", "--out", "x"]);
}

/// A row for each of 30 numbers, as a function of it.
fn rows(row: impl Fn(usize) -> String) -> String {
    (0..30).map(|number| row(number) + "\n").collect()
}

#[test]
fn notes_of_a_training_name_columns_and_cells_and_obey_neither() {
    let folder = Folder::new();
    let name = cell();
    let stray =
        rows(|row| format!("{},{row}", if row == 3 { name.clone() } else { row.to_string() }));
    folder.write("stray.csv", format!("{name},y\n{stray}"));
    let unlike = rows(|row| format!("\"{row}{NAME}\",{}", row % 2));
    folder.write("unlike.csv", format!("{name},y\n{unlike}"));
    let gone = rows(|row| format!("{row},,{}", row % 2));
    folder.write("gone.csv", format!("a,{name},y\n{gone}"));
    let quantity = rows(|row| format!("{row},{row}.5"));
    folder.write("quantity.csv", format!("a,{name}\n{quantity}"));
    let rare = rows(|row| format!("{row},{}", if row == 0 { &*name } else { "most" }));
    folder.write("rare.csv", format!("a,y\n{rare}"));
    let targets =
        [("stray.csv", "y"), ("unlike.csv", "y"), ("gone.csv", "y"), ("quantity.csv", "{}")];
    for (table, target) in targets {
        let train = ["train", "--data", table, "--target", target, "--out", "x", "--force"];
        says_harmlessly(&folder, 0, &train);
    }
    for more in
        [&["--target", "y", "--numeric", "{}"][..], &["--target", "{}", "--task", "regression"]]
    {
        says_harmlessly(
            &folder,
            1,
            &[&["train", "--data", "stray.csv", "--out", "y"][..], more].concat(),
        );
    }
    let stratified = ["train", "--data", "rare.csv", "--target", "y", "--out", "y", "--stratify"];
    says_harmlessly(&folder, 2, &stratified);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_shown_predictions_and_gets_no_model() {
    let folder = hostile_folder();
    std::fs::rename(folder.path(&format!("m{NAME}.bin")), folder.path("m.bin")).unwrap();
    // util-linux's `script` runs a command on a terminal of its own.
    if folder.shell("command -v script").code != Some(0) {
        return;
    }
    let on_terminal = |args: &str| {
        let ran = folder.shell(&format!("script -qec \"NO_COLOR=1 $FOREST {args}\" typescript"));
        Ran { stdout: ran.text().replace("\r\n", "\n").into_bytes(), ..ran }
    };
    for (args, shown) in [("", SHOWN[0]), ("--json", SHOWN[1])] {
        let ran = on_terminal(&format!("predict --quiet --model m.bin {args}")).succeeds();
        assert_harmless(args, ran.text());
        assert!(ran.text().contains(shown), "{}", ran.text());
    }
    let no_text =
        ["train --trees 1 --samples 50 --out -", "train --trees 1 --samples 50 --out /dev/stdout"];
    let binary = ["predict --model m.bin --out-format arrow"];
    for args in crate::support::built(&no_text, &binary, &[]) {
        let ran = on_terminal(args);
        assert_eq!(ran.code, Some(2), "{args}");
        assert_harmless(args, ran.text());
        assert!(ran.text().contains("error: --out would write a"), "{}", ran.text());
        assert!(ran.text().contains("to the terminal"), "{}", ran.text());
    }
}
