//! What `forest import` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::saved::Saved;
use super::text::{bytes, count, line, write_scores};
use forest::data::Source;
use forest::model::HeldOutScore;
use forest::{Model, Task};

/// A model that was imported.
#[derive(Serialize)]
pub(crate) struct ImportReport<'a> {
    data: &'a Source,
    task: Task,
    target: &'a str,
    classes: Option<usize>,
    features: usize,
    trees: usize,
    nodes: usize,
    depth: usize,
    /// On the table that was given with it.
    held_out: Option<&'a HeldOutScore>,
    saved: Saved,
}

impl<'a> ImportReport<'a> {
    pub(crate) fn new(model: &'a Model, file: &Path, n_bytes: usize) -> Self {
        let (metadata, schema, forest) = (model.metadata(), model.schema(), model.forest());
        let task = schema.task();
        Self {
            data: &metadata.data,
            task,
            target: &schema.target.name,
            classes: (task == Task::Classification).then(|| schema.classes().len()),
            features: schema.features.len(),
            trees: forest.n_trees(),
            nodes: forest.n_nodes(),
            depth: forest.depth(),
            held_out: metadata.held_out.as_ref(),
            saved: Saved::new(file, n_bytes as u64),
        }
    }
}

impl fmt::Display for ImportReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Source::Imported(imported) = self.data else { return Ok(()) };
        writeln!(
            f,
            "{} imported as {} ({})",
            imported.name,
            self.saved.file,
            bytes(self.saved.bytes)
        )?;
        let what = imported.settings.first().map_or("", |(_, what)| what);
        line(f, "trained by", format!("{}, {what}", imported.system))?;
        let trees = count(self.trees as u64, "tree", "trees");
        let nodes = count(self.nodes as u64, "node", "nodes");
        line(f, "forest", format!("{trees}, {nodes}, depth {}", self.depth))?;
        let features = count(self.features as u64, "feature", "features");
        let classes = self.classes.map(|n| count(n as u64, "class", "classes"));
        let target = classes.unwrap_or_else(|| "numbers".to_owned());
        line(f, "predicts", format!("'{}', {target}, of {features}", self.target))?;
        write_scores(f, "", self.held_out, None)?;
        match &imported.scored_on {
            None => line(f, "score", "not known: give a table with --data and --target"),
            Some(table) => {
                line(f, "scored on", format!("{}, which training may have seen", table.name))
            }
        }
    }
}
