//! `forest diff`.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{FAILED, Folder, GATE, USAGE, json as parsed};

/// A table of which `a` alone tells the class, and so does `b`; and new rows: 12 where both tell the right one, 8
/// of `yes` where only `a` does, one of `no` where only `b` does, and 2 where neither does.
fn two_witnesses() -> Folder {
    let folder = Folder::new();
    let mut table = "a,b,y\n".to_owned();
    for row in 0..80 {
        let class = row % 2;
        writeln!(table, "{},{},{}", class * 10, class * 10, ["no", "yes"][class]).unwrap();
    }
    folder.write("t.csv", table);
    let mut new = "a,b,y,w\n".to_owned();
    let mut add = |n: usize, a: u32, b: u32, class: &str, weight: u32| {
        new += &format!("{a},{b},{class},{weight}\n").repeat(n);
    };
    add(6, 0, 0, "no", 1);
    add(6, 10, 10, "yes", 1);
    add(7, 10, 0, "yes", 1);
    add(1, 10, 0, "yes", 0);
    add(1, 10, 0, "no", 1);
    add(2, 10, 10, "no", 1);
    folder.write("new.csv", new);
    for (out, other) in [("a", "b"), ("b", "a")] {
        let args = "train --data t.csv --target y --trees 5 --plain --max-features all --quiet";
        folder.forest(&format!("{args} --ignore {other} --out {out}.bin")).succeeds();
    }
    folder
}

#[track_caller]
fn diff(folder: &Folder, args: &str) -> Value {
    parsed(&folder.forest(&format!("diff {args} --json --quiet")).succeeds())
}

#[test]
fn rows_gained_and_lost_and_their_test_are_those_of_the_hand_made_table() {
    let folder = two_witnesses();
    let report = diff(&folder, "a.bin b.bin --data new.csv");
    let rows = &report["compared"];
    assert_eq!(rows["rows"], 23);
    let right = &rows["right"];
    let counts = ["both", "only_first", "only_second", "neither", "flipped"];
    assert_eq!(counts.map(|name| right[name].as_u64().unwrap()), [12, 8, 1, 2, 9]);
    // scipy.stats.binomtest(1, 9).pvalue, which is 2 · (1 + 9) / 2⁹.
    assert!((right["mcnemar_p"].as_f64().unwrap() - 0.039_062_5).abs() < 1e-12);
    assert_eq!(right["per_class"][0]["only_second"], 1);
    assert_eq!(right["per_class"][1]["only_first"], 8);
    let flips = rows["flips"].as_array().unwrap();
    assert_eq!(flips.len(), 9);
    // After the header and 12 rows.
    let first_flip = json!({ "place": "line 14", "true": "yes", "first": "yes", "second": "no" });
    assert_eq!(flips[0], first_flip);
    assert_eq!(flips[8]["place"], "line 22");
    let weighed = diff(&folder, "a.bin b.bin --data new.csv --sample-weight w");
    assert_eq!(weighed["compared"]["right"]["only_first"], 7);
    assert_eq!(weighed["compared"]["flips"].as_array().unwrap().len(), 8);
    let compared = folder.forest("compare a.bin b.bin --data new.csv --json --quiet").succeeds();
    assert_eq!(parsed(&compared), *rows);
    let text = folder.forest("diff a.bin b.bin --data new.csv").succeeds();
    for part in ["line 14", "features added          1: 'b'", "features removed        1: 'a'"] {
        assert!(text.text().contains(part), "{part}: {}", text.text());
    }
}

