//! Memory that does not grow with rows times classes: what takes more of it than there should be is
//! done in pieces or refused, where the system limits it to a few hundred MB.

use std::fmt::Write;

use crate::support::{Folder, Ran, built};

/// Layouts of predictions.
fn layouts() -> Vec<&'static str> {
    built(&["--out-format csv", "--json"], &["--out-format parquet", "--out-format arrow"], &[])
}

/// A model of so many classes: class `cN` where `x` is N, as far as `flags` let the tree grow.
fn folder(n_classes: usize, flags: &str) -> Folder {
    let folder = Folder::new();
    let mut table = "x,y\n".to_owned();
    for class in 0..n_classes {
        writeln!(table, "{class},c{class}").unwrap();
    }
    folder.write("table.csv", table);
    let train = "train --data table.csv --target y --task classification --trees 1 --no-bootstrap";
    folder.forest(&format!("{train} --test-size 0 --out m.bin {flags}")).succeeds();
    folder
}

/// Numbers, a row each, from 0 up and again.
fn rows(n_rows: usize, below: usize) -> String {
    let mut rows = "x\n".to_owned();
    for row in 0..n_rows {
        writeln!(rows, "{}", row % below).unwrap();
    }
    rows
}

#[cfg(target_os = "linux")]
fn limited(folder: &Folder, megabytes: usize, args: &str) -> Ran {
    folder.shell(&format!("ulimit -v {megabytes}000; exec \"$FOREST\" {args} --threads 2"))
}

/// 20,000 rows × 1,000 classes are 160 MB as numbers, which were held three times.
#[cfg(target_os = "linux")]
#[test]
fn rows_are_predicted_in_little_memory_whatever_rows_times_classes_is() {
    let folder = folder(1000, "");
    folder.write("rows.csv", rows(20_000, 1000));
    let ran = limited(&folder, 400, "predict --model m.bin --data rows.csv --quiet").succeeds();
    let mut lines = ran.text().lines();
    assert_eq!(lines.next(), Some("prediction"));
    for (row, line) in lines.enumerate() {
        assert_eq!(line, format!("c{}", row % 1000), "row {row}");
    }
    for layout in layouts() {
        let args =
            format!("predict --model m.bin --data rows.csv --proba --out /dev/null {layout}");
        limited(&folder, 400, &args).succeeds();
    }
}

/// 200,000 rows × 200 quantiles are 320 MB as numbers, which were held three times.
#[cfg(target_os = "linux")]
#[test]
fn quantiles_of_many_rows_take_little_memory() {
    let folder = Folder::new();
    folder.write("table.csv", "x,y\n1,1.5\n2,2.5\n3,4\n4,8\n").write("rows.csv", rows(200_000, 4));
    let flags = "--trees 1 --keep-quantiles --test-size 0 --task regression --out m.bin";
    folder.forest(&format!("train --data table.csv --target y {flags}")).succeeds();
    let quantiles: Vec<String> = (0..200).map(|q| format!("0.{q:03}")).collect();
    let quantiles = quantiles.join(",");
    let args = format!("predict --model m.bin --data rows.csv --quantiles {quantiles}");
    limited(&folder, 400, &format!("{args} --out /dev/null")).succeeds();
}

#[test]
fn probabilities_made_in_pieces_are_those_of_the_rows_in_their_order() {
    let folder = folder(1000, "");
    folder.write("rows.csv", rows(3000, 1000));
    let args = "predict --model m.bin --data rows.csv --proba --quiet";
    let one = folder.forest(&format!("{args} --threads 1")).succeeds();
    let mut lines = one.text().lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').skip(1).collect();
    for row in 0..3000 {
        let line = lines.next().unwrap();
        let (class, proba) = line.split_once(',').unwrap();
        assert_eq!(class, format!("c{}", row % 1000));
        // Each class has a leaf: its rows have the probability 1 of it, and 0 of all others.
        let proba: Vec<&str> = proba.split(',').collect();
        let at = names.iter().position(|name| *name == format!("proba_{class}")).unwrap();
        assert_eq!((proba.len(), proba[at]), (1000, "1"), "row {row}");
        assert_eq!(proba.iter().filter(|proba| **proba == "0").count(), 999, "row {row}");
    }
    assert_eq!(lines.next(), None);
    for threads in [2, 8] {
        let more = folder.forest(&format!("{args} --threads {threads}")).succeeds();
        assert!(one.stdout == more.stdout, "{threads} threads");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn with_the_most_classes_rows_are_predicted_and_too_many_to_score_are_refused_with_figures() {
    let folder = folder(65_536, "--max-depth 3");
    folder.write("rows.csv", rows(1000, 65_536)).write("few.csv", rows(50, 65_536));
    let ran = limited(&folder, 400, "predict --model m.bin --data rows.csv --quiet").succeeds();
    assert_eq!(ran.text().lines().count(), 1001);
    for layout in layouts() {
        let args = format!("predict --model m.bin --data few.csv --proba {layout} --out /dev/null");
        let ran = limited(&folder, 400, &args);
        if layout.ends_with("parquet") {
            ran.fails(2, &["65537 columns", "Parquet", "2048", "--out-format arrow"]);
        } else {
            ran.succeeds();
        }
    }
    // 2³⁰ bytes are 2,048 rows of 65,536 numbers.
    let words = ["table.csv", "65,536 numbers", "1073.7 MB", "2,048 rows", "several files"];
    limited(&folder, 400, "evaluate --model m.bin --data table.csv").fails(1, &words);
}

/// 100,000 rows × 1,000 classes are 800 MB: allowed, and not there.
#[cfg(target_os = "linux")]
#[test]
fn scores_that_there_is_no_memory_for_are_an_error() {
    let folder = folder(1000, "");
    let mut table = "x,y\n".to_owned();
    for row in 0..100_000 {
        writeln!(table, "{},c{}", row % 1000, row % 1000).unwrap();
    }
    folder.write("many.csv", table);
    let words = ["many.csv", "1,000 numbers", "no memory", "several files"];
    limited(&folder, 600, "evaluate --model m.bin --data many.csv").fails(1, &words);
}
