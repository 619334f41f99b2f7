//! What `forest train` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::text::{accuracy_with_interval, bytes, line, thousands};
use crate::Model;
use crate::forest::oob::OobScore;
use crate::metrics::interval::Interval;

/// A summary of a training.
#[derive(Serialize)]
pub(crate) struct TrainReport {
    rows: u64,
    features: usize,
    classes: usize,
    trees: usize,
    nodes: usize,
    held_out: Option<HeldOut>,
    out_of_bag: Option<OutOfBag>,
    seconds: Seconds,
    saved: Option<Saved>,
}

#[derive(Serialize)]
struct HeldOut {
    rows: u64,
    correct: u64,
    accuracy: f64,
    interval: Interval,
    baseline: f64,
    log_loss: f64,
}

#[derive(Serialize)]
struct OutOfBag {
    #[serde(flatten)]
    score: OobScore,
    accuracy: Option<f64>,
    coverage: f64,
}

/// How long it took, in seconds.
#[derive(Serialize)]
pub(crate) struct Seconds {
    /// To make or read the table.
    pub(crate) reading: f64,
    /// To fit the forest and score it.
    pub(crate) training: f64,
}

#[derive(Serialize)]
struct Saved {
    file: String,
    bytes: u64,
}

impl TrainReport {
    pub(crate) fn new(model: &Model, seconds: Seconds) -> Self {
        let (forest, metadata) = (model.forest(), model.metadata());
        Self {
            rows: model.schema().classes.iter().map(|class| class.rows).sum(),
            features: forest.n_features(),
            classes: forest.n_classes(),
            trees: forest.n_trees(),
            nodes: forest.n_nodes(),
            held_out: metadata.held_out.map(|score| HeldOut {
                rows: score.rows,
                correct: score.correct,
                accuracy: score.accuracy(),
                interval: score.interval(),
                baseline: score.baseline(),
                log_loss: score.log_loss,
            }),
            out_of_bag: metadata.out_of_bag.map(|score| OutOfBag {
                score,
                accuracy: score.accuracy(),
                coverage: score.coverage(),
            }),
            seconds,
            saved: None,
        }
    }

    /// Adds where the model went.
    pub(crate) fn saved(&mut self, file: &Path, bytes: usize) {
        let file = file.display().to_string();
        self.saved = Some(Saved { file, bytes: bytes as u64 });
    }
}

impl fmt::Display for TrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} trees, {} nodes, trained on {} rows × {} features, {} classes",
            thousands(self.trees as u64),
            thousands(self.nodes as u64),
            thousands(self.rows),
            thousands(self.features as u64),
            thousands(self.classes as u64),
        )?;
        if let Some(score) = &self.held_out {
            let HeldOut { rows, correct, interval, baseline, .. } = *score;
            let accuracy = accuracy_with_interval(correct, interval, rows);
            let rows = thousands(rows);
            line(f, "held-out accuracy", format!("{accuracy}  (95 % interval, {rows} rows)"))?;
            line(f, "majority baseline", format!("{baseline:.4}"))?;
        }
        if let Some(OutOfBag { accuracy: Some(accuracy), coverage, .. }) = self.out_of_bag {
            let coverage = 100.0 * coverage;
            let text = format!("{accuracy:.4}  ({coverage:.1} % of the training rows)");
            line(f, "out-of-bag accuracy", text)?;
        }
        if let Some(saved) = &self.saved {
            line(f, "saved", format!("{}, {}", saved.file, bytes(saved.bytes)))?;
        }
        line(f, "time", format!("{:.2} s", self.seconds.reading + self.seconds.training))
    }
}
