//! What a pickle describes, as values that do nothing: a global is a name, a call is a record of a call.
//!
//! Values lie side by side and name each other by number, so that shared and circular ones take no more memory than
//! the pickle does. Whoever follows the numbers has to bound how far.

use std::borrow::Cow;

use super::stored::Stored;
use crate::message::shorten;
use crate::{Error, Result};

/// The number of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(u32);

impl Id {
    pub(super) const NONE: Self = Self(0);
    pub(super) const FALSE: Self = Self(1);
    pub(super) const TRUE: Self = Self(2);
    pub(super) const EMPTY_TUPLE: Self = Self(3);
}

/// A value.
#[derive(Debug)]
pub(super) enum PyValue<'a> {
    None,
    Bool(bool),
    Int(i64),
    /// An integer of more than 64 bits, whose digits nothing here needs.
    BigInt,
    Float(f64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Set(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// What a module has under a name: two texts.
    Global {
        module: Id,
        name: Id,
    },
    /// What copyreg has under a number.
    Extension(u32),
    /// What the loading program has under a name.
    Persistent,
    /// What a call gives.
    Object(Box<Object>),
    /// An array whose bytes stand outside of the pickle.
    Stored(Box<Stored<'a>>),
}

/// A call that a pickle asks for, and what it does with what that gives.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) callee: Id,
    /// A tuple.
    pub(super) arguments: Id,
    /// Whether it makes an object of a class without its constructor (`cls.__new__`).
    pub(super) is_new: bool,
    /// What the object is to have as its attributes.
    pub(super) state: Option<Id>,
    /// What is appended to it, keys before their values.
    pub(super) items: Vec<Id>,
}

/// All values of a file.
pub(super) struct PyValues<'a>(Vec<PyValue<'a>>);

impl<'a> PyValues<'a> {
    pub(super) fn new() -> Self {
        let fixed =
            [PyValue::None, PyValue::Bool(false), PyValue::Bool(true), PyValue::Tuple(Vec::new())];
        Self(fixed.into())
    }

    pub(super) fn push(&mut self, value: PyValue<'a>) -> Result<Id> {
        let id = u32::try_from(self.0.len()).map_err(|_| Error::model("there are 2³² values"))?;
        self.0.push(value);
        Ok(Id(id))
    }

    pub(super) fn push_text(&mut self, text: impl Into<Cow<'a, str>>) -> Result<Id> {
        self.push(PyValue::Text(text.into()))
    }

    pub(super) fn get(&self, id: Id) -> &PyValue<'a> {
        &self.0[id.0 as usize]
    }

    pub(super) fn get_mut(&mut self, id: Id) -> &mut PyValue<'a> {
        &mut self.0[id.0 as usize]
    }

    /// All values in the order of the file.
    pub(super) fn iter(&self) -> impl Iterator<Item = &PyValue<'a>> {
        self.0.iter()
    }

    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            PyValue::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn tuple(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            PyValue::Tuple(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn object(&self, id: Id) -> Option<&Object> {
        match self.get(id) {
            PyValue::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Module and name of a global.
    pub(super) fn global(&self, id: Id) -> Option<(&str, &str)> {
        match *self.get(id) {
            PyValue::Global { module, name } => Some((self.text(module)?, self.text(name)?)),
            _ => None,
        }
    }

    /// A global by its full name; what else can be called, in words.
    pub(super) fn callee_name(&self, id: Id) -> String {
        match self.get(id) {
            PyValue::Global { .. } => match self.global(id) {
                Some((module, name)) => format!("{}.{}", shorten(module), shorten(name)),
                None => "a global without a name".to_owned(),
            },
            PyValue::Extension(code) => format!("extension {code} of copyreg"),
            PyValue::Object(object) => match self.global(object.callee) {
                Some((module, name)) => {
                    format!("what {}.{} returns", shorten(module), shorten(name))
                }
                None => "what a call returns".to_owned(),
            },
            other => other.kind().to_owned(),
        }
    }
}

impl PyValue<'_> {
    /// What it is, in Python's words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a bool",
            Self::Int(_) | Self::BigInt => "an int",
            Self::Float(_) => "a float",
            Self::Text(_) => "a str",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Set(_) => "a set",
            Self::Dict(_) => "a dict",
            Self::Global { .. } | Self::Extension(_) => "a global",
            Self::Persistent => "a persistent object",
            Self::Object(_) => "an object",
            Self::Stored(_) => "an array",
        }
    }
}
