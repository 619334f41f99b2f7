//! Decisions that are part of a model: trained in, stored, heeded, overruled.

use forest::data::synth::MakeClassification;
use forest::data::{Table, TargetValues};
use forest::metrics::ThresholdMetric;
use forest::model::DecideBy;
use forest::{Calibrate, Decision, Forest, ForestParams, Model, Target, TrainOptions};
use ndarray::Array2;
use serde_json::{Value, json};

use super::evaluate::{assert_close, json, quarters};
use super::support::{Folder, Ran};

const USAGE: i32 = 2;

/// A quarter of the rows are of class 1, and a fifth of all labels are chance.
const RARE: &str = "--samples 800 --weights 0.75 --flip-y 0.2";

/// What the last of `n` trees gives for rows, of what forests of `n` and of `n - 1` trees give.
fn last_tree(outputs: impl Fn(usize) -> Vec<f64>, n: usize) -> Vec<f64> {
    let sums = |n: usize| outputs(n).into_iter().map(move |output| output * n as f64);
    match n {
        1 => sums(1).collect(),
        _ => sums(n).zip(sums(n - 1)).map(|(sum, before)| sum - before).collect(),
    }
}

/// The mean probability of class 1 over the trees that have not seen a row, `None` where there are none. Which rows
/// those are shows in a regression with the same seed, whose trees say the very targets of the rows that they have seen.
fn out_of_bag(x: &Array2<f32>, codes: &[u32], weights: &[f64], n_trees: usize) -> Vec<Option<f64>> {
    let numbers: Vec<f64> = (0..codes.len()).map(|row| row as f64).collect();
    let fit = |target: Target, n: usize| -> Forest {
        let params = ForestParams::plain().n_trees(n);
        params.fitter().weights(Some(weights)).fit_forest(x.view(), target).unwrap()
    };
    let values = |n| fit(Target::Values(&numbers), n).predict_values(x.view()).unwrap();
    let classes = Target::Classes { codes, n_classes: 2 };
    let proba = |n| fit(classes, n).predict_proba(x.view()).unwrap().column(1).to_vec();
    let mut sums = vec![(0.0, 0.0); codes.len()];
    for n in 1..=n_trees {
        let trees = last_tree(values, n).into_iter().zip(last_tree(proba, n));
        for ((sum, (value, proba)), number) in sums.iter_mut().zip(trees).zip(&numbers) {
            if (value - number).abs() > 1e-6 {
                *sum = (sum.0 + proba, sum.1 + 1.0);
            }
        }
    }
    sums.into_iter().map(|(sum, n)| (n > 0.0).then(|| sum / n)).collect()
}

/// scikit-learn's `f1_score`, `accuracy_score` and `balanced_accuracy_score` with `sample_weight`, by their definitions.
fn score(metric: ThresholdMetric, rows: &[(u32, f64, f64)], threshold: f64) -> f64 {
    let weight = |truth: u32, predicted: u32| -> f64 {
        let is =
            |row: &&(u32, f64, f64)| row.0 == truth && u32::from(row.1 >= threshold) == predicted;
        rows.iter().filter(is).map(|row| row.2).sum()
    };
    let [tn, fp, fn_, tp] = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(y, p)| weight(y, p));
    match metric {
        ThresholdMetric::F1 => 2.0 * tp / (2.0 * tp + fp + fn_),
        ThresholdMetric::Accuracy => (tp + tn) / (tn + fp + fn_ + tp),
        _ => f64::midpoint(tp / (tp + fn_), tn / (tn + fp)),
    }
}

