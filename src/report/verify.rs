//! What `forest verify` has to say when there is nothing to complain of.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::text::count;
use forest::Model;
use forest::data::Sha256Digest;
use forest::model::FORMAT;

/// A model file that is sound.
#[derive(Serialize)]
pub(crate) struct VerifyReport {
    sound: bool,
    model_format: u16,
    trees: usize,
    nodes: usize,
    probe_rows: usize,
    /// The file with the key that signed it, if that was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    /// The file's digest, if it was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<Sha256Digest>,
}

impl VerifyReport {
    /// Of a model that was loaded and whose probe rows were replayed; perhaps by a file whose signature was found
    /// to be by the key in `public_key`, and whose digest was found to be `sha256`.
    pub(crate) fn new(
        model: &Model,
        public_key: Option<&Path>,
        sha256: Option<Sha256Digest>,
    ) -> Self {
        Self {
            sound: true,
            model_format: FORMAT,
            trees: model.forest().n_trees(),
            nodes: model.forest().n_nodes(),
            probe_rows: model.metadata().probes.rows.nrows(),
            signed_by: public_key.map(|key| key.display().to_string()),
            sha256,
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
        )?;
        if let Some(key) = &self.signed_by {
            writeln!(f, "signed by the key of {key}")?;
        }
        if let Some(sha256) = &self.sha256 {
            writeln!(f, "the file's SHA-256 is {sha256}, as expected")?;
        }
        Ok(())
    }
}
