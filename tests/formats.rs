//! Tables and predictions in every format: what is in them counts, not how they are packed.

use std::fs;
use std::path::Path;

use crate::support::{Folder, Ran};

const FAILED: i32 = 1;
const USAGE: i32 = 2;

/// The penguins, as pandas, pyarrow and Python's bz2, lzma and zipfile write them. In the zip archive there is a text
/// beside them, and what macOS leaves.
const PACKED: [&str; 8] = [
    "penguins.parquet",
    "penguins.arrow",
    "penguins_stream.arrows",
    "penguins.csv.gz",
    "penguins.csv.zst",
    "penguins.csv.bz2",
    "penguins.csv.xz",
    "penguins.zip",
];

const TRAIN: &str = "train --target species --trees 5 --quiet --out";

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new("tests/fixtures/formats").join(name)).unwrap()
}

/// A folder with the penguins in every format, and a model of the CSV file.
fn penguins() -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv");
    for name in PACKED {
        folder.write(name, fixture(name));
    }
    let tabs = String::from_utf8(folder.read("penguins.csv")).unwrap().replace(',', "\t");
    folder.write("penguins.tsv", tabs);
    folder.forest(&format!("{TRAIN} m.bin --data penguins.csv")).succeeds();
    folder
}

/// The probabilities that a model gives the rows of a table.
fn proba(folder: &Folder, model: &str, data: &str) -> String {
    let predict = format!("predict --quiet --proba --id sex --model {model} --data {data}");
    folder.forest(&predict).succeeds().text().to_owned()
}

#[test]
fn a_table_is_the_same_in_every_format() {
    let folder = penguins();
    let expected = proba(&folder, "m.bin", "penguins.csv");
    assert_eq!(expected.lines().count(), 345);
    for data in PACKED.into_iter().chain(["penguins.tsv"]) {
        folder.forest(&format!("{TRAIN} other.bin --force --data {data}")).succeeds();
        // The ids are the cells as they stand: a null is empty, and the CSV file says NA.
        let same = |text: String| text.replace("NA,", ",");
        assert_eq!(same(proba(&folder, "other.bin", "penguins.csv")), same(expected.clone()));
        assert_eq!(same(proba(&folder, "m.bin", data)), same(expected.clone()), "{data}");
    }
}

#[test]
fn held_out_rows_are_found_again_in_every_format() {
    let folder = penguins();
    for data in PACKED {
        folder.forest(&format!("{TRAIN} other.bin --force --data {data}")).succeeds();
        let evaluated = folder.forest("evaluate --model other.bin").succeeds();
        assert!(evaluated.text().contains("came back exactly"), "{data}");
        assert_eq!(evaluated.stderr, "");
    }
}

#[test]
fn a_format_that_is_given_counts_more_than_the_name() {
    let folder = penguins();
    let expected = proba(&folder, "m.bin", "penguins.parquet");
    for (name, from, format) in [
        ("a.csv", "penguins.parquet", "parquet"),
        ("b.txt", "penguins.arrow", "arrow"),
        ("c.parquet", "penguins.arrow", "arrow"),
        ("d", "penguins_stream.arrows", "arrow"),
    ] {
        folder.write(name, folder.read(from));
        let data = format!("{name} --format {format}");
        assert_eq!(proba(&folder, "m.bin", &data), expected, "{data}");
    }
    let predict = "predict --quiet --proba --id sex --model m.bin --data - --format";
    for (format, from) in [("parquet", "penguins.parquet"), ("arrow", "penguins_stream.arrows")] {
        let ran = folder.forest_reads(&format!("{predict} {format}"), &folder.read(from));
        assert_eq!(ran.succeeds().text(), expected, "{from}");
    }
}

#[test]
fn packed_text_is_known_by_its_bytes_and_not_by_its_name() {
    let folder = penguins();
    let expected = proba(&folder, "m.bin", "penguins.csv");
    for from in PACKED.into_iter().filter(|from| from.contains(".csv.") || from.contains(".zip")) {
        folder.write("plain.csv", folder.read(from));
        assert_eq!(proba(&folder, "m.bin", "plain.csv"), expected, "{from}");
        let predict = "predict --quiet --proba --id sex --model m.bin --data -";
        let ran = folder.forest_reads(predict, &folder.read(from));
        assert_eq!(ran.succeeds().text(), expected, "{from}");
    }
    folder.write("plain.csv.gz", folder.read("penguins.csv"));
    assert_eq!(proba(&folder, "m.bin", "plain.csv.gz"), expected);
}

