//! skops files: a zip archive of `schema.json`, which describes a value, and of arrays as `.npy` files.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use serde_json::Value as Json;
use zip::ZipArchive;

use super::container::unpack;
use super::npy;
use super::values::{Id, Object, PyValue, PyValues};
use crate::message::shorten;
use crate::{Error, Result};

/// So many bytes of arrays an archive may hold for each of its own: deflate makes them 1/1000 at best, and arrays that
/// are named twice are read twice.
const MAX_RATIO: u64 = 1100;

/// What an archive describes, as a pickle would.
pub(super) struct Archive {
    pub(super) values: PyValues<'static>,
    pub(super) root: Id,
    /// Of all that was unpacked.
    pub(super) n_bytes: usize,
}

/// Reads an archive.
pub(super) fn read(bytes: &[u8]) -> Result<Archive> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let most = (bytes.len() as u64).saturating_mul(MAX_RATIO);
    let mut reader = Reader { archive, values: PyValues::new(), left: most };
    let Some(schema) = reader.file("schema.json")? else {
        return Err(Error::model("it is a zip archive without a schema.json, so not a skops file"));
    };
    // serde_json refuses more than 128 levels, so it may be walked by calls.
    let schema: Json = serde_json::from_slice(&schema)
        .map_err(|error| Error::model(format!("the skops file's schema.json: {error}")))?;
    let root = reader.value(&schema)?;
    Ok(Archive { root, n_bytes: (most - reader.left) as usize, values: reader.values })
}

fn damaged(error: &zip::result::ZipError) -> Error {
    Error::model(format!("the skops file is damaged: {error}"))
}

struct Reader<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    values: PyValues<'static>,
    /// How many bytes may still be unpacked.
    left: u64,
}

impl Reader<'_> {
    /// The content of a file of the archive, if it is there.
    fn file(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        let file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(zip::result::ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(damaged(&error)),
        };
        let content = unpack("zip", file.take(self.left + 1))?;
        let left = self.left.checked_sub(content.len() as u64);
        self.left = left.ok_or_else(|| Error::model("the skops file holds more than it can"))?;
        Ok(Some(content))
    }

    /// A node of the schema, which says by what it is to be loaded.
    fn value(&mut self, node: &Json) -> Result<Id> {
        let loader = text(node, "__loader__")?;
        let value = match loader {
            "JsonNode" => return self.literal(text(node, "content")?),
            "ListNode" => PyValue::List(self.items(node)?),
            "TupleNode" => PyValue::Tuple(self.items(node)?),
            "SetNode" => PyValue::Set(self.items(node)?),
            "DictNode" => self.dict(node)?,
            "TypeNode" | "FunctionNode" => return self.class(node),
            "NdArrayNode" if text(node, "type")? == "numpy" => {
                let name = text(node, "file")?;
                let Some(content) = self.file(name)? else {
                    let name = shorten(name);
                    return Err(Error::model(format!("the skops file has no array '{name}'")));
                };
                PyValue::Stored(Box::new(npy::read(content)?))
            }
            "NdArrayNode" => return self.object_array(node),
            "ObjectNode" | "TreeNode" => return self.object(node),
            // What else there is stays a class: whoever needs its content refuses it by name.
            _ => {
                let callee = self.class(node)?;
                return self.call(callee, Id::EMPTY_TUPLE, None, true);
            }
        };
        self.values.push(value)
    }

    /// A number, text, truth value or nothing, as JSON in a text.
    fn literal(&mut self, content: &str) -> Result<Id> {
        // Python writes these where JSON has none.
        let float = match content {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        };
        let parsed = match float {
            Some(float) => return self.values.push(PyValue::Float(float)),
            None => serde_json::from_str(content),
        };
        let value = match parsed {
            Ok(Json::Null) => return Ok(Id::NONE),
            Ok(Json::Bool(false)) => return Ok(Id::FALSE),
            Ok(Json::Bool(true)) => return Ok(Id::TRUE),
            Ok(Json::Number(number)) => match (number.as_i64(), number.as_f64()) {
                (Some(value), _) => PyValue::Int(value),
                (None, Some(value)) if content.contains(['.', 'e']) => PyValue::Float(value),
                _ => PyValue::BigInt,
            },
            Ok(Json::String(text)) => PyValue::Text(Cow::Owned(text)),
            _ => {
                let content = shorten(content);
                return Err(Error::model(format!("the skops file's '{content}' is no value")));
            }
        };
        self.values.push(value)
    }

    fn items(&mut self, node: &Json) -> Result<Vec<Id>> {
        let items = node["content"].as_array().ok_or_else(|| incomplete("content"))?;
        items.iter().map(|item| self.value(item)).collect()
    }

    /// Keys are texts whatever they were: where that matters, in the weights of classes, they are only shown.
    fn dict(&mut self, node: &Json) -> Result<PyValue<'static>> {
        let content = node["content"].as_object().ok_or_else(|| incomplete("content"))?;
        let entries = content.iter().map(|(key, value)| {
            let key = self.values.push_text(key.clone())?;
            Ok((key, self.value(value)?))
        });
        Ok(PyValue::Dict(entries.collect::<Result<_>>()?))
    }

    /// An array of objects, as the list of them and a shape.
    fn object_array(&mut self, node: &Json) -> Result<Id> {
        let objects = PyValue::List(self.items(node)?);
        let objects = self.values.push(objects)?;
        let shape = self.value(&node["shape"])?;
        let dtype = self.global("numpy", "dtype")?;
        let kind = self.values.push_text("O8")?;
        let kind = self.values.push(PyValue::Tuple(vec![kind]))?;
        let dtype = self.call(dtype, kind, None, false)?;
        let class = self.global("numpy", "ndarray")?;
        let arguments = self.values.push(PyValue::Tuple(vec![class]))?;
        let state = PyValue::Tuple(vec![Id::NONE, shape, dtype, Id::FALSE, objects]);
        let state = self.values.push(state)?;
        let callee = self.global("numpy._core.multiarray", "_reconstruct")?;
        self.call(callee, arguments, Some(state), false)
    }

    fn object(&mut self, node: &Json) -> Result<Id> {
        let callee = self.class(node)?;
        let arguments = match &node["__reduce__"]["args"] {
            Json::Null => Id::EMPTY_TUPLE,
            arguments => self.value(arguments)?,
        };
        let state = match &node["content"] {
            Json::Null => None,
            content => Some(self.value(content)?),
        };
        self.call(callee, arguments, state, true)
    }

    fn class(&mut self, node: &Json) -> Result<Id> {
        self.global(text(node, "__module__")?, text(node, "__class__")?)
    }

    fn global(&mut self, module: &str, name: &str) -> Result<Id> {
        let module = self.values.push_text(module.to_owned())?;
        let name = self.values.push_text(name.to_owned())?;
        self.values.push(PyValue::Global { module, name })
    }

    fn call(&mut self, callee: Id, arguments: Id, state: Option<Id>, is_new: bool) -> Result<Id> {
        let object = Object { callee, arguments, is_new, state, items: Vec::new() };
        self.values.push(PyValue::Object(Box::new(object)))
    }
}

fn text<'j>(node: &'j Json, name: &str) -> Result<&'j str> {
    node[name].as_str().ok_or_else(|| incomplete(name))
}

fn incomplete(name: &str) -> Error {
    Error::model(format!("a value of the skops file has no '{name}'"))
}
