//! Prediction intervals of regressions.

#[cfg(feature = "arrow")]
use forest::data::{ReadOptions, Table};
use forest::metrics::interval::wilson;
use forest::{ErrorKind, ForestParams, Model, Target, oob_intervals};
use linfa::ParamGuard;
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::support::Folder;

/// Wrong usage.
const USAGE: i32 = 2;

const TRAIN: &str =
    "train --task regression --samples 400 --features 5 --noise 20 --trees 30 --out m.bin";

/// A column of a table that has no quoted cells.
fn column(csv: &str, name: &str) -> Vec<f64> {
    let at = csv.lines().next().unwrap().split(',').position(|column| column == name).unwrap();
    csv.lines().skip(1).map(|line| line.split(',').nth(at).unwrap().parse().unwrap()).collect()
}

/// Rows whose targets scatter ten times as much where the first feature is positive.
fn uneven(n_rows: usize, seed: u64) -> (Array2<f32>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let x = Array2::from_shape_fn((n_rows, 3), |_| rng.gen_range(-1.0_f32..1.0));
    let mut target = |row: ndarray::ArrayView1<f32>| {
        let noise = if row[0] > 0.0 { 10.0 } else { 1.0 };
        5.0 * f64::from(row[1]) + noise * (0..3).map(|_| rng.gen_range(-1.0..1.0)).sum::<f64>()
    };
    let y = x.outer_iter().map(&mut target).collect();
    (x, y)
}

#[test]
fn intervals_of_one_tree_reach_as_far_as_the_residuals_of_rows_that_it_has_not_seen() {
    let (x, y) = uneven(200, 1);
    let params = ForestParams::plain().intervals(true).n_trees(1).check().unwrap();
    let forest = params.fitter().fit_forest(x.view(), Target::Values(&y)).unwrap();
    // A full tree gives a row that it has seen its target back, as no two rows are alike.
    let values = forest.predict_values(x.view()).unwrap();
    let residuals = y.iter().zip(&values).map(|(y, value)| (y - value).abs());
    let mut residuals: Vec<f64> = residuals.filter(|residual| *residual > 0.0).collect();
    residuals.sort_by(f64::total_cmp);
    let n = residuals.len();

    let intervals = oob_intervals(&forest, &params, x.view(), Target::Values(&y), None);
    let intervals = intervals.unwrap().unwrap();
    assert_eq!(intervals.rows(), n as u64);
    let predictions = forest.predict_spread(x.view()).unwrap();
    assert!(
        predictions.iter().zip(&values).all(|(&[found, spread], v)| (found, spread) == (*v, 0.0))
    );
    for level in [0.1, 0.5, 0.9] {
        let rank = ((n + 1) as f64 * level).ceil() as usize;
        for (&[low, high], value) in
            intervals.bounds(&predictions, level).unwrap().iter().zip(&values)
        {
            let [down, up] = [value - low, high - value];
            assert!((down - residuals[rank - 1]).abs() < 1e-9 && (up - down).abs() < 1e-9);
        }
    }
    assert!((intervals.max_level() - n as f64 / (n + 1) as f64).abs() < 1e-15);
}

/// What each of a few trees says is found by forests of one tree more each.
#[test]
fn intervals_follow_from_what_each_tree_says_of_rows_that_it_has_not_seen() {
    let (x, y) = uneven(300, 2);
    let target = Target::Values(&y);
    let n_trees = 6;
    let sums: Vec<Vec<f64>> = (0..=n_trees)
        .map(|n| {
            let Some(params) = (n > 0).then(|| ForestParams::plain().n_trees(n)) else {
                return vec![0.0; 300];
            };
            let forest = params.fitter().fit_forest(x.view(), target).unwrap();
            let values = forest.predict_values(x.view()).unwrap();
            values.iter().map(|value| value * n as f64).collect()
        })
        .collect();
    let says = |tree: usize, row: usize| sums[tree + 1][row] - sums[tree][row];
    let moments = |values: &[f64]| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
    };
    // Full trees give rows that they have seen their targets back.
    let unseen: Vec<(f64, f64, f64)> = (0..300)
        .filter_map(|row| {
            let values = (0..n_trees).map(|tree| says(tree, row));
            let values: Vec<f64> = values.filter(|value| (value - y[row]).abs() > 1e-9).collect();
            let (mean, spread) = moments(&values);
            (values.len() > 1).then_some((y[row], mean, spread))
        })
        .collect();
    let n = unseen.len();
    let typical = unseen.iter().map(|(_, _, spread)| spread).sum::<f64>() / n as f64;
    let scores = unseen.iter().map(|(y, mean, spread)| (y - mean).abs() / (spread + typical));
    let mut scores: Vec<f64> = scores.collect();
    scores.sort_by(f64::total_cmp);

    let params = ForestParams::plain().intervals(true).n_trees(n_trees).check().unwrap();
    let forest = params.fitter().fit_forest(x.view(), target).unwrap();
    let intervals = oob_intervals(&forest, &params, x.view(), target, None).unwrap().unwrap();
    assert_eq!(intervals.rows(), n as u64);
    assert!((intervals.typical_spread() - typical).abs() < 1e-9);
    let bounds = intervals.bounds(&forest.predict_spread(x.view()).unwrap(), 0.8).unwrap();
    let score = scores[((n + 1) as f64 * 0.8).ceil() as usize - 1];
    for (row, [low, high]) in bounds.into_iter().enumerate() {
        let all: Vec<f64> = (0..n_trees).map(|tree| says(tree, row)).collect();
        let (value, spread) = moments(&all);
        let reach = score * (spread + typical);
        assert!((low - (value - reach)).abs() < 1e-9 && (high - (value + reach)).abs() < 1e-9);
    }
}

