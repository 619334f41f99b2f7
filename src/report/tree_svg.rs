//! A tree as a drawing: the root on the left, a column for each depth, a line for each node without children.

use std::fmt::Write;

use super::escape::escape;
use super::text::clipped;
use super::tree::{NodeReport, TreeReport};

/// A node's box, and what lies between the left edges of two columns and the upper edges of two lines.
const WIDTH: f64 = 216.0;
const HEIGHT: f64 = 40.0;
const COLUMN: f64 = 306.0;
const LINE: f64 = 50.0;

/// The letters that a box has room for.
const LETTERS: usize = 34;

/// What a drawing looks like that is a file of its own.
pub(crate) const FILE_STYLE: &str = "text{font:11px system-ui,sans-serif;fill:#1b1f24}.node{fill:#f3f5f8;stroke:#57606a}\
     .branch{fill:none;stroke:#57606a}svg{background:#fff}";

/// The drawing; `style` is what is to stand in it.
pub(crate) fn svg(tree: &TreeReport, style: &str) -> String {
    Drawing::new(tree).svg(tree, style)
}

/// Where the nodes are.
struct Drawing {
    /// The upper left corner of each.
    corners: Vec<[f64; 2]>,
    size: [f64; 2],
}

impl Drawing {
    fn new(tree: &TreeReport) -> Self {
        let mut corners = vec![[0.0; 2]; tree.nodes.len()];
        let mut n_lines = 0.0;
        // A node is placed when its children are: it is met a second time then.
        let mut open = vec![(0, false)];
        while let Some((index, is_open)) = open.pop() {
            let node = &tree.nodes[index];
            let children = node.children();
            corners[index][0] = node.depth as f64 * COLUMN;
            if children.is_empty() {
                corners[index][1] = n_lines * LINE;
                n_lines += 1.0;
            } else if is_open {
                let of_children: f64 = children.iter().map(|&child| corners[child][1]).sum();
                corners[index][1] = of_children / children.len() as f64;
            } else {
                open.push((index, true));
                open.extend(children.iter().rev().map(|&child| (child, false)));
            }
        }
        let depth = tree.nodes.iter().map(|node| node.depth).max().unwrap_or_default();
        let size = [depth as f64 * COLUMN + WIDTH + 2.0, n_lines * LINE - LINE + HEIGHT + 2.0];
        Self { corners, size }
    }

    fn svg(&self, tree: &TreeReport, style: &str) -> String {
        let [width, height] = self.size;
        let number = tree.tree;
        let style =
            if style.is_empty() { String::new() } else { format!("<style>{style}</style>") };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tree\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"-1 -1 {width} {height}\" font-size=\"11\" role=\"img\" aria-label=\"tree {number}\">{style}"
        );
        for (index, node) in tree.nodes.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = self.draw(&mut svg, index, node);
        }
        svg + "</svg>"
    }

    fn draw(&self, svg: &mut String, index: usize, node: &NodeReport) -> std::fmt::Result {
        let [x, y] = self.corners[index];
        for (side, child) in node.children().into_iter().enumerate() {
            let [to_x, to_y] = self.corners[child].map(f64::round);
            let (from_x, from_y, to_y) = (x + WIDTH, y + HEIGHT / 2.0, to_y + HEIGHT / 2.0);
            let bend = f64::midpoint(from_x, from_x + 16.0);
            write!(
                svg,
                "<path class=\"branch\" d=\"M{from_x} {from_y:.0}H{bend}V{to_y:.0}H{to_x}\"/>"
            )?;
            let (text_x, text_y) = (from_x + 12.0, to_y - 4.0);
            let answer = node.answer(side);
            write!(svg, "<text x=\"{text_x}\" y=\"{text_y:.0}\">{answer}</text>")?;
        }
        let lines: Vec<&str> =
            node.condition.iter().map(String::as_str).chain([node.says.as_str()]).collect();
        let title = escape(&lines.join("; "));
        write!(
            svg,
            "<g><title>{title}</title><rect class=\"node\" x=\"{x}\" y=\"{y:.0}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" rx=\"5\"/>"
        )?;
        let first = if lines.len() == 1 { 24.0 } else { 16.0 };
        for (line, text) in lines.into_iter().enumerate() {
            let (x, y) = (x + 8.0, y + first + 15.0 * line as f64);
            write!(svg, "<text x=\"{x}\" y=\"{y:.0}\">{}</text>", escape(&clipped(text, LETTERS)))?;
        }
        write!(svg, "</g>")
    }
}
