//! Rows to predict: a model's features and, where they are known, what there is to predict.

use std::ops::Range;

use ndarray::{Array2, Axis, ShapeBuilder};

use super::strictness::Strictness;
use crate::data::input::Format;

/// How to read rows to predict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowsOptions {
    /// The file's format; `None` for what its name suggests.
    pub format: Option<Format>,
    /// The byte between two cells; `None` for a tab in `.tsv` files, else for what the header and the
    /// first rows have between them.
    pub delimiter: Option<u8>,
    /// Columns to pass through; one item may be several names with commas between them.
    pub ids: Vec<String>,
    /// Whether all columns are passed through.
    pub append: bool,
    /// A column of weights.
    pub sample_weight: Option<String>,
    /// Columns that are not the schema's and yet no surprise.
    pub known: Vec<String>,
    /// What of all that no training row had is an error.
    pub strict: Strictness,
    /// How far beyond the range of the training rows values count as inside, as a share of that range.
    pub range_tolerance: f64,
    /// Whether rows of a CSV file are given as soon as they can be read, and not some thousand at a time.
    pub unbuffered: bool,
}

/// Some rows that have a model's features.
///
/// ```
/// use forest::data::{ReadOptions, Rows, RowsOptions, Table};
/// use forest::{Model, TrainOptions};
///
/// let table = Table::read("examples/data/penguins.csv", &ReadOptions::new("species"))?;
/// let model = Model::train(&table, &TrainOptions::default())?;
/// let options = RowsOptions { ids: vec!["observer".to_owned()], ..RowsOptions::default() };
/// let new = Rows::read("examples/data/new_penguins.csv", model.schema(), &options)?;
/// assert_eq!(new.rows.ids[0], ["ann", "bob", "ann"]);
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
    /// The cells of each column that is passed through, as they stand in the file.
    pub ids: Vec<Vec<String>>,
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
            ids: self.ids.iter().map(|ids| ids[rows.clone()].to_vec()).collect(),
            weights: slice(self.weights.as_ref(), &rows),
        }
    }

    /// Some of the rows, by their positions, in that order.
    ///
    /// # Panics
    /// If a position is not below their number.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        fn select<T: Clone>(all: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|&row| all[row].clone()).collect()
        }
        Self {
            places: select(&self.places, rows),
            features: self.features.iter().map(|values| select(values, rows)).collect(),
            truth: self.truth.as_ref().map(|truth| match truth {
                Truth::Classes(labels) => Truth::Classes(select(labels, rows)),
                Truth::Numbers(numbers) => Truth::Numbers(select(numbers, rows)),
            }),
            ids: self.ids.iter().map(|ids| select(ids, rows)).collect(),
            weights: self.weights.as_ref().map(|weights| select(weights, rows)),
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
        self.ids.iter_mut().zip(later.ids).for_each(|(ids, later)| ids.extend(later));
        extend(&mut self.weights, later.weights);
    }
}

fn extend<T>(rows: &mut Option<Vec<T>>, later: Option<Vec<T>>) {
    if let (Some(rows), Some(later)) = (rows, later) {
        rows.extend(later);
    }
}
