//! How dates are written: as in ISO 8601, or in a spelling that all cells of a column agree on.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::message::shorten;
use crate::names::names;
use crate::{Error, Result};

/// What eight digits have to be to be a date.
const FIRST_AND_LAST: RangeInclusive<f64> = 18_000_101.0..=21_991_231.0;

const SECONDS_A_DAY: f64 = 86_400.0;
const SECONDS_AN_HOUR: f64 = 3_600.0;

/// In what order a date has its day, month and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

names!(DateOrder { Dmy: "dmy", Mdy: "mdy", Ymd: "ymd" });

/// How the dates or times of day of a column are written, other than in ISO 8601: a name such as
/// `day.month.year`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateSpelling(&'static str);

/// What they are called, which is what they look like: `year` is four digits, `yy` two, `month` a number or
/// an English name, `day` a number.
const SPELLINGS: [&str; 28] = [
    TIME,
    DIGITS,
    "year/month/day",
    "year.month.day",
    "year-month-day",
    "year month day",
    "day/month/year",
    "day.month.year",
    "day-month-year",
    "day month year",
    "month/day/year",
    "month.day.year",
    "month-day-year",
    "month day year",
    "month day, year",
    "yy/month/day",
    "yy.month.day",
    "yy-month-day",
    "yy month day",
    "day/month/yy",
    "day.month.yy",
    "day-month-yy",
    "day month yy",
    "month/day/yy",
    "month.day.yy",
    "month-day-yy",
    "month day yy",
    "month day, yy",
];

const TIME: &str = "time";
const DIGITS: &str = "yearmonthday";

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl DateSpelling {
    /// Dates of eight digits, such as `20230518`, which are numbers as well.
    pub(crate) const DIGITS: Self = Self(DIGITS);

    /// Times of day, such as `11:38:36`.
    pub(crate) const TIME: Self = Self(TIME);

    /// Of all spellings those that all texts have.
    pub fn fitting<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Vec<Self> {
        let mut fitting: Vec<Self> = SPELLINGS.map(Self).into();
        let mut is_empty = true;
        for text in texts {
            is_empty = false;
            fitting.retain(|spelling| spelling.read(text.as_ref()).is_some());
            if fitting.is_empty() {
                break;
            }
        }
        if is_empty { Vec::new() } else { fitting }
    }

    /// Whether a text is a date or a time of day in some spelling.
    fn is_any(text: &str) -> bool {
        let may_be = text.starts_with(|c: char| c.is_ascii_digit()) || month_name(text).is_some();
        may_be && SPELLINGS.into_iter().any(|name| Self(name).read(text).is_some())
    }

    /// The spelling of texts: the only one that they can have, or that of this order. Years of two digits
    /// are of a century that is a guess, unless an order is given.
    pub(crate) fn find<T: AsRef<str>>(
        texts: impl IntoIterator<Item = T>,
        order: Option<DateOrder>,
    ) -> Option<Self> {
        match Self::fitting(texts)[..] {
            [only] if !only.has_short_years() => Some(only),
            ref several => {
                several.iter().copied().find(|one| order.is_some() && one.order() == order)
            }
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// Its order; none of a time of day.
    pub fn order(self) -> Option<DateOrder> {
        match self.0.as_bytes()[0] {
            b'd' => Some(DateOrder::Dmy),
            b'm' => Some(DateOrder::Mdy),
            b'y' => Some(DateOrder::Ymd),
            _ => None,
        }
    }

    /// Whether its years have two digits.
    pub fn has_short_years(self) -> bool {
        self.0.contains("yy")
    }

    /// A text as days since 1970-01-01 in UTC, or as the hour of the day; `None` if it is written in
    /// another way.
    pub(crate) fn read(self, text: &str) -> Option<f64> {
        match self {
            Self::DIGITS => days_of_digits(text.parse().ok()?),
            Self::TIME => match time(text)? {
                (time, "") => {
                    Some(time.duration_since(Time::midnight()).as_secs_f64() / SECONDS_AN_HOUR)
                }
                _ => None,
            },
            Self(pattern) => {
                let (date, rest) = date(pattern, text)?;
                let (time, rest) = match rest {
                    "" => (Time::midnight(), ""),
                    _ => time(["T", ", ", " "].iter().find_map(|&s| rest.strip_prefix(s))?)?,
                };
                let local = Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
                Some(days_since_1970(local.duration_since(Timestamp::UNIX_EPOCH) - offset(rest)?))
            }
        }
    }
}

/// Its name.
impl fmt::Display for DateSpelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for DateSpelling {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = SPELLINGS.into_iter().find(|known| *known == name).map(Self);
        known.ok_or_else(|| {
            Error::setting(format!("there is no spelling of dates '{}'", shorten(name)))
        })
    }
}

impl Serialize for DateSpelling {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// The days since 1970-01-01 in UTC of an ISO 8601 date, or date and time; a time without an offset
/// is in UTC.
pub(crate) fn days(text: &str) -> Option<f64> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') || text.len() < 8 {
        return None;
    }
    let timestamp = text.parse::<Timestamp>().ok().or_else(|| {
        let civil = text.parse::<DateTime>().ok()?;
        Offset::UTC.to_timestamp(civil).ok()
    })?;
    Some(days_since_1970(timestamp.duration_since(Timestamp::UNIX_EPOCH)))
}

