//! What is saved can be loaded, and says what it was made from: names, weights, tags, dates and scores.

use forest::TrainOptions;
use forest::data::split::Split;
use forest::data::synth::MakeClassification;
use forest::data::{Column, ColumnKind, FileSource, ReadOptions, Sha256Digest, Source, Table};
use forest::data::{TargetColumn, TargetValues};
use forest::metrics::ThresholdMetric;
use forest::model::DecideBy;
use forest::{ClassWeight, Costs, Criterion, Decision, ForestParams, MaxSamples, Mistake, Model};
use jiff::Timestamp;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::Folder;

const FAILED: i32 = 1;
const USAGE: i32 = 2;

const TRAIN: &str = "train --trees 10 --samples 400 --features 5";

/// The same file with other bytes in one place, and a digest that fits (FORMAT.md).
fn forged(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
    bytes[at..at + new.len()].copy_from_slice(new);
    let digest = Sha256::new_with_prefix(&bytes[..40]).chain_update(&bytes[72..]).finalize();
    bytes[40..72].copy_from_slice(&digest);
    bytes
}

fn inspected(folder: &Folder, model: &str) -> Value {
    let ran = folder.forest(&format!("inspect {model} --json")).succeeds();
    serde_json::from_slice(&ran.stdout).unwrap()
}

#[test]
fn equal_class_weights_of_any_size_make_the_unweighted_forest() {
    let folder = Folder::new();
    folder.forest(&format!("{TRAIN} --out m.bin")).succeeds();
    let unweighted = inspected(&folder, "m.bin");
    for weight in ["1e308", "1e200", "1e-200", "3"] {
        let weights = format!("--class-weight 0={weight},1={weight}");
        folder.forest(&format!("{TRAIN} {weights} --out w.bin --force")).succeeds();
        folder.forest("verify w.bin").succeeds();
        let weighted = inspected(&folder, "w.bin");
        for same in ["nodes", "importances"] {
            assert_eq!(weighted[same], unweighted[same], "{weight}");
        }
        assert_eq!(weighted["metadata"]["held_out"], unweighted["metadata"]["held_out"]);
    }
    let apart = format!("{TRAIN} --class-weight 0=1e308,1=1e-300 --out w.bin --force");
    folder.refuses(&apart, USAGE, &["--class-weight", "1e308", "1e-300"]);
}

#[cfg(unix)]
#[test]
fn a_table_whose_name_has_a_backslash_is_found_again() {
    let folder = Folder::new();
    folder.write(r"we\ird.csv", folder.example("iris.csv").read("iris.csv"));
    folder.forest(r"train --data we\ird.csv --target species --trees 3 --out m.bin").succeeds();
    assert_eq!(inspected(&folder, "m.bin")["metadata"]["data"]["name"], r"we\ird.csv");
    folder.forest("evaluate --model m.bin").succeeds();
}

#[test]
fn more_tags_than_a_model_holds_are_refused_before_training() {
    let folder = Folder::new();
    let tags = |n: usize| {
        let tags: Vec<String> = (0..n).map(|tag| format!(" --tag t{tag}=v")).collect();
        tags.concat()
    };
    let words = ["1001 tags", "1000"];
    folder.refuses(&format!("{TRAIN} --out m.bin{}", tags(1001)), USAGE, &words);
    let long = format!("{TRAIN} --out m.bin --tag t={}", "v".repeat(65_537));
    folder.refuses(&long, USAGE, &["tag 't'", "65536 bytes"]);
    folder.forest(&format!("{TRAIN} --out m.bin{}", tags(1000))).succeeds();
    folder.forest("verify m.bin").succeeds();
}

#[test]
fn the_date_is_that_of_the_options_or_else_now() {
    let table = Table::synthetic(MakeClassification { n_samples: 60, ..Default::default() });
    let table = table.unwrap();
    let train = |created| {
        Model::train(&table, &TrainOptions { created, ..TrainOptions::default() }).unwrap()
    };
    let date = Timestamp::from_millisecond(1_600_000_000_999).unwrap();
    let model = train(Some(date));
    assert_eq!(model.metadata().created.as_millisecond(), 1_600_000_000_000);
    assert_eq!(model.to_bytes().unwrap(), train(Some(date)).to_bytes().unwrap());
    let mut written = Vec::new();
    train(Some(date)).write(&mut written).unwrap();
    assert_eq!(written, train(Some(date)).to_bytes().unwrap());
    let before = Timestamp::now().as_second();
    assert!(train(None).metadata().created.as_second() >= before);
    assert_eq!(model.fingerprint(), train(None).fingerprint());
}

