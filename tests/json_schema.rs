//! What the verbs print with `--json` is as `schemas/output.schema.json` says, and the schema has no name that nothing
//! printed has.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::support::{Folder, violation};

/// A command line, the exit code, and what the schema calls what is printed; nothing where that is no JSON.
const COMMANDS: [(&str, i32, &str); 100] = [
    (
        "train --data penguins.csv --target species --out c.bin --tag a=b --min-accuracy 0.5",
        0,
        "train",
    ),
    (
        "train --data penguins.csv --target species --trees 3 --max-depth 1 --out c_v1.bin",
        0,
        "train",
    ),
    (
        "train --data penguins.csv --target species --gate accuracy>=1 --test-size 0.5 --out no.bin",
        3,
        "train",
    ),
    ("train --data penguins.csv --target species --auto 3 --test-size 0 --out a.bin", 0, "train"),
    (
        "train --data penguins.csv --target body_mass_g --drop-missing-target --keep-quantiles --out r.bin",
        0,
        "train",
    ),
    (
        "train --data penguins.csv --target body_mass_g --drop-missing-target --plain --trees 5 --out r2.bin",
        0,
        "train",
    ),
    ("train --data sales.csv --target paid --out d.bin", 0, "train"),
    (
        "train --data visits.csv --target y --group g --sample-weight w --threshold auto:f1 --out g.bin",
        0,
        "train",
    ),
    ("train --data visits.csv --target y --order t --cost yes>no=5 --out o.bin", 0, "train"),
    ("train --task regression --samples 80 --trees 3 --no-bootstrap --out s.bin", 0, "train"),
    ("train --samples 80 --trees 3 --out -", 0, ""),
    ("train --samples 80 --learner linfa --out l.bin", 0, "train"),
    ("cv --data penguins.csv --target species --folds 3 --trees 5 --gate accuracy>=1", 3, "cv"),
    (
        "cv --data penguins.csv --target species --folds 3 --trees 5 --curve rows --progress plain",
        0,
        "cv",
    ),
    (
        "cv --data penguins.csv --target body_mass_g --drop-missing-target --folds 3 --trees 4 --curve trees",
        0,
        "cv",
    ),
    ("cv --data visits.csv --target y --group g --folds 2 --repeats 2 --trees 5", 0, "cv"),
    ("cv --data visits.csv --target y --order t --folds 3 --trees 5", 0, "cv"),
    ("compare --data visits.csv --target y --sample-weight w --folds 3 --trees 5", 0, "compare"),
    (
        "compare --data penguins.csv --target body_mass_g --drop-missing-target --folds 3 --trees 5",
        0,
        "compare",
    ),
    ("compare c.bin c_v1.bin --data penguins.csv", 0, "compare_models"),
    ("compare r.bin r2.bin", 0, "compare_models"),
    ("tune --data penguins.csv --target species --auto 3 --trees 5", 0, "tune_line"),
    (
        "tune --data penguins.csv --target body_mass_g --drop-missing-target --auto 2 --trees 5 --out t.jsonl",
        0,
        "tune",
    ),
    ("check --data penguins.csv --target species", 0, "check"),
    ("check --data penguins.csv --target body_mass_g --drop-missing-target", 0, "check"),
    ("check --data sales.csv --target paid", 0, "check"),
    ("check --data visits.csv --target y --ignore w", 0, "check"),
    ("predict --model c.bin --data new.csv --proba --id year", 0, "predict_line"),
    ("predict --model c.bin --data new.csv --append --out p.csv --max-drift 0", 0, ""),
    ("predict --model c.bin", 0, "predict_line"),
    ("predict --model g.bin --data visits.csv --max-drift 0 --threshold 0.4", 0, "predict_line"),
    ("predict --model o.bin --data drifted.csv --max-drift 0.1 --out q.csv", 3, ""),
    (
        "predict --model r.bin --data new.csv --quantiles 0.1,0.9 --interval 0.5,0.9",
        0,
        "predict_line",
    ),
    ("evaluate --model c.bin", 0, "evaluate"),
    ("evaluate --model c.bin --data penguins.csv --gate auc>=1 --gate recall[Gentoo]>2", 2, ""),
    ("evaluate --model g.bin --data visits.csv --gate auc>=1", 3, "evaluate"),
    ("evaluate --model o.bin", 0, "evaluate"),
    ("evaluate --model d.bin", 0, "evaluate"),
    ("evaluate --model r.bin --interval 0.5,0.9", 0, "evaluate"),
    ("evaluate --model s.bin", 0, "evaluate"),
    ("explain c.bin", 0, "explain_line"),
    ("explain r.bin --data new.csv --top 2", 0, "explain_line"),
    ("explain c.bin --out -", 0, "explain_row"),
    ("explain r.bin --data new.csv --id more --out -", 0, "explain_row"),
    ("explain c.bin --out e.jsonl", 0, ""),
    ("explain c.bin --summary", 0, "explain_summary"),
    ("explain c.bin --importance", 0, "explain_importance"),
    ("explain r.bin --importance --alone --repeats 1", 0, "explain_importance"),
    ("explain c.bin --dependence island,sex", 0, "explain_dependence"),
    ("explain r.bin --dependence island", 0, "explain_dependence"),
    ("explain c_v1.bin --interactions --class Gentoo", 0, "explain_interactions"),
    ("explain r2.bin --interactions", 0, "explain_interactions"),
    ("inspect c.bin --tree 0", 0, "inspect_tree"),
    ("inspect r.bin --tree 1 --depth 1", 0, "inspect_tree"),
    ("inspect c.bin", 0, "inspect"),
    ("inspect r.bin", 0, "inspect"),
    ("inspect d.bin", 0, "inspect"),
    ("inspect g.bin", 0, "inspect"),
    ("inspect o.bin", 0, "inspect"),
    ("inspect s.bin", 0, "inspect"),
    ("inspect l.bin", 0, "inspect"),
    ("inspect d.bin --schema", 0, "schema"),
    ("inspect forest.pkl", 0, "inspect_pickle"),
    ("import forest.pkl --out i.bin", 0, "import"),
    ("export c.bin --to json --out c.json", 0, "export"),
    ("import c.json --data penguins.csv --target species --out j.bin", 0, "import"),
    ("inspect j.bin", 0, "inspect"),
    ("evaluate --model j.bin --data penguins.csv", 0, "evaluate"),
    ("list .", 0, "list"),
    ("diff c.bin c_v1.bin", 0, "diff"),
    ("diff r.bin r2.bin --max-drop 0.0001", 3, "diff"),
    ("diff d.bin g.bin", 0, "diff"),
    ("diff c.bin j.bin", 0, "diff"),
    ("verify c.bin", 0, "verify"),
    ("sign c.bin --key p256.pem", 0, "sign"),
    ("verify c.bin --public-key p256.pub.pem", 0, "verify"),
    ("report c.bin --out c.html", 0, "report"),
    ("report c.bin --out - --out-format json", 0, "report_file"),
    ("report r.bin --out - --out-format json", 0, "report_file"),
    ("report j.bin --out - --out-format json --data new.csv", 0, "report_file"),
    ("report j.bin --out - --out-format json", 0, "report_file"),
    ("prune c.bin", 0, "prune"),
    ("prune r2.bin --trees 2 --out r3.bin", 0, "prune_saved"),
    ("distil c.bin --out tree.bin", 0, "distil"),
    ("upgrade c.bin --out u.bin", 0, "upgrade"),
    ("export r.bin --to onnx --out r.onnx", 0, "export"),
    ("export c.bin --to c --out c.c", 0, "export"),
    ("generate --samples 50 --out made.csv", 0, "generate"),
    ("generate --samples 50", 0, ""),
    ("train --treees 3 --out no.bin", 2, ""),
    ("train --trees many --out no.bin", 2, ""),
    ("train", 2, ""),
    ("train --data gone.csv --target y --out no.bin", 1, ""),
    ("train --data penguins.csv --target speces --out no.bin", 2, ""),
    ("train --data ragged.csv --target y --out no.bin", 1, ""),
    ("predict --model c.bin --data new.csv --strict", 4, ""),
    ("predict --model c.bin --data iris.csv", 1, ""),
    ("verify bad.bin", 1, ""),
    ("verify c.bin --public-key p384.pub.pem", 1, ""),
    ("inspect c.bin --expect-sha256 00", 2, ""),
];

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_slice(&fs::read("schemas/output.schema.json").unwrap()).unwrap()
});

