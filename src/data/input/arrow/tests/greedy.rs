//! Files that ask for more memory or time than their size can mean.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, NullArray, RecordBatch, StringArray,
};
use arrow_ipc::convert::IpcSchemaEncoder;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_ipc::{Block, CompressionType, FooterArgs, MetadataVersion, root_as_footer};
use arrow_schema::{DataType, Field, Schema};
use flatbuffers::FlatBufferBuilder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};

use super::{fixture, kind_of, open};
use crate::data::input::arrow::texts::{light, texts};
use crate::data::input::arrow::{Kind, MOST_PART_BYTES};
use crate::{Error, ErrorKind, Result};

/// Reads all rows of all columns, and gives how many there are.
fn read(bytes: &[u8], kind: Kind) -> Result<usize> {
    let mut batches = open(bytes, kind)?;
    let mut n_rows = 0;
    while let Some(batch) = batches.next()? {
        n_rows += batch.num_rows();
    }
    Ok(n_rows)
}

#[track_caller]
fn refused(bytes: &[u8], kind: Kind, words: &str) -> Error {
    let error = read(bytes, kind).unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::Data, Some("table")), "{error}");
    assert!(error.message().to_string().contains(words), "no '{words}': {error}");
    error
}

fn table(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn zstd() -> WriterPropertiesBuilder {
    WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()))
}

fn as_parquet(table: &RecordBatch, properties: WriterPropertiesBuilder) -> Vec<u8> {
    let properties = Some(properties.build());
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), properties).unwrap();
    writer.write(table).unwrap();
    writer.into_inner().unwrap()
}

fn as_arrow(tables: &[RecordBatch]) -> Vec<u8> {
    let options = IpcWriteOptions::default();
    let options = options.try_with_compression(Some(CompressionType::ZSTD)).unwrap();
    let schema = tables[0].schema();
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
    for table in tables {
        writer.write(table).unwrap();
    }
    writer.into_inner().unwrap()
}

/// `n_rows` rows of one text of `n_bytes`, which both formats keep once.
fn repeated(n_rows: usize, n_bytes: usize) -> RecordBatch {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(n_bytes)]));
    let keys = Int32Array::from(vec![0; n_rows]);
    table(vec![("text", Arc::new(DictionaryArray::<Int32Type>::new(keys, text)))])
}

fn repeated_in_files(n_rows: usize, n_bytes: usize) -> [(Vec<u8>, Kind); 2] {
    let table = repeated(n_rows, n_bytes);
    let properties = zstd().set_dictionary_page_size_limit(1 << 24);
    [(as_parquet(&table, properties), Kind::Parquet), (as_arrow(&[table]), Kind::Arrow)]
}

/// Another description at the end of a Parquet file.
fn with_metadata(bytes: &[u8], change: impl Fn(ParquetMetaData) -> ParquetMetaData) -> Vec<u8> {
    let length = u32::from_le_bytes(*bytes[..bytes.len() - 4].last_chunk().unwrap()) as usize;
    let start = bytes.len() - 8 - length;
    let metadata = ParquetMetaDataReader::decode_metadata(&bytes[start..start + length]).unwrap();
    let mut changed = bytes[..start].to_vec();
    let mut footer = Vec::new();
    ParquetMetaDataWriter::new(&mut footer, &change(metadata)).finish().unwrap();
    changed.extend(footer);
    changed
}

/// The fixtures with a number of 32 bits, as Thrift and as flatbuffers write it, forged at each place.
/// It runs in a process of its own, which may have 500 MB.
#[test]
#[cfg(target_os = "linux")]
fn a_forged_number_anywhere_takes_no_memory_to_speak_of() {
    const NAME: &str =
        "data::input::arrow::tests::greedy::a_forged_number_anywhere_takes_no_memory_to_speak_of";
    if std::env::var_os("FORGE_NUMBERS").is_none() {
        let limited = "ulimit -v 500000; exec \"$0\" --exact \"$1\"";
        let ran = std::process::Command::new("sh")
            .args(["-c", limited])
            .arg(std::env::current_exe().unwrap())
            .arg(NAME)
            .env("FORGE_NUMBERS", "1")
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        return;
    }
    for name in [
        "pyarrow_zstd.parquet",
        "pyarrow_gzip.parquet",
        "pyarrow_lz4.parquet",
        "pyarrow_zstd.arrow",
    ] {
        let bytes = fixture(name);
        for at in 4..bytes.len() - 8 {
            for forged in forged(&bytes, at, kind_of(name)) {
                if let Err(error) = read(&forged, kind_of(name)) {
                    assert_eq!(error.kind(), ErrorKind::Data, "{name}: {at}: {error}");
                }
            }
        }
    }
}

