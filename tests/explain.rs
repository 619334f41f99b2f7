//! Explanations: those of shap's `TreeExplainer`, and what `forest explain` says.

#[cfg(feature = "import")]
use std::fs;

#[cfg(feature = "import")]
use forest::explain::Explainer;
#[cfg(feature = "import")]
use forest::interchange::{ImportOptions, import};
#[cfg(feature = "import")]
use ndarray::Array2;
use serde_json::Value;

use super::support::Folder;

const FAILED: i32 = 1;
const USAGE: i32 = 2;

/// Rows × features, in which null is NaN.
#[cfg(feature = "import")]
fn table(rows: &Value) -> Array2<f32> {
    let rows = rows.as_array().unwrap();
    let values: Vec<f32> = rows
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|value| value.as_f64().map_or(f32::NAN, |value| value as f32))
        .collect();
    Array2::from_shape_vec((rows.len(), values.len() / rows.len()), values).unwrap()
}

/// All numbers of a list of lists.
#[cfg(feature = "import")]
fn numbers(list: &Value) -> Vec<f64> {
    match list {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

/// What shap 0.51.0 and, where values are missing, the definition of Shapley values say of forests of scikit-learn
/// (`fixtures/shap/make.py`).
#[cfg(feature = "import")]
#[test]
fn forests_of_scikit_learn_are_explained_as_by_shap() {
    let folder = "tests/fixtures/shap";
    let expected = fs::read(format!("{folder}/expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let cases = expected["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let bytes = fs::read(format!("{folder}/{name}.pkl")).unwrap();
        let model = import(&bytes, name, &ImportOptions::default()).unwrap();
        let (x, background) = (table(&case["x"]), table(&case["background"]));
        let scale = if model.forest().n_classes() > 0 { 1.0 } else { 10.0 };
        for (explainer, method) in [
            (Explainer::by_paths(model.forest()).unwrap(), "by_paths"),
            (Explainer::by_background(model.forest(), background.view()).unwrap(), "by_background"),
        ] {
            // Against a background shap rounds as it goes.
            let by_shap = method == "by_background" && !name.starts_with("missing");
            let tolerance = if by_shap { 1e-7 } else { 1e-9 };
            let explained = explainer.explain(x.view()).unwrap();
            let pairs = [
                (explained.base.to_vec(), format!("base_{method}")),
                (explained.contributions.iter().copied().collect(), method.to_owned()),
            ];
            for (found, key) in pairs {
                let expected = numbers(&case[&key]);
                assert_eq!(found.len(), expected.len(), "{name}, {key}");
                for (found, expected) in found.iter().zip(expected) {
                    let difference = (found - expected).abs();
                    assert!(
                        difference < tolerance * scale,
                        "{name}, {key}: {found}, not {expected}"
                    );
                }
            }
        }
    }
}

/// A folder with penguins, rows to predict and a model of their species in `m.bin`.
fn penguins() -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv").example("new_penguins.csv");
    let train = "train --data penguins.csv --target species --trees 20 --plain --quiet --out m.bin";
    folder.forest(train).succeeds();
    folder
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn rows_are_explained_in_a_sentence_that_adds_up() {
    let folder = penguins();
    let ran = folder.forest("explain m.bin --data new_penguins.csv --top 2 --quiet").succeeds();
    let lines: Vec<&str> = ran.text().lines().collect();
    assert_eq!(lines.len(), 3);
    for (line, class) in lines.iter().zip(["Gentoo", "Chinstrap", "Adelie"]) {
        assert!(line.contains(&format!("predicted {class} with ")), "{line}");
        assert!(line.contains("on average: ") && line.contains("5 other features: "), "{line}");
    }
    assert!(lines[0].starts_with("line 2: "), "{}", lines[0]);

    let ran = folder.forest("explain m.bin --data new_penguins.csv --json --quiet").succeeds();
    let proba = folder.forest("predict m.bin --data new_penguins.csv --proba --json --quiet");
    let proba = json_lines(proba.succeeds().text());
    for (row, predicted) in json_lines(ran.text()).iter().zip(&proba) {
        let class = row["class"].as_str().unwrap();
        assert_eq!(row["prediction"], class);
        assert!(row["place"].as_str().unwrap().starts_with("line "));
        let output = row["output"].as_f64().unwrap();
        assert_eq!(output, predicted["proba"][class].as_f64().unwrap());
        let contributions = row["contributions"].as_array().unwrap();
        assert_eq!((contributions.len(), &row["other_features"]), (7, &Value::from(0)));
        let sizes = contributions.iter().map(|of| of["contribution"].as_f64().unwrap());
        assert!(sizes.clone().is_sorted_by(|a, b| a.abs() >= b.abs()));
        let sum = row["base"].as_f64().unwrap() + sizes.sum::<f64>();
        assert!((sum - output).abs() < 1e-12, "{sum}, not {output}");
        let island = contributions.iter().find(|of| of["feature"] == "island").unwrap();
        assert!(["Biscoe", "Dream", "Torgersen"].contains(&island["value"].as_str().unwrap()));
    }
}

#[test]
fn rows_and_a_class_can_be_chosen() {
    let folder = penguins();
    let all = folder.forest("explain m.bin --data new_penguins.csv --class Adelie --json --quiet");
    let all = json_lines(all.succeeds().text());
    assert!(all.iter().all(|row| row["class"] == "Adelie"));
    assert_eq!(all[0]["prediction"], "Gentoo");
    let args =
        "explain --model m.bin --data new_penguins.csv --class Adelie --row 2,0 --json --quiet";
    let some = json_lines(folder.forest(args).succeeds().text());
    assert_eq!(some, [all[0].clone(), all[2].clone()]);
    let text = folder.forest("explain m.bin --data new_penguins.csv --class Adelie --row 0");
    assert!(text.succeeds().text().contains("predicted Gentoo; Adelie has 0."));

    let explain = "explain m.bin --data new_penguins.csv";
    folder.refuses(&format!("{explain} --row 3"), USAGE, &["--row 3", "3 rows"]);
    folder.refuses(&format!("{explain} --class Adelia"), USAGE, &["--class", "'Adelie'"]);
}

#[test]
fn a_table_of_contributions_adds_up_row_by_row_in_every_format() {
    let folder = penguins();
    let train = "train --data penguins.csv --target body_mass_g --drop-missing-target --plain --trees 10 --quiet \
                 --out mass.bin";
    folder.forest(train).succeeds();
    for (model, name) in [("m.bin", "output"), ("mass.bin", "prediction")] {
        // Without --data the rows held out are explained.
        folder.forest(&format!("explain {model} --out a.csv --force --quiet")).succeeds();
        let text = String::from_utf8(folder.read("a.csv")).unwrap();
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        let header = csv.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name).unwrap();
        let (output, base) = (at(name), at("base"));
        assert_eq!(header.len() - base - 1, 7);
        let mut n_rows = 0;
        for row in csv.records() {
            let row = row.unwrap();
            let number = |column: usize| row[column].parse::<f64>().unwrap();
            let sum: f64 = (base..header.len()).map(number).sum();
            assert!((sum - number(output)).abs() < 1e-9, "{row:?}");
            n_rows += 1;
        }
        assert!(n_rows > 60);
        folder.forest(&format!("explain {model} --out a.jsonl --force --quiet")).succeeds();
        let lines = String::from_utf8(folder.read("a.jsonl")).unwrap();
        assert_eq!(json_lines(&lines).len(), n_rows);
        assert_eq!(json_lines(&lines)[0]["contributions"].as_object().unwrap().len(), 7);
        let on_one_thread = format!("explain {model} --out b.csv --force --quiet --threads 1");
        folder.forest(&on_one_thread).succeeds();
        assert_eq!(folder.read("b.csv"), text.as_bytes());
    }
    if cfg!(feature = "arrow") {
        folder.forest("explain m.bin --out a.parquet --quiet").succeeds();
        folder.refuses("explain m.bin --out a.parquet", FAILED, &["--force"]);
    }
}

#[test]
fn rows_can_be_compared_with_those_of_a_file() {
    let folder = penguins();
    let explain = "explain m.bin --data new_penguins.csv --json --quiet";
    let ran = folder.forest(&format!("{explain} --background penguins.csv")).succeeds();
    let by_paths = json_lines(folder.forest(explain).succeeds().text());
    for (row, other) in json_lines(ran.text()).iter().zip(&by_paths) {
        assert_eq!(row["output"], other["output"]);
        assert_ne!(row["contributions"], other["contributions"]);
        let of = row["contributions"].as_array().unwrap().iter();
        let sum: f64 = of.map(|of| of["contribution"].as_f64().unwrap()).sum();
        let output = row["output"].as_f64().unwrap();
        assert!((sum + row["base"].as_f64().unwrap() - output).abs() < 1e-12);
    }

    folder.write("empty.csv", "island\n");
    folder.refuses(&format!("{explain} --background empty.csv"), FAILED, &["empty.csv"]);
}

#[cfg(feature = "linfa-trees")]
#[test]
fn a_model_that_lacks_the_rows_of_its_leaves_asks_for_a_background() {
    let folder = Folder::new();
    folder.forest("train --learner linfa --trees 3 --samples 60 --quiet --out m.bin").succeeds();
    folder.refuses("explain m.bin", FAILED, &["m.bin", "--background"]);
    folder.forest("generate --samples 20 --out t.csv").succeeds();
    folder.forest("explain m.bin --background t.csv --quiet").succeeds();
}

#[test]
fn a_summary_has_the_most_important_features_first() {
    let folder = penguins();
    let ran = folder.forest("explain m.bin --summary --json --quiet").succeeds();
    let report: Value = serde_json::from_str(ran.text()).unwrap();
    let features = report["features"].as_array().unwrap();
    let means = features.iter().map(|of| of["mean_absolute_contribution"].as_f64().unwrap());
    assert!(means.clone().is_sorted_by(|a, b| a >= b) && means.sum::<f64>() > 0.1);
    let text = folder.forest("explain m.bin --summary --quiet").succeeds();
    assert!(text.text().contains(&format!("over {} rows", report["rows"])), "{}", text.text());
    assert!(!text.text().contains('█'));
    let first = text.text().lines().nth(1).unwrap().to_owned();
    assert!(first.trim().starts_with(features[0]["feature"].as_str().unwrap()), "{first}");
}

#[test]
fn of_a_calibrated_model_the_probability_before_is_explained() {
    let folder = Folder::new();
    let train = "train --trees 20 --samples 300 --calibrate auto --quiet --out m.bin";
    folder.forest(train).succeeds();
    let ran = folder.forest("explain m.bin --json --quiet --row 0").succeeds();
    let row = &json_lines(ran.text())[0];
    let proba = folder.forest("predict m.bin --proba --json --quiet").succeeds();
    let class = row["class"].as_str().unwrap();
    assert_eq!(json_lines(proba.text())[0]["proba"][class], row["calibrated"]);
    let of = row["contributions"].as_array().unwrap().iter();
    let sum: f64 = of.map(|of| of["contribution"].as_f64().unwrap()).sum();
    let output = row["output"].as_f64().unwrap();
    assert!((sum + row["base"].as_f64().unwrap() - output).abs() < 1e-12);
    let text = folder.forest("explain m.bin --quiet --row 0").succeeds();
    assert!(text.text().contains("when calibrated"), "{}", text.text());
}

#[test]
fn a_tree_can_be_read_with_names_levels_rows_and_predictions() {
    let folder = penguins();
    let text = folder.forest("inspect m.bin --tree 0 --depth 2").succeeds();
    let lines: Vec<&str> = text.text().lines().collect();
    assert_eq!(lines[0], "tree 0 of 20");
    assert!(lines[1].contains("?  ") && lines[1].contains(" rows: "), "{}", lines[1]);
    assert!(lines[2].starts_with("  yes"), "{}", lines[2]);
    assert!(lines.iter().all(|line| line.starts_with("tree") || !line.starts_with("       ")));

    let json = folder.forest("inspect m.bin --tree 19 --depth 99 --json").succeeds();
    let tree: Value = serde_json::from_str(json.text()).unwrap();
    let nodes = tree["nodes"].as_array().unwrap();
    for node in nodes.iter().filter(|node| !node["children"].is_null()) {
        let child = |side: &str| &nodes[node["children"][side].as_u64().unwrap() as usize];
        let cover = |node: &Value| node["cover"].as_f64().unwrap();
        assert_eq!(cover(node), cover(child("left")) + cover(child("right")));
        let proba = node["proba"].as_object().unwrap().values();
        let sum: f64 = proba.map(|share| share.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
    let islands = nodes.iter().filter(|node| node["feature"] == "island");
    for node in islands {
        assert!(node["condition"].as_str().unwrap().starts_with("island is "), "{node}");
    }

    let dot = folder.forest("inspect m.bin --tree 3 --to dot").succeeds();
    assert!(dot.text().starts_with("digraph tree_3 {") && dot.text().ends_with("}\n"));
    assert!(dot.text().contains("n0 -> n1 [label=\"yes"));
    folder.refuses("inspect m.bin --tree 20", USAGE, &["tree 20", "has 20"]);
    folder.refuses("inspect m.bin --depth 3", USAGE, &["--tree"]);
}
