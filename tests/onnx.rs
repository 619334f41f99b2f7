//! Models as ONNX files, out and in. `.ci/onnx` has onnxruntime and tract predict from our files.

use std::fs;
use std::path::Path;

use forest::data::{ReadOptions, Rows, RowsOptions, Schema, Table};
use forest::interchange::{ExportFormat, ImportOptions, export, import};
use forest::model::DecideBy;
use forest::{Calibrate, Costs, Decision, ErrorKind, ForestParams, Model, TrainOptions};
use ndarray::Array2;
use serde_json::Value;

use crate::support::Folder;

const FORMATS: [ExportFormat; 2] = [ExportFormat::Onnx, ExportFormat::Onnx5];

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new("tests/fixtures/onnx").join(name)).unwrap()
}

fn imported(bytes: &[u8]) -> Model {
    import(bytes, "m.onnx", &ImportOptions::default()).unwrap()
}

/// A model of an example table, of few trees.
fn trained(table: &str, target: &str, decision: DecideBy) -> Model {
    let path = Path::new("examples/data").join(table);
    let table = Table::read(path, &ReadOptions::new(target)).unwrap();
    let forest = ForestParams::new().n_trees(7);
    Model::train(&table, &TrainOptions { forest, decision, ..TrainOptions::default() }).unwrap()
}

#[test]
fn from_files_of_skl2onnx_we_predict_what_onnxruntime_does() {
    let expected: Value = serde_json::from_slice(&fixture("expected.json")).unwrap();
    for (name, expected) in expected.as_object().unwrap() {
        let model = imported(&fixture(&format!("{name}.onnx")));
        let matrix = |rows: &Value| -> Vec<f64> {
            let rows = rows.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
            rows.map(|cell| cell.as_f64().unwrap_or(f64::NAN)).collect()
        };
        let rows: Vec<f32> =
            matrix(&expected["rows"]).into_iter().map(|cell| cell as f32).collect();
        let rows = Array2::from_shape_vec((7, 4), rows).unwrap();
        let outputs = model.forest().predict_outputs(rows.view()).unwrap();
        let theirs = matrix(&expected["outputs"]);
        assert_eq!(outputs.len(), theirs.len(), "{name}");
        for (ours, theirs) in outputs.iter().zip(&theirs) {
            let scale = theirs.abs().max(1.0);
            assert!((ours - theirs).abs() < 1e-6 * scale, "{name}: {ours} is not {theirs}");
        }
        if let Some(labels) = expected["labels"].as_array() {
            let classes = model.predict_classes(rows.view()).unwrap();
            let ours: Vec<&str> = classes.iter().map(|&class| model.class_name(class)).collect();
            assert_eq!(&ours, labels, "{name}");
        }
        let names = model.schema().features.iter().map(|feature| feature.name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["x0", "x1", "x2", "x3"]);
        let source = serde_json::to_string(&model.metadata().data).unwrap();
        assert!(source.contains("skl2onnx 1.20.0") && source.contains("TreeEnsemble"), "{source}");
    }
}

#[test]
fn what_is_no_forest_is_refused_by_name() {
    let folder = Folder::new();
    for (name, words) in [
        ("network", ["neural network", "Conv"]),
        ("linear", ["linear model", "LinearClassifier"]),
        ("svm", ["support vector machine", "SVMClassifier"]),
        ("boosted", ["boosted trees", "LOGISTIC"]),
        ("boosted_regression", ["boosted trees", "base_values"]),
        ("scaled", ["Scaler", "before the trees"]),
    ] {
        folder.write("m.onnx", fixture(&format!("{name}.onnx")));
        folder.refuses("import m.onnx --out m.bin", 1, &words);
    }
}

