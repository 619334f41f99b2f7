//! Model files that are damaged, foreign, from the future or made to do harm: each is refused with
//! one message, or found sound in all that is done with it. None brings the program down.

use std::collections::HashSet;

use forest::{ErrorKind, Model};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::endures::is_endured;
use crate::support::Folder;

/// A file cannot be read, written or used.
const FAILED: i32 = 1;

// The header: magic, format, oldest reader, number of further sections, three lengths, digest (FORMAT.md).
const FORMAT: usize = 8;
const OLDEST_READER: usize = 10;
const N_FURTHER: usize = 12;
const LENGTHS: [usize; 3] = [16, 24, 32];
const DIGEST: usize = 40;
const HEADER_LEN: usize = 72;
/// An entry of the table of further sections …
const ENTRY_LEN: usize = 32;
/// … which has two.
const TABLE_LEN: usize = 2 * ENTRY_LEN;

/// A folder with a small model in `m.bin`, and the model's bytes.
fn small_model() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    let train = "train --trees 1 --samples 50 --features 3 --redundant 0 --out m.bin";
    folder.forest(train).succeeds();
    let bytes = folder.read("m.bin");
    (folder, bytes)
}

/// Likewise, with a model of numbers, gaps, words, dates and weights that gives quantiles, and row
/// numbers that it left out.
fn rich_model() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    let row = |row: u32| {
        let (word, gap) =
            (["red", "blue", "grey"][row as usize % 3], ["", "7.5"][row as usize % 2]);
        format!("{row},{word},{gap},{:02}.01.2024,{}.5,{}\n", row + 1, row * row, row % 4)
    };
    let table: String = (0..20).map(row).collect();
    folder.write("t.csv", "id,word,gap,day,y,w\n".to_owned() + &table);
    let flags =
        "--trees 1 --keep-quantiles --sample-weight w --missing none --no-intervals --quiet";
    folder.forest(&format!("train --data t.csv --target y --out m.bin {flags}")).succeeds();
    let bytes = folder.read("m.bin");
    (folder, bytes)
}

/// Likewise, of a forest that was refined.
fn refined_model() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    let refine = "--cut auto --shrinkage auto --calibrate auto";
    let table = "--samples 60 --features 3 --redundant 0";
    folder.forest(&format!("train --trees 2 {table} {refine} --out m.bin")).succeeds();
    let bytes = folder.read("m.bin");
    (folder, bytes)
}

/// Likewise, of numbers, with out-of-bag residuals.
fn interval_model() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    let table = "--task regression --samples 30 --features 2";
    folder.forest(&format!("train --trees 2 {table} --out m.bin")).succeeds();
    let bytes = folder.read("m.bin");
    (folder, bytes)
}

/// Likewise, with a threshold that training found.
fn decided_model() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    let table = "--samples 60 --features 3 --redundant 0";
    folder.forest(&format!("train --trees 2 {table} --threshold auto:f1 --out m.bin")).succeeds();
    let bytes = folder.read("m.bin");
    (folder, bytes)
}

const N_WIDE: usize = 129;

/// A model whose features two bytes number.
fn wide_model() -> Vec<u8> {
    let folder = Folder::new();
    let train = "train --trees 1 --plain --samples 50";
    folder.forest(&format!("{train} --features {N_WIDE} --out m.bin")).succeeds();
    folder.read("m.bin")
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(*bytes[at..].first_chunk().unwrap())
}

/// With a digest that says that the bytes are as they have to be.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let digest = Sha256::new_with_prefix(&bytes[..DIGEST]).chain_update(&bytes[HEADER_LEN..]);
    let digest = digest.finalize();
    bytes[DIGEST..HEADER_LEN].copy_from_slice(&digest);
    bytes
}

/// With `new` at a place, and a digest that fits.
fn forged(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    sealed(bytes)
}

#[track_caller]
fn refuses_bytes(bytes: &[u8], what: &str) {
    match Model::from_bytes(bytes) {
        Ok(_) => panic!("{what} is taken for a model"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Model, "{what}: {error}"),
    }
}

fn endures(bytes: &[u8]) -> bool {
    is_endured(Model::from_bytes(bytes))
}

#[test]
fn every_altered_bit_is_found() {
    let (folder, bytes) = small_model();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut altered = bytes.clone();
            altered[at] ^= 1 << bit;
            refuses_bytes(&altered, &format!("byte {at} with bit {bit} flipped"));
        }
    }
    for at in (0..HEADER_LEN).step_by(5).chain((HEADER_LEN..bytes.len()).step_by(150)) {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        folder.write("m.bin", altered).refuses("verify m.bin", FAILED, &["m.bin", "help: "]);
    }
}