/// All thresholds between two out-of-bag probabilities are tried by the scores' definitions, as scikit-learn's
/// `TunedThresholdClassifierCV` tries thresholds on the predictions of rows that were not fitted on.
#[test]
fn the_threshold_is_the_best_of_all_on_the_rows_that_trees_have_not_seen() {
    const N_TREES: usize = 12;
    let recipe = MakeClassification {
        n_samples: 90,
        n_features: 6,
        weights: Some(vec![0.7]),
        flip_y: 0.3,
        ..MakeClassification::default()
    };
    let mut table = Table::synthetic(recipe).unwrap();
    let x = Array2::from_shape_fn((90, 6), |(row, feature)| table.features[feature].values[row]);
    let TargetValues::Classes { codes, .. } = table.target.values.clone() else { panic!() };
    let ones = vec![1.0; 90];
    let weights: Vec<f64> = (0..90).map(|row| [1.0, 2.0, 0.25][row % 3]).collect();
    for weights in [ones, weights] {
        table.weights = Some(weights.clone());
        let share = |class| -> f64 {
            let rows = codes.iter().zip(&weights);
            let of_class = rows.filter(|(code, _)| **code == class).map(|(_, weight)| weight);
            of_class.sum::<f64>() / weights.iter().sum::<f64>()
        };
        let raw = out_of_bag(&x, &codes, &weights, N_TREES);
        // p′ ∝ (p + α · prior)^γ (FORMAT.md).
        let calibrated = |p: f64| {
            let power = |p: f64, class| (p + 0.5 * share(class)).powf(2.0);
            power(p, 1) / (power(1.0 - p, 0) + power(p, 1))
        };
        for calibrate in [Calibrate::None, Calibrate::By([0.5, 2.0])] {
            let proba = |p: f64| if calibrate == Calibrate::None { p } else { calibrated(p) };
            let rows = raw.iter().zip(codes.iter().zip(&weights));
            let rows = rows.filter_map(|(p, (&y, &weight))| Some((y, proba((*p)?), weight)));
            let rows: Vec<_> = rows.collect();
            let mut sorted: Vec<f64> = rows.iter().map(|row| row.1).collect();
            sorted.sort_by(f64::total_cmp);
            sorted.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
            for metric in
                [ThresholdMetric::F1, ThresholdMetric::Accuracy, ThresholdMetric::BalancedAccuracy]
            {
                let tried = sorted.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
                let tried = tried.map(|threshold| (score(metric, &rows, threshold), threshold));
                let tried: Vec<_> = tried.collect();
                let best = tried.iter().map(|(score, _)| *score).fold(0.0, f64::max);
                let equal = tried.iter().filter(|(score, _)| (score - best).abs() < 1e-12);
                let nearest = equal.map(|(_, threshold)| *threshold);
                let expected =
                    nearest.min_by(|a, b| (a - 0.5).abs().total_cmp(&(b - 0.5).abs())).unwrap();

                let options = TrainOptions {
                    forest: ForestParams::plain().n_trees(N_TREES).calibrate(calibrate),
                    split: forest::data::split::Split {
                        test_size: 0.0,
                        random_state: 1,
                        stratify: false,
                    },
                    decision: DecideBy::BestThreshold(metric),
                    ..TrainOptions::default()
                };
                let model = Model::train(&table, &options).unwrap();
                let Decision::Threshold(found) = *model.decision() else { panic!() };
                assert!((found - expected).abs() < 1e-9, "{metric}: {found}, not {expected}");
                let choice = model.metadata().threshold_choice.unwrap();
                assert_eq!(choice.metric, metric);
                assert!((choice.out_of_bag - best).abs() < 1e-12, "{metric}: {best}");
                // The out-of-bag score is of these decisions, and says that it chose.
                let score = model.metadata().out_of_bag.unwrap();
                let accuracy = self::score(ThresholdMetric::Accuracy, &rows, expected);
                assert!((score.accuracy().unwrap() - accuracy).abs() < 1e-12);
                assert!(score.used_to_choose);
                let loaded = Model::from_bytes(&model.to_bytes().unwrap()).unwrap();
                assert_eq!(loaded, model);
                let proba = model.forest().predict_proba(x.view()).unwrap();
                let proba = proba.column(1);
                let decided = proba.iter().map(|&p| u32::from(p >= found));
                assert!(loaded.predict_classes(x.view()).unwrap().into_iter().eq(decided));
            }
        }
    }
}

fn train(folder: &Folder, flags: &str) -> Ran {
    folder.forest(&format!("train --out m.bin --force --trees 30 {flags}")).succeeds()
}

fn evaluated(folder: &Folder, flags: &str) -> Value {
    json(&folder.forest(&format!("evaluate --model m.bin --json {flags}")).succeeds())
}

#[test]
fn training_scores_the_decisions_and_evaluation_gives_the_very_numbers() {
    let folder = Folder::new();
    let plain = json(&train(&folder, &format!("{RARE} --plain --json")));
    assert!(plain["decision"].is_null() && plain["out_of_bag"]["used_to_choose"] == false);
    for flags in ["--threshold 0.2", "--threshold auto:balanced_accuracy", "--cost FP=1,FN=4"] {
        let trained = json(&train(&folder, &format!("{RARE} --plain {flags} --json")));
        let held_out = &trained["held_out"];
        let found = evaluated(&folder, "");
        assert_eq!(found["recorded_scores"], "exact", "{flags}");
        for (recorded, name) in [("accuracy", "accuracy"), ("log_loss", "log_loss")] {
            assert_eq!(held_out[recorded], found[name], "{flags}");
        }
        assert_eq!(held_out["baseline"]["accuracy"], found["baseline"]["accuracy"]);
        assert_eq!(trained["decision"], found["decision"]);
        assert_eq!(trained["decision"], json(&folder.forest("inspect m.bin --json"))["decision"]);
        // Probabilities and baselines are what they were.
        for name in ["log_loss", "baseline", "rows"] {
            assert_eq!(held_out[name], plain["held_out"][name], "{flags} {name}");
        }
        assert_ne!(held_out["accuracy"], plain["held_out"]["accuracy"], "{flags}");
        assert_ne!(
            trained["out_of_bag"]["correct_weight"], plain["out_of_bag"]["correct_weight"],
            "{flags}"
        );
        // Another decision does not change what has to come back.
        let most_probable = evaluated(&folder, "--threshold none");
        assert!(most_probable["decision"].is_null());
        assert_eq!(most_probable["recorded_scores"], "exact");
        assert_eq!(most_probable["accuracy"], plain["held_out"]["accuracy"]);
        folder.forest("verify m.bin").succeeds();
    }
    // The gate is about what the model decides.
    let gate = format!("train --out n.bin {RARE} --threshold 0 --min-accuracy 0.5");
    assert_eq!(folder.forest(&gate).code, Some(3));
}

