//! What a model knows of the columns it was trained on.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::date_parts::DatePart;
use super::histograms::Histograms;
use super::input::dates::DateSpelling;
use super::input::spelling::Spelling;
use super::levels::{Levels, check_bytes};
use super::names::Names;
use super::training::column::{Column, ColumnKind, since, spelling_text};
use super::training::table::Table;
use crate::{Result, Task};

/// The target and the features, by name and in order.
///
/// ```
/// use forest::data::{FeatureKind, ReadOptions, Table};
/// use forest::{Model, TrainOptions};
///
/// let table = Table::read("examples/data/penguins.csv", &ReadOptions::new("species"))?;
/// let model = Model::train(&table, &TrainOptions::default())?;
/// let schema = model.schema();
/// assert_eq!(schema.classes()[0].name, "Adelie");
/// let island = &schema.features[0];
/// assert_eq!(island.name, "island");
/// assert!(matches!(&island.kind, FeatureKind::Category { levels } if levels.len() == 3));
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Schema {
    /// What there is to predict.
    pub target: TargetSchema,
    /// The features.
    pub features: Vec<Feature>,
    /// What stands for a missing value, besides nothing, `NA`, `NaN` and `null`.
    pub missing: Vec<String>,
    /// How the training rows are distributed, so that others can be compared with them; none of an imported model.
    #[serde(skip)]
    pub histograms: Option<Histograms>,
}

/// The target column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetSchema {
    /// Its name.
    pub name: String,
    /// What its values are.
    #[serde(flatten)]
    pub kind: TargetKind,
    /// How its numbers are written, where that is not the plain way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spelling: Option<Spelling>,
}

/// What the values of a target are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum TargetKind {
    /// Classes.
    Classification {
        /// They, in the order of their codes.
        classes: Vec<Class>,
    },
    /// Numbers.
    Regression {
        /// How many training rows there are.
        rows: u64,
        /// The mean over the training rows, weighted as they are.
        mean: f64,
        /// The smallest value among the training rows.
        min: f64,
        /// The greatest value among the training rows.
        max: f64,
    },
}

/// A class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Class {
    /// Its label in the table.
    pub name: String,
    /// How many training rows have it.
    pub rows: u64,
}

/// A feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Its name: the column's, with the part of a date after it.
    pub name: String,
    /// What its values are.
    pub kind: FeatureKind,
    /// How its numbers are written, where that is not the plain way.
    pub spelling: Option<Box<Spelling>>,
    /// How the column's cells are written, if they are dates or times of day other than in ISO 8601.
    pub date_spelling: Option<DateSpelling>,
    /// How many training rows have no value.
    pub missing: u64,
}

/// A feature as scripts see it.
#[derive(Serialize)]
struct SerializedFeature<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    #[serde(flatten)]
    kind: SerializedKind<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spelling: Option<String>,
    missing: u64,
}

/// What the values of a feature are.
#[derive(Clone, Debug, PartialEq)]
pub enum FeatureKind {
    /// Numbers; hours where the cells are times of day.
    Number {
        /// The smallest value among the training rows.
        min: f32,
        /// The greatest value among the training rows.
        max: f32,
    },
    /// Dates, as days since a day of the column's own, in UTC.
    Date {
        /// That day, in days since 1970-01-01.
        origin: i32,
        /// The first date among the training rows.
        min: f32,
        /// The last date among the training rows.
        max: f32,
    },
    /// A part of the dates of the feature before, or of the one that has the parts before.
    DatePart {
        /// Which one.
        part: DatePart,
        /// The least one among the training rows.
        min: f32,
        /// The greatest one among the training rows.
        max: f32,
    },
    /// Texts. A feature that no training row has a value of has no levels.
    Category {
        /// The texts of the training rows.
        levels: Levels,
    },
}

impl FeatureKind {
    /// Numbers of an imported model, whose file does not say which ones training had.
    pub const UNKNOWN: Self = Self::Number { min: f32::MIN, max: f32::MAX };
}

/// A kind as scripts see it: dates in days since 1970-01-01.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum SerializedKind<'a> {
    Number { min: f32, max: f32 },
    Date { min: f64, max: f64 },
    DatePart { part: DatePart, min: f32, max: f32 },
    Category { levels: &'a Levels },
}

impl<'a> From<&'a FeatureKind> for SerializedKind<'a> {
    fn from(kind: &'a FeatureKind) -> Self {
        match kind {
            &FeatureKind::Number { min, max } => Self::Number { min, max },
            &FeatureKind::Date { origin, min, max } => {
                let [min, max] = [min, max].map(|days| f64::from(origin) + f64::from(days));
                Self::Date { min, max }
            }
            &FeatureKind::DatePart { part, min, max } => Self::DatePart { part, min, max },
            FeatureKind::Category { levels } => Self::Category { levels },
        }
    }
}

