//! Reads the target of a table to train on: texts that become class codes, or numbers.

use std::collections::HashMap;

use super::class_labels::{Located, classes};
use super::column::LEVEL_BYTES;
use super::spellings::{Chosen, Fitting, KnownMarks, has_points, may_be_thousands, strays};
use super::target::TargetValues;
use crate::data::input::cells::{Missing, NO_TEXT, Texts};
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, MAX_CLASSES, Result, Task, memory};

/// A target of whole numbers is taken for classes if there are no more different ones than this …
const MANY: usize = 30;

/// … or than this, where they are more than half as many as the rows.
const FEW: usize = 10;

/// Reads a target block by block.
pub(super) struct TargetReader {
    /// What was asked for; else what the labels are decides.
    task: Option<Task>,
    rows: Targets,
    /// Whether the labels may be numbers, however many there are, that have to be read from all texts.
    is_spelled: bool,
    /// Whether a label is no plain number where numbers were read.
    is_mixed: bool,
    /// The rows without a label, and where the first is.
    pub(super) n_missing: u64,
    first_missing: Option<u64>,
}

enum Targets {
    /// Codes as the labels came, and each label's code with the place that it was first seen in.
    Codes(Vec<u32>, HashMap<String, (u32, u64)>),
    Numbers(Vec<f64>),
}

impl TargetReader {
    pub(super) fn new(task: Option<Task>) -> Self {
        let rows = match task {
            Some(Task::Regression) => Targets::Numbers(Vec::new()),
            Some(Task::Classification) | None => Targets::Codes(Vec::new(), HashMap::new()),
        };
        let (is_spelled, is_mixed) = (false, false);
        Self { task, rows, is_spelled, is_mixed, n_missing: 0, first_missing: None }
    }

    /// Of numbers that are known by their texts.
    fn of_spelled() -> Self {
        let rows = Targets::Codes(Vec::new(), HashMap::new());
        Self { rows, is_spelled: true, ..Self::new(Some(Task::Regression)) }
    }

    /// A reader for all rows once more, if this one was not the right one.
    pub(super) fn again(&self, known: KnownMarks, missing: &Missing) -> Option<Self> {
        if self.is_spelled && self.task.is_some() {
            return None;
        }
        let is_wrong = match &self.rows {
            Targets::Numbers(numbers) => {
                self.is_mixed || known.has_comma() && may_be_thousands(numbers.iter().copied())
            }
            Targets::Codes(_, seen) => {
                self.task.is_none()
                    && seen.keys().any(|label| missing.has_word(label))
                    && self.numbers(known, missing).is_some_and(|(mut numbers, _)| {
                        numbers.retain(|number| !number.is_nan());
                        are_quantities(&numbers, present(seen, missing).count())
                    })
            }
        };
        is_wrong.then(Self::of_spelled)
    }

    /// The labels of a block, without words for a missing one if they are to be numbers.
    pub(super) fn labels(&self, texts: Texts, missing: &Missing) -> Texts {
        match self.task {
            Some(Task::Regression) => texts.without(|text| missing.has_word(text)),
            Some(Task::Classification) | None => texts,
        }
    }

    /// The spellings that all labels fit, if they may be numbers and are not plain ones.
    pub(super) fn fitting(&self, known: KnownMarks, missing: &Missing) -> Option<Fitting> {
        let Targets::Codes(_, seen) = &self.rows else { return None };
        let is_plain = |label: &str| label.parse::<f64>().is_ok();
        let are_plain = !self.is_spelled && seen.keys().all(|label| is_plain(label));
        if are_plain { None } else { Fitting::of(present(seen, missing), known) }
    }

    /// Whether the labels are plain numbers, some with a fraction after a point.
    pub(super) fn has_points(&self) -> bool {
        match &self.rows {
            Targets::Numbers(numbers) => has_points(numbers.iter().copied()),
            Targets::Codes(codes, seen) => {
                as_numbers(codes, seen).is_some_and(|numbers| has_points(numbers.into_iter()))
            }
        }
    }