#[test]
fn every_truncation_is_found() {
    let (folder, bytes) = small_model();
    for len in 0..bytes.len() {
        refuses_bytes(&bytes[..len], &format!("the first {len} bytes"));
    }
    for len in [1, 7, 8, 12, 40, 71, 72, 73, 1000, bytes.len() - 1] {
        folder.write("m.bin", &bytes[..len]);
        let words = ["m.bin", &format!("ends after {len} of"), "copy it again"];
        folder.refuses("verify m.bin", FAILED, &words);
        folder.refuses("predict --model m.bin", FAILED, &words);
    }
}

#[test]
fn bytes_after_the_end_are_found() {
    let (folder, bytes) = small_model();
    for rest in [&b"\n"[..], &[0; 1000], &bytes] {
        let longer = [&bytes, rest].concat();
        refuses_bytes(&longer, "a file that goes on");
        folder.write("m.bin", &longer).refuses("verify m.bin", FAILED, &["m.bin", "goes on"]);
        let ran = folder.forest_reads("verify -", &longer);
        ran.fails(FAILED, &["standard input", "goes on"]);
    }
}

#[test]
fn a_model_that_is_not_there_is_named_whatever_is_asked_of_it() {
    let (folder, _) = small_model();
    folder.write("empty.bin", "");
    std::fs::create_dir(folder.path("models")).unwrap();
    for (name, words) in [
        ("no.bin", ["no.bin", "cannot open"]),
        ("empty.bin", ["empty.bin", "file is empty"]),
        ("models", ["models", "folder"]),
    ] {
        for verb in ["verify", "inspect", "predict --model", "evaluate --model"] {
            folder.refuses(&format!("{verb} {name}"), FAILED, &words);
        }
        folder.refuses(&format!("predict --out new.csv --model {name}"), FAILED, &words);
    }
    let ran = folder.forest_reads("verify -", b"");
    ran.fails(FAILED, &["standard input", "empty"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_no_model() {
    let folder = Folder::new();
    folder.refuses("verify /dev/null", FAILED, &["/dev/null", "empty"]);
    folder.refuses("verify /dev/zero", FAILED, &["/dev/zero", "not a forest model"]);
}

#[test]
fn a_file_of_another_kind_is_said_to_be_what_it_is() {
    let (folder, bytes) = small_model();
    let as_text: Vec<u8> = String::from_utf8_lossy(&bytes).into_owned().into();
    let unix_lines: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != b'\r').collect();
    for (content, kind) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "PNG"),
        (b"\x80\x05\x95\x1a\0\0\0\0\0\0\0\x8c\x08builtins\x8c\x04eval\x93.", "pickle"),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "ZIP"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "gzip"),
        (b"a,b,y\n1,2,0\n3,4,1\n", "text"),
        (b"{\"trees\": []}", "text"),
        (&[0; 100], "not a forest model"),
        (&[0xff; 100], "not a forest model"),
        (&as_text, "not a forest model"),
        (&unix_lines, "line ends"),
    ] {
        folder.write("m.bin", content);
        let words = ["m.bin", "not a forest model", kind, "forest train"];
        let verbs = ["verify", "inspect", "predict --model", "evaluate --model"];
        // What a pickle would import is listed.
        for verb in verbs.into_iter().filter(|verb| (*verb, kind) != ("inspect", "pickle")) {
            folder.refuses(&format!("{verb} m.bin"), FAILED, &words);
        }
    }
}

#[test]
fn zeros_are_not_said_to_look_like_text() {
    let folder = Folder::new();
    folder.write("m.bin", [0; 100]);
    let ran = folder.refuses("verify m.bin", FAILED, &["m.bin", "not a forest model"]);
    assert!(!ran.stderr.contains("looks like text"), "{}", ran.stderr);
}

#[test]
fn a_file_for_later_readers_asks_for_an_update() {
    let (folder, bytes) = small_model();
    for [format, oldest_reader] in [[2_u16, 2], [3, 2], [u16::MAX, u16::MAX]] {
        let versions = [format.to_le_bytes(), oldest_reader.to_le_bytes()].concat();
        let mut later = bytes.clone();
        later[FORMAT..FORMAT + 4].copy_from_slice(&versions);
        for file in [later, forged(&bytes, FORMAT, &versions)] {
            let words = ["m.bin", &format!("format {format}"), "reads format 1", "update"];
            folder.write("m.bin", file).refuses("verify m.bin", FAILED, &words);
        }
    }
}

