//! Finds out how the numbers of a column are written, from its different texts.

use crate::data::input::cells::Missing;
use crate::data::input::dates::is_value;
use crate::data::input::spelling::{Marks, NumberParts, Spelling};
use crate::data::read_options::ReadOptions;
use crate::parameter::{Parameter, sentence};
use crate::warning::{Warning, WarningKind};
use crate::{Error, Result};

/// The most texts of a column that are looked at where they do not all fit.
const LOOKED_AT: usize = 1000;

/// What is known of the marks in a table's numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KnownMarks {
    /// Whether all cells are texts, as in CSV: elsewhere plain numbers are what they are.
    is_text: bool,
    /// What was asked for.
    decimal: Option<char>,
    thousands: Option<char>,
    /// What some column has beyond doubt.
    pub(super) found: Option<char>,
    /// What else is likely: a semicolon between cells leaves the comma to decimals.
    pub(super) likely: Option<char>,
}

impl KnownMarks {
    /// Those that were asked for.
    ///
    /// # Errors
    /// A mark that there is not, or one for both.
    pub(super) fn asked(options: &ReadOptions, is_text: bool) -> Result<Self> {
        let ReadOptions { decimal, thousands, .. } = *options;
        let wrong = |parameter, mark, allowed: &str| {
            Error::out_of_range(Parameter(parameter), format!("'{mark}'"), allowed)
        };
        if let Some(mark) = decimal.filter(|mark| !['.', ','].contains(mark)) {
            return Err(wrong("decimal", mark, "a point or a comma"));
        }
        if let Some(mark) = thousands.filter(|mark| !['.', ',', ' ', '\''].contains(mark)) {
            return Err(wrong("thousands", mark, "a point, a comma, a space or an apostrophe"));
        }
        if decimal.is_some() && decimal == thousands {
            let (decimal, thousands) = (Parameter("decimal"), Parameter("thousands"));
            return Err(Error::setting(sentence![decimal, " and ", thousands, " are the same"]));
        }
        Ok(Self { is_text, decimal, thousands, ..Self::default() })
    }

    /// Whether a column can have these.
    fn allow(self, marks: Marks) -> bool {
        self.decimal.is_none_or(|decimal| decimal == marks.decimal)
            && marks.thousands.is_none_or(|mark| self.thousands.is_none_or(|asked| asked == mark))
            && self.thousands != Some(marks.decimal)
    }

    /// The decimal mark of the table beyond doubt.
    pub(super) fn sure(self) -> Option<char> {
        let other = match self.thousands {
            Some('.') => Some(','),
            Some(',') => Some('.'),
            _ => None,
        };
        self.decimal.or(other).or(self.found)
    }

    /// Whether a point in a plain number may stand between thousands.
    pub(super) fn has_comma(self) -> bool {
        self.is_text && self.sure() == Some(',')
    }
}

/// The spellings that all texts of a column fit, one for each decimal mark.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fitting {
    point: Option<Spelling>,
    comma: Option<Spelling>,
    /// A text with a mark, the first in their order; `None` where both spellings mean the same.
    example: Option<String>,
}

/// A spelling that was chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chosen {
    pub(super) spelling: Spelling,
    /// A text that is another number in another spelling, where nothing decided.
    pub(super) guessed: Option<String>,
}

impl Chosen {
    /// What there is to say of it.
    pub(super) fn remark(&self, column: &str) -> Option<Warning> {
        let example = self.guessed.clone()?;
        let number = self.spelling.number(&example)?;
        let other = if self.spelling.decimal() == '.' { "," } else { "." };
        let warning = Warning::new(WarningKind::GuessedSpelling, &[number]);
        Some(warning.of_column(column).with_texts(&[&*example, other]))
    }

    /// Whether texts that it fits are also numbers in the plain spelling, and the same ones.
    pub(super) fn is_plain<'a>(&self, mut texts: impl Iterator<Item = &'a str>) -> bool {
        self.spelling.is_plain() && texts.all(|text| text.parse::<f64>().is_ok())
    }
}

