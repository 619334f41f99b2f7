//! The rows that were held out when a model was trained, made or read again.

use std::path::Path;

use ndarray::Array2;

use super::{HeldOutScore, Model};
use crate::{Error, Result};

/// The rows that a model's training did not see.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// Their numbers in the table, counted from 0, in the order of the split.
    pub rows: Vec<usize>,
    /// Rows × features.
    pub features: Array2<f32>,
    /// Their class codes.
    pub labels: Vec<u32>,
}

impl Model {
    /// Makes the table of the recipe again, or reads the training file again, and splits it as then.
    /// The file is `path`, or else one of its name in `folders`.
    ///
    /// # Errors
    /// A file that is not there or not the same; a model that held out no rows.
    pub fn held_out(&self, path: Option<&Path>, folders: &[&Path]) -> Result<HeldOut> {
        let Some(score) = self.metadata.held_out else {
            return Err(Error::data("the model was trained on all rows: none were held out")
                .help("give rows with --data FILE"));
        };
        let table = self.metadata.data.reopen(path, folders)?;
        let names = self.schema.features.iter().map(|feature| &feature.name);
        let classes = self.schema.classes.iter().map(|class| &class.name);
        if !names.eq(&table.feature_names) || !classes.eq(&table.classes) {
            return Err(Error::model("the model's features or classes are not those of its data"));
        }
        let split = self.metadata.split.indices(&table.labels, &table.classes);
        let rows = split.map(|parts| parts.test).unwrap_or_default();
        if rows.len() as u64 != score.rows {
            return Err(Error::model("the model's split does not give the rows that it scored"));
        }
        let (features, labels) = table.rows(&rows);
        Ok(HeldOut { rows, features, labels })
    }

    /// Scores the rows held out, as training did.
    ///
    /// # Errors
    /// Another number of features than the forest's.
    pub fn score_held_out(&self, held_out: &HeldOut) -> Result<HeldOutScore> {
        self.score(held_out.features.view(), &held_out.labels)
    }

    /// Replays the probe rows that the model carries.
    ///
    /// # Errors
    /// A probability that is not, to the bit, what it was when the model was new.
    pub fn verify(&self) -> Result<()> {
        self.metadata.probes.replay(&self.forest)
    }
}
