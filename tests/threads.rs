//! Threads: the command takes as many as make sense and the system grants, the library none that
//! stays.

use std::env;
use std::process::Command;
use std::time::{Duration, Instant};

use forest::data::synth::{MakeClassification, MakeRegression};
use forest::data::{ReadOptions, Table};
use forest::{ForestParams, Model, Target, TrainOptions, oob_score, with_threads};
use jiff::Timestamp;
use linfa::ParamGuard;
use linfa::traits::Predict;
use ndarray::Array2;

use crate::support::{Folder, Ran};

#[test]
fn more_threads_than_four_a_core_are_said_and_not_taken() {
    let folder = Folder::new();
    let one = folder.forest("train --trees 20 --out - --threads 1").succeeds();
    let ran = folder.forest("train --trees 20 --out - --threads 4096").succeeds();
    assert!(one.stdout == ran.stdout);
    for words in ["note: --threads 4096", "the same on any number"] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    assert!(!one.stderr.contains("--threads"), "{}", one.stderr);
    let quiet = folder.forest("train --trees 20 --out - --threads 4096 --quiet").succeeds();
    assert_eq!(quiet.stderr, "");
}

/// What has to stand before a command so that the system grants it one thread; `None` where that
/// cannot be had.
#[cfg(target_os = "linux")]
fn alone(folder: &Folder) -> Option<Vec<&'static str>> {
    use std::os::unix::fs::MetadataExt;
    // The limit does not hold for root.
    let is_root = folder.path("m.bin").metadata().unwrap().uid() == 0;
    let other_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let prefix =
        [if is_root { &other_user[..] } else { &[] }, &["prlimit", "--nproc=1:1"]].concat();
    let succeeds = |program: &[&str]| {
        let line = [&prefix, program].concat();
        let output = folder.in_here(line[0]).args(&line[1..]).output();
        output.is_ok_and(|output| output.status.success())
    };
    // A shell that cannot start another one ends with an error.
    let is_limited = !succeeds(&["sh", "-c", "(true); exit 0"]);
    (is_limited && succeeds(&[env!("CARGO_BIN_EXE_forest"), "--help"])).then_some(prefix)
}

#[cfg(target_os = "linux")]
#[test]
fn all_verbs_work_where_the_system_grants_one_thread() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    set_permissions(folder.path(""), Permissions::from_mode(0o755)).unwrap();
    folder.forest("train --trees 5 --out m.bin").succeeds();
    folder.forest("generate --samples 50 --out rows.csv").succeeds();
    let Some(prefix) = alone(&folder) else {
        eprintln!("SKIPPED: the number of threads cannot be limited here");
        return;
    };
    let run_alone = |args: &str| {
        let line = [&prefix[..], &[env!("CARGO_BIN_EXE_forest")]].concat();
        let mut command = folder.in_here(line[0]);
        Ran::new(args, &command.args(&line[1..]).args(args.split(' ')).output().unwrap()).succeeds()
    };
    for args in [
        "verify m.bin",
        "inspect m.bin",
        "predict --model m.bin",
        "predict --model m.bin --data rows.csv --proba",
        "evaluate --model m.bin",
        "train --trees 5 --out -",
        "generate --samples 50",
    ] {
        for threads in [2, 4096] {
            let args = format!("{args} --threads {threads}");
            let ran = run_alone(&args);
            assert!(ran.stderr.contains("note: the system refuses"), "{args}: {}", ran.stderr);
            assert!(ran.stdout == folder.forest(&args).succeeds().stdout, "{args}");
        }
        // Who asks for one gets it, and there is nothing to say.
        let ran = run_alone(&format!("{args} --threads 1"));
        assert!(!ran.stderr.contains("the system refuses"), "{args}: {}", ran.stderr);
    }
}

/// The variable that says that a test runs in a process of its own.
const ALONE: &str = "FOREST_TEST_ALONE";

