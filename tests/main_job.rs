//! The main job through the binary: train, save, load, predict, evaluate, inspect, verify.

use std::collections::BTreeMap;

use forest::data::Sha256Digest;
use serde_json::Value;

use crate::support::{Folder, Ran};

/// The lines of a CSV output, as cells.
fn cells(ran: &Ran) -> Vec<Vec<String>> {
    let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(ran.stdout.as_slice());
    csv.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn json(ran: &Ran) -> Value {
    serde_json::from_slice(&ran.stdout).unwrap()
}

/// Trains, predicts and evaluates with no `--data` for the last two, and checks that all three agree.
fn train_predict_evaluate(folder: &Folder, train: &str, n_held_out: usize) -> Value {
    let trained = json(&folder.forest(&format!("train --out m.bin --json {train}")).succeeds());
    assert_eq!(trained["held_out"]["rows"], n_held_out);

    let predicted = folder.forest("predict --model m.bin").succeeds();
    let rows = cells(&predicted);
    assert_eq!(rows[0], ["row", "prediction"]);
    assert_eq!(rows.len(), 1 + n_held_out);

    let evaluated = json(&folder.forest("evaluate --model m.bin --json").succeeds());
    assert_eq!(evaluated["recorded_scores"], "exact");
    assert_eq!(evaluated["accuracy"], trained["held_out"]["accuracy"]);
    assert_eq!(evaluated["log_loss"], trained["held_out"]["log_loss"]);
    let interval = &evaluated["log_loss_interval"];
    assert!(interval["low"].as_f64() < evaluated["log_loss"].as_f64());
    assert_eq!(*interval, trained["held_out"]["log_loss_interval"]);
    assert_eq!(evaluated["accuracy_interval"], trained["held_out"]["accuracy_interval"]);
    assert_eq!(evaluated["baseline"]["accuracy"], trained["held_out"]["baseline"]["accuracy"]);
    let accuracy = evaluated["accuracy"].as_f64().unwrap();
    assert!(predicted.stderr.contains(&format!("accuracy {accuracy:.4}")), "{}", predicted.stderr);

    folder.forest("verify m.bin").succeeds();
    evaluated
}

#[test]
fn the_built_in_table_is_learned_saved_loaded_and_scored() {
    let scores = train_predict_evaluate(&Folder::new(), "", 250);
    // scikit-learn 1.9.1's RandomForestClassifier(100, random_state=i) on this table and split
    // scores 0.868 to 0.884 for i = 0..30.
    let accuracy = scores["accuracy"].as_f64().unwrap();
    assert!((0.85..=0.91).contains(&accuracy), "{accuracy}");
    // 115 of the 250 rows have the class that is the majority of the training rows.
    assert_eq!(scores["baseline"]["accuracy"], 0.46);
}

/// The classes that have scores.
fn classes(scores: &Value) -> Vec<&str> {
    let classes = scores["per_class"].as_array().unwrap().iter();
    classes.map(|of| of["class"].as_str().unwrap()).collect()
}

#[test]
fn iris_with_text_labels_goes_the_same_way() {
    let folder = Folder::new();
    folder.example("iris.csv");
    let scores = train_predict_evaluate(&folder, "--data iris.csv --target species --stratify", 38);
    assert_eq!(classes(&scores), ["setosa", "versicolor", "virginica"]);
}

#[test]
fn wine_with_whole_number_labels_goes_the_same_way() {
    let folder = Folder::new();
    folder.example("wine.csv");
    let scores = train_predict_evaluate(&folder, "--data wine.csv --target cultivar", 45);
    assert_eq!(classes(&scores), ["1", "2", "3"]);
}

#[test]
fn both_learners_go_the_same_way() {
    for learner in ["cart", "linfa"] {
        let flags = format!("--learner {learner} --samples 200 --trees 5 --max-features 0.5");
        train_predict_evaluate(&Folder::new(), &flags, 50);
        let folder = Folder::new();
        folder.example("iris.csv");
        let flags = format!("--learner {learner} --data iris.csv --target species --trees 5");
        train_predict_evaluate(&folder, &flags, 38);
    }
}

#[test]
fn the_file_is_the_same_on_any_number_of_threads() {
    let folder = Folder::new();
    folder.example("penguins.csv");
    for (name, flags) in [
        ("plain", "--trees 20"),
        ("words", "--trees 20 --data penguins.csv --target species"),
        (
            "quantities",
            "--trees 20 --data penguins.csv --target body_mass_g --drop-missing-target \
             --sample-weight year --keep-quantiles",
        ),
        (
            "entropy",
            "--trees 20 --criterion entropy --class-weight balanced_subsample --max-leaf-nodes 20",
        ),
        ("draws", "--trees 20 --weights 0.9 --class-weight balanced"),
        ("bins", "--trees 20 --max-bins 16"),
        ("drawn", "--trees 20 --splitter random --data penguins.csv --target species"),
        ("linfa", "--learner linfa --trees 4 --samples 150"),
    ] {
        for threads in [1, 2, 7] {
            let out = format!("{name}{threads}.bin");
            folder.forest(&format!("train --out {out} {flags} --threads {threads}")).succeeds();
        }
        let first = folder.read(&format!("{name}1.bin"));
        assert!(first == folder.read(&format!("{name}2.bin")), "{name} on 2 threads");
        assert!(first == folder.read(&format!("{name}7.bin")), "{name} on 7 threads");
    }
    assert_ne!(folder.read("plain1.bin"), folder.read("entropy1.bin"));
}

#[test]
fn another_seed_is_another_forest_and_each_part_can_have_its_own() {
    let folder = Folder::new();
    let mut files = BTreeMap::new();
    for flags in ["", "--seed 43", "--data-seed 43", "--split-seed 43"] {
        folder.forest(&format!("train --out m.bin --force --trees 3 {flags}")).succeeds();
        files.insert(folder.read("m.bin"), flags);
    }
    assert_eq!(files.len(), 4, "{:?}", files.values());
    folder
        .forest("train --out m.bin --force --trees 3 --seed 43 --data-seed 42 --split-seed 42")
        .succeeds();
    let inspected = json(&folder.forest("inspect m.bin --json").succeeds());
    assert_eq!(inspected["metadata"]["settings"]["seed"], 43);
    assert_eq!(inspected["metadata"]["split"]["random_state"], 42);
    assert_eq!(inspected["metadata"]["data"]["recipe"]["random_state"], 42);
}

#[test]
fn a_generated_file_trains_the_forest_of_its_recipe() {
    let folder = Folder::new();
    let recipe = "--samples 300 --features 8 --classes 3 --informative 4 --seed 5";
    folder.forest(&format!("generate --out t.csv {recipe}")).succeeds();
    folder.forest(&format!("train --out recipe.bin {recipe}")).succeeds();
    folder.forest("train --out file.bin --data t.csv --target y --no-stratify --seed 5").succeeds();
    let predict = |model| folder.forest(&format!("predict --proba --model {model}")).succeeds();
    assert_eq!(predict("recipe.bin").text(), predict("file.bin").text());

    let sha256 = Sha256Digest::new(&folder.read("t.csv")).to_string();
    for model in ["recipe.bin", "file.bin"] {
        let inspected = json(&folder.forest(&format!("inspect --json {model}")).succeeds());
        assert_eq!(inspected["metadata"]["data"]["sha256"], sha256.as_str());
    }
}

#[test]
fn the_generated_table_is_scikit_learns() {
    let folder = Folder::new();
    let ours = cells(&folder.forest("generate --seed 42").succeeds());
    assert_eq!(ours[0][0], "x0");
    assert_eq!(ours[0][20], "y");
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/classification_seed42.csv");
    let theirs = std::fs::read_to_string(fixture).unwrap();
    let mut n_rows = 0;
    for (ours, theirs) in ours[1..].iter().zip(theirs.lines()) {
        for (ours, theirs) in ours.iter().zip(theirs.split(',')) {
            let (ours, theirs): (f64, f64) = (ours.parse().unwrap(), theirs.parse().unwrap());
            assert!((ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0), "{ours} {theirs}");
        }
        n_rows += 1;
    }
    assert_eq!((n_rows, ours.len()), (1000, 1001));
}

#[test]
fn a_model_knows_its_data_settings_date_scores_and_tags() {
    let folder = Folder::new();
    folder.example("wine.csv");
    let train = "train --data wine.csv --target cultivar --ignore ash,hue --trees 12 --max-depth 5 \
                 --max-features 3 --class-weight 2=1.5 --tag commit=abc123 --tag note=a=b --out m.bin";
    folder.forest(train).succeeds();
    let model = json(&folder.forest("inspect m.bin --json").succeeds());
    let metadata = &model["metadata"];
    // 1700000000 seconds after 1970 is this date.
    assert_eq!(metadata["created"], "2023-11-14T22:13:20Z");
    assert_eq!(metadata["program"], concat!("forest ", env!("CARGO_PKG_VERSION")));
    assert_eq!(metadata["data"]["name"], "wine.csv");
    assert_eq!(metadata["data"]["rows"], 178);
    assert_eq!(metadata["data"]["ignore"], serde_json::json!(["ash", "hue"]));
    assert_eq!(metadata["settings"]["n_trees"], 12);
    assert_eq!(metadata["settings"]["max_depth"], 5);
    assert_eq!(metadata["settings"]["max_features"], 3);
    assert_eq!(metadata["settings"]["class_weight"], "1,1.5,1");
    assert_eq!(metadata["tags"], serde_json::json!({"commit": "abc123", "note": "a=b"}));
    assert_eq!(metadata["out_of_bag"]["rows"], 133);
    assert_eq!(model["schema"]["features"].as_array().unwrap().len(), 11);
    let rows =
        model["schema"]["target"]["classes"].as_array().unwrap().iter().map(|c| c["rows"].as_u64());
    assert_eq!(rows.flatten().sum::<u64>(), 133);
    let importances = model["importances"].as_array().unwrap().iter();
    let sum: f64 = importances.filter_map(|of| of["importance"].as_f64()).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert_eq!(model["importances"][0]["feature"], model["schema"]["features"][0]["name"]);

    let text = folder.forest("inspect m.bin").succeeds();
    for word in ["wine.csv", "commit = abc123", "2023-11-14", "max_depth", "proline"] {
        assert!(text.text().contains(word), "{word}");
    }
}

#[test]
fn all_rows_can_be_trained_on_and_then_none_are_held_out() {
    let folder = Folder::new();
    folder.forest("train --out m.bin --test-size 0 --samples 100").succeeds();
    let model = json(&folder.forest("inspect m.bin --json").succeeds());
    assert_eq!(model["metadata"]["held_out"], Value::Null);
    folder.forest("predict --model m.bin").fails(1, &["trained on all rows", "--data"]);
}

#[test]
fn results_are_on_stdout_talk_on_stderr_and_quiet_is_quiet() {
    let folder = Folder::new();
    let trained = folder.forest("train --out m.bin").succeeds();
    assert!(trained.text().contains("held-out accuracy"));
    assert_eq!(trained.stderr, "");
    let quiet = folder.forest("train --out m.bin --force --quiet").succeeds();
    assert_eq!((quiet.text(), quiet.stderr.as_str()), ("", ""));
    let predicted = folder.forest("predict --model m.bin --quiet").succeeds();
    assert_eq!(predicted.stderr, "");
    assert_eq!(folder.forest("verify m.bin --quiet").succeeds().text(), "");
}
