//! A feature of a table: its name, what its cells are, and a number for each row.

use std::collections::HashMap;
use std::iter::repeat_n;

use crate::data::date_parts::{DatePart, hours};
use crate::data::input::cells::{Cells, NO_TEXT, ReadAs};
use crate::data::input::dates::{DateSpelling, days_of_digits};
use crate::data::input::spelling::Spelling;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result, memory};

/// The most levels of a category: as many whole numbers as an `f32` can tell apart.
pub(crate) const MAX_LEVELS: usize = 1 << 24;

/// What a level takes in a hash table that is as empty as can be.
pub(super) const LEVEL_BYTES: usize = 2 * size_of::<(String, u32)>();

/// A column of features.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values mean.
    pub kind: ColumnKind,
    /// How its numbers are written, where that is not the plain way.
    pub spelling: Option<Spelling>,
    /// How the cells were written, if they were dates or times of day other than in ISO 8601.
    pub date_spelling: Option<DateSpelling>,
    /// A value for each row, not a number where it is missing.
    pub values: Vec<f32>,
}

impl Column {
    /// How its cells were written, where that is not the plain way or ISO 8601.
    pub fn spelling_text(&self) -> Option<String> {
        spelling_text(self.spelling.as_ref(), self.date_spelling)
    }
}

/// The spelling of numbers or dates as text, if there is one.
pub(in crate::data) fn spelling_text(
    numbers: Option<&Spelling>,
    dates: Option<DateSpelling>,
) -> Option<String> {
    numbers.map(ToString::to_string).or(dates.map(|spelling| spelling.to_string()))
}

/// What the values of a column mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// They are numbers.
    Number,
    /// They are dates: days since a day of the column's own, in UTC, so that an `f32` tells close times
    /// apart.
    Date {
        /// That day, in days since 1970-01-01: the column's first.
        origin: i32,
    },
    /// They are a part of the dates of the column before, or of the one that has the parts before.
    DatePart(DatePart),
    /// They are the positions of texts in a list.
    Category {
        /// The texts, in the order of their code points.
        levels: Vec<String>,
    },
}

/// A column that grows block by block, before it is known what it is.
#[derive(Default)]
pub(super) struct GrowingColumn {
    values: Vec<f32>,
    found: Found,
    spelling: Option<Spelling>,
    /// For each date the hours since 1970-01-01.
    hours: Vec<i32>,
    date_spelling: Option<DateSpelling>,
}

/// What the cells with values have been so far.
#[derive(Default)]
enum Found {
    /// There were none.
    #[default]
    Nothing,
    /// Numbers; whether all of them could be dates of eight digits.
    Numbers(bool),
    /// With the day that they are counted from.
    Dates(i32),
    Texts(HashMap<String, u32>),
    /// Texts in some blocks and something else in others: all have to be read as texts.
    Mixed,
}

impl GrowingColumn {
    /// A column that is going to be read as this.
    pub(super) fn read_as(read_as: ReadAs) -> Self {
        match read_as {
            ReadAs::SpelledDate(spelling) => {
                Self { date_spelling: Some(spelling), ..Self::default() }
            }
            _ => Self::default(),
        }
    }

    /// Adds the rows of a block that are to be kept.
    ///
    /// # Errors
    /// More levels than a category can have.
    pub(super) fn push(&mut self, cells: Cells, keep: Option<&[bool]>) -> Result<()> {
        self.found.meet(&cells);
        match cells {
            _ if matches!(self.found, Found::Mixed) => self.values = Vec::new(),
            Cells::Empty(n_rows) => extend(&mut self.values, keep, repeat_n(f32::NAN, n_rows)),
            Cells::Numbers(values) => {
                let values = values.into_iter().map(|value| value as f32);
                extend(&mut self.values, keep, values);
            }
            Cells::Dates(days) => {
                let Found::Dates(origin) = self.found else { return Ok(()) };
                // Blocks without a date have left nothing here.
                self.hours.resize(self.values.len(), hours(f64::NAN));
                extend(&mut self.hours, keep, days.iter().map(|&days| hours(days)));
                let values = days.into_iter().map(|days| since(origin, days));
                extend(&mut self.values, keep, values);
            }
            Cells::Texts(texts) => {
                let codes = self.found.intern(texts.distinct)?;
                let code =
                    |text: u32| if text == NO_TEXT { f32::NAN } else { codes[text as usize] };
                extend(&mut self.values, keep, texts.codes.into_iter().map(code));
            }
        }
        Ok(())
    }

    /// The number of bytes that are allocated when `n_rows` rows of `n_texts` different texts are added.
    pub(super) fn growth(&self, n_rows: usize, n_texts: usize) -> usize {
        let levels = match &self.found {
            Found::Texts(levels) if levels.len() + n_texts > levels.capacity() => {
                2 * (levels.len() + n_texts) * LEVEL_BYTES
            }
            Found::Dates(_) => memory::growth(&self.hours, n_rows),
            _ => 0,
        };
        memory::growth(&self.values, n_rows) + levels
    }

