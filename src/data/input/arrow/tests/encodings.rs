//! The encodings and versions of Parquet's pages.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};

use super::open;
use crate::data::input::arrow::Kind;
use crate::data::input::arrow::texts::texts;

#[test]
fn every_encoding_and_both_versions_of_pages_are_read() {
    let n_rows = 5000;
    let some = |row: i32| (row % 7 != 0).then_some(row);
    let numbers = (0..n_rows).map(some).collect::<Int32Array>();
    let wide = Int64Array::from_iter_values((0..n_rows).map(|row| i64::from(row) << 32));
    let floats = (0..n_rows).map(|row| some(row).map(f64::from)).collect::<Float64Array>();
    let booleans =
        (0..n_rows).map(|row| some(row).map(|row| row % 3 == 0)).collect::<BooleanArray>();
    let text = |row: i32| some(row).map(|row| format!("the text of row {}", row / 3));
    let texts_of = (0..n_rows).map(text).collect::<StringArray>();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("numbers", Arc::new(numbers)),
        ("wide", Arc::new(wide)),
        ("floats", Arc::new(floats)),
        ("booleans", Arc::new(booleans)),
        ("texts", Arc::new(texts_of)),
    ];
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let plain = [("numbers", Encoding::PLAIN), ("texts", Encoding::PLAIN)];
    let delta = [("numbers", Encoding::DELTA_BINARY_PACKED), ("texts", Encoding::DELTA_BYTE_ARRAY)];
    let other =
        [("floats", Encoding::BYTE_STREAM_SPLIT), ("texts", Encoding::DELTA_LENGTH_BYTE_ARRAY)];
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for encodings in [None, Some(plain), Some(delta), Some(other)] {
            let mut properties = WriterProperties::builder()
                .set_writer_version(version)
                .set_data_page_row_count_limit(600);
            if let Some(encodings) = encodings {
                properties = properties.set_dictionary_enabled(false);
                for (name, encoding) in encodings {
                    properties = properties.set_column_encoding(name.into(), encoding);
                }
            }
            let properties = properties.set_compression(Compression::ZSTD(ZstdLevel::default()));
            let properties = Some(properties.build());
            let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), properties).unwrap();
            writer.write(&table).unwrap();
            let bytes = writer.into_inner().unwrap();
            let mut batches = open(&bytes, Kind::Parquet).unwrap();
            let mut start = 0;
            while let Some(batch) = batches.next().unwrap() {
                for column in [0, 1, 2, 3] {
                    let expected = table.column(column).slice(start, batch.num_rows());
                    assert_eq!(batch.column(column), &expected, "{version:?} {encodings:?}");
                }
                let found = texts(batch.column(4)).unwrap();
                for row in 0..batch.num_rows() {
                    assert_eq!(found(row).map(str::to_owned), text((start + row) as i32));
                }
                start += batch.num_rows();
            }
            assert_eq!(start, n_rows as usize, "{version:?} {encodings:?}");
        }
    }
}
