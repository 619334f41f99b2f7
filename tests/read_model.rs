//! `examples/read_model.py`, which knows FORMAT.md and nothing of this program, gets the same outputs to the bit.

use std::process::{Command, Stdio};

use super::support::Folder;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/read_model.py");

/// Whether there is a Python. Where there is none, that is said.
fn has_python() -> bool {
    let python = Command::new("python3").arg("--version").stdout(Stdio::null()).status();
    let found = python.is_ok_and(|status| status.success());
    if !found {
        eprintln!("NOT RUN: there is no python3 to run {SCRIPT} with");
    }
    found
}

#[test]
fn an_independent_reader_predicts_the_same_to_the_bit() {
    if !has_python() {
        return;
    }
    let folder = Folder::new();
    folder.example("penguins.csv");
    let penguins = "--data penguins.csv --drop-missing-target --target";
    for (flags, features) in [
        ("", 20),
        ("--plain --trees 3 --test-size 0", 20),
        // Features in two bytes, calibrated probabilities of many classes, tags.
        (
            "--features 200 --informative 20 --classes 30 --clusters-per-class 1 --trees 20 --tag a=b",
            200,
        ),
        ("--task regression --keep-quantiles --no-bootstrap --trees 5", 20),
        ("--learner linfa --trees 5 --threshold 0.3", 20),
        ("--task regression --samples 400 --cut 20 --shrinkage 5", 20),
        (&*format!("{penguins} species --class-weight balanced"), 7),
        (&format!("{penguins} body_mass_g --keep-quantiles"), 7),
        (&format!("{penguins} sex --auto 3 --trees 8 --order year"), 7),
    ] {
        let train = format!("train --quiet --force --out m.bin {flags}");
        folder.forest(&train).succeeds();
        let ran = folder.shell(&format!("python3 {SCRIPT} m.bin")).succeeds();
        let said = ran.text();
        assert!(said.contains(&format!("of {features} features")), "{flags}: {said}");
        assert!(
            said.ends_with("16 probe rows get the same outputs to the bit\n"),
            "{flags}: {said}"
        );
    }
}

#[test]
fn an_independent_reader_finds_what_is_not_right() {
    if !has_python() {
        return;
    }
    let folder = Folder::new();
    folder.forest("train --quiet --trees 3 --samples 100 --out m.bin").succeeds();
    let mut file = folder.read("m.bin");
    let last = file.len() - 1;
    file[last] ^= 1;
    folder.write("m.bin", file);
    let ran = folder.shell(&format!("python3 {SCRIPT} m.bin"));
    assert!(ran.code != Some(0) && ran.stderr.contains("the file is damaged"), "{}", ran.stderr);
}
