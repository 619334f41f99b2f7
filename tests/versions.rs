//! Versions of a model, through the binary: numbers in names, lists, differences.

mod diff;
mod list;

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::support::{Folder, Ran};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const GATE: i32 = 3;

const TRAIN: &str = "train --samples 60 --features 3 --redundant 0 --quiet";

fn folder_of_models() -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.path("models")).unwrap();
    folder
}

/// A folder with the models `models/m_v1.bin`, `m_v2.bin` … of as many trees as their numbers.
fn versions(n: u64) -> Folder {
    let folder = folder_of_models();
    for trees in 1..=n {
        folder.forest(&format!("{TRAIN} --trees {trees} --out models/m_v{{n}}.bin")).succeeds();
    }
    folder
}

#[track_caller]
fn json(ran: &Ran) -> Value {
    serde_json::from_str(ran.text()).unwrap()
}

/// How many trees the model at a path has.
#[track_caller]
fn trees(folder: &Folder, path: &str) -> u64 {
    json(&folder.forest(&format!("inspect {path} --json --quiet")).succeeds())["trees"]
        .as_u64()
        .unwrap()
}

/// Alters a byte in the middle of a file.
fn damage(folder: &Folder, name: &str) {
    let mut bytes = folder.read(name);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    folder.write(name, bytes);
}