/// Predictions that forest wrote are a table like any other: what a model that is trained on them
/// predicts tells whether they read back equal.
#[test]
fn predictions_read_back_equal_from_every_format() {
    let folder = penguins();
    let predict = "predict --model m.bin --data penguins.csv --quiet --proba --id island";
    for (out, magic) in [
        ("p.csv", &b"island,pre"[..]),
        ("p.parquet", b"PAR1"),
        ("p.arrow", b"ARROW1"),
        ("p.csv.gz", b"\x1f\x8b"),
        ("p.csv.zst", b"\x28\xb5\x2f\xfd"),
    ] {
        folder.forest(&format!("{predict} --out {out}")).succeeds();
        assert!(folder.read(out).starts_with(magic), "{out}");
        let train = "train --target prediction --test-size 0 --trees 3 --quiet --force --out q.bin";
        folder.forest(&format!("{train} --data {out}")).succeeds();
        let back = folder.forest("predict --model q.bin --data p.csv --proba --quiet").succeeds();
        folder.write(&format!("{out}.back"), &back.stdout);
        assert_eq!(back.text().lines().count(), 345);
        assert!(folder.read(&format!("{out}.back")) == folder.read("p.csv.back"), "{out}");
    }
    let named = folder.forest(&format!("{predict} --out-format parquet --out -")).succeeds();
    assert!(named.stdout == folder.read("p.parquet"));
}

#[test]
fn lines_of_json_do_not_go_into_a_file_of_another_format() {
    let folder = penguins();
    let predict = "predict --model m.bin --data penguins.csv --json --out";
    for out in ["x.parquet", "x.arrow", "x.csv --out-format parquet"] {
        folder.refuses(&format!("{predict} {out}"), USAGE, &["--json", "--out"]);
    }
}

#[test]
fn a_delimiter_is_about_text_only() {
    let folder = penguins();
    let words = ["--delimiter", "penguins.parquet"];
    let predict = "predict --model m.bin --data penguins.parquet --delimiter ;";
    folder.refuses(predict, USAGE, &words);
    let train = "train --data penguins.parquet --target species --delimiter ; --out n.bin";
    folder.refuses(train, USAGE, &words);
}

/// Requires one clean error, from training and from prediction.
#[track_caller]
fn refuses_file(folder: &Folder, name: &str, words: &[&str]) -> Ran {
    let words = [&[name], words].concat();
    let train = format!("train --target species --trees 1 --out n.bin --data {name}");
    folder.refuses(&train, FAILED, &words);
    folder.refuses(&format!("predict --model m.bin --data {name}"), FAILED, &words)
}

#[test]
fn an_empty_file_is_refused_whatever_its_name() {
    let folder = penguins();
    for name in ["e.csv", "e.tsv", "e.csv.gz", "e.csv.zst"] {
        folder.write(name, "");
        refuses_file(&folder, name, &["empty"]);
    }
    for (name, word) in [("e.parquet", "Parquet"), ("e.arrow", "Arrow")] {
        folder.write(name, "");
        refuses_file(&folder, name, &[word]);
    }
}

/// Damages a file in several places: either its error is one of ours, or there are rows.
fn endures_damage(name: &str) {
    let folder = penguins();
    let whole = folder.read(name);
    let flipped = (0..whole.len()).step_by(whole.len() / 12).map(|at| {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        damaged
    });
    let cut = [whole.len() / 2, whole.len() - 9, 12].map(|end| whole[..end].to_vec());
    for damaged in flipped.chain(cut) {
        let is_cut = damaged.len() < whole.len();
        folder.write(name, &damaged);
        let ran = folder.forest(&format!("predict --model m.bin --quiet --data {name}"));
        assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
        if ran.code != Some(0) || is_cut {
            ran.fails(FAILED, &[name]);
        }
    }
}

#[test]
fn packed_text_that_is_damaged_gives_one_clean_error_or_rows() {
    endures_damage("penguins.csv.gz");
    endures_damage("penguins.csv.zst");
    endures_damage("penguins.csv.bz2");
    endures_damage("penguins.csv.xz");
    endures_damage("penguins.zip");
}

#[test]
fn an_arrow_file_that_is_damaged_gives_one_clean_error_or_rows() {
    endures_damage("penguins.arrow");
    endures_damage("penguins_stream.arrows");
}

#[test]
fn a_parquet_file_that_is_damaged_gives_one_clean_error_or_rows() {
    endures_damage("penguins.parquet");
}

