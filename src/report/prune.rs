//! What `forest prune` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::saved::Saved;
use super::text::{bytes, count, significant, table, texts, thousands};
use forest::model::TradeOff;
use forest::{Model, OobScore, Task};

/// What the model file of a smaller forest takes.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Measured {
    pub(crate) bytes: u64,
    pub(crate) load_seconds: f64,
    pub(crate) predict_seconds_a_row: f64,
}

/// What is lost and won by fewer trees, and by shallower ones.
#[derive(Serialize)]
pub(crate) struct TradeOffReport {
    by_trees: Vec<TradeOffRow>,
    /// None if the trees cannot be cut.
    by_depth: Vec<TradeOffRow>,
    #[serde(skip)]
    task: Task,
}

#[derive(Serialize)]
struct TradeOffRow {
    #[serde(flatten)]
    cost: Cost,
    #[serde(flatten)]
    measured: Measured,
}

/// How good and how large a forest is.
#[derive(Serialize)]
struct Cost {
    trees: usize,
    depth: usize,
    nodes: usize,
    /// Of classes.
    log_loss: Option<f64>,
    /// Of numbers.
    rmse: Option<f64>,
    out_of_bag: OobScore,
}

impl Cost {
    fn new(task: Task, of: &TradeOff) -> Self {
        let (log_loss, rmse) = match task {
            Task::Classification => (Some(of.loss), None),
            Task::Regression => (None, Some(of.loss.sqrt())),
        };
        Self {
            trees: of.n_trees,
            depth: of.depth,
            nodes: of.n_nodes,
            log_loss,
            rmse,
            out_of_bag: of.out_of_bag,
        }
    }

    fn loss(&self) -> String {
        self.log_loss.or(self.rmse).map_or(String::new(), significant)
    }

    fn score(&self) -> String {
        let score = self.out_of_bag.accuracy().or(self.out_of_bag.r2());
        score.map_or(String::new(), |score| format!("{score:.4}"))
    }
}

/// What the loss and the score are called.
fn names(task: Task) -> [&'static str; 2] {
    match task {
        Task::Classification => ["log loss", "accuracy"],
        Task::Regression => ["RMSE", "R²"],
    }
}

impl TradeOffReport {
    pub(crate) fn new(
        model: &Model,
        by_trees: &[(TradeOff, Measured)],
        by_depth: &[(TradeOff, Measured)],
    ) -> Self {
        let task = model.forest().task();
        let row = |(of, measured): &(TradeOff, Measured)| TradeOffRow {
            cost: Cost::new(task, of),
            measured: *measured,
        };
        Self {
            by_trees: by_trees.iter().map(row).collect(),
            by_depth: by_depth.iter().map(row).collect(),
            task,
        }
    }
}

impl fmt::Display for TradeOffReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [loss, score] = names(self.task);
        let header = ["trees", "depth", loss, score, "nodes", "file", "load", "predict a row"];
        let row = |TradeOffRow { cost, measured }: &TradeOffRow| {
            vec![
                thousands(cost.trees as u64),
                cost.depth.to_string(),
                cost.loss(),
                cost.score(),
                thousands(cost.nodes as u64),
                bytes(measured.bytes),
                format!("{:.2} ms", measured.load_seconds * 1e3),
                format!("{:.2} µs", measured.predict_seconds_a_row * 1e6),
            ]
        };
        writeln!(f, "out of bag, with the first trees alone")?;
        let rows = std::iter::once(texts(header)).chain(self.by_trees.iter().map(row));
        table(f, &rows.collect::<Vec<_>>())?;
        if self.by_depth.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nout of bag, with all trees cut at a depth")?;
        let rows = std::iter::once(texts(header)).chain(self.by_depth.iter().map(row));
        table(f, &rows.collect::<Vec<_>>())
    }
}

/// A smaller model that was written.
#[derive(Serialize)]
pub(crate) struct PruneReport {
    before: Option<Cost>,
    after: Option<Cost>,
    saved: Saved,
    #[serde(skip)]
    task: Task,
    #[serde(skip)]
    text: String,
}

impl PruneReport {
    /// What both are out of bag, if there are such rows.
    pub(crate) fn new(
        [model, smaller]: [&Model; 2],
        [before, after]: [Option<TradeOff>; 2],
        file: &Path,
        n_bytes: u64,
    ) -> Self {
        let task = model.forest().task();
        let trees = |model: &Model| {
            let trees = count(model.forest().n_trees() as u64, "tree", "trees");
            let nodes = count(model.forest().n_nodes() as u64, "node", "nodes");
            format!("{trees}, {nodes}, depth {}", model.forest().depth())
        };
        let saved = Saved::new(file, n_bytes);
        let [large, small] = [model.n_bytes(), n_bytes].map(bytes);
        let text =
            format!("{}: {} ({small}) of {} ({large})", saved.file, trees(smaller), trees(model));
        let cost = |of: Option<TradeOff>| of.map(|of| Cost::new(task, &of));
        Self { before: cost(before), after: cost(after), saved, task, text }
    }
}

impl fmt::Display for PruneReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return Ok(()) };
        let [loss, score] = names(self.task);
        let [(loss_before, loss_after), (score_before, score_after)] =
            [(before.loss(), after.loss()), (before.score(), after.score())];
        writeln!(
            f,
            "  out of bag: {loss} {loss_after} ({loss_before} before), {score} {score_after} ({score_before})"
        )
    }
}
