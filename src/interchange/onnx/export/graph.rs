//! A graph, operator by operator.

use std::collections::HashSet;

use prost::bytes::Bytes;

use crate::interchange::onnx::messages::{
    AttributeProto, DimensionProto, GraphProto, ML, NodeProto, TensorProto, TensorShapeProto,
    TensorTypeProto, TypeProto, ValueInfoProto, element, encode,
};

/// A graph that is being made.
#[derive(Default)]
pub(super) struct GraphBuilder {
    graph: GraphProto,
    names: HashSet<String>,
}

impl GraphBuilder {
    /// The first name that is not taken of this one and this one with `_` behind it, which is taken from now on.
    pub(super) fn name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while name.is_empty() || !self.names.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    /// An input of rows × `width`.
    pub(super) fn input(&mut self, name: &str, element: i32, width: usize, doc: String) -> String {
        let name = self.name(name);
        self.graph.input.push(encode(&value_info(&name, element, Some(width), doc)));
        name
    }

    /// An output of rows × `width`, or of rows, whose name has been taken.
    pub(super) fn output(&mut self, name: &str, element: i32, width: Option<usize>, doc: &str) {
        self.graph.output.push(encode(&value_info(name, element, width, doc.to_owned())));
    }

    /// Constants, by the name that they get.
    pub(super) fn constant(&mut self, wanted: &str, tensor: TensorProto) -> String {
        let name = self.name(wanted);
        self.graph.initializer.push(encode(&TensorProto { name: name.clone(), ..tensor }));
        name
    }

    /// A standard operator, whose output gets this name.
    pub(super) fn operator(&mut self, op: &str, input: &[&str], output: &str) -> String {
        self.operator_with(op, input, output, &[])
    }

    /// Likewise, with attributes.
    pub(super) fn operator_with(
        &mut self,
        op: &str,
        input: &[&str],
        output: &str,
        attributes: &[(&str, i64)],
    ) -> String {
        let attribute = attributes.iter().map(|(name, value)| int(name, *value)).collect();
        let output = self.name(output);
        self.add("", op, input, vec![output.clone()], attribute);
        output
    }

    /// A standard operator, whose output has a name that has been taken.
    pub(super) fn standard(&mut self, op: &str, input: &[&str], output: String) {
        self.add("", op, input, vec![output], Vec::new());
    }

    /// A conversion to another type, whose output has a name that has been taken.
    pub(super) fn cast_to(&mut self, input: &str, element: i32, output: String) {
        self.add("", "Cast", &[input], vec![output], vec![int("to", i64::from(element))]);
    }

    /// An operator of `ai.onnx.ml`, whose outputs have names that have been taken.
    pub(super) fn ml_operator(
        &mut self,
        op: &str,
        input: &str,
        output: Vec<String>,
        attribute: Vec<Bytes>,
    ) {
        self.add(ML, op, &[input], output, attribute);
    }

    fn add(
        &mut self,
        domain: &str,
        op: &str,
        input: &[&str],
        output: Vec<String>,
        attribute: Vec<Bytes>,
    ) {
        self.graph.node.push(encode(&NodeProto {
            input: input.iter().map(|&name| name.to_owned()).collect(),
            name: output.last().cloned().unwrap_or_default(),
            output,
            op_type: op.to_owned(),
            attribute,
            domain: domain.to_owned(),
        }));
    }

    pub(super) fn finish(self, name: &str) -> GraphProto {
        GraphProto { name: name.to_owned(), ..self.graph }
    }
}

fn value_info(name: &str, elem_type: i32, width: Option<usize>, doc: String) -> ValueInfoProto {
    let rows = DimensionProto { dim_param: Some("N".to_owned()), ..DimensionProto::default() };
    let width = width
        .map(|width| DimensionProto { dim_value: Some(width as i64), ..DimensionProto::default() });
    let dim = std::iter::once(rows).chain(width).map(|dim| encode(&dim)).collect();
    let shape = Some(TensorShapeProto { dim });
    let tensor_type = Some(TensorTypeProto { elem_type, shape });
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto { tensor_type }),
        doc_string: doc,
    }
}

// What attributes are, in `AttributeProto::type`.
const FLOAT: i32 = 1;
const INT: i32 = 2;
const TEXT: i32 = 3;
const TENSOR: i32 = 4;
const FLOATS: i32 = 6;
const INTS: i32 = 7;
const TEXTS: i32 = 8;

fn attribute(name: &str, r#type: i32, rest: AttributeProto) -> Bytes {
    encode(&AttributeProto { name: name.to_owned(), r#type, ..rest })
}

pub(super) fn float(name: &str, f: f32) -> Bytes {
    attribute(name, FLOAT, AttributeProto { f: Some(f), ..AttributeProto::default() })
}

pub(super) fn int(name: &str, i: i64) -> Bytes {
    attribute(name, INT, AttributeProto { i: Some(i), ..AttributeProto::default() })
}

pub(super) fn text(name: &str, s: &'static str) -> Bytes {
    let s = Some(Bytes::from_static(s.as_bytes()));
    attribute(name, TEXT, AttributeProto { s, ..AttributeProto::default() })
}

pub(super) fn tensor(name: &str, t: TensorProto) -> Bytes {
    attribute(name, TENSOR, AttributeProto { t: Some(t), ..AttributeProto::default() })
}

pub(super) fn floats(name: &str, floats: Vec<f32>) -> Bytes {
    attribute(name, FLOATS, AttributeProto { floats, ..AttributeProto::default() })
}

pub(super) fn ints(name: &str, ints: Vec<i64>) -> Bytes {
    attribute(name, INTS, AttributeProto { ints, ..AttributeProto::default() })
}

pub(super) fn texts(name: &str, strings: Vec<Bytes>) -> Bytes {
    attribute(name, TEXTS, AttributeProto { strings, ..AttributeProto::default() })
}

/// A tensor of this shape, empty for a single number.
pub(super) fn doubles(dims: &[usize], values: &[f64]) -> TensorProto {
    let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    raw_tensor(element::DOUBLE, dims, raw)
}

pub(super) fn integers(dims: &[usize], values: &[i64]) -> TensorProto {
    let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    raw_tensor(element::INT64, dims, raw)
}

pub(super) fn raw_tensor(data_type: i32, dims: &[usize], raw: Vec<u8>) -> TensorProto {
    let dims = dims.iter().map(|&dim| dim as i64).collect();
    TensorProto { dims, data_type, raw_data: raw.into(), ..TensorProto::default() }
}

pub(super) fn text_tensor<'a>(texts: impl ExactSizeIterator<Item = &'a str>) -> TensorProto {
    let dims = vec![texts.len() as i64];
    let string_data = texts.map(|text| Bytes::copy_from_slice(text.as_bytes())).collect();
    TensorProto { dims, data_type: element::STRING, string_data, ..TensorProto::default() }
}
