//! What rows to predict have that no training row had.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

use super::drift::{FeatureDrift, LARGE};
use crate::data::schema::{Feature, FeatureKind};
use crate::message::{count, list, printable, shorten};

/// What rows have that no training row had.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SchemaReport {
    /// Columns that the model does not know.
    pub ignored_columns: Vec<String>,
    /// Cells, by column and kind.
    #[serde(rename = "findings")]
    pub cells: Vec<Finding>,
    /// How far the rows are from the training rows, feature by feature; none if there are no rows, or the model does not
    /// know how its training rows were distributed.
    pub drift: Option<Vec<FeatureDrift>>,
}

/// Cells of one column that no training row had the like of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The column's name.
    pub column: String,
    /// What they are.
    pub kind: FindingKind,
    /// How many they are.
    pub cells: u64,
    /// The first one.
    pub first: String,
    /// The line or row of the first one.
    pub first_place: String,
    /// What training had.
    #[serde(skip)]
    pub(super) training: String,
}

/// How a cell differs from those of the training rows; serialized under the names of [`Difference`](crate::data::Difference).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// A level that training has not seen, and that counts as the mean of all.
    #[serde(rename = "levels")]
    UnseenLevel,
    /// A number or date outside the range of the training rows.
    #[serde(rename = "range")]
    OutsideRange,
    /// No value, in a column that had one in all training rows.
    Missing,
}

impl FindingKind {
    const ALL: [Self; 3] = [Self::UnseenLevel, Self::OutsideRange, Self::Missing];
}

/// How many findings are said one by one.
const MOST_NOTES: usize = 10;

/// Counts what is found in a feature.
#[derive(Clone, Debug, Default)]
pub(super) struct FindingCounts([Option<Counted>; FindingKind::ALL.len()]);

#[derive(Clone, Debug)]
struct Counted {
    cells: u64,
    /// The first one's place and text.
    place: u64,
    text: String,
}

impl FindingCounts {
    /// Counts a cell.
    pub(super) fn add(&mut self, kind: FindingKind, place: u64, text: impl FnOnce() -> String) {
        match &mut self.0[kind as usize] {
            Some(counted) => counted.cells += 1,
            none => *none = Some(Counted { cells: 1, place, text: text() }),
        }
    }

    /// Adds what was found in later rows.
    pub(super) fn merge(&mut self, later: Self) {
        for (counted, later) in self.0.iter_mut().zip(later.0) {
            match (&mut *counted, later) {
                (Some(counted), Some(later)) => counted.cells += later.cells,
                (None, later) => *counted = later,
                (Some(_), None) => {}
            }
        }
    }

    /// The place and kind of the first cell that was found, of some kinds.
    pub(super) fn first(
        &self,
        is_wanted: impl Fn(FindingKind) -> bool,
    ) -> Option<(u64, FindingKind)> {
        let found = FindingKind::ALL.into_iter().zip(&self.0);
        found
            .filter(|(kind, _)| is_wanted(*kind))
            .filter_map(|(kind, counted)| Some((counted.as_ref()?.place, kind)))
            .min_by_key(|f| f.0)
    }

    /// What was found in a feature; `place` names a place for people.
    pub(super) fn findings<'a>(
        &'a self,
        feature: &'a Feature,
        place: impl Fn(u64) -> String + 'a,
    ) -> impl Iterator<Item = Finding> + 'a {
        FindingKind::ALL.into_iter().zip(&self.0).filter_map(move |(kind, counted)| {
            let counted = counted.as_ref()?;
            Some(Finding {
                column: feature.name.clone(),
                kind,
                cells: counted.cells,
                first: counted.text.clone(),
                first_place: place(counted.place),
                training: feature.range(),
            })
        })
    }
}

impl Feature {
    /// The range of the training rows' values, for people; nothing for a category.
    pub fn range(&self) -> String {
        match &self.kind {
            kind if *kind == FeatureKind::UNKNOWN => "numbers".to_owned(),
            FeatureKind::Number { min, max } | FeatureKind::DatePart { min, max, .. } => {
                format!("{min} to {max}")
            }
            FeatureKind::Date { origin, min, max } => {
                let date = |days: f32| iso_date(f64::from(*origin) + f64::from(days));
                format!("{} to {}", date(*min), date(*max))
            }
            FeatureKind::Category { .. } => String::new(),
        }
    }
}

/// Days since 1970 as an ISO 8601 date, with the time where there is one.
pub(crate) fn iso_date(days: f64) -> String {
    let seconds = (days * 86_400.0).round() as i64;
    match jiff::Timestamp::from_second(seconds) {
        Ok(timestamp) if seconds % 86_400 == 0 => timestamp.strftime("%Y-%m-%d").to_string(),
        Ok(timestamp) => timestamp.to_string(),
        Err(_) => format!("day {days}"),
    }
}

impl SchemaReport {
    /// Whether all is as it was in training.
    pub fn is_clean(&self) -> bool {
        self.ignored_columns.is_empty() && self.cells.is_empty()
    }

    /// What is to be said of it, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> =
            self.cells.iter().take(MOST_NOTES).map(Finding::to_string).collect();
        let columns: HashSet<&String> =
            self.cells.iter().skip(MOST_NOTES).map(|finding| &finding.column).collect();
        if !columns.is_empty() {
            let columns = count(columns.len() as u64, "more column has", "more columns have");
            notes.push(format!("{columns} cells that no training row had the like of"));
        }
        notes.extend(self.drift_note());
        if !self.ignored_columns.is_empty() {
            let columns = if self.ignored_columns.len() == 1 { "column" } else { "columns" };
            notes.push(format!("ignored: the {columns} {}", list(&self.ignored_columns)));
        }
        notes
    }
}

impl SchemaReport {
    /// Which features have drifted far, the farthest first.
    fn drift_note(&self) -> Option<String> {
        let drift = self.drift.iter().flatten();
        let mut large: Vec<&FeatureDrift> = drift.filter(|of| of.is_large()).collect();
        large.sort_by(|a, b| b.psi.total_cmp(&a.psi));
        let name =
            |of: &&FeatureDrift| format!("'{}' {:.2}", printable(&shorten(&of.feature)), of.psi);
        let mut names: Vec<String> = large.iter().take(MOST_NOTES).map(name).collect();
        if large.len() > MOST_NOTES {
            names.push(format!("{} more", large.len() - MOST_NOTES));
        }
        (!large.is_empty()).then(|| {
            format!(
                "the rows have drifted from training's, by their population stability index: {} (above {LARGE} is \
                 large)",
                names.join(", ")
            )
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, kind, cells, first, first_place, training } = self;
        let (column, first) = (printable(&shorten(column)), printable(&shorten(first)));
        let n = if *cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
        write!(f, "column '{column}': ")?;
        match kind {
            FindingKind::UnseenLevel => write!(
                f,
                "{n} of levels that training has not seen, taken as average (first '{first}', {first_place})"
            ),
            FindingKind::OutsideRange => {
                write!(f, "{n} outside training's range, {training} (first {first}, {first_place})")
            }
            FindingKind::Missing => {
                write!(f, "{n} missing where training had none (first in {first_place})")
            }
        }
    }
}
