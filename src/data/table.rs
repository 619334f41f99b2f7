//! A table to train on: named numeric features, a target with classes, and where it came from.

use std::path::Path;

use ndarray::{Array2, Axis, ShapeBuilder};

use super::csv::{CsvReader, delimiter_of};
use super::labels::LabelReader;
use super::source::{FileSource, Source};
use super::synth::{Recipe, Synthetic, SyntheticTarget};
use crate::{Error, Result};

/// A table whose rows have labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The features' names.
    pub feature_names: Vec<String>,
    /// Rows × features, column by column in memory.
    pub features: Array2<f32>,
    /// The target column's name.
    pub target: String,
    /// The classes' labels: whole numbers ascending, or texts in the order of their code points.
    pub classes: Vec<String>,
    /// For each row, the position of its label in `classes`.
    pub labels: Vec<u32>,
    /// Where the table came from.
    pub source: Source,
}

/// How to read a table from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The column that holds the labels.
    pub target: String,
    /// Columns to leave out: a name each, or several with commas between them.
    pub ignore: Vec<String>,
    /// The byte between two cells; `None` for a tab in `.tsv` files, else a comma.
    pub delimiter: Option<u8>,
}

impl Table {
    /// Makes a synthetic table: features `x0`, `x1`, …, target `y`.
    ///
    /// # Errors
    /// Parameters out of range, a table too large for memory.
    pub fn synthetic(recipe: &Recipe) -> Result<Self> {
        let synthetic = recipe.generate()?;
        let (Recipe::Classification(settings), SyntheticTarget::Classes(y)) =
            (recipe, &synthetic.y)
        else {
            return Err(Error::setting("regression tables come later"));
        };
        let x = &synthetic.x;
        if y.iter().all(|class| *class == y[0]) {
            return Err(Error::setting(format!(
                "the synthetic table has one class only, with --classes {} and --samples {}",
                settings.n_classes, settings.n_samples
            ))
            .help("raise --classes or --samples, or change --weights"));
        }
        let mut features = Array2::zeros(x.raw_dim().f());
        features.zip_mut_with(x, |single, &double| *single = double as f32);
        if let Some(value) = features.iter().find(|value| !value.is_finite()) {
            return Err(Error::setting(format!("the synthetic table holds {value}"))
                .help("choose smaller --shift, --scale or --class-sep"));
        }
        Ok(Self {
            feature_names: synthetic.feature_names(),
            features,
            target: Synthetic::TARGET.to_owned(),
            classes: (0..settings.n_classes).map(|class| class.to_string()).collect(),
            labels: y.clone(),
            source: Source::Synthetic {
                recipe: recipe.clone(),
                rows: y.len() as u64,
                sha256: synthetic.sha256(),
            },
        })
    }

    /// Reads a table from a CSV file, `-` for standard input. Every column that is neither the
    /// target nor ignored is a numeric feature.
    ///
    /// # Errors
    /// A file that cannot be read; a header with a name twice or without the target or an ignored
    /// column; a row with more or fewer cells; a feature that is not a finite number in the range
    /// of `f32`; a label that is missing or a number with a fraction; no rows; one class only, or
    /// more than [`MAX_CLASSES`](crate::MAX_CLASSES).
    pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self> {
        let path = path.as_ref();
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter_of(path));
        let mut csv = CsvReader::open(path, delimiter)?;
        let file = csv.file().to_owned();
        let target = csv.require("--target", &options.target)?;
        let ignore = ignored_names(&csv, &options.ignore);
        let positions =
            feature_positions(&csv, target, &ignore).map_err(|error| error.in_file(&file))?;
        let feature_names = positions.iter().map(|&i| csv.header()[i].clone()).collect();

        let mut columns = vec![Vec::new(); positions.len()];
        let mut labels = LabelReader::default();
        while let Some(row) = csv.next_row()? {
            for (column, &position) in columns.iter_mut().zip(&positions) {
                column.push(row.number(position)?);
            }
            labels.push(row.text(target)?, row.line()).map_err(|error| row.error(target, error))?;
        }
        if labels.is_empty() {
            return Err(Error::data("there is a header, but no rows")
                .in_file(&file)
                .help("a forest needs rows of two classes or more"));
        }
        let (classes, labels) =
            labels.finish().map_err(|error| error.in_file(&file).in_column(&options.target))?;
        Ok(Self {
            feature_names,
            features: stack(columns, labels.len()),
            target: options.target.clone(),
            classes,
            source: Source::File(FileSource {
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                target: options.target.clone(),
                ignore,
                delimiter,
                rows: labels.len() as u64,
                sha256: csv.digest(),
            }),
            labels,
        })
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.labels.len()
    }

    /// Some rows, in the order given: features (rows × features) and labels.
    pub fn rows(&self, rows: &[usize]) -> (Array2<f32>, Vec<u32>) {
        let mut features = Array2::zeros((rows.len(), self.features.ncols()).f());
        for (mut to, from) in features.axis_iter_mut(Axis(1)).zip(self.features.axis_iter(Axis(1)))
        {
            for (to, &row) in to.iter_mut().zip(rows) {
                *to = from[row];
            }
        }
        (features, rows.iter().map(|&row| self.labels[row]).collect())
    }
}

/// Puts columns of equal length side by side.
pub(super) fn stack(columns: Vec<Vec<f32>>, n_rows: usize) -> Array2<f32> {
    let mut features = Array2::zeros((n_rows, columns.len()).f());
    for (mut to, from) in features.axis_iter_mut(Axis(1)).zip(columns) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = from);
    }
    features
}

/// The columns that are neither the target nor ignored.
fn feature_positions(csv: &CsvReader, target: usize, ignore: &[String]) -> Result<Vec<usize>> {
    let mut is_feature = vec![true; csv.header().len()];
    is_feature[target] = false;
    for name in ignore {
        let ignored = csv.require("--ignore", name)?;
        if ignored == target {
            return Err(Error::setting(format!("--ignore '{name}' is the target as well"))
                .help("a column is either left out or predicted"));
        }
        is_feature[ignored] = false;
    }
    let positions: Vec<usize> = (0..is_feature.len()).filter(|&i| is_feature[i]).collect();
    if let Some(unnamed) = positions.iter().find(|&&i| csv.header()[i].is_empty()) {
        return Err(Error::data(format!("column {} has no name", unnamed + 1))
            .help("name it in the header, or leave it out with --ignore ''"));
    }
    if positions.is_empty() {
        return Err(Error::data("no column is left to be a feature")
            .help("the table needs a column besides --target and --ignore"));
    }
    Ok(positions)
}

/// One name an item: an item that is no column's name is taken apart at its commas.
fn ignored_names(csv: &CsvReader, ignore: &[String]) -> Vec<String> {
    let names = ignore.iter().flat_map(|item| match csv.position(item) {
        Some(_) => vec![item.as_str()],
        None => item.split(',').collect(),
    });
    names.map(str::to_owned).collect()
}