#[test]
fn a_file_of_a_later_format_that_this_release_understands_is_read() {
    let (folder, bytes) = small_model();
    let mut later = bytes.clone();
    later[FORMAT] = 2;
    folder.write("m.bin", later).refuses("verify m.bin", FAILED, &["SHA-256"]);

    let later = forged(&bytes, FORMAT, &2_u16.to_le_bytes());
    folder.write("m.bin", &later).forest("verify m.bin").succeeds();
    // Its last sections may have more in them than this release knows of.
    let at = HEADER_LEN + TABLE_LEN - 8;
    let len = u64_at(&later, at) + 8;
    let longer = forged(&[&later[..], &[7; 8]].concat(), at, &len.to_le_bytes());
    folder.write("m.bin", longer).forest("verify m.bin").succeeds();
    let later = without_further(&later);
    let forest = u64_at(&later, LENGTHS[2]) + 8;
    let longer = forged(&[&later[..], &[7; 8]].concat(), LENGTHS[2], &forest.to_le_bytes());
    folder.write("m.bin", longer).forest("verify m.bin").succeeds();
}

/// An entry of the table of further sections.
fn entry(name: &str, is_required: u8, len: u64) -> Vec<u8> {
    let mut entry = name.as_bytes().to_vec();
    entry.resize(16, 0);
    entry.extend([is_required, 0, 0, 0, 0, 0, 0, 0]);
    entry.extend(len.to_le_bytes());
    entry
}

/// The length of the further sections, distributions and covers, which are the last.
fn further(bytes: &[u8]) -> usize {
    let len = |entry: usize| u64_at(bytes, HEADER_LEN + entry * ENTRY_LEN - 8) as usize;
    len(1) + len(2)
}

/// A file that lacks the further sections.
fn without_further(bytes: &[u8]) -> Vec<u8> {
    let (header, rest) = bytes.split_at(HEADER_LEN);
    let rest = &rest[TABLE_LEN..rest.len() - further(bytes)];
    forged(&[header, rest].concat(), N_FURTHER, &[0])
}

/// A file with these entries, and these bytes at its end.
fn with_sections(bytes: &[u8], entries: &[Vec<u8>], sections: &[u8]) -> Vec<u8> {
    let (header, rest) = bytes.split_at(HEADER_LEN + TABLE_LEN);
    let file = [header, &entries.concat(), rest, sections].concat();
    forged(&file, N_FURTHER, &(2 + entries.len() as u32).to_le_bytes())
}

#[test]
fn sections_that_a_reader_may_skip_are_skipped() {
    let (folder, bytes) = small_model();
    let entries = [entry("visits", 0, 5), entry("a", 0, 0), entry("sixteen_letters_", 0, 3)];
    let file = with_sections(&bytes, &entries, b"12345678");
    let model = Model::from_bytes(&file).unwrap();
    assert!(model == Model::from_bytes(&bytes).unwrap());
    assert!(model == Model::read(&file[..]).unwrap());
    folder.write("m.bin", &file).forest("verify m.bin").succeeds();
    for len in HEADER_LEN..file.len() {
        refuses_bytes(&file[..len], &format!("{len} bytes"));
        assert!(Model::read(&file[..len]).is_err());
    }
    refuses_bytes(&with_sections(&bytes, &entries, b"123456789"), "a byte too many");
}

#[test]
fn sections_that_a_reader_has_to_know_ask_for_an_update() {
    let (folder, bytes) = small_model();
    let file = with_sections(&bytes, &[entry("a", 0, 1), entry("gain_map", 1, 2)], b"123");
    let words = ["m.bin", "'gain_map'", "written by forest 0.", "this is forest 0.", "update"];
    folder.write("m.bin", &file).refuses("verify m.bin", FAILED, &words);
    folder.write("m.bin", &bytes);
    let later = forged(&bytes, FORMAT, &[9, 0, 9, 0]);
    // The program's name stands where every format has it.
    let name = HEADER_LEN + TABLE_LEN + 8;
    let later = forged(&later, name, b"forest 9");
    let words = ["written by forest 9", "format 9", "reads format 1", "update"];
    folder.write("m.bin", &later).refuses("verify m.bin", FAILED, &words);
}

