//! Any bytes are a table or an error, whichever format they are said to be: the first byte says that.

#![no_main]

use std::io::Write;

use forest::data::{Format, ReadOptions, Table};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, content)) = bytes.split_first() else { return };
    let (format, name) = match first % 5 {
        0 => (Format::Csv, "t.csv"),
        1 => (Format::Csv, "t.csv.gz"),
        2 => (Format::Parquet, "t.parquet"),
        3 => (Format::Arrow, "t.arrow"),
        _ => (Format::JsonLines, "t.jsonl"),
    };
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join(name);
    std::fs::File::create(&path)
        .and_then(|mut file| file.write_all(content))
        .expect("and for a file");
    let options = ReadOptions { format: Some(format), ..ReadOptions::new("y") };
    // A table that was read has a row.
    if let Ok(table) = Table::read(&path, &options) {
        assert!(table.n_rows() > 0);
    }
});