#[test]
fn an_exported_model_comes_back_with_all_that_predicts() {
    let costs = |classes: &[&str]| Costs::parse("FP=1,FN=5", classes).unwrap();
    let given = DecideBy::Given;
    for (table, target, decision) in [
        ("penguins.csv", "species", DecideBy::default()),
        ("penguins.csv", "body_mass_g", DecideBy::default()),
        ("penguins.csv", "sex", given(Decision::Threshold(0.3))),
        ("penguins.csv", "sex", given(Decision::LeastCost(costs(&["female", "male"])))),
        ("wine.csv", "cultivar", DecideBy::default()),
    ] {
        let path = Path::new("examples/data").join(table);
        let read = ReadOptions { drop_missing_target: true, ..ReadOptions::new(target) };
        let training = Table::read(&path, &read).unwrap();
        let forest = ForestParams::new().n_trees(9);
        let options = TrainOptions { forest, decision, ..TrainOptions::default() };
        let model = Model::train(&training, &options).unwrap();
        for format in FORMATS {
            let exported = export(&model, format).unwrap();
            assert_eq!(export(&model, format).unwrap().bytes, exported.bytes);
            let scale = model.mean_target().unwrap_or(1.0);
            assert!(exported.difference.unwrap() < 3e-7 * scale, "{:?}", exported.difference);
            let again = imported(&exported.bytes);
            // What drift is measured against is not for other programs.
            let schema = Schema { histograms: None, ..model.schema().clone() };
            assert_eq!(again.schema(), &schema, "{target} {format}");
            assert_eq!(again.decision(), model.decision());
            assert_eq!(again.forest().calibration(), model.forest().calibration());
            let rows = Rows::read(&path, model.schema(), &RowsOptions::default()).unwrap().rows;
            let outputs = |model: &Model| model.forest().predict_outputs(&rows).unwrap();
            let (ours, theirs) = (outputs(&model), outputs(&again));
            let exact = format == ExportFormat::Onnx5;
            let near = |a: f64, b: f64| if exact { a == b } else { (a - b).abs() < 1e-7 * scale };
            assert!(ours.iter().zip(&theirs).all(|(&a, &b)| near(a, b)), "{target} {format}");
        }
    }
}

#[test]
fn the_command_writes_and_reads_onnx() {
    let folder = Folder::new();
    folder.example("penguins.csv").example("new_penguins.csv");
    folder.forest("train --data penguins.csv --target species --trees 5 --out m.bin").succeeds();
    let ran = folder.forest("export m.bin --to onnx --out m.onnx").succeeds();
    assert!(ran.stderr.contains("texts of categories are found exactly"), "{}", ran.stderr);
    folder.forest("import m.onnx --out again.bin").succeeds();
    let predict = |model: &str| {
        let ran = folder.forest(&format!("predict --model {model} --data new_penguins.csv"));
        ran.succeeds().text().to_owned()
    };
    assert_eq!(predict("m.bin"), predict("again.bin"));
    assert_eq!(predict("again.bin").lines().last(), Some("Adelie"));
}

#[test]
fn a_damaged_file_is_a_model_or_an_error() {
    let model = trained("iris.csv", "species", DecideBy::default());
    for bytes in [
        fixture("three_classes.onnx"),
        fixture("binary.onnx"),
        export(&model, ExportFormat::Onnx5).unwrap().bytes,
    ] {
        let step = bytes.len() / 400 + 1;
        for at in (0..bytes.len()).step_by(step) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            for damaged in [&bytes[..at], &flipped] {
                match import(damaged, "m.onnx", &ImportOptions::default()) {
                    Ok(model) => assert!(model.to_bytes().is_ok(), "byte {at}"),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Model, "byte {at}: {error}"),
                }
            }
        }
    }
}

#[test]
fn calibration_goes_along() {
    let path = Path::new("examples/data/iris.csv");
    let table = Table::read(path, &ReadOptions::new("species")).unwrap();
    let calibrate = Calibrate::By([0.05, 1.7]);
    let forest = ForestParams::new().n_trees(5).calibrate(calibrate);
    let model = Model::train(&table, &TrainOptions { forest, ..TrainOptions::default() }).unwrap();
    for format in FORMATS {
        let exported = export(&model, format).unwrap();
        assert!(exported.difference.unwrap() < 1e-7);
        assert_eq!(imported(&exported.bytes).forest().calibration(), model.forest().calibration());
    }
}
