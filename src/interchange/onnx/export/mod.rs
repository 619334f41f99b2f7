//! A model as an ONNX file.

mod about;
mod graph;
mod inputs;
mod outputs;
mod trees;
mod trees5;

pub(super) use about::SCHEMA;

use prost::Message;

use self::graph::GraphBuilder;
use self::outputs::Outputs;
use super::OnnxVersion;
use super::messages::{ML, ModelProto, OperatorSetIdProto, element, encode};
use crate::{Forest, Model, Result, Task};

/// What the file is made by.
pub(super) const PRODUCER: &str = "forest";

/// What is added to the values of a regression, whose trees are written without it; `None` if nothing is.
///
/// # Errors
/// Values whose sums do not fit the operator.
pub(super) fn centre(forest: &Forest, version: OnnxVersion) -> Result<Option<f64>> {
    match version {
        OnnxVersion::Ml3 => trees::centre(forest),
        OnnxVersion::Ml5 => Ok(None),
    }
}

/// The bytes of the file, and notes on what it leaves out.
///
/// # Errors
/// What the operators cannot hold.
pub(super) fn export(model: &Model, version: OnnxVersion) -> Result<(Vec<u8>, Vec<String>)> {
    let forest = model.forest();
    let mut graph = GraphBuilder::default();
    let features = inputs::add(&mut graph, model.schema());
    let outputs = Outputs::new(&mut graph, forest.task());
    let centre = centre(forest, version)?;
    let sums = match version {
        OnnxVersion::Ml3 => {
            let (op, attributes) = trees::operator(forest, centre.unwrap_or(0.0));
            let sums = graph.name("sums");
            // The class of the greatest sum has no part in what the model decides.
            let greatest = (forest.task() == Task::Classification).then(|| graph.name("greatest"));
            let names = greatest.into_iter().chain([sums.clone()]).collect();
            graph.ml_operator(op, &features, names, attributes);
            let sums_64 = graph.name("sums_64");
            graph.cast_to(&sums, element::DOUBLE, sums_64.clone());
            sums_64
        }
        OnnxVersion::Ml5 => {
            let features_64 = graph.name("features_64");
            graph.cast_to(&features, element::DOUBLE, features_64.clone());
            let sums = graph.name("sums");
            let attributes = trees5::attributes(forest);
            graph.ml_operator(trees5::OPERATOR, &features_64, vec![sums.clone()], attributes);
            sums
        }
    };
    outputs.add(&mut graph, model, &sums, centre)?;
    // The first standard operators that go with those of trees.
    let (ir_version, standard, ml) = match version {
        OnnxVersion::Ml3 => (8, 17, 3),
        OnnxVersion::Ml5 => (10, 21, 5),
    };
    let operators = [("", standard), (ML, ml)];
    let operator_set = |(domain, version): (&str, i64)| {
        encode(&OperatorSetIdProto { domain: domain.to_owned(), version })
    };
    let file = ModelProto {
        ir_version,
        producer_name: PRODUCER.to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: format!("A random forest that predicts {}", model.schema().target.name),
        graph: Some(graph.finish(PRODUCER)),
        opset_import: operators.map(operator_set).to_vec(),
        metadata_props: about::metadata_props(model)?,
    };
    Ok((file.encode_to_vec(), about::notes(model)))
}