/// A file with a large number at some place.
fn forged(bytes: &[u8], at: usize, kind: Kind) -> Vec<Vec<u8>> {
    match kind {
        Kind::Parquet => {
            let trailer = bytes.len() - 8;
            let length = u32::from_le_bytes(*bytes[trailer..].first_chunk().unwrap());
            let n_old = 1 + bytes[at..].iter().take_while(|&&byte| byte >= 0x80).count();
            let n_old = n_old.min(trailer - at);
            // 2^31 - 1, and 2^28.
            [[0xfe, 0xff, 0xff, 0xff, 0x0f], [0x80, 0x80, 0x80, 0x80, 0x02]]
                .map(|number| {
                    let mut bytes = [&bytes[..at], &number, &bytes[at + n_old..]].concat();
                    if at >= trailer - length as usize {
                        let length = length + 5 - n_old as u32;
                        let trailer = bytes.len() - 8;
                        bytes[trailer..trailer + 4].copy_from_slice(&length.to_le_bytes());
                    }
                    bytes
                })
                .to_vec()
        }
        Kind::Arrow => [i64::from(i32::MAX), 1 << 40]
            .map(|number| [&bytes[..at], &number.to_le_bytes(), &bytes[at + 8..]].concat())
            .to_vec(),
    }
}

#[test]
fn rows_of_nothing_are_refused_before_they_are_read() {
    let nothing = table(vec![("nothing", Arc::new(NullArray::new(1000)))]);
    let mut writer = StreamWriter::try_new(Vec::new(), &nothing.schema()).unwrap();
    writer.write(&nothing).unwrap();
    let mut bytes = writer.into_inner().unwrap();
    assert_eq!(read(&bytes, Kind::Arrow).unwrap(), 1000);
    let most = i64::from(i32::MAX).to_le_bytes();
    for at in 0..bytes.len() - 8 {
        if bytes[at..at + 8] == 1000_i64.to_le_bytes() {
            bytes[at..at + 8].copy_from_slice(&most);
        }
    }
    refused(&bytes, Kind::Arrow, "2147483647 rows");

    let same: ArrayRef = Arc::new(Float64Array::from(vec![0.5; 1000]));
    let bytes = as_parquet(&table(vec![("same", same)]), zstd());
    let bytes = with_metadata(&bytes, |metadata| {
        let mut metadata = metadata.into_builder();
        let groups = metadata
            .take_row_groups()
            .into_iter()
            .map(|group| group.into_builder().set_num_rows(1 << 40).build().unwrap());
        let groups = groups.collect();
        metadata.set_row_groups(groups).build()
    });
    refused(&bytes, Kind::Parquet, "1099511627776 rows");
}

#[test]
fn a_text_that_is_too_long_is_refused_where_it_is() {
    let texts = ["a", "b", &"c".repeat((1 << 22) + 1), "d"];
    let column: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let table = table(vec![("number", Arc::new(Int32Array::from(vec![1; 4]))), ("text", column)]);
    for (bytes, kind) in
        [(as_parquet(&table, zstd()), Kind::Parquet), (as_arrow(&[table]), Kind::Arrow)]
    {
        let error = refused(&bytes, kind, "4194305 bytes");
        assert_eq!((error.row(), error.column()), (Some(3), Some("text")));
    }
}

#[test]
fn long_texts_come_a_few_at_a_time() {
    for (bytes, kind) in repeated_in_files(300, 100_000) {
        let mut batches = open(&bytes, kind).unwrap();
        let mut n_rows = 0;
        while let Some(batch) = batches.next().unwrap() {
            assert!(batch.num_rows() <= 11, "{kind:?}: {}", batch.num_rows());
            let text = texts(batch.column(0)).unwrap();
            assert!((0..batch.num_rows()).all(|row| text(row).unwrap().len() == 100_000));
            n_rows += batch.num_rows();
        }
        assert_eq!(n_rows, 300);
    }
}

