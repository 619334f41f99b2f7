//! What `forest distil` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::saved::Saved;
use super::text::{bytes, count};
use super::tree::TreeReport;
use forest::model::Distilled;
use forest::{Result, Task};

/// A tree that answers as a forest does.
#[derive(Serialize)]
pub(crate) struct DistilReport {
    /// The fraction of the rows that get the same class, or the R² to the forest's values.
    fidelity: f64,
    rows: u64,
    /// Whether training did not see these.
    held_out: bool,
    /// By the truth: accuracy, or R².
    forest_score: Option<f64>,
    tree_score: Option<f64>,
    tree: TreeReport,
    saved: Saved,
    #[serde(skip)]
    task: Task,
}

impl DistilReport {
    /// # Errors
    /// A model without trees.
    pub(crate) fn new(
        distilled: &Distilled,
        held_out: bool,
        file: &Path,
        bytes: u64,
    ) -> Result<Self> {
        Ok(Self {
            fidelity: distilled.fidelity,
            rows: distilled.rows,
            held_out,
            forest_score: distilled.forest_score,
            tree_score: distilled.tree_score,
            tree: TreeReport::new(&distilled.model, 0, usize::MAX)?,
            saved: Saved::new(file, bytes),
            task: distilled.model.forest().task(),
        })
    }
}

impl fmt::Display for DistilReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.saved.file, bytes(self.saved.bytes))?;
        let rows = count(self.rows, "row", "rows");
        let which = if self.held_out { "held out" } else { "of training" };
        let score =
            |score: Option<f64>| score.map_or("none".to_owned(), |score| format!("{score:.4}"));
        let (tree, forest) = (score(self.tree_score), score(self.forest_score));
        match self.task {
            Task::Classification => {
                let same = 100.0 * self.fidelity;
                writeln!(
                    f,
                    "  on {rows} {which} it answers as the forest in {same:.1} %; accuracy {tree}, the forest's {forest}"
                )?;
            }
            Task::Regression => {
                let same = score(Some(self.fidelity));
                writeln!(
                    f,
                    "  on {rows} {which} its R² to the forest's values is {same}; to the truth {tree}, the forest's {forest}"
                )?;
            }
        }
        write!(f, "\n{}", self.tree)
    }
}
