//! Smaller models: `forest prune` and `forest distil`.

use serde_json::Value;

use super::support::Folder;

const FAILED: i32 = 1;
const USAGE: i32 = 2;

fn json(folder: &Folder, args: &str) -> Value {
    serde_json::from_str(folder.forest(&format!("{args} --json --quiet")).succeeds().text())
        .unwrap()
}

fn penguins() -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv");
    folder
}

#[test]
fn the_first_trees_predict_and_score_as_a_training_of_so_many_does() {
    let folder = penguins();
    for target in ["species", "body_mass_g --drop-missing-target"] {
        let train = format!("train --data penguins.csv --target {target} --plain --quiet --force");
        folder.forest(&format!("{train} --trees 12 --out all.bin")).succeeds();
        folder.forest(&format!("{train} --trees 5 --out few.bin")).succeeds();
        folder.forest("prune all.bin --trees 5 --out pruned.bin --force --quiet").succeeds();
        let predict = |model: &str| {
            folder.forest(&format!("predict {model} --data penguins.csv --quiet")).succeeds().stdout
        };
        assert_eq!(predict("pruned.bin"), predict("few.bin"));
        let [few, pruned] =
            ["few.bin", "pruned.bin"].map(|model| json(&folder, &format!("inspect {model}")));
        for what in ["held_out", "out_of_bag", "intervals", "settings"] {
            assert_eq!(pruned["metadata"][what], few["metadata"][what], "{what}");
        }
        let all = json(&folder, "inspect all.bin");
        assert_eq!(pruned["metadata"]["tags"]["reduced_from"], all["fingerprint"]);
        folder.forest("prune all.bin --trees 5 --out p_v{n}.bin --quiet").succeeds();
        assert!(folder.path("p_v1.bin").is_file());
        // Its scores come back, and its probe rows.
        folder.forest("evaluate pruned.bin").succeeds();
        folder.forest("verify pruned.bin").succeeds();
    }
}

/// One tree of the whole table, whose root splits where the squared error is least.
#[test]
fn a_tree_cut_at_a_depth_says_the_means_of_its_training_rows() {
    let folder = Folder::new();
    folder.write("t.csv", "x,y\n".to_owned() + &"0,1\n1,2\n2,3\n3,14\n".repeat(2));
    let train = "train --data t.csv --target y --task regression --trees 1 --no-bootstrap --plain --test-size 0 --quiet \
                 --max-features all --out t.bin";
    folder.forest(train).succeeds();
    folder.refuses("prune t.bin", FAILED, &["out-of-bag", "without the bootstrap"]);
    folder.forest("prune t.bin --max-depth 1 --out cut.bin --quiet").succeeds();
    folder.write("rows.csv", "x\n0\n1\n2\n3\n");
    let ran = folder.forest("predict cut.bin --data rows.csv --quiet").succeeds();
    let values: Vec<f64> = ran.text().lines().skip(1).map(|line| line.parse().unwrap()).collect();
    // Of 1, 2, 3, 14 the last is split off: the mean of the others is 2.
    assert_eq!(values, [2.0, 2.0, 2.0, 14.0]);
}

