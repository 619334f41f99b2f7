//! Explanations: those of shap's `TreeExplainer`, and what `forest explain` says.

#[cfg(feature = "import")]
use std::fs;

#[cfg(feature = "import")]
use forest::explain::{Explainer, dependence_values, interactions, partial_dependence};
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

/// What scikit-learn 1.9.1's `partial_dependence` and the definition of Friedman's H say of its forests
/// (`fixtures/effects/make.py`).
#[cfg(feature = "import")]
#[test]
fn what_features_do_in_forests_of_scikit_learn_is_what_it_says() {
    let expected = fs::read("tests/fixtures/effects/expected.json").unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    for case in expected["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let number = |key: &str| case[key].as_u64().unwrap() as usize;
        let (x, feature, output) = (table(&case["x"]), number("feature"), number("output"));
        let bytes = fs::read(format!("tests/fixtures/shap/{name}.pkl")).unwrap();
        let model = import(&bytes, name, &ImportOptions::default()).unwrap();
        let values = dependence_values(x.view(), feature, 100);
        let found = partial_dependence(model.forest(), x.view(), feature, &values, output).unwrap();
        let pairs: Vec<[usize; 2]> = serde_json::from_value(case["pairs"].clone()).unwrap();
        let pairs = interactions(model.forest(), x.view(), &pairs, output).unwrap();
        for (key, found, tolerance) in [
            ("values", values.iter().map(|value| f64::from(*value)).collect(), 0.0),
            ("mean", found.mean.clone(), 1e-12),
            ("individual", found.individual.iter().copied().collect(), 1e-12),
            ("quantile_0.1", found.quantile(0.1), 1e-12),
            ("h", pairs.iter().map(|pair| pair.h).collect(), 1e-9),
        ] {
            let (expected, scale) =
                (numbers(&case[key]), if name == "values" { 10.0 } else { 1.0 });
            assert_eq!(found.len(), expected.len(), "{name}, {key}");
            for (found, expected) in found.iter().zip(expected) {
                let difference = (found - expected).abs();
                assert!(difference <= tolerance * scale, "{name}, {key}: {found}, not {expected}");
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

/// Rows of 200 whole numbers `a` in some order, of which `y` is made, `b`, which is by chance, and `c`, three times `a`.
fn numbers_table(y: impl Fn(usize, usize) -> usize) -> String {
    let row = |row: usize| {
        let (a, b) = (row * 37 % 200, row * row * 7919 % 211);
        format!("{a},{b},{},{}\n", 3 * a, y(a, b))
    };
    "a,b,c,y\n".to_owned() + &(0..200).map(row).collect::<String>()
}

/// Trains `m.bin`.
fn train(folder: &Folder, flags: &str) {
    folder.forest(&format!("train {flags} --quiet --out m.bin")).succeeds();
}

fn json(folder: &Folder, args: &str) -> Value {
    let ran = folder.forest(&format!("{args} --json --quiet")).succeeds();
    serde_json::from_str(ran.text()).unwrap()
}

#[test]
fn features_are_as_important_as_predictions_get_worse_without_them() {
    let folder = Folder::new();
    folder.write("t.csv", numbers_table(|a, _| a));
    train(&folder, "--data t.csv --target y --trees 30 --plain");
    let explain = "explain m.bin --data t.csv --importance";
    let report = json(&folder, explain);
    assert_eq!((&report["metric"], &report["rows"]), (&"mae".into(), &200.into()));
    let evaluated = json(&folder, "evaluate --model m.bin --data t.csv");
    assert_eq!(report["score"], evaluated["mae"]);
    let groups = report["groups"].as_array().unwrap();
    let names: Vec<&Value> = groups.iter().map(|group| &group["features"]).collect();
    assert_eq!(names, [&serde_json::json!(["a", "c"]), &serde_json::json!(["b"])]);
    // Two of 200 numbers in a row are (200² − 1) / 600 apart on average.
    let [a, b] = [0, 1].map(|group| groups[group]["worse_by"].as_f64().unwrap());
    assert!((a - 66.665).abs() < 4.0 && b.abs() < 2.0, "{a}, {b}");
    let interval = &groups[0]["interval"];
    assert!(interval["low"].as_f64().unwrap() > 60.0 && interval["high"].as_f64().unwrap() > a);

    let alone = json(&folder, &format!("{explain} --alone --repeats 3"));
    assert_eq!((alone["groups"].as_array().unwrap().len(), &alone["repeats"]), (3, &3.into()));
    assert!(alone["groups"][0]["worse_by"].as_f64().unwrap() < 0.9 * a);
    assert_eq!(json(&folder, &format!("{explain} --threads 1")), report);
    assert_ne!(json(&folder, &format!("{explain} --seed 1")), report);

    let text = folder.forest(&format!("{explain} --quiet")).succeeds();
    let lines: Vec<&str> = text.text().lines().collect();
    assert!(lines[0].starts_with("mae ") && lines[0].contains(" on 200 rows, "), "{}", lines[0]);
    assert!(lines[2].starts_with("  a, c  ") && !text.text().contains('█'), "{}", lines[2]);
}

#[test]
fn importance_of_classes_is_by_the_models_own_decisions() {
    let folder = penguins();
    let log_loss = json(&folder, "explain m.bin --importance");
    assert_eq!(log_loss["metric"], "log_loss");
    let evaluated = json(&folder, "evaluate --model m.bin");
    for metric in ["log_loss", "brier", "accuracy"] {
        let report = json(&folder, &format!("explain m.bin --importance --metric {metric}"));
        let difference = report["score"].as_f64().unwrap() - evaluated[metric].as_f64().unwrap();
        assert!(difference.abs() < 1e-12, "{metric}");
        assert!(report["groups"][0]["worse_by"].as_f64().unwrap() > 0.1);
    }
    folder.forest("generate --samples 10001 --out many.csv").succeeds();
    train(&folder, "--data many.csv --target y --trees 3 --max-depth 2 --force");
    let text = folder.forest("explain m.bin --data many.csv --importance --repeats 1 --quiet");
    assert!(text.succeeds().text().contains(" on 5,000 of 10,001 rows, "));
}

#[test]
fn a_dependence_has_values_as_the_table_writes_them() {
    let folder = Folder::new();
    folder.write("t.csv", numbers_table(|a, _| a));
    train(&folder, "--data t.csv --target y --ignore c --trees 30 --plain");
    let report = json(&folder, "explain m.bin --data t.csv --dependence a");
    let curve = &report["curves"][0];
    assert_eq!((&curve["feature"], &curve["class"]), (&"a".into(), &Value::Null));
    let points = curve["points"].as_array().unwrap();
    assert_eq!(points.len(), 20);
    for point in points {
        let value: f64 = point["value"].as_str().unwrap().parse().unwrap();
        let number = |key: &str| point[key].as_f64().unwrap();
        assert!((number("mean") - value).abs() < 8.0, "{point}");
        assert!(number("low") <= number("mean") && number("mean") <= number("high"), "{point}");
    }

    let mut table = "day;colour;y\n".to_owned();
    for row in 0..90 {
        let colour = ["red", "green", ""][row % 3];
        let y = if row % 3 == 0 { "yes" } else { "no" };
        table += &format!("{:02}.0{}.2024;{colour};{y}\n", 1 + row % 28, 1 + row % 2);
    }
    folder.write("d.csv", table);
    train(&folder, "--data d.csv --target y --trees 20 --plain --force");
    let text = folder.forest("explain m.bin --dependence colour --quiet").succeeds();
    let lines: Vec<Vec<&str>> =
        text.text().lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(text.text().starts_with("colour: probability of yes over "), "{}", text.text());
    let of = |name: &str| {
        lines.iter().find(|words| words[0] == name).unwrap()[1].parse::<f64>().unwrap()
    };
    assert!(of("red") > 0.9 && of("green") < 0.1 && of("missing") < 0.1, "{}", text.text());
    let report = json(&folder, "explain m.bin --dependence colour,day --class no");
    let curve = &report["curves"][1];
    assert_eq!((&curve["class"], &curve["feature"]), (&"no".into(), &"day".into()));
    let first = curve["points"][0]["value"].as_str().unwrap();
    assert!(first.starts_with("2024-01-0"), "{first}");

    let folder = penguins();
    let text = folder.forest("explain m.bin --dependence island --quiet").succeeds();
    let lines: Vec<&str> = text.text().lines().collect();
    assert!(lines[0].starts_with("island: mean probability of each class over "), "{}", lines[0]);
    assert_eq!(lines[1].split_whitespace().collect::<Vec<_>>(), ["Adelie", "Chinstrap", "Gentoo"]);
    let mut islands: Vec<&str> =
        lines[2..].iter().filter_map(|line| line.split_whitespace().next()).collect();
    islands.sort_unstable();
    assert_eq!(islands, ["Biscoe", "Dream", "Torgersen"]);
}

#[test]
fn features_that_act_together_are_found() {
    let folder = Folder::new();
    folder.write("t.csv", numbers_table(|a, b| if (a > 100) == (b > 100) { 50 } else { 0 }));
    train(&folder, "--data t.csv --target y --task regression --ignore c --trees 30");
    let report = json(&folder, "explain m.bin --data t.csv --interactions");
    assert_eq!((&report["rows"], &report["of_rows"]), (&100.into(), &200.into()));
    let found = &report["interactions"];
    assert_eq!((found.as_array().unwrap().len(), &found[0]["class"]), (1, &Value::Null));
    assert!(found[0]["h"].as_f64().unwrap() > 0.7, "{found}");

    let folder = penguins();
    let report = json(&folder, "explain m.bin --interactions");
    let found = report["interactions"].as_array().unwrap();
    // Pairs of five features, of each of three classes.
    assert_eq!(found.len(), 30);
    assert!(found.iter().map(|of| of["h"].as_f64().unwrap()).is_sorted_by(|a, b| a >= b));
    let text = folder.forest("explain m.bin --interactions --class Gentoo --quiet").succeeds();
    assert_eq!(text.text().lines().count(), 11);
    assert!(text.text().starts_with("Friedman's H over "), "{}", text.text());
}

#[test]
fn flags_of_many_rows_are_refused_where_they_mean_nothing() {
    let folder = penguins();
    for (flags, words) in [
        ("--importance --summary", &["--importance", "--summary"][..]),
        ("--importance --interactions", &["--importance", "--interactions"]),
        ("--dependence island --row 3", &["--dependence", "--row"]),
        ("--interactions --background penguins.csv", &["--interactions", "--background"]),
        ("--importance --out a.csv", &["--importance", "--out"]),
        ("--importance --class Gentoo", &["--importance", "--class"]),
        ("--alone", &["--importance"]),
        ("--interactions --repeats 3", &["--interactions", "--repeats"]),
        ("--dependence island --metric brier", &["--dependence", "--metric"]),
        ("--summary --alone", &["--summary", "--alone"]),
        ("--importance --repeats 0", &["--repeats is 0", "at least 1"]),
        ("--importance --metric mae", &["--metric is mae", "log_loss, brier or accuracy"]),
        ("--dependence islnd", &["--dependence", "'islnd'", "did you mean 'island'?"]),
        ("--dependence island,zzz", &["'zzz'", "the model's features are 'island'"]),
    ] {
        folder.refuses(&format!("explain m.bin {flags}"), USAGE, words);
    }
    let without_target = "explain m.bin --data new_penguins.csv --importance";
    folder.refuses(without_target, FAILED, &["no column 'species'"]);
    let header = folder.read("penguins.csv").split(|&byte| byte == b'\n').next().unwrap().to_vec();
    folder.write("empty.csv", header);
    for flags in ["--importance", "--dependence island", "--interactions"] {
        let explain = format!("explain m.bin --data empty.csv {flags}");
        folder.refuses(&explain, FAILED, &["empty.csv", "no rows"]);
    }
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
