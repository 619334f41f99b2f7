//! What columns are taken for, said before and after training.

use serde_json::Value;

use crate::support::Folder;

#[test]
fn check_says_what_columns_are_taken_for_and_trains_nothing() {
    let folder = Folder::new();
    let mut text = "Datum;Betrag;Menge;Ort;Kunde;Storno\n".to_owned();
    for row in 0..100 {
        let menge = if row % 10 == 0 { "-".to_owned() } else { (row * 37 % 50).to_string() };
        text += &format!(
            "2024-03-{:02};{}.{:03},5{} €;{menge};{};K{row};{}\n",
            row % 28 + 1,
            row % 9 + 1,
            row * 13 % 1000,
            row % 10,
            ["Köln", "Bonn", "Trier"][row % 3],
            ["ja", "nein"][row % 2],
        );
    }
    folder.write("umsatz.csv", text);
    let before = folder.contents();
    let check = "check --data umsatz.csv --target Storno";
    let ran = folder.forest(check).succeeds();
    assert!(folder.contents() == before);
    assert_eq!(ran.stderr, "");
    let words: Vec<Vec<&str>> =
        ran.text().lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(
        words.iter().any(|line| line.starts_with(&["note:", "a", "semicolon"])),
        "{}",
        ran.text()
    );
    for row in [
        &["Storno", "target:", "classes", "0", "2", "classes"][..],
        &["Datum", "date", "0", "2024-03-01", "to", "2024-03-28"],
        &["Betrag", "number", "0", "1000.5", "to"],
        &["Menge", "number", "10", "1", "to", "49", "1234,56"],
        &["Ort", "category", "0", "3", "levels"],
    ] {
        assert!(words.iter().any(|line| line.starts_with(row)), "{row:?} in {}", ran.text());
    }
    assert!(
        ran.text().contains("2 numbers, 1 date, 1 category (3 levels), 1 left out (Kunde)"),
        "{}",
        ran.text()
    );
    assert!(ran.text().contains("identifiers"), "{}", ran.text());

    let ran = folder.forest(&format!("{check} --ignore Kunde --json")).succeeds();
    let json: Value = serde_json::from_str(ran.text()).unwrap();
    assert_eq!(json["delimiter"], ";");
    assert_eq!(json["rows"], 100);
    assert_eq!(json["read"]["left_out"][0], "Kunde");
    let columns = json["columns"].as_array().unwrap();
    let amount = columns.iter().find(|column| column["name"] == "Betrag").unwrap();
    assert_eq!(amount["spelling"], "1.234,56 €");
    assert!(
        json["warnings"][1]["message"].as_str().unwrap().contains("10 cells with '-'"),
        "{json}"
    );

    let ran =
        folder.forest("train --data umsatz.csv --target Storno --out m.bin --json").succeeds();
    let json: Value = serde_json::from_str(ran.text()).unwrap();
    assert_eq!(json["read"]["numbers"], 2);
    assert!(!ran.stderr.contains("note: read"), "{}", ran.stderr);
    let ran = folder
        .forest("train --trees 5 --force --data umsatz.csv --target Storno --out m.bin --quiet --test-size 0");
    assert_eq!(ran.succeeds().stderr, "");
    folder.forest("check").fails(2, &["--data FILE --target COLUMN"]);
    folder.forest("check --data umsatz.csv --target x").fails(2, &["'x' is not a column"]);
}
