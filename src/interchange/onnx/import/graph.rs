//! A graph that is walked along: what feeds an operator, what uses its output, and what nobody has looked at.

use std::collections::HashMap;

use prost::bytes::Bytes;

use super::attributes::{OperatorAttributes, numbers};
use crate::interchange::onnx::messages::{
    DimensionProto, GraphProto, NodeProto, TensorProto, ValueInfoProto, decode,
};
use crate::message::shorten;
use crate::{Error, Result};

/// Operators that hand on what they get, or only say it otherwise.
const HARMLESS: [&str; 3] = ["Cast", "Identity", "ZipMap"];

/// A graph.
pub(super) struct WalkedGraph {
    nodes: Vec<NodeProto>,
    /// Which operators have been looked at.
    seen: Vec<bool>,
    /// From a name to the operator that gives it.
    producers: HashMap<String, usize>,
    constants: HashMap<String, Bytes>,
    /// From a name to its width, if the file says it.
    inputs: HashMap<String, Option<i64>>,
}

impl WalkedGraph {
    pub(super) fn new(graph: &GraphProto) -> Result<Self> {
        let mut constants = HashMap::new();
        for bytes in &graph.initializer {
            let tensor: TensorProto = decode("a constant", bytes)?;
            constants.insert(tensor.name, bytes.clone());
        }
        let mut inputs = HashMap::new();
        for bytes in &graph.input {
            let input: ValueInfoProto = decode("an input", bytes)?;
            inputs.insert(input.name.clone(), width(&input)?);
        }
        let mut nodes = Vec::new();
        let mut producers = HashMap::new();
        for bytes in &graph.node {
            let node: NodeProto = decode("an operator", bytes)?;
            for output in node.output.iter().filter(|output| !output.is_empty()) {
                if producers.insert(output.clone(), nodes.len()).is_some() {
                    let output = shorten(output);
                    return Err(Error::model(format!("two operators have the output '{output}'")));
                }
            }
            nodes.push(node);
        }
        Ok(Self { seen: vec![false; nodes.len()], nodes, producers, constants, inputs })
    }

    pub(super) fn nodes(&self) -> &[NodeProto] {
        &self.nodes
    }

    /// Looks at an operator.
    ///
    /// # Errors
    /// Somebody has: operators that feed each other in a circle.
    pub(super) fn take(&mut self, index: usize) -> Result<&NodeProto> {
        if std::mem::replace(&mut self.seen[index], true) {
            let op = shorten(&self.nodes[index].op_type);
            return Err(Error::model(format!("the operator {op} is used twice, or feeds itself")));
        }
        Ok(&self.nodes[index])
    }

    /// The operator that gives a name.
    pub(super) fn producer(&self, name: &str) -> Option<usize> {
        self.producers.get(name).copied()
    }

    /// An input's width; `None` if the file does not say it.
    ///
    /// # Errors
    /// There is no such input.
    pub(super) fn input(&self, name: &str) -> Result<Option<i64>> {
        let width = self.inputs.get(name).copied();
        width.ok_or_else(|| Error::model(format!("there is no input '{}'", shorten(name))))
    }

    /// Goes back from a name over operators that hand on what they get.
    pub(super) fn before(&mut self, name: &str) -> Result<String> {
        let mut name = name.to_owned();
        while let Some(index) = self.producer(&name) {
            if !["Cast", "Identity"].contains(&self.nodes[index].op_type.as_str()) {
                break;
            }
            name = self.take(index)?.input.first().cloned().unwrap_or_default();
        }
        Ok(name)
    }

    /// If `name` goes into an operator of this kind as its input of this number: what the operator gives, and its other
    /// input.
    pub(super) fn after(
        &mut self,
        name: &str,
        op: &str,
        place: usize,
    ) -> Result<Option<(String, String)>> {
        let goes_in = |node: &NodeProto| {
            node.op_type == op && node.input.get(place).is_some_and(|input| input == name)
        };
        let Some(index) = self.nodes.iter().position(goes_in) else { return Ok(None) };
        let node = self.take(index)?;
        let output = node.output.first().cloned().unwrap_or_default();
        Ok(Some((output, node.input.get(1 - place).cloned().unwrap_or_default())))
    }

    /// A constant.
    pub(super) fn constant(&self, name: &str) -> Result<TensorProto> {
        match self.constants.get(name) {
            Some(bytes) => decode("a constant", bytes),
            None => Err(Error::model(format!("'{}' is no constant", shorten(name)))),
        }
    }

    /// A constant that is one number.
    pub(super) fn number(&self, name: &str) -> Result<f64> {
        match numbers(&self.constant(name)?)?[..] {
            [number] => Ok(number),
            _ => Err(Error::model(format!("the constant '{}' is not one number", shorten(name)))),
        }
    }

    /// Refuses an operator that nobody has looked at, and that may change what the trees say.
    pub(super) fn refuse_rest(&self) -> Result<()> {
        let rest = self.nodes.iter().zip(&self.seen).filter(|(_, seen)| !**seen);
        match rest.map(|(node, _)| node).find(|node| !HARMLESS.contains(&node.op_type.as_str())) {
            None => Ok(()),
            Some(node) => Err(Error::model(format!(
                "the operator {} is not part of a forest",
                shorten(&node.op_type)
            ))
            .with_help("export the forest without what stands before or after it")),
        }
    }

    pub(super) fn attributes(&self, index: usize) -> Result<OperatorAttributes> {
        OperatorAttributes::new(&self.nodes[index])
    }
}

/// The second dimension of an input, where it is a number.
fn width(input: &ValueInfoProto) -> Result<Option<i64>> {
    let tensor = input.r#type.as_ref().and_then(|of| of.tensor_type.as_ref());
    let Some(dim) = tensor.and_then(|tensor| tensor.shape.as_ref()?.dim.get(1)) else {
        return Ok(None);
    };
    let dim: DimensionProto = decode("the shape of an input", dim)?;
    Ok(dim.dim_value)
}