#[test]
fn intervals_hold_the_targets_of_new_rows_and_are_wider_where_they_scatter() {
    let ((x, y), (new, truth)) = (uneven(2000, 3), uneven(4000, 4));
    for (params, wider) in
        [(ForestParams::plain().intervals(true), 1.5), (ForestParams::new(), 1.2)]
    {
        let params = params.check().unwrap();
        let forest = params.fitter().fit_forest(x.view(), Target::Values(&y)).unwrap();
        let intervals = oob_intervals(&forest, &params, x.view(), Target::Values(&y), None);
        let intervals = intervals.unwrap().unwrap();
        let predictions = forest.predict_spread(new.view()).unwrap();
        let mut narrower = vec![[f64::NEG_INFINITY, f64::INFINITY]; 4000];
        narrower.iter_mut().zip(&predictions).for_each(|(ends, &[value, _])| *ends = [value; 2]);
        for level in [0.5, 0.8, 0.9, 0.95] {
            let bounds = intervals.bounds(&predictions, level).unwrap();
            let held =
                truth.iter().zip(&bounds).filter(|(y, ends)| (ends[0]..=ends[1]).contains(y));
            let coverage = held.count() as f64 / 4000.0;
            assert!((coverage - level).abs() < 0.03, "{coverage} at {level}");
            let width = |scatters: bool| {
                let rows =
                    bounds.iter().zip(new.outer_iter()).filter(|(_, x)| (x[0] > 0.0) == scatters);
                rows.map(|(ends, _)| ends[1] - ends[0]).sum::<f64>()
            };
            assert!(width(true) > wider * width(false), "{} {}", width(true), width(false));
            assert!(
                bounds
                    .iter()
                    .zip(&narrower)
                    .all(|(wide, narrow)| { wide[0] <= narrow[0] && narrow[1] <= wide[1] })
            );
            narrower = bounds;
        }
    }
}

#[test]
fn predict_writes_the_ends_of_each_level_beside_the_prediction_and_quantiles() {
    let folder = Folder::new();
    folder.forest(&format!("{TRAIN} --keep-quantiles")).succeeds();
    let plain = folder.forest("predict --model m.bin").succeeds();
    let flags = "predict --model m.bin --interval 0.5,0.95";
    let ran = folder.forest(&format!("{flags} --quantiles 0.5")).succeeds();
    let header = "row,prediction,quantile_0.5,lower_0.5,upper_0.5,lower_0.95,upper_0.95\n";
    assert!(ran.text().starts_with(header), "{}", ran.text());
    let of = |name| column(ran.text(), name);
    assert_eq!(of("prediction"), column(plain.text(), "prediction"));

    let model = Model::load(folder.path("m.bin")).unwrap();
    let held_out = model.held_out(None, &[]).unwrap();
    for (level, lower, upper) in
        [(0.5, "lower_0.5", "upper_0.5"), (0.95, "lower_0.95", "upper_0.95")]
    {
        let bounds = model.predict_intervals(&held_out, level).unwrap();
        let (low, high): (Vec<f64>, Vec<f64>) =
            bounds.iter().map(|ends| (ends[0], ends[1])).unzip();
        assert_eq!((of(lower), of(upper)), (low, high));
    }

    let lines = folder.forest(&format!("{flags} --json")).succeeds();
    let first: Value = serde_json::from_str(lines.text().lines().next().unwrap()).unwrap();
    assert_eq!(first["intervals"]["0.95"]["high"], of("upper_0.95")[0]);
    assert_eq!(first["intervals"]["0.5"]["low"], of("lower_0.5")[0]);
    assert_eq!(first["intervals"].as_object().unwrap().len(), 2);
}

