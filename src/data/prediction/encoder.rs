//! Makes what a forest takes of the cells of rows to predict.

use super::drift::{BinCounter, BinCounts};
use super::row_columns::Columns;
use super::rows::{Label, Rows, Truth};
use super::schema_report::{FindingCounts, FindingKind, iso_date};
use super::strictness::{Strictness, refused_cell};
use crate::data::date_parts::hours;
use crate::data::input::cells::{Cells, Missing, NO_TEXT, ReadAs, Texts, check_number, no_number};
use crate::data::input::{Chunk, Header};
use crate::data::levels::Levels;
use crate::data::names::Names;
use crate::data::schema::{Feature, FeatureKind, Schema};
use crate::data::training::column::since;
use crate::data::weights::check_weight;
use crate::{Result, Task};

/// Encodes the rows of one file.
pub(super) struct Encoder<'a> {
    schema: &'a Schema,
    missing: &'a Missing,
    columns: &'a Columns,
    header: &'a Header,
    classes: Names<'a, u32>,
    /// For each feature the positions of its levels.
    levels: Vec<Names<'a, u32>>,
    range_tolerance: f64,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(
        schema: &'a Schema,
        missing: &'a Missing,
        columns: &'a Columns,
        header: &'a Header,
        range_tolerance: f64,
    ) -> Self {
        Self {
            schema,
            missing,
            columns,
            header,
            classes: Names::new(schema.classes().iter().map(|class| class.name.as_str()).zip(0..)),
            levels: schema.features.iter().map(positions).collect(),
            range_tolerance,
        }
    }

    pub(super) fn encode(&self, chunk: Chunk) -> Result<(Rows, Vec<FindingCounts>, BinCounts)> {
        let (places, cells) = chunk.into_parts();
        let mut cells = cells.into_iter();
        let mut next = |is_there: bool| is_there.then(|| cells.next()).flatten();
        let truth = next(self.columns.has_target).map(|cells| self.truth(cells));
        let ids = (0..self.columns.n_ids).filter_map(|_| next(true)).map(strings).collect();
        let weights = next(self.columns.has_weight).map(Cells::into_numbers);
        self.check_weights(weights.as_deref(), &places)?;
        let mut counts = vec![FindingCounts::default(); self.levels.len()];
        let histograms = self.schema.histograms.as_ref();
        let mut bins = BinCounts::new(histograms);
        let mut counters = bins.counters(histograms);
        let mut features = Vec::with_capacity(self.levels.len());
        // Of the last dates, the hours since 1970-01-01.
        let mut hours_of_dates = Vec::new();
        let known = self.schema.features.iter().zip(&self.levels);
        for ((feature, levels), counts) in known.zip(&mut counts) {
            let mut next = || cells.next().unwrap_or(Cells::Empty(places.len()));
            let mut counter = counters.next();
            let values = match feature.kind {
                FeatureKind::Number { .. } => {
                    let numbers = self.numbers(feature, next(), &places)?;
                    self.encode_numbers(feature, &numbers, &places, counts)
                }
                FeatureKind::Date { .. } => {
                    let days = next().into_numbers();
                    hours_of_dates = days.iter().map(|&days| hours(days)).collect();
                    self.encode_numbers(feature, &days, &places, counts)
                }
                // What is to be said of it is said of the date.
                FeatureKind::DatePart { part, .. } => {
                    hours_of_dates.iter().map(|&hours| part.of(hours)).collect()
                }
                FeatureKind::Category { .. } => {
                    let texts = next().into_texts();
                    encode_texts(feature, levels, &texts, &places, counts, counter.take())
                }
            };
            if let Some(mut counter) = counter {
                counter.add_numbers(&values);
            }
            features.push(values);
        }
        drop(counters);
        Ok((Rows { places, features, truth, ids, weights }, counts, bins))
    }

    /// The cells of a feature of numbers or dates.
    fn numbers(&self, feature: &Feature, cells: Cells, places: &[u64]) -> Result<Vec<f64>> {
        let (Some(spelling), Cells::Texts(texts)) = (&feature.spelling, &cells) else {
            return Ok(cells.into_numbers());
        };
        let number = |text: &String| {
            if self.missing.has_word(text) {
                return Ok(f64::NAN);
            }
            let number = spelling.number(text).ok_or_else(|| no_number(text, Some(spelling)))?;
            check_number(number, ReadAs::Number).map(|()| self.missing.or_nan(number))
        };
        let mut numbers = Vec::with_capacity(texts.distinct.len());
        for (code, text) in texts.distinct.iter().enumerate() {
            numbers.push(number(text).map_err(|error| {
                // Texts stand in the order of the rows that have them first.
                let row = texts.codes.iter().position(|&other| other as usize == code);
                let place = row.map_or(0, |row| places[row]);
                self.header.locate(place, self.header.position(&feature.name), error)
            })?);
        }
        let number = |&code: &u32| numbers.get(code as usize).copied().unwrap_or(f64::NAN);
        Ok(texts.codes.iter().map(number).collect())
    }

    fn truth(&self, cells: Cells) -> Truth {
        if let Cells::Numbers(numbers) = cells {
            return Truth::Numbers(numbers);
        }
        let Texts { distinct, codes } = cells.into_texts();
        if self.schema.task() == Task::Regression {
            let number = |text: &String| match &self.schema.target.spelling {
                Some(spelling) => spelling.number(text),
                None => text.parse().ok().filter(|x: &f64| x.is_finite()),
            };
            let numbers: Vec<Option<f64>> = distinct.iter().map(number).collect();
            let number = |code| if code == NO_TEXT { None } else { numbers[code as usize] };
            let rows = codes.into_iter().map(|code| number(code).unwrap_or(f64::NAN));
            return Truth::Numbers(rows.collect());
        }
        let label = |text: String| match self.classes.get(&text) {
            Some(code) => Label::Known(code),
            None => Label::Unknown(text),
        };
        let labels: Vec<Label> = distinct.into_iter().map(label).collect();
        let label = |code| match code {
            NO_TEXT => Label::Missing,
            code => labels[code as usize].clone(),
        };
        Truth::Classes(codes.into_iter().map(label).collect())
    }

    fn check_weights(&self, weights: Option<&[f64]>, places: &[u64]) -> Result<()> {
        let column = usize::from(self.columns.has_target) + self.columns.n_ids;
        for (&weight, &place) in weights.into_iter().flatten().zip(places) {
            check_weight(weight).map_err(|error| {
                self.header.locate(place, Some(self.columns.wanted[column].0), error)
            })?;
        }
        Ok(())
    }

    /// Makes an error of the first cell that no training row had the like of, as far as that is one.
    pub(super) fn refuse_cells(&self, counts: &[FindingCounts], strict: &Strictness) -> Result<()> {
        let first = |counts: &FindingCounts| counts.first(|kind| strict.refuses_kind(kind));
        let found = counts.iter().zip(&self.schema.features);
        let firsts = found.filter_map(|(counts, feature)| Some((first(counts)?, counts, feature)));
        let Some(((place, kind), counts, feature)) = firsts.min_by_key(|((place, _), ..)| *place)
        else {
            return Ok(());
        };
        let mut findings = counts.findings(feature, |at| self.header.place(at));
        let Some(finding) = findings.find(|finding| finding.kind == kind) else { return Ok(()) };
        Err(self.header.locate(place, self.header.position(&feature.name), refused_cell(&finding)))
    }

    /// The values that count as those of the training rows.
    fn range(&self, min: f32, max: f32) -> (f64, f64) {
        let (min, max) = (f64::from(min), f64::from(max));
        let beyond = self.range_tolerance * (max - min);
        (min - beyond, max + beyond)
    }

    fn encode_numbers(
        &self,
        feature: &Feature,
        values: &[f64],
        places: &[u64],
        counts: &mut FindingCounts,
    ) -> Vec<f32> {
        let (min, max, origin) = match feature.kind {
            FeatureKind::Number { min, max } => (min, max, None),
            FeatureKind::Date { origin, min, max } => (min, max, Some(origin)),
            FeatureKind::DatePart { .. } | FeatureKind::Category { .. } => {
                return vec![f32::NAN; values.len()];
            }
        };
        let (low, high) = self.range(min, max);
        let encode = |(&cell, &place): (&f64, &u64)| {
            let value = origin.map_or(cell as f32, |origin| since(origin, cell));
            if f64::from(value) < low || f64::from(value) > high {
                let text = || if origin.is_some() { iso_date(cell) } else { cell.to_string() };
                counts.add(FindingKind::OutsideRange, place, text);
            } else if value.is_nan() && feature.is_complete() {
                counts.add(FindingKind::Missing, place, String::new);
            }
            value
        };
        values.iter().zip(places).map(encode).collect()
    }
}

