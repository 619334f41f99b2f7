//! Splits between bins of values.

use forest::{Criterion, Forest, ForestParams, Splitter, Target};
use ndarray::Array2;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::support::Folder;

const N_VALUES: u32 = 60;
const N_BINS: u32 = 12;
const N_GAPS: usize = 20;

/// Rows of four features, whose bins are known: each of the values has three rows.
struct Table {
    x: Array2<f32>,
    bins: Array2<f32>,
    y: Vec<f64>,
    codes: Vec<u32>,
    weights: Vec<f64>,
}

impl Table {
    fn random(rng: &mut ChaCha8Rng) -> Self {
        let mut numbers: Vec<_> = (0..3 * N_VALUES).map(|i| (i % N_VALUES) as f32).collect();
        numbers.extend([f32::NAN; N_GAPS]);
        let mut columns = Vec::new();
        for _ in 0..4 {
            numbers.shuffle(rng);
            columns.extend_from_slice(&numbers);
        }
        let numbers = Array2::from_shape_vec((4, columns.len() / 4), columns).unwrap();
        let numbers = numbers.reversed_axes();
        let score = |row: ndarray::ArrayView1<f32>| {
            f64::from(row[0].max(0.0) - row[1].max(7.0) / 2.0) + rng.gen_range(-9.0..9.0)
        };
        let y: Vec<f64> = numbers.outer_iter().map(score).collect();
        Self {
            // The distances between neighbours differ.
            x: numbers.mapv(|number| (number - 30.0).powi(3)),
            bins: numbers.mapv(|number| (number * N_BINS as f32 / N_VALUES as f32).floor()),
            codes: y.iter().map(|y| u32::from(*y > 0.0) + u32::from(*y > 20.0)).collect(),
            weights: y.iter().map(|_| f64::from(rng.gen_range(1..4))).collect(),
            y,
        }
    }

    fn fit(&self, params: &ForestParams, x: &Array2<f32>, how: How) -> Forest {
        let target = match how.criterion {
            Criterion::SquaredError => Target::Values(&self.y),
            _ => Target::Classes { codes: &self.codes, n_classes: 3 },
        };
        let weights = how.weighted.then_some(self.weights.as_slice());
        let params = params.clone().criterion(how.criterion);
        params.fitter().weights(weights).fit_forest(x.view(), target).unwrap()
    }

    /// Puts another value of the same bin in the place of each.
    fn moved_within_bins(&self, rng: &mut ChaCha8Rng) -> Array2<f32> {
        let width = (N_VALUES / N_BINS) as f32;
        self.bins.mapv(|bin| (bin * width + f32::from(rng.gen_range(0_u8..5)) - 30.0).powi(3))
    }
}

#[derive(Clone, Copy, Debug)]
struct How {
    criterion: Criterion,
    weighted: bool,
}

/// Every kind of target and weight, on tables of their own.
fn for_each_table(test: impl Fn(&Table, How, &mut ChaCha8Rng, &str)) {
    for criterion in [Criterion::Gini, Criterion::Entropy, Criterion::SquaredError] {
        for weighted in [false, true] {
            for seed in 0..20 {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let how = How { criterion, weighted };
                let table = Table::random(&mut rng);
                test(&table, how, &mut rng, &format!("seed {seed}, {how:?}"));
            }
        }
    }
}

/// What the forest gives for rows, bit for bit.
fn outputs(forest: &Forest, rows: &Array2<f32>) -> Vec<f64> {
    match forest.n_classes() {
        0 => forest.predict_values(rows.view()).unwrap(),
        _ => forest.predict_proba(rows.view()).unwrap().into_iter().collect(),
    }
}

fn ten_trees() -> ForestParams {
    ForestParams::plain().n_trees(10)
}

