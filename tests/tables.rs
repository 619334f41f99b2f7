//! Tables as people have them: delimiters, quotes, marks and line ends; columns in any order.

use crate::support::{Folder, Ran};

const PLAIN: &str = "id,a,b,class\nr1,1,10,no\nr2,2,20,no\nr3,3,30,yes\nr4,4,40,yes\n";

/// Trains on all rows of a table without chance, and predicts the plain table with the model.
fn learn(folder: &Folder, flags: &str, input: &[u8]) -> Ran {
    let train = "train --target class --ignore id --test-size 0 --no-bootstrap --trees 1 \
                 --max-features all --out m.bin --force --quiet";
    folder.forest_reads(&format!("{train} {flags}"), input).succeeds();
    folder.write("plain.csv", PLAIN).forest("predict --model m.bin --data plain.csv").succeeds()
}

#[test]
fn a_table_reads_the_same_however_it_is_written() {
    let folder = Folder::new();
    let expected = "prediction\nno\nno\nyes\nyes\n";
    folder.write("plain.csv", PLAIN);
    assert_eq!(learn(&folder, "--data plain.csv", b"").text(), expected);
    assert_eq!(learn(&folder, "--data -", PLAIN.as_bytes()).text(), expected);
    let as_written = folder.read("m.bin");

    let bom = format!("\u{feff}{PLAIN}");
    let crlf = PLAIN.replace('\n', "\r\n");
    let no_end = PLAIN.trim_end();
    let quoted =
        PLAIN.replace("r1,1,10,no", "\"r,\n1\",\"1\",10.0,\"no\"").replace("id,a", "\"id\",a");
    let spaced = PLAIN.replace(",10,no", ", 1e1 , no ").replace(",a,", ", a ,");
    for (how, text) in [
        ("bom", bom.as_str()),
        ("crlf", &crlf),
        ("no end", no_end),
        ("quotes", &quoted),
        ("spaces", &spaced),
    ] {
        assert_eq!(learn(&folder, "--data -", text.as_bytes()).text(), expected, "{how}");
    }
    folder.write("t.tsv", PLAIN.replace(',', "\t"));
    assert_eq!(learn(&folder, "--data t.tsv", b"").text(), expected);
    let semicolons = PLAIN.replace(',', ";");
    assert_eq!(learn(&folder, "--data - --delimiter ;", semicolons.as_bytes()).text(), expected);
    // Only the hash of the bytes tells the models apart.
    assert_ne!(folder.read("m.bin"), as_written);
}

#[test]
fn columns_are_found_by_name_and_others_are_passed_over() {
    let folder = Folder::new();
    folder.write("plain.csv", PLAIN);
    learn(&folder, "--data plain.csv", b"");
    let shuffled = "b,extra,id,a\n40,x,\"r,4\",4\n10,y,r1,1\n";
    let predicted =
        folder.forest_reads("predict --model m.bin --data - --id id --proba", shuffled.as_bytes());
    assert_eq!(
        predicted.succeeds().text(),
        "id,prediction,proba_no,proba_yes\n\"r,4\",yes,0,1\nr1,no,1,0\n"
    );
}

