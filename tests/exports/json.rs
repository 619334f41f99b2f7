//! Models as JSON, and back.

use serde_json::{Value, json};

use forest::data::{FeatureKind, Schema, Source};
use forest::interchange::{ExportFormat, ImportOptions, export, import};
use forest::{ErrorKind, Model};

use super::{MODELS, named, rows};
use crate::support::violation;

const SCHEMA: &str = include_str!("../../schemas/forest-model.schema.json");

fn written(model: &Model) -> Vec<u8> {
    export(model, ExportFormat::Json).unwrap().bytes
}

fn again(bytes: &[u8]) -> forest::Result<Model> {
    import(bytes, "m.json", &ImportOptions::default())
}

#[test]
fn a_model_comes_back_to_the_bit() {
    for (name, model) in &*MODELS {
        let bytes = written(model);
        let back = again(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let rows = rows(model);
        let outputs = |model: &Model| -> Vec<u64> {
            let outputs = model.forest().predict_outputs(rows.view()).unwrap();
            outputs.iter().map(|output| output.to_bits()).collect()
        };
        assert!(outputs(&back) == outputs(model), "{name}");
        // All but how the training rows are distributed, which changes no prediction.
        let schema = Schema { histograms: None, ..model.schema().clone() };
        assert_eq!(*back.schema(), schema, "{name}");
        assert_eq!(back.decision(), model.decision(), "{name}");
        assert_eq!(back.forest(), model.forest(), "{name}");
        assert_eq!(back.metadata().intervals, model.metadata().intervals, "{name}");
        let Source::Imported(source) = &back.metadata().data else { panic!("{name}") };
        assert_eq!(source.system, concat!("forest ", env!("CARGO_PKG_VERSION")));
        assert!(
            source.settings.contains(&("n_trees".to_owned(), model.forest().n_trees().to_string()))
        );
        // What is written of it again differs in what it says of its source alone.
        let [first, second] = [bytes, written(&back)].map(|bytes| {
            let mut value: Value = serde_json::from_slice(&bytes).unwrap();
            value.as_object_mut().unwrap().remove("metadata");
            value
        });
        assert_eq!(first, second, "{name}");
    }
}

#[test]
fn json_is_as_the_published_schema_says() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for (name, model) in &*MODELS {
        let bytes = written(model);
        let value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(violation(&schema, &value), None, "{name}");
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(text.lines().all(forest::message::is_printable), "{name}");
    }
    let mut value: Value = serde_json::from_slice(&written(named("one tree"))).unwrap();
    value["trees"][0]["left"][0] = json!(-1);
    let violation = violation(&schema, &value).unwrap();
    assert!(violation.starts_with("/trees/0/left/0: -1 is less than the minimum"), "{violation}");
}

/// Changes JSON, and reads it.
fn read_edited(model: &Model, edit: impl FnOnce(&mut Value)) -> forest::Result<Model> {
    let mut value: Value = serde_json::from_slice(&written(model)).unwrap();
    edit(&mut value);
    again(&serde_json::to_vec(&value).unwrap())
}

