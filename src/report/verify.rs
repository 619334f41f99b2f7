//! What `forest verify` has to say when there is nothing to complain of.

use std::fmt;

use serde::Serialize;

use super::text::count;
use forest::Model;
use forest::model::FORMAT;

/// A model file that is sound.
#[derive(Serialize)]
pub(crate) struct VerifyReport {
    sound: bool,
    format: u16,
    trees: usize,
    nodes: usize,
    probe_rows: usize,
}

impl VerifyReport {
    /// Of a model that was loaded and whose probe rows were replayed.
    pub(crate) fn new(model: &Model) -> Self {
        Self {
            sound: true,
            format: FORMAT,
            trees: model.forest().n_trees(),
            nodes: model.forest().n_nodes(),
            probe_rows: model.metadata().probes.rows.nrows(),
        }
    }
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trees = count(self.trees as u64, "tree", "trees");
        let nodes = count(self.nodes as u64, "node", "nodes");
        let probes = count(self.probe_rows as u64, "probe row", "probe rows");
        writeln!(
            f,
            "sound: digest right, {trees} with {nodes} well formed, {probes} predicted to the bit"
        )
    }
}
