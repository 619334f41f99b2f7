//! What a model knows of the columns it was trained on.

use std::borrow::Cow;

use serde::Serialize;

use super::levels::{Levels, check_bytes};
use super::names::Names;
use super::training::column::{Column, ColumnKind, since};
use super::training::table::Table;
use crate::{Result, Task};

/// The target and the features, by name and in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Schema {
    /// What there is to predict.
    pub target: TargetSchema,
    /// The features.
    pub features: Vec<Feature>,
    /// What stands for a missing value, besides nothing, `NA`, `NaN` and `null`.
    pub missing: Vec<String>,
}

/// The target column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetSchema {
    /// Its name.
    pub name: String,
    /// What its values are.
    #[serde(flatten)]
    pub kind: TargetKind,
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// What its values are.
    #[serde(flatten)]
    pub kind: FeatureKind,
    /// How many training rows have no value.
    pub missing: u64,
}

/// What the values of a feature are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "SerializedKind")]
pub enum FeatureKind {
    /// Numbers.
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
    /// Texts. A feature that no training row has a value of has no levels.
    Category {
        /// The texts of the training rows.
        levels: Levels,
    },
}

/// A kind as scripts see it: dates in days since 1970-01-01.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum SerializedKind {
    Number { min: f32, max: f32 },
    Date { min: f64, max: f64 },
    Category { levels: Levels },
}

impl From<FeatureKind> for SerializedKind {
    fn from(kind: FeatureKind) -> Self {
        match kind {
            FeatureKind::Number { min, max } => Self::Number { min, max },
            FeatureKind::Date { origin, min, max } => {
                let [min, max] = [min, max].map(|days| f64::from(origin) + f64::from(days));
                Self::Date { min, max }
            }
            FeatureKind::Category { levels } => Self::Category { levels },
        }
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

    /// The levels with their values; none of a feature that has no levels.
    pub(super) fn level_values(&self) -> impl Iterator<Item = (&str, f32)> {
        let levels = self.levels().into_iter();
        levels.flat_map(|levels| levels.iter().zip(levels.values().iter().copied()))
    }

    /// The levels of a category.
    pub fn levels(&self) -> Option<&Levels> {
        match &self.kind {
            FeatureKind::Category { levels } => Some(levels),
            FeatureKind::Number { .. } | FeatureKind::Date { .. } => None,
        }
    }
}
