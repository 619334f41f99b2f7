//! `forest upgrade`.

use forest::Model;
use sha2::{Digest, Sha256};

use super::support::Folder;

const FAILED: i32 = 1;
const USAGE: i32 = 2;

/// A folder with `m.bin`, a model of numbers with quantiles and intervals, categories and missing values.
fn model() -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv");
    let flags = "--drop-missing-target --keep-quantiles --trees 5 --quiet";
    let train = format!("train --data penguins.csv --target body_mass_g {flags} --out m.bin");
    folder.forest(&train).succeeds();
    folder
}

/// The same file from a release that has a section which others may skip (FORMAT.md).
fn with_a_section(file: &[u8]) -> Vec<u8> {
    let mut entry = b"visits\0\0\0\0\0\0\0\0\0\0".to_vec();
    entry.extend([0; 8]);
    entry.extend(4_u64.to_le_bytes());
    // After the entries of the distributions and the covers, which the release knows.
    let mut later = [&file[..136], &entry, &file[136..], b"1234"].concat();
    later[12] = 3;
    let digest = Sha256::new_with_prefix(&later[..40]).chain_update(&later[72..]).finalize();
    later[40..72].copy_from_slice(&digest);
    later
}

#[test]
fn a_file_of_the_newest_format_comes_out_as_it_was() {
    let folder = model();
    let ran = folder.forest("upgrade m.bin --out new.bin").succeeds();
    // 16 probe rows and 1,000 random ones.
    assert!(ran.text().contains("1,016 rows predicted alike to the bit"), "{}", ran.text());
    assert_eq!(folder.read("new.bin"), folder.read("m.bin"));
    let piped = folder.forest_reads("upgrade - --out - --quiet", &folder.read("m.bin")).succeeds();
    assert_eq!(piped.stdout, folder.read("m.bin"));
}

#[test]
fn what_is_not_known_is_left_out_and_named() {
    let folder = model();
    let old = folder.read("m.bin");
    folder.write("later.bin", with_a_section(&old));
    let ran = folder.forest("upgrade later.bin --out later.bin --force --json").succeeds();
    let report: serde_json::Value = serde_json::from_str(ran.text()).unwrap();
    assert_eq!(report["dropped_sections"][0], "visits");
    assert_eq!(report["bytes_before"], old.len() + 36);
    assert_eq!(folder.read("later.bin"), old);
}

#[test]
fn nothing_is_written_over_a_file_or_for_one_that_is_damaged() {
    let folder = model();
    folder.refuses("upgrade m.bin --out m.bin", FAILED, &["m.bin", "--force"]);
    folder.refuses("upgrade penguins.csv --out new.bin", FAILED, &["penguins.csv", "not a forest"]);
    folder.refuses("upgrade none.bin --out new.bin", FAILED, &["none.bin"]);
    folder.refuses("upgrade m.bin", USAGE, &["--out"]);
    let mut damaged = folder.read("m.bin");
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    folder.write("m.bin", damaged).refuses("upgrade m.bin --out new.bin", FAILED, &["SHA-256"]);
}

/// The proof can fail: a model whose probe rows are not what its forest says is not upgraded.
#[test]
fn a_model_that_does_not_predict_what_it_did_is_refused() {
    let folder = model();
    let file = folder.read("m.bin");
    let model = Model::from_bytes(&file).unwrap();
    let output = model.metadata().probes.outputs[[0, 0]];
    let at = file.windows(8).position(|bytes| bytes == output.to_le_bytes()).unwrap();
    let mut other = file;
    other[at..at + 8].copy_from_slice(&output.next_up().to_le_bytes());
    let digest = Sha256::new_with_prefix(&other[..40]).chain_update(&other[72..]).finalize();
    other[40..72].copy_from_slice(&digest);
    folder.write("m.bin", other).refuses("upgrade m.bin --out new.bin", FAILED, &["probe row 0"]);
}
