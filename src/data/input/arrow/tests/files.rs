//! Files that other systems wrote, and larger ones.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;

use super::{fixture, kind_of, open};
use crate::data::input::arrow::{Batches, Kind, cells};
use crate::data::input::cells::Missing;
use crate::data::input::cells::{Cells, ReadAs};

/// What pyarrow wrote, as texts: the first row and the third, nothing in between.
const COLUMNS: [(&str, [&str; 2]); 26] = [
    ("int8", ["-128", "127"]),
    ("int16", ["-32768", "32767"]),
    ("int32", ["-2147483648", "2147483647"]),
    ("int64", ["-9007199254740993", "9007199254740993"]),
    ("uint8", ["0", "255"]),
    ("uint16", ["0", "65535"]),
    ("uint32", ["0", "4294967295"]),
    ("uint64", ["0", "18446744073709551615"]),
    ("float16", ["0.5", "-2"]),
    ("float32", ["0.1", "1"]),
    ("float64", ["0.1", ""]),
    ("bool", ["true", "false"]),
    ("decimal128", ["-1.5", "12"]),
    ("decimal256", ["0.001", "7"]),
    ("date32", ["2024-02-29", "1969-12-31"]),
    ("date64", ["2024-02-29", "1969-12-31"]),
    ("seconds", ["2024-02-29T12:00:00", "1969-12-31T18:00:00"]),
    ("millis", ["2024-02-29T12:00:00", "1969-12-31T18:00:00"]),
    ("micros_zone", ["2024-02-29T12:00:00Z", "1969-12-31T18:00:00Z"]),
    ("nanos", ["2024-02-29T12:00:00", "1969-12-31T18:00:00"]),
    ("string", ["a", "b"]),
    ("large_string", ["x", ""]),
    ("string_view", ["a text that is longer than twelve bytes", "short"]),
    ("number_texts", ["1.5", "-2"]),
    ("categories", ["u", "u"]),
    ("nothing", ["", ""]),
];

fn texts(batch: &RecordBatch, column: usize) -> Vec<String> {
    let cells = cells(batch.column(column), ReadAs::Text, &Missing::default()).unwrap().unwrap();
    let Cells::Texts(texts) = cells else { panic!("{cells:?}") };
    let text = |&code: &u32| texts.distinct.get(code as usize).cloned().unwrap_or_default();
    texts.codes.iter().map(text).collect()
}

/// The positions of the columns of these names.
fn positions(batches: &Batches, names: &[&str]) -> Vec<usize> {
    let header = batches.header();
    names.iter().map(|name| header.iter().position(|other| other == name).unwrap()).collect()
}

#[test]
fn every_type_that_pyarrow_writes_is_read() {
    for file in ["pyarrow_snappy.parquet", "pyarrow_lz4.arrow"] {
        let mut batches = open(&fixture(file), kind_of(file)).unwrap();
        // In another order than the file's.
        let mut expected = COLUMNS.to_vec();
        expected.reverse();
        let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
        batches.select(&positions(&batches, &names)).unwrap();
        let batch = batches.next().unwrap().unwrap();
        for (column, (name, [first, third])) in expected.into_iter().enumerate() {
            let middle = if name == "categories" { "v" } else { "" };
            assert_eq!(texts(&batch, column), [first, middle, third], "{file}: {name}");
        }
        assert!(batches.next().unwrap().is_none());
    }
}

#[test]
fn numbers_in_a_dictionary_are_numbers() {
    let mut batches = open(&fixture("pyarrow_lz4.arrow"), Kind::Arrow).unwrap();
    batches.select(&positions(&batches, &["number_categories"])).unwrap();
    assert_eq!(texts(&batches.next().unwrap().unwrap(), 0), ["10", "", "20"]);
}

#[test]
fn what_is_no_column_of_numbers_dates_or_texts_is_refused_when_it_is_asked_for() {
    let bytes = fixture("pyarrow_lz4.arrow");
    for name in ["list", "struct", "binary", "time", "duration"] {
        let mut batches = open(&bytes, Kind::Arrow).unwrap();
        let error = batches.select(&positions(&batches, &[name])).unwrap_err();
        assert_eq!((error.column(), error.file()), (Some(name), Some("table")));
        assert!(error.help().unwrap().to_string().contains("`ignore`"), "{error}");
    }
}

#[test]
fn every_codec_that_pyarrow_writes_is_read() {
    for file in [
        "pyarrow_zstd.parquet",
        "pyarrow_gzip.parquet",
        "pyarrow_lz4.parquet",
        "pyarrow_zstd.arrow",
    ] {
        let mut batches = open(&fixture(file), kind_of(file)).unwrap();
        let batch = batches.next().unwrap().unwrap();
        assert_eq!(texts(&batch, 0), ["-2147483648", "", "2147483647"], "{file}");
        assert_eq!(texts(&batch, 1), ["a", "", "b"], "{file}");
    }
}

#[test]
fn a_stream_is_read_as_a_file_is() {
    let mut batches = open(&fixture("pyarrow_stream.arrow"), Kind::Arrow).unwrap();
    assert_eq!(batches.header(), ["int32", "string", "categories"]);
    batches.select(&[2]).unwrap();
    for _ in 0..2 {
        assert_eq!(texts(&batches.next().unwrap().unwrap(), 0), ["u", "v", "u"]);
    }
    assert!(batches.next().unwrap().is_none());
}

/// A table of `n_rows` numbers, and their texts.
fn table(n_rows: i64) -> RecordBatch {
    let numbers = Arc::new(Int64Array::from_iter_values(0..n_rows)) as ArrayRef;
    let texts = (0..n_rows).map(|number| number.to_string());
    let texts = Arc::new(StringArray::from_iter_values(texts)) as ArrayRef;
    RecordBatch::try_from_iter([("number", numbers), ("text", texts)]).unwrap()
}

fn as_parquet(table: &RecordBatch) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), None).unwrap();
    writer.write(table).unwrap();
    writer.into_inner().unwrap()
}

fn as_file(table: &RecordBatch) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &table.schema()).unwrap();
    writer.write(table).unwrap();
    writer.into_inner().unwrap()
}

fn as_stream(table: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &table.schema()).unwrap();
    writer.write(table).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn a_large_file_comes_in_batches_that_do_not_exceed_some_ten_thousand_rows() {
    let table = table(40_000);
    let files = [
        (as_parquet(&table), Kind::Parquet),
        (as_file(&table), Kind::Arrow),
        (as_stream(&table), Kind::Arrow),
    ];
    for (bytes, kind) in files {
        let mut batches = open(&bytes, kind).unwrap();
        batches.select(&[1, 0]).unwrap();
        let mut n_rows = 0;
        while let Some(batch) = batches.next().unwrap() {
            assert!(batch.num_rows() <= 1 << 14);
            assert_eq!(texts(&batch, 0)[0], n_rows.to_string());
            assert_eq!(texts(&batch, 0), texts(&batch, 1));
            n_rows += batch.num_rows();
        }
        assert_eq!(n_rows, 40_000);
    }
}

#[test]
fn a_table_without_rows_has_a_header_and_no_batch() {
    let table = table(0);
    for (bytes, kind) in [(as_parquet(&table), Kind::Parquet), (as_file(&table), Kind::Arrow)] {
        let mut batches = open(&bytes, kind).unwrap();
        assert_eq!(batches.header(), ["number", "text"]);
        assert!(batches.next().unwrap().is_none());
    }
}
