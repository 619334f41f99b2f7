//! A table to train on out of arrays in memory.

use std::collections::BTreeMap;
use std::fmt::Display;

use ndarray::ArrayView2;

use super::column::{Column, ColumnKind};
use super::table::Table;
use super::target::{TargetColumn, TargetValues};
use crate::data::digest::{Hashing, Sha256Digest};
use crate::data::source::Source;
use crate::{Error, Result};

impl Table {
    /// A table of arrays: the features `x` (rows × features; NaN is a missing value), with a name each, and what there is
    /// to predict, with its name. Columns of dates and of texts, weights and a column to split by are fields of the
    /// table, to be set afterwards; what the source records is of `x` and `target`.
    ///
    /// ```
    /// use forest::data::{Table, TargetValues};
    /// use forest::ndarray::array;
    /// use forest::{Model, TrainOptions};
    ///
    /// let x = array![[1.0_f32, f32::NAN], [2.0, 0.5], [3.0, 0.1], [8.0, 0.2], [9.0, 0.9], [9.5, 0.4]];
    /// let labels = TargetValues::of_labels(&["no", "no", "no", "yes", "yes", "yes"]);
    /// let table = Table::from_arrays(&["size", "share"], x.view(), "sold", labels)?;
    /// let mut options = TrainOptions::default();
    /// options.split.test_size = 0.0;
    /// let model = Model::train(&table, &options)?;
    /// let proba = model.forest().predict_proba(array![[8.5_f32, 0.3]].view())?;
    /// assert!(proba[[0, 1]] > 0.5);
    /// assert_eq!(Model::from_bytes(&model.to_bytes()?)?, model);
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// Names that are not one for each feature; targets that are not one for each row, or all the same; an infinite
    /// feature; no rows. Two columns of one name, and codes that are no class, are for training to refuse.
    pub fn from_arrays(
        names: &[impl AsRef<str>],
        x: ArrayView2<f32>,
        target_name: &str,
        target: TargetValues,
    ) -> Result<Self> {
        if names.len() != x.ncols() || target.len() != x.nrows() {
            return Err(Error::data(format!(
                "there are {} rows of {} features, with {} names and {} targets",
                x.nrows(),
                x.ncols(),
                names.len(),
                target.len()
            )));
        }
        target.check_variety()?;
        if let Some(((row, column), value)) = x.indexed_iter().find(|(_, x)| x.is_infinite()) {
            let message =
                format!("row {row} has the value {value}: a feature is finite, or missing");
            return Err(Error::data(message).in_column(names[column].as_ref()));
        }
        let features = names.iter().zip(x.columns()).map(|(name, values)| Column {
            name: name.as_ref().to_owned(),
            kind: ColumnKind::Number,
            spelling: None,
            date_spelling: None,
            values: values.to_vec(),
        });
        Ok(Self {
            features: features.collect(),
            source: Source::Memory { rows: x.nrows() as u64, sha256: digest(x, &target) },
            target: TargetColumn {
                name: target_name.to_owned(),
                spelling: None,
                values: target,
                task_found: false,
            },
            weights: None,
            split_by: None,
            remarks: Vec::new(),
        })
    }
}

/// Of the features, row by row, then of the targets: numbers little-endian, classes by their codes.
fn digest(x: ArrayView2<f32>, target: &TargetValues) -> Sha256Digest {
    let mut hashing = Hashing::new(std::io::sink());
    let mut add = |bytes: &[u8]| {
        // A sink takes everything.
        let _ = std::io::Write::write_all(&mut hashing, bytes);
    };
    for value in x {
        let value = if value.is_nan() { f32::NAN } else { *value };
        add(&value.to_le_bytes());
    }
    match target {
        TargetValues::Classes { codes, .. } => {
            for code in codes {
                add(&code.to_le_bytes());
            }
        }
        TargetValues::Numbers(numbers) => {
            for y in numbers {
                add(&y.to_le_bytes());
            }
        }
    }
    hashing.finish().1
}

impl TargetValues {
    /// Classes by their labels, one for each row; codes are in the order of the labels.
    pub fn of_labels<L: Ord + Display>(labels: &[L]) -> Self {
        let mut classes: BTreeMap<&L, u32> = labels.iter().map(|label| (label, 0)).collect();
        for (code, (_, class)) in (0..).zip(&mut classes) {
            *class = code;
        }
        Self::Classes {
            codes: labels.iter().map(|label| classes[label]).collect(),
            names: classes.keys().map(ToString::to_string).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    #[test]
    fn labels_become_codes_in_their_order() {
        let target = TargetValues::of_labels(&[10, -2, 10, 3]);
        let (names, codes) = target.classes().unwrap();
        assert_eq!((names, codes), (&["-2", "3", "10"].map(str::to_owned)[..], &[2, 0, 2, 1][..]));
    }

    #[test]
    fn the_digest_is_that_of_the_arrays_bytes() {
        let x = array![[1.0_f32, -f32::NAN], [0.5, 2.0]];
        let table = |x: &Array2<f32>, y: [f64; 2]| {
            Table::from_arrays(&["a", "b"], x.view(), "y", TargetValues::Numbers(y.to_vec()))
        };
        let mut bytes = Vec::new();
        for value in [1.0, f32::from_bits(0x7fc0_0000), 0.5, 2.0] {
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([3.0_f64, -4.0].iter().flat_map(|y| y.to_le_bytes()));
        let sha256 = |table: Result<Table>| table.unwrap().source.sha256();
        assert_eq!(sha256(table(&x, [3.0, -4.0])), Sha256Digest::new(&bytes));
        // Whatever order the array has in memory.
        let mut columns = Array2::zeros(ndarray::ShapeBuilder::f((2, 2)));
        columns.assign(&x);
        assert_eq!(sha256(table(&columns, [3.0, -4.0])), Sha256Digest::new(&bytes));
    }

    #[test]
    fn arrays_that_are_no_table_are_refused() {
        let refused = |names: &[&str], x: Array2<f32>, y: Vec<f64>| {
            Table::from_arrays(names, x.view(), "y", TargetValues::Numbers(y))
                .unwrap_err()
                .to_string()
        };
        let x = || array![[1.0_f32], [2.0]];
        assert!(refused(&["a", "b"], x(), vec![1.0, 2.0]).contains("2 names"));
        assert!(refused(&["a"], x(), vec![1.0]).contains("1 targets"));
        assert!(refused(&["a"], x(), vec![1.0, 1.0]).contains("all rows have the target"));
        assert!(refused(&["a"], array![[f32::INFINITY], [1.0]], vec![1.0, 2.0]).contains("row 0"));
    }
}
