//! Forests of scikit-learn: what they predict is what scikit-learn does, to the bit.

mod hostile;

use std::fs;
use std::path::Path;

use forest::Model;
use forest::data::{Rows, RowsOptions, Source};
use forest::interchange::{ImportOptions, import};
use ndarray::Array2;
use serde_json::Value;

const FIXTURES: &str = "tests/fixtures/sklearn";

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(FIXTURES).join(name)).unwrap()
}

/// All that `make.py` wrote.
fn cases() -> Vec<Value> {
    let versions = ["12", "13", "15", "17", "19"];
    let of_version = |version| {
        let cases = fixture(&format!("expected_{version}.json"));
        serde_json::from_slice::<Vec<Value>>(&cases).unwrap()
    };
    versions.into_iter().flat_map(of_version).collect()
}

fn imported(name: &str) -> forest::Result<Model> {
    import(&fixture(name), name, &ImportOptions::default())
}

/// Numbers of `N` bytes, in hexadecimal.
fn bits<const N: usize>(text: &Value) -> Vec<[u8; N]> {
    let text = text.as_str().unwrap().as_bytes();
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap() as u8;
    let bytes: Vec<u8> =
        text.chunks(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1])).collect();
    bytes.as_chunks::<N>().0.to_vec()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn every_file_of_every_version_predicts_to_the_bit_what_scikit_learn_does() {
    let cases = cases();
    assert_eq!(cases.len(), 55);
    for case in cases {
        let name = case["file"].as_str().unwrap();
        let model = imported(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let forest = model.forest();
        let rows: Vec<f32> = bits(&case["rows"]).into_iter().map(f32::from_le_bytes).collect();
        let n_rows = rows.len() / forest.n_features();
        let rows = Array2::from_shape_vec((n_rows, forest.n_features()), rows).unwrap();
        let found = match model.schema().classes() {
            [] => forest.predict_values(rows.view()).unwrap(),
            _ => forest.predict_proba(rows.view()).unwrap().into_raw_vec_and_offset().0,
        };
        let expected: Vec<u64> =
            bits(&case["outputs"]).into_iter().map(u64::from_le_bytes).collect();
        assert!(found.iter().any(|output| *output != 0.0) && n_rows >= 9, "{name}");
        assert_eq!(found.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), expected, "{name}");
    }
}

#[test]
fn a_model_has_the_names_labels_and_importances_of_its_file() {
    for case in cases() {
        let name = case["file"].as_str().unwrap();
        let model = imported(name).unwrap();
        let schema = model.schema();
        let labels: Vec<&str> = schema.classes().iter().map(|class| class.name.as_str()).collect();
        assert_eq!(labels, texts(&case["classes"]), "{name}");
        let features: Vec<&str> = schema.features.iter().map(|f| f.name.as_str()).collect();
        match texts(&case["names"])[..] {
            [] => assert_eq!(features, ["x0", "x1", "x2"], "{name}"),
            ref names => assert_eq!(features, names, "{name}"),
        }
        let importances: Vec<u64> =
            model.forest().importances().iter().map(|x| x.to_bits()).collect();
        let expected: Vec<u64> =
            bits(&case["importances"]).into_iter().map(u64::from_le_bytes).collect();
        assert_eq!(importances, expected, "{name}");
        let Source::Imported(source) = &model.metadata().data else { panic!("{name}") };
        assert_eq!(source.system, format!("scikit-learn {}", case["version"].as_str().unwrap()));
        let estimator = case["estimator"].as_str().unwrap();
        assert_eq!(source.settings[0], ("estimator".to_owned(), estimator.to_owned()), "{name}");
        let depth = ("max_depth".to_owned(), "3".to_owned());
        assert!(source.settings.contains(&depth), "{name}: {:?}", source.settings);
    }
}

#[test]
fn categories_before_a_forest_are_levels_that_predict_the_same() {
    let model = imported("encoded.pkl").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("rows.csv");
    let texts = "x0,x1\nred,S\nblue,XL\ngreen,M\ngrey,L\ngreen,XL\n,L\nred,\n";
    fs::write(&rows, texts).unwrap();
    let rows = Rows::read(&rows, model.schema(), &RowsOptions::default()).unwrap().rows;
    // scikit-learn 1.9.1: what make_others.py prints.
    let expected = [
        0.710_317_460_317_460_3,
        0.383_333_333_333_333_3,
        0.488_888_888_888_888_93,
        0.45,
        0.383_333_333_333_333_3,
        0.383_333_333_333_333_3,
        0.666_666_666_666_666_6,
    ];
    let proba = model.forest().predict_proba(&rows).unwrap();
    let of_class_1: Vec<f64> = proba.outer_iter().map(|row| row[1]).collect();
    assert_eq!(of_class_1, expected);
    let error = imported("encoded_strictly.pkl").unwrap_err();
    assert!(error.to_string().contains("fails on categories that it does not know"), "{error}");
}