#[test]
fn predictions_can_be_json_lines() {
    let folder = Folder::new();
    folder.write("plain.csv", PLAIN);
    learn(&folder, "--data plain.csv", b"");
    let predicted =
        folder.forest("predict --model m.bin --data plain.csv --id id --proba --json").succeeds();
    assert_eq!(
        predicted.text().lines().next(),
        Some(r#"{"id":"r1","prediction":"no","proba":{"no":1.0,"yes":0.0}}"#)
    );
    assert_eq!(predicted.text().lines().count(), 4);
}

#[test]
fn a_table_without_rows_gives_a_header_and_no_predictions() {
    let folder = Folder::new();
    folder.write("plain.csv", PLAIN);
    learn(&folder, "--data plain.csv", b"");
    let predicted = folder.forest_reads("predict --model m.bin --data -", b"b,a\n");
    assert_eq!(predicted.succeeds().text(), "prediction\n");
}

#[test]
fn labels_are_scored_where_they_are_known() {
    let folder = Folder::new();
    folder.write("plain.csv", PLAIN);
    learn(&folder, "--data plain.csv", b"");
    // Two of three right: 'maybe' is no class of the model's, and the last row has no label.
    folder.write("new.csv", "a,b,class\n1,10,no\n4,40,yes\n4,40,maybe\n4,40,\n");
    let predicted = folder.forest("predict --model m.bin --data new.csv").succeeds();
    assert!(predicted.stderr.contains("accuracy 0.6667"), "{}", predicted.stderr);
    assert!(predicted.stderr.contains("'maybe', line 4"), "{}", predicted.stderr);
}

#[test]
fn the_training_file_is_found_where_it_was_or_here_or_beside_the_model() {
    let folder = Folder::new();
    for name in ["data", "models", "elsewhere"] {
        std::fs::create_dir(folder.path(name)).unwrap();
    }
    folder.example("iris.csv");
    let moves = |from: &str, to: &str| std::fs::rename(folder.path(from), folder.path(to)).unwrap();
    moves("iris.csv", "data/iris.csv");
    folder.forest("train --data data/iris.csv --target species --out models/m.bin").succeeds();
    let where_it_was = folder.forest("predict --model models/m.bin").succeeds();

    moves("data/iris.csv", "iris.csv");
    let here = folder.forest("predict --model models/m.bin").succeeds();
    moves("iris.csv", "models/iris.csv");
    // Another file of its name, in a place that is looked at first, is passed over.
    folder.write("iris.csv", "another table");
    let beside = folder.forest("predict --model models/m.bin").succeeds();
    assert_eq!([where_it_was.text(), here.text()], [beside.text(); 2]);

    moves("models/iris.csv", "elsewhere/iris.csv");
    std::fs::remove_file(folder.path("iris.csv")).unwrap();
    folder.forest("predict --model models/m.bin").fails(1, &["iris.csv", "--data", "--held-out"]);
    let named = folder.forest("predict --model models/m.bin --data elsewhere/iris.csv --held-out");
    assert_eq!(beside.text(), named.succeeds().text());
}

#[test]
fn a_model_is_the_same_wherever_its_table_was() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("data")).unwrap();
    folder.example("iris.csv");
    folder.forest("train --data iris.csv --target species --out a.bin").succeeds();
    std::fs::rename(folder.path("iris.csv"), folder.path("data/iris.csv")).unwrap();
    folder.forest("train --data data/iris.csv --target species --out b.bin").succeeds();
    assert!(folder.read("a.bin") == folder.read("b.bin"));
}

#[test]
fn scoring_the_training_file_itself_is_warned_about() {
    let folder = Folder::new();
    folder.example("iris.csv");
    folder.forest("train --data iris.csv --target species --out m.bin").succeeds();
    let all = folder.forest("evaluate --model m.bin --data iris.csv").succeeds();
    assert!(all.stderr.contains("warning: "), "{}", all.stderr);
    let held_out = folder.forest("evaluate --model m.bin --data iris.csv --held-out").succeeds();
    assert_eq!(held_out.stderr, "");
    assert!(held_out.text().contains("came back exactly"));
}

#[test]
fn a_column_whose_name_has_a_comma_can_be_left_out() {
    let folder = Folder::new();
    folder.write("t.csv", "\"x,y\",a,class\nbad,1,no\nbad,2,yes\n");
    let train = ["train", "--data", "t.csv", "--target", "class", "--ignore", "x,y"];
    let rest = ["--test-size", "0", "--out", "m.bin"];
    let output = folder.command().args(train).args(rest).output().unwrap();
    Ran::new("a name with a comma", &output).succeeds();
}

/// A folder with a model of the one feature `x`: below 2.5 no, above yes, and where it is missing no.
fn one_feature() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", "x,y\n1,no\n2,no\n3,yes\n4,yes\n,no\n");
    let train = "train --data t.csv --target y --test-size 0 --no-bootstrap --trees 1 --out m.bin";
    folder.forest(train).succeeds();
    folder
}

