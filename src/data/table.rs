//! A table to train on: named numeric features, a target with classes, and where it came from.

use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array2, Axis, ShapeBuilder};

use super::csv::{CsvReader, STANDARD_STREAM};
use super::source::{FileSource, Source};
use super::synth::{MakeClassification, Synthetic};
use crate::forest::MAX_CLASSES;
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
    pub fn synthetic(recipe: &MakeClassification) -> Result<Self> {
        let synthetic = recipe.generate()?;
        let Synthetic { x, y } = &synthetic;
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
            classes: (0..recipe.n_classes).map(|class| class.to_string()).collect(),
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
    /// more than [`MAX_CLASSES`].
    pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self> {
        let path = path.as_ref();
        let delimiter = options.delimiter.unwrap_or_else(|| super::csv::delimiter_of(path));
        let mut csv = CsvReader::open(path, delimiter)?;
        let file = csv.file().to_owned();
        let target = find(&csv, "--target", &options.target)?;
        let mut is_feature = vec![true; csv.header().len()];
        is_feature[target] = false;
        let ignore = ignored_names(&csv, &options.ignore);
        for name in &ignore {
            let ignored = find(&csv, "--ignore", name)?;
            if ignored == target {
                return Err(Error::setting(format!("--ignore '{name}' is the target as well")));
            }
            is_feature[ignored] = false;
        }
        let positions: Vec<usize> = (0..is_feature.len()).filter(|&i| is_feature[i]).collect();
        let feature_names: Vec<String> =
            positions.iter().map(|&position| csv.header()[position].clone()).collect();
        if let Some(unnamed) = positions.iter().find(|&&position| csv.header()[position].is_empty())
        {
            return Err(Error::data(format!("column {} has no name", unnamed + 1))
                .in_file(&file)
                .help("name it in the header, or leave it out with --ignore ''"));
        }
        if positions.is_empty() {
            return Err(Error::data("no column is left to be a feature")
                .in_file(&file)
                .help("the table needs a column besides --target and --ignore"));
        }

        let mut columns = vec![Vec::new(); positions.len()];
        let mut labels = LabelReader::default();
        while let Some(row) = csv.next_row()? {
            for (column, &position) in columns.iter_mut().zip(&positions) {
                column.push(row.number(position)?);
            }
            labels.push(row.text(target)?).map_err(|error| row.error(target, error))?;
        }
        if labels.codes.is_empty() {
            return Err(Error::data("there is a header, but no rows").in_file(&file));
        }
        let (classes, labels) =
            labels.finish().map_err(|error| error.in_file(&file).in_column(&options.target))?;
        Ok(Self {
            feature_names,
            features: stack(columns, labels.len()),
            target: options.target.clone(),
            classes,
            source: Source::File(FileSource {
                name: match path.file_name() {
                    Some(name) if path.as_os_str() != STANDARD_STREAM => {
                        name.to_string_lossy().into_owned()
                    }
                    _ => STANDARD_STREAM.to_owned(),
                },
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

fn find(csv: &CsvReader, flag: &str, name: &str) -> Result<usize> {
    csv.position(name).ok_or_else(|| {
        let names: Vec<String> =
            csv.header().iter().take(20).map(|name| format!("'{name}'")).collect();
        let more = if csv.header().len() > 20 { ", …" } else { "" };
        Error::setting(format!("{flag} '{name}' is not a column"))
            .in_file(csv.file())
            .help(format!("the columns are {}{more}", names.join(", ")))
    })
}

/// One name an item: an item that is no column's name is taken apart at its commas.
fn ignored_names(csv: &CsvReader, ignore: &[String]) -> Vec<String> {
    let names = ignore.iter().flat_map(|item| match csv.position(item) {
        Some(_) => vec![item.as_str()],
        None => item.split(',').collect(),
    });
    names.map(str::to_owned).collect()
}

/// Gives labels codes as they come, and puts the codes in order at the end.
#[derive(Default)]
struct LabelReader {
    codes: Vec<u32>,
    seen: HashMap<String, u32>,
}

impl LabelReader {
    fn push(&mut self, label: &str) -> Result<()> {
        if label.is_empty() {
            return Err(Error::data("the label is missing").help("fill it in, or drop the row"));
        }
        let next = self.seen.len();
        let code = match self.seen.get(label) {
            Some(&code) => code,
            None if next < MAX_CLASSES => {
                self.seen.insert(label.to_owned(), next as u32);
                next as u32
            }
            None => {
                return Err(Error::data(format!("there are more than {MAX_CLASSES} classes"))
                    .help("is --target the right column?"));
            }
        };
        self.codes.push(code);
        Ok(())
    }

    /// The classes in order, and the rows' codes among them.
    fn finish(self) -> Result<(Vec<String>, Vec<u32>)> {
        let mut classes: Vec<(String, u32)> = self.seen.into_iter().collect();
        let numbers: Option<HashMap<u32, f64>> =
            classes.iter().map(|(label, code)| Some((*code, label.parse().ok()?))).collect();
        if let [(only, _)] = classes.as_slice() {
            return Err(Error::data(format!("all rows have the label '{only}'"))
                .help("a forest needs two classes or more: is --target the right column?"));
        }
        classes.sort_unstable();
        if let Some(numbers) = numbers {
            if let Some((label, _)) = classes.iter().find(|(_, code)| numbers[code].fract() != 0.0)
            {
                return Err(Error::data(format!("the label {label} is a number with a fraction"))
                    .help("labels are text or whole numbers; forest does not predict quantities"));
            }
            classes.sort_by(|(_, a), (_, b)| numbers[a].total_cmp(&numbers[b]));
        }
        let mut order = vec![0; classes.len()];
        for (position, (_, code)) in classes.iter().enumerate() {
            order[*code as usize] = position as u32;
        }
        let codes = self.codes.into_iter().map(|code| order[code as usize]).collect();
        Ok((classes.into_iter().map(|(label, _)| label).collect(), codes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(labels: &[&str]) -> Result<(Vec<String>, Vec<u32>)> {
        let mut reader = LabelReader::default();
        for label in labels {
            reader.push(label)?;
        }
        reader.finish()
    }

    #[test]
    fn whole_numbers_are_ordered_as_numbers_and_texts_as_texts() {
        let (classes, codes) = read(&["10", "9", "-1", "9"]).unwrap();
        assert_eq!(classes, ["-1", "9", "10"]);
        assert_eq!(codes, [2, 1, 0, 1]);
        let (classes, codes) = read(&["b", "10", "9", "a"]).unwrap();
        assert_eq!(classes, ["10", "9", "a", "b"]);
        assert_eq!(codes, [3, 0, 1, 2]);
    }

    #[test]
    fn quantities_and_single_classes_are_refused() {
        assert!(read(&["1", "2.5"]).unwrap_err().to_string().contains("2.5"));
        assert!(read(&["yes", "yes"]).unwrap_err().to_string().contains("'yes'"));
        assert!(read(&["yes", ""]).unwrap_err().to_string().contains("missing"));
    }
}