#[test]
fn a_drop_beyond_what_may_be_ends_with_code_3() {
    let folder = two_witnesses();
    let run = |args: &str| folder.forest(&format!("diff {args} --data new.csv --quiet"));
    // 20 of 23 rows, and 13: a drop of 0.3043.
    let ran = run("a.bin b.bin --max-drop 0.304");
    assert_eq!(ran.code, Some(GATE), "{}", ran.stderr);
    assert_eq!(
        ran.stderr.trim(),
        "gate not met: accuracy drops by 0.3043, from 0.8696 to 0.5652 (--max-drop 0.304)"
    );
    run("a.bin b.bin --max-drop 0.3044").succeeds();
    run("b.bin a.bin --max-drop 0").succeeds();
    run("a.bin a.bin --max-drop 0").succeeds();
    assert_eq!(run("a.bin b.bin --max-drop 0.1 --metric log_loss").code, Some(GATE));
    run("b.bin a.bin --max-drop 0 --metric matthews").succeeds();
    let gates = &diff(&folder, "a.bin b.bin --data new.csv --max-drop 0.5")["gates"];
    assert_eq!((&gates[0]["gate"], &gates[0]["met"]), (&"--max-drop 0.5".into(), &true.into()));
    assert_eq!(gates[0]["value"], 13.0 / 23.0);
}

#[test]
fn a_regression_is_held_to_its_r2() {
    let folder = Folder::new();
    folder.example("penguins.csv");
    let train = "train --data penguins.csv --target body_mass_g --drop-missing-target --quiet";
    folder.forest(&format!("{train} --trees 20 --out a.bin")).succeeds();
    folder.forest(&format!("{train} --trees 1 --max-depth 1 --out b.bin")).succeeds();
    let r2 = |model: &str| {
        let scores = folder.forest(&format!("evaluate --model {model} --json")).succeeds();
        parsed(&scores)["r2"].as_f64().unwrap()
    };
    let drop = r2("a.bin") - r2("b.bin");
    assert!(drop > 0.1, "{drop}");
    let run = |most: f64| folder.forest(&format!("diff a.bin b.bin --max-drop {most}"));
    assert_eq!(run(drop - 1e-6).code, Some(GATE));
    run(drop + 1e-6).succeeds();
    let report = diff(&folder, "a.bin b.bin --max-drop 1000 --metric rmse");
    assert_eq!(
        (&report["compared"]["right"], &report["compared"]["flips"]),
        (&Value::Null, &json!([]))
    );
}

#[test]
fn each_kind_of_change_is_shown_and_nothing_else() {
    let folder = Folder::new();
    folder.write("a.csv", "n,k,gone,y\n".to_owned() + &"1,u,5,no\n2,v,6,yes\n".repeat(20));
    folder.write("b.csv", "n,k,new,y\n".to_owned() + &"p,u,1,no\nq,w,2,maybe\n".repeat(21));
    let train = |flags: &str| {
        folder.forest(&format!("train --target y --quiet --trees {flags}")).succeeds();
    };
    train("5 --data a.csv --out a.bin --tag why=first");
    train("5 --data a.csv --out again.bin --tag why=first");
    train("7 --data b.csv --out b.bin --threshold 0.3 --test-size 0.5 --split-seed 7");
    let same = diff(&folder, "a.bin again.bin");
    for part in ["about", "settings", "data"] {
        assert_eq!(same[part], json!([]));
    }
    let nothing = json!({ "added": [], "removed": [] });
    let schema =
        json!({ "target": [], "classes": nothing, "features": nothing, "kinds": [], "levels": {} });
    assert_eq!(same["schema"], schema);
    assert_eq!(
        folder.forest("diff a.bin again.bin").succeeds().text().matches("the same\n").count(),
        4
    );

    let report = diff(&folder, "a.bin b.bin");
    let change = |name: &str, first: Value, second: Value| json!({ "name": name, "first": first, "second": second });
    assert_eq!(report["about"], json!([change("tag.why", "first".into(), Value::Null)]));
    assert_eq!(
        report["settings"],
        json!([
            change(
                "decision",
                Value::Null,
                json!({ "threshold": { "class": "no", "at_least": 0.3 } })
            ),
            change("n_trees", 5.into(), 7.into())
        ])
    );
    assert_eq!(
        report["schema"],
        json!({
            "target": [],
            "classes": { "added": ["maybe"], "removed": ["yes"] },
            "features": { "added": ["new"], "removed": ["gone"] },
            "kinds": [{
                "feature": "n",
                "first": { "kind": "number", "spelling": null },
                "second": { "kind": "category", "spelling": null },
            }],
            "levels": { "k": { "added": ["w"], "removed": ["v"] } },
        })
    );
    let changed: Vec<&str> =
        report["data"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap()).collect();
    assert_eq!(
        changed,
        ["held_out_rows", "name", "rows", "sha256", "split.random_state", "split.test_size"]
    );
    assert_eq!(report["compared"], Value::Null);
    assert!(report["not_compared"].as_str().unwrap().contains("another table"), "{report}");
    assert_eq!(report["held_out"]["first"]["rows"], 10);
    let text = folder.forest("diff a.bin b.bin").succeeds();
    for part in [
        "decision                none → 'no' is predicted where its probability is at least 0.3",
        "n_trees                 5 → 7",
        "n                       number → category",
        "levels of 'k' added     1: 'w'",
        "not compared on rows: b.bin",
    ] {
        assert!(text.text().contains(part), "{part}: {}", text.text());
    }
}

