//! Classes that follow from probabilities by a threshold or by costs, through the binary, of models
//! whose probabilities are known.

use serde_json::json;

use super::evaluate::{assert_close, json, quarters};
use super::support::Folder;

const USAGE: i32 = 2;

/// What is predicted for a row of each probability of `yes`, 0.25 and 0.75.
fn of_quarters(folder: &Folder, flags: &str) -> Vec<String> {
    folder.write("two.csv", "a\n0\n1\n");
    let predict = format!("predict --model m.bin --data two.csv --quiet {flags}");
    let ran = folder.forest(&predict).succeeds();
    ran.text().lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

#[test]
fn the_second_class_is_predicted_from_the_threshold_on() {
    let folder = quarters();
    for (threshold, predicted) in [
        ("0", ["yes", "yes"]),
        ("0.25", ["yes", "yes"]),
        ("0.26", ["no", "yes"]),
        ("0.75", ["no", "yes"]),
        ("0.76", ["no", "no"]),
        ("1", ["no", "no"]),
    ] {
        for layout in ["", "--proba"] {
            let flags = format!("--threshold {threshold} {layout}");
            assert_eq!(of_quarters(&folder, &flags), predicted, "{flags}");
        }
    }
    let ran = folder.forest("predict --model m.bin --data two.csv --threshold 0.3").succeeds();
    let note = "note: 'yes' is predicted where its probability is at least 0.3\n";
    assert_eq!(ran.stderr, note);
    let ran = folder.forest("predict --model m.bin --data two.csv --threshold 0.2 --proba --json");
    assert!(
        ran.text().starts_with("{\"prediction\":\"yes\",\"proba\":{\"no\":0.75,\"yes\":0.25}}")
    );
}

/// Elkan (2001), equation 2: `yes` from the probability FP / (FP + FN) on; a tie is left to `no`.
#[test]
fn the_cheaper_of_two_classes_is_predicted() {
    let folder = quarters();
    for (costs, predicted) in [
        ("FP=1,FN=1", ["no", "yes"]),
        ("FN=3", ["no", "yes"]),
        ("FN=3.5", ["yes", "yes"]),
        ("FP=2,FN=7", ["yes", "yes"]),
        ("no>yes=2,yes>no=7", ["yes", "yes"]),
        ("FP=3", ["no", "no"]),
        ("FP=2.5", ["no", "yes"]),
        ("FP=0", ["yes", "yes"]),
    ] {
        for layout in ["", "--proba"] {
            let flags = format!("--cost {costs} {layout}");
            assert_eq!(of_quarters(&folder, &flags), predicted, "{flags}");
        }
    }
    let ran = folder.forest("predict --model m.bin --data two.csv --cost FP=2,FN=7").succeeds();
    let note = "note: the class of the least expected cost is predicted: \
                'no' taken for 'yes' costs 2, 'yes' taken for 'no' 7\n";
    assert_eq!(ran.stderr, note);
}

/// A model that gives `hay`, `rye` and `wheat` 3, 1 and 6 of 10.
fn tenths() -> Folder {
    let folder = Folder::new();
    let labels = [["hay"; 3].as_slice(), &["rye"], &["wheat"; 6]].concat();
    folder.write("t.csv", format!("a,y\n0,{}\n", labels.join("\n0,")));
    let tree = "--trees 1 --no-bootstrap --test-size 0 --keep a";
    folder.forest(&format!("train --data t.csv --target y --out m.bin {tree}")).succeeds();
    folder
}

#[test]
fn the_cheapest_of_three_classes_is_predicted() {
    let folder = tenths();
    folder.write("one.csv", "a\n0\n");
    for (costs, predicted) in [
        // hay 0.7, rye 0.9, wheat 0.4.
        ("hay>rye=1", "wheat"),
        // hay 0.7, rye 0.3 + 0.3, wheat 1.5 + 0.1.
        ("hay>wheat=5,wheat>rye=0.5", "rye"),
        // hay 0.1 + 0.6, rye 0.9, wheat 1.2 + 0.1.
        ("hay>wheat=4", "hay"),
        // hay 0, rye 0.9, wheat 0.4.
        ("rye>hay=0,wheat>hay=0", "hay"),
    ] {
        let predict = format!("predict --model m.bin --data one.csv --quiet --cost {costs}");
        let ran = folder.forest(&predict).succeeds();
        assert_eq!(ran.text(), format!("prediction\n{predicted}\n"), "{costs}");
    }
}

#[test]
fn decisions_are_scored_and_probabilities_as_ever() {
    let folder = quarters();
    folder.write("new.csv", "a,y,w\n0,no,4\n0,yes,1\n1,no,1\n1,yes,2.5\n1,yes,1.5\n");
    let evaluate = "evaluate --model m.bin --data new.csv --sample-weight w --json";
    let plain = json(&folder.forest(evaluate).succeeds());
    assert!(plain["decision"].is_null() && plain["cost"].is_null());
    let low = json(&folder.forest(&format!("{evaluate} --threshold 0.1")).succeeds());
    assert_eq!(low["decision"], json!({"threshold": {"class": "yes", "at_least": 0.1}}));
    // What did not occur is left out.
    let always_yes = [("no", json!({"yes": 5})), ("yes", json!({"yes": 5}))];
    let always_yes = always_yes.map(|(class, to)| json!({"class": class, "predicted": to}));
    assert_eq!(low["confusion_matrix"], json!(always_yes));
    assert_eq!((&low["accuracy"], &low["correct"]), (&json!(0.5), &json!(3)));
    // 2 · 5 / (5 + 10)
    assert_close(&low["per_class"][1]["f1"], 2.0 / 3.0);
    for name in ["log_loss", "roc_auc", "brier", "brier_parts", "calibration", "baseline"] {
        assert_eq!(low[name], plain[name], "{name}");
    }
}

#[test]
fn the_mean_cost_is_beside_that_of_the_cheapest_single_answer() {
    let folder = quarters();
    folder.write("new.csv", "a,y,w\n0,no,4\n0,yes,1\n1,no,1\n1,yes,2.5\n1,yes,1.5\n");
    let evaluate = "evaluate --model m.bin --data new.csv --sample-weight w --cost FP=2,FN=3";
    let said = json(&folder.forest(&format!("{evaluate} --json")).succeeds());
    let costs = json!([
        {"true": "no", "predicted": "yes", "cost": 2.0},
        {"true": "yes", "predicted": "no", "cost": 3.0},
    ]);
    assert_eq!(said["decision"], json!({"least_cost": {"costs": costs}}));
    // 0.25 · 3 is below 0.75 · 2: `no`, which is wrong for a weight of 1, and 1 of the others is `no`.
    assert_eq!(said["confusion_matrix"][0]["predicted"], json!({"no": 4, "yes": 1}));
    assert_eq!(said["confusion_matrix"][1]["predicted"], json!({"no": 1, "yes": 4}));
    assert_close(&said["cost"]["mean"], 0.5);
    // Half of the training rows are `yes`: always saying so costs 0.5 · 2, and here 5 · 2 / 10.
    let baseline = &said["cost"]["baseline"];
    assert_eq!(baseline["class"], "yes");
    assert_close(&baseline["mean"], 1.0);
    let said = folder.forest(evaluate).succeeds();
    for line in [
        "  decision                the class of the least expected cost is predicted: \
         'no' taken for 'yes' costs 2, 'yes' taken for 'no' 3\n",
        "  mean cost               0.5000  (a row)\n",
        "  baseline cost           1.000  (always 'yes')\n",
    ] {
        assert!(said.text().contains(line), "{}", said.text());
    }
}

#[test]
fn recorded_scores_come_back_whatever_is_decided() {
    let folder = Folder::new();
    folder.forest("train --out m.bin").succeeds();
    let plain = json(&folder.forest("evaluate --model m.bin --json").succeeds());
    for flags in ["--threshold 0.3", "--cost FP=1,FN=5"] {
        let said =
            json(&folder.forest(&format!("evaluate --model m.bin --json {flags}")).succeeds());
        assert_eq!(said["recorded_scores"], "exact");
        assert!(said["accuracy"].as_f64() < plain["accuracy"].as_f64(), "{flags}");
    }
    // The gate is about the decisions.
    let gate = |flags: &str| {
        let evaluate = "evaluate --model m.bin --min-accuracy 0.87 --quiet";
        folder.forest(&format!("{evaluate} {flags}")).code
    };
    assert_eq!((gate(""), gate("--threshold 0.3")), (Some(0), Some(3)));
}

#[test]
fn both_verbs_decide_alike() {
    let folder = Folder::new();
    folder.forest("train --out m.bin").succeeds();
    for (flags, threshold) in [("--threshold 0.3", 0.3), ("--cost FP=1,FN=4", 0.205)] {
        let predict = format!("predict --model m.bin --proba --quiet {flags}");
        let predicted = folder.forest(&predict).succeeds();
        let mut n_second = 0;
        for line in predicted.text().lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let proba: f64 = cells[3].parse().unwrap();
            // Probabilities are hundredths; at 0.2 the costs are a tie, which is left to 0.
            assert_eq!(cells[1] == "1", proba >= threshold, "{flags}: {line}");
            n_second += u64::from(cells[1] == "1");
        }
        let said =
            json(&folder.forest(&format!("evaluate --model m.bin --json {flags}")).succeeds());
        let column = [0, 1].map(|row| {
            said["confusion_matrix"][row]["predicted"]["1"].as_u64().unwrap_or_default()
        });
        assert_eq!(column[0] + column[1], n_second);
    }
}

