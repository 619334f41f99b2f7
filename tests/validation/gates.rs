//! Gates of `train`, `evaluate` and `cv`.

use super::{GATE, USAGE, json, tables};
use crate::support::Folder;

const TRAIN: &str = "train --data iris.csv --target species --trees 10 --out m.bin";

fn ends(folder: &Folder, args: &str) -> (Option<i32>, String) {
    let ran = folder.forest(args);
    (ran.code, ran.stderr)
}

#[test]
fn every_gate_that_is_not_met_is_named() {
    let folder = tables();
    let gates = "--gate accuracy>=0.5 --gate auc>=1 --gate log_loss<=0.00001 --gate recall[setosa]>0.999 \
                 --gate recall[virginica]>=1 --gate log_loss<baseline --gate brier>baseline --min-accuracy 1";
    let (code, said) = ends(&folder, &format!("{TRAIN} {gates}"));
    assert_eq!(code, Some(GATE), "{said}");
    assert!(!folder.path("m.bin").exists());
    let failed: Vec<&str> =
        said.lines().filter(|line| line.starts_with("gate not met: ")).collect();
    let expected = [
        "'auc>=1'",
        "'log_loss<=0.00001'",
        "'recall[virginica]>=1'",
        "'brier>baseline'",
        "--min-accuracy 1",
    ];
    assert_eq!(failed.len(), expected.len(), "{said}");
    for (line, gate) in failed.iter().zip(expected) {
        assert!(line.contains(gate) && line.contains("nothing was saved"), "{line}");
    }
    assert!(said.contains("note: --gate 'brier>baseline' is met by worse models"), "{said}");
}

#[test]
fn gates_that_are_met_let_a_model_through_and_are_in_its_report() {
    let folder = tables();
    let report = json(
        &folder,
        &format!("{TRAIN} --gate mcc>=0.8 --gate f1[setosa]>=1 --gate log_loss<baseline"),
    );
    assert_eq!(report["gates"].as_array().unwrap().len(), 3);
    assert_eq!(report["gates"][1]["value"], 1.0);
    assert_eq!(report["gates"][2]["bound"], report["held_out"]["baseline"]["log_loss"]);
    assert_eq!(report["gates"][2]["met"], true);
    let evaluate = "evaluate --model m.bin --gate ece<=0.2 --gate kappa>=0.8";
    let report = json(&folder, evaluate);
    assert_eq!(report["gates"][1]["value"], report["cohen_kappa"]);
    let (code, said) = ends(
        &folder,
        "evaluate --model m.bin --gate precision[virginica]>=1 --gate recall>baseline",
    );
    assert_eq!(code, Some(GATE), "{said}");
    assert!(said.contains("precision[virginica] is 0."), "{said}");
    assert!(!said.contains("recall"), "{said}");
}

#[test]
fn numbers_have_gates_of_their_own() {
    let folder = tables();
    let flags = "--data penguins.csv --target body_mass_g --drop-missing-target --trees 10";
    let gates = "--gate rmse<baseline --gate r2>=0.5 --gate mae<=500";
    folder.forest(&format!("train {flags} {gates} --out m.bin")).succeeds();
    folder.forest(&format!("evaluate --model m.bin {gates}")).succeeds();
    folder.forest(&format!("cv {flags} {gates}")).succeeds();
    let (code, said) = ends(&folder, &format!("cv {flags} --gate r2>=0.99 --gate rmse<=1"));
    assert_eq!(code, Some(GATE), "{said}");
    for word in ["the mean over folds of r2 is 0.", "'r2>=0.99'", "of rmse is ", "'rmse<=1'"] {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn a_gate_of_a_class_in_a_cross_validation_is_about_its_mean() {
    let folder = tables();
    let cv = "cv --data iris.csv --target species --trees 10";
    let report = json(&folder, &format!("{cv} --gate recall[versicolor]>=0.5"));
    assert_eq!(report["gates"][0]["value"], report["per_class"][1]["recall"]["mean"]);
    let (code, said) = ends(&folder, &format!("{cv} --gate recall[versicolor]>=1"));
    assert_eq!(code, Some(GATE), "{said}");
}

#[test]
fn an_undefined_score_meets_no_gate() {
    let folder = tables();
    folder.forest(&format!("{TRAIN} --quiet")).succeeds();
    folder.write(
        "one.csv",
        "sepal_length,sepal_width,petal_length,petal_width,species\n5.1,3.5,1.4,0.2,setosa\n",
    );
    let (code, said) = ends(
        &folder,
        "evaluate --model m.bin --data one.csv --gate auc>=0 --gate recall[virginica]>=0",
    );
    assert_eq!(code, Some(GATE), "{said}");
    for word in ["roc_auc is undefined for these rows", "recall[virginica] is undefined"] {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn a_gate_that_cannot_be_is_refused_before_training() {
    let folder = tables();
    for (gate, words) in [
        ("auc", ["--gate", "is written"]),
        ("accuracy>=85", ["--gate", "from 0 to 1"]),
        ("speed>=1", ["--gate", "'speed' is no metric"]),
        ("auc[setosa]>=0.5", ["--gate", "precision, recall and f1"]),
        ("recall[rosa]>=0.5", ["'rosa'", "'setosa', 'versicolor', 'virginica'"]),
        ("r2>=0.5", ["--gate 'r2>=0.5' is about regression", "accuracy"]),
    ] {
        folder.refuses(&format!("{TRAIN} --gate {gate}"), USAGE, &words);
    }
    folder.refuses(
        &format!("{TRAIN} --gate auc>=0.5 --test-size 0"),
        USAGE,
        &["--gate 'auc>=0.5'", "--test-size"],
    );
}