#[test]
fn the_fingerprint_leaves_the_date_out_and_nothing_else() {
    let folder = Folder::new();
    let train = |out: &str, seed: u32, date: &str| {
        let line = format!("{TRAIN} --seed {seed} --out {out}");
        let mut command = folder.command();
        command.args(line.split_whitespace()).env("SOURCE_DATE_EPOCH", date);
        assert!(command.output().unwrap().status.success());
        inspected(&folder, out)["fingerprint"].as_str().unwrap().to_owned()
    };
    let [first, later] = [train("a.bin", 1, "1000"), train("b.bin", 1, "2000")];
    assert!(folder.read("a.bin") != folder.read("b.bin"));
    assert_eq!(first, later);
    assert_ne!(first, train("c.bin", 2, "1000"));
    // It is the SHA-256 of the file that is trained on the first day of 1970.
    train("d.bin", 1, "0");
    let digest = Sha256Digest(Sha256::digest(folder.read("d.bin")).into());
    assert_eq!(first, digest.to_string());
}

#[test]
fn recorded_scores_have_to_come_back_to_twelve_digits_and_counts_exactly() {
    let folder = Folder::new();
    folder.forest(&format!("{TRAIN} --out m.bin")).succeeds();
    let bytes = folder.read("m.bin");
    let held_out = &inspected(&folder, "m.bin")["metadata"]["held_out"];
    let loss = held_out["log_loss"].as_f64().unwrap();
    let correct = held_out["correct_weight"].as_f64().unwrap();
    for (old, new, came_back) in [
        (loss, loss, Some("exactly")),
        (loss, loss.next_up(), Some("to 12 digits")),
        (loss, loss * (1.0 - 5e-13), Some("to 12 digits")),
        (loss, loss * (1.0 + 5e-12), None),
        (correct, correct - 1.0, None),
    ] {
        folder.write("f.bin", forged(&bytes, &old.to_le_bytes(), &new.to_le_bytes()));
        let ran = folder.forest("evaluate --model f.bin");
        match came_back {
            Some(how) => assert!(ran.succeeds().text().contains(&format!("came back {how}"))),
            None => _ = ran.fails(FAILED, &["f.bin", "recorded"]),
        }
    }
}