#[test]
fn a_section_that_is_known_may_also_be_one_that_a_reader_has_to_know() {
    let (_, bytes) = small_model();
    let required = forged(&bytes, HEADER_LEN + 16, &[1]);
    assert!(Model::from_bytes(&required).unwrap() == Model::from_bytes(&bytes).unwrap());
}

#[test]
fn a_table_of_sections_that_cannot_be_is_damage() {
    let (_, bytes) = small_model();
    let padded = |at: usize| {
        let mut entry = entry("name", 0, 0);
        entry[at] = 1;
        entry
    };
    for (entries, what) in [
        (vec![entry("", 0, 0)], "no name"),
        (vec![entry("Name", 0, 0)], "a capital"),
        (vec![entry("a b", 0, 0)], "a space"),
        (vec![entry("name", 2, 0)], "neither required nor not"),
        (vec![padded(15)], "a name that goes on after its end"),
        (vec![padded(20)], "a byte that has to be zero"),
        (vec![entry("a", 0, 0), entry("b", 0, 0), entry("a", 0, 0)], "a name twice"),
        (vec![entry("distributions", 0, 0)], "a known name twice"),
        (vec![entry("covers", 0, 0)], "another known name twice"),
        (vec![entry("a", 0, 1)], "a section that is not there"),
        (vec![entry("a", 0, u64::MAX)], "a section without an end"),
        ((0..63).map(|n| entry(&format!("s{n}"), 0, 0)).collect(), "too many"),
    ] {
        refuses_bytes(&with_sections(&bytes, &entries, b""), what);
    }
    let all: Vec<Vec<u8>> = (0..62).map(|n| entry(&format!("s{n}"), 0, 0)).collect();
    assert!(Model::from_bytes(&with_sections(&bytes, &all, b"")).is_ok());
    let bytes = without_further(&bytes);
    assert!(Model::from_bytes(&bytes).is_ok());
    for n in [1_u32, 64, 65, u32::MAX] {
        refuses_bytes(&forged(&bytes, N_FURTHER, &n.to_le_bytes()), "a table that is not there");
    }
}

#[test]
fn versions_that_cannot_be_are_damage() {
    let (_, bytes) = small_model();
    for (format, oldest_reader) in [(0_u16, 0_u16), (0, 1), (1, 0), (1, 2)] {
        let file = forged(&bytes, FORMAT, &format.to_le_bytes());
        let file = forged(&file, OLDEST_READER, &oldest_reader.to_le_bytes());
        refuses_bytes(&file, &format!("format {format} for {oldest_reader}"));
    }
}

#[test]
fn lengths_beyond_the_file_are_refused() {
    let (folder, bytes) = small_model();
    let huge = [u64::MAX, u64::MAX - 71, 1 << 63, 1 << 40, 1 << 20];
    for len in huge {
        for at in LENGTHS {
            let file = forged(&bytes, at, &len.to_le_bytes());
            refuses_bytes(&file, &format!("{len} at {at}"));
            folder.write("m.bin", file).refuses("verify m.bin", FAILED, &["m.bin", "help: "]);
        }
    }
    // Lengths whose sum, with the header's, is the file's length in 64 bits.
    let len = (bytes.len() - HEADER_LEN - TABLE_LEN - further(&bytes)) as u64;
    for lengths in [[u64::MAX, 1, len], [1 << 63, 1 << 63, len], [len + 1, u64::MAX, 0]] {
        let file = forged(&bytes, LENGTHS[0], &lengths.map(u64::to_le_bytes).concat());
        folder.write("m.bin", &file).refuses("verify m.bin", FAILED, &["m.bin", "lengths"]);
        refuses_bytes(&file, &format!("{lengths:?}"));
    }
    // Lengths that add up, but part the sections elsewhere.
    for shift in [1, 8] {
        let metadata = (u64_at(&bytes, LENGTHS[0]) - shift).to_le_bytes();
        let schema = (u64_at(&bytes, LENGTHS[1]) + shift).to_le_bytes();
        refuses_bytes(
            &forged(&bytes, LENGTHS[0], &[metadata, schema].concat()),
            "shifted sections",
        );
    }
}

#[test]
fn a_level_that_is_there_twice_is_refused() {
    let folder = Folder::new();
    folder.write("t.csv", "word,y\n".to_owned() + &"LEVEL0,a\nLEVEL1,b\nLEVEL1,a\n".repeat(9));
    folder.forest("train --trees 2 --data t.csv --target y --out m.bin").succeeds();
    let bytes = folder.read("m.bin");
    let at = bytes.windows(6).position(|text| text == b"LEVEL1").unwrap();
    let error = Model::from_bytes(&forged(&bytes, at, b"LEVEL0")).unwrap_err();
    assert!(error.to_string().contains("one is there twice"), "{error}");
}

