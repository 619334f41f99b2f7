//! The cells of one column of a block, and how texts become numbers, dates and levels.

use std::collections::HashMap;

use super::dates::{DateSpelling, days};
pub(crate) use super::missing::{Missing, USUAL};
use super::spelling::Spelling;
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// The code of a missing text.
pub(crate) const NO_TEXT: u32 = u32::MAX;

/// How the cells of a column are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadAs {
    /// As what they all are: numbers, dates, or else texts.
    Found,
    /// As numbers within the range of `f32`.
    Number,
    /// As numbers within the range of `f64`.
    Double,
    /// As numbers where the file has them as such, and else as texts, to be read by a
    /// [`Spelling`](super::spelling::Spelling).
    SpelledNumber,
    /// As ISO 8601 dates.
    Date,
    /// As dates or times of day that are written in this way.
    SpelledDate(DateSpelling),
    /// As texts.
    Text,
    /// As texts, none of which stands for a missing value.
    Raw,
}

/// The cells of one column of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cells {
    /// None has a value, and how many there are.
    Empty(usize),
    /// Numbers, not a number where one is missing.
    Numbers(Vec<f64>),
    /// Dates as days since 1970-01-01 in UTC or times of day as hours, not a number where one is missing.
    Dates(Vec<f64>),
    /// Texts.
    Texts(Texts),
}

impl Cells {
    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Empty(n_rows) => *n_rows,
            Self::Numbers(numbers) | Self::Dates(numbers) => numbers.len(),
            Self::Texts(texts) => texts.codes.len(),
        }
    }

    /// The number of different texts.
    pub(crate) fn n_texts(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.distinct.len(),
            Self::Empty(_) | Self::Numbers(_) | Self::Dates(_) => 0,
        }
    }

    /// What was asked for as texts.
    pub(crate) fn into_texts(self) -> Texts {
        match self {
            Self::Texts(texts) => texts,
            Self::Empty(n_rows) => TextsBuilder::after_missing(n_rows).finish(),
            Self::Numbers(numbers) | Self::Dates(numbers) => {
                TextsBuilder::after_missing(numbers.len()).finish()
            }
        }
    }

    /// What was asked for as numbers or dates.
    pub(crate) fn into_numbers(self) -> Vec<f64> {
        match self {
            Self::Numbers(numbers) | Self::Dates(numbers) => numbers,
            Self::Empty(n_rows) => vec![f64::NAN; n_rows],
            Self::Texts(texts) => vec![f64::NAN; texts.codes.len()],
        }
    }
}

/// Texts, each different one kept once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Texts {
    /// The different texts, in order of appearance.
    pub(crate) distinct: Vec<String>,
    /// For each row the position of its text, [`NO_TEXT`] if it is missing.
    pub(crate) codes: Vec<u32>,
}

impl Texts {
    /// Likewise, some of the texts missing.
    pub(crate) fn without(mut self, is_missing: impl Fn(&str) -> bool) -> Self {
        let gone: Vec<bool> = self.distinct.iter().map(|text| is_missing(text)).collect();
        if !gone.contains(&true) {
            return self;
        }
        let mut next = 0;
        let code = |&gone: &bool| {
            next += u32::from(!gone);
            if gone { NO_TEXT } else { next - 1 }
        };
        let moved: Vec<u32> = gone.iter().map(code).collect();
        for code in self.codes.iter_mut().filter(|code| **code != NO_TEXT) {
            *code = moved[*code as usize];
        }
        let mut gone = gone.into_iter();
        self.distinct.retain(|_| gone.next() == Some(false));
        self
    }
}

/// Collects texts.
#[derive(Default)]
pub(crate) struct TextsBuilder {
    texts: Texts,
    seen: HashMap<String, u32>,
}

impl TextsBuilder {
    /// A column that begins with rows without a text.
    fn after_missing(n_rows: usize) -> Self {
        let texts = Texts { codes: vec![NO_TEXT; n_rows], ..Texts::default() };
        Self { texts, ..Self::default() }
    }

