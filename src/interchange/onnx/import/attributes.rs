//! Attributes of an operator, and tensors, as lists of one type.

use std::collections::HashMap;

use prost::bytes::Bytes;

use crate::interchange::onnx::messages::{AttributeProto, NodeProto, TensorProto, decode, element};
use crate::{Error, Result};

/// The attributes of one operator, by name.
pub(super) struct OperatorAttributes {
    op: String,
    by_name: HashMap<String, AttributeProto>,
}

impl OperatorAttributes {
    pub(super) fn new(node: &NodeProto) -> Result<Self> {
        let mut by_name = HashMap::new();
        for bytes in &node.attribute {
            let attribute: AttributeProto = decode("an attribute", bytes)?;
            by_name.insert(attribute.name.clone(), attribute);
        }
        Ok(Self { op: node.op_type.clone(), by_name })
    }

    /// An error about the operator.
    pub(super) fn refuse(&self, what: impl AsRef<str>) -> Error {
        Error::model(format!("{} {}", self.op, what.as_ref()))
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.by_name.get(name)?.i
    }

    pub(super) fn float(&self, name: &str) -> Option<f32> {
        self.by_name.get(name)?.f
    }

    /// A text, empty if it is not there.
    pub(super) fn text(&self, name: &str) -> &[u8] {
        self.by_name.get(name).and_then(|attribute| attribute.s.as_deref()).unwrap_or_default()
    }

    /// Whole numbers, none if they are not there.
    pub(super) fn ints(&mut self, name: &str) -> Vec<i64> {
        self.by_name.remove(name).map(|attribute| attribute.ints).unwrap_or_default()
    }

    /// Texts, none if they are not there.
    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>> {
        let strings = self.by_name.remove(name).map(|attribute| attribute.strings);
        texts(strings.unwrap_or_default())
    }

    /// Bytes of texts, none if they are not there.
    pub(super) fn strings(&mut self, name: &str) -> Vec<Bytes> {
        self.by_name.remove(name).map(|attribute| attribute.strings).unwrap_or_default()
    }

    /// Numbers: floats of this name, or a tensor of it, or of it with `_as_tensor`.
    pub(super) fn numbers(&mut self, name: &str) -> Result<Vec<f64>> {
        let as_tensor = self.by_name.remove(&format!("{name}_as_tensor"));
        let Some(attribute) = as_tensor.or_else(|| self.by_name.remove(name)) else {
            return Ok(Vec::new());
        };
        match &attribute.t {
            Some(tensor) => numbers(tensor),
            None => Ok(attribute.floats.into_iter().map(f64::from).collect()),
        }
    }
}

/// The numbers of a tensor.
pub(super) fn numbers(tensor: &TensorProto) -> Result<Vec<f64>> {
    let raw = &tensor.raw_data;
    let numbers = match tensor.data_type {
        element::FLOAT if raw.is_empty() => {
            tensor.float_data.iter().copied().map(f64::from).collect()
        }
        element::FLOAT => words(raw)?.map(|word| f64::from(f32::from_le_bytes(word))).collect(),
        element::DOUBLE if raw.is_empty() => tensor.double_data.clone(),
        element::DOUBLE => words(raw)?.map(f64::from_le_bytes).collect(),
        element::UINT8 if raw.is_empty() => {
            tensor.int32_data.iter().copied().map(f64::from).collect()
        }
        element::UINT8 => raw.iter().copied().map(f64::from).collect(),
        other => {
            let message =
                format!("the tensor '{}' is of type {other}, not of numbers", tensor.name);
            return Err(Error::model(message));
        }
    };
    Ok(numbers)
}

/// The texts of a tensor.
pub(super) fn text_tensor(tensor: TensorProto) -> Result<Vec<String>> {
    texts(tensor.string_data)
}

fn texts(strings: Vec<Bytes>) -> Result<Vec<String>> {
    let text = |bytes: Bytes| {
        String::from_utf8(bytes.into()).map_err(|_| Error::model("a text is not UTF-8"))
    };
    strings.into_iter().map(text).collect()
}

fn words<const N: usize>(bytes: &Bytes) -> Result<impl Iterator<Item = [u8; N]>> {
    let (words, rest) = bytes.as_chunks();
    if rest.is_empty() {
        return Ok(words.iter().copied());
    }
    Err(Error::model(format!("{} bytes are no numbers of {N} bytes each", bytes.len())))
}
