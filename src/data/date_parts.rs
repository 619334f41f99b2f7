//! The parts of a date, which a forest takes as features of their own: a season is no order of days. The
//! year is not among them, for the day count has it already.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;

use crate::names::names;

/// A part of a date in UTC, as a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    /// The month, from 1.
    Month,
    /// The day of the month, from 1.
    Day,
    /// The day of the week, from 1 for Monday to 7 for Sunday.
    Weekday,
    /// The day of the year, from 1.
    DayOfYear,
    /// The hour of the day, from 0.
    Hour,
}

names!(DatePart {
    Month: "month",
    Day: "day",
    Weekday: "weekday",
    DayOfYear: "day_of_year",
    Hour: "hour",
});

impl DatePart {
    /// All parts, in the order in which they follow their date.
    pub const ALL: [Self; 5] = [Self::Month, Self::Day, Self::Weekday, Self::DayOfYear, Self::Hour];

    /// This part of a date in hours since 1970-01-01; NaN beyond the years −9999 to 9999.
    pub(super) fn of(self, hours: i32) -> f32 {
        let Ok(timestamp) = Timestamp::from_second(i64::from(hours) * 3600) else {
            return f32::NAN;
        };
        let civil = Offset::UTC.to_datetime(timestamp);
        f32::from(match self {
            Self::Month => i16::from(civil.month()),
            Self::Day => i16::from(civil.day()),
            Self::Weekday => i16::from(civil.weekday().to_monday_one_offset()),
            Self::DayOfYear => civil.day_of_year(),
            Self::Hour => i16::from(civil.hour()),
        })
    }

    /// What the feature is called that is this part of a column: `column.part`, with underscores after it
    /// as long as the name is taken.
    pub(super) fn feature_name(self, column: &str, is_taken: impl Fn(&str) -> bool) -> String {
        let mut name = format!("{column}.{self}");
        while is_taken(&name) {
            name.push('_');
        }
        name
    }

    /// Whether a feature of this part may come right after another, of which there are the name and the part,
    /// none of the date itself: after its date or an earlier part of it.
    pub(crate) fn follows(self, feature_name: &str, (name, part): (&str, Option<Self>)) -> bool {
        let column = self.column_of(feature_name);
        column.is_some()
            && match part {
                None => column == Some(name),
                Some(part) => (part as u8) < self as u8 && column == part.column_of(name),
            }
    }

    /// The column that a feature of such a name is this part of.
    pub(crate) fn column_of(self, feature_name: &str) -> Option<&str> {
        let name = feature_name.trim_end_matches('_').strip_suffix(&self.to_string())?;
        name.strip_suffix('.')
    }
}

/// Days since 1970-01-01 as whole hours, from which all parts follow; of a missing date the minimum, which has no
/// parts.
pub(super) fn hours(days: f64) -> i32 {
    if days.is_nan() { i32::MIN } else { (days * 24.0).floor() as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python: `date.isoweekday()` and `date.timetuple().tm_yday`; 1 January of the year 0 is a Saturday.
    #[test]
    fn parts_are_those_of_the_day_in_utc() {
        for (days, expected) in [
            (0.0, [1.0, 1.0, 4.0, 1.0, 0.0]),
            (-1.0 / 24.0, [12.0, 31.0, 3.0, 365.0, 23.0]),
            (19782.999, [2.0, 29.0, 4.0, 60.0, 23.0]),
            (20088.0, [12.0, 31.0, 2.0, 366.0, 0.0]),
            (-719_528.0, [1.0, 1.0, 6.0, 1.0, 0.0]),
        ] {
            assert_eq!(DatePart::ALL.map(|part| part.of(hours(days))), expected, "{days}");
        }
        for days in [f64::NAN, f64::MAX, -1e7, 1e7, f64::NEG_INFINITY] {
            assert!(DatePart::ALL.iter().all(|part| part.of(hours(days)).is_nan()), "{days}");
        }
        for whole in -200_000..200_000 {
            assert_eq!(hours(f64::from(whole) * 3600.0 / 86_400.0), whole);
        }
    }

    #[test]
    fn a_part_follows_its_date_or_an_earlier_part_of_it() {
        let (month, day) = (DatePart::Month, DatePart::Day);
        assert!(month.follows("a.b.month", ("a.b", None)));
        assert!(month.follows("a.month__", ("a", None)));
        assert!(day.follows("a.day", ("a.month_", Some(month))));
        assert!(!month.follows("a.month", ("a.day", Some(day))));
        assert!(!day.follows("a.day", ("b.month", Some(month))));
        assert!(!day.follows("a.day", ("a.day_", Some(day))));
        assert!(!day.follows("b.day", ("a", None)));
        assert!(!day.follows("a.month", ("a", None)));
        assert!(!day.follows("day", ("", None)));
    }
}
