//! What columns of each type are read as.

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int8Array, Int64Array, LargeStringArray, NullArray, StringArray,
    StringViewArray, Time32SecondArray, TimestampMicrosecondArray, TimestampSecondArray,
    UInt64Array,
};

use crate::Error;
use crate::data::input::arrow::cells;
use crate::data::input::cells::Missing;
use crate::data::input::cells::{Cells, ReadAs, Texts, TextsBuilder};
use crate::data::input::dates::DateSpelling;

fn read(column: impl Array + 'static, read_as: ReadAs) -> Result<Option<Cells>, (usize, Error)> {
    cells(&(Arc::new(column) as ArrayRef), read_as, &Missing::new(&["-999".to_owned()]))
}

/// Numbers or dates with `None` for one that is missing, for that is not equal to itself.
#[derive(Debug, PartialEq)]
enum Found {
    Empty(usize),
    Numbers(Vec<Option<f64>>),
    Dates(Vec<Option<f64>>),
    Texts(Texts),
}

fn found(column: impl Array + 'static, read_as: ReadAs) -> Found {
    let known = |values: Vec<f64>| values.into_iter().map(|v| (!v.is_nan()).then_some(v)).collect();
    match read(column, read_as).unwrap().unwrap() {
        Cells::Empty(n_rows) => Found::Empty(n_rows),
        Cells::Numbers(numbers) => Found::Numbers(known(numbers)),
        Cells::Dates(dates) => Found::Dates(known(dates)),
        Cells::Texts(texts) => Found::Texts(texts),
    }
}

fn texts(texts: &[&str]) -> Found {
    let mut builder = TextsBuilder::default();
    for text in texts {
        if text.is_empty() { builder.push_missing() } else { builder.push(text) }
    }
    Found::Texts(builder.finish())
}

fn refused(column: impl Array + 'static, read_as: ReadAs, row: usize, message: &str) {
    let (at, error) = read(column, read_as).unwrap_err();
    assert_eq!((at, &*error.message().to_string()), (row, message));
}

#[test]
fn numbers_are_numbers_whatever_their_width() {
    let expected = Found::Numbers(vec![Some(-5.0), None, None, Some(7.0)]);
    let values = vec![Some(-5), None, Some(-999), Some(7)];
    assert_eq!(found(Int64Array::from(values.clone()), ReadAs::Found), expected);
    assert_eq!(found(Int64Array::from(values), ReadAs::Number), expected);
    let values = vec![Some(-5.0), Some(f64::NAN), Some(-999.0), Some(7.0)];
    assert_eq!(found(Float64Array::from(values), ReadAs::Double), expected);

    let decimals = Decimal128Array::from(vec![Some(-150), None, Some(-99900)]);
    let decimals = decimals.with_precision_and_scale(10, 2).unwrap();
    assert_eq!(found(decimals, ReadAs::Found), Found::Numbers(vec![Some(-1.5), None, None]));
    // The nearest f64, whose bits Python's `float('12345678901234567.89')` has.
    let decimal = Decimal128Array::from(vec![1_234_567_890_123_456_789]);
    let decimal = decimal.with_precision_and_scale(38, 2).unwrap();
    assert_eq!(found(decimal, ReadAs::Found), Found::Numbers(vec![Some(12_345_678_901_234_568.0)]));
}

#[test]
fn numbers_that_cannot_be_held_are_refused_where_they_are() {
    let infinite = || Float64Array::from(vec![1.0, f64::INFINITY]);
    for read_as in [ReadAs::Found, ReadAs::Double, ReadAs::Text] {
        refused(infinite(), read_as, 1, "inf is not a finite number");
    }
    let large = || Float64Array::from(vec![1e39]);
    let (row, error) = read(large(), ReadAs::Number).unwrap_err();
    assert!(
        row == 0 && error.message().to_string().ends_with("is beyond the range of f32, ±3.4e38")
    );
    assert_eq!(found(large(), ReadAs::Double), Found::Numbers(vec![Some(1e39)]));
}

