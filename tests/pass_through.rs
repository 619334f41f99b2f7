//! Columns of the input that stand beside the predictions, and a bar that shows how far they are.

use serde_json::{Value, json};

use crate::support::Folder;

const USAGE: i32 = 2;

fn trained() -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv").example("new_penguins.csv");
    let train = "train --data penguins.csv --target species --trees 5 --quiet --out m.bin";
    folder.forest(train).succeeds();
    folder
}

fn predict(folder: &Folder, flags: &str) -> String {
    let args = format!("predict --model m.bin --data new_penguins.csv --quiet {flags}");
    folder.forest(&args).succeeds().text().to_owned()
}

fn columns(table: &str) -> Vec<Vec<&str>> {
    table.lines().map(|line| line.split(',').collect()).collect()
}

#[test]
fn several_columns_are_passed_through_in_the_order_that_they_are_named_in() {
    let folder = trained();
    let input = String::from_utf8(folder.read("new_penguins.csv")).unwrap();
    let (input, plain) = (columns(&input), predict(&folder, ""));
    let at = |name: &str| input[0].iter().position(|other| *other == name).unwrap();
    let expected = input
        .iter()
        .zip(plain.lines())
        .map(|(row, prediction)| {
            let [sex, observer] = [row[at("sex")], row[at("observer")]];
            format!("{sex},{observer},{prediction}")
        })
        .collect::<Vec<_>>();
    let expected = expected.join("\n") + "\n";
    assert_eq!(predict(&folder, "--id sex,observer"), expected);
    assert_eq!(predict(&folder, "--id sex --id observer"), expected);
    let json = predict(&folder, "--id sex --id observer --json");
    let first: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    let second = columns(&expected)[1].clone();
    let [sex, observer, prediction] = second[..] else { panic!() };
    assert_eq!(first, json!({"sex": sex, "observer": observer, "prediction": prediction}));
}

#[test]
fn all_columns_of_the_input_can_stand_before_the_predictions() {
    let folder = trained();
    let input = String::from_utf8(folder.read("new_penguins.csv")).unwrap();
    let appended = predict(&folder, "--append --proba");
    let plain = predict(&folder, "--proba");
    let expected: Vec<String> =
        input.lines().zip(plain.lines()).map(|(a, b)| format!("{a},{b}")).collect();
    assert_eq!(appended, expected.join("\n") + "\n");
    // They are as unknown to the model as before.
    let ran = folder.forest("predict --model m.bin --data new_penguins.csv --append").succeeds();
    assert!(ran.stderr.contains("ignored: the column 'observer'"), "{}", ran.stderr);
    let strict = "predict --model m.bin --data new_penguins.csv --append --strict columns";
    folder.refuses(strict, 4, &["'observer'"]);
    let json = predict(&folder, "--append --json");
    let first: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    let names: Vec<&str> = input.lines().next().unwrap().split(',').collect();
    assert!(names.iter().all(|name| first[name].is_string()), "{first}");
    assert!(first["prediction"].is_string());
}

/// Cells that CSV has to quote, and such that are not the text of a number.
#[test]
fn cells_that_are_passed_through_stay_as_they_are() {
    let folder = trained();
    let rows = "note,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n\
                \"a, \"\"b\"\"\nc\",Biscoe,046.10,1.39e1,NA,,female,2007\n";
    folder.write("rows.csv", rows);
    let ran = folder.forest("predict --model m.bin --data rows.csv --append --quiet").succeeds();
    let (header, row) = rows.split_once('\n').unwrap();
    let (found_header, found_row) = ran.text().split_once('\n').unwrap();
    assert_eq!(found_header, format!("{header},prediction"));
    assert!(found_row.starts_with(&row[..row.len() - 1]), "{found_row}");
}

#[cfg(feature = "arrow")]
#[test]
fn what_is_passed_through_can_be_written_in_any_format_and_read_again() {
    let folder = trained();
    let expected = predict(&folder, "--id observer,sex --proba");
    for out in ["p.parquet", "p.arrow"] {
        predict(&folder, &format!("--append --out {out}"));
        let again = format!("predict --model m.bin --data {out} --quiet --id observer,sex --proba");
        assert_eq!(folder.forest(&again).succeeds().text(), expected);
    }
}

#[test]
fn names_that_the_output_would_have_twice_are_refused() {
    let folder = trained();
    let table = String::from_utf8(folder.read("new_penguins.csv")).unwrap();
    folder.write("rows.csv", table.replace("observer", "prediction"));
    let predict = "predict --model m.bin --data rows.csv";
    for (flags, words) in [
        ("--append", ["--append 'prediction'", "output"]),
        ("--id sex,prediction", ["--id 'prediction'", "output"]),
        ("--id sex,sex", ["--id names 'sex' twice", "once"]),
        ("--id sex,nobody", ["--id 'nobody'", "not a column"]),
        ("--id sex --append", ["--id", "--append"]),
        ("--append --held-out", ["--append", "--held-out"]),
    ] {
        folder.refuses(&format!("{predict} {flags}"), USAGE, &words);
    }
    folder.refuses("predict --model m.bin --append", USAGE, &["--data"]);
}

/// util-linux's `script` runs a command on a terminal of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_bar_is_drawn_on_a_terminal_and_nowhere_else() {
    let folder = trained();
    if folder.shell("command -v script").code != Some(0) {
        return;
    }
    let table = String::from_utf8(folder.read("penguins.csv")).unwrap();
    let (header, rows) = table.split_once('\n').unwrap();
    folder.write("long.csv", format!("{header}\n{}", rows.repeat(300)));
    for verb in ["predict --out p.csv --force", "evaluate"] {
        let args = format!("{verb} --model m.bin --data long.csv");
        let drawn = |flags: &str| {
            let ran = folder.shell(&format!("script -qec \"$FOREST {args} {flags}\" typescript"));
            String::from_utf8_lossy(&ran.succeeds().stdout).contains(" to go")
        };
        assert!(drawn("") && !drawn("--quiet"), "{verb}");
        let ran = folder.forest(&args).succeeds();
        assert!(!ran.stderr.contains('\r') && !ran.text().contains("to go"), "{}", ran.stderr);
    }
    // Predictions that a person reads there are not written over.
    let shown = "script -qec \"$FOREST predict --model m.bin --data long.csv\" typescript";
    let ran = folder.shell(shown).succeeds();
    assert!(!String::from_utf8_lossy(&ran.stdout).contains("to go"));
}
