//! Searches for settings: `forest tune` and `forest train --auto`.

use std::fs;

use forest::Model;
use serde_json::Value;

use crate::support::{Folder, Ran};

/// Wrong usage.
const USAGE: i32 = 2;

const TABLE: &str = "--samples 400 --features 8 --trees 40";

/// The trials in lines of JSON, without what depends on the clock.
fn trials(lines: &[u8]) -> Vec<Value> {
    let lines = std::str::from_utf8(lines).unwrap().lines();
    let trial = |line: &str| {
        let mut trial: Value = serde_json::from_str(line).unwrap();
        trial.as_object_mut().unwrap().remove("seconds").unwrap();
        trial
    };
    lines.map(trial).collect()
}

/// What a training printed on standard output with `--json`.
fn json(ran: &Ran) -> Value {
    serde_json::from_slice(&ran.stdout).unwrap()
}

fn model(folder: &Folder, name: &str) -> Model {
    Model::load(folder.path(name)).unwrap()
}

#[test]
fn a_search_of_so_many_trials_gives_the_same_file_on_any_number_of_threads() {
    let folder = Folder::new();
    let refine = "--cut auto --shrinkage auto";
    for table in ["--calibrate auto --classes 3 --informative 4", "--task regression"] {
        for threads in [1, 4] {
            let out = format!("--auto 6 --threads {threads} --out m{threads}.bin --force");
            folder.forest(&format!("train {TABLE} {table} {refine} {out}")).succeeds();
        }
        assert!(folder.read("m1.bin") == folder.read("m4.bin"), "{table}");
        let model = model(&folder, "m1.bin");
        let metadata = model.metadata();
        assert_eq!((metadata.chosen_of, metadata.reproducible), (Some(6), true));
        assert!(metadata.out_of_bag.unwrap().used_to_choose);
        folder.forest("verify m1.bin").succeeds();
        folder.forest("evaluate --model m1.bin").succeeds();
    }
}

#[test]
fn the_command_that_is_printed_gives_the_winners_forest() {
    let folder = Folder::new();
    // Of 20 features four tell something: more of them are looked at than by default.
    let table = "--samples 400 --trees 40";
    let ran = folder.forest(&format!("train {table} --auto 12 --out m.bin --json")).succeeds();
    let chosen = &json(&ran)["chosen"];
    assert_eq!((&chosen["of"], &chosen["quote"]), (&12.into(), &"held_out".into()));
    let command = chosen["command"].as_str().unwrap();
    assert!(command.starts_with("forest train --out m.bin --trees 40 "), "{command}");
    let searched =
        ["--max-features", "--splitter", "--max-samples", "--criterion", "--min-samples-leaf"];
    assert!(searched.iter().any(|flag| command.contains(flag)), "{command}");
    let flags = command.strip_prefix("forest ").unwrap().replace("m.bin", "by_hand.bin");
    folder.forest(&flags).succeeds();
    let [auto, by_hand] = ["m.bin", "by_hand.bin"].map(|name| model(&folder, name));
    assert!(auto.forest() == by_hand.forest());
    assert_eq!(auto.metadata().forest, by_hand.metadata().forest);
    assert_eq!(by_hand.metadata().chosen_of, None);
    assert!(auto.fingerprint() != by_hand.fingerprint());
    // `tune` finds the same.
    let tuned = folder.forest(&format!("tune {table} --auto 12")).succeeds();
    assert!(tuned.text().contains(&command.replace("m.bin", "model.bin")), "{}", tuned.text());
}

#[cfg(unix)]
#[test]
fn a_command_with_names_that_a_shell_takes_apart_is_quoted() {
    let folder = Folder::new();
    let table = fs::read_to_string("examples/data/penguins.csv").unwrap();
    folder.write("it's mine.csv", table.replacen("species", "the $species", 1));
    let tune =
        r#""$FOREST" tune --data "it's mine.csv" --target 'the $species' --ignore island,sex"#;
    let ran =
        folder.shell(&format!("{tune} --tag 2>/dev/null; {tune} --trees 10 --auto 2")).succeeds();
    let command = ran.text().split("forest train").nth(1).unwrap().trim();
    folder.shell(&format!("\"$FOREST\" train {command}")).succeeds();
    assert_eq!(model(&folder, "model.bin").schema().target.name, "the $species");
}

