//! CSV files row by row: header names, cells as numbers or text, and errors that say where.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use csv::ByteRecord;

use super::digest::{Hashing, Sha256Digest};
use crate::{Error, Result};

/// The name of standard input and output on the command line.
pub(crate) const STANDARD_STREAM: &str = "-";

/// A CSV file whose header has been read.
pub(crate) struct CsvReader {
    file: String,
    reader: csv::Reader<Hashing<Box<dyn Read>>>,
    header: Vec<String>,
    record: ByteRecord,
}

/// One row of a file, with what errors need to name a cell.
pub(crate) struct Row<'a> {
    file: &'a str,
    header: &'a [String],
    record: &'a ByteRecord,
}

/// The delimiter that a file's name suggests: a tab for `.tsv`, else a comma.
pub(crate) fn delimiter_of(path: &Path) -> u8 {
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("tsv") => b'\t',
        _ => b',',
    }
}

impl CsvReader {
    /// Opens a file, `-` for standard input, and reads its header.
    pub(crate) fn open(path: &Path, delimiter: u8) -> Result<Self> {
        let (file, input) = open_input(path)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .buffer_capacity(1 << 18)
            .from_reader(Hashing::new(input));
        let names = reader.byte_headers().map_err(|error| locate(error, &file))?.clone();
        if names.is_empty() {
            return Err(Error::data("the file is empty")
                .in_file(&file)
                .help("give a CSV file whose first line names the columns"));
        }
        let names = Row { file: &file, header: &[], record: &names };
        let header: Vec<String> = (0..names.record.len())
            .map(|column| names.text(column).map(str::to_owned))
            .collect::<Result<_>>()?;
        check_names(&header, delimiter).map_err(|error| error.in_file(&file).at_line(1))?;
        Ok(Self { file, reader, header, record: ByteRecord::new() })
    }

    /// The file's name for people.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The columns' names.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// The position of a column.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|other| other == name)
    }

    /// The next row, `None` at the end.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        let more = self.reader.read_byte_record(&mut self.record);
        Ok(more.map_err(|error| locate(error, &self.file))?.then_some(Row {
            file: &self.file,
            header: &self.header,
            record: &self.record,
        }))
    }

    /// The digest of the file's bytes, once all rows have been read.
    pub(crate) fn digest(self) -> Sha256Digest {
        self.reader.into_inner().digest()
    }
}

impl Row<'_> {
    /// The line that the row begins at, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.record.position().map_or(1, csv::Position::line)
    }

    /// A cell's text, without the white space around it.
    pub(crate) fn text(&self, column: usize) -> Result<&str> {
        let cell = self.record[column].trim_ascii();
        std::str::from_utf8(cell).map_err(|_| {
            self.error(column, Error::data("the cell is not UTF-8 text"))
                .help("convert the file, for instance with `iconv -t UTF-8`")
        })
    }

    /// A cell as a finite number that an `f32` can hold.
    pub(crate) fn number(&self, column: usize) -> Result<f32> {
        let text = self.text(column)?;
        let number: f64 = text.parse().map_err(|_| {
            let found = if text.is_empty() {
                "the cell is empty".to_owned()
            } else {
                format!("'{}' is not a number", shorten(text))
            };
            self.error(column, Error::data(format!("{found}, and features are numbers")))
                .help("fill the cell, drop the row, or leave the column out with --ignore")
        })?;
        if !number.is_finite() {
            let message = format!("{text} is not a finite number, and features are");
            return Err(self
                .error(column, Error::data(message))
                .help("fill the cell or drop the row"));
        }
        let single = number as f32;
        if single.is_infinite() {
            let message = format!("{text} is beyond the range of f32 (±3.4e38)");
            return Err(self.error(column, Error::data(message)).help("scale the column down"));
        }
        Ok(single)
    }

    /// An error in a cell of this row.
    pub(crate) fn error(&self, column: usize, error: Error) -> Error {
        let error = error.in_file(self.file).at_line(self.line());
        match self.header.get(column) {
            Some(name) => error.in_column(name),
            None => error,
        }
    }
}

/// Opens a file or standard input; gives its name for people.
fn open_input(path: &Path) -> Result<(String, Box<dyn Read>)> {
    if path.as_os_str() == STANDARD_STREAM {
        return Ok(("standard input".to_owned(), Box::new(io::stdin())));
    }
    let in_file = |error: Error| error.in_file(path);
    let file = File::open(path).map_err(|error| in_file(Error::io("open the file", error)))?;
    let metadata = file.metadata().map_err(|error| in_file(Error::io("open the file", error)))?;
    if metadata.is_dir() {
        return Err(in_file(Error::data("this is a folder, not a file")).help("name a CSV file"));
    }
    Ok((path.display().to_string(), Box::new(file)))
}

fn check_names(header: &[String], delimiter: u8) -> Result<()> {
    let mut positions = HashMap::new();
    for (position, name) in header.iter().enumerate() {
        if let Some(first) = positions.insert(name, position) {
            let (first, second) = (first + 1, position + 1);
            return Err(Error::data(format!(
                "columns {first} and {second} are both named '{name}'"
            ))
            .help("columns are found by name: rename one"));
        }
    }
    let other = |c: &u8| *c != delimiter && header[0].as_bytes().contains(c);
    if let [only] = header
        && let Some(likely) = [b';', b',', b'\t', b'|'].iter().find(|c| other(c))
    {
        let flag =
            if *likely == b'\t' { "tab".to_owned() } else { format!("'{}'", *likely as char) };
        return Err(Error::data(format!("there is one column, '{}'", shorten(only)))
            .help(format!("if that is several, give --delimiter {flag}")));
    }
    Ok(())
}

/// Our error for one of the csv crate's.
fn locate(error: csv::Error, file: &str) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::io("read the file", error).in_file(file),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::data(format!("the row has {len} cells, the header has {expected_len}"))
                .in_file(file)
                .at_line(line)
                .help(
                    "add or remove cells, or put quotes around a cell that contains the delimiter",
                )
        }
        kind => Error::data(format!("{kind:?}")).in_file(file).at_line(line),
    }
}

/// The beginning of a text, for messages.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