    /// Adds a row's text.
    pub(crate) fn push(&mut self, text: &str) {
        let code = if let Some(&code) = self.seen.get(text) {
            code
        } else {
            let code = self.texts.distinct.len() as u32;
            self.seen.insert(text.to_owned(), code);
            self.texts.distinct.push(text.to_owned());
            code
        };
        self.texts.codes.push(code);
    }

    /// Adds a row without a text.
    pub(crate) fn push_missing(&mut self) {
        self.texts.codes.push(NO_TEXT);
    }

    pub(crate) fn finish(self) -> Texts {
        self.texts
    }
}

/// Reads the texts of one column, cell by cell.
pub(crate) struct CellReader<'a> {
    read_as: ReadAs,
    missing: &'a Missing,
    state: State,
    n_rows: usize,
}

enum State {
    Empty,
    Numbers(Vec<f64>),
    Dates(Vec<f64>),
    Texts(TextsBuilder),
    /// Cells of several kinds: they are texts, and have to be read again as such.
    Mixed,
}

impl<'a> CellReader<'a> {
    pub(crate) fn new(read_as: ReadAs, missing: &'a Missing) -> Self {
        let state = match read_as {
            ReadAs::Found => State::Empty,
            ReadAs::Number | ReadAs::Double => State::Numbers(Vec::new()),
            ReadAs::Date | ReadAs::SpelledDate(_) => State::Dates(Vec::new()),
            ReadAs::SpelledNumber | ReadAs::Text | ReadAs::Raw => {
                State::Texts(TextsBuilder::default())
            }
        };
        Self { read_as, missing, state, n_rows: 0 }
    }

    /// Reads the next cell, without white space around it.
    ///
    /// # Errors
    /// A text that is not of the kind that was asked for.
    pub(crate) fn push(&mut self, text: &str) -> Result<()> {
        self.n_rows += 1;
        if let State::Empty = self.state {
            self.begin(text);
        }
        match &mut self.state {
            State::Empty | State::Mixed => {}
            State::Numbers(numbers) if self.read_as == ReadAs::SpelledNumber => {
                if !self.missing.has_word(text) {
                    return Err(no_number(text, None));
                }
                numbers.push(f64::NAN);
            }
            State::Numbers(numbers) => match number(text, self.missing, self.read_as) {
                Ok(number) => numbers.push(number),
                Err(_) if self.read_as == ReadAs::Found => self.state = State::Mixed,
                Err(error) => return Err(error),
            },
            State::Dates(dates) => match date(text, self.missing, self.read_as) {
                Ok(date) => dates.push(date),
                Err(_) if self.read_as == ReadAs::Found => self.state = State::Mixed,
                Err(error) => return Err(error),
            },
            State::Texts(texts) => {
                if self.read_as != ReadAs::Raw && self.missing.has_text(text) {
                    texts.push_missing();
                } else {
                    texts.push(text);
                }
            }
        }
        Ok(())
    }

    /// Reads the next cell, which is a number in the file: it has no spelling, and is written as plain
    /// numbers are.
    ///
    /// # Errors
    /// It is not of the kind that was asked for, or stands among texts that have a spelling.
    pub(crate) fn push_number(&mut self, text: &str) -> Result<()> {
        if self.read_as != ReadAs::SpelledNumber {
            return self.push(text);
        }
        let number = number(text, self.missing, self.read_as)?;
        if let State::Texts(texts) = &self.state {
            if !texts.texts.distinct.iter().all(|text| self.missing.has_word(text)) {
                return Err(number_among_texts(text));
            }
            self.state = State::Numbers(vec![f64::NAN; self.n_rows]);
        }
        self.n_rows += 1;
        if let State::Numbers(numbers) = &mut self.state {
            numbers.push(number);
        }
        Ok(())
    }

    /// At the first cell that has a value: what all of them may be.
    fn begin(&mut self, text: &str) {
        if self.missing.has_text(text) {
            return;
        }
        let before = vec![f64::NAN; self.n_rows - 1];
        self.state = if number(text, self.missing, self.read_as).is_ok() {
            State::Numbers(before)
        } else if days(text).is_some() {
            State::Dates(before)
        } else {
            State::Texts(TextsBuilder::after_missing(before.len()))
        };
    }

