//! Small Parquet and Arrow files that ask for a lot: refused, in little memory.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, NullArray, RecordBatch, StringArray,
};
use arrow_ipc::writer::StreamWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::support::{Folder, Ran};

const FAILED: i32 = 1;

/// Reads a table in 500 MB and 20 seconds of a processor.
fn train(folder: &Folder, file: &str) -> Ran {
    let limits = "ulimit -v 500000; ulimit -t 20";
    folder.shell(&format!(
        "{limits}; exec \"$FOREST\" train --data {file} --target y --trees 1 --threads 2 --quiet --out m.bin"
    ))
}

/// Two classes in turn.
fn classes(n_rows: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values((0..n_rows).map(|row| ["a", "b"][row % 2])))
}

fn as_parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_page_size_limit(1 << 24)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).unwrap();
    writer.write(&table).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn forged_page_headers_take_no_memory() {
    let numbers = Arc::new(Float64Array::from_iter_values((0..200).map(f64::from)));
    let bytes = as_parquet(vec![("x", numbers), ("y", classes(200))]);
    // The first page's header: its kind, lengths, number of values, each a number of a few bytes.
    for at in 4..30 {
        let folder = Folder::new();
        let forged = [&bytes[..at], &[0xfe, 0xff, 0xff, 0xff, 0x0f], &bytes[at + 2..]].concat();
        folder.write("t.parquet", forged);
        train(&folder, "t.parquet").fails(FAILED, &["t.parquet", "column 'x'"]);
    }
}

#[test]
fn one_long_text_in_every_row_is_refused_by_its_column() {
    let n_rows = 20_000;
    let text: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(1 << 20)]));
    let keys = Int32Array::from(vec![0; n_rows]);
    let texts = Arc::new(DictionaryArray::<Int32Type>::new(keys, text));
    let bytes = as_parquet(vec![("s", texts), ("y", classes(n_rows))]);
    assert!(bytes.len() < 20_000, "{}", bytes.len());
    let folder = Folder::new();
    folder.write("t.parquet", bytes);
    train(&folder, "t.parquet").fails(FAILED, &["t.parquet", "row 1", "column 's'", "--ignore"]);
    folder
        .shell("\"$FOREST\" train --data t.parquet --target y --ignore s --out m.bin")
        .fails(FAILED, &["no column"]);
}

#[test]
fn two_thousand_million_rows_of_nothing_are_refused_at_once() {
    let n_rows = 1000;
    let columns = vec![
        ("x", Arc::new(NullArray::new(n_rows)) as ArrayRef),
        ("y", Arc::new(NullArray::new(n_rows))),
    ];
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = StreamWriter::try_new(Vec::new(), &table.schema()).unwrap();
    writer.write(&table).unwrap();
    let mut bytes = writer.into_inner().unwrap();
    for at in 0..bytes.len() - 8 {
        if bytes[at..at + 8] == (n_rows as i64).to_le_bytes() {
            bytes[at..at + 8].copy_from_slice(&i64::from(i32::MAX).to_le_bytes());
        }
    }
    let folder = Folder::new();
    folder.write("t.arrow", bytes);
    train(&folder, "t.arrow")
        .fails(FAILED, &["t.arrow", "column 'x'", "2147483647 rows", "--ignore"]);
}