impl Fitting {
    /// Of texts none of which is missing; `None` if there are none, or they do not fit one spelling.
    pub(super) fn of<'a>(
        mut texts: impl Iterator<Item = &'a str>,
        known: KnownMarks,
    ) -> Option<Self> {
        let mut fitting: Vec<Marks> =
            Marks::ALL.into_iter().filter(|&marks| known.allow(marks)).collect();
        let mut first: Option<NumberParts> = None;
        let (mut example, mut is_ungrouped) = (None, false);
        let fits_all = texts.all(|text| {
            let Some(parts) = NumberParts::of(text) else { return false };
            let first = first.get_or_insert(parts);
            let holds = |marks| parts.number(marks).is_some_and(|x| (x as f32).is_finite());
            fitting.retain(|&marks| holds(marks));
            if parts.digits.contains(['.', ',']) {
                example = example.filter(|&other| other < text).or(Some(text));
            }
            let runs = parts.digits.split(|c: char| !c.is_ascii_digit());
            is_ungrouped |= runs.map(str::len).max() > Some(3);
            (parts.before, parts.after) == (first.before, first.after) && !fitting.is_empty()
        });
        let parts = first.filter(|_| fits_all)?;
        let simplest = |decimal| fitting.iter().find(|marks| marks.decimal == decimal);
        let (mut point, mut comma) = (simplest('.'), simplest(','));
        // Who leaves 12345 together does not write 1,234 for 1234.
        if let (Some(p), Some(c)) = (point, comma)
            && is_ungrouped
            && p.thousands.is_some() != c.thousands.is_some()
        {
            point = point.filter(|marks| marks.thousands.is_none());
            comma = comma.filter(|marks| marks.thousands.is_none());
        }
        let spelling = |marks: &Marks| Spelling::new(*marks, &parts);
        Some(Self {
            point: point.map(spelling),
            comma: comma.map(spelling),
            example: example.map(str::to_owned),
        })
    }

    /// The column's decimal mark, if it is beyond doubt.
    pub(super) fn mark(&self) -> Option<char> {
        match (&self.point, &self.comma, &self.example) {
            (Some(_), None, Some(_)) => Some('.'),
            (None, Some(_), Some(_)) => Some(','),
            _ => None,
        }
    }

    /// The spelling in a table of which so much is known.
    pub(super) fn choose(self, known: KnownMarks) -> Option<Chosen> {
        let Self { point, comma, example } = self;
        if point.is_none() || comma.is_none() {
            return Some(Chosen { spelling: point.or(comma)?, guessed: None });
        }
        let has_comma = known.sure().or(known.likely) == Some(',');
        let spelling = if has_comma { comma } else { point };
        let guessed = example.filter(|_| known.sure().is_none());
        Some(Chosen { spelling: spelling?, guessed })
    }
}

/// Whether numbers that were read the plain way may be thousands with a point after them: there are not
/// more than three digits before it, nor after it.
pub(super) fn may_be_thousands(mut numbers: impl Iterator<Item = f64>) -> bool {
    numbers.all(|number| {
        let thousandths = number * 1000.0;
        // What an `f32` keeps of a number below 1000 is nearer.
        number.is_nan() || number.abs() < 1000.0 && (thousandths - thousandths.round()).abs() < 0.1
    })
}

/// Whether numbers that were read the plain way have a point before their decimals.
pub(super) fn has_points(numbers: impl Iterator<Item = f64> + Clone) -> bool {
    numbers.clone().any(|number| !number.is_nan() && number.fract() != 0.0)
        && !may_be_thousands(numbers)
}

/// The spelling that most of the texts of a column fit.
fn usual<'a>(texts: &(impl Iterator<Item = &'a str> + Clone)) -> Option<Spelling> {
    let parts = || texts.clone().take(LOOKED_AT).filter_map(NumberParts::of);
    let n_like = |like: &NumberParts| {
        parts().filter(|other| (other.before, other.after) == (like.before, like.after)).count()
    };
    // Few different units are looked at: with many there is no usual one.
    let like = parts().take(20).max_by_key(n_like)?;
    let spellings = Marks::ALL.map(|marks| Spelling::new(marks, &like));
    let n_fitting = |spelling: &Spelling| {
        texts.clone().take(LOOKED_AT).filter(|text| spelling.number(text).is_some()).count()
    };
    // Of equals the simplest.
    spellings.into_iter().rev().max_by_key(n_fitting)
}

/// The spelling that most of the texts of a column fit, and those of them that are neither numbers in
/// it nor plain ones, dates or missing.
pub(super) fn strays<'a>(
    texts: impl Iterator<Item = &'a str> + Clone,
    missing: &Missing,
) -> (Option<Spelling>, Vec<&'a str>) {
    let spelling = usual(&texts);
    let is_number = |text: &str| match &spelling {
        Some(spelling) if spelling.number(text).is_some() => true,
        _ => text.parse::<f64>().is_ok(),
    };
    let is_stray = |text: &&str| !is_number(text) && !is_value(text) && !missing.has_word(text);
    let strays = texts.filter(is_stray).collect();
    (spelling, strays)
}

