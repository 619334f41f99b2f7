//! What `forest train` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::columns::ReadSummary;
use super::decision::DecisionReport;
use super::gates::GateOutcome;
use super::saved::Saved;
use super::text::{ChosenOutOfBag, HELD_OUT, bytes, count, line, write_scores};
use forest::OobScore;
use forest::model::HeldOutScore;
use forest::{Model, Refinement, Task, Warning};

/// A summary of a training.
#[derive(Serialize)]
pub(crate) struct TrainReport {
    rows: u64,
    features: usize,
    task: Task,
    classes: Option<usize>,
    trees: usize,
    nodes: usize,
    refinement: Option<Refinement>,
    /// How classes follow from probabilities; `None` for the most probable.
    decision: Option<DecisionReport>,
    reproducible: bool,
    read: Option<ReadSummary>,
    held_out: Option<HeldOutScore>,
    out_of_bag: Option<OobScore>,
    /// None if all settings were given.
    chosen: Option<Chosen>,
    warnings: Vec<Warning>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gates: Vec<GateOutcome>,
    /// To make or read the table.
    read_seconds: f64,
    /// To fit the forest and score it.
    train_seconds: f64,
    saved: Option<Saved>,
    /// What out-of-bag predictions chose.
    #[serde(skip)]
    chosen_by_rows: ChosenOutOfBag,
}

/// How settings were chosen.
#[derive(Serialize)]
struct Chosen {
    of: u64,
    by: &'static str,
    /// The score to quote: that by which settings were chosen flatters them.
    quote: &'static str,
    /// The command line that gives them by hand.
    command: String,
}

/// How long it took, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Seconds {
    pub(crate) reading: f64,
    pub(crate) training: f64,
}

impl TrainReport {
    /// `by_hand` is the command line that gives by hand what was chosen.
    pub(crate) fn new(
        model: &Model,
        by_hand: Option<String>,
        read: Option<ReadSummary>,
        seconds: Seconds,
    ) -> Self {
        let (forest, metadata) = (model.forest(), model.metadata());
        Self {
            rows: model.schema().rows(),
            features: forest.n_features(),
            task: forest.task(),
            classes: (forest.task() == Task::Classification).then(|| forest.n_classes()),
            trees: forest.n_trees(),
            nodes: forest.n_nodes(),
            refinement: metadata.refinement.clone(),
            decision: DecisionReport::new(model, model.decision()),
            reproducible: metadata.reproducible,
            read,
            held_out: metadata.held_out.clone(),
            out_of_bag: metadata.out_of_bag,
            chosen: metadata.chosen_of.zip(by_hand).map(|(of, command)| Chosen {
                of,
                by: "out_of_bag",
                quote: "held_out",
                command,
            }),
            warnings: metadata.warnings.clone(),
            gates: Vec::new(),
            read_seconds: seconds.reading,
            train_seconds: seconds.training,
            saved: None,
            chosen_by_rows: ChosenOutOfBag::new(metadata),
        }
    }

    /// Adds what gates found.
    pub(crate) fn gates(&mut self, outcomes: &[GateOutcome]) {
        self.gates = outcomes.to_vec();
    }

    /// Adds where the model went.
    pub(crate) fn saved(&mut self, file: &Path, bytes: usize) {
        self.saved = Some(Saved::new(file, bytes as u64));
    }
}

impl fmt::Display for TrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.classes {
            Some(classes) => count(classes as u64, "class", "classes"),
            None => self.task.to_string(),
        };
        writeln!(
            f,
            "{}, {}, trained on {} × {}, {what}",
            count(self.trees as u64, "tree", "trees"),
            count(self.nodes as u64, "node", "nodes"),
            count(self.rows, "row", "rows"),
            count(self.features as u64, "feature", "features"),
        )?;
        if let Some(decision) = &self.decision {
            line(f, "decision", decision)?;
        }
        let out_of_bag = self.out_of_bag.as_ref().map(|score| (score, self.chosen_by_rows));
        write_scores(f, HELD_OUT, self.held_out.as_ref(), out_of_bag)?;
        if let Some(chosen) = &self.chosen {
            line(f, "the same by hand", &chosen.command)?;
        }
        if let Some(saved) = &self.saved {
            line(f, "saved", format!("{}, {}", saved.file, bytes(saved.bytes)))?;
        }
        line(f, "time", format!("{:.2} s", self.read_seconds + self.train_seconds))
    }
}