#[test]
fn huge_numbers_anywhere_are_endured() {
    for (_, bytes) in
        [small_model(), rich_model(), refined_model(), interval_model(), decided_model()]
    {
        for at in HEADER_LEN..bytes.len() - 8 {
            for number in [u64::MAX, 1 << 63, 1 << 40, 1 << 31, bytes.len() as u64] {
                endures(&forged(&bytes, at, &number.to_le_bytes()));
            }
        }
    }
}

#[test]
fn every_value_of_every_byte_is_endured_also_with_the_right_digest() {
    let (mut tried, mut n_taken) = (HashSet::new(), 0);
    for (folder, bytes) in
        [small_model(), rich_model(), refined_model(), interval_model(), decided_model()]
    {
        // What is as in a file before, with all around it, was tried there.
        let is_new = |at: &usize| match bytes.get(at.wrapping_sub(8)..at + 8) {
            Some(around) => tried.insert(around.to_vec()),
            None => true,
        };
        let places = (0..DIGEST).chain(HEADER_LEN..bytes.len()).filter(is_new).collect();
        n_taken += endures_every_value(&bytes, places);
        for at in (HEADER_LEN..bytes.len()).step_by(200) {
            ends_in_order(&folder, &forged(&bytes, at, &[bytes[at] ^ 1]));
        }
    }
    // Thresholds, probe rows, scores and the date may have other values.
    assert!(n_taken > 50_000, "{n_taken}");
    // The table of further sections …
    let (_, bytes) = small_model();
    let file = with_sections(&bytes, &[entry("visits", 0, 5)], b"12345");
    endures_every_value(&file, (N_FURTHER..DIGEST).chain(HEADER_LEN..HEADER_LEN + 64).collect());
    // … and trees of so many features that two bytes number them; nothing else is new.
    let bytes = wide_model();
    let importances = 8 * (1 + N_WIDE);
    let end = bytes.len() - further(&bytes);
    let forest = end - u64_at(&bytes, LENGTHS[2]) as usize;
    endures_every_value(&bytes, (forest..end - importances).collect());
}

/// Gives each of these bytes every other value. Returns how often that was taken for a model.
fn endures_every_value(bytes: &[u8], places: Vec<usize>) -> usize {
    let n_taken = |at: usize| {
        let mut file = bytes.to_vec();
        // Up to the byte the digest is that of all its values.
        let before = Sha256::new_with_prefix(&bytes[..at.min(DIGEST)]);
        let before = before.chain_update(bytes.get(HEADER_LEN..at).unwrap_or_default());
        let is_taken = |mask: &u8| {
            file[at] = bytes[at] ^ mask;
            let mut digest = before.clone();
            if at < DIGEST {
                digest.update(&file[at..DIGEST]);
            }
            digest.update(&file[at.max(HEADER_LEN)..]);
            file[DIGEST..HEADER_LEN].copy_from_slice(&digest.finalize());
            endures_in_brief(&file, [0x01, 0x10, 0x80, 0xff].contains(mask))
        };
        (1..=u8::MAX).filter(is_taken).count()
    };
    places.into_par_iter().map(n_taken).sum()
}

/// Loads a file and verifies it; does all with it if that is wanted.
fn endures_in_brief(file: &[u8], all: bool) -> bool {
    let loaded = Model::from_bytes(file);
    if all || loaded.is_err() {
        return is_endured(loaded);
    }
    loaded.is_ok_and(|model| {
        let _ = model.verify();
        true
    })
}

#[test]
fn many_altered_bytes_are_endured_also_with_the_right_digest() {
    let models = [small_model(), rich_model(), refined_model(), decided_model()];
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    for round in 0..6000 {
        let (folder, bytes) = &models[round % models.len()];
        let mut file = bytes.clone();
        for _ in 0..rng.gen_range(2..6) {
            let at = rng.gen_range(HEADER_LEN..file.len());
            let len = rng.gen_range(1..=(file.len() - at).min(8));
            rng.fill(&mut file[at..at + len]);
        }
        let file = sealed(file);
        endures(&file);
        if round % 300 < models.len() {
            ends_in_order(folder, &file);
        }
    }
}

