//! Forests that are cut, shrunken and calibrated after training.

use forest::{Calibrate, Cut, ForestParams, MaxFeatures, Model, Shrinkage, Target};
use ndarray::Array2;
use serde_json::Value;

use crate::support::Folder;

const AUTO: &str = "--cut auto --shrinkage auto --calibrate auto";

/// Wrong usage.
const USAGE: i32 = 2;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn column(value: &Value) -> Array2<f32> {
    let rows: Vec<f32> =
        value.as_array().unwrap().iter().map(|row| numbers(row)[0] as f32).collect();
    Array2::from_shape_vec((rows.len(), 1), rows).unwrap()
}

/// The fixture has what scikit-learn's trees give with `min_samples_split`, and with values shrunken by the formula of
/// Agarwal et al. 2022.
#[test]
fn cut_and_shrunken_trees_give_what_the_formula_makes_of_scikit_learns() {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/refined_trees.json")).unwrap();
    let (x, new) = (column(&fixture["x"]), column(&fixture["new"]));
    let values = numbers(&fixture["values"]);
    let codes: Vec<u32> =
        numbers(&fixture["classes"]).into_iter().map(|code| code as u32).collect();
    let plain = ForestParams::new().n_trees(1).bootstrap(false).max_features(MaxFeatures::All);
    for case in fixture["cases"].as_array().unwrap() {
        let params = plain
            .clone()
            .cut(Cut::Rows(case["cut"].as_u64().unwrap() as usize))
            .shrinkage(Shrinkage::Lambda(case["shrinkage"].as_f64().unwrap()));
        let fit = |target| params.fitter().fit_forest(x.view(), target).unwrap();
        let found = fit(Target::Values(&values)).predict_values(new.view()).unwrap();
        assert_close(found, numbers(&case["values"]));
        let classes = Target::Classes { codes: &codes, n_classes: 3 };
        let found = fit(classes).predict_proba(new.view()).unwrap();
        let expected: Vec<f64> =
            case["proba"].as_array().unwrap().iter().flat_map(numbers).collect();
        assert_close(found, expected);
    }
}

fn assert_close(found: impl IntoIterator<Item = f64>, expected: Vec<f64>) {
    for (found, expected) in found.into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }
}

#[test]
fn a_refined_model_is_the_same_on_any_number_of_threads_and_comes_back_from_its_file() {
    for table in ["--samples 600 --classes 3 --informative 4", "--samples 600 --task regression"] {
        let folder = Folder::new();
        let auto = if table.contains("regression") { "--cut auto --shrinkage auto" } else { AUTO };
        for threads in [1, 4] {
            let out = format!("--trees 20 --threads {threads} --out m{threads}.bin");
            folder.forest(&format!("train {table} {auto} {out}")).succeeds();
        }
        assert!(folder.read("m1.bin") == folder.read("m4.bin"));
        let model = Model::load(folder.path("m1.bin")).unwrap();
        assert_eq!(model.metadata().refinement.as_ref().unwrap().rows, 450);
        folder.forest("verify m1.bin").succeeds();
        folder.forest("evaluate --model m1.bin").succeeds();
    }
}

#[test]
fn on_noise_the_trees_are_cut_and_the_choice_is_explained() {
    let folder = Folder::new();
    let train = "train --samples 2000 --features 5 --informative 2 --redundant 0 --flip-y 0.8";
    let plain = folder.forest(&format!("{train} --plain --out plain.bin --json")).succeeds();
    let auto = folder.forest(&format!("{train} {AUTO} --out m.bin --json")).succeeds();
    let [plain, auto] =
        [plain, auto].map(|ran| serde_json::from_slice::<Value>(&ran.stdout).unwrap());
    let log_loss = |train: &Value| train["held_out"]["log_loss"].as_f64().unwrap();
    let baseline = auto["held_out"]["baseline"]["log_loss"].as_f64().unwrap();
    let (auto_loss, plain_loss) = (log_loss(&auto), log_loss(&plain));
    assert!(auto_loss < baseline && baseline < plain_loss, "{auto_loss} {baseline} {plain_loss}");
    assert!(auto["nodes"].as_u64().unwrap() * 4 < plain["nodes"].as_u64().unwrap());
    let tried = auto["refinement"]["trials"].as_array().unwrap();
    let chosen = |trial: &&Value| {
        ["cut", "shrinkage"].iter().all(|key| trial[key] == auto["refinement"][key])
    };
    assert_eq!(tried.iter().find(chosen).unwrap()["nodes"], auto["nodes"]);
    assert_eq!(plain["refinement"], Value::Null);
    assert_eq!(auto["out_of_bag"]["used_to_choose"], true);
    let inspect = folder.forest("inspect m.bin").succeeds();
    let text = String::from_utf8(inspect.stdout).unwrap();
    for words in
        ["refined after training", "chosen from", "calibration", "which also chose how to refine"]
    {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn numbers_that_are_given_are_taken_without_a_choice() {
    let params =
        ForestParams::new().n_trees(5).cut(Cut::Rows(20)).calibrate(Calibrate::By([0.5, 2.0]));
    let x = Array2::from_shape_fn((100, 1), |(row, _)| row as f32);
    let codes: Vec<u32> = (0..100).map(|row| u32::from(row % 7 < row / 15)).collect();
    let target = Target::Classes { codes: &codes, n_classes: 2 };
    let forest = params.fitter().fit_forest(x.view(), target).unwrap();
    let calibration = forest.calibration().unwrap();
    assert_eq!((calibration.alpha, calibration.gamma), (0.5, 2.0));
    let plain = params.clone().cut(Cut::Rows(2)).calibrate(Calibrate::None);
    let plain = plain.fitter().fit_forest(x.view(), target).unwrap();
    assert!(forest.n_nodes() < plain.n_nodes() && plain.calibration().is_none());
}

#[test]
fn rows_that_weigh_next_to_nothing_do_not_spoil_the_others() {
    let folder = Folder::new();
    let row = |row: u32| {
        let weight = ["1", "1e-80", "1e90", "0"][row as usize % 4];
        format!("{},{},{weight},{}\n", row % 37, row * 7 % 11, row * row % 13)
    };
    folder.write("t.csv", "a,b,w,y\n".to_owned() + &(0..300).map(row).collect::<String>());
    for task in ["--task regression", "--task classification --calibrate auto"] {
        let table = format!("--data t.csv --target y --sample-weight w {task}");
        let refine = "--cut auto --shrinkage auto --trees 10 --out m.bin --force";
        folder.forest(&format!("train {table} {refine}")).succeeds();
        folder.forest("verify m.bin").succeeds();
    }
}

#[test]
fn what_does_not_go_together_is_refused_by_its_flag() {
    let folder = Folder::new();
    let train = "train --out m.bin --trees 3 --samples 60";
    for (flags, words) in [
        ("--task regression --calibrate 0.1,2", "numbers have no probabilities"),
        ("--task regression --keep-quantiles --shrinkage 5", "does not go with --keep-quantiles"),
        ("--learner linfa --cut 10", "--cut does not go with --learner linfa"),
        ("--calibrate 0,2", "--calibrate is 0.0,2.0"),
        ("--cut 1", "--cut is 1"),
    ] {
        folder.refuses(&format!("{train} {flags}"), USAGE, &[words]);
    }
}