/// Other tests have threads of their own: this one runs in a process that uses the library alone.
#[cfg(target_os = "linux")]
#[test]
fn the_library_leaves_no_thread_behind_and_predicts_on_the_callers() {
    if env::var_os(ALONE).is_some() {
        return use_the_library();
    }
    let name = "threads::the_library_leaves_no_thread_behind_and_predicts_on_the_callers";
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--test-threads=1", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{errors}");
}

fn n_threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// Waits until there are no more threads than `before`: one that was waited for may still be on its
/// way out.
fn gone(before: usize, what: &str) {
    let start = Instant::now();
    while n_threads() > before {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}: {} threads", n_threads());
        std::thread::yield_now();
    }
}

fn use_the_library() {
    let before = n_threads();
    let table = Table::synthetic(MakeClassification::default()).unwrap();
    let train = |n_threads| {
        let forest = ForestParams::new().n_trees(8).n_threads(n_threads);
        // Two trainings may fall on two seconds.
        let created = Some(Timestamp::UNIX_EPOCH);
        Model::train(&table, &TrainOptions { forest, created, ..TrainOptions::default() }).unwrap()
    };
    Table::read("examples/data/iris.csv", &ReadOptions::new("species")).unwrap();
    assert_eq!(n_threads(), before, "reading a table");
    // On one thread none is started, so that there is none to wait for.
    let model = train(1);
    assert_eq!(n_threads(), before, "training on one thread");

    let bytes = model.to_bytes().unwrap();
    assert!(Model::from_bytes(&bytes).unwrap() == model);
    let file = tempfile::NamedTempFile::new().unwrap();
    model.save_over(file.path()).unwrap();
    let model = Model::load(file.path()).unwrap();
    assert!(model.to_bytes().unwrap() == bytes);
    assert_eq!(n_threads(), before, "loading");

    let columns = table.features.iter().map(|column| &column.values);
    let x = Array2::from_shape_fn((table.n_rows(), table.features.len()), |(row, feature)| {
        columns.clone().nth(feature).unwrap()[row]
    });
    let forest = model.forest();
    let proba = forest.predict_proba(x.view()).unwrap();
    let classes = forest.predict_classes(x.view()).unwrap();
    let by_linfa = forest.predict(&x);
    model.verify().unwrap();
    assert_eq!(n_threads(), before, "predicting");
    assert!(by_linfa.iter().zip(&classes).all(|(&a, &b)| a == b as usize));

    for n in [0, 2, 3] {
        assert_eq!(train(n).to_bytes().unwrap(), bytes, "{n} threads");
        gone(before, "training");
        let on_threads = with_threads(n, || {
            (forest.predict_proba(x.view()).unwrap(), forest.predict_classes(x.view()).unwrap())
        });
        assert!(on_threads == (proba.clone(), classes.clone()), "{n} threads");
        gone(before, "predicting on threads");
    }
    regression(before);
}

fn regression(before: usize) {
    let table = MakeRegression { n_samples: 300, ..Default::default() };
    let table = Table::synthetic(table).unwrap();
    let forest::data::TargetValues::Numbers(y) = &table.target.values else { panic!() };
    let x = Array2::from_shape_fn((300, table.features.len()), |(row, feature)| {
        table.features[feature].values[row]
    });
    let fit = |n_threads| {
        let params = ForestParams::new().n_trees(8).keep_quantiles(true).n_threads(n_threads);
        let params = params.check().unwrap();
        let forest = params.fitter().fit_forest(x.view(), Target::Values(y)).unwrap();
        let score = oob_score(&forest, &params, x.view(), Target::Values(y), None).unwrap();
        (forest, score)
    };
    let (forest, score) = fit(1);
    let quantiles = forest.predict_quantiles(x.view(), &[0.1, 0.9]).unwrap();
    assert_eq!(n_threads(), before, "a regression on one thread");
    for n in [0, 2] {
        assert!(fit(n) == (forest.clone(), score), "{n} threads");
        let on_threads = with_threads(n, || forest.predict_quantiles(x.view(), &[0.1, 0.9]));
        assert_eq!(on_threads.unwrap(), quantiles, "{n} threads");
        gone(before, "a regression");
    }
}