/// All that is printed: what it is called in the schema, by what command, and itself.
static PRINTED: LazyLock<Vec<(&str, &str, Value)>> = LazyLock::new(|| {
    let folder = folder();
    let mut printed = Vec::new();
    for (command, code, name) in COMMANDS {
        let ran = folder.forest(&format!("{command} --json"));
        assert_eq!(ran.code, Some(code), "{command}\n{}", ran.stderr);
        for line in ran.stderr.lines() {
            let line = serde_json::from_str(line);
            printed.push(("message", command, line.unwrap_or_else(|e| panic!("{command}: {e}"))));
        }
        if !name.is_empty() {
            let values = serde_json::Deserializer::from_slice(&ran.stdout).into_iter();
            let values = values.map(|value| (name, command, value.unwrap()));
            let n_before = printed.len();
            printed.extend(values);
            assert!(printed.len() > n_before, "{command} prints nothing");
        }
    }
    printed
});

/// Tables with missing values, dates, other spellings, groups and weights; keys, and a model of scikit-learn.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv").example("iris.csv");
    let mut sales = "id;day;price;n;town;paid\n".to_owned();
    let mut visits = "g,t,a,b,w,y\n".to_owned();
    for row in 0..120 {
        let (day, cents, town) = (1 + row % 28, row * 37 % 1000, ["Bonn", "Ulm", "Kiel"][row % 3]);
        let n = if row % 10 == 0 { "-".to_owned() } else { (row % 50).to_string() };
        let paid = if row * 7 % 13 > 8 { "yes" } else { "no" };
        writeln!(sales, "k{row:03};{day:02}.03.2024;1.{cents:03},5;{n};{town};{paid}").unwrap();
        let (a, b) = (row * 31 % 120, ["u", "v", ""][row % 3]);
        let y = if a + row % 30 > 80 { "yes" } else { "no" };
        writeln!(visits, "{},{},{a},{b},{},{y}", row / 5, 2000 + row, 1 + row % 3).unwrap();
    }
    folder.write("sales.csv", sales).write("visits.csv", visits);
    let mut drifted = "g,t,a,b,w,y\n".to_owned();
    (0..90).for_each(|row| writeln!(drifted, "{},{},900,z,1,maybe", row / 9, 3000 + row).unwrap());
    folder.write("drifted.csv", drifted);
    let new = "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year,more\n\
               Adelie,Mars,39,18,190,3500,male,2030,1\nGentoo,Biscoe,45,14,215,,female,2008,2\n";
    folder.write("new.csv", new).write("ragged.csv", "a,y\n1,no\n2,yes\n3,no,4\n");
    let fixture = |name: &str| fs::read(format!("tests/fixtures/{name}")).unwrap();
    for key in ["p256.pem", "p256.pub.pem", "p384.pub.pem"] {
        folder.write(key, fixture(&format!("signing/{key}")));
    }
    let model = fixture("signing/model.bin");
    folder.write("bad.bin", &model[..model.len() / 2]);
    folder.write("forest.pkl", fixture("sklearn/big_endian.pkl"));
    folder
}

