//! Tables that are packed: streams after one another, archives, bombs, and what is no table.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::support::Folder;

const FAILED: i32 = 1;

const USAGE: i32 = 2;

const TRAIN: &str = "train --target y --trees 1 --quiet --out m.bin --data";

fn table(n_rows: u32) -> String {
    let row = |i: u32| format!("{},{}\n", i * 7 % 11, ["no", "yes"][(i % 11 / 6) as usize]);
    format!("x,y\n{}", (0..n_rows).map(row).collect::<String>())
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// A zip archive of these files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive_by(CompressionMethod::Deflated, files)
}

fn archive_by(method: CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn streams_after_one_another_are_one_table() {
    let folder = Folder::new();
    let text = table(40);
    let (first, second) = text.as_bytes().split_at(50);
    folder.write("t.csv.bz2", [bzip2(first), bzip2(second)].concat());
    folder.forest(&format!("{TRAIN} t.csv.bz2")).succeeds();
    let rows = folder.forest("inspect m.bin --json").succeeds();
    assert!(rows.text().replace(' ', "").contains("\"rows\":40"), "{}", rows.text());
}

#[test]
fn the_digest_of_a_packed_table_is_that_of_its_file() {
    let folder = Folder::new();
    let text = table(40);
    folder.write("t.csv.bz2", bzip2(text.as_bytes()));
    folder.write("t.zip", archive(&[("t.csv", text.as_bytes())]));
    for name in ["t.csv.bz2", "t.zip"] {
        let digest = forest::data::Sha256Digest::new(&folder.read(name)).to_string();
        folder.forest(&format!("{TRAIN} {name} --force")).succeeds();
        assert!(folder.forest("inspect m.bin --json").succeeds().text().contains(&digest));
        folder.forest("evaluate --model m.bin").succeeds();
        let train = format!("{TRAIN} - --force");
        folder.forest_reads(&train, &folder.read(name)).succeeds();
        assert!(folder.forest("inspect m.bin --json").succeeds().text().contains(&digest));
    }
}

#[test]
fn an_archive_with_one_table_is_that_table() {
    let folder = Folder::new();
    let text = table(40);
    let text = text.as_bytes();
    let stored = archive_by(CompressionMethod::Stored, &[("t.csv", text)]);
    for (zip, flags) in [
        (archive(&[("t.csv", text)]), ""),
        (stored, ""),
        (archive(&[("adult.data", text)]), ""),
        (archive(&[("a/README.md", b"read me"), ("a/t.csv", text), ("a/.DS_Store", b"x")]), ""),
        (
            archive(&[("t.jsonl", b"{\"x\":1,\"y\":0}\n{\"x\":2,\"y\":1}\n{\"x\":2,\"y\":1}\n")]),
            "--test-size 0 --format jsonl",
        ),
    ] {
        folder.write("t.zip", &zip);
        folder.forest(&format!("{TRAIN} t.zip --force {flags}")).succeeds();
        let predict = format!("predict --model m.bin --quiet {flags}").replace("--test-size 0", "");
        let from_file = folder.forest(&format!("{predict} --data t.zip")).succeeds();
        let from_pipe = folder.forest_reads(&format!("{predict} --data -"), &zip).succeeds();
        assert!(from_file.stdout == from_pipe.stdout && from_file.stdout.len() > 10);
    }
}

#[test]
fn an_archive_that_is_no_table_is_refused_with_the_names_in_it() {
    let text = table(40);
    let text = text.as_bytes();
    let mut wrong_crc = archive(&[("t.csv", text)]);
    let at = wrong_crc.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap() + 16;
    wrong_crc[at] ^= 1;
    for (zip, words) in [
        (
            archive(&[("b.csv", text), ("a.csv", text)]),
            &["2 files", "'b.csv'", "'a.csv'", "unpack"][..],
        ),
        (archive(&[("a.txt", text), ("b.txt", text)]), &["2 files", "'a.txt'"]),
        (archive(&[]), &["empty"]),
        (archive(&[(".hidden", text)]), &["empty"]),
        (archive(&[("xl/workbook.xml", b"<"), ("[Content_Types].xml", b"<")]), &["Excel", "CSV"]),
        (archive(&[("mimetype", b"a"), ("content.xml", b"<")]), &["OpenDocument", "CSV"]),
        (archive(&[("x.npy", b"a"), ("y.npy", b"<")]), &["NumPy", "to_csv"]),
        (archive(&[("t.csv", &archive(&[("t.csv", text)]))]), &["zip archive", "unpack"]),
        (wrong_crc, &["zip data is damaged", "check sum"]),
    ] {
        let folder = Folder::new();
        folder.write("t.zip", zip);
        folder.refuses(&format!("{TRAIN} t.zip"), FAILED, &[&["t.zip"], words].concat());
    }
}

/// What is packed a thousand times over is read in little memory, and refused where its row has no end.
#[cfg(target_os = "linux")]
#[test]
fn bombs_take_no_memory() {
    let folder = Folder::new();
    let zeros = [b"x,y\n".to_vec(), vec![b'0'; 80 << 20]].concat();
    folder.write("t.csv.bz2", bzip2(&zeros));
    folder.write("t.zip", archive(&[("t.csv", &zeros)]));
    for name in ["t.csv.bz2", "t.zip"] {
        let limits = "ulimit -v 600000; ulimit -t 60";
        let line = format!("{limits}; exec \"$FOREST\" {TRAIN} {name} --threads 2");
        folder.shell(&line).fails(FAILED, &[name, "line 2", "longer than 64 MiB"]);
    }
}

/// The header of `xz --lzma2=dict=1536MiB`, whose dictionary is announced in one byte.
#[test]
fn an_xz_stream_may_not_need_more_than_128_mib() {
    let folder = Folder::new();
    let whole = std::fs::read("tests/fixtures/formats/penguins.csv.xz").unwrap();
    let mut forged = whole.clone();
    // The block header: size, flags, the filter's id, its number of properties, the dictionary's size.
    assert_eq!(&forged[12..16], [2, 0, 0x21, 1]);
    forged[16] = 39;
    let crc = &mut flate2::Crc::new();
    crc.update(&forged[12..20]);
    forged[20..24].copy_from_slice(&crc.sum().to_le_bytes());
    folder.write("t.csv.xz", forged);
    folder.refuses(&format!("{TRAIN} t.csv.xz"), FAILED, &["t.csv.xz", "xz", "more than 128 MiB"]);
}

#[test]
fn predictions_are_not_packed_in_ways_that_are_only_read() {
    let folder = Folder::new();
    folder.write("t.csv", table(40));
    folder.forest(&format!("{TRAIN} t.csv")).succeeds();
    for (name, word) in [("p.csv.bz2", "bzip2"), ("p.csv.xz", "xz"), ("p.zip", "zip")] {
        let predict = format!("predict --model m.bin --data t.csv --out {name}");
        folder.refuses(&predict, USAGE, &[name, word, ".gz"]);
    }
    let predict = "predict --model m.bin --data t.csv --out p.parquet.gz";
    folder.refuses(predict, USAGE, &["p.parquet.gz", "packed twice"]);
}

#[test]
fn files_of_other_programs_are_called_what_they_are() {
    let gzip = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    for (name, bytes, words) in [
        ("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".to_vec(), ["Excel", "CSV"]),
        ("t.rds", gzip(b"X\n\0\0\0\x03\0\x04\x03\x01"), [".rds", "readRDS"]),
        ("t.RData", gzip(b"RDX3\nX\n"), ["R's", "load("]),
        ("t.sav", b"$FL2@(#) SPSS DATA FILE".to_vec(), ["SPSS", "read_spss"]),
        ("t.dta", b"<stata_dta><header>".to_vec(), ["Stata", "read_stata"]),
        ("t.h5", b"\x89HDF\r\n\x1a\n\0\0".to_vec(), ["HDF5", "read_hdf"]),
        ("t.npy", b"\x93NUMPY\x01\0".to_vec(), ["NumPy", "numpy.load"]),
        ("t.orc", b"ORC\x08\x03".to_vec(), ["ORC", "read_orc"]),
        ("t.db", b"SQLite format 3\0".to_vec(), ["SQLite", "sqlite3 -header -csv"]),
        ("t.csv", b"<!DOCTYPE html><html>".to_vec(), ["web page", "download"]),
        ("t.feather", b"FEA1\0\0\0\0".to_vec(), ["Feather", "version 1"]),
        ("t.csv.lz4", b"\x04\x22\x4d\x18\x64\x40".to_vec(), ["lz4", "unpack"]),
        ("t.parquet.gz", gzip(b"PAR1\x15\x04\x15"), ["gzip", "unpack"]),
    ] {
        let folder = Folder::new();
        folder.write(name, bytes);
        folder.refuses(
            &format!("{TRAIN} {name}"),
            FAILED,
            &[&[name, "help: "], &words[..]].concat(),
        );
    }
}

/// What the advice says works, where there is an iconv.
#[cfg(unix)]
#[test]
fn text_in_another_encoding_is_converted_as_the_advice_says() {
    let text = "ort,y\n".to_owned() + &"Köln,1\nZürich,0\n".repeat(20);
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [b"\xff\xfe", &little[..]].concat();
    for bytes in [latin, little, big, marked] {
        let folder = Folder::new();
        folder.write("old.csv", bytes);
        let ran =
            folder.refuses(&format!("{TRAIN} old.csv"), FAILED, &["old.csv", "UTF-8", "iconv -f"]);
        let call = ran.stderr.split("iconv ").nth(1).unwrap().lines().next().unwrap();
        let line = format!(
            "command -v iconv > there || exit 0; iconv {call} && exec \"$FOREST\" {TRAIN} new.csv"
        );
        folder.shell(&line).succeeds();
    }
}
