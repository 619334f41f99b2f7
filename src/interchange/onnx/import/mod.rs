//! A forest out of an ONNX file.

mod attributes;
mod graph;
mod inputs;
mod lists;
mod lists5;
mod outputs;
mod schema;
mod trees;

use prost::bytes::Bytes;

use self::graph::WalkedGraph;
use self::outputs::FoundOutputs;
use self::schema::Properties;
use self::trees::Outcome;
use super::export::PRODUCER;
use super::messages::{GraphProto, ML, ModelProto, NodeProto, StringStringEntryProto, decode};
use crate::message::shorten;
use crate::model::imported::ForeignModel;
use crate::{Error, Result};

/// Operators of trees.
const CLASSIFIER: &str = "TreeEnsembleClassifier";
const REGRESSOR: &str = "TreeEnsembleRegressor";
const ENSEMBLE: &str = "TreeEnsemble";

/// The most settings that are recorded.
const MAX_SETTINGS: usize = 64;

pub(super) fn import(bytes: &[u8]) -> Result<ForeignModel> {
    let file: ModelProto = decode("the ONNX file", &Bytes::copy_from_slice(bytes))?;
    let Some(graph) = &file.graph else {
        return Err(Error::model("this is no ONNX file: it has no graph"));
    };
    let ensemble = find_ensemble(graph)?;
    let mut properties = Vec::new();
    for bytes in &file.metadata_props {
        let StringStringEntryProto { key, value } = decode("an entry of the metadata", bytes)?;
        properties.push((key, value));
    }
    let properties = Properties::new(properties.into_iter());
    let mut graph = WalkedGraph::new(graph)?;
    let attributes = graph.attributes(ensemble)?;
    let NodeProto { op_type, input, output, .. } = graph.take(ensemble)?.clone();
    let sums = if op_type == CLASSIFIER { output.get(1) } else { output.first() };
    let outputs = match sums {
        Some(sums) => FoundOutputs::read(&mut graph, sums)?,
        None => FoundOutputs::default(),
    };
    let trees = match op_type.as_str() {
        ENSEMBLE => lists5::read(attributes, outputs.divisor)?,
        op_type => lists::read(attributes, op_type == CLASSIFIER)?,
    };
    let features = input.first().map(String::as_str).unwrap_or_default();
    let columns = inputs::read(&mut graph, features, trees.n_features())?;
    graph.refuse_rest()?;
    let n_classes = match trees.outcome {
        Outcome::Classes { n_classes, .. } => n_classes,
        Outcome::Values => 0,
    };
    let labels = if outputs.labels.is_empty() { trees.labels.clone() } else { outputs.labels };
    if n_classes > 0 && outputs.centre != 0.0 {
        return Err(Error::model("something is added to the shares of classes"));
    }
    let wrong_prior = |prior: &[f64]| prior.len() != n_classes;
    if labels.len() != n_classes
        || outputs.calibration.as_ref().is_some_and(|calibration| wrong_prior(&calibration.prior))
    {
        let message = format!("there are {} labels for {n_classes} classes", labels.len());
        return Err(Error::model(message));
    }
    let decision = outputs.decision.between(&labels)?;
    let FoundOutputs { divisor, centre, calibration, .. } = outputs;
    let forest = trees.forest(columns.len(), divisor.unwrap_or(1.0), centre, calibration)?;
    let is_ours = file.producer_name == PRODUCER;
    Ok(ForeignModel {
        system: format!("{} {}", file.producer_name, file.producer_version).trim().to_owned(),
        settings: settings(&op_type, &properties, is_ours),
        schema: schema::schema(columns, labels, &properties)?,
        forest,
        decision,
        intervals: None,
    })
}

/// The place of the one operator that has trees.
fn find_ensemble(graph: &GraphProto) -> Result<usize> {
    let mut found = Vec::new();
    let mut others = Vec::new();
    for (index, bytes) in graph.node.iter().enumerate() {
        let NodeProto { op_type, domain, .. } = decode("an operator", bytes)?;
        if op_type.is_empty() {
            return Err(Error::model("the ONNX file is damaged: an operator has no name"));
        }
        if domain == ML && [CLASSIFIER, REGRESSOR, ENSEMBLE].contains(&op_type.as_str()) {
            found.push(index);
        } else if others.len() < 100 {
            others.push(op_type);
        }
    }
    match found[..] {
        [index] => Ok(index),
        [] => Err(no_forest(&others)),
        _ => Err(Error::model(format!("there are {} operators with trees, not one", found.len()))),
    }
}

/// The error for a graph that has no trees.
fn no_forest(ops: &[String]) -> Error {
    let Some(first) = ops.first() else {
        return Error::model("the graph has no operators");
    };
    let named = |names: &[&str]| ops.iter().find(|op| names.iter().any(|name| op.contains(name)));
    let what = if let Some(op) = named(&["SVM"]) {
        format!("a support vector machine ({})", shorten(op))
    } else if let Some(op) = named(&["LinearClassifier", "LinearRegressor"]) {
        format!("a linear model ({})", shorten(op))
    } else if named(&["Conv", "Gemm", "MatMul", "Relu", "Attention", "LSTM", "GRU", "RNN"])
        .is_some()
    {
        format!("a neural network: its first node is {}", shorten(first))
    } else {
        format!("not a forest: its first node is {}", shorten(first))
    };
    Error::model(format!("this is {what}"))
        .with_help("forests can be imported whose trees are one operator TreeEnsemble…")
}

/// What the file says of how the forest was made.
fn settings(op_type: &str, properties: &Properties, is_ours: bool) -> Vec<(String, String)> {
    let mut settings = vec![("estimator".to_owned(), op_type.to_owned())];
    if let (true, Some(ours)) = (is_ours, properties.json("forest").as_object()) {
        let text = |value: &serde_json::Value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        };
        settings.extend(ours.iter().map(|(name, value)| (name.clone(), text(value))));
    }
    settings.truncate(MAX_SETTINGS);
    settings
}