    /// Adds the labels of a block. Rows without one are counted and left out.
    ///
    /// # Errors
    /// A label that is no number where numbers are asked for; more classes than there can be.
    pub(super) fn push(&mut self, texts: &Texts, places: &[u64], missing: &Missing) -> Located<()> {
        let none = texts.codes.iter().zip(places).filter(|(code, _)| **code == NO_TEXT);
        self.n_missing += none.clone().count() as u64;
        self.first_missing = self.first_missing.or(none.map(|(_, &place)| place).next());

        let labels = texts.distinct.iter().zip(first_places(texts, places));
        let present = texts.codes.iter().filter(|code| **code != NO_TEXT);
        match &mut self.rows {
            Targets::Codes(codes, seen) => {
                let mut block = Vec::with_capacity(texts.distinct.len());
                for (label, place) in labels {
                    let next = seen.len() as u32;
                    let known = seen.get(label).map(|&(code, _)| code);
                    if known.is_none() {
                        seen.insert(label.clone(), (next, place));
                    }
                    block.push(known.unwrap_or(next));
                }
                codes.extend(present.map(|&code| block[code as usize]));
                let last = places.last().copied().unwrap_or_default();
                self.check_class_count(missing).map_err(|error| (last, error))
            }
            Targets::Numbers(numbers) => {
                let number = |(label, place): (&String, u64)| {
                    if label.parse::<f64>().is_err() {
                        self.is_mixed = true;
                        return Ok(0.0);
                    }
                    quantity(label).map_err(|error| (place, error))
                };
                let block: Vec<f64> = labels.map(number).collect::<Located<_>>()?;
                numbers.extend(present.map(|&code| block[code as usize]));
                Ok(())
            }
        }
    }

    /// The number of rows with a label.
    pub(super) fn n_rows(&self) -> usize {
        match &self.rows {
            Targets::Codes(codes, _) => codes.len(),
            Targets::Numbers(numbers) => numbers.len(),
        }
    }

    /// The number of bytes that are allocated when `n_rows` rows of `n_texts` different labels are added.
    pub(super) fn growth(&self, n_rows: usize, n_texts: usize) -> usize {
        match &self.rows {
            Targets::Codes(codes, seen) if self.is_spelled => {
                let is_full = seen.len() + n_texts > seen.capacity();
                let labels = if is_full { 2 * (seen.len() + n_texts) * LEVEL_BYTES } else { 0 };
                memory::growth(codes, n_rows) + labels
            }
            Targets::Codes(codes, _) => memory::growth(codes, n_rows),
            Targets::Numbers(numbers) => memory::growth(numbers, n_rows),
        }
    }

    /// Refuses rows without a target; `name` names a place for people.
    ///
    /// # Errors
    /// There are some.
    pub(super) fn check_complete(&self, name: impl Fn(u64) -> String) -> Result<()> {
        let Some(first) = self.first_missing else { return Ok(()) };
        let rows = match self.n_missing {
            1 => "1 row has".to_owned(),
            n => format!("{n} rows have"),
        };
        Err(Error::data(format!("{rows} no target, the first in {}", name(first))).with_help(
            sentence!["fill it in, or leave such rows out with ", Parameter("drop_missing_target")],
        ))
    }

    /// Where there are more labels than classes, they had better be numbers.
    fn check_class_count(&mut self, words: &Missing) -> Result<()> {
        let Targets::Codes(codes, seen) = &self.rows else { return Ok(()) };
        if seen.len() <= MAX_CLASSES || self.is_spelled {
            return Ok(());
        }
        if self.task.is_none()
            && let Some(numbers) = as_numbers(codes, seen)
        {
            self.rows = Targets::Numbers(numbers);
            return Ok(());
        }
        let known = KnownMarks::default();
        self.is_spelled = self.task.is_none() && Fitting::of(present(seen, words), known).is_some();
        if self.is_spelled { Ok(()) } else { Err(too_many_classes()) }
    }

