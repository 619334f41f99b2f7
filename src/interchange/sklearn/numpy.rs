//! Arrays and scalars of NumPy, out of the calls that would make them.

use std::borrow::Cow;

use super::dtype::{DType, ElementKind, Scalar};
use super::pickled_dtype;
use super::stored::{n_bytes, n_elements};
use super::values::{Id, Object, PyValue, PyValues};
use crate::{Error, Result};

/// An array.
pub(super) struct Array<'v> {
    pub(super) dtype: Cow<'v, DType>,
    pub(super) shape: Cow<'v, [usize]>,
    pub(super) is_fortran: bool,
    pub(super) elements: Elements<'v>,
}

/// The elements of an array, in its order.
pub(super) enum Elements<'v> {
    /// As bytes.
    Bytes(Cow<'v, [u8]>),
    /// As values.
    Objects(&'v [Id]),
}

/// Arrays have at most 64 dimensions, and those of scikit-learn three.
const MAX_DIMENSIONS: usize = 64;

/// The lengths of an array along its dimensions.
pub(super) fn read_shape(values: &PyValues, id: Id) -> Result<Vec<usize>> {
    let unreadable = || Error::model("the shape of an array is not a tuple of lengths");
    let lengths = values.tuple(id).filter(|lengths| lengths.len() <= MAX_DIMENSIONS);
    let length = |&id: &Id| int(values, id).and_then(|length| usize::try_from(length).ok());
    let lengths = lengths.and_then(|lengths| lengths.iter().map(length).collect());
    lengths.ok_or_else(unreadable)
}

/// An integer, of Python or of NumPy.
pub(super) fn int(values: &PyValues, id: Id) -> Option<i128> {
    match values.get(id) {
        PyValue::Int(value) => Some((*value).into()),
        _ => scalar(values, id).and_then(|(scalar, bytes)| scalar.int(&bytes)),
    }
}

/// A scalar of NumPy: its type and its bytes.
pub(super) fn scalar<'v>(values: &'v PyValues, id: Id) -> Option<(Scalar, Cow<'v, [u8]>)> {
    if let PyValue::Stored(stored) = values.get(id) {
        let DType::Scalar(scalar) = stored.dtype else { return None };
        return stored.shape.is_empty().then_some((scalar, Cow::Borrowed(&*stored.bytes)));
    }
    let object = values.object(id)?;
    if !is_numpy(values, object, "multiarray", "scalar") {
        return None;
    }
    let [dtype, data] = *values.tuple(object.arguments)? else { return None };
    let DType::Scalar(scalar) = pickled_dtype::read(values, dtype).ok()? else { return None };
    let text = values.object(data).and_then(|object| encoded(values, object));
    if text.is_some_and(|text| text.len() > 2 * scalar.size) {
        return None;
    }
    let bytes = bytes(values, data)?;
    (bytes.len() == scalar.size).then_some((scalar, bytes))
}

/// An array.
pub(super) fn array<'v>(values: &'v PyValues, id: Id) -> Result<Array<'v>> {
    let no_array =
        || Error::model(format!("{} is where an array has to be", values.get(id).kind()));
    let array = match values.get(id) {
        PyValue::Stored(stored) => Array {
            dtype: Cow::Borrowed(&stored.dtype),
            shape: Cow::Borrowed(&stored.shape),
            is_fortran: stored.is_fortran,
            elements: Elements::Bytes(Cow::Borrowed(&stored.bytes)),
        },
        PyValue::Object(object) if is_numpy(values, object, "multiarray", "_reconstruct") => {
            reconstructed(values, object)?
        }
        PyValue::Object(object) if is_numpy(values, object, "numeric", "_frombuffer") => {
            from_buffer(values, object)?
        }
        PyValue::Object(object) => {
            let name = values.callee_name(object.callee);
            return Err(Error::model(format!("{name} is where an array has to be")));
        }
        _ => return Err(no_array()),
    };
    array.check()?;
    Ok(array)
}

/// Whether an object is a call of a function of NumPy, whose modules had other names before 2.0.
fn is_numpy(values: &PyValues, object: &Object, module: &str, name: &str) -> bool {
    values.global(object.callee).is_some_and(|(found_module, found_name)| {
        let inner = found_module.strip_prefix("numpy._core.");
        let inner = inner.or_else(|| found_module.strip_prefix("numpy.core."));
        inner == Some(module) && found_name == name
    })
}