/// A span since 1970 in days.
pub(super) fn days_since_1970(span: SignedDuration) -> f64 {
    span.as_secs_f64() / SECONDS_A_DAY
}

/// The days since 1970-01-01 of a number whose eight digits are a year from 1800 to 2199, a month and a
/// day.
pub(crate) fn days_of_digits(number: f64) -> Option<f64> {
    if number.fract() != 0.0 || !FIRST_AND_LAST.contains(&number) {
        return None;
    }
    let number = number as i32;
    let [year, month, day] = [number / 10_000, number / 100 % 100, number % 100];
    let date = Date::new(year as i16, month as i8, day as i8).ok()?;
    let midnight = Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()?;
    Some(days_since_1970(midnight.duration_since(Timestamp::UNIX_EPOCH)))
}

/// The date that a text begins with, and the rest.
fn date<'a>(mut pattern: &str, mut text: &'a str) -> Option<(Date, &'a str)> {
    let (mut year, mut month, mut day) = (0, 0, 0);
    while let Some(next) = pattern.chars().next() {
        let length = pattern.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(pattern.len());
        match &pattern[..length] {
            "year" => (year, text) = digits(text, 4, 4)?,
            "yy" => {
                (year, text) = digits(text, 2, 2)?;
                year += if year < 69 { 2000 } else { 1900 };
            }
            "month" => (month, text) = digits(text, 1, 2).or_else(|| month_name(text))?,
            "day" => (day, text) = digits(text, 1, 2)?,
            _ => {
                text = text.strip_prefix(next)?;
                text = if next == ' ' { text.trim_ascii_start() } else { text };
            }
        }
        pattern = &pattern[length.max(1)..];
    }
    Some((Date::new(year as i16, month as i8, day as i8).ok()?, text))
}

/// The number of `min` to `max` digits that a text begins with, and the rest.
fn digits(text: &str, min: usize, max: usize) -> Option<(i32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(length);
    (min..=max).contains(&length).then(|| Some((number.parse().ok()?, rest)))?
}

/// The number of the month whose English name, or three letters of it and more, a text begins with.
fn month_name(text: &str) -> Option<(i32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (name, rest) = text.split_at(length);
    let is_meant =
        |month: &str| month.get(..length).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let month = MONTHS.iter().position(|month| length >= 3 && is_meant(month))?;
    Some((month as i32 + 1, rest))
}

/// The time of day that a text begins with, and the rest: `11:38`, `11:38:36`, `11:38:36.5`, each perhaps
/// with AM or PM.
fn time(text: &str) -> Option<(Time, &str)> {
    let (mut hour, text) = digits(text, 1, 2)?;
    let (minute, mut text) = digits(text.strip_prefix(':')?, 2, 2)?;
    let (mut second, mut nanosecond) = (0, 0);
    if let Some(rest) = text.strip_prefix(':') {
        (second, text) = digits(rest, 2, 2)?;
        if let Some(rest) = text.strip_prefix(['.', ',']) {
            let fraction;
            (fraction, text) = digits(rest, 1, 9)?;
            nanosecond = fraction * 10_i32.pow(9 - (rest.len() - text.len()) as u32);
        }
    }
    let word = text.trim_ascii_start();
    for (half, first) in [("am", 0), ("pm", 12)] {
        if word.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(half)) {
            if !(1..=12).contains(&hour) {
                return None;
            }
            (hour, text) = (hour % 12 + first, &word[2..]);
            break;
        }
    }
    Some((Time::new(hour as i8, minute as i8, second as i8, nanosecond).ok()?, text))
}