#[test]
fn a_search_that_goes_on_ends_as_one_that_was_not_interrupted() {
    let folder = Folder::new();
    let tune = format!("tune {TABLE} --auto 8");
    folder.forest(&format!("{tune} --out all.jsonl")).succeeds();
    let all = folder.read("all.jsonl");
    let count = trials(&all).len();
    for n_lines in [0, 1, 5, 9, count - 1, count] {
        let some: Vec<&str> =
            std::str::from_utf8(&all).unwrap().split_inclusive('\n').take(n_lines).collect();
        folder.write("some.jsonl", some.concat());
        let ran = folder.forest(&format!("{tune} --resume some.jsonl --json")).succeeds();
        assert_eq!(trials(&folder.read("some.jsonl")), trials(&all), "{n_lines}");
        let whole = folder.forest(&format!("{tune} --resume all.jsonl --json")).succeeds();
        assert_eq!(json(&ran)["command"], json(&whole)["command"]);
    }
    // Training takes part in the same file, and so does a longer search.
    folder.forest(&format!("train {TABLE} --auto 8 --trials all.jsonl --out a.bin")).succeeds();
    folder.forest(&format!("train {TABLE} --auto 8 --trials new.jsonl --out b.bin")).succeeds();
    assert!(folder.read("a.bin") == folder.read("b.bin"));
    assert_eq!(folder.read("all.jsonl"), all);
    assert_eq!(trials(&folder.read("new.jsonl")), trials(&all));
    folder.forest(&format!("tune {TABLE} --auto 12 --resume all.jsonl")).succeeds();
    assert!(folder.read("all.jsonl").starts_with(&all));
}

#[test]
fn with_json_each_trial_is_a_line() {
    let folder = Folder::new();
    let ran = folder.forest(&format!("tune {TABLE} --auto 4 --json")).succeeds();
    let lines = trials(&ran.stdout);
    // What was given and three others, then two of them.
    let trees: Vec<_> = lines.iter().map(|line| line["trees"].as_u64().unwrap()).collect();
    assert_eq!(trees, [20, 20, 20, 20, 40, 40, 40]);
    assert_eq!(lines[0]["settings"]["max_features"], "sqrt");
    assert!(lines.iter().all(|line| line["loss"].as_f64().unwrap() > 0.0));
    assert!(ran.stderr.contains("forest train --out model.bin"), "{}", ran.stderr);
    let ran = folder.forest(&format!("tune {TABLE} --auto 4 --out -")).succeeds();
    assert_eq!(trials(&ran.stdout), lines);
    let ran = folder.forest(&format!("tune {TABLE} --auto 4 --out t.jsonl --quiet")).succeeds();
    assert!(ran.text().contains("as given") && ran.stderr.is_empty());
}

#[test]
fn the_rows_held_out_have_no_part_in_the_search() {
    let folder = Folder::new();
    let row = |row: usize, held_out: bool| {
        let level = ["low", "mid", "high", "top"][row * 7 % 4];
        let y = if held_out { (row * 977 % 89) as f64 } else { (row % 50) as f64 };
        format!("{},{},{level},{row},{y}.5\n", row * 31 % 101, row * 17 % 97)
    };
    let table = |spoilt: bool| {
        let rows = (0..400).map(|at| row(at, spoilt && at >= 300)).collect::<String>();
        "a,b,c,when,y\n".to_owned() + &rows
    };
    folder.write("t.csv", table(false)).write("spoilt.csv", table(true));
    let lines = ["t.csv", "spoilt.csv"].map(|name| {
        let tune = format!("tune --data {name} --target y --order when --ignore when --trees 20");
        let ran = folder.forest(&format!("{tune} --auto 6 --json")).succeeds();
        let mut lines = trials(&ran.stdout);
        // The tables are two; what is found out is one.
        for line in &mut lines {
            let line = line.as_object_mut().unwrap();
            line.retain(|name, _| !["data", "setup"].contains(&name.as_str()));
        }
        lines
    });
    assert_eq!(lines[0], lines[1]);
}

#[test]
fn what_is_given_stays_as_it_is() {
    let folder = Folder::new();
    let tune =
        "tune --samples 200 --trees 10 --criterion entropy --splitter best --max-samples 0.7";
    let ran = folder.forest(&format!("{tune} --auto 5 --json")).succeeds();
    for line in trials(&ran.stdout) {
        let names: Vec<&String> = line["settings"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["max_features", "min_samples_leaf"]);
    }
}

#[test]
fn a_search_by_time_is_recorded_as_one_that_may_end_otherwise() {
    let folder = Folder::new();
    let ran = folder.forest("train --samples 100 --trees 10 --auto 1s --out m.bin").succeeds();
    assert!(ran.stderr.contains("depends on the machine"), "{}", ran.stderr);
    let model = model(&folder, "m.bin");
    assert!(model.metadata().chosen_of > Some(1) && !model.metadata().reproducible);
    assert!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap() == model);
    let inspect = folder.forest("inspect m.bin").succeeds();
    assert!(inspect.text().contains("reproducible            false"), "{}", inspect.text());
}