#[test]
fn a_model_says_its_threshold_and_how_it_was_found() {
    let folder = Folder::new();
    train(&folder, &format!("{RARE} --plain --threshold 0.3"));
    let line = "  decision                '1' is predicted where its probability is at least 0.3\n";
    for said in ["inspect m.bin", "evaluate --model m.bin"] {
        let ran = folder.forest(said).succeeds();
        assert!(ran.text().contains(line), "{}", ran.text());
        assert!(!ran.text().contains("which also chose"));
    }
    let trained = train(&folder, &format!("{RARE} --plain --threshold auto:balanced_accuracy"));
    let choice = Model::load(folder.path("m.bin")).unwrap().metadata().threshold_choice.unwrap();
    let words =
        format!(", which has the best out-of-bag balanced accuracy, {:.4}", choice.out_of_bag);
    for ran in [trained, folder.forest("inspect m.bin"), folder.forest("evaluate --model m.bin")] {
        assert!(ran.text().contains(&words), "{}", ran.text());
    }
    let inspected = folder.forest("inspect m.bin");
    let flatters = "% of the training rows, which also chose the threshold)\n";
    assert!(inspected.text().contains(flatters), "{}", inspected.text());
    let best = &evaluated(&folder, "")["decision"]["threshold"]["best"];
    assert_eq!(best["metric"], "balanced_accuracy");
    assert_close(&best["out_of_bag_score"], choice.out_of_bag);
    train(&folder, &format!("{RARE} --threshold auto:f1"));
    let inspected = folder.forest("inspect m.bin");
    let flatters = "which also chose how to refine and the threshold)\n";
    assert!(inspected.text().contains(flatters), "{}", inspected.text());
    let note = folder.forest("predict --model m.bin").stderr;
    assert!(note.contains("the best out-of-bag F1, "), "{note}");
    assert!(!folder.forest("predict --model m.bin --threshold 0.3").stderr.contains("best"));
}

/// `yes` has 1 of 4 and 3 of 4.
#[test]
fn what_was_trained_in_is_heeded_and_overruled() {
    let folder = quarters();
    folder.write("two.csv", "a\n0\n1\n");
    let tree = "--trees 1 --no-bootstrap --max-features all --test-size 0 --keep a --force";
    let predicted = |flags: &str| {
        let ran = folder.forest(&format!("predict --model m.bin --data two.csv --quiet {flags}"));
        let text = ran.succeeds().text().to_owned();
        text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
    };
    for (trained, flags, expected) in [
        ("", "", ["no", "yes"]),
        ("--threshold 0.2", "", ["yes", "yes"]),
        ("--threshold 0.2", "--threshold none", ["no", "yes"]),
        ("--threshold 0.2", "--threshold 0.8", ["no", "no"]),
        ("--threshold 0.2", "--cost FP=4", ["no", "no"]),
        ("--cost FP=4", "", ["no", "no"]),
        ("--cost FP=4", "--threshold none", ["no", "yes"]),
        ("--cost FP=4", "--cost FN=4", ["yes", "yes"]),
        ("--cost no>yes=4,yes>no=0.5", "--threshold 0.25", ["yes", "yes"]),
    ] {
        folder.forest(&format!("train --data t.csv --target y --out m.bin {tree} {trained}"));
        for layout in ["", "--proba"] {
            let found: Vec<String> = predicted(&format!("{flags} {layout}"));
            assert_eq!(found, expected, "{trained}, {flags} {layout}");
        }
        let model = Model::load(folder.path("m.bin")).unwrap();
        if flags.is_empty() {
            let classes = model.predict_classes(ndarray::array![[0.0_f32], [1.0]].view()).unwrap();
            let names: Vec<&str> = classes.iter().map(|&class| model.class_name(class)).collect();
            assert_eq!(names, expected, "{trained}");
        }
    }
}