/// What is wrong with a value of a definition.
fn violation_of(name: &str, value: &Value) -> Option<String> {
    let definitions = &SCHEMA["$defs"];
    assert!(definitions[name].is_object(), "{name}");
    violation(&json!({ "$ref": format!("#/$defs/{name}"), "$defs": definitions }), value)
}

#[test]
fn every_verb_prints_what_the_schema_says() {
    for (name, command, value) in PRINTED.iter().filter(|(name, ..)| *name != "message") {
        assert_eq!(violation_of(name, value), None, "{command}");
    }
}

#[test]
fn each_line_of_standard_error_is_a_message_or_the_result_of_a_verb() {
    for (_, command, value) in PRINTED.iter().filter(|(name, ..)| *name == "message") {
        assert_eq!(violation(&SCHEMA, value), None, "{command}");
        if value.as_object().unwrap().len() == 1 {
            assert_eq!(violation_of("message", value), None, "{command}");
        }
    }
}

#[test]
fn every_name_of_the_schema_is_printed() {
    let (mut named, mut printed) = (BTreeSet::new(), BTreeSet::new());
    for_each_object(&SCHEMA, &mut |object| {
        let properties = object.get("properties").and_then(Value::as_object);
        named.extend(properties.into_iter().flat_map(Map::keys).cloned());
    });
    for (_, _, value) in PRINTED.iter() {
        for_each_object(value, &mut |object| printed.extend(object.keys().cloned()));
    }
    let not_printed: Vec<_> = named.difference(&printed).collect();
    assert_eq!(not_printed, [""; 0]);
}

/// Shows all objects in a value, and itself.
fn for_each_object(value: &Value, show: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            show(object);
            object.values().for_each(|value| for_each_object(value, show));
        }
        Value::Array(values) => values.iter().for_each(|value| for_each_object(value, show)),
        _ => {}
    }
}

/// What makes an output another one.
type Edit = fn(&mut Value);

#[test]
fn what_is_printed_otherwise_is_refused() {
    let of = |name: &str| PRINTED.iter().find(|(other, ..)| *other == name).unwrap().2.clone();
    let edits: [(&str, Edit); 7] = [
        ("train", |train| train["more"] = json!(1)),
        ("train", |train| drop(train.as_object_mut().unwrap().remove("held_out"))),
        ("train", |train| train["held_out"]["accuracy"] = json!("high")),
        ("train", |train| train["held_out"]["accuracy_interval"] = json!([0.5, 0.6])),
        ("check", |check| check["columns"][0]["kind"] = json!("target: classes")),
        ("evaluate", |evaluate| evaluate["per_class"][0]["class"] = Value::Null),
        ("list", |list| list["models"][0]["data"]["sha256"] = json!("0")),
    ];
    for (name, edit) in edits {
        let mut value = of(name);
        assert_eq!(violation_of(name, &value), None, "{name}");
        edit(&mut value);
        assert!(violation_of(name, &value).is_some(), "{value}");
    }
}
