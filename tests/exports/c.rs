//! Models as C99, compiled by the C compiler that Rust links with.

use std::fs::File;
use std::process::{Command, Output};

use forest::Model;
use forest::data::FeatureKind;
use forest::interchange::{ExportFormat, Exported, export};

use super::{MODELS, NASTY, named, rows};
use crate::support::{Folder, Ran};

const WARNINGS: &str = "-std=c99 -Wall -Wextra -pedantic -Wconversion -Wshadow -Werror -O1";

/// Reads rows, and writes the outputs of each and its class.
const MAIN: &str = r#"
#include "model.c"
#include <stdio.h>

int main(void)
{
    float row[FOREST_N_FEATURES];

    while (fread(row, sizeof row, 1, stdin) == 1) {
#if FOREST_N_CLASSES > 0
        double out[FOREST_N_CLASSES];
        const int32_t predicted = forest_predict_class(row);

        forest_predict_proba(row, out);
#else
        const double out[1] = {forest_predict(row)};
        const int32_t predicted = 0;
#endif
        fwrite(out, sizeof out, 1, stdout);
        fwrite(&predicted, sizeof predicted, 1, stdout);
    }
    return 0;
}
"#;

/// Writes all names, then what each line that it reads is as a level of feature 0, an empty line ending each.
const NAMES: &str = r#"
#include "model.c"
#include <stdio.h>

int main(void)
{
    int i;
    char zero;

    printf("%s%c", FOREST_TARGET, 0);
    for (i = 0; i < FOREST_N_FEATURES; i++)
        printf("%s%c%s%c", forest_feature_names[i], 0, forest_feature_kinds[i], 0);
    for (i = 0; i < FOREST_N_CLASSES; i++)
        printf("%s%c", forest_class_names[i], 0);
    while ((i = getchar()) != EOF) {
        static char level[10000];
        size_t n = 0;

        for (; i > 0; i = getchar())
            level[n++] = (char)i;
        level[n] = 0;
        printf("%a%c", (double)forest_level(0, level), 0);
    }
    zero = forest_level(1, "x") != forest_level(1, "x") && forest_level(0, NULL) != forest_level(0, NULL);
    printf("%d", zero);
    return 0;
}
"#;

/// Writes the model and a program beside it, and compiles them with some flags.
fn compile(exported: &Exported, main: &str, flags: &str) -> (Folder, Output) {
    let folder = Folder::new();
    folder.write("model.c", &exported.bytes).write("main.c", main);
    let mut cc = Command::new("cc");
    let cc = cc.current_dir(folder.path(".")).args(flags.split_whitespace());
    let ran = cc.args(["-o", "main", "main.c"]).output();
    (folder, ran.expect("a C compiler, cc, which Rust links with as well"))
}

fn run(folder: &Folder, input: &[u8]) -> Vec<u8> {
    folder.write("in", input);
    let mut main = Command::new(folder.path("main"));
    let ran = main.stdin(File::open(folder.path("in")).unwrap()).output().unwrap();
    Ran::new("main", &ran).succeeds().stdout
}

/// Compares all outputs and classes, to the bit.
#[track_caller]
fn predicts_alike(name: &str, model: &Model, exported: &Exported, flags: &str) {
    let (folder, compiled) = compile(exported, MAIN, flags);
    let stderr = String::from_utf8(compiled.stderr).unwrap();
    assert!(compiled.status.success() && stderr.is_empty(), "{name}: {stderr}");
    let rows = rows(model);
    let input: Vec<u8> = rows.iter().flat_map(|value| value.to_ne_bytes()).collect();
    let found = run(&folder, &input);
    let expected = model.forest().predict_outputs(rows.view()).unwrap();
    let n_outputs = expected.ncols();
    assert_eq!(found.len(), rows.nrows() * (8 * n_outputs + 4), "{name}");
    let is_classifier = model.forest().n_classes() > 0;
    let classes = is_classifier.then(|| model.predict_classes(rows.view()).unwrap());
    for (row, found) in found.chunks(8 * n_outputs + 4).enumerate() {
        let (outputs, class) = found.split_at(8 * n_outputs);
        let outputs = outputs.as_chunks::<8>().0.iter().map(|&bytes| f64::from_ne_bytes(bytes));
        for (now, &then) in outputs.zip(expected.row(row)) {
            assert!(now.to_bits() == then.to_bits(), "{name}, row {row}: {now} {then}");
        }
        let class = u32::from_ne_bytes(class.try_into().unwrap());
        assert!(classes.as_ref().is_none_or(|classes| classes[row] == class), "{name}, row {row}");
    }
}

