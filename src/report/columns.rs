//! What the columns of a table were taken for.

use std::fmt;

use serde::Serialize;

use super::text::{count, table, thousands};
use forest::data::{
    Column, ColumnKind, DatePart, Feature, FeatureKind, Spelling, Table, TargetValues,
};

/// What was read of a file, in short.
#[derive(Serialize)]
pub(crate) struct ReadSummary {
    numbers: usize,
    dates: usize,
    categories: usize,
    /// The least and the most levels of a category.
    levels: Option<LevelsRange>,
    without_values: usize,
    left_out: Vec<LeftOutColumn>,
    /// Spellings that are not the plain one, and the columns that have them.
    spellings: Vec<SpelledColumns>,
}

#[derive(Clone, Copy, Serialize)]
struct LevelsRange {
    min: usize,
    max: usize,
}

/// A column that is no feature.
#[derive(Serialize)]
struct LeftOutColumn {
    column: String,
    /// `ignored` if that was asked for.
    reason: String,
}

#[derive(Serialize)]
struct SpelledColumns {
    spelling: String,
    columns: Vec<String>,
}

impl ReadSummary {
    /// Of a table in a file; `None` of a synthetic one.
    pub(crate) fn new(table: &Table) -> Option<Self> {
        let file = table.source.file()?;
        let (empty, full): (Vec<&Column>, Vec<&Column>) =
            table.features.iter().partition(|column| n_missing(column) == column.values.len());
        let levels = full.iter().filter_map(|column| n_levels(column));
        let n = |is_kind: fn(&ColumnKind) -> bool| full.iter().filter(|c| is_kind(&c.kind)).count();
        Some(Self {
            numbers: n(|kind| matches!(kind, ColumnKind::Number)),
            dates: n(|kind| matches!(kind, ColumnKind::Date { .. })),
            categories: levels.clone().count(),
            levels: levels
                .clone()
                .min()
                .zip(levels.max())
                .map(|(min, max)| LevelsRange { min, max }),
            without_values: empty.len(),
            left_out: {
                let left_out = |column: &String, reason: String| {
                    let column = column.clone();
                    LeftOutColumn { column, reason }
                };
                let asked =
                    file.read.ignore.iter().map(|name| left_out(name, "ignored".to_owned()));
                let unasked = file.left_out.iter();
                asked.chain(unasked.map(|of| left_out(&of.column, of.reason.to_string()))).collect()
            },
            spellings: spellings(table),
        })
    }
}

/// The spellings in the order of their first columns.
fn spellings(table: &Table) -> Vec<SpelledColumns> {
    let features = table.features.iter().map(|column| (&column.name, column.spelling_text()));
    let target = (&table.target.name, table.target.spelling.as_ref().map(Spelling::to_string));
    let mut found: Vec<SpelledColumns> = Vec::new();
    for (name, spelling) in [target].into_iter().chain(features) {
        let Some(spelling) = spelling else { continue };
        match found.iter_mut().find(|other| other.spelling == spelling) {
            Some(other) => other.columns.push(name.clone()),
            None => found.push(SpelledColumns { spelling, columns: vec![name.clone()] }),
        }
    }
    found
}

fn n_missing(column: &Column) -> usize {
    column.values.iter().filter(|value| value.is_nan()).count()
}

fn n_levels(column: &Column) -> Option<usize> {
    match &column.kind {
        ColumnKind::Category { levels } => Some(levels.len()),
        ColumnKind::Number | ColumnKind::Date { .. } | ColumnKind::DatePart(_) => None,
    }
}

/// On one line: `12 numbers, 1 date, 3 categories (4 to 51 levels), 1 left out (id)`.
impl fmt::Display for ReadSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels = match self.levels {
            None => String::new(),
            Some(LevelsRange { min, max }) if min == max => {
                format!(" ({})", count(max as u64, "level", "levels"))
            }
            Some(LevelsRange { min, max }) => {
                format!(" ({} to {} levels)", thousands(min as u64), thousands(max as u64))
            }
        };
        let left_out: Vec<&str> = self.left_out.iter().map(|of| &*of.column).collect();
        let kinds = [
            (self.numbers, "number", "numbers", String::new()),
            (self.dates, "date", "dates", String::new()),
            (self.categories, "category", "categories", levels),
            (self.without_values, "without values", "without values", String::new()),
            (self.left_out.len(), "left out", "left out", format!(" ({})", some(&left_out))),
        ];
        let kinds = kinds.into_iter().filter(|(n, ..)| *n > 0);
        let kinds = kinds.map(|(n, one, many, more)| count(n as u64, one, many) + &more);
        f.write_str(&kinds.collect::<Vec<_>>().join(", "))?;
        for SpelledColumns { spelling, columns } in &self.spellings {
            let columns: Vec<&str> = columns.iter().map(|column| &**column).collect();
            write!(f, "; written like {spelling}: {}", some(&columns))?;
        }
        Ok(())
    }
}

/// The first of some names.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(|name| forest::message::shorten(name));
    let rest = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!(" and {} more", thousands(rest as u64)),
    };
    shown.collect::<Vec<_>>().join(", ") + &rest
}

