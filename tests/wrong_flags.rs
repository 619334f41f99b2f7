//! Flags that are wrong, by themselves, together or for a table: one message names them, the exit
//! code is 2, and nothing is written.

use crate::support::{Folder, Ran};

/// A flag is wrong, by itself or for this table.
const USAGE: i32 = 2;

/// Trains on the synthetic table, by default 1000 rows of 20 features, with flags that have to be
/// refused.
#[track_caller]
fn refuses_flags(flags: &str, words: &[&str]) -> Ran {
    Folder::new().refuses(&format!("train --out m.bin {flags}"), USAGE, words)
}

#[test]
fn a_column_that_is_not_there_is_a_wrong_flag() {
    let folder = Folder::new();
    folder.example("iris.csv");
    let train = "train --data iris.csv --out m.bin";
    for (flags, words) in [
        ("--target z", ["iris.csv", "--target 'z'", "'species'"]),
        ("--target Species", ["iris.csv", "--target 'Species'", "'species'"]),
        ("--target species --ignore z", ["iris.csv", "--ignore 'z'", "'sepal_width'"]),
        ("--target species --ignore sepal_width,z", ["iris.csv", "--ignore 'z'", "columns are"]),
        ("--target species --ignore species", ["--ignore 'species'", "target", "error"]),
    ] {
        folder.refuses(&format!("{train} {flags}"), USAGE, &words);
    }
}

#[test]
fn an_id_that_cannot_be_passed_through_is_a_wrong_flag() {
    let folder = Folder::new();
    folder.write("t.csv", "a,y\n1,0\n2,1\n1,0\n2,1\n").write("rows.csv", "a,prediction\n1,2\n");
    folder.forest("train --data t.csv --target y --trees 1 --test-size 0 --out m.bin").succeeds();
    let predict = "predict --model m.bin --data rows.csv --id";
    folder.refuses(&format!("{predict} z"), USAGE, &["rows.csv", "--id 'z'", "not a column"]);
    folder.refuses(&format!("{predict} prediction"), USAGE, &["--id 'prediction'", "output"]);
    folder.refuses(&format!("{predict} a --held-out"), USAGE, &["--id", "--held-out"]);
}

