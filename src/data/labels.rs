//! Labels of a table to train on: texts that become class codes.

use std::collections::HashMap;

use crate::forest::MAX_CLASSES;
use crate::message::shorten;
use crate::{Error, Result};

/// The greatest whole number below which all can be told apart in an `f64`, 2^53.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Gives labels codes as they come, and puts the codes in order at the end.
#[derive(Default)]
pub(super) struct LabelReader {
    codes: Vec<u32>,
    /// The code of each label, with the line that it was first seen in.
    seen: HashMap<String, (u32, u64)>,
}

impl LabelReader {
    pub(super) fn push(&mut self, label: &str, line: u64) -> Result<()> {
        if label.is_empty() {
            return Err(Error::data("the label is missing").help("fill it in, or drop the row"));
        }
        let next = self.seen.len();
        let code = match self.seen.get(label) {
            Some(&(code, _)) => code,
            None if next < MAX_CLASSES => {
                self.seen.insert(label.to_owned(), (next as u32, line));
                next as u32
            }
            None => {
                return Err(Error::data(format!("there are more than {MAX_CLASSES} classes"))
                    .help("is --target the right column?"));
            }
        };
        self.codes.push(code);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The classes in order, whole numbers by their value and texts by their code points; and the
    /// rows' codes among them.
    pub(super) fn finish(self) -> Result<(Vec<String>, Vec<u32>)> {
        let mut labels: Vec<SeenLabel> = self.seen.into_iter().map(SeenLabel::new).collect();
        if let [only] = labels.as_slice() {
            return Err(Error::data(format!("all rows have the label '{}'", shorten(&only.text)))
                .help("a forest needs two classes or more: is --target the right column?"));
        }
        labels.sort_unstable_by(|a, b| a.text.cmp(&b.text));
        if labels.iter().all(|label| label.number.is_some()) {
            check_whole(&labels)?;
            labels.sort_by_key(|label| label.number.map(|number| number as i64));
            check_different(&labels)?;
        }
        let mut order = vec![0; labels.len()];
        for (position, label) in labels.iter().enumerate() {
            order[label.code as usize] = position as u32;
        }
        let codes = self.codes.into_iter().map(|code| order[code as usize]).collect();
        Ok((labels.into_iter().map(|label| label.text).collect(), codes))
    }
}

/// A label, where it was first seen, and the number that it may be.
struct SeenLabel {
    text: String,
    code: u32,
    line: u64,
    number: Option<f64>,
}

impl SeenLabel {
    fn new((text, (code, line)): (String, (u32, u64))) -> Self {
        Self { number: text.parse().ok(), text, code, line }
    }

    fn is_whole(&self) -> bool {
        self.number.is_some_and(|number| number.fract() == 0.0 && number.abs() <= MAX_WHOLE)
    }
}

/// Labels that are numbers have to be whole ones.
fn check_whole(labels: &[SeenLabel]) -> Result<()> {
    let wrong = labels.iter().filter(|label| !label.is_whole());
    let Some(label) = wrong.min_by_key(|label| label.line) else {
        return Ok(());
    };
    let problem = match label.number {
        Some(number) if !number.is_finite() => "is not finite",
        Some(number) if number.fract() == 0.0 => "is too large to be told from others",
        _ => "has a fraction",
    };
    Err(Error::data(format!("the label {} is a number that {problem}", shorten(&label.text)))
        .at_line(label.line)
        .help("labels are texts or whole numbers; forest does not predict quantities"))
}

/// One number must not be two classes.
fn check_different(labels: &[SeenLabel]) -> Result<()> {
    let Some([first, second]) = labels.array_windows().find(|[a, b]| a.number == b.number) else {
        return Ok(());
    };
    let texts = [first, second].map(|label| shorten(&label.text));
    Err(Error::data(format!("the labels '{}' and '{}' are the same number", texts[0], texts[1]))
        .at_line(first.line.max(second.line))
        .help("write it one way"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(labels: &[&str]) -> Result<(Vec<String>, Vec<u32>)> {
        let mut reader = LabelReader::default();
        for (label, line) in labels.iter().zip(2..) {
            reader.push(label, line)?;
        }
        reader.finish()
    }

    #[test]
    fn whole_numbers_are_ordered_as_numbers_and_texts_as_texts() {
        let (classes, codes) = read(&["10", "9", "-1", "9"]).unwrap();
        assert_eq!(classes, ["-1", "9", "10"]);
        assert_eq!(codes, [2, 1, 0, 1]);
        let (classes, codes) = read(&["b", "10", "9", "a"]).unwrap();
        assert_eq!(classes, ["10", "9", "a", "b"]);
        assert_eq!(codes, [3, 0, 1, 2]);
    }

    #[test]
    fn what_cannot_be_a_class_is_refused() {
        for (labels, problem) in [
            (&["1", "2.5"][..], "2.5 is a number that has a fraction"),
            (&["1", "inf"], "inf is a number that is not finite"),
            (&["1", "1e300"], "too large"),
            (&["1", "2", "1.0"], "same number"),
            (&["yes", "yes"], "'yes'"),
            (&["yes", ""], "missing"),
        ] {
            let error = read(labels).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