#[test]
fn a_text_is_not_repeated_without_end() {
    for (bytes, kind) in repeated_in_files(1100, 1 << 20) {
        assert!(bytes.len() < 10_000, "{kind:?}: {}", bytes.len());
        let error = refused(&bytes, kind, "the cells to be read unpack to more than");
        assert_eq!(error.column(), Some("text"), "{error}");
    }
}

#[test]
fn texts_that_share_their_beginnings_are_not_written_out_without_end() {
    let text = "x".repeat(1 << 16);
    let texts: ArrayRef = Arc::new(StringArray::from(vec![text.as_str(); 2000]));
    let properties = zstd()
        .set_dictionary_enabled(false)
        .set_column_encoding("text".into(), Encoding::DELTA_BYTE_ARRAY);
    let bytes = as_parquet(&table(vec![("text", texts)]), properties);
    assert!(bytes.len() < 10_000, "{}", bytes.len());
    let error = refused(&bytes, Kind::Parquet, "have to be unpacked at a time");
    assert_eq!(error.column(), Some("text"));
}

#[test]
fn pages_of_all_columns_are_held_against_the_file_together() {
    let zeros: ArrayRef = Arc::new(Float64Array::from(vec![0.0; 1 << 20]));
    let names: Vec<String> = (0..9).map(|i| format!("c{i}")).collect();
    let bytes = |n_columns: usize| {
        let columns = names[..n_columns].iter().map(|name| (name.as_str(), Arc::clone(&zeros)));
        let properties = zstd()
            .set_dictionary_enabled(false)
            .set_data_page_size_limit(usize::MAX)
            .set_data_page_row_count_limit(usize::MAX);
        as_parquet(&table(columns.collect()), properties)
    };
    // A column is a page of 8 MiB: eight are what a small file may hold at a time.
    let error = refused(&bytes(9), Kind::Parquet, "have to be unpacked at a time");
    assert_eq!(error.column(), Some("c8"));
    assert_eq!(read(&bytes(7), Kind::Parquet).unwrap(), 1 << 20);
}

#[test]
fn a_record_batch_is_held_against_the_file() {
    let zeros: ArrayRef = Arc::new(Float64Array::from(vec![0.0; 9 << 20]));
    let bytes = as_arrow(&[table(vec![("zeros", Arc::clone(&zeros))])]);
    refused(&bytes, Kind::Arrow, "have to be unpacked at a time");
    let half = |start| table(vec![("zeros", zeros.slice(start, 4 << 20))]);
    let bytes = as_arrow(&[half(0), half(1)]);
    assert_eq!(read(&bytes, Kind::Arrow).unwrap(), 8 << 20);
}

#[test]
fn a_chunk_that_is_there_for_many_row_groups_is_refused() {
    let numbers: ArrayRef = Arc::new(Int32Array::from_iter_values(0..1000));
    let bytes = as_parquet(&table(vec![("numbers", numbers)]), zstd());
    let bytes = with_metadata(&bytes, |metadata| {
        let mut metadata = metadata.into_builder();
        let group = metadata.take_row_groups().remove(0);
        metadata.set_row_groups(vec![group; 1000]).build()
    });
    refused(&bytes, Kind::Parquet, "its columns overlap");
}

#[test]
fn a_record_batch_that_is_named_many_times_is_refused() {
    let numbers: ArrayRef = Arc::new(Int32Array::from_iter_values(0..10));
    let table = table(vec![("numbers", numbers)]);
    let bytes = as_arrow(std::slice::from_ref(&table));
    let trailer = bytes.len() - 10;
    let length = u32::from_le_bytes(*bytes[trailer..].first_chunk().unwrap()) as usize;
    let (before, footer) = bytes[..trailer].split_at(trailer - length);
    let footer = root_as_footer(footer).unwrap();
    let block: Block = *footer.recordBatches().unwrap().get(0);

    let mut builder = FlatBufferBuilder::new();
    let schema = IpcSchemaEncoder::new().schema_to_fb_offset(&mut builder, &table.schema());
    let blocks = builder.create_vector(&vec![block; 1000]);
    let footer = arrow_ipc::Footer::create(
        &mut builder,
        &FooterArgs {
            version: MetadataVersion::V5,
            schema: Some(schema),
            recordBatches: Some(blocks),
            ..FooterArgs::default()
        },
    );
    builder.finish(footer, None);
    let footer = builder.finished_data();
    let length = (footer.len() as u32).to_le_bytes();
    let bytes = [before, footer, &length, b"ARROW1"].concat();
    refused(&bytes, Kind::Arrow, "its messages overlap");
}