#[test]
fn a_number_out_of_range_is_refused_with_its_flag() {
    for (flag, values) in [
        ("--test-size", "1.5 -0.1 nan 1 inf half"),
        ("--trees", "0 4294967296 many 1e3"),
        ("--max-depth", "0 1.5"),
        ("--min-samples-split", "1 0"),
        ("--min-samples-leaf", "0"),
        ("--max-bins", "0 1 65536 70000 -1 1.5 many"),
        ("--max-leaf-nodes", "1 0"),
        ("--min-impurity-decrease", "-1 nan inf"),
        ("--max-features", "21 0 1.5 0.0 -0.5 -1 nan many 99999999999999999999"),
        ("--max-samples", "751 0 1.5 0.0 -3 nan most"),
        ("--criterion", "log_loss"),
        ("--splitter", "worst"),
        ("--learner", "xgboost"),
        ("--seed", "4294967296 x"),
        ("--split-seed", "4294967296"),
        ("--threads", "100000 x"),
        ("--min-accuracy", "1.5 -0.1 nan 85%"),
        ("--tag", "commit =abc"),
        ("--samples", "0 4294967296"),
        ("--features", "0 3"),
        ("--informative", "0"),
        ("--classes", "0 5 65537"),
        ("--clusters-per-class", "0 3"),
        ("--weights", "-0.1 nan a"),
        ("--flip-y", "2 -1 nan"),
        ("--class-sep", "0 -1 nan inf"),
        ("--scale", "0 -1 nan inf"),
        ("--shift", "nan inf"),
        ("--data-seed", "4294967296"),
    ] {
        for value in values.split(' ') {
            let ran = refuses_flags(&format!("{flag} {value}"), &[flag]);
            let number = value.parse().map(|number: f64| number.to_string());
            let is_said = |found: &str| ran.stderr.contains(found);
            assert!(is_said(value) || number.is_ok_and(|n| is_said(&n)), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_negative_count_is_refused_with_its_flag() {
    for flag in ["--trees", "--max-depth", "--seed", "--threads", "--samples"] {
        refuses_flags(&format!("{flag} -1"), &[flag, "-1"]);
    }
}

#[test]
fn flags_that_do_not_fit_together_are_named() {
    for (flags, words) in [
        ("--max-samples 5 --no-bootstrap", ["--max-samples", "--no-bootstrap"]),
        ("--learner linfa --max-bins 255", ["--learner linfa", "--max-bins"]),
        ("--learner linfa --splitter random", ["--learner linfa", "--splitter"]),
        ("--learner linfa --max-leaf-nodes 5", ["--learner linfa", "--max-leaf-nodes"]),
        ("--learner linfa --class-weight balanced", ["--learner linfa", "--class-weight"]),
        (
            "--learner linfa --min-impurity-decrease 1e-9",
            ["--learner linfa", "--min-impurity-decrease"],
        ),
        ("--class-weight-in draws --learner linfa", ["--class-weight-in", "--learner linfa"]),
        ("--class-weight-in draws --no-bootstrap", ["--class-weight-in draws", "--no-bootstrap"]),
        ("--class-weight-in draws --task regression", ["--class-weight-in draws", "--task"]),
        (
            "--class-weight-in draws --class-weight balanced_subsample",
            ["--class-weight-in draws", "--class-weight balanced_subsample"],
        ),
        ("--min-accuracy 0.5 --test-size 0", ["--min-accuracy", "--test-size"]),
        ("--stratify --test-size 0.001", ["--stratify", "--test-size"]),
        ("--test-size 0.9999", ["--test-size 0.9999", "1000"]),
        ("--samples 1", ["--samples 1", "one class"]),
        ("--features 3", ["--features is 3", "--redundant 2"]),
        ("--classes 3", ["--classes 3", "--clusters-per-class 2"]),
        ("--weights 0.5,0.3,0.2", ["--weights", "3 numbers for 2 classes"]),
        ("--weights 0.9,0.9", ["--weights", "1.8"]),
        ("--scale 1e300", ["--scale", "inf"]),
        ("--tag a=1 --tag a=2", ["--tag a", "twice"]),
        ("--samples 4294967295 --features 1000000000000", ["--samples", "memory"]),
    ] {
        refuses_flags(flags, &words);
    }
}

#[test]
fn a_synthetic_table_of_one_class_is_a_wrong_flag() {
    refuses_flags("--classes 1", &["--classes"]);
}

#[test]
fn a_class_weight_that_cannot_be_is_refused() {
    for (value, words) in [
        ("7=2", ["'7'", "'0', '1'"]),
        ("0=1,yes=2", ["'yes'", "'0', '1'"]),
        ("0=-1", ["-1", "positive"]),
        ("0=0", ["0", "positive"]),
        ("0=nan", ["NaN", "positive"]),
        ("0=inf", ["inf", "positive"]),
        ("0=heavy", ["'0=heavy'", "CLASS=WEIGHT"]),
        ("0=1,0=2", ["'0'", "twice"]),
        ("0=2,", ["''", "CLASS=WEIGHT"]),
        ("even", ["'even'", "balanced"]),
    ] {
        refuses_flags(
            &format!("--class-weight {value}"),
            &[&["--class-weight"][..], &words].concat(),
        );
    }
}

#[test]
fn a_class_with_one_row_cannot_be_stratified() {
    let folder = Folder::new();
    folder.write("t.csv", "a,y\n1,yes\n2,yes\n3,yes\n4,no\n");
    let train = "train --data t.csv --target y --out m.bin --stratify --test-size 0.5";
    folder.refuses(train, USAGE, &["--stratify", "'no'"]);
}

#[test]
fn synthetic_flags_and_a_file_exclude_each_other() {
    let folder = Folder::new();
    folder.write("t.csv", "a,y\n1,0\n2,1\n1,0\n2,1\n");
    for flag in [
        "--samples 9",
        "--features 9",
        "--informative 2",
        "--redundant 1",
        "--repeated 1",
        "--classes 2",
        "--clusters-per-class 1",
        "--weights 0.5",
        "--flip-y 0",
        "--class-sep 1",
        "--no-hypercube",
        "--shift 1",
        "--scale 2",
        "--no-shuffle",
        "--data-seed 3",
    ] {
        let train = format!("train --data t.csv --target y --out m.bin {flag}");
        let name = flag.split(' ').next().unwrap();
        folder.refuses(&train, USAGE, &["--data", name, "cannot be used with"]);
    }
}

#[test]
fn only_the_synthetic_flag_that_was_given_is_named() {
    let train = "train --data t.csv --target y --out m.bin --class-sep 2";
    let ran = Folder::new().refuses(train, USAGE, &["--data", "--class-sep"]);
    assert!(!ran.stderr.contains("--no-hypercube"), "{}", ran.stderr);
}

#[test]
fn a_flag_that_needs_another_asks_for_it() {
    let folder = Folder::new();
    folder.write("t.csv", "a,y\n1,0\n");
    for (args, missing) in [
        ("train", "--out"),
        ("train --out m.bin --target y", "--data"),
        ("train --out m.bin --ignore y", "--data"),
        ("train --out m.bin --delimiter ;", "--data"),
        ("predict --data t.csv", "--model"),
        ("predict --model m.bin --held-out", "--data"),
        ("predict --model m.bin --id a", "--data"),
        ("predict --model m.bin --delimiter ;", "--data"),
        ("evaluate --data t.csv", "--model"),
        ("evaluate --model m.bin --held-out", "--data"),
        ("inspect", "MODEL"),
        ("verify", "MODEL"),
    ] {
        folder.refuses(args, USAGE, &["required", missing]);
    }
    folder.refuses("train --out m.bin --data t.csv", USAGE, &["--data needs --target"]);
    folder.refuses("predict --model - --data -", USAGE, &["--model", "--data", "standard input"]);
    folder.refuses("train --out m.bin --depth 3", USAGE, &["--depth"]);
    folder.refuses("tran", USAGE, &["'tran'", "'train'"]);
    for delimiter in ["ab", "é", "\""] {
        let train = format!("train --out m.bin --data t.csv --target y --delimiter {delimiter}");
        folder.refuses(&train, USAGE, &["--delimiter", delimiter, "one ASCII character"]);
    }
}

#[test]
fn a_date_that_is_none_is_refused() {
    let folder = Folder::new();
    for date in ["yesterday", "", "1.5", "999999999999999999", "99999999999999999999"] {
        let mut command = folder.command();
        command.args(["train", "--samples", "50", "--out", "m.bin"]);
        let output = command.env("SOURCE_DATE_EPOCH", date).output().unwrap();
        let words = ["SOURCE_DATE_EPOCH", date, "seconds since 1970"];
        Ran::new(date, &output).fails(USAGE, &words);
        assert!(folder.contents().is_empty());
    }
}
