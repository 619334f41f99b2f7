//! A table as a forest is trained on it: split, with the numbers that its categories stand for.

use std::borrow::Cow;

use super::table_rows::TableRows;
use crate::data::split::Parts;
use crate::data::{Column, ColumnKind, Schema, Table};
use crate::forest::features::Features;
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, ForestValidParams, Learner, Result};

/// What training needs of a table.
pub(super) struct Prepared<'a> {
    /// Filled in for the table.
    pub(super) params: ForestValidParams,
    pub(super) train: TableRows<'a>,
    pub(super) test: TableRows<'a>,
    /// As rows to predict have them.
    pub(super) columns: Vec<Cow<'a, [f32]>>,
    /// For each category what the training rows are trained on instead.
    cross_fitted: Vec<Option<Vec<f32>>>,
}

impl<'a> Prepared<'a> {
    /// Of a table that was checked, with the schema of a model of it. Neither depends on the rows held out.
    pub(super) fn new(
        table: &'a Table,
        parts: &'a Parts,
        params: &ForestValidParams,
    ) -> Result<(Self, Schema)> {
        let params = for_columns(params, table)?.resolve_for(table.target.values.task())?;
        let [train, test] = [&parts.train, &parts.test].map(|rows| TableRows::new(table, rows));
        if !parts.test.is_empty() && test.weighs_nothing() {
            return Err(Error::setting("all rows that are held out have the weight 0").with_help(
                sentence![
                    "choose another ",
                    Parameter("random_state"),
                    ", or hold out more with ",
                    Parameter("test_size")
                ],
            ));
        }
        let categories = train.level_values(table, params.seed());
        let schema = train.schema(table, &categories)?;
        check_missing(&params, &schema)?;
        let columns = schema.encode(table).unwrap_or_default();
        let cross_fitted = train.cross_fitted(&columns, categories);
        Ok((Self { params, train, test, columns, cross_fitted }, schema))
    }

    /// The training rows.
    pub(super) fn x(&self) -> Features<'_> {
        let columns = self.columns.iter().zip(&self.cross_fitted);
        let columns = columns.map(|(column, fitted)| fitted.as_deref().unwrap_or(column));
        Features::new(columns, Some(self.train.rows))
    }
}

/// Some rows of columns.
pub(super) fn features<'a>(columns: &'a [Cow<[f32]>], rows: &'a [usize]) -> Features<'a> {
    Features::new(columns.iter().map(|column| &column[..]), Some(rows))
}

/// Refuses missing values where linfa-trees is to grow the trees: it would take them for numbers.
fn check_missing(params: &ForestValidParams, schema: &Schema) -> Result<()> {
    let incomplete = schema.features.iter().find(|feature| feature.missing > 0);
    match incomplete.filter(|_| params.learner() == Learner::Linfa) {
        None => Ok(()),
        Some(feature) => {
            let name = shorten(&feature.name);
            Err(Error::setting(sentence![
                Parameter("learner"),
                format!(" linfa takes no missing values, and the column '{name}' has some"),
            ])
            .with_help(sentence![
                "fill them in, leave the column out with ",
                Parameter("ignore"),
                ", or use ",
                Parameter("learner"),
                " cart",
            ]))
        }
    }
}

/// The settings for a table whose dates have parts.
fn for_columns(params: &ForestValidParams, table: &Table) -> Result<ForestValidParams> {
    let is_part = |column: &Column| matches!(column.kind, ColumnKind::DatePart(_));
    // Each column with its parts.
    let columns = || table.features.chunk_by(|_, next| is_part(next));
    let n_parts = columns().map(|column| column.len() - 1).max().unwrap_or(0);
    let task = table.target.values.task();
    params.with_parts(task, table.features.len(), columns().count(), n_parts)
}