#[test]
fn numbers_as_texts_are_as_short_as_they_can_be() {
    let integers = Int64Array::from(vec![Some(9_007_199_254_740_993), None, Some(-999)]);
    assert_eq!(found(integers, ReadAs::Text), texts(&["9007199254740993", "", ""]));
    let integers = UInt64Array::from(vec![u64::MAX]);
    assert_eq!(found(integers, ReadAs::Text), texts(&["18446744073709551615"]));
    let floats = Float64Array::from(vec![1.0, -0.0, 0.1, f64::NAN, 2.5]);
    assert_eq!(found(floats, ReadAs::Text), texts(&["1", "0", "0.1", "", "2.5"]));
    assert_eq!(found(Float32Array::from(vec![0.1]), ReadAs::Text), texts(&["0.1"]));
    let decimals = Decimal128Array::from(vec![1200, 1250, -99900, 0]);
    let decimals = decimals.with_precision_and_scale(38, 2).unwrap();
    assert_eq!(found(decimals, ReadAs::Text), texts(&["12", "12.5", "", "0"]));
    let hundreds = Decimal128Array::from(vec![12]).with_precision_and_scale(5, -2).unwrap();
    assert_eq!(found(hundreds, ReadAs::Text), texts(&["1200"]));
}

#[test]
fn dates_are_days_since_1970_in_utc() {
    // 2024-02-29 is 19,782 days after 1970-01-01: 54 years of 365 days, 13 leap days, 31 + 28 days.
    let dates = Date32Array::from(vec![Some(19_782), None]);
    assert_eq!(found(dates, ReadAs::Found), Found::Dates(vec![Some(19_782.0), None]));
    let noon = 19_782 * 86_400 + 43_200;
    let seconds = TimestampSecondArray::from(vec![noon, -21_600]);
    let expected = Found::Dates(vec![Some(19_782.5), Some(-0.25)]);
    assert_eq!(found(seconds, ReadAs::Date), expected);
    let zoned = TimestampMicrosecondArray::from(vec![noon * 1_000_000]).with_timezone("+02:00");
    assert_eq!(found(zoned, ReadAs::Found), Found::Dates(vec![Some(19_782.5)]));
}

#[test]
fn dates_as_texts_are_iso_8601() {
    let dates = Date32Array::from(vec![Some(19_782), None]);
    assert_eq!(found(dates, ReadAs::Text), texts(&["2024-02-29", ""]));
    let noon = vec![(19_782 * 86_400 + 43_200) * 1_000_000 + 500_000];
    let plain = TimestampMicrosecondArray::from(noon.clone());
    assert_eq!(found(plain, ReadAs::Text), texts(&["2024-02-29T12:00:00.5"]));
    let zoned = TimestampMicrosecondArray::from(noon).with_timezone("Asia/Tokyo");
    assert_eq!(found(zoned, ReadAs::Text), texts(&["2024-02-29T12:00:00.5Z"]));
    let message = "the date is not between the years -9999 and 9999";
    refused(Date32Array::from(vec![0, i32::MAX]), ReadAs::Text, 1, message);
}

#[test]
fn texts_are_read_as_those_of_a_csv_file() {
    let mixed = vec![Some(" 1.5 "), None, Some("NA"), Some("x")];
    assert!(read(StringArray::from(mixed.clone()), ReadAs::Found).unwrap().is_none());
    assert_eq!(found(StringArray::from(mixed), ReadAs::Text), texts(&["1.5", "", "", "x"]));
    let numbers = LargeStringArray::from(vec![" 1.5 ", "", "-999.0"]);
    assert_eq!(found(numbers, ReadAs::Found), Found::Numbers(vec![Some(1.5), None, None]));
    let dates = StringViewArray::from(vec!["1970-01-02", "1970-01-01T12:00:00Z"]);
    assert_eq!(found(dates, ReadAs::Found), Found::Dates(vec![Some(1.0), Some(0.5)]));
    let message = "'x' is not a number, as the column's cells are";
    refused(StringArray::from(vec!["1", "x"]), ReadAs::Number, 1, message);
}