#[test]
fn c_predicts_to_the_bit_without_a_warning() {
    for (name, model) in &*MODELS {
        let exported = export(model, ExportFormat::C).unwrap();
        let is_calibrated =
            ["calibrated", "sharpened", "softened"].iter().any(|kind| name.starts_with(kind));
        assert_eq!(model.forest().calibration().is_some(), is_calibrated, "{name}");
        predicts_alike(name, model, &exported, WARNINGS);
    }
}

#[test]
fn the_optimiser_changes_no_bit() {
    let native = "-std=gnu17 -O3 -march=native -ffp-contract=fast";
    for name in ["all costs", "calibrated", "calibrated, with costs"] {
        let model = named(name);
        let exported = export(model, ExportFormat::C).unwrap();
        predicts_alike(name, model, &exported, native);
    }
}

#[test]
fn flags_that_change_arithmetic_are_refused_by_the_compiler() {
    let model = named("two classes");
    let exported = export(model, ExportFormat::C).unwrap();
    for flag in ["-ffast-math", "-Ofast", "-ffinite-math-only"] {
        let (_, compiled) = compile(&exported, MAIN, flag);
        let stderr = String::from_utf8(compiled.stderr).unwrap();
        assert!(!compiled.status.success() && stderr.contains("#error"), "{flag}: {stderr}");
    }
}

#[test]
fn names_and_levels_arrive_whatever_is_in_them() {
    let model = named("nasty names");
    let (folder, compiled) = compile(&export(model, ExportFormat::C).unwrap(), NAMES, WARNINGS);
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let FeatureKind::Category { levels } = &model.schema().features[0].kind else { panic!() };
    assert_eq!(levels.len(), 7);
    let unseen = ["unseen", "", "NA", "long "];
    let texts: Vec<&str> = levels.iter().chain(unseen).collect();
    let output = run(&folder, (texts.join("\0") + "\0").as_bytes());
    let mut output = std::str::from_utf8(&output).unwrap().split('\0');

    assert_eq!(output.next(), Some(NASTY[2]));
    let dates =
        ["month", "day", "weekday", "day_of_year"].map(|part| (format!("date.{part}"), part));
    for feature in &model.schema().features {
        let kind = match &feature.kind {
            FeatureKind::Category { .. } => "category".to_owned(),
            FeatureKind::Number { .. } => "number".to_owned(),
            FeatureKind::Date { .. } => "date".to_owned(),
            FeatureKind::DatePart { part, .. } => part.to_string(),
        };
        assert_eq!([output.next(), output.next()], [Some(&*feature.name), Some(&*kind)]);
    }
    let parts = model.schema().features.iter().map(|feature| feature.name.clone());
    assert!(dates.iter().filter(|(name, _)| parts.clone().any(|other| other == *name)).count() > 1);
    for class in model.schema().classes() {
        assert_eq!(output.next(), Some(&*class.name));
    }
    for &value in levels.values() {
        let text = output.next().unwrap();
        assert_eq!(hexadecimal(text), f64::from(value), "{text}");
    }
    assert_eq!(output.next(), Some("0x0p+0"));
    for _missing in 0..2 {
        assert!(output.next().unwrap().ends_with("nan"));
    }
    assert_eq!([output.next(), output.next(), output.next()], [Some("0x0p+0"), Some("1"), None]);
}

/// The number that `printf("%a")` wrote.
fn hexadecimal(text: &str) -> f64 {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |text| (-1.0, text));
    let (digits, exponent) = text.strip_prefix("0x").unwrap().split_once('p').unwrap();
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mantissa = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap() as f64;
    let exponent = exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32;
    sign * mantissa * f64::from(exponent).exp2()
}

#[test]
fn the_example_predicts_what_the_command_does() {
    let folder = Folder::new();
    let row = "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\nBiscoe,48.5,14.1,220,5300,male,2009\n";
    folder.example("penguins.csv").write("new.csv", row);
    folder
        .forest("train --quiet --data penguins.csv --target species --plain --out m.bin")
        .succeeds();
    folder.forest("export m.bin --to c --out model.c").succeeds();
    let predicted = folder.forest("predict --model m.bin --data new.csv --proba").succeeds();
    folder.write("predict.c", include_str!("../../examples/predict.c"));
    let cc = "cc -std=c99 -Wall -Wextra -pedantic -Werror -o predict predict.c";
    folder.shell(cc).succeeds();
    let ran = folder.shell("./predict Biscoe 48.5 14.1 220 5300 male 2009").succeeds();
    assert!(ran.text().starts_with("species: Gentoo ("), "{}", ran.text());
    let proba = ran.text().split(['(', ')']).nth(1).unwrap().parse::<f64>().unwrap();
    assert!(predicted.text().contains(&proba.to_string()), "{}", predicted.text());
    let ran = folder.shell("./predict Biscoe");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("island (category) bill_length_mm (number)"), "{}", ran.stderr);
}