#[test]
fn a_file_that_is_cut_off_says_what_it_was_to_be() {
    let folder = penguins();
    for (name, word) in [
        ("penguins.parquet", "Parquet"),
        ("penguins.arrow", "Arrow IPC"),
        ("penguins_stream.arrows", "Arrow IPC"),
        ("penguins.csv.gz", "gzip"),
        ("penguins.csv.zst", "zstd"),
        ("penguins.csv.bz2", "bzip2"),
        ("penguins.csv.xz", "xz"),
        ("penguins.zip", "zip"),
    ] {
        let whole = folder.read(name);
        folder.write(name, &whole[..whole.len() / 2]);
        for (args, out) in
            [("train --target species --trees 1", "n.bin"), ("predict --model m.bin", "p.csv")]
        {
            let args = format!("{args} --data {name} --out {out}");
            folder.refuses(&args, FAILED, &[name, word, "cut off"]);
        }
    }
}

#[test]
fn a_column_of_lists_is_refused_by_name_unless_it_is_left_out() {
    for name in ["nested.parquet", "nested.arrow"] {
        let folder = Folder::new();
        folder.write(name, fixture(name));
        let train = format!("train --data {name} --target y --test-size 0 --trees 1 --out m.bin");
        folder.refuses(&train, FAILED, &[name, "column 'tags'", "--ignore"]);
        folder.forest(&format!("{train} --ignore tags --max-features all")).succeeds();
        let ran = folder.forest(&format!("predict --model m.bin --data {name} --strict"));
        assert_eq!(ran.succeeds().text().lines().count(), 5);
        // Where it is not even known, it is ignored like any other.
        folder.write("t.csv", "a,y\n1,no\n2,no\n3,yes\n4,yes\n");
        let train = "train --data t.csv --target y --test-size 0 --trees 1 --force --out m.bin";
        folder.forest(train).succeeds();
        let ran = folder.forest(&format!("predict --model m.bin --data {name}")).succeeds();
        assert!(ran.stderr.contains("'tags'"), "{}", ran.stderr);
    }
}

#[test]
fn a_file_of_another_format_than_its_name_says_is_called_what_it_is() {
    let folder = penguins();
    for (name, from, words) in [
        ("p.csv", "penguins.parquet", ["Parquet", "--format parquet"]),
        ("a.csv", "penguins.arrow", ["Arrow", "--format arrow"]),
        ("c.parquet", "penguins.csv", ["Parquet", "--format csv"]),
        ("c.arrow", "penguins.csv", ["Arrow", "--format csv"]),
    ] {
        folder.write(name, folder.read(from));
        refuses_file(&folder, name, &words);
    }
}

/// The first Gentoo is the 153rd row of the table (counted by pandas), on line 154 of the CSV file.
#[test]
fn places_are_rows_where_a_file_has_no_lines() {
    let folder = penguins();
    let known = String::from_utf8(folder.read("penguins.csv")).unwrap();
    let known: Vec<&str> = known.lines().filter(|line| !line.starts_with("Gentoo")).collect();
    folder.write("known.csv", known.join("\n"));
    folder.forest(&format!("{TRAIN} known.bin --data known.csv")).succeeds();
    for (data, place) in [("penguins.csv", "line 154"), ("penguins.parquet", "row 153")] {
        let evaluate = format!("evaluate --model known.bin --data {data}");
        folder.refuses(&evaluate, FAILED, &[data, place, "'Gentoo'"]);
        let ran = folder.forest(&format!("predict --model known.bin --data {data}")).succeeds();
        assert!(ran.stderr.contains(&format!("'Gentoo', {place}")), "{data}: {}", ran.stderr);
    }
}

/// Python writes True and 1.0 in CSV files, and no text at all in Parquet files.
#[test]
fn truth_values_are_the_same_levels_in_every_format() {
    let folder = Folder::new();
    for name in ["pandas.csv", "pandas.parquet"] {
        folder.write(name, fixture(name));
    }
    for (from, to) in [("pandas.csv", "pandas.parquet"), ("pandas.parquet", "pandas.csv")] {
        let train = "train --target y --ignore a --test-size 0 --trees 3 --quiet --force";
        folder.forest(&format!("{train} --data {from} --out m.bin")).succeeds();
        let ran = folder.forest(&format!("predict --model m.bin --data {to}")).succeeds();
        assert!(!ran.stderr.contains("not seen"), "{from}, {to}: {}", ran.stderr);
    }
}

#[test]
fn whole_labels_are_the_same_classes_in_every_format() {
    let folder = Folder::new();
    for name in ["pandas.csv", "pandas.parquet"] {
        folder.write(name, fixture(name));
    }
    for (from, to) in [("pandas.csv", "pandas.parquet"), ("pandas.parquet", "pandas.csv")] {
        let train = "train --target y --ignore open --test-size 0 --trees 3 --quiet --force";
        folder.forest(&format!("{train} --data {from} --out m.bin")).succeeds();
        folder.forest(&format!("evaluate --model m.bin --data {to}")).succeeds();
    }
}