#[test]
fn a_dictionary_is_read_as_what_is_in_it() {
    let keys = Int8Array::from(vec![Some(1), None, Some(0), Some(1)]);
    let letters = StringArray::from(vec![None, Some("b")]);
    let dictionary = DictionaryArray::<Int8Type>::new(keys.clone(), Arc::new(letters));
    assert_eq!(found(dictionary, ReadAs::Found), texts(&["b", "", "", "b"]));

    let numbers = Int64Array::from(vec![10, 20]);
    let dictionary = DictionaryArray::<Int8Type>::new(keys, Arc::new(numbers));
    let expected = Found::Numbers(vec![Some(20.0), None, Some(10.0), Some(20.0)]);
    assert_eq!(found(dictionary, ReadAs::Found), expected);

    let nothing = StringArray::from(Vec::<&str>::new());
    let keys = arrow_array::PrimitiveArray::<Int64Type>::from(vec![None, None]);
    let dictionary = DictionaryArray::<Int64Type>::new(keys, Arc::new(nothing));
    assert_eq!(found(dictionary, ReadAs::Found), Found::Empty(2));
}

#[test]
fn a_spelling_is_for_texts_and_for_numbers_of_eight_digits() {
    let days = Found::Dates(vec![Some(19_782.0), None]);
    let slashes = "year/month/day".parse().map(ReadAs::SpelledDate).unwrap();
    let column = StringArray::from(vec![Some("2024/02/29"), None]);
    assert_eq!(found(column, slashes), days);
    let column = Date32Array::from(vec![Some(19_782), None]);
    assert_eq!(found(column, slashes), days);
    let digits = ReadAs::SpelledDate(DateSpelling::DIGITS);
    let column = Int64Array::from(vec![Some(20_240_229), None]);
    assert_eq!(found(column, digits), days);
    let message = "20230229 is not a date written as yearmonthday";
    refused(Float64Array::from(vec![20_230_229.0]), digits, 0, message);
    let message = "the cells are numbers, of type Int64, where dates are expected";
    refused(Int64Array::from(vec![0]), slashes, 0, message);
    let message = "the cells are dates, of type Date32, where times of day are expected";
    refused(Date32Array::from(vec![0]), ReadAs::SpelledDate(DateSpelling::TIME), 0, message);
}

#[test]
fn truth_values_are_texts_and_no_numbers() {
    let column = || BooleanArray::from(vec![None, Some(true), Some(false)]);
    assert_eq!(found(column(), ReadAs::Found), texts(&["", "true", "false"]));
    let message = "the cells are truth values, of type Boolean, where numbers are expected";
    refused(column(), ReadAs::Number, 1, message);
}

#[test]
fn a_column_of_another_kind_than_asked_for_is_refused_where_it_has_a_value() {
    let message = "the cells are dates, of type Date32, where numbers are expected";
    refused(Date32Array::from(vec![None, Some(0)]), ReadAs::Double, 1, message);
    let message = "the cells are numbers, of type Int64, where dates are expected";
    refused(Int64Array::from(vec![0]), ReadAs::Date, 0, message);
    let nothing = Date32Array::from(vec![None, None]);
    assert_eq!(found(nothing, ReadAs::Number), Found::Numbers(vec![None, None]));
}

#[test]
fn a_column_without_a_value_is_empty_or_what_was_asked_for() {
    assert_eq!(found(NullArray::new(2), ReadAs::Found), Found::Empty(2));
    assert_eq!(found(NullArray::new(2), ReadAs::Text), texts(&["", ""]));
    assert_eq!(found(NullArray::new(1), ReadAs::Date), Found::Dates(vec![None]));
    let nothing = Float64Array::from(vec![None, Some(f64::NAN), Some(-999.0)]);
    assert_eq!(found(nothing, ReadAs::Found), Found::Empty(3));
}

#[test]
fn a_column_that_is_neither_numbers_dates_nor_texts_is_refused_by_name() {
    let message = |name| format!("the column is of type {name}: neither numbers, dates nor texts");
    let times = Time32SecondArray::from(vec![0]);
    refused(times, ReadAs::Found, 0, &message("Time32(s)"));
    refused(BinaryArray::from_vec(vec![b"a"]), ReadAs::Text, 0, &message("Binary"));
}