#[test]
fn the_score_by_which_settings_were_chosen_is_said_to_flatter() {
    let folder = Folder::new();
    let ran = folder.forest(&format!("train {TABLE} --auto 3 --out m.bin")).succeeds();
    let words = "chosen of 3 by out-of-bag loss, which flatters them: quote the held-out score";
    assert!(ran.text().contains(words), "{}", ran.text());
    let inspect = folder.forest("inspect m.bin").succeeds();
    assert!(inspect.text().contains(words) && inspect.text().contains("also chose the settings"));
    let inspect = json(&folder.forest("inspect m.bin --json").succeeds());
    assert_eq!(inspect["metadata"]["chosen_of"], 3);
    assert_eq!(inspect["metadata"]["out_of_bag"]["used_to_choose"], true);
    let bare = folder.forest(&format!("train {TABLE} --out bare.bin --json")).succeeds();
    assert_eq!(json(&bare)["chosen"], Value::Null);
    let bytes = folder.read("bare.bin");
    assert!(!bytes.windows(9).any(|bytes| bytes == b"chosen_of"));
}

#[test]
fn trials_of_another_table_seed_or_setting_are_refused() {
    let folder = Folder::new();
    folder.forest(&format!("tune {TABLE} --auto 2 --out t.jsonl")).succeeds();
    folder
        .write("none.jsonl", "{\"trial\": 1}\n")
        .write("half.jsonl", &folder.read("t.jsonl")[..99]);
    for (flags, words) in [
        ("--samples 500 --features 8 --trees 40 --resume t.jsonl", "the trial is of another table"),
        (
            &*format!("{TABLE} --random-state 7 --split-seed 42 --seed 7 --resume t.jsonl"),
            "another table",
        ),
        (&*format!("{TABLE} --min-samples-split 5 --resume t.jsonl"), "of other settings"),
        (&*format!("{TABLE} --test-size 0.3 --resume t.jsonl"), "of other settings"),
        (&*format!("{TABLE} --criterion gini --resume t.jsonl"), "of other settings"),
        (&*format!("{TABLE} --resume none.jsonl"), "none.jsonl, line 1: this is no trial"),
        (&*format!("{TABLE} --resume half.jsonl"), "this is no trial"),
    ] {
        folder.refuses(
            &format!("tune {} --auto 2", flags.replace("--random-state 7 ", "")),
            USAGE,
            &[words],
        );
    }
    folder.refuses(
        &format!("tune {TABLE} --resume missing.jsonl"),
        1,
        &["missing.jsonl", "read the trials"],
    );
    folder.refuses(&format!("tune {TABLE} --out t.jsonl"), 1, &["t.jsonl", "is there already"]);
    folder.forest(&format!("tune {TABLE} --auto 2 --out t.jsonl --force")).succeeds();
    // Of a file the seed is not that of the table.
    folder.example("penguins.csv");
    let tune = "tune --data penguins.csv --target species --trees 10 --auto 2";
    folder.forest(&format!("{tune} --out p.jsonl")).succeeds();
    folder.refuses(&format!("{tune} --seed 7 --resume p.jsonl"), USAGE, &["of another seed: 42"]);
    folder.refuses(&format!("{tune} --out penguins.csv --force"), USAGE, &["would replace"]);
}

#[test]
fn what_does_not_go_with_a_search_is_refused_with_a_reason() {
    let folder = Folder::new();
    let given =
        "--criterion gini --splitter best --max-features 2 --max-samples all --min-samples-leaf 1";
    for (flags, words) in [
        ("--learner linfa", "--learner linfa does not go with a search"),
        ("--no-bootstrap", "--no-bootstrap does not go with a search"),
        ("--trees 1", "--trees is 1"),
        (given, "nothing is left to choose"),
    ] {
        folder.refuses(&format!("train --out m.bin --auto 4 {flags}"), USAGE, &[words]);
        folder.refuses(&format!("tune --out t.jsonl --auto 4 {flags}"), USAGE, &[words]);
    }
    for budget in ["1", "0s", "5d", "x"] {
        folder.refuses(
            &format!("train --out m.bin --auto {budget}"),
            USAGE,
            &["a number of trials, at least 2"],
        );
    }
    folder.refuses("train --out m.bin --trials t.jsonl", USAGE, &["--auto"]);
    folder.refuses("train --out m.bin --auto 2 --trials m.bin", USAGE, &["--trials", "--out"]);
    folder.refuses("train --out m.bin --auto 2 --trials -", USAGE, &["--trials", "a file"]);
    folder.refuses("tune --out a --resume b", USAGE, &["cannot be used with"]);
}
