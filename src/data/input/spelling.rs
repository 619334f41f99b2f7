//! How people write numbers: decimal commas, thousands, currencies, units, brackets for a minus.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::message::shorten;
use crate::{Error, Result};

/// What may stand before a number, longer ones first.
const BEFORE: [&str; 10] = ["US$", "$", "€", "£", "¥", "USD", "EUR", "GBP", "JPY", "CHF"];

/// The most bytes of a unit.
const MAX_UNIT: usize = 32;

/// How the numbers of a column are written where that is not the plain way, `-1234.56`: which
/// characters stand before the decimals and between thousands, and which currency or unit all cells
/// have.
///
/// Its text is the number 1234.56 so written, such as `1.234,56 €`. Whatever the spelling, a number may
/// have a sign (`+`, `-` or `−`, a minus also at the end) or brackets for a minus, an exponent, and white
/// space between its parts; thousands may be left apart or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    marks: Marks,
    before: Box<str>,
    after: Box<str>,
}

/// The characters that stand before the decimals and between thousands; of spaces and apostrophes any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) decimal: char,
    pub(crate) thousands: Option<char>,
}

impl Marks {
    /// All that there are, the simplest first.
    pub(crate) const ALL: [Self; 8] = [
        Self { decimal: '.', thousands: None },
        Self { decimal: ',', thousands: None },
        Self { decimal: '.', thousands: Some(',') },
        Self { decimal: ',', thousands: Some('.') },
        Self { decimal: '.', thousands: Some(' ') },
        Self { decimal: ',', thousands: Some(' ') },
        Self { decimal: '.', thousands: Some('\'') },
        Self { decimal: ',', thousands: Some('\'') },
    ];

    /// Digits with these marks as a number.
    pub(crate) fn number(self, digits: &str) -> Option<f64> {
        let (mantissa, exponent) = digits.split_at(digits.find(['e', 'E']).unwrap_or(digits.len()));
        let (whole, fraction) = mantissa.split_once(self.decimal).unwrap_or((mantissa, ""));
        let mut plain = String::with_capacity(digits.len() + 1);
        match self.thousands {
            Some(mark) if whole.contains(|c| separator(c) == mark) => {
                for (at, group) in whole.split(|c| separator(c) == mark).enumerate() {
                    let is_right = match at {
                        0 => (1..=3).contains(&group.len()) && !group.starts_with('0'),
                        _ => group.len() == 3,
                    };
                    if !is_right {
                        return None;
                    }
                    plain += group;
                }
            }
            _ => plain += whole,
        }
        if !plain.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        plain.push('.');
        plain += fraction;
        plain += exponent;
        // A point alone is no number.
        plain.parse().ok()
    }
}

/// A character that separates, all of a kind the same.
fn separator(c: char) -> char {
    match c {
        '’' => '\'',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// The parts of a text that may be a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NumberParts<'a> {
    pub(crate) negative: bool,
    pub(crate) before: &'a str,
    /// Digits and marks, and perhaps an exponent.
    pub(crate) digits: &'a str,
    pub(crate) after: &'a str,
}

impl<'a> NumberParts<'a> {
    /// Of a text that has one run of digits and marks, and nothing around it that numbers do not have.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let mut rest = text.trim();
        let (mut sign, mut open, mut before) = (None, false, "");
        loop {
            rest = rest.trim_start();
            if let Some(unsigned) = rest.strip_prefix(['+', '-', '−']).filter(|_| sign.is_none())
            {
                sign = Some(!rest.starts_with('+'));
                rest = unsigned;
            } else if let Some(inner) = rest.strip_prefix('(').filter(|_| !open) {
                open = true;
                rest = inner;
            } else if let Some(currency) = BEFORE.iter().find(|&&unit| rest.starts_with(unit))
                && before.is_empty()
            {
                (before, rest) = rest.split_at(currency.len());
            } else {
                break;
            }
        }
        if open {
            rest = rest.strip_suffix(')')?.trim_end();
        }
        if let Some(unsigned) = rest.strip_suffix(['-', '−']).filter(|_| sign.is_none()) {
            sign = Some(true);
            rest = unsigned.trim_end();
        }
        let (digits, after) = rest.split_at(end_of_digits(rest)?);
        let after = after.trim();
        let is_right = is_unit(after) && !(open && sign.is_some());
        let negative = open || sign == Some(true);
        is_right.then_some(Self { negative, before, digits: digits.trim_end(), after })
    }

    /// The number, if it has these marks.
    pub(crate) fn number(&self, marks: Marks) -> Option<f64> {
        let number = marks.number(self.digits)?;
        Some(if self.negative { -number } else { number })
    }
}

