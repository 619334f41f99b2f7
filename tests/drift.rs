//! How far new rows are from the training rows, by the histograms in the model, and the gate that refuses it.

use serde_json::Value;

use crate::support::{Folder, Ran};

const USAGE: i32 = 2;
const GATE: i32 = 3;

/// 100 rows: `x` is 1 to 100, `color` red, blue, and green in 50, 30 and 20 of them; `gap` is empty in every tenth; `same`
/// is always 7.
fn table(rows: std::ops::RangeInclusive<u32>) -> String {
    let row = |row: u32| {
        let color = match row % 10 {
            0..5 => "red",
            5..8 => "blue",
            _ => "green",
        };
        let gap = if row.is_multiple_of(10) { String::new() } else { (row % 7).to_string() };
        format!("{row},{color},{gap},7,{}\n", if row % 4 < 2 { "no" } else { "yes" })
    };
    format!("x,color,gap,same,y\n{}", rows.map(row).collect::<String>())
}

fn trained() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", table(1..=100));
    let train =
        "train --data t.csv --target y --keep x --test-size 0 --trees 3 --quiet --out m.bin";
    folder.forest(train).succeeds();
    folder
}

fn predict(folder: &Folder, flags: &str, rows: &str) -> Ran {
    folder.write("rows.csv", rows);
    folder.forest(&format!("predict --model m.bin --data rows.csv {flags}"))
}

/// What is said of each feature.
fn drift(folder: &Folder, rows: &str) -> Vec<Value> {
    let ran = predict(folder, "--json", rows).succeeds();
    let report = ran.stderr.lines().find(|line| line.contains("drift")).unwrap();
    let said: Value = serde_json::from_str(report).unwrap();
    said["input"]["drift"].as_array().unwrap().clone()
}

#[track_caller]
fn assert_close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

#[test]
fn the_same_rows_have_not_drifted() {
    let folder = trained();
    let features = drift(&folder, &table(1..=100));
    assert_eq!(features.len(), 4);
    for feature in &features {
        assert_close(&feature["psi"], 0.0);
        assert_eq!(feature["beyond_chance"], false);
    }
    assert_close(&features[0]["ks"], 0.0);
    // Ten tenths of x, none of them missing; three colors, and no others; seven numbers and none.
    for (feature, n_bins) in features.iter().zip([10.0, 3.0, 8.0, 1.0]) {
        assert_close(&feature["psi_by_chance"], (n_bins - 1.0) * (0.01 + 0.01));
    }
    let ran = predict(&folder, "--max-drift 0", &table(1..=100)).succeeds();
    assert!(!ran.stderr.contains("drifted"), "{}", ran.stderr);
}

/// By hand: shares of the bins before and after, a bin that is empty on one side having half a row.
#[test]
fn the_index_and_the_distance_are_those_of_a_calculation_by_hand() {
    let folder = trained();
    // 40 rows: x in the last four tenths; every color red or new; no gaps; another constant.
    let rows = (61..=100)
        .map(|x| format!("{x},{},3,8", if x % 2 == 0 { "red" } else { "pink" }))
        .collect::<Vec<_>>()
        .join("\n");
    let features = drift(&folder, &format!("x,color,gap,same\n{rows}\n"));
    let term = |p: f64, q: f64| (q - p) * (q / p).ln();
    let none = 0.5 / 40.0;
    // Six tenths are empty now, and four have ten rows of 40.
    let x = 6.0 * term(0.1, none) + 4.0 * term(0.1, 0.25);
    assert_close(&features[0]["psi"], x);
    assert_close(&features[0]["ks"], 0.6);
    // Half is red, no blue or green, and half is a color that no training row has.
    let color = term(0.5, 0.5) + term(0.3, none) + term(0.2, none) + term(0.005, 0.5);
    assert_close(&features[1]["psi"], color);
    assert_eq!(features[1]["ks"], Value::Null);
    assert_close(&features[3]["psi"], term(1.0, none) + term(0.005, 1.0));
    assert_close(&features[3]["ks"], 1.0);
    assert!(features.iter().all(|feature| feature["beyond_chance"] == true), "{features:?}");
    let names: Vec<&Value> = features.iter().map(|feature| &feature["feature"]).collect();
    assert_eq!(names, ["x", "color", "gap", "same"]);
}

