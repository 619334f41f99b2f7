//! Trains a model: splits the table, fits the forest, scores it, and notes all of it down.

use ndarray::{ArrayView1, ArrayView2};

use linfa::ParamGuard;

use super::metadata::{PROGRAM, creation_time};
use super::{HeldOutScore, Metadata, Model, Probes};
use crate::data::split::Split;
use crate::data::{Class, Feature, Schema, Table};
use crate::forest::oob::oob_score;
use crate::forest::{argmax, class_counts};
use crate::metrics::log_loss_of;
use crate::{Forest, ForestParams, Result, Target, Task};

/// How to train a model.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOptions {
    /// The settings of the forest.
    pub forest: ForestParams,
    /// Which rows to hold out.
    pub split: Split,
    /// Names and values to record.
    pub tags: Vec<(String, String)>,
}

/// scikit-learn's forest, a quarter of the rows held out, seed 42.
impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            forest: ForestParams::new(),
            split: Split { test_size: 0.25, random_state: 42, stratify: false },
            tags: Vec::new(),
        }
    }
}

impl Model {
    /// Trains a model on a part of a table and scores it on the rest. The date it records is that
    /// of `SOURCE_DATE_EPOCH`, if that is set.
    ///
    /// # Errors
    /// Settings that are wrong by themselves or for this table.
    pub fn train(table: &Table, options: &TrainOptions) -> Result<Self> {
        Self::train_with_progress(table, options, &|| ())
    }

    /// Likewise; `on_tree` is called, on any thread, whenever a tree is done.
    ///
    /// # Errors
    /// As [`train`](Self::train).
    pub fn train_with_progress(
        table: &Table,
        options: &TrainOptions,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        let params = &options.forest.check_ref()?.for_task(Task::Classification)?;
        let created = creation_time()?;
        let parts = options.split.indices(&table.labels, &table.classes)?;
        let (x, y) = table.rows(&parts.train);
        let target = Target::Classes { codes: &y, n_classes: table.classes.len() };
        let forest = Forest::fit(params, x.view(), target, None, on_tree)?;
        let metadata = Metadata {
            program: PROGRAM.to_owned(),
            created,
            forest: params.clone(),
            data: table.source.clone(),
            split: options.split.clone(),
            held_out: None,
            out_of_bag: oob_score(&forest, params, x.view(), target, None)?,
            tags: options.tags.clone(),
            probes: Probes::new(&forest, x.view(), params.seed())?,
        };
        let schema = schema(table, x.view(), &y);
        let mut model = Self { schema, forest, metadata };
        if !parts.test.is_empty() {
            let (x, y) = table.rows(&parts.test);
            model.metadata.held_out = Some(model.score(x.view(), &y)?);
        }
        Ok(model)
    }

    /// Scores the forest on rows, of which there is at least one.
    pub(super) fn score(&self, x: ArrayView2<f32>, y: &[u32]) -> Result<HeldOutScore> {
        let n_classes = self.forest.n_classes();
        let blocks = self.forest.map_blocks(&x.into(), |rows, proba| {
            let rows = rows.zip(proba.chunks(n_classes));
            rows.map(|(row, proba)| (argmax(proba) == y[row], log_loss_of(proba[y[row] as usize])))
                .collect::<Vec<_>>()
        })?;
        // Summed row by row, as `metrics::log_loss` does, so that both give the same bits.
        let log_loss = blocks.iter().flatten().map(|(_, loss)| loss).sum::<f64>() / y.len() as f64;
        let majority = self.majority_class();
        Ok(HeldOutScore {
            rows: y.len() as u64,
            correct: blocks.iter().flatten().filter(|(correct, _)| *correct).count() as u64,
            baseline_correct: y.iter().filter(|&&class| class == majority).count() as u64,
            log_loss,
        })
    }
}

/// The table's names, with what the training rows say of them.
fn schema(table: &Table, x: ArrayView2<f32>, y: &[u32]) -> Schema {
    let classes = table.classes.iter().zip(class_counts(y, table.classes.len()));
    let features = table.feature_names.iter().zip(x.columns());
    Schema {
        target: table.target.clone(),
        classes: classes.map(|(name, rows)| Class { name: name.clone(), rows }).collect(),
        features: features.map(|(name, column)| feature(name, column)).collect(),
    }
}

fn feature(name: &str, column: ArrayView1<f32>) -> Feature {
    let (min, max) = column
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(min, max), &x| (min.min(x), max.max(x)));
    // Where both zeros occur, which of them is the minimum must not depend on the machine.
    Feature { name: name.to_owned(), min: min + 0.0, max: max + 0.0 }
}
