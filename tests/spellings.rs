//! Numbers, delimiters and missing values as people and their programs write them.

use serde_json::Value;

use crate::support::{Folder, built};

const TRAIN: &str = "train --trees 5 --drop-missing-target --force";

/// The rows of a table of two features and a target: a price with thousands and cents, also negative, a
/// share, and a sum of both; as numbers that `write` writes.
fn rows(write: impl Fn(f64) -> [String; 3]) -> Vec<[String; 3]> {
    let number = |row: i32| f64::from((row * 7919) % 500_000 - 100_000) / 100.0;
    (1..=200).map(|row| write(number(row))).collect()
}

fn table(header: &str, delimiter: &str, rows: &[[String; 3]]) -> String {
    let lines = rows.iter().map(|row| row.join(delimiter) + "\n");
    std::iter::once(format!("{header}\n")).chain(lines).collect()
}

/// The numbers of a row as English programs write them.
fn plain(number: f64) -> [String; 3] {
    [format!("{number:.2}"), format!("{:.1}", number / 100.0), format!("{:.2}", 2.0 * number + 7.5)]
}

/// 1234567.5 with a mark between thousands and one before the two decimals.
fn spell(plain: &str, thousands: &str, decimal: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text += thousands;
        }
        text.push(digit);
    }
    let decimals = if fraction.is_empty() { String::new() } else { format!("{decimal}{fraction}") };
    format!("{sign}{text}{decimals}")
}

/// What a model of one table predicts for the rows of a table.
fn predictions(folder: &Folder, model: &str, data: &str) -> String {
    let ran = folder.forest(&format!("predict --quiet --model {model} --data {data}")).succeeds();
    ran.text().to_owned()
}

/// Makes the cells of a row those of another program.
type Write = fn([String; 3]) -> [String; 3];

/// Trains on a file; gives what is said.
fn train(folder: &Folder, data: &str, target: &str, out: &str) -> String {
    folder.forest(&format!("{TRAIN} --data {data} --target {target} --out {out}")).succeeds().stderr
}

fn schema(folder: &Folder, model: &str) -> Value {
    let ran = folder.forest(&format!("inspect --schema {model}")).succeeds();
    serde_json::from_str(ran.text()).unwrap()
}

#[test]
fn a_table_in_any_spelling_gives_the_forest_of_its_english_twin() {
    let folder = Folder::new();
    let english = rows(plain);
    folder.write("english.csv", table("price,share,sum", ",", &english));
    train(&folder, "english.csv", "sum", "english.bin");
    let expected = predictions(&folder, "english.bin", "english.csv");
    let cases: [(&str, &str, Write, [&str; 3]); 8] = [
        (
            "Excel in German",
            ";",
            |cells| cells.map(|cell| spell(&cell, ".", ",")),
            ["1.234,56", "1234,56", "1.234,56"],
        ),
        (
            "R's write.csv2",
            ";",
            |cells| cells.map(|cell| spell(&cell, "", ",")),
            ["1234,56", "1234,56", "1234,56"],
        ),
        (
            "Excel in French",
            ";",
            |[price, share, sum]| {
                let spaced = |cell: &str| spell(cell, "\u{202f}", ",");
                [spaced(&price) + "\u{a0}€", spaced(&share) + "\u{a0}%", spaced(&sum) + "\u{a0}€"]
            },
            ["1 234,56 €", "1234,56%", "1 234,56 €"],
        ),
        (
            "Excel in Swiss German",
            ";",
            |[price, share, sum]| {
                let swiss = |cell: &str| spell(cell, "'", ".");
                [format!("CHF {}", swiss(&price)), share, swiss(&sum).replace('\'', "’")]
            },
            ["CHF 1'234.56", "", "1'234.56"],
        ),
        (
            "American accounting",
            ",",
            |[price, share, sum]| {
                let dollars = |cell: &str| match spell(cell, ",", ".").strip_prefix('-') {
                    Some(owed) => format!("\" $({owed}) \""),
                    None => format!("\" ${} \"", spell(cell, ",", ".")),
                };
                [dollars(&price), share + "%", dollars(&sum)]
            },
            ["$1,234.56", "1234.56%", "$1,234.56"],
        ),
        (
            "SAP",
            "\t",
            |cells| {
                cells.map(|cell| match spell(&cell, ".", ",").strip_prefix('-') {
                    Some(owed) => format!("{owed}-"),
                    None => spell(&cell, ".", ","),
                })
            },
            ["1.234,56", "1234,56", "1.234,56"],
        ),
        (
            "a scale that writes its unit",
            "|",
            |[price, share, sum]| [price + " kg", format!("+{share} g/l").replace("+-", "-"), sum],
            ["1234.56 kg", "1234.56 g/l", ""],
        ),
        (
            "brackets alone",
            ",",
            |cells| {
                cells.map(|cell| match cell.strip_prefix('-') {
                    Some(owed) => format!("({owed})"),
                    None => cell,
                })
            },
            ["1234.56", "1234.56", "1234.56"],
        ),
    ];
    for (name, delimiter, write, spellings) in cases {
        let spelled: Vec<_> = english.iter().cloned().map(write).collect();
        folder.write(
            "other.csv",
            table("price,share,sum".replace(',', delimiter).as_str(), delimiter, &spelled),
        );
        let said = train(&folder, "other.csv", "sum", "other.bin");
        assert_eq!(predictions(&folder, "other.bin", "other.csv"), expected, "{name}");
        let schema = schema(&folder, "other.bin");
        let found = [&schema["features"][0], &schema["features"][1], &schema["target"]];
        for (found, spelling) in found.into_iter().zip(spellings) {
            assert_eq!(found["spelling"].as_str().unwrap_or(""), spelling, "{name}");
            assert!(
                said.contains(&format!("written like {spelling}")) || spelling.is_empty(),
                "{said}"
            );
        }
        assert!(!said.contains("decimals or thousands"), "{name}: {said}");
        let inspected = folder.forest("inspect other.bin").succeeds();
        assert!(inspected.text().contains(&format!("written like {}", spellings[0])), "{name}");
    }
}