#[test]
fn costs_of_three_classes_are_kept() {
    let folder = Folder::new();
    folder.example("iris.csv");
    let cost = "--cost versicolor>virginica=50,setosa>virginica=0.1";
    let trained = json(&train(&folder, &format!("--data iris.csv --target species {cost} --json")));
    let costs = json!([
        {"true": "setosa", "predicted": "virginica", "cost": 0.1},
        {"true": "versicolor", "predicted": "virginica", "cost": 50.0},
    ]);
    assert_eq!(trained["decision"], json!({"least_cost": {"costs": costs}}));
    let found = evaluated(&folder, "");
    assert_eq!(found["decision"], trained["decision"]);
    assert_eq!(found["recorded_scores"], "exact");
    assert!(found["cost"]["mean"].as_f64() < found["cost"]["baseline"]["mean"].as_f64());
    let taken_for = &found["confusion_matrix"][1]["predicted"];
    assert!(taken_for["versicolor"].is_u64() && taken_for["virginica"].is_null(), "{taken_for}");
}

#[test]
fn a_model_with_a_threshold_is_the_same_on_any_number_of_threads() {
    let folder = Folder::new();
    for learner in ["", "--learner linfa --samples 200"] {
        let line = format!("train --force {RARE} --threshold auto:f1 --trees 15 {learner}");
        let line = line.replacen(
            "--samples 800",
            if learner.is_empty() { "--samples 800" } else { "" },
            1,
        );
        for threads in [1, 4] {
            let out = format!("--threads {threads} --out m{threads}.bin");
            folder.forest(&format!("{line} {out}")).succeeds();
        }
        assert!(folder.read("m1.bin") == folder.read("m4.bin"), "{learner}");
    }
}

#[test]
fn a_model_without_a_decision_says_nothing_of_it() {
    let folder = Folder::new();
    let has = |word: &str| {
        let word = word.as_bytes();
        folder.read("m.bin").windows(word.len()).any(|bytes| bytes == word)
    };
    train(&folder, RARE);
    assert!(!has("threshold") && !has("cost"));
    train(&folder, &format!("{RARE} --threshold 0.25"));
    assert!(has("threshold0.25") && !has("threshold_by"));
    train(&folder, &format!("{RARE} --threshold auto:f1"));
    assert!(has("threshold_byf1threshold_score0."));
    train(&folder, &format!("{RARE} --cost FN=2.5"));
    assert!(has("cost1>0=2.5") && !has("threshold"));
}

#[test]
fn what_cannot_be_trained_in_is_refused_by_its_flag() {
    let folder = Folder::new();
    let train = "train --out m.bin --samples 80 --trees 3";
    let three = "--classes 3 --informative 4";
    for (flags, words) in [
        (
            "--threshold auto:f1 --no-bootstrap",
            &["--threshold auto", "not seen", "--no-bootstrap"][..],
        ),
        (&format!("--threshold auto:f1 {three}"), &["--threshold", "two classes", "3", "--cost"]),
        (&format!("--threshold 0.3 {three}"), &["--threshold", "two classes", "3", "--cost"]),
        (&format!("--cost FP=2 {three}"), &["--cost", "FP", "two classes", "'0', '1', '2'"]),
        ("--threshold auto:f1 --task regression", &["--threshold", "--task regression"]),
        ("--threshold 0.3 --task regression", &["--threshold", "--task regression"]),
        ("--cost FP=2 --task regression", &["--cost", "--task classification"]),
        ("--threshold auto", &["--threshold", "auto:f1", "from 0 to 1"]),
        ("--threshold auto:auc", &["--threshold", "auto:balanced_accuracy"]),
        ("--threshold none", &["--threshold", "from 0 to 1"]),
        ("--threshold 1.01", &["--threshold", "1.01", "from 0 to 1"]),
        ("--threshold nan", &["--threshold", "nan", "from 0 to 1"]),
        ("--threshold 0.3 --cost FP=2", &["--threshold", "--cost", "cannot be used with"]),
        ("--cost 0>7=2", &["--cost", "'7'", "no class"]),
    ] {
        folder.refuses(&format!("{train} {flags}"), USAGE, words);
    }
    // One tree that looks at a feature of one value: all rows have the same probability.
    folder.write("t.csv", "a,y\n".to_owned() + &"0,no\n0,yes\n".repeat(20));
    let one = "train --out m.bin --data t.csv --target y --keep a --trees 1 --threshold auto:f1";
    folder.refuses(one, USAGE, &["--threshold auto", "nothing to choose by", "same probability"]);
    folder.write("new.csv", "a\n0\n");
    folder.forest(&one.replace("auto:f1", "0.3")).succeeds();
    for threshold in ["auto:f1", "2"] {
        let predict = format!("predict --model m.bin --data new.csv --threshold {threshold}");
        folder.refuses(
            &predict,
            USAGE,
            &["--threshold", "from 0 to 1", "none is the most probable"],
        );
    }
}
