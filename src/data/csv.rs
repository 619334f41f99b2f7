//! CSV files row by row: header names, cells as numbers or text, and errors that say where.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use csv::ByteRecord;

use super::digest::{Hashing, Sha256Digest};
use super::lines::Lines;
use crate::message::{list, shorten};
use crate::{Error, Result};

/// The name of standard input and output on the command line.
pub(crate) const STANDARD_STREAM: &str = "-";

const TO_UTF_8: &str = "convert the file, for instance with `iconv -t UTF-8`";

/// A CSV file whose header has been read.
pub(crate) struct CsvReader {
    file: String,
    reader: csv::Reader<Lines<Hashing<Box<dyn Read>>>>,
    header: Vec<String>,
    record: ByteRecord,
}

/// One row of a file, with what errors need to name a cell.
pub(crate) struct Row<'a> {
    file: &'a str,
    header: &'a [String],
    record: &'a ByteRecord,
    line: u64,
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
            .from_reader(Lines::new(Hashing::new(input)));
        let names = match reader.byte_headers() {
            Ok(names) => names.clone(),
            Err(error) => return Err(locate(error, &file, reader.get_mut())),
        };
        if names.is_empty() {
            return Err(Error::data("the file is empty")
                .in_file(&file)
                .help("give a CSV file whose first line names the columns"));
        }
        let header = read_names(&names, delimiter)
            .map_err(|error| error.in_file(&file).at_line(reader.get_mut().line_at(0)))?;
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

    /// The position of a column that `flag` names.
    ///
    /// # Errors
    /// There is none of that name.
    pub(crate) fn require(&self, flag: &str, name: &str) -> Result<usize> {
        self.position(name).ok_or_else(|| {
            Error::setting(format!("{flag} '{name}' is not a column"))
                .in_file(&self.file)
                .help(format!("the columns are {}", list(&self.header)))
        })
    }

    /// The next row, `None` at the end.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(error) => return Err(locate(error, &self.file, self.reader.get_mut())),
        }
        let start = self.record.position().map_or(0, csv::Position::byte);
        Ok(Some(Row {
            file: &self.file,
            header: &self.header,
            record: &self.record,
            line: self.reader.get_mut().line_at(start),
        }))
    }

    /// The digest of the file's bytes, once all rows have been read.
    pub(crate) fn digest(self) -> Sha256Digest {
        self.reader.into_inner().into_inner().digest()
    }
}

impl Row<'_> {
    /// The line that the row begins at, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// A cell's text, without the white space around it.
    pub(crate) fn text(&self, column: usize) -> Result<&str> {
        let cell = self.record[column].trim_ascii();
        std::str::from_utf8(cell).map_err(|_| {
            self.error(column, Error::data("the cell is not UTF-8 text")).help(TO_UTF_8)
        })
    }

    /// A cell as a finite number that an `f32` can hold.
    pub(crate) fn number(&self, column: usize) -> Result<f32> {
        let text = self.text(column)?;
        let problem = match text.parse::<f64>() {
            Ok(number) if (number as f32).is_finite() => return Ok(number as f32),
            Ok(number) if number.is_finite() => {
                format!("{text} is beyond the range of f32, ±3.4e38: scale the column down")
            }
            Ok(_) => format!("{} is not a finite number, and features are", shorten(text)),
            Err(_) if text.is_empty() => "the cell is empty, and features are numbers".to_owned(),
            Err(_) => format!("'{}' is not a number, and features are", shorten(text)),
        };
        Err(self
            .error(column, Error::data(problem))
            .help("fill the cell or drop the row; `forest train --ignore` leaves a column out"))
    }

    /// An error in a cell of this row.
    pub(crate) fn error(&self, column: usize, error: Error) -> Error {
        error.in_file(self.file).at_line(self.line).in_column(&self.header[column])
    }
}

/// Opens a file or standard input; gives its name for people.
pub(super) fn open_input(path: &Path) -> Result<(String, Box<dyn Read>)> {
    if path.as_os_str() == STANDARD_STREAM {
        return Ok(("standard input".to_owned(), Box::new(io::stdin())));
    }
    let failed = |error| Error::io("open the file", error).in_file(path);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(Error::data("this is a folder, not a file")
            .in_file(path)
            .help("name a CSV file in it"));
    }
    Ok((path.display().to_string(), Box::new(file)))
}

/// The names in a header, no two of them the same.
fn read_names(names: &ByteRecord, delimiter: u8) -> Result<Vec<String>> {
    let mut header = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        let name = std::str::from_utf8(name.trim_ascii()).map_err(|_| {
            Error::data(format!("the name of column {} is not UTF-8 text", position + 1))
                .help(TO_UTF_8)
        })?;
        header.push(name.to_owned());
    }
    let mut positions = HashMap::new();
    for (name, second) in header.iter().zip(1..) {
        if let Some(first) = positions.insert(name, second) {
            let name = shorten(name);
            let message = format!("columns {first} and {second} are both named '{name}'");
            return Err(Error::data(message).help("columns are found by name: rename one"));
        }
    }
    if let [only] = header.as_slice() {
        let likely = [(';', "';'"), (',', "','"), ('\t', "tab"), ('|', "'|'")];
        let is_there = |c: char| c != char::from(delimiter) && only.contains(c);
        if let Some((_, flag)) = likely.into_iter().find(|&(c, _)| is_there(c)) {
            return Err(Error::data(format!("there is one column, '{}'", shorten(only)))
                .help(format!("if that is several, give --delimiter {flag}")));
        }
    }
    Ok(header)
}

/// Our error for one of the csv crate's.
fn locate<R>(error: csv::Error, file: &str, lines: &mut Lines<R>) -> Error {
    let line = lines.line_at(error.position().map_or(0, csv::Position::byte));
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::io("read the file", error).in_file(file),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::data(format!("the row has {len} cells, the header has {expected_len}"))
                .in_file(file)
                .at_line(line)
                .help(
                    "add or remove cells, put quotes around a cell that contains the delimiter, or \
                     close a quote that is open",
                )
        }
        kind => Error::data(format!("{kind:?}")).in_file(file).at_line(line),
    }
}