    /// The cells; `None` if they are of several kinds and have to be read as texts.
    pub(crate) fn finish(self) -> Option<Cells> {
        match self.state {
            State::Empty => Some(Cells::Empty(self.n_rows)),
            State::Numbers(numbers) => Some(Cells::Numbers(numbers)),
            State::Dates(dates) => Some(Cells::Dates(dates)),
            State::Texts(texts) => Some(Cells::Texts(texts.finish())),
            State::Mixed => None,
        }
    }
}

/// A text as a number, not a number if it stands for a missing one.
///
/// # Errors
/// The text is not a number, or the number is out of range.
pub(crate) fn number(text: &str, missing: &Missing, read_as: ReadAs) -> Result<f64> {
    match text.parse::<f64>() {
        Ok(number) => {
            if missing.has_number(number) {
                return Ok(f64::NAN);
            }
            check_number(number, read_as)?;
            Ok(number)
        }
        Err(_) if missing.has_text(text) => Ok(f64::NAN),
        Err(_) if read_as == ReadAs::Number && missing.has_word(text) => Ok(f64::NAN),
        Err(_) => Err(no_number(text, None)),
    }
}

/// The error for a text among numbers, which may have a spelling.
pub(crate) fn no_number(text: &str, spelling: Option<&Spelling>) -> Error {
    let text = shorten(text);
    let like = spelling.map(|spelling| format!(", written like {spelling}")).unwrap_or_default();
    Error::data(format!("'{text}' is not a number, as the column's cells are{like}")).with_help(
        sentence![
            "correct the cell, or empty it: it then counts as missing; ",
            Parameter("categorical"),
            " takes a column for texts",
        ],
    )
}

/// The error for a column of texts that have a spelling and of numbers that need none.
fn number_among_texts(text: &str) -> Error {
    let text = shorten(text);
    Error::data(format!(
        "the column has both numbers and texts that are to be numbers, here {text}"
    ))
    .with_help("write all its cells as numbers, or all as texts like those of the training")
}

/// Refuses a number that cannot be held.
///
/// # Errors
/// It is infinite, or beyond the range of `f32` where that is what holds it.
pub(crate) fn check_number(number: f64, read_as: ReadAs) -> Result<()> {
    if number.is_infinite() {
        return Err(Error::data(format!("{number} is not a finite number"))
            .with_help("correct the cell, or empty it: it then counts as missing"));
    }
    if read_as != ReadAs::Double && (number as f32).is_infinite() {
        return Err(Error::data(format!("{number} is beyond the range of f32, ±3.4e38"))
            .with_help(sentence![
                "scale the column down; ",
                Parameter("ignore"),
                " leaves a column out"
            ]));
    }
    Ok(())
}

/// A text as a date or a time of day, not a number if it stands for a missing one.
fn date(text: &str, missing: &Missing, read_as: ReadAs) -> Result<f64> {
    if missing.has_text(text) {
        return Ok(f64::NAN);
    }
    let (days, spelling) = match read_as {
        ReadAs::SpelledDate(spelling) => (spelling.read(text), Some(spelling)),
        _ => (days(text), None),
    };
    match days {
        Some(days) => Ok(days),
        None if read_as != ReadAs::Found && missing.has_word(text) => Ok(f64::NAN),
        None => Err(not_a_date(text, spelling)),
    }
}

fn not_a_date(text: &str, spelling: Option<DateSpelling>) -> Error {
    let text = shorten(text);
    match spelling {
        None => Error::data(format!("'{text}' is not an ISO 8601 date, as the column's cells are"))
            .with_help(
                "write dates as 2024-01-31 and times as 2024-01-31T12:00:00Z, or empty the cell",
            ),
        Some(DateSpelling::TIME) => {
            Error::data(format!("'{text}' is not a time of day, as the column's cells are"))
                .with_help("write times as 23:59 or 23:59:59, or empty the cell")
        }
        Some(spelling) => Error::data(format!(
            "'{text}' is not a date written as {spelling}, as the column's cells are"
        ))
        .with_help("write dates as they were when the model was trained, or empty the cell"),
    }
}
