//! Models in and out, through the command.

use serde_json::Value;

use crate::support::Folder;

fn fixture(folder: &Folder, name: &str) {
    let path = std::path::Path::new("tests/fixtures/sklearn").join(name);
    folder.write(name, std::fs::read(path).unwrap());
}

#[test]
fn a_joblib_file_becomes_a_model_that_is_scored_and_predicts() {
    let folder = Folder::new();
    let file = "rfc_weights_15.zlib.joblib";
    fixture(&folder, file);
    let ran = folder.forest(&format!("import {file} --out m.bin --json --tag a=b")).succeeds();
    let json: Value = serde_json::from_str(ran.text()).unwrap();
    assert!(json["data"]["system"].as_str().unwrap().starts_with("scikit-learn 1.5"), "{json}");
    assert_eq!(json["data"]["settings"]["estimator"], "RandomForestClassifier");
    assert_eq!(json["held_out"], Value::Null);
    folder.forest("verify m.bin").succeeds();
    let inspected = folder.forest("inspect m.bin").succeeds();
    for words in ["imported from", file, "n_estimators", "scored on"] {
        assert!(inspected.text().contains(words), "{words}\n{}", inspected.text());
    }
    let held_out = folder.forest("predict m.bin");
    held_out.fails(1, &["none were held out", "--data"]);

    // A table of the model's own answers: all of them are right, and the score says so.
    let schema = folder.forest("inspect m.bin --schema").succeeds();
    let schema: Value = serde_json::from_str(schema.text()).unwrap();
    let features = schema["features"].as_array().unwrap();
    let names: Vec<&str> = features.iter().map(|f| f["name"].as_str().unwrap()).collect();
    let row =
        |row: usize| (0..names.len()).map(|c| (row * (c + 3) % 7).to_string()).collect::<Vec<_>>();
    let rows: Vec<String> = (0..40).map(|r| row(r).join(",")).collect();
    folder.write("rows.csv", format!("{}\n{}\n", names.join(","), rows.join("\n")));
    let answers = folder.forest("predict m.bin --data rows.csv --quiet").succeeds();
    let answers: Vec<&str> = answers.text().lines().skip(1).collect();
    let scored: Vec<String> = rows.iter().zip(&answers).map(|(r, a)| format!("{r},{a}")).collect();
    folder.write("t.csv", format!("{},word\n{}\n", names.join(","), scored.join("\n")));
    let import = format!("import {file} --out s.bin --data t.csv --target word --json");
    let json: Value = serde_json::from_str(folder.forest(&import).succeeds().text()).unwrap();
    assert_eq!(json["held_out"]["accuracy"], 1.0);
    assert_eq!(json["data"]["scored_on"]["rows"], 40);
    let text = folder.forest("inspect s.bin").succeeds();
    assert!(text.text().contains("which training may have seen"), "{}", text.text());
    assert!(!text.text().contains("held-out"), "{}", text.text());

    // A file in a folder is recorded without it.
    std::fs::create_dir(folder.path("old")).unwrap();
    folder.write("old/f.joblib", folder.read(file));
    folder.forest("import old/f.joblib --out f.bin").succeeds();
    assert!(folder.forest("inspect f.bin").succeeds().text().contains("  f.joblib\n"));

    let wrong = format!("import {file} --out x.bin --data rows.csv --target word");
    folder.forest(&wrong).fails(1, &["rows.csv", "no column 'word'", "--target"]);
}

#[test]
fn what_is_no_forest_is_refused_by_name_and_a_pickle_is_only_listed() {
    let folder = Folder::new();
    folder.write("evil.pkl", b"cposix\nsystem\n(Vtouch pwned\ntR.");
    folder.forest("import evil.pkl --out m.bin").fails(1, &["evil.pkl", "posix.system"]);
    let ran = folder.forest("inspect evil.pkl --json").succeeds();
    let json: Value = serde_json::from_str(ran.text()).unwrap();
    assert_eq!(json["globals"][0]["name"], "posix.system");
    assert_eq!(json["globals"][0]["calls"], 1);
    assert!(folder.forest("inspect evil.pkl").succeeds().text().contains("nothing was run"));
    assert!(!folder.path("pwned").exists());
    folder.write("t.csv", "a,b\n1,2\n");
    folder.forest("import t.csv --out m.bin").fails(1, &["t.csv", "no file that a forest"]);
    folder.forest("train --out own.bin --trees 2").succeeds();
    folder.forest("import own.bin --out m.bin").fails(1, &["own.bin", "already"]);
    folder.forest("import no.pkl --out m.bin").fails(1, &["no.pkl"]);
    assert!(!folder.path("m.bin").exists());
}

#[test]
fn exports_are_written_as_asked_and_json_comes_back_as_the_same_model() {
    let folder = Folder::new();
    folder.example("penguins.csv");
    folder.forest("train --data penguins.csv --target species --trees 5 --out m.bin").succeeds();
    for (to, beginning) in [("json", "{"), ("c", "/*"), ("onnx", "\u{8}"), ("onnx5", "\u{8}")] {
        let ran = folder.forest(&format!("export m.bin --to {to} --out m.{to} --json")).succeeds();
        let json: Value = serde_json::from_str(ran.text()).unwrap();
        assert_eq!(json["format"], to);
        assert!(folder.read(&format!("m.{to}")).starts_with(beginning.as_bytes()), "{to}");
        if to.starts_with("onnx") {
            assert!(json["probe_difference"].as_f64().unwrap() < 1e-6, "{json}");
        }
    }
    folder.forest("export m.bin --to json --out m.json").fails(1, &["m.json", "--force"]);
    folder.forest("export m.bin --to pmml --out m.pmml").fails(2, &["onnx", "json"]);
    let predict = |model: &str| {
        let ran = folder.forest(&format!("predict {model} --data penguins.csv --proba --quiet"));
        ran.succeeds().stdout
    };
    for file in ["m.json", "m.onnx5"] {
        folder.forest(&format!("import {file} --out again.bin --force")).succeeds();
        if file == "m.json" {
            assert!(predict("again.bin") == predict("m.bin"));
        }
    }
}
