//! Splits that go by a column: groups of rows that stay together, and rows in an order of time.

use std::collections::{BTreeSet, HashSet};

use super::column::{Column, ColumnKind};
use super::split::{Parts, Split};
use crate::data::read_options::ReadOptions;
use crate::message::{count, shorten};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// The column that splits of a table go by.
#[derive(Clone, Debug, PartialEq)]
pub enum SplitBy {
    /// Rows with the same code are a group, which is on one side.
    Group {
        /// The column's name.
        column: String,
        /// Each row's group: the position of its text among all, in the order of their code points.
        /// Rows without one are a group together.
        codes: Vec<u32>,
    },
    /// The rows with the largest values are held out.
    Order {
        /// The column's name.
        column: String,
        /// Each row's value.
        values: Vec<f32>,
    },
}

/// Takes out a column, with its parts if it is one of dates.
fn remove(features: &mut Vec<Column>, at: usize) -> Column {
    let is_part = |column: &&Column| matches!(column.kind, ColumnKind::DatePart(_));
    let n_parts = features[at + 1..].iter().take_while(is_part).count();
    features.drain(at + 1..=at + n_parts);
    features.remove(at)
}

impl SplitBy {
    /// Takes the column that `options` name out of the features, or copies it where it is one.
    ///
    /// # Errors
    /// Rows cannot be put in order by it.
    pub(super) fn take(features: &mut Vec<Column>, options: &ReadOptions) -> Result<Option<Self>> {
        let mut position = |name: &str| features.iter().position(|column| column.name == name);
        if let Some(at) = options.group.as_deref().and_then(&mut position) {
            let Column { name, kind, values, .. } = remove(features, at);
            let n_levels = match kind {
                ColumnKind::Category { levels } => levels.len(),
                ColumnKind::Number | ColumnKind::Date { .. } | ColumnKind::DatePart(_) => 0,
            };
            let code = |value: f32| if value.is_nan() { n_levels as u32 } else { value as u32 };
            let codes = values.into_iter().map(code).collect();
            return Ok(Some(Self::Group { column: name, codes }));
        }
        let Some(at) = options.order.as_deref().and_then(&mut position) else { return Ok(None) };
        let column = &features[at];
        check_order(column).map_err(|error| error.in_column(&column.name))?;
        let (column, values) = (column.name.clone(), column.values.clone());
        if options.ignore.contains(&column) {
            remove(features, at);
        }
        Ok(Some(Self::Order { column, values }))
    }

    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Group { codes, .. } => codes.len(),
            Self::Order { values, .. } => values.len(),
        }
    }

    /// Divides the rows, as [`Table::parts`](crate::data::Table::parts) says.
    ///
    /// # Errors
    /// As there.
    pub(super) fn parts(&self, split: &Split) -> Result<Parts> {
        if split.stratify {
            let by = self.parameter();
            return Err(Error::setting(sentence![
                Parameter("stratify"),
                " keeps the shares of classes, and ",
                by,
                " says which rows are held out"
            ])
            .with_help(sentence!["leave out ", Parameter("stratify"), " or ", by]));
        }
        let (_, n_test) = split.sizes(self.len())?;
        if n_test == 0 {
            return split.plain(self.len());
        }
        let is_test = match self {
            Self::Group { column, codes } => whole_groups(split, column, codes)?,
            Self::Order { column, values } => largest(split, column, values, n_test)?,
        };
        let (test, train) = (0..self.len()).partition(|&row| is_test[row]);
        Ok(Parts { train, test })
    }

    pub(super) fn parameter(&self) -> Parameter {
        match self {
            Self::Group { .. } => Parameter("group"),
            Self::Order { .. } => Parameter("order"),
        }
    }
}

/// Refuses a column that has texts, or rows without a value.
fn check_order(column: &Column) -> Result<()> {
    if let ColumnKind::Category { .. } = column.kind {
        return Err(Error::data(sentence![
            Parameter("order"),
            " needs numbers or dates, and these are texts"
        ])
        .with_help("dates are written as 2024-01-31, perhaps with a time"));
    }
    match column.values.iter().filter(|value| value.is_nan()).count() {
        0 => Ok(()),
        n => {
            let rows = count(n as u64, "row has", "rows have");
            Err(Error::data(sentence![
                format!("{rows} no value to be put in order by "),
                Parameter("order")
            ])
            .with_help("fill it in, or drop the rows"))
        }
    }
}

/// Whether each row is of a group that is held out.
fn whole_groups(split: &Split, column: &str, codes: &[u32]) -> Result<Vec<bool>> {
    let groups: Vec<u32> = codes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    if split.n_test(groups.len() as u64) >= groups.len() as u64 {
        let found = count(groups.len() as u64, "group", "groups");
        let why = format!("no group to train on: '{}' has {found}", shorten(column));
        return Err(nothing_to_train_on(split, &why, Parameter("group")));
    }
    let test = split.plain(groups.len())?.test;
    let test: HashSet<u32> = test.into_iter().map(|group| groups[group]).collect();
    Ok(codes.iter().map(|code| test.contains(code)).collect())
}

fn nothing_to_train_on(split: &Split, why: &str, column: Parameter) -> Error {
    let leaves = format!(" {} leaves {why}", split.test_size);
    Error::setting(sentence![Parameter("test_size"), leaves]).with_help(sentence![
        "lower ",
        Parameter("test_size"),
        ", or give another ",
        column
    ])
}

/// Whether each row is one of the `n_test` rows of the largest values, or equal to one.
fn largest(split: &Split, column: &str, values: &[f32], n_test: usize) -> Result<Vec<bool>> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let smallest_held_out = sorted[sorted.len() - n_test];
    if sorted[0] == smallest_held_out {
        let column = shorten(column);
        let why = format!("no row to train on: too many rows share the minimum of '{column}'");
        return Err(nothing_to_train_on(split, &why, Parameter("order")));
    }
    Ok(values.iter().map(|&value| value >= smallest_held_out).collect())
}