fn names(folder: &Folder) -> BTreeSet<String> {
    let entries = fs::read_dir(folder.path("models")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn training_takes_the_number_after_the_highest_and_fills_no_gaps() {
    let folder = versions(3);
    assert_eq!(names(&folder), ["m_v1.bin", "m_v2.bin", "m_v3.bin"].map(str::to_owned).into());
    fs::remove_file(folder.path("models/m_v2.bin")).unwrap();
    // Neither is one of them.
    folder.write("models/m_v9.bin.sig", "").write("models/other_v8.bin", "");
    let ran = folder.forest("train --trees 4 --samples 60 --out models/m_v{n}.bin").succeeds();
    assert!(ran.text().contains("saved                   models/m_v4.bin"), "{}", ran.text());
    let ran = folder.forest(&format!("{TRAIN} --json --trees 5 --out models/m_v{{n}}.bin"));
    assert_eq!(json(&ran.succeeds())["saved"]["file"], "models/m_v5.bin");
    assert_eq!(trees(&folder, "models/m_v5.bin"), 5);
    assert!(!folder.path("models/m_v2.bin").exists());
    folder.forest(&format!("{TRAIN} --trees 1 --out here_{{n}}")).succeeds();
    assert!(folder.path("here_1").is_file());
}

#[test]
fn a_model_is_the_same_bytes_whatever_its_number() {
    let folder = folder_of_models();
    let plain = folder.forest(&format!("{TRAIN} --trees 3 --out plain.bin")).succeeds();
    assert!(plain.stderr.is_empty(), "{}", plain.stderr);
    folder.forest(&format!("{TRAIN} --trees 3 --out models/m_v{{n}}.bin")).succeeds();
    assert!(folder.read("plain.bin") == folder.read("models/m_v1.bin"));
}

#[test]
fn trainings_at_the_same_time_get_numbers_of_their_own_and_none_is_lost() {
    const N: u64 = 12;
    let folder = folder_of_models();
    let start = |trees: u64| -> Child {
        let args = format!("{TRAIN} --json --trees {trees} --out models/m_v{{n}}.bin");
        let mut command = folder.command();
        command.args(args.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let children: Vec<Child> = (1..=N).map(start).collect();
    let mut files = BTreeSet::new();
    for (child, trained) in children.into_iter().zip(1..) {
        let ran = Ran::new("train", &child.wait_with_output().unwrap()).succeeds();
        let file = json(&ran)["saved"]["file"].as_str().unwrap().to_owned();
        folder.forest(&format!("verify {file}")).succeeds();
        assert_eq!(trees(&folder, &file), trained, "{file}");
        files.insert(file);
    }
    let expected = (1..=N).map(|number| format!("models/m_v{number}.bin"));
    assert_eq!(files, expected.collect());
    assert_eq!(names(&folder).len() as u64, N);
}

#[cfg(unix)]
#[test]
fn a_number_that_is_taken_during_training_stays_as_it_is() {
    let folder = folder_of_models();
    folder.example("iris.csv").shell("mkfifo pipe").succeeds();
    let args = "train --trees 5 --data pipe --target species --out models/m_v{n}.bin";
    let mut command = folder.command();
    command.args(args.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // This waits until the program reads it, and so has looked at where the model goes.
    let mut pipe = fs::OpenOptions::new().write(true).open(folder.path("pipe")).unwrap();
    folder.write("models/m_v1.bin", "theirs");
    std::io::Write::write_all(&mut pipe, &folder.read("iris.csv")).unwrap();
    drop(pipe);
    let ran = Ran::new(args, &child.wait_with_output().unwrap()).succeeds();
    assert!(ran.text().contains("models/m_v2.bin"), "{}", ran.text());
    assert_eq!(folder.read("models/m_v1.bin"), b"theirs");
    assert_eq!(names(&folder), ["m_v1.bin", "m_v2.bin"].map(str::to_owned).into());
}

#[test]
fn what_cannot_be_numbered_is_refused_before_the_table_is_read() {
    let folder = folder_of_models();
    let refuses = |out: &str, code: i32, words: &[&str]| {
        let args = format!("train --data nothing.csv --target y --out {out}");
        folder.refuses(&args, code, words);
    };
    refuses("elsewhere/m_v{n}.bin", FAILED, &["folder 'elsewhere'", "that is there"]);
    refuses("models/m_v{n}_{n}.bin", USAGE, &["twice", "models/churn_v{n}.bin"]);
    refuses("models_{n}/m.bin", USAGE, &["not of a folder"]);
    refuses("models_{n}/m_v{n}.bin", USAGE, &["not of a folder"]);
    refuses("models/m_v{n}.bin --force", USAGE, &["--force", "{n}", "no file has"]);
    refuses(&format!("models/{}{{n}}", "x".repeat(300)), FAILED, &["no file can have this name"]);
    folder.write("models/m_v{n}.bin", "");
    refuses("models/m_v{n}.bin", FAILED, &["this very name", "rename that file"]);
}

#[test]
fn the_newest_version_is_used_and_an_older_one_by_its_number() {
    let folder = versions(11);
    assert_eq!(trees(&folder, "models/m_v{n}.bin"), 11);
    assert_eq!(trees(&folder, "models/m_v3.bin"), 3);
    for verb in ["predict --model", "evaluate --json --model", "verify --json", "inspect --json"] {
        let newest = folder.forest(&format!("{verb} models/m_v{{n}}.bin")).succeeds();
        assert!(newest.stderr.contains("the newest is models/m_v11.bin"), "{}", newest.stderr);
        let named = folder.forest(&format!("{verb} models/m_v11.bin")).succeeds();
        assert_eq!(newest.stdout, named.stdout, "{verb}");
    }
    let ran = folder.forest("compare models/m_v1.bin models/m_v{n}.bin --quiet").succeeds();
    assert!(ran.text().starts_with("models/m_v11.bin against models/m_v1.bin"), "{}", ran.text());
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    // The model that is read is not written over, by whatever name.
    folder.refuses(
        "predict --model models/m_v{n}.bin --out models/m_v11.bin --force --quiet",
        USAGE,
        &["--out would replace", "models/m_v11.bin"],
    );
}

#[test]
fn damaged_newer_versions_are_skipped_and_named_also_when_it_is_to_be_quiet() {
    let folder = versions(4);
    damage(&folder, "models/m_v4.bin");
    folder.write("models/m_v3.bin", "x,y\n");
    fs::create_dir(folder.path("models/m_v9.bin")).unwrap();
    let ran = folder.forest("inspect models/m_v{n}.bin --json --quiet").succeeds();
    assert_eq!(json(&ran)["trees"], 2);
    for (line, words) in ran.stderr.lines().zip([
        ["models/m_v9.bin", "no file"],
        ["models/m_v4.bin", "bytes were altered"],
        ["models/m_v3.bin", "not a forest model"],
    ]) {
        assert!(words.iter().all(|word| line.contains(word)), "{line}: {words:?}");
        assert!(line.contains("warning: skipped"), "{line}");
    }
    assert_eq!(ran.stderr.lines().count(), 3, "{}", ran.stderr);
    // Training goes on after what is there, whole or not.
    folder.forest(&format!("{TRAIN} --trees 7 --out models/m_v{{n}}.bin")).succeeds();
    assert_eq!(trees(&folder, "models/m_v10.bin"), 7);
    folder.refuses("inspect models/m_v4.bin", FAILED, &["models/m_v4.bin", "altered"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_with_a_number_is_not_waited_for() {
    let folder = versions(1);
    folder.shell("mkfifo models/m_v5.bin").succeeds();
    let ran = folder.forest("verify models/m_v{n}.bin --quiet").succeeds();
    assert!(ran.stderr.contains("models/m_v5.bin"), "{}", ran.stderr);
    let list = json(&folder.forest("list models --json").succeeds());
    assert_eq!((list["models"].as_array().unwrap().len(), &list["other_files"]), (1, &1.into()));
}

#[test]
fn where_there_is_no_version_it_is_said_what_was_looked_for() {
    let folder = versions(2);
    folder.refuses(
        "predict --model models/other_v{n}.bin",
        FAILED,
        &["models/other_v{n}.bin", "no file of this name with a number"],
    );
    folder.refuses("verify elsewhere/m_v{n}.bin", FAILED, &["elsewhere", "look into the folder"]);
    folder.refuses("inspect models/m_v{n}{n}.bin", USAGE, &["twice"]);
    folder.refuses("compare models/m_v1.bin models_{n}/m.bin", USAGE, &["not of a folder"]);
    damage(&folder, "models/m_v1.bin");
    damage(&folder, "models/m_v2.bin");
    folder.refuses(
        "evaluate --model models/m_v{n}.bin --quiet",
        FAILED,
        &["of 2 files none is a whole model", "models/m_v2.bin", "altered"],
    );
}

#[test]
fn a_file_that_has_the_braces_in_its_name_is_that_file() {
    let folder = versions(2);
    fs::copy(folder.path("models/m_v1.bin"), folder.path("models/m_v{n}.bin")).unwrap();
    let ran = folder.forest("inspect models/m_v{n}.bin --json").succeeds();
    assert_eq!((&json(&ran)["trees"], &*ran.stderr), (&1.into(), ""));
}

#[test]
fn help_shows_the_braces() {
    let folder = Folder::new();
    for verb in ["train", "predict", "evaluate", "inspect", "verify", "compare", "list", "diff"] {
        let help = folder.forest(&format!("{verb} --help")).succeeds();
        assert!(help.text().contains("{n}"), "{verb}: {}", help.text());
        assert!(!help.text().contains('\x1b'), "{verb}");
    }
    // What has a hidden character is said in another way.
    let mut command = folder.command();
    let ran = Ran::new("", &command.args(["train", "--out", "\u{7}", "--help"]).output().unwrap());
    assert!(ran.succeeds().text().contains("v{n}.bin"));
}
