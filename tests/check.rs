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
    let ignored = serde_json::json!({"column": "Kunde", "reason": "ignored"});
    assert_eq!(json["read"]["left_out"][0], ignored);
    assert_eq!(json["read"]["levels"], serde_json::json!({"min": 3, "max": 3}));
    let columns = json["columns"].as_array().unwrap();
    let amount = columns.iter().find(|column| column["name"] == "Betrag").unwrap();
    assert_eq!(amount["spelling"], "1.234,56 €");
    assert_eq!((&amount["kind"], &amount["min"]), (&"number".into(), &1000.5.into()));
    let target = &columns[0];
    assert_eq!(
        [&target["role"], &target["kind"], &target["classes"]],
        [&Value::from("target"), &"classes".into(), &2.into()]
    );
    // 2024-03-01, in days since 1970.
    let date = columns.iter().find(|column| column["name"] == "Datum").unwrap();
    assert_eq!((&date["kind"], &date["min"]), (&"date".into(), &19_783.0.into()));
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

#[test]
fn a_star_stands_for_columns_and_a_slip_is_told_what_it_may_have_been() {
    let folder = Folder::new();
    folder.write("t.csv", "num_a,num_b,name,y\n1,5,x,no\n2,6,y,yes\n3,7,x,no\n4,8,z,yes\n");
    let ran = folder.forest("check --data t.csv --target y --ignore num_* --json").succeeds();
    let json: Value = serde_json::from_str(ran.text()).unwrap();
    let columns = json["columns"].as_array().unwrap().iter();
    let names: Vec<&str> = columns.map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["y", "name"]);
    let none = folder.forest("check --data t.csv --target y --ignore nom_*");
    none.fails(2, &["--ignore 'nom_*' is not a column"]);
    let slip = folder.forest("check --data t.csv --target y --ignore Num_A");
    slip.fails(2, &["did you mean 'num_a'?", "the columns are 'num_a'"]);

    folder.forest("train --data t.csv --target y --test-size 0 --trees 2 --out m.bin").succeeds();
    folder.write("new.csv", "num_A,num_b,name\n1,5,x\n");
    let renamed = folder.forest("predict m.bin --data new.csv");
    renamed.fails(1, &["the model needs the column 'num_a'", "is 'num_a' meant to be 'num_A'?"]);
}
