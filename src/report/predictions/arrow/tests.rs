//! Tests of predictions as Parquet and Arrow IPC.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_ipc::reader::FileReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::*;

const FORMATS: [Format; 2] = [Format::Parquet, Format::Arrow];

fn columns() -> SchemaRef {
    let text = |name: &str| (name.to_owned(), OutputKind::Text);
    schema(&[text("id"), text("class"), ("p(a)".to_owned(), OutputKind::Number)])
}

fn rows(ids: &[&str], codes: &[u32], numbers: &[f64]) -> RecordBatch {
    let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    let names = ["a".to_owned(), "ä,\"b\"".to_owned()];
    let classes = OutputColumn::Classes { names: &names, codes };
    let numbers = OutputColumn::of_table(numbers, 1);
    let all: Vec<OutputColumn> =
        [OutputColumn::Texts(&ids), classes].into_iter().chain(numbers).collect();
    batch(&columns(), &all).unwrap()
}

fn written(format: Format, n_times: usize) -> Vec<u8> {
    let mut writer = BatchWriter::new(Vec::new(), format, &columns()).unwrap();
    for _ in 0..n_times {
        writer.write(&rows(&["1", "2", ""], &[1, 0, 0], &[0.1, 1.0, f64::NAN])).unwrap();
    }
    writer.finish().unwrap()
}

fn read(format: Format, bytes: &[u8]) -> Vec<RecordBatch> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    match format {
        Format::Parquet => {
            let reader = ParquetRecordBatchReader::try_new(file, 1 << 20).unwrap();
            reader.collect::<Result<_, _>>().unwrap()
        }
        _ => FileReader::try_new(file, None).unwrap().collect::<Result<_, _>>().unwrap(),
    }
}

#[test]
fn what_is_written_is_read_back() {
    for format in FORMATS {
        let batches = read(format, &written(format, 1));
        let [batch] = batches.as_slice() else { panic!("{} batches", batches.len()) };
        assert_eq!(batch.schema().fields(), columns().fields());
        let texts = |column| batch.column(column).as_string::<i32>().iter().flatten().collect();
        let texts: [Vec<&str>; 2] = [0, 1].map(texts);
        assert_eq!(texts, [["1", "2", ""], ["ä,\"b\"", "a", "a"]]);
        let numbers = batch.column(2).as_primitive::<Float64Type>().values();
        assert_eq!(numbers[..2], [0.1, 1.0]);
        assert!(numbers[2].is_nan());
    }
}

#[test]
fn the_same_predictions_are_the_same_bytes() {
    for format in FORMATS {
        assert_eq!(written(format, 5), written(format, 5));
    }
}

#[test]
fn a_table_without_rows_has_its_columns() {
    for format in FORMATS {
        assert!(read(format, &written(format, 0)).is_empty());
    }
}

/// Counts what has been written, and breaks when it has been told to.
#[derive(Default)]
struct Pipe {
    n_bytes: usize,
    breaks_at: Option<usize>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.n_bytes += bytes.len();
        if self.breaks_at.is_some_and(|most| self.n_bytes > most) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_told_from_other_errors() {
    let numbers: Vec<f64> = (0..ROWS_A_GROUP).map(|row| (row as f64).sqrt()).collect();
    let schema = schema(&[("number".to_owned(), OutputKind::Number)]);
    let rows = batch(&schema, &OutputColumn::of_table(&numbers, 1).collect::<Vec<_>>()).unwrap();
    for format in FORMATS {
        for breaks_at in [0, 10, 100_000, 1_000_000] {
            let pipe = Pipe { breaks_at: Some(breaks_at), ..Pipe::default() };
            let failed = BatchWriter::new(pipe, format, &schema).and_then(|mut writer| {
                for _ in 0..3 {
                    writer.write(&rows)?;
                }
                writer.finish()
            });
            let error = failed.err().unwrap();
            assert!(error.is_closed_pipe(), "{format:?}: {error}");
        }
    }
}

#[test]
fn rows_leave_memory_before_the_end() {
    let numbers: Vec<f64> = (0..1 << 14).map(|row| f64::from(row).sqrt()).collect();
    let schema = schema(&[("number".to_owned(), OutputKind::Number)]);
    let rows = batch(&schema, &OutputColumn::of_table(&numbers, 1).collect::<Vec<_>>()).unwrap();
    for format in FORMATS {
        let mut writer = BatchWriter::new(Pipe::default(), format, &schema).unwrap();
        for _ in 0..64 {
            writer.write(&rows).unwrap();
        }
        let n_bytes = match &writer.writer {
            Writer::Parquet(writer) => writer.inner().n_bytes,
            Writer::Arrow(writer) => writer.get_ref().get_ref().n_bytes,
        };
        let all = writer.finish().unwrap().n_bytes;
        // A million rows are 8 row groups: the last may be waiting.
        assert!(n_bytes > all / 8 * 6, "{format:?}: {n_bytes} of {all}");
    }
}

#[test]
fn a_wide_table_is_read_back_and_one_too_wide_for_parquet_is_refused() {
    let n_columns = FEW_COLUMNS + 1;
    let fields: Vec<_> =
        (0..n_columns).map(|column| (format!("p.{column}"), OutputKind::Number)).collect();
    let schema = schema(&fields);
    let numbers: Vec<f64> = (0..3 * n_columns).map(|number| number as f64 / 7.0).collect();
    for format in FORMATS {
        let mut writer = BatchWriter::new(Vec::new(), format, &schema).unwrap();
        let columns: Vec<OutputColumn> = OutputColumn::of_table(&numbers, n_columns).collect();
        writer.write(&batch(&schema, &columns).unwrap()).unwrap();
        let batches = read(format, &writer.finish().unwrap());
        let column = |column: usize| batches[0].column(column).as_primitive::<Float64Type>();
        for (at, &number) in numbers.iter().enumerate() {
            assert_eq!(column(at % n_columns).value(at / n_columns), number, "{format:?}, {at}");
        }
        assert!(check_columns(format, MOST_PARQUET_COLUMNS).is_ok());
        assert_eq!(
            check_columns(format, MOST_PARQUET_COLUMNS + 1).is_ok(),
            format == Format::Arrow
        );
    }
}