    /// The target's values, and how they are written where that is not the plain way.
    ///
    /// # Errors
    /// One class or value only; labels that cannot be classes.
    pub(super) fn finish(
        self,
        known: KnownMarks,
        missing: &Missing,
    ) -> Located<(TargetValues, Option<Chosen>)> {
        let found = self.numbers(known, missing);
        let (codes, seen) = match self.rows {
            Targets::Numbers(numbers) => return Ok((TargetValues::Numbers(numbers), None)),
            Targets::Codes(codes, seen) => (codes, seen),
        };
        match (self.task, found) {
            (Some(Task::Regression), Some((numbers, chosen))) => {
                return Ok((TargetValues::Numbers(numbers), chosen));
            }
            (Some(Task::Regression), None) => return Err(no_quantity(&seen, missing)),
            (None, Some((numbers, chosen)))
                if are_quantities(&numbers, seen.len())
                    && !numbers.iter().any(|number| number.is_nan()) =>
            {
                return Ok((TargetValues::Numbers(numbers), chosen));
            }
            _ if seen.len() > MAX_CLASSES => return Err((0, too_many_classes())),
            _ => {}
        }
        let (names, codes) = classes(codes, &seen)?;
        Ok((TargetValues::Classes { names, codes }, None))
    }

    /// The rows' labels as numbers, not a number where a word says that it is missing, and how they are
    /// written; `None` if one is not a finite number.
    fn numbers(&self, known: KnownMarks, missing: &Missing) -> Option<(Vec<f64>, Option<Chosen>)> {
        let Targets::Codes(codes, seen) = &self.rows else { return None };
        if self.task == Some(Task::Classification) {
            return None;
        }
        let plain = as_numbers(codes, seen);
        let fitting = match &plain {
            Some(_) if !known.has_comma() => None,
            _ => Fitting::of(present(seen, missing), known),
        };
        let Some(chosen) = fitting.and_then(|fitting| fitting.choose(known)) else {
            return Some((plain?, None));
        };
        let mut numbers = vec![f64::NAN; seen.len()];
        for (label, (code, _)) in seen {
            numbers[*code as usize] = chosen.spelling.number(label).unwrap_or(f64::NAN);
        }
        let numbers = codes.iter().map(|&code| numbers[code as usize]).collect();
        Some((numbers, Some(chosen).filter(|chosen| !chosen.is_plain(present(seen, missing)))))
    }
}

/// The labels that are no words for a missing one.
fn present<'a>(
    seen: &'a HashMap<String, (u32, u64)>,
    missing: &'a Missing,
) -> impl Iterator<Item = &'a str> + Clone {
    seen.keys().map(String::as_str).filter(|label| !missing.has_word(label))
}

fn too_many_classes() -> Error {
    Error::data(format!("there are more than {MAX_CLASSES} classes")).with_help(sentence![
        "is ",
        Parameter("target"),
        " the right column? numbers are predicted with ",
        Parameter("task"),
        " regression",
    ])
}

/// The error for the first label that is no number where most of the others are.
fn no_quantity(seen: &HashMap<String, (u32, u64)>, missing: &Missing) -> (u64, Error) {
    let mut labels: Vec<&str> = seen.keys().map(String::as_str).collect();
    labels.sort_unstable_by_key(|label| seen[*label].1);
    let (_, strays) = strays(labels.iter().copied(), missing);
    let is_wrong = |label: &&str| match label.parse::<f64>() {
        Ok(number) => !number.is_finite(),
        Err(_) => strays.first() == Some(label),
    };
    let first = labels.iter().copied().find(is_wrong);
    let label = first.or(strays.first().copied()).or(labels.first().copied()).unwrap_or_default();
    let error = quantity(label).err().unwrap_or_else(|| not_a_number(label));
    (seen.get(label).map_or(0, |&(_, place)| place), error)
}

/// For each text the place of the first row that has it; texts come in the order of these rows.
fn first_places(texts: &Texts, places: &[u64]) -> Vec<u64> {
    let mut firsts = Vec::with_capacity(texts.distinct.len());
    for (&code, &place) in texts.codes.iter().zip(places) {
        if code as usize == firsts.len() {
            firsts.push(place);
        }
    }
    firsts
}

