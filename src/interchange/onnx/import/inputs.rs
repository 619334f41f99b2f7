//! What goes into the trees: a matrix, or columns of numbers and of texts that become numbers.

use std::collections::HashSet;

use super::graph::WalkedGraph;
use crate::data::Levels;
use crate::message::shorten;
use crate::{Error, Result};

/// The most columns of a matrix, whose file may name none of them.
const MAX_WIDTH: usize = 1 << 18;

/// A feature.
pub(super) struct InputColumn {
    pub(super) name: String,
    /// Of texts.
    pub(super) levels: Option<Levels>,
}

/// The features that the matrix `features` has, of which trees use at least `n_used`.
pub(super) fn read(
    graph: &mut WalkedGraph,
    features: &str,
    n_used: usize,
) -> Result<Vec<InputColumn>> {
    let matrix = graph.before(features)?;
    let parts = match graph.producer(&matrix) {
        Some(index) if graph.nodes()[index].op_type == "Concat" => {
            if graph.attributes(index)?.int("axis") != Some(1) {
                return Err(Error::model("the inputs are not put together column by column"));
            }
            graph.take(index)?.input.clone()
        }
        _ => vec![matrix],
    };
    let is_only = parts.len() == 1;
    let mut columns = Vec::new();
    for part in parts {
        let name = graph.before(&part)?;
        if let Some(index) = graph.producer(&name) {
            let op = &graph.nodes()[index].op_type;
            if op != "LabelEncoder" {
                let message = format!("the operator {} stands before the trees", shorten(op));
                return Err(Error::model(message)
                    .with_help("export the forest without what stands before it"));
            }
            columns.push(read_levels(graph, index)?);
            continue;
        }
        let width = match graph.input(&name)?.map(usize::try_from) {
            Some(Ok(width)) if width > 0 => width,
            _ if is_only => n_used.max(1),
            _ => return Err(Error::model(format!("input '{}' has no width", shorten(&name)))),
        };
        if columns.len() + width > MAX_WIDTH {
            let message = format!("the inputs have {} columns or more", columns.len() + width);
            return Err(Error::model(format!(
                "{message}, and at most {MAX_WIDTH} can be imported"
            )));
        }
        if width == 1 && !is_only {
            columns.push(InputColumn { name, levels: None });
        } else {
            let first = columns.len();
            let column = |place| InputColumn { name: format!("x{}", first + place), levels: None };
            columns.extend((0..width).map(column));
        }
    }
    if columns.len() < n_used {
        let message =
            format!("the trees compare {n_used} features, and there are {}", columns.len());
        return Err(Error::model(message));
    }
    let mut names = HashSet::new();
    if let Some(twice) = columns.iter().find(|column| !names.insert(column.name.as_str())) {
        return Err(Error::model(format!("two inputs are called '{}'", shorten(&twice.name))));
    }
    Ok(columns)
}

/// A column of texts, and what they become.
fn read_levels(graph: &mut WalkedGraph, index: usize) -> Result<InputColumn> {
    let mut attributes = graph.attributes(index)?;
    let name = graph.take(index)?.input.first().cloned().unwrap_or_default();
    graph.input(&name)?;
    let texts = attributes.texts("keys_strings")?;
    let values = attributes.numbers("values_floats")?;
    if texts.len() != values.len() || texts.is_empty() {
        return Err(attributes.refuse("does not make numbers of texts"));
    }
    let unseen = attributes.float("default_float");
    if unseen.unwrap_or(0.0) != Levels::UNSEEN {
        return Err(attributes.refuse("takes unknown texts for something else than 0"));
    }
    let mut different = HashSet::new();
    if !texts.iter().all(|text| different.insert(text)) {
        return Err(attributes.refuse("has a text twice"));
    }
    let pairs = texts.iter().map(String::as_str).zip(values.iter().map(|&value| value as f32));
    let mut levels: Vec<(&str, f32)> = pairs.filter(|(_, value)| !value.is_nan()).collect();
    if levels.iter().any(|(_, value)| value.is_infinite()) {
        return Err(attributes.refuse("takes a text for an infinite number"));
    }
    levels.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    Ok(InputColumn { name, levels: Some(Levels::new(levels.into_iter())?) })
}
