//! A column of Arrow's as cells: what its type means to a forest.

use std::fmt::{Display, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type,
    Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use arrow_select::take::take;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::{is_plain, texts};
use crate::data::input::cells::Missing;
use crate::data::input::cells::{CellReader, Cells, ReadAs, TextsBuilder, check_number};
use crate::data::input::dates::{DateSpelling, days_of_digits, days_since_1970};
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

const SECONDS_A_DAY: i64 = 86_400;

/// How a column is to be read.
#[derive(Clone, Copy)]
struct Asked<'a> {
    read_as: ReadAs,
    missing: &'a Missing,
}

/// An error and the row of the batch that it is in.
type InRow<T> = Result<T, (usize, Error)>;

/// Refuses a column whose cells are neither numbers, dates nor texts.
pub(super) fn check_type(data_type: &DataType) -> Result<()> {
    let cell_type = match data_type {
        DataType::Dictionary(_, values) => values,
        other => other,
    };
    if is_plain(cell_type) {
        return Ok(());
    }
    let name = shorten(&data_type.to_string());
    Err(Error::data(format!("the column is of type {name}: neither numbers, dates nor texts"))
        .with_help(sentence!["leave it out with ", Parameter("ignore"), ", or convert it"]))
}

/// The cells of one column; `None` if they are texts of several kinds, and have to be read again as
/// texts. A null, and a float that is not a number, is missing.
///
/// Integers, floats and decimals are numbers, dates and timestamps are dates (a timestamp without a
/// zone is in UTC); texts are read as the cells of a CSV file are, and booleans as the texts `true`
/// and `false`. Asked for as texts, numbers are written as short as they can be and dates as in
/// ISO 8601.
///
/// # Errors
/// The first row with a cell that is not what was asked for, counted from 0, and why.
pub(in crate::data::input) fn cells(
    column: &ArrayRef,
    read_as: ReadAs,
    missing: &Missing,
) -> InRow<Option<Cells>> {
    use DataType as T;
    check_type(column.data_type()).map_err(|error| (0, error))?;
    let asked = Asked { read_as, missing };
    match column.data_type() {
        T::Null => Ok(Some(nothing(column.len(), read_as))),
        T::Boolean => asked.booleans(column),
        T::Int8 => asked.numbers::<Int8Type>(column, f64::from),
        T::Int16 => asked.numbers::<Int16Type>(column, f64::from),
        T::Int32 => asked.numbers::<Int32Type>(column, f64::from),
        T::Int64 => asked.numbers::<Int64Type>(column, |number| number as f64),
        T::UInt8 => asked.numbers::<UInt8Type>(column, f64::from),
        T::UInt16 => asked.numbers::<UInt16Type>(column, f64::from),
        T::UInt32 => asked.numbers::<UInt32Type>(column, f64::from),
        T::UInt64 => asked.numbers::<UInt64Type>(column, |number| number as f64),
        T::Float16 => asked.numbers::<Float16Type>(column, f64::from),
        T::Float32 => asked.numbers::<Float32Type>(column, f64::from),
        T::Float64 => asked.numbers::<Float64Type>(column, f64::from),
        T::Decimal32(..) => asked.decimals::<Decimal32Type>(column),
        T::Decimal64(..) => asked.decimals::<Decimal64Type>(column),
        T::Decimal128(..) => asked.decimals::<Decimal128Type>(column),
        T::Decimal256(..) => asked.decimals::<Decimal256Type>(column),
        T::Date32 => asked.dates::<Date32Type>(column, |days| {
            SignedDuration::from_secs(i64::from(days) * SECONDS_A_DAY)
        }),
        T::Date64 => asked.dates::<Date64Type>(column, SignedDuration::from_millis),
        T::Timestamp(unit, _) => match unit {
            TimeUnit::Second => {
                asked.dates::<TimestampSecondType>(column, SignedDuration::from_secs)
            }
            TimeUnit::Millisecond => {
                asked.dates::<TimestampMillisecondType>(column, SignedDuration::from_millis)
            }
            TimeUnit::Microsecond => {
                asked.dates::<TimestampMicrosecondType>(column, SignedDuration::from_micros)
            }
            TimeUnit::Nanosecond => {
                asked.dates::<TimestampNanosecondType>(column, SignedDuration::from_nanos)
            }
        },
        _ => match texts::texts(column) {
            Some(text) => asked.texts(column.len(), |row| text(row).unwrap_or("")),
            None => asked.dictionary(column),
        },
    }
}