#[test]
fn large_drift_is_said_and_a_gate_refuses_it_by_the_names_of_all_that_drifted() {
    let folder = trained();
    let rows = table(61..=100);
    let ran = predict(&folder, "", &rows).succeeds();
    let said: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("drifted")).collect();
    assert!(
        said.len() == 1 && said[0].starts_with("note: ") && said[0].contains("'x' "),
        "{said:?}"
    );
    assert!(!said[0].contains("'color'"), "{said:?}");
    assert_eq!(predict(&folder, "--quiet", &rows).succeeds().stderr.matches("note").count(), 0);

    let shifted = rows.replace("blue", "red").replace("green", "red");
    for verb in ["predict --out new.csv", "evaluate", "evaluate --json"] {
        folder.write("rows.csv", &shifted);
        let ran = folder.forest(&format!("{verb} --model m.bin --data rows.csv --max-drift 0.2"));
        assert_eq!(ran.code, Some(GATE), "{}", ran.stderr);
        let said = ran.stderr.replace("gate_not_met", "gate not met");
        for word in ["gate not met", "'x' (PSI ", "'color' (PSI ", "--max-drift 0.2"] {
            assert!(said.contains(word), "no {word} in {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("'same'"), "{}", ran.stderr);
        if verb == "evaluate --json" {
            let report: Value = serde_json::from_str(ran.text()).unwrap();
            let gate = &report["gates"][0];
            assert_eq!((&gate["gate"], &gate["met"]), (&"--max-drift 0.2".into(), &false.into()));
            assert_eq!(report["input"]["drift"][0]["feature"], "x");
            assert!(gate["value"].as_f64() > Some(0.2));
        }
    }
    // Nothing is saved that was not to be.
    assert!(!folder.path("new.csv").exists());
    folder.forest("predict --model m.bin --data rows.csv --max-drift 9 --out new.csv").succeeds();
    assert!(folder.path("new.csv").exists());
}

#[test]
fn a_few_rows_that_are_anything_are_no_drift() {
    let folder = trained();
    for rows in ["95,red,3,7\n", "95,pink,,8\n96,red,1,7\n", "1,red,3,7\n50,red,3,7\n99,red,3,7\n"]
    {
        let rows = format!("x,color,gap,same\n{rows}");
        assert!(drift(&folder, &rows).iter().any(|of| of["psi"].as_f64() > Some(0.25)));
        predict(&folder, "--max-drift 0.25", &rows).succeeds();
    }
    // Ten in one tenth are.
    let rows = format!("x,color,gap,same\n{}", "95,red,3,7\n".repeat(10));
    assert_eq!(predict(&folder, "--max-drift 0.25", &rows).code, Some(GATE));
}

#[test]
fn a_real_table_has_not_drifted_from_a_part_of_it_but_one_island_has() {
    let folder = Folder::new();
    folder.example("penguins.csv");
    let text = String::from_utf8(folder.read("penguins.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let part = |is_in: &dyn Fn(usize, &str) -> bool| {
        let rows: Vec<&str> = rows
            .lines()
            .enumerate()
            .filter(|(n, row)| is_in(*n, row))
            .map(|(_, row)| row)
            .collect();
        format!("{header}\n{}\n", rows.join("\n"))
    };
    folder.write("old.csv", part(&|n, _| n % 3 > 0));
    let train = "train --data old.csv --target species --trees 2 --test-size 0 --quiet --out m.bin";
    folder.forest(train).succeeds();
    let ran = predict(&folder, "--max-drift 0.2", &part(&|n, _| n % 3 == 0)).succeeds();
    assert!(!ran.stderr.contains("drifted"), "{}", ran.stderr);
    let ran = predict(&folder, "--max-drift 0.2", &part(&|_, row| row.contains("Biscoe")));
    assert_eq!(ran.code, Some(GATE), "{}", ran.stderr);
    for name in ["'island'", "'body_mass_g'", "'flipper_length_mm'"] {
        assert!(ran.stderr.contains(name), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("'year' (PSI"), "{}", ran.stderr);
}

#[test]
fn the_gate_needs_rows_of_a_table_and_a_model_that_knows_its_own() {
    let folder = trained();
    folder.write("rows.csv", table(1..=9));
    for (flags, words) in [
        ("--max-drift 0.2", ["--data", "--max-drift"]),
        ("--data rows.csv --max-drift=-1", ["--max-drift", "0.2"]),
        ("--data rows.csv --max-drift NaN", ["--max-drift", "0.2"]),
        ("--data rows.csv --held-out --max-drift 1", ["--held-out", "--max-drift"]),
    ] {
        for verb in ["predict", "evaluate"] {
            folder.refuses(&format!("{verb} --model m.bin {flags}"), USAGE, &words);
        }
    }
    folder.forest("export m.bin --to json --out m.json").succeeds();
    folder.forest("import m.json --out i.bin").succeeds();
    let ran = folder.forest("predict --model i.bin --data rows.csv --json").succeeds();
    let said: Value = serde_json::from_str(ran.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(said["input"]["drift"], Value::Null);
    let gated = "--data rows.csv --max-drift 1";
    for verb in ["predict", "evaluate"] {
        folder.refuses(
            &format!("{verb} --model i.bin {gated}"),
            USAGE,
            &["imported", "--max-drift"],
        );
    }
    // Without rows, nothing has drifted.
    predict(&folder, "--max-drift 0", "x,color,gap,same\n").succeeds();
}

/// 20 features of numbers take 1.8 kB.
#[test]
fn histograms_are_small_and_upgrade_keeps_them() {
    let folder = Folder::new();
    folder.forest("train --trees 1 --plain --out m.bin").succeeds();
    let bytes = folder.read("m.bin");
    let at = |at: usize| u64::from_le_bytes(*bytes[at..].first_chunk().unwrap());
    assert_eq!((&bytes[72..85], bytes[88]), (&b"distributions"[..], 0));
    // Three lengths, and for each feature a number of bins, ten of rows and nine borders.
    assert_eq!(at(96), 3 * 8 + 20 * (1 + 10 * 4 + 9 * 4));
    folder.forest("upgrade m.bin --out new.bin").succeeds();
    assert!(folder.read("new.bin") == bytes);
}