#[test]
fn the_penguins_in_german_are_the_penguins() {
    let folder = Folder::new();
    folder.example("penguins.csv");
    let german = String::from_utf8(folder.read("penguins.csv")).unwrap();
    folder.write("pinguine.csv", german.replace(',', ";").replace('.', ","));
    for target in ["species", "body_mass_g", "bill_length_mm"] {
        train(&folder, "penguins.csv", target, "en.bin");
        let said = train(&folder, "pinguine.csv", target, "de.bin");
        assert!(said.contains("a semicolon is taken for the delimiter between cells"), "{said}");
        let expected = predictions(&folder, "en.bin", "penguins.csv");
        assert_eq!(predictions(&folder, "de.bin", "pinguine.csv"), expected);
        for data in built(&[], &["penguins.parquet"], &[]) {
            let fixture = std::path::Path::new("tests/fixtures/formats").join(data);
            folder.write(data, std::fs::read(fixture).unwrap());
            assert_eq!(predictions(&folder, "de.bin", data), expected, "{data}");
        }
        let evaluated = folder.forest("evaluate --model de.bin").succeeds();
        assert!(evaluated.text().contains("came back exactly"), "{}", evaluated.text());
    }
    // The model's spelling is that of new rows as well: another is an error, not another number.
    folder
        .forest("predict --model de.bin --data penguins.csv")
        .fails(1, &["line 2", "'18.7' is not a number", "written like 1234,56"]);
}