#[cfg(feature = "arrow")]
#[test]
fn intervals_are_written_to_parquet_and_arrow_files_too() {
    let folder = Folder::new();
    folder.forest(TRAIN).succeeds();
    let csv = folder.forest("predict --model m.bin --interval 0.9").succeeds();
    for file in ["p.parquet", "p.arrow"] {
        folder.forest(&format!("predict --model m.bin --interval 0.9 --out {file}")).succeeds();
        let table = Table::read(folder.path(file), &ReadOptions::new("prediction")).unwrap();
        let upper = table.features.iter().find(|column| column.name == "upper_0.9").unwrap();
        let expected = column(csv.text(), "upper_0.9");
        assert!(upper.values.iter().zip(expected).all(|(found, upper)| *found == upper as f32));
    }
}

#[test]
fn evaluate_says_how_many_targets_intervals_hold_and_how_wide_they_are() {
    let folder = Folder::new();
    folder.forest(TRAIN).succeeds();
    let text = folder.forest("evaluate --model m.bin").succeeds();
    assert!(text.text().contains("90 % intervals          hold 0."), "{}", text.text());
    let json = folder.forest("evaluate --model m.bin --interval 0.5,0.9 --json").succeeds();
    let scores: Value = serde_json::from_slice(&json.stdout).unwrap();
    let model = Model::load(folder.path("m.bin")).unwrap();
    let held_out = model.held_out(None, &[]).unwrap();
    let Some(forest::data::Truth::Numbers(truth)) = &held_out.truth else { panic!() };
    for (scores, level) in scores["interval_coverage"].as_array().unwrap().iter().zip([0.5, 0.9]) {
        let bounds = model.predict_intervals(&held_out, level).unwrap();
        let held = truth.iter().zip(&bounds).filter(|(y, ends)| (ends[0]..=ends[1]).contains(y));
        let held = held.count();
        assert_eq!(scores["level"], level);
        assert_eq!(
            (scores["rows"].as_u64(), scores["coverage"].as_f64()),
            (Some(100), Some(held as f64 / 100.0))
        );
        let low = scores["coverage_interval"]["low"].as_f64().unwrap();
        assert!((low - wilson(held as u64, 100).low).abs() < 1e-12);
        let width = bounds.iter().map(|ends| ends[1] - ends[0]).sum::<f64>() / 100.0;
        assert!((scores["mean_width"].as_f64().unwrap() - width).abs() < 1e-9 * width);
    }
    assert_eq!(scores["interval_coverage"].as_array().unwrap().len(), 2);
}

#[test]
fn rows_of_an_evaluation_count_by_their_weights() {
    let folder = Folder::new();
    let row = |row: u32| format!("{},{}\n", row % 10, row % 10 * 10 + row % 3);
    folder.write("t.csv", "a,y\n".to_owned() + &(0..300).map(row).collect::<String>());
    folder
        .forest("train --data t.csv --target y --task regression --test-size 0 --out m.bin")
        .succeeds();
    // The first row is as those of training, the second is not.
    folder.write("n.csv", "a,y,w\n5,51,3\n5,900,1\n5,900,0\n");
    let evaluate = "evaluate --model m.bin --data n.csv --sample-weight w --json --quiet";
    let scores: Value = serde_json::from_slice(&folder.forest(evaluate).succeeds().stdout).unwrap();
    let scores = &scores["interval_coverage"][0];
    assert_eq!((&scores["rows"], &scores["coverage"]), (&Value::from(2), &Value::from(0.75)));
}

#[test]
fn a_model_with_intervals_is_the_same_on_any_number_of_threads_and_comes_back_from_its_file() {
    let folder = Folder::new();
    let table = "train --task regression --samples 1600 --trees 12 --quiet";
    for threads in [1, 3] {
        let out = format!("--threads {threads} --out m{threads}.bin");
        folder.forest(&format!("{table} {out}")).succeeds();
    }
    assert!(folder.read("m1.bin") == folder.read("m3.bin"));
    let model = Model::load(folder.path("m1.bin")).unwrap();
    assert_eq!(model.intervals().unwrap().max_level(), 0.999);
    folder.forest("verify m1.bin").succeeds();
    let [one, three] = [1, 3].map(|threads| {
        let flags = "predict --model m1.bin --interval 0.9 --quiet";
        folder.forest(&format!("{flags} --threads {threads}")).succeeds().stdout
    });
    assert!(one == three);
    // Refined, too, where more follows the metadata.
    folder.forest(&format!("{table} --cut auto --out r.bin")).succeeds();
    folder.forest("evaluate --model r.bin --interval 0.8").succeeds();
}