#[test]
fn a_recipe_or_a_split_that_is_not_the_models_is_refused_on_loading() {
    let folder = Folder::new();
    folder.forest(&format!("{TRAIN} --out m.bin")).succeeds();
    let bytes = folder.read("m.bin");
    let share = |share: f64| [&share.to_le_bytes()[..], &42_u32.to_le_bytes(), &[0]].concat();
    for (old, new, words) in [
        (&b"n_features5"[..], &b"n_features6"[..], "synthetic table"),
        (b"n_samples400", b"n_samples800", "does not make 400 rows"),
        (&share(0.25), &share(0.75), "holds out 300 rows"),
    ] {
        folder.write("f.bin", forged(&bytes, old, new));
        for verb in ["verify", "predict --model", "evaluate --model"] {
            folder.refuses(&format!("{verb} f.bin"), FAILED, &["f.bin"]);
        }
        let error = Model::load(folder.path("f.bin")).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

/// A small table of odd numbers and names.
fn odd_table(rng: &mut ChaCha8Rng) -> Table {
    const NUMBERS: [f32; 8] =
        [f32::NAN, f32::MAX, f32::MIN, f32::MIN_POSITIVE, -0.0, 1e-45, 1.0, 2.0];
    const TARGETS: [f64; 7] = [1e150, -1e150, 5e-324, -0.0, 1.0, 3.5, 1e-200];
    const WEIGHTS: [f64; 6] = [0.0, 1.0, 1e-300, 1e100, 5e-324, 2.5];
    const NAMES: [&str; 6] = ["", " ", "\u{1b}[31m", "\"a\",b", "none", "é\n"];
    let n_rows = rng.gen_range(4..40);
    let names = |n: usize| NAMES[..n].iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let mut features = Vec::new();
    for name in names(rng.gen_range(1..6)) {
        let is_category = rng.gen_bool(0.3);
        let mut levels = names(rng.gen_range(1..6));
        levels.sort();
        let values = (0..n_rows).map(|_| match is_category {
            true if rng.gen_bool(0.2) => f32::NAN,
            true => rng.gen_range(0..levels.len()) as f32,
            false => *NUMBERS.choose(rng).unwrap(),
        });
        let values = values.collect();
        let kind = match is_category {
            true => ColumnKind::Category { levels },
            false if rng.gen_bool(0.2) => ColumnKind::Date { origin: i32::MIN },
            false => ColumnKind::Number,
        };
        features.push(Column { name, kind, spelling: None, date_spelling: None, values });
    }
    let values = if rng.gen_bool(0.5) {
        let names = names(rng.gen_range(2..6));
        let codes = (0..n_rows).map(|_| rng.gen_range(0..names.len() as u32)).collect();
        TargetValues::Classes { names, codes }
    } else {
        TargetValues::Numbers((0..n_rows).map(|_| *TARGETS.choose(rng).unwrap()).collect())
    };
    let weights: Vec<f64> = (0..n_rows).map(|_| *WEIGHTS.choose(rng).unwrap()).collect();
    Table {
        features,
        target: TargetColumn {
            name: "y".to_owned(),
            spelling: None,
            values,
            task_found: rng.gen_bool(0.5),
        },
        split_by: None,
        weights: rng.gen_bool(0.4).then_some(weights),
        source: Source::File(FileSource {
            name: "a\\b .csv".to_owned(),
            read: ReadOptions { missing: vec![String::new(); 3], ..ReadOptions::new("y") },
            rows: n_rows as u64,
            left_out: Vec::new(),
            dropped: 0,
            sha256: Sha256Digest([7; 32]),
        }),
        remarks: Vec::new(),
    }
}

fn odd_decision(table: &Table, rng: &mut ChaCha8Rng) -> DecideBy {
    const COSTS: [f64; 4] = [0.0, 1e100, 5e-324, 0.1];
    let TargetValues::Classes { names, .. } = &table.target.values else {
        return DecideBy::default();
    };
    let mistake = |(truth, predicted)| {
        let cost = *COSTS.choose(&mut ChaCha8Rng::seed_from_u64(u64::from(truth))).unwrap();
        Mistake { truth, predicted, cost }
    };
    match rng.gen_range(0..4) {
        0 => DecideBy::default(),
        1 if names.len() == 2 => DecideBy::Given(Decision::Threshold(rng.r#gen())),
        2 if names.len() == 2 => {
            let metrics = [ThresholdMetric::F1, ThresholdMetric::BalancedAccuracy];
            DecideBy::BestThreshold(*metrics.choose(rng).unwrap())
        }
        _ => {
            let mistakes = [(0, 1), (1, 0)].map(mistake);
            Costs::new(names, mistakes).map_or_else(
                |_| DecideBy::default(),
                |costs| DecideBy::Given(Decision::LeastCost(costs)),
            )
        }
    }
}

fn odd_options(table: &Table, rng: &mut ChaCha8Rng) -> TrainOptions {
    let mut forest = ForestParams::new()
        .n_trees(rng.gen_range(1..4))
        .bootstrap(rng.gen_bool(0.7))
        .keep_quantiles(rng.gen_bool(0.3))
        .max_leaf_nodes(rng.gen_bool(0.3).then_some(3))
        .n_threads(rng.gen_range(0..3))
        .seed(rng.r#gen());
    if rng.gen_bool(0.2) {
        forest = forest.max_samples(MaxSamples::Fraction(0.3));
    }
    if let TargetValues::Classes { names, .. } = &table.target.values {
        const WEIGHTS: [f64; 5] = [1.0, 1e20, 1e-20, 1e308, 2.0];
        if rng.gen_bool(0.5) {
            let weights = names.iter().map(|_| *WEIGHTS.choose(rng).unwrap()).collect();
            forest = forest.class_weight(ClassWeight::PerClass(weights));
        }
        let criteria = [Criterion::Gini, Criterion::Entropy];
        forest = forest.criterion(*criteria.choose(rng).unwrap()).keep_quantiles(false);
    }
    TrainOptions {
        forest,
        split: Split {
            test_size: *[0.0, 0.25, 0.9].choose(rng).unwrap(),
            random_state: rng.r#gen(),
            stratify: false,
        },
        decision: odd_decision(table, rng),
        tags: vec![("\u{202e}".to_owned(), String::new()), ("none".to_owned(), "\n".to_owned())],
        created: Some(Timestamp::MAX),
    }
}

#[test]
fn whatever_training_accepts_can_be_saved() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut trained = 0;
    for round in 0..2000 {
        let table = odd_table(&mut rng);
        let options = odd_options(&table, &mut rng);
        let Ok(model) = Model::train(&table, &options) else { continue };
        let bytes = model.to_bytes().unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert!(Model::from_bytes(&bytes).unwrap() == model, "round {round}");
        trained += 1;
    }
    assert!(trained > 800, "{trained}");
}
