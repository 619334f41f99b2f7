//! What is saved can be loaded, and says what it was made from: names, weights, tags, dates and scores.

use forest::data::Table;
use forest::data::synth::MakeClassification;
use forest::{Model, TrainOptions};
use jiff::Timestamp;
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
    let tags = |n: usize| (0..n).map(|tag| format!(" --tag t{tag}=v")).collect::<String>();
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
    let digest = Sha256::digest(folder.read("d.bin"));
    assert_eq!(first, digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
}

#[test]
fn recorded_scores_have_to_come_back_to_twelve_digits_and_counts_exactly() {
    let folder = Folder::new();
    folder.forest(&format!("{TRAIN} --out m.bin")).succeeds();
    let bytes = folder.read("m.bin");
    let held_out = &inspected(&folder, "m.bin")["metadata"]["held_out"];
    let loss = held_out["log_loss"].as_f64().unwrap();
    let correct = held_out["correct"].as_f64().unwrap();
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