/// The position of each level of a feature.
fn positions(feature: &Feature) -> Names<'_, u32> {
    Names::new(feature.levels().into_iter().flat_map(Levels::iter).zip(0..))
}

/// The texts of a column that is passed through.
fn strings(cells: Cells) -> Vec<String> {
    let Texts { distinct, codes } = cells.into_texts();
    let text = |code| if code == NO_TEXT { String::new() } else { distinct[code as usize].clone() };
    codes.into_iter().map(text).collect()
}

fn encode_texts(
    feature: &Feature,
    levels: &Names<u32>,
    texts: &Texts,
    places: &[u64],
    counts: &mut FindingCounts,
    counter: Option<BinCounter>,
) -> Vec<f32> {
    let found: Vec<Option<u32>> = texts.distinct.iter().map(|text| levels.get(text)).collect();
    if let Some(mut counter) = counter {
        counter.add_levels(&texts.codes, &found);
    }
    let values = feature.levels().map_or(&[][..], Levels::values);
    let encode = |(&code, &place): (&u32, &u64)| {
        if code == NO_TEXT {
            if feature.is_complete() {
                counts.add(FindingKind::Missing, place, String::new);
            }
            return f32::NAN;
        }
        if let Some(level) = found[code as usize] {
            return values[level as usize];
        }
        counts.add(FindingKind::UnseenLevel, place, || texts.distinct[code as usize].clone());
        Levels::UNSEEN
    };
    texts.codes.iter().zip(places).map(encode).collect()
}