/// Where the digits, marks and exponent end that a text begins with.
fn end_of_digits(text: &str) -> Option<usize> {
    let is_mark = |c| matches!(separator(c), '.' | ',' | '\'' | ' ');
    let end = text.find(|c: char| !c.is_ascii_digit() && !is_mark(c)).unwrap_or(text.len());
    if !text[..end].contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let is_last = text[..end].ends_with(|c: char| c.is_ascii_digit());
    let exponent = text[end..].strip_prefix(['e', 'E']).filter(|_| is_last);
    let power = exponent.map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    let n_digits = power.map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    Some(match power {
        Some(rest) if n_digits > 0 => text.len() - rest.len() + n_digits,
        _ => end,
    })
}

/// Whether all cells of a column may have this after their number.
fn is_unit(text: &str) -> bool {
    let is_part = |c: char| c.is_alphabetic() || c == ' ' || "%‰°/²³^*·.$€£¥\"".contains(c);
    text.len() <= MAX_UNIT && text.chars().all(is_part)
}

impl Spelling {
    /// With these marks, and the currency or unit of a text.
    pub(crate) fn new(marks: Marks, like: &NumberParts) -> Self {
        Self { marks, before: like.before.into(), after: like.after.into() }
    }

    /// With a decimal comma, and nothing else.
    pub(crate) fn of_comma() -> Self {
        Self::of_marks(Marks::ALL[1])
    }

    /// With these marks alone.
    fn of_marks(marks: Marks) -> Self {
        Self { marks, before: "".into(), after: "".into() }
    }

    /// A text as a number; `None` if it is not one in this spelling.
    pub fn number(&self, text: &str) -> Option<f64> {
        let parts = NumberParts::of(text)?;
        let is_like = *parts.before == *self.before && *parts.after == *self.after;
        if is_like { parts.number(self.marks) } else { None }
    }

    /// What stands before the decimals.
    pub fn decimal(&self) -> char {
        self.marks.decimal
    }

    /// Whether numbers without brackets and the like are the plain ones.
    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::of_marks(Marks::ALL[0])
    }
}

/// The number 1234.56 in this spelling.
impl fmt::Display for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { marks: Marks { decimal, thousands }, before, after } = self;
        let space = |unit: &str, is_close: bool| if unit.is_empty() || is_close { "" } else { " " };
        let before_space = space(before, !before.ends_with(char::is_alphabetic));
        let thousands = thousands.map(String::from).unwrap_or_default();
        let after_space = space(after, &**after == "%");
        write!(f, "{before}{before_space}1{thousands}234{decimal}56{after_space}{after}")
    }
}

impl FromStr for Spelling {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = NumberParts::of(text);
        let spelling = parts.and_then(|parts| {
            let is_meant = |marks: &Marks| Self::of_marks(*marks).to_string() == parts.digits;
            Some(Self::new(*Marks::ALL.iter().find(|marks| is_meant(marks))?, &parts))
        });
        spelling
            .filter(|spelling| spelling.to_string() == text)
            .ok_or_else(|| Error::model(format!("'{}' is no spelling of numbers", shorten(text))))
    }
}