/// `_reconstruct`, whose state is a version, the shape, the type, whether the order is Fortran's, and the elements.
fn reconstructed<'v>(values: &'v PyValues, object: &Object) -> Result<Array<'v>> {
    let damaged = || Error::model("the state of an array is damaged");
    let class = values.tuple(object.arguments).and_then(|arguments| arguments.first());
    if class.and_then(|&class| values.global(class)) != Some(("numpy", "ndarray")) {
        let name = class.map_or_else(String::new, |&class| values.callee_name(class));
        return Err(Error::model(format!("an array is of class {name}, not numpy.ndarray")));
    }
    let state = object.state.and_then(|state| values.tuple(state)).ok_or_else(damaged)?;
    let [_, shape, dtype, is_fortran, data] = *state else { return Err(damaged()) };
    let elements = match values.get(data) {
        PyValue::List(items) => Elements::Objects(items),
        _ => Elements::Bytes(bytes(values, data).ok_or_else(damaged)?),
    };
    let is_fortran = match values.get(is_fortran) {
        PyValue::Bool(is_fortran) => *is_fortran,
        PyValue::Int(is_fortran) => *is_fortran != 0,
        _ => return Err(damaged()),
    };
    let dtype = Cow::Owned(pickled_dtype::read(values, dtype)?);
    Ok(Array { dtype, shape: read_shape(values, shape)?.into(), is_fortran, elements })
}

/// `_frombuffer` of protocol 5: bytes, type, shape, order.
fn from_buffer<'v>(values: &'v PyValues, object: &Object) -> Result<Array<'v>> {
    let damaged = || Error::model("the buffer of an array is damaged");
    let arguments = values.tuple(object.arguments).ok_or_else(damaged)?;
    let [data, dtype, shape, order, ..] = *arguments else { return Err(damaged()) };
    let is_fortran = match values.text(order) {
        Some("C") => false,
        Some("F") => true,
        _ => return Err(Error::model("the axes of an array are in an order of their own")),
    };
    let elements = Elements::Bytes(bytes(values, data).ok_or_else(damaged)?);
    let dtype = Cow::Owned(pickled_dtype::read(values, dtype)?);
    Ok(Array { dtype, shape: read_shape(values, shape)?.into(), is_fortran, elements })
}

/// Bytes, which protocols 0 to 2 write as the encoding of a text.
fn bytes<'v>(values: &'v PyValues, id: Id) -> Option<Cow<'v, [u8]>> {
    let object = match values.get(id) {
        PyValue::Bytes(bytes) => return Some(Cow::Borrowed(bytes)),
        PyValue::Object(object) => object,
        _ => return None,
    };
    if let Some(text) = encoded(values, object) {
        let bytes = text.chars().map(|c| u8::try_from(c).ok());
        return bytes.collect::<Option<Vec<u8>>>().map(Cow::Owned);
    }
    let arguments = values.tuple(object.arguments)?;
    match (values.global(object.callee)?, arguments) {
        (("builtins" | "__builtin__", "bytes" | "bytearray"), []) => Some(Cow::Borrowed(&[])),
        (("builtins" | "__builtin__", "bytes" | "bytearray"), &[inner]) => {
            match values.get(inner) {
                PyValue::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The text whose encoding in Latin-1 bytes are.
fn encoded<'v>(values: &'v PyValues, object: &Object) -> Option<&'v str> {
    let [text, codec] = *values.tuple(object.arguments)? else { return None };
    let is_latin1 = values.global(object.callee)? == ("_codecs", "encode")
        && values.text(codec) == Some("latin1");
    is_latin1.then(|| values.text(text))?
}

impl Array<'_> {
    /// Refuses one that has not as many elements as its shape says.
    fn check(&self) -> Result<()> {
        let (found, expected) = match &self.elements {
            Elements::Bytes(_) if self.dtype.is_object() => {
                return Err(Error::model("an array of objects is made of bytes"));
            }
            Elements::Bytes(bytes) => (bytes.len(), n_bytes(&self.dtype, &self.shape)?),
            Elements::Objects(_) if !self.dtype.is_object() => {
                return Err(Error::model("an array of numbers or texts is made of objects"));
            }
            Elements::Objects(objects) => (objects.len(), n_elements(&self.shape)?),
        };
        if found != expected {
            return Err(Error::model(format!(
                "an array of shape {:?} has {found} bytes or objects, not {expected}",
                self.shape
            )));
        }
        Ok(())
    }

    /// The type and the bytes of elements that are no records and no objects.
    pub(super) fn scalars(&self) -> Option<(Scalar, &[u8])> {
        match (&*self.dtype, &self.elements) {
            (DType::Scalar(scalar), Elements::Bytes(bytes)) => Some((*scalar, bytes)),
            _ => None,
        }
    }

    /// Elements that are floating-point numbers.
    pub(super) fn floats(&self) -> Option<(Scalar, &[u8])> {
        self.scalars().filter(|(scalar, _)| scalar.kind == ElementKind::Float)
    }
}