#[track_caller]
fn refused(model: &Model, edit: impl FnOnce(&mut Value), words: &str) {
    let error = read_edited(model, edit).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

/// A change, and words of the error that it makes.
type Case<'a> = (&'a dyn Fn(&mut Value), &'a str);

#[test]
fn what_is_not_as_it_should_be_is_refused_with_its_place() {
    let model = named("categories");
    let cases: [Case; 32] = [
        (&|json| json["format"] = json!("xgboost"), "its format is 'xgboost', not 'forest-json'"),
        (&|json| drop(json.as_object_mut().unwrap().remove("format")), "its format is not said"),
        (&|json| json["version"] = json!(2), "the version of the format is 2, and known is 1"),
        (&|json| drop(json.as_object_mut().unwrap().remove("trees")), "missing field `trees`"),
        (&|json| json["tree"] = json!(1), "unknown field `tree`"),
        (&|json| json["trees"] = json!([]), "the forest has no trees"),
        (&|json| json["features"] = json!([]), "there are 0 features"),
        (
            &|json| json["trees"][3]["feature"][0] = json!(99),
            "trees[3].feature[0] is 99, and there are 7",
        ),
        (
            &|json| json["trees"][3]["feature"][0] = json!(-1),
            "invalid value: integer `-1`, expected u32",
        ),
        (&|json| json["trees"][3]["feature"][0] = json!(4_294_967_296_u64), "integer `4294967296`"),
        (
            &|json| json["trees"][3]["feature"][0] = json!(null),
            "trees[3]: node 0 has to have either",
        ),
        (&|json| json["trees"][3]["threshold"][0] = json!("inf"), "a number or \"Infinity\""),
        (&|json| json["trees"][3]["threshold"][0] = json!(-1e300), "trees[3].threshold[0] is -1"),
        (
            &|json| json["trees"][3]["left"][0] = json!(1_000_000),
            "trees[3].left[0] is 1000000, and there are",
        ),
        (&|json| json["trees"][3]["left"][0] = json!(0), "is not part of a tree"),
        (&|json| json["trees"][3]["right"][0] = json!(1), "tree 3: "),
        (&|json| drop(json["trees"][3]["leaf"].as_array_mut().unwrap().pop()), "trees[3].leaf has"),
        (&|json| json["leaf_shares"] = json!([[[0, 1.0]]]), "and there are 1, counted from 0"),
        (
            &|json| json["leaf_shares"][1] = json!([[0, 0.5], [2, 0.4]]),
            "leaf_shares[1] has shares that add up to 0.9",
        ),
        (
            &|json| json["leaf_shares"][1] = json!([[2, 0.5], [0, 0.5]]),
            "leaf_shares[1] does not ascend",
        ),
        (
            &|json| json["leaf_shares"][1] = json!([[0, 1.5], [1, -0.5]]),
            "leaf_shares[1] has the share 1.5",
        ),
        (
            &|json| json["leaf_shares"][1] = json!([[3, 1.0]]),
            "leaf_shares[1] has a share of number 3",
        ),
        (&|json| json["leaf_shares"][1] = json!([]), "leaf_shares[1] has shares that add up to"),
        (&|json| json["leaf_values"] = json!([1.0]), "has leaf_shares, and no leaf_values"),
        (&|json| json["importances"][0] = json!(2), "importances"),
        (&|json| json["features"][1]["name"] = json!("island"), "two features have one name"),
        (&|json| json["features"][0]["kind"] = json!("text"), "features[0].kind is 'text'"),
        (
            &|json| json["features"][0]["levels"][0][1] = json!(1e39),
            "features[0].levels[0] is more than 32 bits",
        ),
        (
            &|json| json["features"][0]["levels"][0][1] = json!(9),
            "features[0].levels[1] has a smaller value",
        ),
        (&|json| json["features"][1]["max"] = json!(null), "features[1].max is missing"),
        (&|json| json["target"]["classes"][0]["rows"] = json!(u64::MAX), "more rows than 64 bits"),
        (
            &|json| json["decision"] = json!({"rule": "threshold", "threshold": 0.5}),
            "decision: `threshold` is between two classes",
        ),
    ];
    for (edit, words) in cases {
        refused(model, edit, words);
    }
    let costs = json!({"rule": "least_cost", "costs": [{"truth": 0, "predicted": 9, "cost": 1}]});
    refused(model, |json| json["decision"] = costs, "decision:");
    refused(model, |json| json["decision"]["rule"] = json!("coin"), "decision.rule is 'coin'");
}

#[test]
fn targets_calibration_and_intervals_are_checked_as_well() {
    let numbers = named("missing values in a regression");
    refused(numbers, |json| json["leaf_targets"] = json!([]), "leaf_targets are those of 0 leaves");
    refused(numbers, |json| json["targets"][0] = json!(1e9), "ascend");
    let with_intervals = named("a regression with intervals");
    refused(with_intervals, |json| json["intervals"]["scores"][0] = json!(1e9), "scores");
    refused(
        numbers,
        |json| json["decision"] = json!({"rule": "threshold", "threshold": 0.5}),
        "decision",
    );
    let calibrated = named("calibrated");
    refused(
        calibrated,
        |json| json["calibration"]["prior"] = json!([1.0]),
        "calibration.prior has 1 shares",
    );
    refused(
        calibrated,
        |json| json["calibration"]["gamma"] = json!(0),
        "the calibration is invalid",
    );
}

#[test]
fn an_infinite_threshold_has_a_spelling_and_an_edited_one_routes_as_it_says() {
    let model = named("one tree");
    let mut text = String::from_utf8(written(model)).unwrap();
    let at = text.find("\"threshold\": [").unwrap() + "\"threshold\": [".len();
    let end = at + text[at..].find(',').unwrap();
    let Value::Array(features) =
        &serde_json::from_str::<Value>(&text).unwrap()["trees"][0]["feature"]
    else {
        panic!()
    };
    let feature = features[0].as_u64().unwrap() as usize;
    text.replace_range(at..end, "\"Infinity\"");
    let infinite = again(text.as_bytes()).unwrap();
    assert!(
        String::from_utf8(written(&infinite)).unwrap().contains("\"threshold\": [\"Infinity\",")
    );
    // 0.1 as 64 bits is less than as 32 bits.
    text.replace_range(at..at + "\"Infinity\"".len(), "0.1");
    let edited = again(text.as_bytes()).unwrap();
    let value: Value = serde_json::from_slice(&written(&edited)).unwrap();
    let threshold = value["trees"][0]["threshold"][0].as_f64().unwrap();
    assert!(threshold <= 0.1 && f64::from((threshold as f32).next_up()) > 0.1, "{threshold}");
    assert!(matches!(edited.schema().features[feature].kind, FeatureKind::Number { .. }));
}

#[test]
fn broken_json_is_refused_at_its_line_whatever_is_in_it() {
    let bytes = written(named("categories"));
    for at in (0..bytes.len()).step_by(bytes.len() / 200) {
        let error = again(&bytes[..at]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Model, "{error}");
    }
    let error = again(&bytes[..bytes.len() / 2]).unwrap_err();
    assert!(error.to_string().contains("EOF while parsing"), "{error}");
    for (text, words) in [
        ("{".to_owned() + &"\"a\":{".repeat(100_000), "EOF"),
        ("{\"metadata\":".to_owned() + &"[".repeat(1_000_000), "EOF"),
        (format!("{{\"format\": {}}}", "[".repeat(1_000_000)), "invalid type"),
        (format!("{{\"{}\": 1}}", "long".repeat(1_000_000)), "not said"),
        ("{\"format\": \"forest-json\", \"version\": 1e999}".to_owned(), "out of range"),
    ] {
        let error = again(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words) && error.len() < 500, "{error}");
    }
    // A byte order mark and other white space are none of our business.
    let marked = [b"\xef\xbb\xbf \n", &bytes[..]].concat();
    assert_eq!(again(&marked).unwrap().schema(), again(&bytes).unwrap().schema());
}

#[test]
fn altered_bytes_make_a_model_that_predicts_or_an_error() {
    let model = named("calibrated, two classes");
    let bytes = written(model);
    let (mut state, mut taken) = (7_u64, 0);
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..300 {
        let mut altered = bytes.clone();
        let at = random(altered.len());
        altered[at] = b"0123456789-.,[]{}\"eEnull :"[random(26)];
        if let Ok(model) = again(&altered) {
            let outputs = model.forest().predict_outputs(rows(&model).view()).unwrap();
            assert!(outputs.iter().all(|output| (0.0..=1.0).contains(output)));
            taken += 1;
        }
    }
    assert!(taken > 20, "{taken}");
}