#[test]
fn a_mark_before_three_digits_is_what_the_rest_of_the_table_says_or_is_doubted() {
    let folder = Folder::new();
    let lengths = |name: &str| -> Vec<f64> {
        let mins = schema(&folder, name)["features"][0].clone();
        ["min", "max"].map(|end| mins[end].as_f64().unwrap()).to_vec()
    };
    let lines = |header: &str, cells: [&str; 4]| -> String {
        let line = |row: usize| cells[row % 4].replace('#', &row.to_string()) + "\n";
        std::iter::once(format!("{header}\n")).chain((0..40).map(line)).collect()
    };
    let doubt = "may have decimals or thousands";
    for (name, text, flags, ends, is_doubted) in [
        (
            "nothing says",
            lines("x,y", ["\"1,234\",a", "\"2,500\",b", "\"2,750\",a", "500,b"]),
            "",
            [500.0, 2750.0],
            true,
        ),
        (
            "a flag",
            lines("x,y", ["\"1,234\",a", "\"2,500\",b", "\"2,750\",a", "500,b"]),
            "--decimal ,",
            [1.234, 500.0],
            false,
        ),
        (
            "a flag for thousands",
            lines("x,y", ["\"1,234\",a", "\"2,500\",b", "\"2,750\",a", "500,b"]),
            "--thousands ,",
            [500.0, 2750.0],
            false,
        ),
        (
            "two groups",
            lines("x,y", ["\"1,234\",a", "\"2,500\",b", "\"2,750,000\",a", "500,b"]),
            "",
            [500.0, 2_750_000.0],
            false,
        ),
        (
            "a zero",
            lines("x,y", ["\"1,234\",a", "\"0,500\",b", "\"2,750\",a", "3,b"]),
            "",
            [0.5, 3.0],
            false,
        ),
        (
            "another column's point",
            lines(
                "x,y,z",
                ["\"1,234\",a,0.51", "\"2,500\",b,7.25", "\"2,750\",a,3", "500,b,3.14159"],
            ),
            "",
            [500.0, 2750.0],
            false,
        ),
        (
            "another column's comma",
            lines("x;y;z", ["1,234;a;0,5", "2,500;b;7,25", "2,750;a;3", "500;b;3,5"]),
            "",
            [1.234, 500.0],
            false,
        ),
        (
            "the semicolon",
            lines("x;y", ["1,234;a", "2,500;b", "2,750;a", "500;b"]),
            "",
            [1.234, 500.0],
            true,
        ),
        // What reads as a plain number is none in a table of decimal commas.
        (
            "thousands with a point",
            lines("x;y;z", ["1.234;a;0,5", "2.500;b;7,25", "3.000;a;3", "500;b;3,5"]),
            "",
            [500.0, 3000.0],
            false,
        ),
        (
            "a flag against a point",
            lines("x;y", ["1.234;a", "2.500;b", "3.000;a", "500;b"]),
            "--thousands .",
            [500.0, 3000.0],
            false,
        ),
        (
            "a plain number",
            lines("x;y", ["1.234;a", "2.500;b", "3.000;a", "500;b"]),
            "",
            [1.234, 500.0],
            false,
        ),
    ] {
        folder.write("t.csv", &text);
        let said = train(&folder, &format!("t.csv {flags}"), "y", "m.bin");
        let found = lengths("m.bin");
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6 * b.abs();
        assert!(found.iter().zip(&ends).all(near), "{name}: {found:?}");
        assert_eq!(said.contains(doubt), is_doubted, "{name}: {said}");
        assert_eq!(predictions(&folder, "m.bin", "t.csv").lines().count(), 41, "{name}");
    }
}

#[test]
fn marks_that_there_are_not_are_refused() {
    let folder = Folder::new();
    folder.write("t.csv", "x,y\n1,a\n2,b\n");
    for (flags, words) in [
        ("--decimal ;", "a point or a comma"),
        ("--thousands _", "a space or an apostrophe"),
        ("--decimal , --thousands ,", "--decimal and --thousands are the same"),
    ] {
        folder
            .forest(&format!("{TRAIN} --data t.csv --target y --out n.bin {flags}"))
            .fails(2, &[words]);
    }
}

#[test]
fn words_for_a_missing_value_are_that_among_numbers_and_dates_and_levels_elsewhere() {
    let folder = Folder::new();
    let words = ["N/A", "n/a", "#N/A", "<NA>", "na", "None", "none", "Null", "?", "-", "."];
    let mut text = "amount,day,grade,label\n".to_owned();
    for row in 0..200 {
        let word = words.get(row / 7).copied().filter(|_| row % 7 == 0);
        let amount = word.map_or(format!("{row}.5"), str::to_owned);
        let day = word.map_or(format!("2024-01-{:02}", row % 28 + 1), str::to_owned);
        let grade = word.unwrap_or(["a", "b"][row % 2]);
        text += &format!("{amount},{day},{grade},{}\n", ["?", "-"][row / 100]);
    }
    folder.write("t.csv", &text);
    let said = train(&folder, "t.csv", "label", "m.bin");
    for column in ["amount", "day"] {
        let note = format!("note: in the column '{column}' 11 cells with '#N/A'");
        assert!(said.contains(&note), "{said}");
    }
    assert!(said.contains("read 1 number, 1 date, 1 category (13 levels)"), "{said}");
    let schema = schema(&folder, "m.bin");
    let features = schema["features"].as_array().unwrap();
    let missing = |name: &str| {
        features.iter().find(|feature| feature["name"] == name).unwrap()["missing"].as_u64()
    };
    assert!(missing("amount") > Some(0) && missing("day") > Some(0), "{schema}");
    assert_eq!(missing("grade"), Some(0), "{schema}");
    assert_eq!(schema["target"]["classes"][0]["name"], "-");
    // The same words, and those that training had not, in rows to predict.
    folder.write("new.csv", "amount,day,grade\n?,?,?\nNone,2024-01-03,a\n,,\n\u{a0},\u{a0}-,b\n");
    let ran = folder.forest("predict --model m.bin --data new.csv").succeeds();
    assert_eq!(ran.text().lines().count(), 5);
    assert!(!ran.stderr.contains("amount"), "{}", ran.stderr);

    // A target of numbers has no such numbers; of classes it has such classes.
    let said = folder
        .forest("train --data t.csv --target amount --out a.bin")
        .fails(1, &["11 rows have no target", "line 2"]);
    assert!(said.stderr.contains("--drop-missing-target"), "{}", said.stderr);
    let said = train(&folder, "t.csv", "amount", "a.bin");
    assert!(said.contains("11 rows without a target left out"), "{said}");
    let said = train(&folder, "t.csv", "grade", "g.bin");
    assert!(!said.contains("left out"), "{said}");
}