impl Serialize for Feature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { name, kind, missing, .. } = self;
        let column = match kind {
            FeatureKind::DatePart { part, .. } => part.column_of(name),
            _ => None,
        };
        let (kind, spelling, missing) = (kind.into(), self.spelling_text(), *missing);
        SerializedFeature { name, column, kind, spelling, missing }.serialize(serializer)
    }
}

impl Schema {
    /// What there is to predict.
    pub fn task(&self) -> Task {
        match self.target.kind {
            TargetKind::Classification { .. } => Task::Classification,
            TargetKind::Regression { .. } => Task::Regression,
        }
    }

    /// The classes, in the order of their codes; none in regression.
    pub fn classes(&self) -> &[Class] {
        match &self.target.kind {
            TargetKind::Classification { classes } => classes,
            TargetKind::Regression { .. } => &[],
        }
    }

    /// How many training rows there are.
    pub fn rows(&self) -> u64 {
        match &self.target.kind {
            TargetKind::Classification { classes } => classes.iter().map(|class| class.rows).sum(),
            TargetKind::Regression { rows, .. } => *rows,
        }
    }

    /// The features that are columns of a table: all but the parts of dates.
    pub fn columns(&self) -> impl Iterator<Item = &Feature> {
        let is_column = |f: &&Feature| !matches!(f.kind, FeatureKind::DatePart { .. });
        self.features.iter().filter(is_column)
    }

    /// Refuses levels that a model file cannot hold.
    ///
    /// # Errors
    /// Their texts are too long together.
    pub(crate) fn check_levels(&self) -> Result<()> {
        let levels = self.features.iter().filter_map(Feature::levels);
        check_bytes(levels.map(Levels::n_bytes).sum())
    }

    /// The values of a table's columns as the forest takes them, if the columns are the schema's: a
    /// text becomes the value of its level.
    pub(crate) fn encode<'a>(&self, table: &'a Table) -> Option<Vec<Cow<'a, [f32]>>> {
        let names = self.features.iter().map(|feature| &feature.name);
        names
            .eq(table.features.iter().map(|column| &column.name))
            .then(|| self.features.iter().zip(&table.features).map(|(f, c)| f.encode(c)).collect())
    }
}

impl Feature {
    /// The values of a column as the forest takes them.
    fn encode<'a>(&self, column: &'a Column) -> Cow<'a, [f32]> {
        let levels = match (&self.kind, &column.kind) {
            (FeatureKind::Category { .. }, ColumnKind::Category { levels }) => levels,
            (FeatureKind::Date { origin, .. }, ColumnKind::Date { origin: other })
                if origin != other =>
            {
                let since = |&days: &f32| since(*origin, f64::from(days) + f64::from(*other));
                return Cow::Owned(column.values.iter().map(since).collect());
            }
            _ => return Cow::Borrowed(&column.values),
        };
        let known = Names::new(self.level_values());
        let value = |level: &String| known.get(level).unwrap_or(Levels::UNSEEN);
        let values: Vec<f32> = levels.iter().map(value).collect();
        let encode = |&code: &f32| if code.is_nan() { code } else { values[code as usize] };
        Cow::Owned(column.values.iter().map(encode).collect())
    }

    /// Whether training had a value in all rows, as far as is known.
    pub(super) fn is_complete(&self) -> bool {
        self.missing == 0 && self.kind != FeatureKind::UNKNOWN
    }

    /// The levels with their values; none of a feature that has no levels.
    pub(super) fn level_values(&self) -> impl Iterator<Item = (&str, f32)> {
        let levels = self.levels().into_iter();
        levels.flat_map(|levels| levels.iter().zip(levels.values().iter().copied()))
    }

    /// How the cells of its column are written, where that is not the plain way or ISO 8601.
    pub fn spelling_text(&self) -> Option<String> {
        spelling_text(self.spelling.as_deref(), self.date_spelling)
    }

    /// Of a date its name, of a part of one also which it is; what parts may come after.
    pub(crate) fn of_date(&self) -> Option<(&str, Option<DatePart>)> {
        match self.kind {
            FeatureKind::Date { .. } => Some((&self.name, None)),
            FeatureKind::DatePart { part, .. } => Some((&self.name, Some(part))),
            FeatureKind::Number { .. } | FeatureKind::Category { .. } => None,
        }
    }

    /// The levels of a category.
    pub fn levels(&self) -> Option<&Levels> {
        match &self.kind {
            FeatureKind::Category { levels } => Some(levels),
            FeatureKind::Number { .. }
            | FeatureKind::Date { .. }
            | FeatureKind::DatePart { .. } => None,
        }
    }
}