#[test]
fn columns_nested_deeper_than_a_reader_can_follow_are_refused() {
    let mut field = Field::new("deep", DataType::Int32, true);
    for _ in 0..200 {
        field = Field::new("deep", DataType::Struct(vec![field].into()), true);
    }
    let bytes = StreamWriter::try_new(Vec::new(), &Schema::new(vec![field])).unwrap();
    let bytes = bytes.into_inner().unwrap();
    refused(&bytes, Kind::Arrow, "the Arrow IPC data is damaged");
}

#[test]
fn one_column_that_is_named_many_times_is_not_written_out() {
    use arrow_ipc::{FieldArgs, IntArgs, MessageArgs, MessageHeader, SchemaArgs, Type};
    let mut builder = FlatBufferBuilder::new();
    let name = Some(builder.create_string(&"n".repeat(100_000)));
    let int = IntArgs { bitWidth: 32, is_signed: true };
    let int = arrow_ipc::Int::create(&mut builder, &int);
    let (type_type, type_) = (Type::Int, Some(int.as_union_value()));
    let field = FieldArgs { name, type_type, type_, ..FieldArgs::default() };
    let field = arrow_ipc::Field::create(&mut builder, &field);
    let fields = Some(builder.create_vector(&vec![field; 5000]));
    let schema = SchemaArgs { fields, ..SchemaArgs::default() };
    let schema = arrow_ipc::Schema::create(&mut builder, &schema);
    let (header_type, header) = (MessageHeader::Schema, Some(schema.as_union_value()));
    let version = MetadataVersion::V5;
    let message = MessageArgs { version, header_type, header, ..MessageArgs::default() };
    let message = arrow_ipc::Message::create(&mut builder, &message);
    builder.finish(message, None);
    let message = builder.finished_data();
    let length = (message.len() as u32).to_le_bytes();
    refused(&[&[0xff; 4], &length, message].concat(), Kind::Arrow, "is damaged");
}

#[test]
fn rows_that_would_hold_a_lot_of_memory_are_copied_as_they_are() {
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(0.5), None, Some(-1.0)]));
    let keys = Int32Array::from(vec![Some(1), None, Some(0)]);
    let values: ArrayRef = Arc::new(StringArray::from(vec!["a", "bc"]));
    let texts = Arc::new(DictionaryArray::<Int32Type>::new(keys.clone(), values));
    let values: ArrayRef = Arc::new(Int32Array::from(vec![10, 20]));
    let categories = Arc::new(DictionaryArray::<Int32Type>::new(keys, values));
    let rows = table(vec![("n", numbers), ("t", texts), ("c", categories)]);
    let copied = light(&rows.slice(1, 2)).unwrap();
    let expected: [ArrayRef; 3] = [
        Arc::new(Float64Array::from(vec![None, Some(-1.0)])),
        Arc::new(StringArray::from(vec![None, Some("a")])),
        Arc::new(Int32Array::from(vec![None, Some(10)])),
    ];
    assert_eq!(copied.columns(), expected);
}

#[test]
fn a_record_batch_of_long_texts_gives_the_same_rows_in_copies() {
    let long = |row: usize| format!("{row}").repeat(200_000);
    let column = StringArray::from_iter_values((0..60).map(long));
    assert!(column.get_array_memory_size() > MOST_PART_BYTES);
    let table = table(vec![("text", Arc::new(column))]);
    for (bytes, kind) in
        [(as_parquet(&table, zstd()), Kind::Parquet), (as_arrow(&[table]), Kind::Arrow)]
    {
        let mut batches = open(&bytes, kind).unwrap();
        let mut n_rows = 0;
        while let Some(batch) = batches.next().unwrap() {
            assert!(batch.get_array_memory_size() < 4 << 20, "{kind:?}");
            let text = texts(batch.column(0)).unwrap();
            for row in 0..batch.num_rows() {
                assert_eq!(text(row).unwrap(), long(n_rows));
                n_rows += 1;
            }
        }
        assert_eq!(n_rows, 60);
    }
}