/// What one column was taken for: under the names that a model's schema has.
#[derive(Serialize)]
pub(crate) struct ColumnSummary {
    name: String,
    role: Role,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<DatePart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spelling: Option<String>,
    missing: u64,
    /// How many classes there are, of a target.
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<usize>,
    /// How many levels there are, of a category.
    #[serde(skip_serializing_if = "Option::is_none")]
    levels: Option<usize>,
    /// Of numbers; of dates in days since 1970-01-01.
    #[serde(flatten)]
    range: Option<Range>,
    /// The same, as people write it.
    #[serde(skip)]
    range_text: String,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    Target,
    Feature,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Classes,
    Number,
    Date,
    DatePart,
    Category,
    NoValues,
}

/// In the precision of the column, which has the fewest digits.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum Range {
    Single { min: f32, max: f32 },
    Double { min: f64, max: f64 },
}

impl ColumnSummary {
    /// Of a feature.
    pub(crate) fn of_feature(column: &Column) -> Self {
        let n_missing = n_missing(column);
        let (kind, part) = match column.kind {
            _ if n_missing == column.values.len() => (Kind::NoValues, None),
            ColumnKind::Number => (Kind::Number, None),
            ColumnKind::Date { .. } => (Kind::Date, None),
            ColumnKind::DatePart(part) => (Kind::DatePart, Some(part)),
            ColumnKind::Category { .. } => (Kind::Category, None),
        };
        let (range, range_text) = range(column).filter(|_| kind != Kind::NoValues).unzip();
        Self {
            name: column.name.clone(),
            role: Role::Feature,
            kind,
            part,
            spelling: column.spelling_text(),
            missing: n_missing as u64,
            classes: None,
            levels: n_levels(column),
            range,
            range_text: range_text.unwrap_or_default(),
        }
    }

    /// Of the target, `n_dropped` rows of which have none.
    pub(crate) fn of_target(table: &Table) -> Self {
        let target = &table.target;
        let (kind, classes, range) = match &target.values {
            TargetValues::Classes { names, .. } => (Kind::Classes, Some(names.len()), None),
            TargetValues::Numbers(numbers) => {
                let min = numbers.iter().copied().fold(f64::INFINITY, f64::min) + 0.0;
                let max = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 0.0;
                (Kind::Number, None, Some((Range::Double { min, max }, format!("{min} to {max}"))))
            }
        };
        let (range, range_text) = range.unzip();
        Self {
            name: target.name.clone(),
            role: Role::Target,
            kind,
            part: None,
            spelling: target.spelling.as_ref().map(Spelling::to_string),
            missing: table.source.file().map_or(0, |file| file.dropped),
            classes,
            levels: None,
            range,
            range_text: range_text.unwrap_or_default(),
        }
    }

    fn cells(&self) -> Vec<String> {
        let values = match (self.levels, self.classes) {
            (Some(levels), _) if self.kind == Kind::Category => {
                count(levels as u64, "level", "levels")
            }
            (Some(n), _) | (None, Some(n)) => count(n as u64, "class", "classes"),
            (None, None) => self.range_text.clone(),
        };
        let kind = match (self.role, self.kind) {
            (Role::Target, Kind::Classes) => "target: classes",
            (Role::Target, _) => "target: numbers",
            (Role::Feature, Kind::Classes) => "classes",
            (Role::Feature, Kind::Number) => "number",
            (Role::Feature, Kind::Date) => "date",
            (Role::Feature, Kind::DatePart) => "part of a date",
            (Role::Feature, Kind::Category) => "category",
            (Role::Feature, Kind::NoValues) => "no values",
        };
        let spelling = self.spelling.clone().unwrap_or_default();
        let missing = thousands(self.missing);
        vec![self.name.clone(), kind.to_owned(), missing, values, spelling]
    }
}

/// The range of a column of numbers or dates, as a model's feature has it, and as people write it.
fn range(column: &Column) -> Option<(Range, String)> {
    let present = || column.values.iter().copied().filter(|value| !value.is_nan());
    let (min, max) = (present().reduce(f32::min)? + 0.0, present().reduce(f32::max)? + 0.0);
    let (kind, range) = match column.kind {
        ColumnKind::Number => (FeatureKind::Number { min, max }, Range::Single { min, max }),
        ColumnKind::Date { origin } => {
            let [min_day, max_day] = [min, max].map(|days| f64::from(origin) + f64::from(days));
            let range = Range::Double { min: min_day, max: max_day };
            (FeatureKind::Date { origin, min, max }, range)
        }
        ColumnKind::DatePart(part) => {
            (FeatureKind::DatePart { part, min, max }, Range::Single { min, max })
        }
        ColumnKind::Category { .. } => return None,
    };
    let name = String::new();
    let text = Feature { name, kind, spelling: None, date_spelling: None, missing: 0 }.range();
    Some((range, text))
}

/// Writes a table of columns.
pub(crate) fn write_columns(f: &mut fmt::Formatter<'_>, columns: &[ColumnSummary]) -> fmt::Result {
    let header =
        ["column", "kind", "missing", "values", "written like"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> =
        std::iter::once(header).chain(columns.iter().map(ColumnSummary::cells)).collect();
    table(f, &rows)
}
