//! Rows to predict: a model's features and, where they are known, what there is to predict.

use std::ops::Range;

use ndarray::{Array2, Axis, ShapeBuilder};

use crate::data::input::Format;

/// How to read rows to predict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsOptions {
    /// The file's format; `None` for what its name suggests.
    pub format: Option<Format>,
    /// The byte between two cells; `None` for a tab in `.tsv` files, else for what the header and the
    /// first rows have between them.
    pub delimiter: Option<u8>,
    /// A column to pass through.
    pub id: Option<String>,
    /// A column of weights.
    pub sample_weight: Option<String>,
    /// Columns that are not the schema's and yet no surprise.
    pub known: Vec<String>,
    /// Whether what no training row had is an error.
    pub strict: bool,
}

/// Some rows that have a model's features.
///
/// ```
/// use forest::data::{ReadOptions, Rows, RowsOptions, Table};
/// use forest::{Model, TrainOptions};
///
/// let table = Table::read("examples/data/penguins.csv", &ReadOptions::new("species"))?;
/// let model = Model::train(&table, &TrainOptions::default())?;
/// let options = RowsOptions { id: Some("observer".to_owned()), ..RowsOptions::default() };
/// let new = Rows::read("examples/data/new_penguins.csv", model.schema(), &options)?;
/// assert_eq!(new.rows.ids, Some(["ann", "bob", "ann"].map(str::to_owned).to_vec()));
/// assert_eq!(new.rows.records().dim(), (3, 7));
/// // One of them is from 2024, a year that no training row is from.
/// assert_eq!(new.schema_report.cells[0].column, "year");
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// For each row the line that it begins at, or its number in a file without lines.
    pub places: Vec<u64>,
    /// For each feature of the schema its values.
    pub features: Vec<Vec<f32>>,
    /// What the file says that there is to predict, if it has the target column.
    pub truth: Option<Truth>,
    /// The cells of the column that was asked for, as they stand in the file.
    pub ids: Option<Vec<String>>,
    /// The rows' weights, if they were asked for.
    pub weights: Option<Vec<f64>>,
}

/// What there is to predict in some rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// Labels.
    Classes(Vec<Label>),
    /// Numbers, not a number where the cell is empty or none.
    Numbers(Vec<f64>),
}

/// A row's label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// The code of a class.
    Known(u32),
    /// A label that the schema does not know.
    Unknown(String),
    /// An empty cell.
    Missing,
}

impl Rows {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The features as a table, rows × features.
    pub fn records(&self) -> Array2<f32> {
        let mut records = Array2::zeros((self.len(), self.features.len()).f());
        for (mut to, from) in records.axis_iter_mut(Axis(1)).zip(&self.features) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
        records
    }

    /// Some of the rows.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        fn slice<T: Clone>(all: Option<&Vec<T>>, rows: &Range<usize>) -> Option<Vec<T>> {
            all.map(|all| all[rows.clone()].to_vec())
        }
        Self {
            places: self.places[rows.clone()].to_vec(),
            features: self.features.iter().map(|values| values[rows.clone()].to_vec()).collect(),
            truth: self.truth.as_ref().map(|truth| match truth {
                Truth::Classes(labels) => Truth::Classes(labels[rows.clone()].to_vec()),
                Truth::Numbers(numbers) => Truth::Numbers(numbers[rows.clone()].to_vec()),
            }),
            ids: slice(self.ids.as_ref(), &rows),
            weights: slice(self.weights.as_ref(), &rows),
        }
    }

    /// Puts later rows after these.
    pub fn append(&mut self, later: Self) {
        if self.is_empty() {
            *self = later;
            return;
        }
        self.places.extend(later.places);
        for (feature, later) in self.features.iter_mut().zip(later.features) {
            feature.extend(later);
        }
        match (&mut self.truth, later.truth) {
            (Some(Truth::Classes(labels)), Some(Truth::Classes(later))) => labels.extend(later),
            (Some(Truth::Numbers(numbers)), Some(Truth::Numbers(later))) => numbers.extend(later),
            _ => {}
        }
        extend(&mut self.ids, later.ids);
        extend(&mut self.weights, later.weights);
    }
}

fn extend<T>(rows: &mut Option<Vec<T>>, later: Option<Vec<T>>) {
    if let (Some(rows), Some(later)) = (rows, later) {
        rows.extend(later);
    }
}