/// What `n_rows` rows without a value are.
fn nothing(n_rows: usize, read_as: ReadAs) -> Cells {
    let none = vec![f64::NAN; n_rows];
    match read_as {
        ReadAs::Found => Cells::Empty(n_rows),
        ReadAs::Number | ReadAs::Double | ReadAs::SpelledNumber => Cells::Numbers(none),
        ReadAs::Date | ReadAs::SpelledDate(_) => Cells::Dates(none),
        ReadAs::Text | ReadAs::Raw => {
            let mut texts = TextsBuilder::default();
            for _ in none {
                texts.push_missing();
            }
            Cells::Texts(texts.finish())
        }
    }
}

impl Asked<'_> {
    /// Cell by cell, as those of a CSV file.
    fn texts<'a>(self, n_rows: usize, text: impl Fn(usize) -> &'a str) -> InRow<Option<Cells>> {
        let mut reader = CellReader::new(self.read_as, self.missing);
        for row in 0..n_rows {
            reader.push(text(row).trim_ascii()).map_err(|error| (row, error))?;
        }
        Ok(reader.finish())
    }

    fn booleans(self, column: &ArrayRef) -> InRow<Option<Cells>> {
        if matches!(self.read_as, ReadAs::Number | ReadAs::Double | ReadAs::Date) {
            return self.other(column, "truth values");
        }
        let booleans = column.as_boolean();
        self.texts(column.len(), |row| match booleans.is_valid(row) {
            true if booleans.value(row) => "true",
            true => "false",
            false => "",
        })
    }

    fn numbers<T: ArrowPrimitiveType>(
        self,
        column: &ArrayRef,
        number: impl Fn(T::Native) -> f64,
    ) -> InRow<Option<Cells>>
    where
        T::Native: Display,
    {
        let values = column.as_primitive::<T>().values();
        self.any_numbers(
            column,
            |row| number(values[row]),
            |row, text| {
                // Zero has a sign as a float, and is the same number with it.
                match number(values[row]) {
                    0.0 => text.push('0'),
                    _ => _ = write!(text, "{}", values[row]),
                }
            },
        )
    }

    fn decimals<T: DecimalType>(self, column: &ArrayRef) -> InRow<Option<Cells>> {
        let values = column.as_primitive::<T>();
        let number = |row| values.value_as_string(row).parse().unwrap_or(f64::NAN);
        self.any_numbers(column, number, |row, text| {
            let written = values.value_as_string(row);
            text.push_str(if written.contains('.') {
                written.trim_end_matches('0').trim_end_matches('.')
            } else {
                &written
            });
        })
    }

    fn any_numbers(
        self,
        column: &ArrayRef,
        number: impl Fn(usize) -> f64,
        write: impl Fn(usize, &mut String),
    ) -> InRow<Option<Cells>> {
        let Self { read_as, missing } = self;
        let number = |row| if column.is_valid(row) { number(row) } else { f64::NAN };
        match read_as {
            ReadAs::SpelledDate(DateSpelling::DIGITS) => self.digits(column, number),
            ReadAs::Date | ReadAs::SpelledDate(_) => self.other(column, "numbers"),
            ReadAs::Text | ReadAs::Raw => self.written(column.len(), |row, text| {
                let number = number(row);
                if !number.is_nan() {
                    check_number(number, ReadAs::Double)?;
                    write(row, text);
                }
                Ok(())
            }),
            ReadAs::Found | ReadAs::Number | ReadAs::Double | ReadAs::SpelledNumber => {
                let numbers = (0..column.len()).map(|row| match number(row) {
                    number if missing.has_number(number) => Ok(f64::NAN),
                    number => check_number(number, read_as).map(|()| number).map_err(|e| (row, e)),
                });
                Ok(Some(self.found(numbers.collect::<InRow<_>>()?, Cells::Numbers)))
            }
        }
    }

    /// Dates that are numbers of eight digits.
    fn digits(self, column: &ArrayRef, number: impl Fn(usize) -> f64) -> InRow<Option<Cells>> {
        let date = |row| match number(row) {
            number if self.missing.has_number(number) => Ok(f64::NAN),
            number => days_of_digits(number).ok_or_else(|| {
                let spelling = DateSpelling::DIGITS;
                let message = format!("{number} is not a date written as {spelling}");
                let help = "correct the cell, or empty it: it then counts as missing";
                (row, Error::data(message).with_help(help))
            }),
        };
        let dates = (0..column.len()).map(date);
        Ok(Some(self.found(dates.collect::<InRow<_>>()?, Cells::Dates)))
    }

    fn dates<T: ArrowPrimitiveType>(
        self,
        column: &ArrayRef,
        since_1970: impl Fn(T::Native) -> SignedDuration,
    ) -> InRow<Option<Cells>> {
        let values = column.as_primitive::<T>().values();
        match self.read_as {
            ReadAs::Number | ReadAs::Double | ReadAs::SpelledDate(DateSpelling::TIME) => {
                self.other(column, "dates")
            }
            ReadAs::SpelledNumber | ReadAs::Text | ReadAs::Raw => {
                self.written(column.len(), |row, text| {
                    if column.is_null(row) {
                        return Ok(());
                    }
                    write_date(since_1970(values[row]), column.data_type(), text)
                })
            }
            ReadAs::Found | ReadAs::Date | ReadAs::SpelledDate(_) => {
                let date = |row: usize| days_since_1970(since_1970(values[row]));
                let dates = (0..column.len())
                    .map(|row| if column.is_valid(row) { date(row) } else { f64::NAN });
                Ok(Some(self.found(dates.collect(), Cells::Dates)))
            }
        }
    }

    /// A dictionary of something else than texts is read as if it were none.
    fn dictionary(self, column: &ArrayRef) -> InRow<Option<Cells>> {
        let dictionary = column.as_any_dictionary();
        let values = take(dictionary.values(), dictionary.keys(), None)
            .map_err(|error| (0, Error::data(format!("the column cannot be read: {error}"))))?;
        cells(&values, self.read_as, self.missing)
    }

    fn found(self, values: Vec<f64>, kind: fn(Vec<f64>) -> Cells) -> Cells {
        let is_empty = self.read_as == ReadAs::Found && values.iter().all(|value| value.is_nan());
        if is_empty { Cells::Empty(values.len()) } else { kind(values) }
    }

    /// Texts that are written here; what is left empty is missing.
    fn written(
        self,
        n_rows: usize,
        write: impl Fn(usize, &mut String) -> Result<()>,
    ) -> InRow<Option<Cells>> {
        let mut texts = TextsBuilder::default();
        let mut text = String::new();
        for row in 0..n_rows {
            text.clear();
            write(row, &mut text).map_err(|error| (row, error))?;
            if self.missing.has_text(&text) {
                texts.push_missing();
            } else {
                texts.push(&text);
            }
        }
        Ok(Some(Cells::Texts(texts.finish())))
    }

    /// A column whose cells are of another kind than was asked for: no matter where all are missing.
    fn other(self, column: &ArrayRef, found: &str) -> InRow<Option<Cells>> {
        let Some(row) = (0..column.len()).find(|&row| column.is_valid(row)) else {
            return Ok(Some(nothing(column.len(), self.read_as)));
        };
        let expected = match self.read_as {
            ReadAs::SpelledDate(DateSpelling::TIME) => "times of day",
            ReadAs::Date | ReadAs::SpelledDate(_) => "dates",
            _ => "numbers",
        };
        let name = shorten(&column.data_type().to_string());
        let message =
            format!("the cells are {found}, of type {name}, where {expected} are expected");
        Err((row, Error::data(message).with_help(format!("convert the column to {expected}"))))
    }
}

/// A date as in ISO 8601, with the time of day where the type has one, and `Z` where it has a zone.
fn write_date(since_1970: SignedDuration, data_type: &DataType, text: &mut String) -> Result<()> {
    let timestamp = Timestamp::from_duration(since_1970).map_err(|_| {
        Error::data("the date is not between the years -9999 and 9999")
            .with_help("correct the cell, or empty it: it then counts as missing")
    })?;
    let civil = Offset::UTC.to_datetime(timestamp);
    match data_type {
        DataType::Timestamp(_, Some(_)) => _ = write!(text, "{timestamp}"),
        DataType::Timestamp(_, None) => _ = write!(text, "{civil}"),
        _ => _ = write!(text, "{}", civil.date()),
    }
    Ok(())
}
