//! A feature of a table: its name, what its cells are, and a number for each row.

use std::collections::HashMap;
use std::iter::repeat_n;

use crate::data::date_parts::{DatePart, hours};
use crate::data::input::cells::{Cells, NO_TEXT, ReadAs};
use crate::data::input::dates::{DateOrder, DateSpelling, days_of_digits};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result, memory};

/// The most levels of a category: as many whole numbers as an `f32` can tell apart.
pub(crate) const MAX_LEVELS: usize = 1 << 24;

/// What a level takes in a hash table that is as empty as can be.
const LEVEL_BYTES: usize = 2 * size_of::<(String, u32)>();

/// A column of features.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values mean.
    pub kind: ColumnKind,
    /// A value for each row, not a number where it is missing.
    pub values: Vec<f32>,
    /// How the cells were written, if they were dates or times of day other than in ISO 8601.
    pub spelling: Option<DateSpelling>,
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
    /// For each date the hours since 1970-01-01.
    hours: Vec<i32>,
    spelling: Option<DateSpelling>,
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
            ReadAs::Spelled(spelling) => Self { spelling: Some(spelling), ..Self::default() },
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
    pub(super) fn read_again(&self) -> Option<ReadAs> {
        match self.found {
            Found::Mixed => Some(ReadAs::Text),
            Found::Numbers(true) => Some(ReadAs::Spelled(DateSpelling::DIGITS)),
            _ => None,
        }
    }

    /// Whether its texts are all numbers: it was not taken for numbers because one cannot be held.
    pub(super) fn is_unholdable(&self) -> bool {
        let Found::Texts(codes) = &self.found else { return false };
        !codes.is_empty() && codes.keys().all(|text| text.parse::<f64>().is_ok())
    }

    /// Takes texts for dates or times of day if they all have one spelling.
    pub(super) fn find_dates(&mut self, order: Option<DateOrder>) {
        let Found::Texts(codes) = &self.found else { return };
        let Some(spelling) = DateSpelling::find(codes.keys(), order) else { return };
        // The first text has the code 0, as the first date of a block is the origin.
        let mut read = vec![f64::NAN; codes.len()];
        for (text, &code) in codes {
            read[code as usize] = spelling.read(text).unwrap_or(f64::NAN);
        }
        let read_code = |code: f32| if code.is_nan() { f64::NAN } else { read[code as usize] };
        let origin = if spelling == DateSpelling::TIME { 0 } else { read[0].floor() as i32 };
        self.hours = self.values.iter().map(|&code| hours(read_code(code))).collect();
        for value in &mut self.values {
            *value = since(origin, read_code(*value));
        }
        self.spelling = Some(spelling);
        self.found = match spelling {
            DateSpelling::TIME => Found::Numbers(false),
            _ => Found::Dates(origin),
        };
    }

    /// The column, its levels in order; and of a column of dates the hours since 1970-01-01.
    pub(super) fn finish(self, name: String) -> (Column, Vec<i32>) {
        let Self { mut values, found, mut hours, spelling } = self;
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
        (Column { name, kind, values, spelling }, hours)
    }
}

/// Adds the values of the rows that are to be kept.
fn extend<T>(values: &mut Vec<T>, keep: Option<&[bool]>, block: impl Iterator<Item = T>) {
    match keep {
        None => values.extend(block),
        Some(keep) => {
            let kept = block.zip(keep).filter(|(_, keep)| **keep);
            values.extend(kept.map(|(value, _)| value));
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
        assert_eq!(column.read_again(), None);
        column.push(texts(&["x"], &[0]), None).unwrap();
        assert_eq!(column.read_again(), Some(ReadAs::Text));
    }
}
