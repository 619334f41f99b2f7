//! What `forest prune` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::saved::Saved;
use super::text::{bytes, count, significant, table, texts, thousands};
use forest::{Model, OobScore, Task};

/// What the model file of a smaller forest takes.
#[derive(Serialize)]
pub(crate) struct Measured {
    pub(crate) bytes: u64,
    pub(crate) load_seconds: f64,
    pub(crate) predict_seconds_a_row: f64,
}

/// What is lost and won by fewer trees, and by shallower ones.
#[derive(Serialize)]
pub(crate) struct TradeOffReport {
    by_trees: Vec<TradeOff>,
    /// None if the trees cannot be cut.
    by_depth: Vec<TradeOff>,
    #[serde(skip)]
    task: Task,
}

/// What a smaller model costs and takes.
#[derive(Serialize)]
pub(crate) struct TradeOff {
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
    out_of_bag: Option<OobScore>,
}

impl Cost {
    fn new(model: &Model, loss: f64) -> Self {
        let forest = model.forest();
        let (log_loss, rmse) = match forest.task() {
            Task::Classification => (Some(loss), None),
            Task::Regression => (None, Some(loss.sqrt())),
        };
        Self {
            trees: forest.n_trees(),
            depth: forest.depth(),
            nodes: forest.n_nodes(),
            log_loss,
            rmse,
            out_of_bag: model.metadata().out_of_bag,
        }
    }

    fn loss(&self) -> String {
        self.log_loss.or(self.rmse).map_or(String::new(), significant)
    }

    fn score(&self) -> String {
        let score = self.out_of_bag.and_then(|score| score.accuracy().or(score.r2()));
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

impl TradeOff {
    /// `loss` is the mean out-of-bag loss.
    pub(crate) fn new(model: &Model, loss: f64, measured: Measured) -> Self {
        Self { cost: Cost::new(model, loss), measured }
    }
}

impl TradeOffReport {
    pub(crate) fn new(model: &Model, by_trees: Vec<TradeOff>, by_depth: Vec<TradeOff>) -> Self {
        Self { by_trees, by_depth, task: model.forest().task() }
    }
}

impl fmt::Display for TradeOffReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [loss, score] = names(self.task);
        let header = ["trees", "depth", loss, score, "nodes", "file", "load", "predict a row"];
        let row = |TradeOff { cost, measured }: &TradeOff| {
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
    /// With the mean out-of-bag losses of both, if there are such rows.
    pub(crate) fn new(
        [model, smaller]: [&Model; 2],
        [before, after]: [Option<f64>; 2],
        file: &Path,
        n_bytes: u64,
    ) -> Self {
        let trees = |model: &Model| {
            let trees = count(model.forest().n_trees() as u64, "tree", "trees");
            let nodes = count(model.forest().n_nodes() as u64, "node", "nodes");
            format!("{trees}, {nodes}, depth {}", model.forest().depth())
        };
        let saved = Saved::new(file, n_bytes);
        let [large, small] = [model.n_bytes(), n_bytes].map(bytes);
        let text =
            format!("{}: {} ({small}) of {} ({large})", saved.file, trees(smaller), trees(model));
        let before = before.map(|loss| Cost::new(model, loss));
        let after = after.map(|loss| Cost::new(smaller, loss));
        Self { before, after, saved, task: model.forest().task(), text }
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