#[test]
fn the_table_says_what_fewer_and_shallower_trees_cost_out_of_bag() {
    let folder = penguins();
    folder
        .forest("train --data penguins.csv --target species --trees 20 --out m.bin --quiet")
        .succeeds();
    let trade_offs = json(&folder, "prune m.bin");
    let of = |by: &str, what: &str| {
        let rows = trade_offs[by].as_array().unwrap().iter();
        rows.map(|row| row[what].as_f64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(of("by_trees", "trees"), [1.0, 2.0, 4.0, 8.0, 16.0, 20.0]);
    for by in ["by_trees", "by_depth"] {
        assert!(of(by, "nodes").is_sorted() && of(by, "bytes").iter().all(|bytes| *bytes > 1000.0));
        let losses = of(by, "log_loss");
        assert!(losses[0] > *losses.last().unwrap());
        // The last row is the whole forest.
        let inspected = json(&folder, "inspect m.bin");
        let last = trade_offs[by].as_array().unwrap().last().unwrap();
        assert_eq!(last["out_of_bag"], inspected["metadata"]["out_of_bag"]);
        assert_eq!(last["nodes"], inspected["nodes"]);
    }
    let text = folder.forest("prune m.bin").succeeds();
    assert!(text.text().contains("trees  depth  log loss  accuracy"), "{}", text.text());
}

#[test]
fn as_few_trees_are_kept_as_lose_little_enough() {
    let folder = penguins();
    let train = "train --data penguins.csv --target body_mass_g --drop-missing-target --trees 40 --out m.bin --quiet";
    folder.forest(train).succeeds();
    let kept = json(&folder, "prune m.bin --max-loss 10 --out small.bin");
    let rmse = |of: &Value| of["rmse"].as_f64().unwrap();
    assert!(rmse(&kept["after"]) <= rmse(&kept["before"]) + 10.0);
    let n_trees = kept["after"]["trees"].as_u64().unwrap();
    assert!(n_trees < 40);
    let fewer = json(&folder, &format!("prune m.bin --trees {} --out smaller.bin", n_trees - 1));
    assert!(rmse(&fewer["after"]) > rmse(&kept["before"]) + 10.0);
}

/// y is told by two splits, which a tree of two levels finds.
#[test]
fn a_distilled_tree_answers_as_the_forest_where_a_small_tree_can() {
    let folder = Folder::new();
    let row = |row: usize| {
        let (a, b) = (row % 20, row / 20);
        let y = match (a < 10, b < 5) {
            (true, _) => "low",
            (false, true) => "middle",
            (false, false) => "high",
        };
        format!("{a},{b},{y}\n")
    };
    folder.write("t.csv", "a,b,y\n".to_owned() + &(0..300).map(row).collect::<String>());
    folder.forest("train --data t.csv --target y --trees 30 --out m.bin --quiet").succeeds();
    let distilled = json(&folder, "distil m.bin --max-depth 2 --out tree.bin");
    assert_eq!((&distilled["fidelity"], &distilled["tree_score"]), (&1.0.into(), &1.0.into()));
    assert_eq!((&distilled["rows"], &distilled["held_out"]), (&75.into(), &true.into()));
    let nodes = distilled["tree"]["nodes"].as_array().unwrap();
    let conditions: Vec<&str> =
        nodes.iter().filter_map(|node| node["condition"].as_str()).collect();
    assert_eq!(conditions, ["a <= 9.5", "b <= 4.5"]);
    let tags = &json(&folder, "inspect tree.bin")["metadata"]["tags"];
    assert_eq!(tags["distilled_from"], json(&folder, "inspect m.bin")["fingerprint"]);
    // One level is too few: it answers `high` for `middle`, or the other way round.
    let shallow = json(&folder, "distil m.bin --max-depth 1 --out shallow.bin");
    assert!(shallow["fidelity"].as_f64().unwrap() < 0.9);
    folder.forest("evaluate tree.bin").succeeds();
    let text = folder.forest("distil m.bin --max-depth 2 --out tree.bin --force").succeeds();
    assert!(text.text().contains("answers as the forest in 100.0 %"), "{}", text.text());
}

#[test]
fn what_cannot_be_made_smaller_is_refused_with_a_reason() {
    let folder = penguins();
    folder.example("iris.csv");
    let train = "train --data penguins.csv --target body_mass_g --drop-missing-target --trees 4 --quiet --keep-quantiles \
                 --out m.bin";
    folder.forest(train).succeeds();
    folder.refuses("prune m.bin --out s.bin", USAGE, &["--out", "--trees", "--max-loss"]);
    folder.refuses("prune m.bin --trees 2", USAGE, &["--out"]);
    folder.refuses("prune m.bin --trees 5 --out s.bin", USAGE, &["--trees 5", "has 4"]);
    folder.refuses("prune m.bin --trees 0 --out s.bin", USAGE, &["--trees 0"]);
    folder.refuses("prune m.bin --max-loss -1 --out s.bin", USAGE, &["--max-loss", "from 0 up"]);
    folder.refuses("prune m.bin --max-depth 2 --out s.bin", FAILED, &["quantiles"]);
    folder.refuses("prune m.bin --data iris.csv", FAILED, &["iris.csv"]);
    folder.refuses(
        "prune m.bin --trees 2 --out m.bin --force",
        USAGE,
        &["--out would replace m.bin"],
    );
    folder.refuses("prune m.bin --max-depth 0 --out s.bin", USAGE, &["--max-depth", "from 1 up"]);
    folder.refuses("distil m.bin --max-depth 0 --out s.bin", USAGE, &["--max-depth 0"]);
    // Quantiles stay with the trees that are kept.
    folder.forest("prune m.bin --trees 2 --out s.bin --quiet").succeeds();
    folder.forest("predict s.bin --quantiles 0.5 --quiet").succeeds();
}