#[test]
fn what_cannot_be_decided_is_refused() {
    let folder = quarters();
    let rows = |folder: &Folder, flags: &str, words: &[&str]| {
        folder.write("two.csv", "a,y\n0,no\n1,no\n");
        for verb in ["predict", "evaluate"] {
            let args = format!("{verb} --model m.bin --data two.csv {flags}");
            folder.refuses(&args, USAGE, words);
        }
    };
    for value in ["-0.1", "1.1", "nan", "half"] {
        rows(&folder, &format!("--threshold {value}"), &["--threshold", value, "from 0 to 1"]);
    }
    rows(&folder, "--threshold 0.3 --cost FP=2", &["--threshold", "--cost", "cannot be used with"]);
    for (costs, words) in [
        ("FP", &["'FP'", "no mistake with its cost", "FP=1,FN=5", "'yes', the positive class"][..]),
        ("FP=-1", &["'no' taken for 'yes'", "-1", "from 0"]),
        ("FN=inf", &["'yes' taken for 'no'", "inf", "from 0"]),
        ("no>maybe=2", &["'maybe'", "no class"]),
        ("FP=1,FP=2", &["'no' taken for 'yes' twice"]),
        ("FP=0,FN=0", &["no mistake costs anything"]),
    ] {
        rows(&folder, &format!("--cost {costs}"), &[&["--cost"], words].concat());
    }
    let three = tenths();
    rows(&three, "--threshold 0.3", &["--threshold", "two classes", "3", "--cost"]);
    rows(&three, "--cost FP=2", &["--cost", "FP", "two classes", "'hay', 'rye', 'wheat'"]);
    rows(&three, "--cost rye>oat=2", &["--cost", "'oat'", "'hay', 'rye', 'wheat'"]);
}

#[test]
fn numbers_are_not_decided() {
    let folder = Folder::new();
    folder.example("penguins.csv");
    let train = "train --data penguins.csv --target body_mass_g --drop-missing-target --trees 2";
    folder.forest(&format!("{train} --out m.bin")).succeeds();
    for verb in ["predict", "evaluate"] {
        for flag in ["--threshold", "--cost"] {
            let args = format!("{verb} --model m.bin {flag} 0.5");
            folder.refuses(&args, USAGE, &[flag, "classes", "predicts numbers"]);
        }
    }
}
