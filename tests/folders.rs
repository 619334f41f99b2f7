//! A folder of files as one table.

use std::fs;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

use crate::support::Folder;

const FAILED: i32 = 1;

const TRAIN: &str = "train --target y --trees 3 --quiet --force --out m.bin --data";

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), None).unwrap();
    writer.write(&table).unwrap();
    writer.into_inner().unwrap()
}

/// Rows from `first` on.
fn columns(first: i64, n_rows: i64) -> Vec<(&'static str, ArrayRef)> {
    let rows = first..first + n_rows;
    let x = Float64Array::from_iter_values(rows.clone().map(|i| (i * 7 % 13) as f64 / 4.0));
    let y = StringArray::from_iter_values(rows.map(|i| ["no", "yes"][(i * 7 % 13 / 7) as usize]));
    vec![("x", Arc::new(x) as ArrayRef), ("y", Arc::new(y))]
}

fn csv(first: i64, n_rows: i64) -> String {
    let row = |i: i64| {
        let z = i * 7 % 13;
        format!("{},{}\n", z as f64 / 4.0, ["no", "yes"][(z / 7) as usize])
    };
    format!("x,y\n{}", (first..first + n_rows).map(row).collect::<String>())
}

/// Folders `p` and `c` with 100 rows in four files each, and those as one file.
fn parts() -> Folder {
    let folder = Folder::new();
    for name in ["p", "c"] {
        fs::create_dir(folder.path(name)).unwrap();
        folder.write(&format!("{name}/_SUCCESS"), "").write(&format!("{name}/.part-0.crc"), "x");
    }
    for part in 0..4 {
        folder.write(&format!("p/part-000{part}.snappy.parquet"), parquet(columns(25 * part, 25)));
        folder.write(&format!("c/{part}.csv"), csv(25 * part, 25));
    }
    folder.write("all.parquet", parquet(columns(0, 100))).write("all.csv", csv(0, 100));
    folder
}

#[test]
fn the_files_of_a_folder_are_one_table_in_the_order_of_their_names() {
    let folder = parts();
    for (parts, whole) in [("p", "all.parquet"), ("c/", "all.csv")] {
        folder.forest(&format!("{TRAIN} {whole}")).succeeds();
        let predict = "predict --model m.bin --quiet --proba --id x --data";
        let expected = folder.forest(&format!("{predict} {whole}")).succeeds().stdout;
        folder.forest(&format!("{TRAIN} {parts}")).succeeds();
        for data in [parts, whole] {
            let ran = folder.forest(&format!("{predict} {data}")).succeeds();
            assert!(ran.stdout == expected, "{data}");
        }
        folder.forest(&format!("check --target y --data {parts}")).succeeds();
        folder.forest(&format!("evaluate --model m.bin --data {parts}")).succeeds();
    }
}

/// By `sha256sum`: `sha256sum * | cut -c1-64 | sha256sum` in the folder.
#[test]
fn the_digest_of_a_folder_is_that_of_its_files_digests() {
    let folder = parts();
    let digest = |bytes: &[u8]| forest::data::Sha256Digest::new(bytes).to_string();
    let lines: String =
        (0..4).map(|part| digest(&folder.read(&format!("c/{part}.csv"))) + "\n").collect();
    folder.forest(&format!("{TRAIN} c")).succeeds();
    let inspected = folder.forest("inspect m.bin --json").succeeds();
    assert!(inspected.text().contains(&digest(lines.as_bytes())), "{}", inspected.text());
    assert!(inspected.text().replace(' ', "").contains("\"name\":\"c\""), "{}", inspected.text());
}

#[test]
fn held_out_rows_are_found_again_in_a_folder_unless_a_file_of_it_changed() {
    let folder = parts();
    for name in ["p", "c"] {
        folder.forest(&format!("{TRAIN} {name}")).succeeds();
        let evaluated = folder.forest("evaluate --model m.bin").succeeds();
        assert!(evaluated.text().contains("came back exactly"));
        folder.forest(&format!("evaluate --model m.bin --held-out --data {name}")).succeeds();
    }
    folder.write("c/2.csv", csv(0, 25));
    folder.refuses("evaluate --model m.bin", FAILED, &["c", "not the table", "SHA-256"]);
}

