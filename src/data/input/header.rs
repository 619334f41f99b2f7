//! What a table's columns are called, and how a place in it is named.

use std::path::Path;
use std::sync::{Arc, PoisonError};

#[cfg(feature = "arrow")]
use super::arrow;
use super::cells::ReadAs;
use super::format::check_count;
use super::parts::Starts;
use super::{Block, Chunk, Format, Wanted, WrongBlock, csv, json};
use crate::message::{closest, list, shorten};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// A table's file and columns.
#[derive(Clone)]
pub struct Header {
    file: Arc<str>,
    names: Arc<[String]>,
    /// The positions of the names in their order.
    order: Arc<[u32]>,
    format: Format,
    delimiter: u8,
    /// Where its files begin, if they are several.
    parts: Option<Starts>,
}

impl Header {
    /// # Errors
    /// Two columns of one name; too many columns.
    pub(super) fn new(
        file: &str,
        names: Vec<String>,
        format: Format,
        delimiter: u8,
    ) -> Result<Self> {
        check_count(names.len())?;
        let mut order: Vec<u32> = (0..names.len() as u32).collect();
        order.sort_by_key(|&position| &names[position as usize]);
        let pairs = order.windows(2).map(|pair| [pair[0] as usize, pair[1] as usize]);
        let same = pairs.filter(|&[first, second]| names[first] == names[second]);
        if let Some([first, second]) = same.min_by_key(|pair| pair[1]) {
            let name = shorten(&names[second]);
            let (first, second) = (first + 1, second + 1);
            return Err(Error::data(format!(
                "columns {first} and {second} are both named '{name}'"
            ))
            .with_help("columns are found by name: rename one"));
        }
        Ok(Self {
            file: file.into(),
            names: names.into(),
            order: order.into(),
            format,
            delimiter,
            parts: None,
        })
    }

    /// That of a folder whose first file this is of.
    pub(super) fn of_parts(mut self, folder: &str, parts: Starts) -> Self {
        (self.file, self.parts) = (folder.into(), Some(parts));
        self
    }

    /// The file that has a place, if there are several, and the place in it.
    fn in_part(&self, place: u64) -> (Option<Arc<str>>, u64) {
        let Some(parts) = &self.parts else { return (None, place) };
        let parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        let after = parts.partition_point(|(_, start)| *start < place);
        match after.checked_sub(1).map(|at| &parts[at]) {
            Some((file, start)) => (Some(Arc::clone(file)), place - start),
            None => (None, place),
        }
    }

    /// The file's name for people.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The columns' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub(in crate::data) fn format(&self) -> Format {
        self.format
    }

    pub(in crate::data) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The position of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        let name_at = |&position: &u32| self.names[position as usize].as_str();
        let found = self.order.binary_search_by(|position| name_at(position).cmp(name)).ok()?;
        Some(self.order[found] as usize)
    }

    /// The position of a column that a parameter names.
    ///
    /// # Errors
    /// No column has that name.
    pub(crate) fn require(&self, parameter: Parameter, name: &str) -> Result<usize> {
        self.position(name).ok_or_else(|| {
            Error::setting(sentence![parameter, format!(" '{name}' is not a column")])
                .in_file(self.file())
                .with_help(self.names_like(name))
        })
    }

    /// What a name may have been meant to be, and what there is.
    pub(in crate::data) fn names_like(&self, name: &str) -> String {
        let columns = format!("the columns are {}", list(&self.names));
        match closest(name, self.names.iter().map(String::as_str)) {
            Some(closest) => format!("did you mean '{closest}'? {columns}"),
            None => columns,
        }
    }

    /// The same error, in a row of this table and perhaps a column.
    pub fn locate(&self, place: u64, column: Option<usize>, error: Error) -> Error {
        let (file, place) = self.in_part(place);
        let error = error.in_file(file.as_deref().unwrap_or(self.file()));
        let error = match self.format {
            Format::Csv | Format::JsonLines => error.at_line(place),
            Format::Json | Format::Parquet | Format::Arrow => error.at_row(place),
        };
        match column {
            Some(column) => error.in_column(&self.names[column]),
            None => error,
        }
    }

    /// A row's place in words.
    pub fn place(&self, place: u64) -> String {
        let (file, place) = self.in_part(place);
        let place = match self.format {
            Format::Csv | Format::JsonLines => format!("line {place}"),
            Format::Json | Format::Parquet | Format::Arrow => format!("row {place}"),
        };
        match file.as_deref().map(|file| Path::new(file).file_name()) {
            Some(Some(file)) => format!("{}, {place}", file.display()),
            _ => place,
        }
    }

    /// The cells of a block.
    pub(super) fn read(&self, block: &Block, wanted: &Wanted) -> Result<Chunk> {
        let chunk = match block {
            Block::Csv(block) => {
                let n_columns = self.names.len();
                settled(wanted, |wanted| csv::read(block, self.delimiter, n_columns, wanted))
            }
            Block::Json(block) => settled(wanted, |wanted| json::read(block, self, wanted)),
            #[cfg(feature = "arrow")]
            Block::Arrow { batch, first } => read_batch(batch, *first, wanted),
        };
        chunk.map_err(|WrongBlock { place, column, error }| self.locate(place, column, error))
    }
}

/// Parses a block; where cells turned out to be of several kinds, again, as texts.
fn settled(
    wanted: &Wanted,
    parse: impl Fn(&Wanted) -> Result<Chunk, WrongBlock>,
) -> Result<Chunk, WrongBlock> {
    let mut chunk = parse(wanted)?;
    let mixed: Vec<usize> =
        (0..wanted.columns.len()).filter(|&i| chunk.cells[i].is_none()).collect();
    if !mixed.is_empty() {
        let as_text = |&i: &usize| (wanted.columns[i].0, ReadAs::Text);
        let columns: Vec<(usize, ReadAs)> = mixed.iter().map(as_text).collect();
        let texts = parse(&Wanted { columns: &columns, missing: wanted.missing })?;
        for (i, cells) in mixed.into_iter().zip(texts.cells) {
            chunk.cells[i] = cells;
        }
    }
    Ok(chunk)
}

/// The cells of a batch whose columns are those that are wanted, each once, in the file's order.
#[cfg(feature = "arrow")]
fn read_batch(
    batch: &arrow_array::RecordBatch,
    first: u64,
    wanted: &Wanted,
) -> Result<Chunk, WrongBlock> {
    let selected = wanted.positions();
    let read = |&(position, read_as): &(usize, ReadAs)| {
        let column = batch.column(selected.partition_point(|&other| other < position));
        let cells = match arrow::cells(column, read_as, wanted.missing) {
            Ok(None) => arrow::cells(column, ReadAs::Text, wanted.missing),
            cells => cells,
        };
        cells.map_err(|(row, error)| WrongBlock {
            place: first + row as u64,
            column: Some(position),
            error,
        })
    };
    let n_rows = batch.num_rows() as u64;
    Ok(Chunk {
        places: (first..first + n_rows).collect(),
        cells: wanted.columns.iter().map(read).collect::<Result<_, _>>()?,
    })
}