impl Serialize for Spelling {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn spelling(text: &str) -> Spelling {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_is_read_in_its_spelling_and_in_no_other() {
        for (spelled, text, number) in [
            ("1234,56", "1,07", Some(1.07)),
            ("1234,56", "1,5E+03", Some(1500.0)),
            ("1234,56", "1.07", None),
            ("1234,56", ",5", Some(0.5)),
            ("1234,56", "1,2,3", None),
            ("1.234,56", "1.234.567,8", Some(1_234_567.8)),
            ("1.234,56", "1234,5", Some(1234.5)),
            ("1.234,56", "1.23,4", None),
            ("1.234,56", "0.123", None),
            ("1.234,56", "12.34.567", None),
            ("1,234.56", "125,730", Some(125_730.0)),
            ("1,234.56", "1,234.5,6", None),
            ("1 234,56", "1 234", Some(1234.0)),
            ("1 234,56", "12\u{a0}345\u{202f}678,5", Some(12_345_678.5)),
            ("1 234.56", "\u{2009}1\u{2009}234.5", Some(1234.5)),
            ("1'234.56", "1’234.50", Some(1234.5)),
            ("CHF 1'234.56", "CHF 1'234.50", Some(1234.5)),
            ("$1,234.56", "$1,234.50", Some(1234.5)),
            ("$1,234.56", "$(13.21)", Some(-13.21)),
            ("$1,234.56", "($ 13.21 )", Some(-13.21)),
            ("$1,234.56", "-$13.21", Some(-13.21)),
            ("$1,234.56", "$-13.21", Some(-13.21)),
            ("$1,234.56", "13.21", None),
            ("1234.56", "(13.21)", Some(-13.21)),
            ("1234.56", "-(13.21)", None),
            ("1234.56", "(13.21", None),
            ("1234.56", "13.21-", Some(-13.21)),
            ("1234.56", "−13.21", Some(-13.21)),
            ("1234.56", "+ 13.21", Some(13.21)),
            ("1234.56", "--13.21", None),
            ("1234.56 kg", "12 kg", Some(12.0)),
            ("1234.56 kg", "12kg", Some(12.0)),
            ("1234.56 kg", "12 g", None),
            ("1234.56%", "-12.5\u{a0}%", Some(-12.5)),
            ("1.234,56 €", "(1.234,56 €)", Some(-1234.56)),
            ("1234.56 km/h", "1e2 km/h", Some(100.0)),
            ("1234.56 e", "12 e", Some(12.0)),
            ("1234.56", "12 3", None),
            ("1234.56", ".", None),
            ("1234.56", "", None),
            ("1234.56", "１２", None),
            ("1234.56", "1_0", None),
        ] {
            assert_eq!(spelling(spelled).number(text), number, "{text:?} as {spelled}");
        }
    }

    #[test]
    fn what_is_no_number_with_something_around_it_has_no_parts() {
        for text in
            ["", "kg", "A12", "12 3kg4", "18-24", "10:30", "2nd 3", "$", "1/2", "#1", "(1) 2"]
        {
            assert_eq!(NumberParts::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_spelling_is_read_back_from_its_text_and_from_no_other() {
        for text in
            ["1234.56", "1.234,56 €", "$1,234.56", "EUR 1 234,56", "1'234.56%", "1234,56 m²"]
        {
            assert_eq!(spelling(text).to_string(), text);
        }
        for text in
            ["", "1234", "1.234.56", "1,234,56", "12345.6", "-1234.56", " 1234.56", "1234.56kg"]
        {
            assert!(text.parse::<Spelling>().is_err(), "{text}");
        }
    }

    /// Writes as a program with these settings does.
    fn write(number: f64, marks: Marks) -> String {
        let plain = number.to_string();
        let (sign, plain) = plain.strip_prefix('-').map_or(("", &*plain), |plain| ("-", plain));
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let mut text = sign.to_owned();
        for (at, digit) in whole.chars().enumerate() {
            let is_group = at > 0 && (whole.len() - at).is_multiple_of(3);
            text.extend(marks.thousands.filter(|_| is_group));
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(marks.decimal);
            text += fraction;
        }
        text
    }

    #[test]
    fn numbers_that_are_written_in_a_spelling_are_read_as_the_same_bits() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for round in 0..20_000 {
            let size = 10_f64.powi(rng.gen_range(-12..18));
            let number = match round % 3 {
                0 => rng.gen_range(-1.0..1.0) * size,
                1 => (rng.gen_range(-1.0..1.0) * size).round(),
                _ => f64::from(rng.gen_range(-9_999_999..9_999_999)) / 100.0,
            };
            for marks in Marks::ALL {
                let text = write(number, marks);
                let read = Spelling::of_marks(marks).number(&text).unwrap();
                assert_eq!(read.to_bits(), number.to_bits(), "{text}");
            }
        }
    }
}