#[test]
fn without_rows_there_is_a_note_and_a_gate_is_refused() {
    let folder = two_witnesses();
    let train = "train --data t.csv --target y --trees 5 --quiet";
    folder.forest(&format!("{train} --split-seed 7 --out other.bin")).succeeds();
    folder.forest(&format!("{train} --test-size 0 --out all.bin")).succeeds();
    for (other, why) in [("other.bin", "other rows"), ("all.bin", "other rows")] {
        let report = diff(&folder, &format!("a.bin {other}"));
        assert!(report["not_compared"].as_str().unwrap().contains(why), "{report}");
        let args = format!("diff a.bin {other} --max-drop 0.1");
        folder.refuses(&args, FAILED, &[other, why, "--data FILE"]);
    }
    let none = diff(&folder, "all.bin all.bin");
    assert!(none["not_compared"].as_str().unwrap().contains("none were held out"), "{none}");
    // The table is not what it was.
    folder.write("t.csv", "a,b,y\n1,2,no\n");
    let gone = diff(&folder, "a.bin b.bin");
    assert!(gone["not_compared"].as_str().unwrap().contains("t.csv"), "{gone}");
    folder.refuses("diff a.bin b.bin --max-drop 0", FAILED, &["t.csv"]);
}

#[test]
fn what_diff_cannot_do_is_refused_with_a_reason() {
    let folder = two_witnesses();
    folder.example("iris.csv");
    folder
        .forest("train --data iris.csv --target species --trees 2 --quiet --out iris.bin")
        .succeeds();
    folder.refuses("diff a.bin", USAGE, &["2 values"]);
    folder.refuses("diff a.bin - --quiet", USAGE, &["standard input"]);
    folder.refuses("diff a.bin b.bin --data - --quiet", USAGE, &["standard input"]);
    folder.refuses("diff a.bin missing.bin", FAILED, &["missing.bin"]);
    folder.refuses("diff a.bin b.bin --data missing.csv", FAILED, &["missing.csv"]);
    folder.refuses("diff a.bin iris.bin --data new.csv", FAILED, &["iris.bin", "'species'"]);
    folder.refuses("diff a.bin b.bin --max-drop -0.1", USAGE, &["number from 0"]);
    folder.refuses("diff a.bin b.bin --max-drop nan", USAGE, &["number from 0"]);
    folder.refuses("diff a.bin b.bin --metric accuracy", USAGE, &["--max-drop"]);
    folder.refuses(
        "diff a.bin b.bin --max-drop 1 --metric r2",
        USAGE,
        &["--metric r2", "regression"],
    );
    folder.refuses("diff a.bin b.bin --sample-weight w", USAGE, &["--data"]);
    folder.forest("diff a.bin iris.bin").succeeds();
}
