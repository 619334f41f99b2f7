//! Thresholds that are drawn: extremely randomised trees.
//!
//! Whether outcomes have the chances that they should have is asked of many trees, each of a seed of its own, by
//! Pearson's chi-squared test. Seeds are the same in each run, so that a test that holds once holds always.

use std::collections::BTreeMap;

use forest::{Criterion, Forest, ForestParams, MaxFeatures, Splitter, Target};
use ndarray::{Array2, Axis, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::accuracy::{fixture, numbers};
use crate::missing::{list, matrix};
use crate::support::Folder;

const N_TREES: u64 = 20_000;

/// One tree on all rows, whose thresholds are drawn.
fn one_tree() -> ForestParams {
    let params = ForestParams::new().splitter(Splitter::Random).n_threads(1);
    params.n_trees(1).bootstrap(false).max_features(MaxFeatures::All)
}

fn stump() -> ForestParams {
    one_tree().max_depth(Some(1))
}

fn fit(params: &ForestParams, x: &Array2<f32>, codes: &[u32]) -> Forest {
    let target = Target::Classes { codes, n_classes: 2 };
    params.fitter().fit_forest(x.view(), target).unwrap()
}

/// How often each outcome comes about.
fn count(outcome: impl Fn(u64) -> String) -> BTreeMap<String, f64> {
    let mut counts = BTreeMap::new();
    for seed in 0..N_TREES {
        *counts.entry(outcome(seed)).or_default() += 1.0;
    }
    counts
}

/// The rows of `x` that a stump sends to the side of the first class.
fn left_of(stump: &Forest, x: &Array2<f32>, first_row_left: usize) -> String {
    let proba = stump.predict_proba(x.view()).unwrap();
    let left = proba[[first_row_left, 0]];
    (b'a'..).zip(proba.rows()).filter(|(_, p)| p[0] == left).map(|(row, _)| row as char).collect()
}

/// Refuses a chi-squared of so many degrees of freedom that chance exceeds once in 30,000 (Wilson and Hilferty, "The
/// distribution of chi-square", PNAS 17, 1931).
fn assert_chance(chi_squared: f64, degrees: usize, case: &str) {
    let part = 2.0 / (9.0 * degrees as f64);
    let bound = degrees as f64 * (1.0 - part + 4.0 * part.sqrt()).powi(3);
    assert!(chi_squared < bound, "{case}: {chi_squared} of {degrees} degrees, beyond {bound}");
}

/// Whether outcomes came about as often as their probabilities say, which add up to 1.
fn assert_probabilities(counts: &BTreeMap<String, f64>, probabilities: &[(&str, f64)], case: &str) {
    assert!((probabilities.iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-12, "{case}");
    let known = |outcome: &String| probabilities.iter().any(|(other, _)| outcome == other);
    assert!(counts.keys().all(known), "{case}: {counts:?}");
    let chi_squared = probabilities.iter().map(|(outcome, probability)| {
        let expected = probability * N_TREES as f64;
        (counts.get(*outcome).copied().unwrap_or_default() - expected).powi(2) / expected
    });
    assert_chance(chi_squared.sum(), probabilities.len() - 1, case);
}

/// By hand. The values of the first feature part the rows `abcd` as `a|bcd` with probability 0.1, `ab|cd` 0.1 and
/// `abc|d` 0.8; those of the second as `a|bcd` 0.5, `ac|bd` 0.1 and `abc|d` 0.4.
fn four_rows() -> (Array2<f32>, [u32; 4]) {
    (array![[0.0, 0.0], [1.0, 6.0], [2.0, 5.0], [10.0, 10.0]], [0, 0, 1, 1])
}

#[test]
fn the_one_split_of_a_feature_has_the_probability_of_the_gap_it_lies_in() {
    let (x, codes) = four_rows();
    // A feature that is constant does not count.
    let x = ndarray::concatenate![Axis(1), x, Array2::from_elem((4, 1), 3.0)];
    let params = stump().max_features(MaxFeatures::Count(1));
    let counts = count(|seed| {
        let stump = fit(&params.clone().seed(seed), &x, &codes);
        match *stump.importances() {
            // `ac|bd` gains nothing.
            [0.0, 0.0, 0.0] => "ac".to_owned(),
            [first, ..] => format!("{first} {}", left_of(&stump, &x, 0)),
            [] => unreachable!(),
        }
    });
    let expected = [
        ("1 a", 0.05),
        ("1 ab", 0.05),
        ("1 abc", 0.4),
        ("0 a", 0.25),
        ("ac", 0.05),
        ("0 abc", 0.2),
    ];
    assert_probabilities(&counts, &expected, "one of two features");
}

#[test]
fn of_the_splits_drawn_for_several_features_the_best_is_taken() {
    let (x, codes) = four_rows();
    let counts = count(|seed| {
        let stump = fit(&stump().seed(seed), &x, &codes);
        format!("{} {}", stump.importances()[0], left_of(&stump, &x, 0))
    });
    // The decrease of gini is 1/2 for `ab|cd`, 0 for `ac|bd` and 1/6 for the others: 1/2 - 3/4 · 4/9. Among equal
    // ones the feature that is drawn first wins, with probability 1/2. So `ab|cd` wins always, 0.1; the other splits of
    // the first feature win over `ac|bd`, 0.1, and half the time over the others, 0.9 / 2; those of the second feature
    // win half the time over these, 0.9 / 2, and `ac|bd` never.
    let expected = [
        ("1 ab", 0.1),
        ("1 a", 0.1 * (0.1 + 0.45)),
        ("1 abc", 0.8 * (0.1 + 0.45)),
        ("0 a", 0.5 * 0.45),
        ("0 abc", 0.4 * 0.45),
    ];
    assert_probabilities(&counts, &expected, "two features");
}

#[test]
fn a_threshold_is_uniform_between_the_minimum_and_the_maximum() {
    // Twenty parts of the range from -3 to 7, whatever the values between.
    let x = array![[-3.0], [-2.9], [0.1], [7.0]];
    let grid = Array2::from_shape_fn((21, 1), |(at, _)| at as f32 / 2.0 - 3.0);
    let target = [3.0, 1.0, 2.0, 8.0];
    let counts = count(|seed| {
        let params = stump().seed(seed);
        let stump = params.fitter().fit_forest(x.view(), Target::Values(&target)).unwrap();
        let values = stump.predict_values(grid.view()).unwrap();
        values.iter().filter(|value| **value == values[0]).count().to_string()
    });
    let parts: Vec<String> = (1..=20).map(|part: u8| part.to_string()).collect();
    let expected: Vec<(&str, f64)> = parts.iter().map(|part| (part.as_str(), 0.05)).collect();
    assert_probabilities(&counts, &expected, "parts of the range");
}

#[test]
fn a_drawn_split_of_too_small_leaves_is_no_split() {
    // Of one feature, only the gap that has the probability 0.1 leaves two rows on both sides.
    let (x, codes) = four_rows();
    let x = x.select(Axis(1), &[0]);
    let counts = count(|seed| {
        fit(&stump().min_samples_leaf(2).seed(seed), &x, &codes).n_leaves().to_string()
    });
    assert_probabilities(&counts, &[("1", 0.9), ("2", 0.1)], "two rows a leaf");
}

#[test]
fn missing_values_take_the_side_that_suits_them_better() {
    // By hand: where the row without a value has the class of `c` and `d`, it leaves on the right side gini 3/10, 0 and
    // 4/15 for `a|bcd`, `ab|cd` and `abc|d`, and on the left one 7/15, 4/15 and 2/5; and where it has the class of `a`
    // and `b`, 2/5, 4/15 and 7/15 on the right side, and 4/15, 0 and 3/10 on the left one.
    let x = array![[0.0], [1.0], [2.0], [10.0], [f32::NAN]];
    for (codes, is_right) in
        [([0, 0, 1, 1, 1], true), ([1, 1, 0, 0, 0], true), ([0, 0, 1, 1, 0], false)]
    {
        let counts = count(|seed| {
            let stump = fit(&stump().seed(seed), &x, &codes);
            let proba = stump.predict_proba(x.view()).unwrap();
            let missing_right = proba[[4, 0]] == proba[[3, 0]] && proba[[4, 0]] != proba[[0, 0]];
            format!("{} {missing_right}", left_of(&stump, &x, 0))
        });
        let expected = if is_right {
            [("a true", 0.1), ("ab true", 0.1), ("abc true", 0.8)]
        } else {
            [("ae false", 0.1), ("abe false", 0.1), ("abce false", 0.8)]
        };
        assert_probabilities(&counts, &expected, &format!("{codes:?}"));
    }
}

#[test]
fn values_that_do_not_vary_are_parted_from_missing_ones() {
    let x = array![[4.0], [f32::NAN], [4.0], [f32::NAN]];
    for seed in 0..20 {
        let stump = fit(&stump().seed(seed), &x, &[1, 0, 1, 0]);
        let rows = array![[f32::MAX], [f32::MIN], [4.0], [f32::NAN]];
        assert_eq!(stump.predict_classes(rows.view()).unwrap(), [1, 1, 1, 0]);
    }
}

/// Outcomes of scikit-learn's trees and of ours, as many of either: the root's split and those below it, the
/// sizes of whole trees, by all criteria, with weights of rows and of classes, and under all limits.
#[test]
fn trees_of_drawn_thresholds_are_distributed_as_scikit_learns() {
    let fixture = fixture("random_splits.json");
    assert_eq!(fixture["n"], N_TREES);
    for case in list(&fixture["cases"]) {
        let name = case["params"].to_string();
        let (x, rows) = (matrix(&case["x"]), matrix(&case["rows"]));
        let weights = case["weights"].as_array().map(|weights| numbers(weights));
        let y = numbers(list(&case["y"]));
        let codes: Vec<u32> = y.iter().map(|&y| y as u32).collect();
        let n_classes = 1 + codes.iter().max().copied().unwrap() as usize;
        let target = match case["kind"].as_str().unwrap() {
            "classifier" => Target::Classes { codes: &codes, n_classes },
            _ => Target::Values(&y),
        };
        let ours = count(|seed| {
            let params = settings(&case["params"]).seed(seed);
            let fitter = params.fitter().weights(weights.as_deref());
            let tree = fitter.fit_forest(x.view(), target).unwrap();
            if case["what"] == "size" {
                return format!("{} {}", tree.n_leaves(), tree.depth());
            }
            let outputs = match target {
                Target::Values(_) => tree.predict_values(rows.view()).unwrap(),
                _ => tree.predict_proba(rows.view()).unwrap().into_iter().collect(),
            };
            letters(&outputs, outputs.len() / rows.nrows())
        });
        let theirs = case["counts"].as_object().unwrap();
        let theirs = theirs.iter().map(|(outcome, count)| (outcome, count.as_f64().unwrap()));
        let mut pairs: Vec<(f64, f64)> = theirs
            .map(|(outcome, theirs)| (theirs, ours.get(outcome).copied().unwrap_or_default()))
            .collect();
        // All other outcomes are one.
        let sums = pairs.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
        pairs.push((N_TREES as f64 - sums.0, N_TREES as f64 - sums.1));
        // Of two samples of one size (Pearson).
        let chi_squared = pairs.iter().map(|(a, b)| (a - b).powi(2) / (a + b)).sum();
        assert_chance(chi_squared, pairs.len() - 1, &name);
    }
}

/// scikit-learn's settings, which have the names of ours.
fn settings(settings: &Value) -> ForestParams {
    settings.as_object().unwrap().iter().fold(one_tree(), |params, (name, value)| {
        let text = value.to_string();
        let text = text.trim_matches(['"', '[', ']']);
        params.set(name, text).unwrap_or_else(|error| panic!("{name}: {error}"))
    })
}

/// A letter for each row, of so many outputs: the same where these are the same, in the order of the alphabet.
fn letters(outputs: &[f64], n_outputs: usize) -> String {
    let mut seen: Vec<Vec<i64>> = Vec::new();
    let letter = |row: &[f64]| {
        let row: Vec<i64> = row.iter().map(|output| (output * 1e9).round() as i64).collect();
        let place = seen.iter().position(|other| *other == row).unwrap_or(seen.len());
        if place == seen.len() {
            seen.push(row);
        }
        char::from(b'a' + place as u8)
    };
    outputs.chunks(n_outputs).map(letter).collect()
}

/// Values next to each other, around zero and at the ends of an `f32`, some of them missing: a row that went to
/// another side than its threshold says would not find its own leaf.
#[test]
fn all_rows_find_the_leaves_that_they_were_grown_into() {
    let tiny = f32::from_bits(1);
    let numbers = [
        f32::MIN,
        f32::MIN.next_up(),
        -1.0,
        -tiny,
        -0.0,
        0.0,
        tiny,
        1.0,
        1.0_f32.next_up(),
        7.5,
        16_777_216.0,
        f32::MAX.next_down(),
        f32::MAX,
        f32::NAN,
    ];
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let n_rows = [3, 40, 900][seed as usize % 3];
        let mut x = Array2::from_shape_fn((n_rows, 3), |_| numbers[rng.gen_range(0..14)]);
        // No two rows are equal.
        x.column_mut(2).iter_mut().zip(0..).for_each(|(x, row)| *x = (row as f32).sqrt());
        let y: Vec<f64> = (0..n_rows).map(|_| rng.gen_range(-9.0..9.0)).collect();
        let weights: Vec<f64> = y.iter().map(|_| rng.gen_range(0.1..4.0)).collect();
        for n_classes in [0, 2, 5] {
            let codes: Vec<u32> = (0..n_rows).map(|row| row as u32 % n_classes.max(1)).collect();
            let target = match n_classes {
                0 => Target::Values(&y),
                _ => Target::Classes { codes: &codes, n_classes: n_classes as usize },
            };
            for weights in [None, Some(weights.as_slice())] {
                let entropy = n_classes > 0 && seed % 2 == 1;
                let params = one_tree().n_trees(5).seed(seed).max_features(MaxFeatures::Count(2));
                let params = if entropy { params.criterion(Criterion::Entropy) } else { params };
                let forest = params.fitter().weights(weights).fit_forest(x.view(), target).unwrap();
                let case = format!("seed {seed}, {n_classes} classes, {}", weights.is_some());
                if n_classes > 0 {
                    assert_eq!(forest.predict_classes(x.view()).unwrap(), codes, "{case}");
                } else {
                    let values = forest.predict_values(x.view()).unwrap();
                    assert!(values.iter().zip(&y).all(|(a, b)| (a - b).abs() < 1e-12), "{case}");
                }
            }
        }
    }
}

#[test]
fn a_model_knows_that_its_thresholds_were_drawn_and_says_nothing_where_they_were_not() {
    let folder = Folder::new();
    let has = |name: &str, text: &[u8]| {
        folder.read(name).windows(text.len()).any(|window| window == text)
    };
    for (flags, expected) in
        [("", "best"), ("--splitter best", "best"), ("--splitter random", "random")]
    {
        let train = "train --trees 5 --samples 300 --force --out m.bin";
        folder.forest(&format!("{train} {flags}")).succeeds();
        folder.forest("verify m.bin").succeeds();
        let ran = folder.forest("inspect m.bin --json").succeeds();
        let inspected: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(inspected["metadata"]["settings"]["splitter"], expected);
        assert_eq!(has("m.bin", b"splitter"), expected == "random", "{flags}");
        let evaluated = folder.forest("evaluate --model m.bin").succeeds();
        assert!(evaluated.text().contains("came back exactly"), "{}", evaluated.text());
    }
}