/// What a zone is ahead of UTC: nothing and `Z` are not, others are `+02:00`, `+0200` or `+02`.
fn offset(text: &str) -> Option<SignedDuration> {
    let text = text.trim_ascii_start();
    if ["", "Z", "z", "UTC", "GMT"].contains(&text) {
        return Some(SignedDuration::ZERO);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let number = text.strip_prefix(['+', '-'])?;
    let (hours, minutes) = match number.split_once(':') {
        Some((hours, minutes)) => (digits(hours, 2, 2)?, digits(minutes, 2, 2)?),
        None if number.len() == 2 => (digits(number, 2, 2)?, (0, "")),
        None => (digits(number.get(..2)?, 2, 2)?, digits(number.get(2..)?, 2, 2)?),
    };
    let ((hours, ""), (minutes, "")) = (hours, minutes) else { return None };
    let is_one = hours < 24 && minutes < 60;
    is_one.then(|| SignedDuration::from_mins(i64::from(sign * (60 * hours + minutes))))
}

/// Whether a text is a plain number, or a date or time of day in any spelling.
pub(crate) fn is_value(text: &str) -> bool {
    text.parse::<f64>().is_ok() || days(text).is_some() || DateSpelling::is_any(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(spelling: &str, text: &str) -> Option<f64> {
        spelling.parse::<DateSpelling>().unwrap().read(text)
    }

    /// Python: `datetime(2023, 5, 18).timestamp() / 86400` is 19495, and 11:38:36.5 is 41916.5 seconds.
    #[test]
    fn each_spelling_gives_the_days_that_iso_gives() {
        let day = 19495.0;
        for (spelling, text) in [
            ("year/month/day", "2023/5/18"),
            ("year.month.day", "2023.05.18"),
            ("year-month-day", "2023-5-18"),
            ("day.month.year", "18.05.2023"),
            ("day-month-year", "18-May-2023"),
            ("day month year", "18 May  2023"),
            ("month/day/year", "5/18/2023"),
            ("month day, year", "MAY 18, 2023"),
            ("month day year", "May 18 2023"),
            ("yearmonthday", "20230518"),
            ("day.month.yy", "18.5.23"),
        ] {
            assert_eq!(read(spelling, text), Some(day), "{spelling}");
            if spelling == "yearmonthday" {
                continue;
            }
            for (time, seconds, iso) in [
                (" 11:38", 41880.0, "11:38"),
                (" 11:38:36.5", 41916.5, "11:38:36.5"),
                ("T11:38:36,500Z", 41916.5, "11:38:36.5"),
                (", 1:38 PM", 49080.0, "13:38"),
                (" 12:00:00 am", 0.0, "00:00"),
                (" 13:38:36.5 +02:00", 41916.5, "11:38:36.5"),
                (" 05:08:36.5-0630", 41916.5, "11:38:36.5"),
            ] {
                let found = read(spelling, &format!("{text}{time}")).unwrap();
                assert!((found - (day + seconds / 86_400.0)).abs() < 1e-9, "{spelling} {time}");
                assert_eq!(Some(found), days(&format!("2023-05-18T{iso}")), "{spelling} {time}");
            }
        }
        assert_eq!(read("time", "6:45"), Some(6.75));
        assert_eq!(read("time", "6:45:36 pm"), Some(18.76));
        assert_eq!(read("month day yy", "Jun 12 98"), days("1998-06-12"));
        assert_eq!(read("month day yy", "Jun 12 68"), days("2068-06-12"));
    }

    #[test]
    fn what_is_no_date_is_none_in_any_spelling() {
        for text in [
            "",
            "31.02.2023",
            "0.5.2023",
            "18.05.20233",
            "18.05.2023 ",
            "18.05.2023 24:00",
            "18.05",
            "18.05.2023 1:5",
            "18.05.2023 0:30 PM",
            "18.05.2023 13:00 PM",
            "18.05.2023 11:38 +2:00",
            "18.05.2023 11:38 +99:00",
            "Ma 18 2023",
            "Mayo 18 2023",
            "17991231",
            "22000101",
            "20230229",
            "20230518.5",
            "24:00",
            "11:60",
            "11:38 Z",
            "1.2.3.4",
            "١٨.٠٥.٢٠٢٣",
            "May é8 2023",
        ] {
            assert_eq!(DateSpelling::fitting([text]), [], "{text}");
        }
    }

    #[test]
    fn a_column_has_the_spelling_that_all_its_texts_have() {
        use DateOrder::{Dmy, Mdy, Ymd};
        let found = |texts: &[&str], order| {
            DateSpelling::find(texts, order).map(|spelling| spelling.to_string())
        };
        let is = |name: &str| Some(name.to_owned());
        assert_eq!(found(&["1/2/2023", "20/2/2023"], None), is("day/month/year"));
        assert_eq!(found(&["1/2/2023", "2/20/2023"], Some(Dmy)), is("month/day/year"));
        assert_eq!(found(&["1/2/2023", "2/1/2023"], None), None);
        assert_eq!(found(&["1/2/2023", "2/1/2023"], Some(Dmy)), is("day/month/year"));
        assert_eq!(found(&["1/2/2023", "2/1/2023"], Some(Mdy)), is("month/day/year"));
        assert_eq!(found(&["1/2/2023", "2/1/2023"], Some(Ymd)), None);
        assert_eq!(found(&["13/14/15", "1/2/3"], Some(Ymd)), None);
        assert_eq!(found(&["12-Jun-98"], None), None);
        assert_eq!(found(&["12-Jun-98"], Some(Dmy)), is("day-month-yy"));
        assert_eq!(found(&["1/20/2023", "20/1/2023"], Some(Dmy)), None);
        assert_eq!(found(&[], Some(Dmy)), None);
    }
}