/// Those of a category's levels that are neither numbers nor dates, nor what stands for a missing value
/// among these.
pub(super) fn stray_texts(levels: &[String]) -> Vec<&str> {
    strays(levels.iter().map(String::as_str), &Missing::default()).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(found: Option<char>, likely: Option<char>) -> KnownMarks {
        KnownMarks { found, likely, ..KnownMarks::default() }
    }

    fn spelled(texts: &[&str], known: KnownMarks) -> String {
        let chosen = Fitting::of(texts.iter().copied(), known).and_then(|fits| fits.choose(known));
        chosen.map_or("none".to_owned(), |Chosen { spelling, guessed }| {
            spelling.to_string() + if guessed.is_some() { " ?" } else { "" }
        })
    }

    #[test]
    fn a_spelling_is_what_all_texts_have() {
        for (texts, expected) in [
            (&["1,07", "12"][..], "1234,56"),
            (&["1.234,56", "7"], "1.234,56"),
            (&["1,234,567", "125,730"], "1,234.56"),
            (&["1 234", "999"], "1 234.56"),
            (&["1 234,5", "999"], "1 234,56"),
            (&["$1,234.50", "$(3.20)"], "$1,234.56"),
            (&["12 kg", "7 kg"], "1234.56 kg"),
            (&["12 kg", "7 g"], "none"),
            (&["12 kg", "7"], "none"),
            (&["1,07", "x"], "none"),
            (&["1,07", "1.5"], "none"),
            (&["1,5E300"], "none"),
            (&[], "none"),
        ] {
            assert_eq!(spelled(texts, KnownMarks::default()), expected, "{texts:?}");
        }
    }

    #[test]
    fn the_example_of_a_doubtful_mark_is_the_first_in_the_alphabet() {
        let open = KnownMarks::default();
        let texts = ["2,500", "1,250", "12,500", "7,125", "9"];
        let chosen = Fitting::of(texts.into_iter(), open).and_then(|fits| fits.choose(open));
        assert_eq!(chosen.unwrap().guessed.as_deref(), Some("1,250"));
    }

    #[test]
    fn a_mark_before_three_digits_is_told_by_the_column_the_table_or_the_delimiter() {
        let open = KnownMarks::default();
        for (texts, known, expected) in [
            (&["1,234", "12,500"][..], open, "1,234.56 ?"),
            (&["1,234", "12,500"], known(None, Some(',')), "1234,56 ?"),
            (&["1,234", "12,500"], known(Some(','), None), "1234,56"),
            (&["1,234", "12,500"], known(Some('.'), Some(',')), "1,234.56"),
            // No thousands begin with a zero.
            (&["1,234", "0,125"], open, "1234,56"),
            // Nor are they left together in one cell and apart in another.
            (&["1,234", "12345"], open, "1234,56"),
            (&["1.234 €", "5.000 €"], open, "1234.56 € ?"),
            (&["1.234 €", "5.000 €"], known(Some(','), None), "1.234,56 €"),
            (&["1.234 €", "5000 €"], known(Some(','), None), "1234.56 €"),
            (&["12 kg"], known(Some(','), None), "1234,56 kg"),
        ] {
            assert_eq!(spelled(texts, known), expected, "{texts:?}");
        }
    }

    #[test]
    fn what_is_asked_for_leaves_no_other_mark() {
        let asked = |decimal, thousands| {
            let options = ReadOptions { decimal, thousands, ..ReadOptions::new("y") };
            KnownMarks::asked(&options, true).unwrap()
        };
        assert_eq!(spelled(&["1,234"], asked(Some(','), None)), "1234,56");
        assert_eq!(spelled(&["1,234"], asked(Some('.'), None)), "1,234.56");
        assert_eq!(spelled(&["1,234"], asked(None, Some(','))), "1,234.56");
        assert_eq!(spelled(&["1,234"], asked(None, Some('.'))), "1234,56");
        assert_eq!(spelled(&["1,07"], asked(Some('.'), None)), "none");
        assert_eq!(spelled(&["1 234,5"], asked(None, Some('.'))), "none");
        for (decimal, thousands) in [(Some('x'), None), (None, Some('x')), (Some(','), Some(','))] {
            let options = ReadOptions { decimal, thousands, ..ReadOptions::new("y") };
            assert!(KnownMarks::asked(&options, true).is_err());
        }
    }

    #[test]
    fn strays_are_what_the_others_are_not() {
        let of = |texts: &[&'static str]| {
            let (spelling, strays) = strays(texts.iter().copied(), &Missing::default());
            (spelling.map(|spelling| spelling.to_string()), strays)
        };
        assert_eq!(of(&["1,5", "2,25", "x", "-"]), (Some("1234,56".to_owned()), vec!["x"]));
        assert_eq!(of(&["$1.5", "$2", "$ -"]), (Some("$1234.56".to_owned()), vec!["$ -"]));
        assert_eq!(of(&["a", "b"]), (None, vec!["a", "b"]));
    }
}
