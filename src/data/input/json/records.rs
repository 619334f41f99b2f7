//! The records of a block: their keys, and the cells of its columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de::DeserializeSeed};
use serde_json::value::RawValue;

use super::blocks::{JsonBlock, line_ends};
use crate::data::input::cells::CellReader;
use crate::data::input::first_bytes::to_utf_8;
use crate::data::input::format::check_count;
use crate::data::input::{Chunk, Header, Wanted, WrongBlock};
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result, memory};

/// About what a column takes before its first cell: its name, and how it is to be read.
const BYTES_A_NAME: usize = 512;

/// A key, and its value as it is written.
type Pair<'a> = (Key<'a>, &'a RawValue);

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Takes the keys and values of an object, in their order.
struct Pairs<'p, 'a>(&'p mut Vec<Pair<'a>>);

impl<'a> DeserializeSeed<'a> for Pairs<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Pairs<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(pair) = map.next_entry()? {
            self.0.push(pair);
        }
        Ok(())
    }
}

/// Parses the records of a block, one after another.
struct Records<'a> {
    block: &'a JsonBlock,
    next: usize,
    /// Where the last record begins, and the line of that.
    at: usize,
    line: u64,
}

impl<'a> Records<'a> {
    fn new(block: &'a JsonBlock) -> Self {
        Self { block, next: 0, at: 0, line: block.line }
    }

    /// The keys and values of the next record; whether there is one.
    fn read(&mut self, pairs: &mut Vec<Pair<'a>>) -> Result<bool> {
        pairs.clear();
        let Some(&Range { start, end }) = self.block.records.get(self.next) else {
            return Ok(false);
        };
        self.line += line_ends(&self.block.bytes[self.at..start]);
        (self.at, self.next) = (start, self.next + 1);
        let record = &self.block.bytes[start..end];
        let text = std::str::from_utf8(record).map_err(|error| {
            let line = self.line + line_ends(&record[..error.valid_up_to()]);
            Error::data("the record is not UTF-8 text").with_help(to_utf_8(record)).at_line(line)
        })?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        Pairs(pairs).deserialize(&mut deserializer).map_err(|error| {
            let line = self.line + (error.line().max(1) - 1) as u64;
            let cause = error.to_string();
            let cause = cause.split(" at line ").next().unwrap_or_default();
            Error::data(format!("this is not JSON: {cause}, at character {}", error.column()))
                .with_help("correct the record, or write the file again")
                .at_line(line)
        })?;
        Ok(true)
    }

    /// What finds the last record: its number in an array, or its line.
    fn place(&self) -> u64 {
        self.block.first.map_or(self.line, |first| first + self.next as u64 - 1)
    }

    /// The error for the last record.
    fn wrong(&self, column: Option<usize>, error: Error) -> WrongBlock {
        let error = if error.line().is_some() { error } else { error.at_line(self.line) };
        WrongBlock { place: self.place(), column, error }
    }
}

/// The keys of records, in the order in which they appear.
#[derive(Default)]
pub(in crate::data::input) struct Keys {
    names: Vec<String>,
    positions: HashMap<String, usize>,
    n_bytes: usize,
}

impl Keys {
    /// Adds the keys of a block's records.
    ///
    /// # Errors
    /// What is no JSON; too many keys.
    pub(in crate::data::input) fn add(&mut self, block: &JsonBlock) -> Result<()> {
        let mut records = Records::new(block);
        let mut pairs = Vec::new();
        while records.read(&mut pairs)? {
            for (at, (Key(key), _)) in pairs.iter().enumerate() {
                if self.names.get(at).is_some_and(|name| name == key)
                    || self.positions.contains_key(&**key)
                {
                    continue;
                }
                self.positions.insert(key.to_string(), self.names.len());
                self.names.push(key.to_string());
                self.n_bytes += 2 * key.len() + BYTES_A_NAME;
            }
            check_count(self.names.len()).map_err(|error| error.at_line(records.line))?;
        }
        let what = || format!("reading {} columns", self.names.len());
        memory::check(self.n_bytes, what).map_err(Error::data)
    }

    pub(in crate::data::input) fn into_names(self) -> Vec<String> {
        self.names
    }
}

/// The cells of the columns that are wanted.
///
/// # Errors
/// What is no JSON, a key that is no column or there twice, a value that is no cell, a cell that is not
/// what it has to be.
pub(in crate::data::input) fn read(
    block: &JsonBlock,
    header: &Header,
    wanted: &Wanted,
) -> Result<Chunk, WrongBlock> {
    let names = header.names();
    // For each column its value, and the number of the record that it is of.
    let mut values: Vec<(&str, usize)> = vec![("", 0); names.len()];
    let mut places = Vec::with_capacity(block.records.len());
    let mut readers: Vec<CellReader> = wanted.readers();
    let mut records = Records::new(block);
    let mut pairs = Vec::new();
    while records.read(&mut pairs).map_err(|error| records.wrong(None, error))? {
        for (at, (Key(key), value)) in pairs.iter().enumerate() {
            let is_next = names.get(at).is_some_and(|name| name == key);
            let position = if is_next { Some(at) } else { header.position(key) };
            let Some(position) = position else {
                return Err(records.wrong(None, new_key(key)));
            };
            if values[position].1 == records.next {
                return Err(records.wrong(Some(position), twice()));
            }
            values[position] = (value.get(), records.next);
        }
        for (reader, &(position, _)) in readers.iter_mut().zip(wanted.columns) {
            let (value, of) = values[position];
            let value = if of == records.next { value } else { "null" };
            push(reader, value).map_err(|error| records.wrong(Some(position), error))?;
        }
        places.push(records.place());
    }
    Ok(Chunk { places, cells: readers.into_iter().map(CellReader::finish).collect() })
}

/// Adds a value, as it is written, to a column.
fn push(reader: &mut CellReader, value: &str) -> Result<()> {
    match value.as_bytes() {
        [b'n', ..] => reader.push(""),
        [b't' | b'f', ..] => reader.push(value),
        [b'{', ..] => Err(nested("an object")),
        [b'[', ..] => Err(nested("an array")),
        [b'"', ..] => {
            let inner = &value[1..value.len() - 1];
            if !inner.contains('\\') {
                return reader.push(inner.trim_ascii());
            }
            let text: String = serde_json::from_str(value).map_err(|_| {
                // Half of a surrogate pair is one that is noticed only here.
                Error::data("the string has an escape that stands for no character")
                    .with_help("write the file again, or correct the string")
            })?;
            reader.push(text.trim_ascii())
        }
        _ => reader.push_number(value),
    }
}

fn nested(what: &str) -> Error {
    Error::data(format!(
        "the value is {what}, where a number, a string, true, false or null is expected"
    ))
    .with_help(sentence![
        "make columns of what is inside (pandas: json_normalize), or leave the column out with ",
        Parameter("ignore")
    ])
}

fn twice() -> Error {
    Error::data("the record has this key twice")
        .with_help("a key is a column: leave one of the two out, or rename it")
}

fn new_key(key: &str) -> Error {
    let key = shorten(key);
    Error::data(format!(
        "the key '{key}' is in none of the first records, whose keys are the columns"
    ))
    .with_help(format!(
        "of a stream the first MiB tells the columns: give the key to its first record, if only as \
             \"{key}\": null, or read the table from a file"
    ))
}
