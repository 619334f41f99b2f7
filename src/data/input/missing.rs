//! What stands for a missing value.

/// What a cell without a value looks like, in every table.
pub(crate) const USUAL: [&str; 6] = ["", "NA", "NaN", "nan", "null", "NULL"];

/// What such a cell may look like besides where the others of its column are numbers or dates.
const WORDS: [&str; 11] =
    ["N/A", "n/a", "#N/A", "<NA>", "na", "None", "none", "Null", "?", "-", "."];

/// The texts and numbers that stand for a missing value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Missing {
    texts: Vec<String>,
    /// Those of the texts that are numbers: a cell is one of them however it is written.
    numbers: Vec<f64>,
}

impl Missing {
    /// The usual texts and these.
    pub(crate) fn new(texts: &[String]) -> Self {
        let numbers = texts.iter().filter_map(|text| text.parse().ok());
        Self { texts: texts.to_vec(), numbers: numbers.collect() }
    }

    /// Whether a text stands for a missing value, be it by the number that it is.
    pub(crate) fn has_text(&self, text: &str) -> bool {
        USUAL.contains(&text)
            || self.texts.iter().any(|other| other == text)
            || text.parse().is_ok_and(|number| self.has_number(number))
    }

    /// Whether a text does where the other cells are numbers or dates.
    pub(crate) fn has_word(&self, text: &str) -> bool {
        let text = text.trim();
        WORDS.contains(&text) || self.has_text(text)
    }

    /// A number; not a number if it stands for a missing value.
    pub(crate) fn or_nan(&self, number: f64) -> f64 {
        if self.has_number(number) { f64::NAN } else { number }
    }

    /// Whether a number does.
    pub(crate) fn has_number(&self, number: f64) -> bool {
        number.is_nan() || self.numbers.contains(&number)
    }
}
