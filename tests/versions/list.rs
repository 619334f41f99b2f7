//! `forest list`.

use std::fs;

use super::{FAILED, Folder, TRAIN, USAGE, damage, folder_of_models, json, versions};

/// Trains when it is some day of 1970.
fn train_on(folder: &Folder, day: u64, args: &str) {
    let args = format!("{TRAIN} {args}");
    let mut command = folder.command();
    let second = (day * 86400).to_string();
    let ran = command.env("SOURCE_DATE_EPOCH", second).args(args.split_whitespace()).output();
    assert!(ran.unwrap().status.success());
}

#[test]
fn the_models_of_a_folder_are_shown_the_newest_first() {
    let folder = folder_of_models();
    folder.example("penguins.csv");
    train_on(&folder, 3, "--trees 2 --out models/m_v7.bin");
    train_on(&folder, 9, "--trees 2 --out models/m_v2.bin --tag commit=abc");
    train_on(&folder, 3, "--trees 2 --out models/m_v8.bin --test-size 0");
    let mass =
        "train --data penguins.csv --target body_mass_g --drop-missing-target --trees 5 --quiet";
    folder.forest(&format!("{mass} --out models/mass.bin")).succeeds();
    folder.forest(&format!("{TRAIN} --trees 2 --out models/bad_v1.bin")).succeeds();
    damage(&folder, "models/bad_v1.bin");
    let whole = folder.read("models/m_v7.bin");
    folder.write("models/short_v1.bin", &whole[..200]);
    folder.write("models/table.csv", "x,y\n1,2\n").write("models/empty", "");
    folder.write("models/m_v2.bin.sig", "untrusted comment\n");
    folder.write("models/.forest-abcdef.part", &whole[..90]);
    fs::create_dir(folder.path("models/old")).unwrap();
    folder.write("models/old/m_v1.bin", &whole);

    let ran = folder.forest("list models --json").succeeds();
    let list = json(&ran);
    let models = list["models"].as_array().unwrap();
    let files: Vec<&str> = models.iter().map(|model| model["file"].as_str().unwrap()).collect();
    // Of the tests' own day, 2023, then of 1970.
    let expected = ["models/mass.bin", "models/m_v2.bin", "models/m_v8.bin", "models/m_v7.bin"];
    assert_eq!(files, expected);
    let [mass, tagged, no_rows, _] = models.as_slice() else { panic!() };
    assert_eq!((&mass["task"], &mass["version"]), (&"regression".into(), &().into()));
    let held_out = |file: &str| {
        json(&folder.forest(&format!("inspect models/{file} --json")).succeeds())["metadata"]
            ["held_out"]
            .clone()
    };
    assert_eq!(mass["held_out"], held_out("mass.bin"));
    assert_eq!((&mass["rows"], &mass["data"]["rows"]), (&256.into(), &342.into()));
    assert_eq!(mass["data"]["name"], "penguins.csv");
    assert_eq!(tagged["created"], "1970-01-10T00:00:00Z");
    assert_eq!((&tagged["version"], &tagged["has_signature"]), (&2.into(), &true.into()));
    assert_eq!(tagged["tags"], serde_json::json!({ "commit": "abc" }));
    assert_eq!(tagged["settings"]["n_trees"], 2);
    assert_eq!(tagged["bytes"], folder.read("models/m_v2.bin").len());
    assert_eq!((&no_rows["held_out"], &no_rows["has_signature"]), (&().into(), &false.into()));
    let damaged = list["damaged"].as_array().unwrap();
    let why =
        damaged.iter().map(|model| (model["file"].as_str(), model["reason"].as_str().unwrap()));
    let why: Vec<_> = why.collect();
    assert_eq!(why[0].0, Some("models/bad_v1.bin"));
    assert!(why[0].1.contains("altered"), "{why:?}");
    assert_eq!(
        why[1],
        (
            Some("models/short_v1.bin"),
            &*format!("the file ends after 200 of {} bytes", whole.len())
        )
    );
    // The table, the empty file and the signature; not the folder, nor what a killed program left.
    assert_eq!(list["other_files"], 3);

    let text = folder.forest("list models").succeeds();
    let lines: Vec<&str> = text.text().lines().collect();
    assert_eq!((lines[0], lines[6]), ("4 models", "damaged"));
    let columns = [
        "models/m_v2.bin",
        "2",
        "1970-01-10T00:00:00Z",
        "classification",
        "45",
        "accuracy",
        "forest 0.1.0",
        "a file",
        "commit=abc",
    ];
    for column in columns.into_iter().chain([&tagged["data"]["sha256"].as_str().unwrap()[..12]]) {
        assert!(lines[3].contains(column), "{column}: {}", lines[3]);
    }
    assert!(lines[2].contains("R² 0."), "{}", lines[2]);
    assert!(lines[4].contains("none"), "{}", lines[4]);
    assert_eq!(lines.last(), Some(&"not shown: 3 files that are no models"));
}

#[test]
fn several_paths_are_listed_together_and_each_file_once() {
    let folder = versions(2);
    folder.forest(&format!("{TRAIN} --trees 1 --out other.bin")).succeeds();
    let files = |args: &str| {
        let list = json(&folder.forest(&format!("list {args} --json")).succeeds());
        let models = list["models"].as_array().unwrap().clone();
        models.iter().map(|model| model["file"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(files("models other.bin"), ["models/m_v2.bin", "models/m_v1.bin", "other.bin"]);
    assert_eq!(files("models/m_v1.bin models/m_v{n}.bin"), ["models/m_v2.bin", "models/m_v1.bin"]);
    assert_eq!(files(""), ["./other.bin"]);
    assert_eq!(files("models/x_v{n}.bin"), [""; 0]);
}

#[test]
fn no_model_is_an_empty_list_and_no_folder_an_error() {
    let folder = folder_of_models();
    let ran = folder.forest("list models").succeeds();
    assert_eq!(ran.text(), "0 models\n");
    let empty = json(&folder.forest("list models --json").succeeds());
    assert_eq!(empty, serde_json::json!({ "models": [], "damaged": [], "other_files": 0 }));
    folder.refuses("list elsewhere", FAILED, &["elsewhere", "folder that is there"]);
    folder.refuses("list models elsewhere", FAILED, &["elsewhere"]);
    folder.refuses("list elsewhere/m_v{n}.bin", FAILED, &["elsewhere"]);
    folder.refuses("list m{n}_{n}.bin", USAGE, &["twice"]);
}
