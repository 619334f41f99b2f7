//! What joblib puts into a pickle for an array: a `NumpyArrayWrapper` that describes it, then its bytes.

use super::input::PickleInput;
use super::numpy::read_shape;
use super::pickled_dtype;
use super::stored::{Stored, n_bytes};
use super::values::{Id, PyValue, PyValues};
use crate::{Error, Result};

/// Whether an object is such a description. scikit-learn before 0.21 came with a joblib of its own.
///
/// # Errors
/// It is one of joblib before 0.10, which kept arrays in files of their own.
pub(super) fn is_wrapper(values: &PyValues, id: Id) -> Result<bool> {
    let class = values.object(id).and_then(|object| values.global(object.callee));
    let Some((module, name)) = class else { return Ok(false) };
    if !module.trim_start_matches("sklearn.externals.").starts_with("joblib.numpy_pickle") {
        return Ok(false);
    }
    match name {
        "NumpyArrayWrapper" => Ok(true),
        "NDArrayWrapper" | "ZNDArrayWrapper" => Err(before_0_10()),
        _ => Ok(false),
    }
}

/// The refusal of a file of joblib before 0.10.
pub(super) fn before_0_10() -> Error {
    Error::model("it is a file of joblib before 0.10, with its arrays in files of their own")
        .with_help("load it with the joblib that wrote it, and dump it with a newer one")
}

/// The array that a description promises, out of the bytes that follow it; `None` for one of objects, which is a
/// pickle of its own.
pub(super) fn read_array<'a>(
    input: &mut PickleInput<'a>,
    values: &mut PyValues<'a>,
    wrapper: Id,
) -> Result<Option<Id>> {
    let damaged = || Error::model("joblib's description of an array is damaged");
    let state = values.object(wrapper).and_then(|object| object.state);
    let Some(PyValue::Dict(entries)) = state.map(|state| values.get(state)) else {
        return Err(damaged());
    };
    let entry = |name: &str| {
        let found = entries.iter().rev().take(16).find(|(key, _)| values.text(*key) == Some(name));
        found.map(|&(_, value)| value)
    };
    let dtype = pickled_dtype::read(values, entry("dtype").ok_or_else(damaged)?)?;
    let shape = read_shape(values, entry("shape").ok_or_else(damaged)?)?;
    let is_fortran = entry("order").and_then(|order| values.text(order)) == Some("F");
    // Since joblib 1.2: a byte says how many follow it before the array.
    let is_aligned = entry("numpy_array_alignment_bytes")
        .is_some_and(|bytes| !matches!(values.get(bytes), PyValue::None));
    if dtype.is_object() {
        return Ok(None);
    }
    if is_aligned {
        let padding = input.byte()?;
        input.take(padding.into())?;
    }
    let bytes = input.take(n_bytes(&dtype, &shape)? as u64)?.into();
    let stored = Stored { dtype, shape, is_fortran, bytes };
    values.push(PyValue::Stored(Box::new(stored))).map(Some)
}
