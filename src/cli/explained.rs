//! Rows with how much each feature adds to what a model says of them, as a table and in words.

use std::collections::HashSet;

use super::data::RowSource;
use super::pieces::Cost;
use crate::report::explain::{Contribution, ExplainedRow, Prediction, largest};
use crate::report::predictions::{
    Encoded, OutputColumn, OutputField, OutputKind, PredictionEncoder,
};
use forest::data::Rows;
use forest::explain::{Explainer, RowExplanations};
use forest::message::{closest, list, shorten};
use forest::{Error, Model, Result, Task};

/// How rows are explained.
pub(super) struct Explanation<'a> {
    pub(super) model: &'a Model,
    pub(super) explainer: Explainer<'a>,
    /// The class that was asked for.
    pub(super) class: Option<u32>,
}

/// Rows that have been explained.
pub(super) struct Explained {
    /// The classes that the model decides on; none of numbers.
    predictions: Vec<u32>,
    /// Those that are explained.
    classes: Vec<u32>,
    pub(super) of_rows: RowExplanations,
}

impl Explanation<'_> {
    pub(super) fn explain(&self, rows: &Rows) -> Result<Explained> {
        let predictions = match self.model.forest().task() {
            Task::Regression => Vec::new(),
            Task::Classification => self.model.predict_classes(rows)?,
        };
        let classes = match (self.class, predictions.is_empty()) {
            (Some(class), _) => vec![class; rows.len()],
            (None, true) => vec![0; rows.len()],
            (None, false) => predictions.clone(),
        };
        let of_rows = self.explainer.explain_each(rows, &classes)?;
        Ok(Explained { predictions, classes, of_rows })
    }

    /// Explains rows in words.
    pub(super) fn rows(&self, rows: &Rows, top: usize) -> Result<Vec<ExplainedRow>> {
        let Explained { predictions, classes, of_rows } = self.explain(rows)?;
        let name = |class: &u32| self.model.class_name(*class).to_owned();
        let calibrated = match self.model.forest().calibration() {
            Some(_) => Some(self.model.forest().predict_proba(rows)?),
            None => None,
        };
        let of_row = |row: usize| {
            let features = self.model.schema().features.iter().zip(&rows.features);
            let contributions = of_rows.contributions.row(row);
            let contributions = features.zip(contributions).map(|((feature, values), &by)| {
                let (name, value) = (feature.name.clone(), feature.value_text(values[row]));
                Contribution { feature: name, value, amount: by }
            });
            let (contributions, other_features, other_contributions) =
                largest(contributions.collect(), top);
            let class = classes[row];
            ExplainedRow {
                place: rows.places[row],
                place_text: String::new(),
                prediction: match predictions.get(row) {
                    Some(class) => Prediction::Class(name(class)),
                    None => Prediction::Value(of_rows.predictions[row]),
                },
                class: predictions.get(row).map(|_| name(&class)),
                output: of_rows.predictions[row],
                calibrated: calibrated.as_ref().map(|proba| proba[[row, class as usize]]),
                base: of_rows.base[row],
                contributions,
                other_features,
                other_contributions,
            }
        };
        Ok((0..rows.len()).map(of_row).collect())
    }

    pub(super) fn bytes_of_row(&self) -> usize {
        3 * size_of::<f64>() * self.model.schema().features.len()
    }

    pub(super) fn cost(&self, encoder: &PredictionEncoder) -> Cost {
        let of_row = self.bytes_of_row() + encoder.bytes_of_row();
        Cost { of_row, of_piece: encoder.bytes_of_piece() }
    }
}

impl Explained {
    pub(super) fn encode(
        &self,
        encoder: &PredictionEncoder,
        names: &[String],
        rows: &Rows,
    ) -> Result<Encoded> {
        let Self { predictions, classes, of_rows } = self;
        let mut columns: Vec<OutputColumn> = Vec::new();
        columns.extend(rows.ids.iter().map(|ids| OutputColumn::Texts(ids)));
        if !names.is_empty() {
            columns.push(OutputColumn::Classes { names, codes: predictions });
            columns.push(OutputColumn::Classes { names, codes: classes });
        }
        columns.extend(OutputColumn::of_table(&of_rows.predictions, 1));
        columns.extend(OutputColumn::of_table(&of_rows.base, 1));
        let contributions = of_rows.contributions.as_slice().unwrap_or_default();
        columns.extend(OutputColumn::of_table(contributions, of_rows.contributions.ncols()));
        encoder.encode(&columns)
    }
}

/// The position of a name that a flag gives.
///
/// # Errors
/// It is not one of the names; `what` they are, one and several.
pub(super) fn find(
    flag: &str,
    what: [&str; 2],
    name: &str,
    names: &[impl AsRef<str>],
) -> Result<usize> {
    let found = names.iter().position(|other| other.as_ref() == name);
    found.ok_or_else(|| {
        let [one, several] = what;
        let help = match closest(name, names.iter().map(AsRef::as_ref)) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("the model's {several} are {}", list(names)),
        };
        let found = shorten(name);
        Error::setting(format!("{flag}: the model knows no {one} '{found}'")).with_help(help)
    })
}

/// The columns of the table.
pub(super) fn fields(model: &Model, input: &RowSource) -> Result<Vec<OutputField>> {
    let features: Vec<&String> = model.schema().features.iter().map(|f| &f.name).collect();
    let field = |name: &str, kind| {
        let mut name = name.to_owned();
        while features.contains(&&name) {
            name.push('_');
        }
        OutputField { path: vec![name.clone()], name, kind }
    };
    let ids = input.ids();
    let mut fields: Vec<OutputField> = ids
        .iter()
        .map(|id| OutputField { name: id.clone(), kind: OutputKind::Text, path: vec![id.clone()] })
        .collect();
    match model.forest().task() {
        Task::Classification => {
            fields.push(field("prediction", OutputKind::Text));
            fields.push(field("class", OutputKind::Text));
            fields.push(field("output", OutputKind::Number));
        }
        Task::Regression => fields.push(field("prediction", OutputKind::Number)),
    }
    fields.push(field("base", OutputKind::Number));
    fields.extend(features.iter().map(|&name| OutputField {
        name: name.clone(),
        kind: OutputKind::Number,
        path: vec!["contributions".to_owned(), name.clone()],
    }));
    let mut seen = HashSet::new();
    match fields.iter().find(|field| !seen.insert(&field.name)) {
        None => Ok(fields),
        Some(twice) => {
            let message = format!("--id '{}' is the name of a column of the output", twice.name);
            Err(Error::setting(message).with_help("leave it out, or rename the column"))
        }
    }
}
