//! A tree of a model, to be read.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::Serialize;

use super::text::{count, significant, weight};
use forest::explain::{TreeNode, TreeSplit, tree_nodes};
use forest::message::{printable, thousands};
use forest::{Model, Result};

/// The most classes that a node names, the most probable first.
const SHOWN_CLASSES: usize = 3;

/// A tree, down to some depth.
#[derive(Serialize)]
pub(crate) struct TreeReport {
    pub(super) tree: usize,
    trees: usize,
    /// Breadth first.
    pub(super) nodes: Vec<NodeReport>,
}

#[derive(Clone, Copy, Serialize)]
struct Children {
    left: usize,
    right: usize,
}

#[derive(Serialize)]
pub(super) struct NodeReport {
    pub(super) depth: usize,
    /// What sends a row left; none of a leaf.
    pub(super) condition: Option<String>,
    feature: Option<String>,
    missing: Option<&'static str>,
    /// Where they are among the nodes; none of a leaf and of the deepest nodes.
    children: Option<Children>,
    cover: Option<f64>,
    proba: Option<BTreeMap<String, f64>>,
    value: Option<f64>,
    /// Rows and outputs in words.
    #[serde(skip)]
    pub(super) says: String,
}

impl TreeReport {
    /// # Errors
    /// There is no such tree.
    pub(crate) fn new(model: &Model, tree: usize, max_depth: usize) -> Result<Self> {
        let nodes = tree_nodes(model.forest(), tree, max_depth)?;
        let nodes = nodes.iter().map(|node| NodeReport::new(model, node)).collect();
        Ok(Self { tree, trees: model.forest().n_trees(), nodes })
    }

    /// As a graph in the language of Graphviz.
    pub(crate) fn dot(&self) -> String {
        let mut dot = format!("digraph tree_{} {{\n  node [shape=box];\n", self.tree);
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        for (index, node) in self.nodes.iter().enumerate() {
            let condition = node.condition.as_deref().map(printable).map(|text| quoted(&text));
            let condition = condition.map(|text| text + "\\n").unwrap_or_default();
            let says = quoted(&node.says);
            // Writing to a string does not fail.
            let _ = writeln!(dot, "  n{index} [label=\"{condition}{says}\"];");
            for (side, child) in node.children().into_iter().enumerate() {
                let label = quoted(node.answer(side));
                let _ = writeln!(dot, "  n{index} -> n{child} [label=\"{label}\"];");
            }
        }
        dot + "}\n"
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, node: usize, answer: &str) -> fmt::Result {
        let node = &self.nodes[node];
        let indent = "  ".repeat(node.depth);
        let condition = node.condition.as_deref().map(printable);
        let condition = condition.map(|text| text + "?  ").unwrap_or_default();
        let deeper = if node.condition.is_some() && node.children.is_none() { " …" } else { "" };
        writeln!(f, "{indent}{answer}{condition}{}{deeper}", node.says)
    }
}

impl NodeReport {
    fn new(model: &Model, node: &TreeNode) -> Self {
        let classes = model.schema().classes();
        let rows = node.cover.map(count_rows);
        let outputs = node.outputs.as_ref();
        let says = outputs.map(|outputs| {
            if classes.is_empty() {
                return significant(outputs[0]);
            }
            let mut shares: Vec<_> = classes.iter().zip(outputs).collect();
            shares.retain(|(_, share)| **share > 0.0);
            shares.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            let named = shares.iter().take(SHOWN_CLASSES);
            let named =
                named.map(|(class, share)| format!("{} {share:.2}", printable(&class.name)));
            named.collect::<Vec<_>>().join(", ")
        });
        let says = [rows, says].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let feature = |split: &TreeSplit| &model.schema().features[split.feature];
        let split = node.split.as_ref();
        Self {
            depth: node.depth,
            condition: split.map(|split| feature(split).condition_text(split.threshold)),
            feature: split.map(|split| feature(split).name.clone()),
            missing: split.map(|split| if split.missing_left { "left" } else { "right" }),
            children: split
                .and_then(|split| split.children)
                .map(|[left, right]| Children { left, right }),
            cover: node.cover,
            proba: outputs.filter(|_| !classes.is_empty()).map(|outputs| {
                let names = classes.iter().map(|class| class.name.clone());
                names.zip(outputs.iter().copied()).collect()
            }),
            value: outputs.filter(|_| classes.is_empty()).map(|outputs| outputs[0]),
            says,
        }
    }

    /// The left child and the right one, if they are among the nodes.
    pub(super) fn children(&self) -> Vec<usize> {
        self.children.map_or(Vec::new(), |Children { left, right }| vec![left, right])
    }

    /// Which rows go to the left child, or to the right one.
    pub(super) fn answer(&self, side: usize) -> &'static str {
        match (side, self.missing) {
            (0, Some("left")) => "yes, or missing",
            (0, _) => "yes",
            (_, Some("right")) => "no, or missing",
            _ => "no",
        }
    }
}

/// In-bag rows, as often as they were drawn, or what they weigh.
fn count_rows(rows: f64) -> String {
    if rows.fract() == 0.0 {
        count(rows as u64, "row", "rows")
    } else {
        format!("weight {}", weight(rows))
    }
}

/// Indented, from the root down.
impl fmt::Display for TreeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "tree {} of {}", self.tree, thousands(self.trees as u64))?;
        let mut open = vec![(0, String::new())];
        while let Some((index, answer)) = open.pop() {
            self.write(f, index, &answer)?;
            let node = &self.nodes[index];
            let children = node.children().into_iter().enumerate().rev();
            open.extend(children.map(|(side, child)| (child, format!("{}: ", node.answer(side)))));
        }
        Ok(())
    }
}
