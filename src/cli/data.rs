//! The model and the rows that the flags of `predict` and `evaluate` name.

use std::io;
use std::path::Path;

use ndarray::Array2;

use super::args::{GlobalArgs, RowsArgs};
use super::places;
use crate::data::csv::STANDARD_STREAM;
use crate::data::{Label, Labels, Rows, RowsOptions};
use crate::{Error, ErrorKind, Model, Result};

/// Rows to predict, from wherever.
pub(super) struct Input {
    pub(super) features: Array2<f32>,
    pub(super) labels: Option<Labels>,
    /// What tells the rows apart in the output: a column's name, and a text a row.
    pub(super) ids: Option<(String, Vec<String>)>,
    /// Whether these are the rows that training held out.
    pub(super) held_out: bool,
}

/// Loads a model, from standard input if it is `-`.
pub(super) fn load_model(path: &Path) -> Result<Model> {
    if path.as_os_str() == STANDARD_STREAM {
        return Model::read(io::stdin()).map_err(|error| error.in_file("standard input"));
    }
    Model::load(path)
}

impl RowsArgs {
    /// Loads the model.
    pub(super) fn load_model(&self) -> Result<Model> {
        if self.data.as_ref() == Some(&self.model) && self.model.as_os_str() == STANDARD_STREAM {
            return Err(Error::setting("--model and --data cannot both be standard input"));
        }
        load_model(&self.model)
    }

    /// Reads the rows, or makes the held-out ones again.
    pub(super) fn read(
        &self,
        model: &Model,
        id: Option<&String>,
        global: &GlobalArgs,
    ) -> Result<Input> {
        match &self.data {
            Some(path) if !self.held_out => self.read_file(path, model, id, global),
            path => self.read_held_out(path.as_deref(), model),
        }
    }

    fn read_file(
        &self,
        path: &Path,
        model: &Model,
        id: Option<&String>,
        global: &GlobalArgs,
    ) -> Result<Input> {
        let options = RowsOptions { delimiter: self.delimiter, id: id.cloned() };
        let rows = Rows::read(path, model.schema(), &options)?;
        if rows.sha256 == model.metadata().data.sha256() {
            global.note(
                "warning: this is the file that the model was trained on, so the scores flatter \
                 it; --held-out takes only the rows that it has not seen",
            );
        }
        Ok(Input {
            features: rows.features,
            labels: rows.labels,
            ids: id.cloned().zip(rows.ids),
            held_out: false,
        })
    }

    fn read_held_out(&self, path: Option<&Path>, model: &Model) -> Result<Input> {
        let where_it_was = places::recall(&model.metadata().data).unwrap_or_default();
        let beside_model = self.model.parent().unwrap_or(Path::new(""));
        let folders = [&where_it_was, Path::new(""), beside_model];
        let held_out = model.held_out(path, &folders).map_err(|error| {
            if error.kind() == ErrorKind::Model { error.in_file(&self.model) } else { error }
        })?;
        let rows = held_out.rows.iter().map(usize::to_string).collect();
        Ok(Input {
            features: held_out.features,
            labels: Some(Labels {
                rows: held_out.labels.into_iter().map(Label::Known).collect(),
                ..Labels::default()
            }),
            ids: Some(("row".to_owned(), rows)),
            held_out: true,
        })
    }
}
