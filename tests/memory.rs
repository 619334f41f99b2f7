//! Tables that want more memory than there is: they are refused, with figures, and nothing is ended
//! by the system.

use crate::support::Folder;

const FAILED: i32 = 1;
const USAGE: i32 = 2;

#[test]
fn a_header_of_more_columns_than_a_table_can_have_is_refused_with_its_line() {
    let folder = Folder::new();
    folder.write("t.csv", format!("\n{}\n", ",".repeat(1_000_000)));
    let words = ["t.csv", "line 2", "1000001 columns", "can have 1000000"];
    folder.refuses("train --data t.csv --target y --out m.bin", FAILED, &words);
    let names: Vec<String> = (0..1_000_000).map(|column| column.to_string()).collect();
    folder.write("t.csv", names.join(","));
    folder.refuses("train --data t.csv --target z --out m.bin", USAGE, &["--target 'z'"]);
    // Delimiters in quotes are part of a name.
    folder.write("t.csv", format!("\"{}\",a,y\n1,2,3\n", ",".repeat(1_000_000)));
    folder.refuses("train --data t.csv --target z --out m.bin", USAGE, &["--target 'z'"]);
}

#[cfg(target_os = "linux")]
mod limited {
    use super::{FAILED, Folder, USAGE};
    use crate::support::Ran;

    /// Runs `forest` with so many megabytes of address space.
    fn run(folder: &Folder, megabytes: u32, args: &str) -> Ran {
        folder.shell(&format!("ulimit -v {}; \"$FOREST\" {args}", megabytes * 1000))
    }

    /// Runs what may have enough memory or not: it ends well, or with one error.
    #[track_caller]
    fn ends(folder: &Folder, megabytes: u32, args: &str) -> bool {
        let ran = run(folder, megabytes, args);
        if ran.code == Some(0) {
            return true;
        }
        let words = ["of memory, which cannot be had"];
        let code = ran.code.filter(|code| [FAILED, USAGE].contains(code));
        ran.fails(code.unwrap_or(FAILED), &words);
        false
    }

    const TRAIN: &str = "train --quiet --test-size 0 --trees 1 --max-depth 2 --force --out m.bin";

    #[test]
    fn a_synthetic_table_that_does_not_fit_is_refused_before_it_is_made() {
        let folder = Folder::new();
        for (size, words) in [
            ("--samples 2 --features 10000000", "2 rows × 10000000 columns takes about 6.6 GB"),
            (
                "--samples 100000000 --features 20",
                "100000000 rows × 20 columns takes about 30.4 GB",
            ),
            ("--task regression --samples 2 --features 10000000", "10000000 columns takes"),
        ] {
            run(&folder, 1000, &format!("{TRAIN} {size}")).fails(USAGE, &[words, "--features"]);
        }
        assert!(folder.contents().is_empty());
    }

    #[test]
    fn no_limit_ends_training_on_a_synthetic_table_by_a_signal() {
        let folder = Folder::new();
        let sizes = ["--samples 20000 --features 200", "--samples 20 --features 60000"];
        for size in sizes {
            let args = format!("{TRAIN} {size}");
            let ended = [100, 200, 300, 500, 1500].map(|limit| ends(&folder, limit, &args));
            assert!(!ended[0] && ended[4], "{size}: {ended:?}");
        }
    }

    #[test]
    fn no_limit_ends_reading_a_table_by_a_signal() {
        let folder = Folder::new();
        let numbers = "1,2,0\n2,3,1\n".repeat(1_000_000);
        folder.write("numbers.csv", format!("a,b,y\n{numbers}"));
        let rows = (0..600_000).map(|row| format!("t{row:x},{}\n", row % 2));
        folder.write("texts.csv", format!("a,y\n{}", rows.collect::<String>()));
        let names: Vec<String> = (0..60_000).map(|column| format!("c{column}")).collect();
        let cells = "1,".repeat(60_000);
        let rows = format!("{cells}0\n{cells}1\n").repeat(2);
        folder.write("wide.csv", format!("{},y\n{rows}", names.join(",")));
        for name in ["numbers", "texts", "wide"] {
            let args = format!("{TRAIN} --data {name}.csv --target y");
            let limits = [100, 200, 300, 500, 1500];
            let ended = limits.map(|limit| ends(&folder, limit, &args));
            assert!(!ended[0] && ended[4], "{name}: {ended:?}");
        }
    }

    /// Twelve columns of fifty levels are 600 numbers a row, of which fitting takes four copies; least squares takes their
    /// products, too: (10,000 × 600 × 4 + 2 × 600²) × 8 bytes.
    #[test]
    fn a_rival_that_would_not_fit_in_memory_is_left_out_by_name() {
        let folder = Folder::new();
        let row = |row: usize| {
            let cells = (0..12).map(|column| format!("l{},", row * (column + 7) % 1009 % 50));
            format!("{}{}\n", cells.collect::<String>(), row % 7)
        };
        let names: Vec<String> = (0..12).map(|column| format!("c{column}")).collect();
        let names = names.join(",");
        folder.write("t.csv", format!("{names},y\n{}", (0..20_000).map(row).collect::<String>()));
        let args = "compare --threads 1 --data t.csv --target y --folds 2 --task regression \
                    --algorithms baseline,linear";
        let ran = run(&folder, 300, args).succeeds();
        let words = "left out: fitting linear on 10000 rows × 600 numbers takes about 198 MB";
        assert!(ran.text().contains(words), "{}", ran.text());
    }

    /// The whole file is some 33 MB in one line, and so is the memory that it takes.
    #[test]
    fn a_header_or_a_row_of_millions_of_cells_takes_little_more_than_its_bytes() {
        let folder = Folder::new();
        let commas = ",".repeat(33_000_000);
        folder.write("header.csv", format!("{commas}\n"));
        let args = format!("{TRAIN} --target y --data");
        let words = ["line 1", "33000001 columns"];
        run(&folder, 400, &format!("{args} header.csv")).fails(FAILED, &words);
        folder.write("row.csv", format!("a,b,y\n1,2,0\n{commas}\n"));
        let words = ["line 3", "33000001 cells"];
        run(&folder, 800, &format!("{args} row.csv")).fails(FAILED, &words);
    }
}