#[test]
fn files_that_are_not_of_one_table_are_refused_by_name_and_column() {
    let other: ArrayRef = Arc::new(Int64Array::from_iter_values(0..25));
    let y = columns(0, 25).remove(1);
    for (name, bytes, words) in [
        (
            "p/part-0002.parquet",
            parquet(vec![("x", other.clone()), y.clone()]),
            ["column 'x'", "Int64"],
        ),
        (
            "p/part-0002.parquet",
            parquet(vec![("z", other.clone()), y.clone()]),
            ["'x'", "first file"],
        ),
        ("p/part-0002.parquet", parquet(vec![y.clone(), ("x", other.clone())]), ["'y'", "place"]),
        ("c/3.csv", b"x,y,z\n1,no,2\n".to_vec(), ["'z'", "first file"]),
        ("c/3.csv", b"x,y\n1,no\n1\n".to_vec(), ["line 3", "1 cell"]),
        ("c/3.csv", b"".to_vec(), ["empty", "first line"]),
    ] {
        let folder = parts();
        folder.write(name, bytes);
        folder.refuses(
            &format!("{TRAIN} {}", &name[..1]),
            FAILED,
            &[&[name, "help: "], &words[..]].concat(),
        );
    }
}

#[test]
fn a_cell_is_found_by_its_file_and_its_place_in_that() {
    let folder = parts();
    folder.write("c/2.csv", csv(50, 25).replacen('\n', "\n1,no\nx,yes\n", 1));
    folder.refuses(&format!("{TRAIN} c --numeric x"), FAILED, &["c/2.csv, line 3", "column 'x'"]);
    folder.forest(&format!("{TRAIN} all.csv")).succeeds();
    folder.write("c/2.csv", "x,y\n1,no\n2,maybe\n");
    folder.refuses("evaluate --model m.bin --data c", FAILED, &["c/2.csv, line 3", "'maybe'"]);
}

#[test]
fn a_folder_that_is_no_table_is_refused() {
    let folder = parts();
    for name in ["empty", "nested", "nested/year=2024", "mixed", "json"] {
        fs::create_dir(folder.path(name)).unwrap();
    }
    folder.write("empty/_SUCCESS", "").write("empty/notes.txt", "x");
    folder.write("nested/year=2024/a.csv", csv(0, 9));
    folder.write("mixed/a.csv", csv(0, 9)).write("mixed/b.parquet", parquet(columns(0, 9)));
    folder.write("json/a.jsonl", "{\"x\": 1, \"y\": 2}\n");
    let pattern = format!("{TRAIN} c/*.csv");
    folder.refuses(&pattern, FAILED, &["c/*.csv", "a folder of files is one table"]);
    for (name, words) in [
        ("empty", ["without a table", ".parquet"]),
        ("nested", ["'year=2024'", "one place"]),
        ("mixed", ["'a.csv' and 'b.parquet'", "one format"]),
        ("json", ["folder of JSON", "cat "]),
    ] {
        folder.refuses(
            &format!("{TRAIN} {name}"),
            FAILED,
            &[&[name, "help: "], &words[..]].concat(),
        );
    }
}

#[test]
fn the_folder_that_one_is_in_is_a_table_with_its_own_name() {
    let folder = parts();
    let train = "train --target y --trees 3 --quiet --data . --out ../m.bin";
    let mut forest = folder.command();
    let ran = forest.current_dir(folder.path("c")).args(train.split(' ')).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let inspected = folder.forest("inspect m.bin --json").succeeds();
    let json: serde_json::Value = serde_json::from_str(inspected.text()).unwrap();
    assert_eq!(json["metadata"]["data"]["name"], "c");
    folder.forest("evaluate m.bin --quiet").succeeds();
}