/// Whether numbers with this many different values are more likely quantities than classes.
fn are_quantities(numbers: &[f64], n_distinct: usize) -> bool {
    let has_fraction = numbers.iter().any(|number| number.fract() != 0.0);
    has_fraction || n_distinct > MANY || (n_distinct > FEW && n_distinct * 2 > numbers.len())
}

/// The rows' labels as numbers; `None` if one is not a finite number.
fn as_numbers(codes: &[u32], seen: &HashMap<String, (u32, u64)>) -> Option<Vec<f64>> {
    let mut numbers = vec![0.0; seen.len()];
    for (label, (code, _)) in seen {
        numbers[*code as usize] = quantity(label).ok()?;
    }
    Some(codes.iter().map(|&code| numbers[code as usize]).collect())
}

/// A label as a quantity.
fn quantity(label: &str) -> Result<f64> {
    match label.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(number) => Err(Error::data(format!("the target is {number}, which is not finite"))
            .with_help("correct the cell, or drop the row")),
        Err(_) => Err(not_a_number(label)),
    }
}

fn not_a_number(label: &str) -> Error {
    Error::data(sentence![
        format!("the target is '{}', and ", shorten(label)),
        Parameter("task"),
        " regression predicts numbers",
    ])
    .with_help(sentence!["correct the cell, or give ", Parameter("task"), " classification"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::input::cells::TextsBuilder;

    fn read(labels: &[&str], task: Option<Task>) -> Located<TargetValues> {
        let mut reader = TargetReader::new(task);
        for (block, n_before) in labels.chunks(2).zip((0..).step_by(2)) {
            let mut texts = TextsBuilder::default();
            for label in block {
                texts.push(label);
            }
            let places: Vec<u64> = (2 + n_before..).take(block.len()).collect();
            reader.push(&texts.finish(), &places, &Missing::default())?;
        }
        Ok(reader.finish(KnownMarks::default(), &Missing::default())?.0)
    }

    fn classes_of(labels: &[&str]) -> (Vec<String>, Vec<u32>) {
        match read(labels, None) {
            Ok(TargetValues::Classes { names, codes }) => (names, codes),
            other => panic!("{labels:?} gives {other:?}"),
        }
    }

    #[test]
    fn whole_numbers_are_ordered_as_numbers_and_texts_as_texts() {
        let (classes, codes) = classes_of(&["10", "9", "-1", "9"]);
        assert_eq!(classes, ["-1", "9", "10"]);
        assert_eq!(codes, [2, 1, 0, 1]);
        let (classes, codes) = classes_of(&["b", "10", "9", "a"]);
        assert_eq!(classes, ["10", "9", "a", "b"]);
        assert_eq!(codes, [3, 0, 1, 2]);
    }

    #[test]
    fn fractions_and_many_different_numbers_are_quantities() {
        let numbers = |labels: &[&str]| read(labels, None).unwrap().task() == Task::Regression;
        assert!(numbers(&["1", "2.5"]));
        assert!(!numbers(&["1", "2", "1"]));
        let texts = |n: usize, of: usize| -> Vec<String> {
            (0..n).map(|row| (row % of).to_string()).collect()
        };
        for (n, of, expected) in
            [(100, 30, false), (100, 31, true), (20, 10, false), (21, 11, true), (22, 11, false)]
        {
            let texts = texts(n, of);
            let labels: Vec<&str> = texts.iter().map(String::as_str).collect();
            assert_eq!(numbers(&labels), expected, "{of} different of {n}");
        }
    }

    #[test]
    fn what_cannot_be_a_class_or_a_quantity_is_refused_with_its_place() {
        let classes = Some(Task::Classification);
        for (labels, task, place, problem) in [
            (&["1", "2.5"][..], classes, 3, "2.5 is a number that has a fraction"),
            (&["1", "inf"], None, 3, "inf is a number that is not finite"),
            (&["1", "1", "1e300"], None, 4, "too large"),
            (&["1", "2", "1.0"], None, 4, "same number"),
            (&["1", "2", "inf"], Some(Task::Regression), 4, "not finite"),
        ] {
            let (found, error) = read(labels, task).unwrap_err();
            let error = error.to_string();
            assert!(found == place && error.contains(problem), "{found}: {error}");
        }
    }
}