    /// As what all cells have to be read again, if they have to.
    pub(super) fn read_again(&self, read_as: ReadAs) -> Option<ReadAs> {
        match self.found {
            Found::Mixed => Some(ReadAs::Text),
            Found::Numbers(true) if read_as == ReadAs::Found => {
                Some(ReadAs::SpelledDate(DateSpelling::DIGITS))
            }
            _ => None,
        }
    }

    /// Has all cells read again, as texts.
    pub(super) fn restart_as_text(&mut self) {
        *self = Self { found: Found::Mixed, ..Self::default() };
    }

    /// Whether its values are numbers.
    pub(super) fn is_numbers(&self) -> bool {
        matches!(self.found, Found::Numbers(_) | Found::Nothing)
    }

    /// Its values, if they are numbers; none if not.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> + Clone {
        let numbers = if let Found::Numbers(_) = self.found { &self.values[..] } else { &[] };
        numbers.iter().map(|&number| f64::from(number))
    }

    /// The different texts; `None` if it is not of texts.
    pub(super) fn texts(&self) -> Option<impl Iterator<Item = &str> + Clone> {
        match &self.found {
            Found::Texts(codes) => Some(codes.keys().map(String::as_str)),
            _ => None,
        }
    }

    /// Those of its texts that are so, in order, and the number of cells that have them.
    pub(super) fn count(&self, is_so: impl Fn(&str) -> bool) -> (Vec<String>, u64) {
        let Found::Texts(codes) = &self.found else { return (Vec::new(), 0) };
        let found: HashMap<u32, &String> = codes
            .iter()
            .filter(|(text, _)| is_so(text))
            .map(|(text, &code)| (code, text))
            .collect();
        if found.is_empty() {
            return (Vec::new(), 0);
        }
        let is_found = |value: &&f32| !value.is_nan() && found.contains_key(&(**value as u32));
        let n_cells = self.values.iter().filter(is_found).count() as u64;
        let mut texts: Vec<String> = found.into_values().cloned().collect();
        texts.sort_unstable();
        (texts, n_cells)
    }

    /// Says how its numbers are written.
    pub(super) fn spell(&mut self, spelling: Option<Spelling>) {
        self.spelling = spelling;
    }

    /// Makes the numbers of its texts that they are.
    pub(super) fn make_numbers(&mut self, number: impl Fn(&str) -> f64) {
        let numbers = self.found.take_values(number);
        self.found = Found::Numbers(false);
        for value in self.values.iter_mut().filter(|value| !value.is_nan()) {
            *value = numbers[*value as usize] as f32;
        }
    }

    /// Makes the dates of its texts that they are, given in days since 1970-01-01, or the times of day,
    /// given in hours.
    pub(super) fn make_dates(
        &mut self,
        spelling: Option<DateSpelling>,
        read: impl Fn(&str) -> f64,
    ) {
        let read = self.found.take_values(read);
        let of = |code: f32| if code.is_nan() { f64::NAN } else { read[code as usize] };
        let first = self.values.iter().map(|&code| of(code)).find(|days| !days.is_nan());
        self.date_spelling = spelling;
        let origin = if spelling == Some(DateSpelling::TIME) {
            self.found = Found::Numbers(false);
            0
        } else {
            let origin = first.map_or(0, |days| days.floor() as i32);
            self.hours = self.values.iter().map(|&code| hours(of(code))).collect();
            self.found = Found::Dates(origin);
            origin
        };
        for value in &mut self.values {
            *value = since(origin, of(*value));
        }
    }

    /// Whether its texts are all numbers: it was not taken for numbers because one cannot be held.
    pub(super) fn is_unholdable(&self) -> bool {
        let Found::Texts(codes) = &self.found else { return false };
        !codes.is_empty() && codes.keys().all(|text| text.parse::<f64>().is_ok())
    }

    /// The column, its levels in order; and of a column of dates the hours since 1970-01-01.
    pub(super) fn finish(self, name: String) -> (Column, Vec<i32>) {
        let Self { mut values, found, spelling, mut hours, date_spelling } = self;
        let kind = match found {
            Found::Nothing | Found::Numbers(_) | Found::Mixed => ColumnKind::Number,
            Found::Dates(origin) => {
                hours.resize(values.len(), i32::MIN);
                ColumnKind::Date { origin }
            }
            Found::Texts(codes) => {
                let (levels, positions) = in_order(codes);
                // Not a number stays what it is: no level has its code.
                for value in values.iter_mut().filter(|value| !value.is_nan()) {
                    *value = positions[*value as usize] as f32;
                }
                ColumnKind::Category { levels }
            }
        };
        values.shrink_to_fit();
        (Column { name, kind, spelling, date_spelling, values }, hours)
    }
}