#[test]
fn a_section_cut_short_is_refused_also_with_the_right_digest() {
    for (_, bytes) in [small_model(), rich_model(), refined_model(), interval_model()] {
        let at = HEADER_LEN + TABLE_LEN - 8;
        let all = u64_at(&bytes, at);
        for len in 0..all {
            let file = &bytes[..bytes.len() - (all - len) as usize];
            refuses_bytes(&forged(file, at, &len.to_le_bytes()), &format!("{len} bytes"));
        }
        let bytes = without_further(&bytes);
        let forest = u64_at(&bytes, LENGTHS[2]);
        for len in 0..forest {
            let file = &bytes[..bytes.len() - (forest - len) as usize];
            refuses_bytes(&forged(file, LENGTHS[2], &len.to_le_bytes()), &format!("{len} bytes"));
        }
    }
}

/// Runs every verb on a file that may be anything.
fn ends_in_order(folder: &Folder, file: &[u8]) {
    folder.write("m.bin", file);
    for verb in ["verify", "inspect", "predict --model", "evaluate --model"] {
        let ran = folder.forest(&format!("{verb} m.bin"));
        assert!(matches!(ran.code, Some(0 | 1)), "{}: {:?}\n{}", ran.what, ran.code, ran.stderr);
    }
}

#[test]
fn a_file_whose_settings_cannot_be_blames_the_file_and_no_flag() {
    let (folder, bytes) = small_model();
    // The split: a test size of 0.25, the seed 42, not stratified.
    let split = [&0.25_f64.to_le_bytes()[..], &42_u32.to_le_bytes(), &[0]].concat();
    let at = bytes.windows(split.len()).position(|window| window == split).unwrap();
    for test_size in [0.999, 1.5, -1.0, f64::NAN] {
        folder.write("m.bin", forged(&bytes, at, &f64::to_le_bytes(test_size)));
        for verb in ["predict", "evaluate"] {
            folder.refuses(&format!("{verb} --model m.bin"), FAILED, &["m.bin"]);
        }
    }
}

#[test]
fn a_file_of_fewer_or_more_bins_than_there_can_be_is_refused() {
    let folder = Folder::new();
    folder.forest("train --trees 1 --samples 50 --max-bins 10000 --out m.bin").succeeds();
    let bytes = folder.read("m.bin");
    let setting = b"max_bins10000";
    let at = bytes.windows(setting.len()).position(|window| window == setting).unwrap();
    let at = at + "max_bins".len();
    for (n_bins, is_right) in [("00002", true), ("65535", true), ("00001", false), ("65536", false)]
    {
        folder.write("m.bin", forged(&bytes, at, n_bins.as_bytes()));
        if is_right {
            folder.forest("inspect m.bin").succeeds();
        } else {
            folder.refuses("inspect m.bin", FAILED, &["m.bin", "settings"]);
        }
    }
}

#[test]
fn a_threshold_or_costs_that_cannot_be_are_refused() {
    let folder = Folder::new();
    let train = "train --trees 1 --samples 50 --force --out m.bin";
    for (flags, old, news) in [
        (
            "--threshold 0.25",
            "threshold0.25",
            &["threshold1.25", "threshold-.25", "threshold 0.2"][..],
        ),
        (
            "--threshold 0.25",
            "threshold0.25",
            &["threshold0x25", "threshold_NaN", "thresholdinfin"],
        ),
        (
            "--cost FN=2.5",
            "cost1>0=2.5",
            &["cost1>1=2.5", "cost2>0=2.5", "cost1>0=-.5", "cost1>0=NaN"],
        ),
        (
            "--cost FN=2.5",
            "cost1>0=2.5",
            &["cost1-0=2.5", "cost1>0=2,5", "cost0>0=2.5", "cost1>0>0=1"],
        ),
        ("--threshold auto:f1", "threshold_byf1", &["threshold_byf2"]),
        ("--threshold auto:f1", "threshold_score0", &["threshold_score2", "threshold_score-"]),
        ("--threshold auto:f1", "threshold_score0", &["threshold_by_me0", "threshold_scorf0"]),
    ] {
        folder.forest(&format!("{train} {flags}")).succeeds();
        let bytes = folder.read("m.bin");
        let at = bytes.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
        for new in news {
            let new = &new.as_bytes()[..old.len()];
            folder.write("m.bin", forged(&bytes, at, new));
            folder.refuses("inspect m.bin", FAILED, &["m.bin", "setting"]);
        }
    }
}