#[test]
fn a_forest_of_bins_is_the_exact_forest_of_their_numbers() {
    for_each_table(|table, how, _, case| {
        for (bootstrap, max_leaf_nodes) in [(false, None), (false, Some(9)), (true, None)] {
            let exact = ten_trees().bootstrap(bootstrap).max_leaf_nodes(max_leaf_nodes);
            let binned = exact.clone().max_bins(Some(N_BINS as usize));
            let binned = table.fit(&binned, &table.x, how);
            let exact = table.fit(&exact, &table.bins, how);
            assert_eq!(binned.n_nodes(), exact.n_nodes(), "{case}");
            assert_eq!(binned.importances(), exact.importances(), "{case}");
            // A bin that no row of a node is in may go either way, so all rows must have been seen.
            if !bootstrap {
                let [ours, theirs] = [outputs(&binned, &table.x), outputs(&exact, &table.bins)];
                assert_eq!(ours, theirs, "{case}");
            }
        }
    });
}

#[test]
fn rows_that_differ_only_within_their_bins_are_alike() {
    for_each_table(|table, how, rng, case| {
        let moved = table.moved_within_bins(rng);
        for splitter in [Splitter::Best, Splitter::Random] {
            let params = ten_trees().bootstrap(false).max_bins(Some(N_BINS as usize));
            let forest = table.fit(&params.splitter(splitter), &table.x, how);
            assert_eq!(outputs(&forest, &moved), outputs(&forest, &table.x), "{case}");
        }
    });
}

#[test]
fn as_many_bins_as_values_are_exact() {
    for_each_table(|table, how, _, case| {
        for splitter in [Splitter::Best, Splitter::Random] {
            let params = ten_trees().splitter(splitter);
            let exact = table.fit(&params, &table.x, how);
            for (max_bins, is_exact) in [(N_VALUES - 1, false), (N_VALUES, true), (65_535, true)] {
                let params = params.clone().max_bins(Some(max_bins as usize));
                let is_same = table.fit(&params, &table.x, how) == exact;
                assert_eq!(is_same, is_exact, "{max_bins} bins, {case}");
            }
        }
    });
}

#[test]
fn a_threshold_lies_between_the_ranges_of_two_bins() {
    // Two bins of two rows each: from 0 to 1 and from 5 to 9.
    let x = Array2::from_shape_vec((4, 1), vec![9.0, 0.0, 5.0, 1.0]).unwrap();
    let params = ForestParams::new().n_trees(1).bootstrap(false).max_bins(Some(2));
    let target = Target::Values(&[8.0, 1.0, 4.0, 3.0]);
    let forest = params.fitter().fit_forest(x.view(), target).unwrap();
    let rows = Array2::from_shape_vec((4, 1), vec![-7.0, 3.0, 3.0_f32.next_up(), 7.0]).unwrap();
    assert_eq!(forest.predict_values(rows.view()).unwrap(), [2.0, 2.0, 6.0, 6.0]);
}

#[test]
fn a_model_knows_its_bins() {
    let folder = Folder::new();
    let train = "train --trees 5 --samples 400 --out";
    let inspected = |model: &str| -> Value {
        let ran = folder.forest(&format!("inspect {model} --json")).succeeds();
        serde_json::from_slice::<Value>(&ran.stdout).unwrap()["metadata"]["settings"].clone()
    };
    for (flags, expected) in [("", Value::Null), ("--max-bins 16", 16.into())] {
        folder.forest(&format!("{train} m.bin --force {flags}")).succeeds();
        folder.forest("verify m.bin").succeeds();
        assert_eq!(inspected("m.bin")["max_bins"], expected);
    }
    let text = folder.forest("inspect m.bin").succeeds();
    let line = text.text().lines().find(|line| line.contains("max_bins")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["max_bins", "16"]);
    let evaluated = folder.forest("evaluate --model m.bin").succeeds();
    assert!(evaluated.text().contains("came back exactly"), "{}", evaluated.text());
}

#[test]
fn help_says_what_bins_are_good_for() {
    let help = Folder::new().forest("train --help").succeeds();
    let after = help.text().split_once("--max-bins <N>").unwrap().1;
    let words: Vec<&str> = after.split_whitespace().take(30).collect();
    assert!(words.join(" ").contains("[default: no limit, exact splits]"), "{words:?}");
}
