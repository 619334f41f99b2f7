//! A model file written anew in the newest format, proved to predict as the old one.

use ndarray::Array2;

use super::{Model, file};
use crate::data::FeatureKind;
use crate::tree::random::TreeRng;
use crate::{Error, Result, Task};

/// How many random rows are predicted by both.
const N_ROWS: usize = 1000;

/// How many of a row's values are thresholds of branches, where rounding would show first.
const THRESHOLDS_A_ROW: usize = 8;

/// The random stream of the rows; trees and probe rows have others.
const STREAM: u64 = u64::MAX - 3;

/// A model file in the newest format.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Upgrade {
    /// The format of the file that was read.
    pub from_format: u16,
    /// Names of sections that this release does not know, and which are not in the new file.
    pub dropped_sections: Vec<String>,
    /// How many rows both files predict alike, to the bit: probe rows and random ones.
    pub rows_compared: u64,
    /// The new file, in format [`FORMAT`](super::FORMAT).
    pub bytes: Vec<u8>,
}

impl Model {
    /// Writes the bytes of a model file anew in the newest format, and has both predict the model's probe rows and
    /// 1,000 random ones: values within the ranges of training and a little beyond, missing ones, and thresholds.
    ///
    /// # Errors
    /// A file that cannot be loaded, as [`from_bytes`](Self::from_bytes); probe rows that are predicted otherwise
    /// than when the model was new; a row that the two files predict otherwise.
    pub fn upgrade(bytes: &[u8]) -> Result<Upgrade> {
        let old = Self::from_bytes(bytes)?;
        old.verify()?;
        let (from_format, dropped_sections) = file::format_and_unknown_sections(bytes)?;
        let new_bytes = old.to_bytes()?;
        let new = Self::from_bytes(&new_bytes)?;
        new.verify()?;
        let rows = old.random_rows();
        if old.all_outputs(&rows)? != new.all_outputs(&rows)? {
            return Err(Error::model("the file written anew predicts otherwise")
                .with_help("keep the old file, and report this"));
        }
        let n_probes = old.metadata.probes.rows.nrows();
        Ok(Upgrade {
            from_format,
            dropped_sections,
            rows_compared: (n_probes + rows.nrows()) as u64,
            bytes: new_bytes,
        })
    }

    /// Rows that training could have seen, and some that it could not.
    fn random_rows(&self) -> Array2<f32> {
        let mut rng = TreeRng::new(0, STREAM);
        let features = &self.schema.features;
        let mut rows = Array2::zeros((N_ROWS, features.len()));
        let branches: Vec<_> =
            self.forest.trees.iter().flat_map(|tree| tree.nodes.iter()).collect();
        for mut row in rows.rows_mut() {
            for (value, feature) in row.iter_mut().zip(features) {
                *value = match (&feature.kind, rng.below(10)) {
                    (_, 0) => f32::NAN,
                    (FeatureKind::Category { levels }, _) => match levels.values() {
                        // A text that is no level.
                        [] => 0.0,
                        values => values[rng.below(values.len() as u32) as usize],
                    },
                    (
                        &FeatureKind::Number { min, max }
                        | &FeatureKind::Date { min, max, .. }
                        | &FeatureKind::DatePart { min, max, .. },
                        _,
                    ) => min + (max - min) * (1.2 * rng.unit() - 0.1) as f32,
                };
            }
            for _ in 0..THRESHOLDS_A_ROW {
                let node = branches[rng.below(branches.len() as u32) as usize];
                if !node.is_leaf() {
                    row[node.feature()] = node.threshold;
                }
            }
        }
        rows
    }

    /// The bits of all that the model gives for rows.
    fn all_outputs(&self, rows: &Array2<f32>) -> Result<Vec<u64>> {
        let forest = &self.forest;
        let mut bits: Vec<u64> =
            forest.predict_outputs(rows.view())?.iter().map(|output| output.to_bits()).collect();
        match forest.task() {
            Task::Classification => {
                bits.extend(self.predict_classes(rows.view())?.into_iter().map(u64::from));
            }
            Task::Regression => {
                let spreads = forest.predict_spread(rows.view())?.into_flattened();
                bits.extend(spreads.into_iter().map(f64::to_bits));
            }
        }
        if forest.keeps_quantiles() {
            let quantiles = forest.predict_quantiles(rows.view(), &[0.05, 0.5, 0.95])?;
            bits.extend(quantiles.iter().map(|quantile| quantile.to_bits()));
        }
        Ok(bits)
    }
}