/// Adds the values of the rows that are to be kept.
fn extend<T>(values: &mut Vec<T>, keep: Option<&[bool]>, block: impl Iterator<Item = T>) {
    match keep {
        None => values.extend(block),
        Some(keep) => {
            values.extend(block.zip(keep).filter(|(_, keep)| **keep).map(|(value, _)| value));
        }
    }
}

impl Found {
    /// Takes note of what a block's cells are.
    fn meet(&mut self, cells: &Cells) {
        let could_be_date = |number: &f64| number.is_nan() || days_of_digits(*number).is_some();
        let now = match cells {
            Cells::Empty(_) => return,
            Cells::Numbers(numbers) => match self {
                // It is enough that one is none.
                Self::Numbers(false) => return,
                _ => Self::Numbers(numbers.iter().all(could_be_date)),
            },
            Cells::Dates(days) => {
                let first = days.iter().find(|days| !days.is_nan());
                Self::Dates(first.map_or(0, |days| days.floor() as i32))
            }
            Cells::Texts(_) => Self::Texts(HashMap::new()),
        };
        if matches!((&*self, &now), (Self::Nothing, _) | (Self::Numbers(_), Self::Numbers(_))) {
            *self = now;
        } else if std::mem::discriminant(self) != std::mem::discriminant(&now) {
            *self = Self::Mixed;
        }
    }

    /// Takes the texts; gives for each code its text's value.
    fn take_values(&mut self, value: impl Fn(&str) -> f64) -> Vec<f64> {
        let Self::Texts(codes) = std::mem::take(self) else { return Vec::new() };
        let mut values = vec![f64::NAN; codes.len()];
        for (text, code) in codes {
            values[code as usize] = value(&text);
        }
        values
    }

    /// The codes of a block's levels, new ones for those that are new.
    fn intern(&mut self, levels: Vec<String>) -> Result<Vec<f32>> {
        let Self::Texts(codes) = self else { return Ok(Vec::new()) };
        let intern = |level| {
            let next = codes.len() as u32;
            *codes.entry(level).or_insert(next) as f32
        };
        let block: Vec<f32> = levels.into_iter().map(intern).collect();
        if codes.len() > MAX_LEVELS {
            return Err(Error::data(format!("the column has more than {MAX_LEVELS} levels"))
                .with_help(sentence!["leave it out with ", Parameter("ignore")]));
        }
        Ok(block)
    }
}

/// Days since 1970 as days since `origin`.
pub(in crate::data) fn since(origin: i32, days: f64) -> f32 {
    (days - f64::from(origin)) as f32
}

/// Texts in the order of their code points, and for each code the text's position.
pub(super) fn in_order(codes: HashMap<String, u32>) -> (Vec<String>, Vec<u32>) {
    let mut levels: Vec<(String, u32)> = codes.into_iter().collect();
    levels.sort_unstable();
    let mut positions = vec![0; levels.len()];
    for (position, (_, code)) in levels.iter().enumerate() {
        positions[*code as usize] = position as u32;
    }
    (levels.into_iter().map(|(text, _)| text).collect(), positions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::input::cells::Texts;

    fn texts(distinct: &[&str], codes: &[u32]) -> Cells {
        let distinct = distinct.iter().map(|&text| text.to_owned()).collect();
        Cells::Texts(Texts { distinct, codes: codes.to_vec() })
    }

    #[test]
    fn new_levels_grow_to_twice_what_there_are() {
        let mut column = GrowingColumn::default();
        column.push(texts(&["a", "b", "c"], &[0, 1, 2]), None).unwrap();
        let Found::Texts(levels) = &column.found else { panic!("texts are levels") };
        let free = levels.capacity() - 3;
        // There is room in the values after none are added.
        assert_eq!(column.growth(0, free), 0);
        assert_eq!(column.growth(0, free + 1), 2 * (3 + free + 1) * LEVEL_BYTES);
    }

    #[test]
    fn levels_of_several_blocks_are_put_in_one_order() {
        let mut column = GrowingColumn::default();
        column.push(texts(&["c", "a"], &[0, 1, NO_TEXT]), None).unwrap();
        column.push(Cells::Empty(1), None).unwrap();
        column.push(texts(&["b", "c"], &[0, 1]), Some(&[true, false])).unwrap();
        let (Column { name, kind, values, .. }, _) = column.finish("x".to_owned());
        assert_eq!(name, "x");
        assert_eq!(kind, ColumnKind::Category { levels: ["a", "b", "c"].map(String::from).into() });
        let shown: Vec<String> = values.iter().map(f32::to_string).collect();
        assert_eq!(shown, ["2", "0", "NaN", "NaN", "1"]);
    }

    #[test]
    fn numbers_in_one_block_and_texts_in_another_are_mixed() {
        let mut column = GrowingColumn::default();
        column.push(Cells::Numbers(vec![1.0]), None).unwrap();
        assert_eq!(column.read_again(ReadAs::Found), None);
        column.push(texts(&["x"], &[0]), None).unwrap();
        assert_eq!(column.read_again(ReadAs::Found), Some(ReadAs::Text));
    }
}