#[test]
fn one_odd_cell_among_spelled_numbers_is_named() {
    let folder = Folder::new();
    let mut text = "preis;menge;y\n".to_owned();
    for row in 0..60 {
        let preis = if row == 33 { "auf Anfrage".to_owned() } else { format!("{row},{row:02}") };
        text += &format!("{preis};{row};{}\n", row % 2);
    }
    folder.write("t.csv", text);
    let said = train(&folder, "t.csv", "y", "m.bin");
    assert!(said.contains("'preis' is numbers or dates but for 'auf Anfrage'"), "{said}");
    folder.forest("train --data t.csv --target y --numeric preis --out n.bin").fails(
        1,
        &["line 35", "column 'preis'", "'auf Anfrage' is not a number", "written like 1234,56"],
    );
    folder
        .forest("train --data t.csv --target preis --task regression --out n.bin")
        .fails(1, &["line 35", "'auf Anfrage'", "--task regression predicts numbers"]);
    // What is asked for as texts stays texts.
    train(&folder, "t.csv --categorical preis,menge", "y", "m.bin");
    assert_eq!(schema(&folder, "m.bin")["features"][0]["kind"], "category");
}

#[test]
fn what_only_looks_like_numbers_stays_text() {
    let folder = Folder::new();
    for cells in [
        ["12 kg", "12 g", "7 kg", "5"],
        ["18-24", "25-34", "35-44", "45-54"],
        ["A1", "A2", "A3", "A4"],
        ["1,5", "1.5", "2,5", "2.5"],
        ["10.0.0.1", "10.0.0.2", "10.0.1.1", "10.1.0.1"],
        ["030 123 456", "031 123 456", "0 123 456", "030 1"],
        ["１２", "１３", "１", "２"],
        ["1_0", "2_0", "3_0", "4_0"],
        ["12,34,567", "1,23,456", "9,99,999", "1"],
    ] {
        let line = |row: usize| format!("\"{}\",{}\n", cells[row % 4], row % 2);
        folder.write("t.csv", "x,y\n".to_owned() + &(0..40).map(line).collect::<String>());
        train(&folder, "t.csv", "y", "m.bin");
        assert_eq!(schema(&folder, "m.bin")["features"][0]["kind"], "category", "{cells:?}");
    }
}

#[test]
fn the_delimiter_is_found_and_recorded() {
    let folder = Folder::new();
    let english = table("a,b,y", ",", &rows(plain));
    folder.write("comma.csv", &english);
    train(&folder, "comma.csv", "y", "comma.bin");
    let expected = predictions(&folder, "comma.bin", "comma.csv");
    for (delimiter, name) in [(";", "a semicolon"), ("\t", "a tab"), ("|", "'|'")] {
        folder.write("t.csv", english.replace(',', delimiter));
        let said = train(&folder, "t.csv", "y", "m.bin");
        assert!(
            said.contains(&format!("{name} is taken for the delimiter between cells")),
            "{said}"
        );
        assert_eq!(predictions(&folder, "m.bin", "t.csv"), expected);
        assert_eq!(predictions(&folder, "comma.bin", "t.csv"), expected);
        let ran = folder.forest("inspect m.bin --json").succeeds();
        let json: Value = serde_json::from_str(ran.text()).unwrap();
        assert_eq!(json["metadata"]["data"]["delimiter"], delimiter);
    }
    // A semicolon in texts is none between cells.
    folder.write("t.csv", "a,b\n1,x;y\n2,\"u;v\nw\"\n3,x;y\n4,\"u;v\nw\"\n");
    let said = train(&folder, "t.csv --test-size 0", "b", "m.bin");
    assert!(!said.contains("is taken for"), "{said}");
}
