//! What the columns of a table were taken for.

use std::fmt;

use serde::Serialize;

use super::text::{count, table, thousands};
use forest::data::{Column, ColumnKind, Feature, FeatureKind, Spelling, Table, TargetValues};

/// What was read of a file, in short.
#[derive(Serialize)]
pub(crate) struct ReadSummary {
    numbers: usize,
    dates: usize,
    categories: usize,
    /// The least and the most levels of a category.
    levels: Option<[usize; 2]>,
    without_values: usize,
    left_out: Vec<String>,
    /// Spellings that are not the plain one, and the columns that have them.
    spellings: Vec<SpelledColumns>,
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
            levels: levels.clone().min().zip(levels.max()).map(|(min, max)| [min, max]),
            without_values: empty.len(),
            left_out: {
                let unasked = file.left_out.iter().map(|left_out| &left_out.column);
                file.read.ignore.iter().chain(unasked).cloned().collect()
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
            Some([min, max]) if min == max => {
                format!(" ({})", count(max as u64, "level", "levels"))
            }
            Some([min, max]) => {
                format!(" ({} to {} levels)", thousands(min as u64), thousands(max as u64))
            }
        };
        let kinds = [
            (self.numbers, "number", "numbers", String::new()),
            (self.dates, "date", "dates", String::new()),
            (self.categories, "category", "categories", levels),
            (self.without_values, "without values", "without values", String::new()),
            (self.left_out.len(), "left out", "left out", format!(" ({})", some(&self.left_out))),
        ];
        let kinds = kinds.into_iter().filter(|(n, ..)| *n > 0);
        let kinds = kinds.map(|(n, one, many, more)| count(n as u64, one, many) + &more);
        f.write_str(&kinds.collect::<Vec<_>>().join(", "))?;
        for SpelledColumns { spelling, columns } in &self.spellings {
            write!(f, "; written like {spelling}: {}", some(columns))?;
        }
        Ok(())
    }
}

/// The first of some names.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(|name| forest::message::shorten(name));
    let rest = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!(" and {} more", thousands(rest as u64)),
    };
    shown.collect::<Vec<_>>().join(", ") + &rest
}

/// What one column was taken for.
#[derive(Serialize)]
pub(crate) struct ColumnSummary {
    name: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spelling: Option<String>,
    missing: u64,
    /// How many levels or classes there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    levels: Option<usize>,
    /// The least and the greatest value, as people write them.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<String>,
}

impl ColumnSummary {
    /// Of a feature.
    pub(crate) fn of_feature(column: &Column) -> Self {
        let n_missing = n_missing(column);
        let is_empty = n_missing == column.values.len();
        let kind = match column.kind {
            _ if is_empty => "no values",
            ColumnKind::Number => "number",
            ColumnKind::Date { .. } => "date",
            ColumnKind::DatePart(_) => "part of a date",
            ColumnKind::Category { .. } => "category",
        };
        Self {
            name: column.name.clone(),
            kind,
            spelling: column.spelling_text(),
            missing: n_missing as u64,
            levels: n_levels(column),
            range: range(column).filter(|_| !is_empty),
        }
    }

    /// Of the target, `n_dropped` rows of which have none.
    pub(crate) fn of_target(table: &Table) -> Self {
        let target = &table.target;
        let (levels, range) = match &target.values {
            TargetValues::Classes { names, .. } => (Some(names.len()), None),
            TargetValues::Numbers(numbers) => {
                let min = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                let max = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                (None, Some(format!("{} to {}", min + 0.0, max + 0.0)))
            }
        };
        Self {
            name: target.name.clone(),
            kind: if levels.is_some() { "target: classes" } else { "target: numbers" },
            spelling: target.spelling.as_ref().map(Spelling::to_string),
            missing: table.source.file().map_or(0, |file| file.dropped),
            levels,
            range,
        }
    }

    fn cells(&self) -> Vec<String> {
        let values = match (self.levels, &self.range) {
            (Some(levels), _) if self.kind == "category" => count(levels as u64, "level", "levels"),
            (Some(classes), _) => count(classes as u64, "class", "classes"),
            (None, range) => range.clone().unwrap_or_default(),
        };
        let spelling = self.spelling.clone().unwrap_or_default();
        let missing = thousands(self.missing);
        vec![self.name.clone(), self.kind.to_owned(), missing, values, spelling]
    }
}

/// The range of a column of numbers or dates, as a model's feature has it.
fn range(column: &Column) -> Option<String> {
    let present = || column.values.iter().copied().filter(|value| !value.is_nan());
    let (min, max) = (present().reduce(f32::min)? + 0.0, present().reduce(f32::max)? + 0.0);
    let kind = match column.kind {
        ColumnKind::Number => FeatureKind::Number { min, max },
        ColumnKind::Date { origin } => FeatureKind::Date { origin, min, max },
        ColumnKind::DatePart(part) => FeatureKind::DatePart { part, min, max },
        ColumnKind::Category { .. } => return None,
    };
    let name = String::new();
    Some(Feature { name, kind, spelling: None, date_spelling: None, missing: 0 }.range())
}

/// Writes a table of columns.
pub(crate) fn write_columns(f: &mut fmt::Formatter<'_>, columns: &[ColumnSummary]) -> fmt::Result {
    let header =
        ["column", "kind", "missing", "values", "written like"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> =
        std::iter::once(header).chain(columns.iter().map(ColumnSummary::cells)).collect();
    table(f, &rows)
}