#[test]
fn without_intervals_all_else_is_the_same() {
    let folder = Folder::new();
    folder.forest(TRAIN).succeeds();
    folder.forest(&format!("{} --no-intervals", TRAIN.replace("m.bin", "n.bin"))).succeeds();
    let [with, without] = ["m.bin", "n.bin"].map(|name| Model::load(folder.path(name)).unwrap());
    assert!(with.forest() == without.forest());
    assert_eq!(with.metadata().out_of_bag, without.metadata().out_of_bag);
    assert!(with.metadata().intervals.is_some() && without.metadata().intervals.is_none());
    let scores = folder.forest("evaluate --model n.bin --json").succeeds();
    let scores: Value = serde_json::from_slice(&scores.stdout).unwrap();
    assert_eq!(scores["interval_coverage"], Value::Array(Vec::new()));
}

#[test]
fn intervals_that_cannot_be_are_refused_with_a_reason() {
    let folder = Folder::new();
    folder.forest("train --samples 60 --trees 3 --out classes.bin").succeeds();
    let train = "train --task regression --samples 60 --trees 3";
    folder.forest(&format!("{train} --no-intervals --out none.bin")).succeeds();
    folder.forest(&format!("{train} --no-bootstrap --out all.bin")).succeeds();
    folder.forest("train --task regression --samples 8 --trees 40 --out few.bin").succeeds();
    let none = "trained with --no-intervals, with --no-bootstrap or by an earlier release";
    for verb in ["predict", "evaluate"] {
        for (flags, words) in [
            ("classes.bin --interval 0.9", "the model predicts classes"),
            ("none.bin --interval 0.9", none),
            ("all.bin --interval 0.9", none),
            ("few.bin --interval 0.9", "takes more than the 6 out-of-bag residuals"),
            ("few.bin --interval 0.9", "the highest level that follows from them is 0.8571"),
            ("few.bin --interval 1", "between 0 and 1"),
            ("few.bin --interval 0.5,nan", "between 0 and 1"),
        ] {
            folder.refuses(&format!("{verb} --model {flags}"), USAGE, &[words]);
        }
    }
    let twice = ["two columns 'lower_0.5'", "each level once"];
    folder.refuses("predict --model few.bin --interval 0.5,0.50", USAGE, &twice);
    folder.forest("evaluate --model few.bin --interval 0.8571").succeeds();
    folder.forest("evaluate --model few.bin").succeeds();

    let library = |name: &str| Model::load(folder.path(name)).unwrap().intervals().unwrap_err();
    for (name, words) in [("classes.bin", "classes"), ("none.bin", "no out-of-bag residuals")] {
        let error = library(name);
        assert!(error.kind() == ErrorKind::Setting && error.to_string().contains(words), "{error}");
    }
}

#[test]
fn inspect_shows_a_width_and_promises_no_level_where_rows_are_not_exchangeable() {
    let folder = Folder::new();
    let row = |row: u32| format!("{},{},{}.5\n", row / 5, row * row % 17, row * 7 % 40 + row / 5);
    folder.write("t.csv", "g,a,y\n".to_owned() + &(0..200).map(row).collect::<String>());
    for (split, words) in [
        ("", ""),
        ("--group g", "of groups that training has not seen they may hold fewer"),
        ("--order g", "of rows after those of training they may hold fewer"),
    ] {
        let train =
            "train --data t.csv --target y --task regression --trees 20 --out m.bin --force";
        folder.forest(&format!("{train} {split} --quiet")).succeeds();
        let ran = folder.forest("inspect m.bin").succeeds();
        let text = ran.text();
        assert!(text.contains("90 % intervals") && text.contains(words), "{text}");
        assert_eq!(text.contains("fewer targets"), !split.is_empty());
        let json = folder.forest("inspect m.bin --json").succeeds();
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        let intervals = &json["metadata"]["intervals"];
        let half_widths = intervals["half_widths"].as_array().unwrap();
        let [low, high] = [0, 1].map(|level| &half_widths[level]);
        assert_eq!((&low["level"], &high["level"]), (&0.8.into(), &0.9.into()));
        assert!(high["half_width"].as_f64() > low["half_width"].as_f64());
    }
}
