//! The rows that were held out when a model was trained, made or read again.

use std::path::Path;

use super::Model;
use super::table_rows::TableRows;
use crate::data::{Label, Rows, TargetValues, Truth};
use crate::{Error, Result, Task};

impl Model {
    /// Makes the table of the recipe again, or reads the training file again, and splits it as then:
    /// the rows that training did not see, in the order of the split. Their `places` are their numbers
    /// in the table, from 0. The file is `data`, or else one of its name in `folders`.
    ///
    /// # Errors
    /// A file that is not there or not the same; a model that held out no rows.
    pub fn held_out(&self, data: Option<&Path>, folders: &[&Path]) -> Result<Rows> {
        if self.metadata.held_out_rows == 0 {
            return Err(Error::data("the model was trained on all rows: none were held out"));
        }
        let table = self.metadata.data.reopen(data, folders)?;
        let foreign = || Error::model("the model's features or classes are not those of its data");
        let columns = self.schema.encode(&table).ok_or_else(foreign)?;
        let parts = table.parts(&self.metadata.split).unwrap_or_default();
        if parts.test.len() as u64 != self.metadata.held_out_rows {
            return Err(Error::model("the model's split does not give the rows that it scored"));
        }
        let test = TableRows::new(&table, &parts.test);
        let truth = match test.values {
            TargetValues::Classes { names, codes } => {
                let classes = self.schema.classes().iter().map(|class| &class.name);
                if !classes.eq(&names) {
                    return Err(foreign());
                }
                Truth::Classes(codes.into_iter().map(Label::Known).collect())
            }
            TargetValues::Numbers(_) if self.schema.task() != Task::Regression => {
                return Err(foreign());
            }
            TargetValues::Numbers(numbers) => Truth::Numbers(numbers),
        };
        let pick = |column: &[f32]| parts.test.iter().map(|&row| column[row]).collect();
        Ok(Rows {
            places: parts.test.iter().map(|&row| row as u64).collect(),
            features: columns.iter().map(|column| pick(column)).collect(),
            truth: Some(truth),
            ids: Vec::new(),
            weights: test.weights,
        })
    }

    /// Replays the probe rows that the model carries.
    ///
    /// # Errors
    /// A prediction that is not, to the bit, what it was when the model was new.
    pub fn verify(&self) -> Result<()> {
        self.metadata.probes.replay(&self.forest)
    }
}