#[test]
fn a_blank_line_in_a_table_of_one_column_is_a_row_whose_cell_is_missing() {
    let folder = one_feature();
    for (rows, predicted) in [
        ("x\n1\n\n3\n", "no no yes"),
        ("x\n4\n\n", "yes no"),
        ("x\n\n4", "no yes"),
        ("x\n\n\n\n", "no no no"),
        ("x\n\n", "no"),
        ("x\n", ""),
        ("x", ""),
        ("x\r\n4\r\n\r\n4\r\n\r\n", "yes no yes no"),
        ("x\r4\r\r4\r", "yes no yes"),
        ("\n\nx\n\n4\n", "no yes"),
        ("\u{feff}x\n\n4\n", "no yes"),
        ("x\n\"\"\n4\n \n4\n", "no yes no yes"),
        ("\"x\"\n\"4\"\n\n\"4\"\n", "yes no yes"),
        // A line feed that follows several returns ends one line.
        ("x\r\r\n4\r\r\n\r\n4\r\r\n", "yes no yes"),
    ] {
        folder.write("rows.csv", rows);
        let ran = folder.forest("predict --model m.bin --data rows.csv --quiet").succeeds();
        let found: Vec<&str> = ran.text().lines().skip(1).collect();
        assert_eq!(found.join(" "), predicted, "{rows:?}");
    }
}

#[test]
fn lines_are_counted_with_those_that_are_blank_in_a_table_of_one_column() {
    let folder = one_feature();
    for rows in ["x\n1\n\n\nz\n", "\nx\n\n1\nz\n", "x\r\n\r\n\r\n1\r\nz", "x\n1\n\n\n\"z\nz\"\n"] {
        folder.write("rows.csv", rows);
        folder.forest("predict --model m.bin --data rows.csv").fails(1, &["line 5", "column 'x'"]);
    }
    folder.write("rows.csv", "x\n1\n\n\n1\n");
    let ran = folder.forest("predict --model m.bin --data rows.csv --strict").succeeds();
    assert_eq!(ran.text().lines().count(), 5);
    folder.write("full.csv", "x,y\n".to_owned() + &"0,a\n2,b\n1,b\n4,a\n".repeat(5));
    folder.forest("train --data full.csv --target y --trees 2 --out full.bin --quiet").succeeds();
    let all_there = "predict --model full.bin --data rows.csv --strict=missing";
    folder.forest(all_there).fails(4, &["line 3", "column 'x'"]);
    // A row of two lines comes before.
    folder.write("full.csv", "x,y\n".to_owned() + &"\"a\nb\",0\nc,1\n".repeat(9));
    folder
        .forest("train --data full.csv --target y --trees 2 --out full.bin --quiet --force")
        .succeeds();
    folder.write("rows.csv", "x\n\"a\nb\"\n\nc\n");
    folder.forest(all_there).fails(4, &["line 4", "column 'x'"]);
    folder.write("rows.csv", "x\n1\n\n\n9\n");
    let ran = folder.forest("predict --model m.bin --data rows.csv").succeeds();
    assert!(ran.stderr.contains("first 9, line 5"), "{}", ran.stderr);
}

/// A block is about a megabyte.
#[test]
fn no_blank_line_is_lost_where_the_file_is_cut_into_blocks() {
    let folder = one_feature();
    for end in ["\n", "\r\n", "\r\r\n", "\r"] {
        let mut lines: Vec<&str> = (0..900_000).map(|i| ["4", "", "", "1"][i * 7 % 4]).collect();
        lines[7] = "\"1\"";
        folder.write("rows.csv", format!("x{end}{}{end}", lines.join(end)));
        let ran = folder.forest("predict --model m.bin --data rows.csv --quiet").succeeds();
        let expected = lines.iter().map(|line| if *line == "4" { "yes" } else { "no" });
        assert!(ran.text().lines().skip(1).eq(expected), "{end:?}");
    }
}

#[test]
fn a_blank_line_in_a_table_of_several_columns_is_no_row() {
    let folder = one_feature();
    folder.write("rows.csv", "id,x\na,4\n\nb,1\n\n");
    let ran = folder.forest("predict --model m.bin --data rows.csv --id id").succeeds();
    assert_eq!(ran.text(), "id,prediction\na,yes\nb,no\n");
}
