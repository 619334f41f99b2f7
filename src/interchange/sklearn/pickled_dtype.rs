//! NumPy's data types, out of the calls that would make them.

use super::dtype::{DType, MAX_FIELD_NAME, MAX_FIELDS, RecordField, Scalar};
use super::values::{Id, PyValue, PyValues};
use crate::{Error, Result};

/// The type that the pickle of a `numpy.dtype` says. Its state is a version, the order of bytes, a subarray, names of
/// fields, the fields, the size, the alignment and flags.
pub(super) fn read(values: &PyValues, id: Id) -> Result<DType> {
    let (text, state) = parts(values, id)?;
    if !text.starts_with('V') {
        return scalar(values, text, state).map(DType::Scalar);
    }
    let damaged = || Error::model("an array has records that are none");
    let [_, _, subarray, _, fields, size, ..] = *state else { return Err(damaged()) };
    let (PyValue::None, PyValue::Dict(fields), PyValue::Int(size)) =
        (values.get(subarray), values.get(fields), values.get(size))
    else {
        return Err(damaged());
    };
    if fields.len() > MAX_FIELDS {
        return Err(damaged());
    }
    let fields = fields.iter().map(|&(name, value)| {
        let name = values.text(name).filter(|name| name.len() <= MAX_FIELD_NAME);
        let (Some(name), Some([dtype, offset, ..])) = (name, values.tuple(value)) else {
            return Err(damaged());
        };
        let &PyValue::Int(offset) = values.get(*offset) else { return Err(damaged()) };
        let (text, state) = parts(values, *dtype)?;
        let scalar = scalar(values, text, state)?;
        let offset = usize::try_from(offset).map_err(|_| damaged())?;
        Ok(RecordField { name: name.to_owned(), offset, scalar })
    });
    let fields = fields.collect::<Result<_>>()?;
    DType::record(usize::try_from(*size).map_err(|_| damaged())?, fields)
}

/// The type as a text, and the state.
fn parts<'v>(values: &'v PyValues, id: Id) -> Result<(&'v str, &'v [Id])> {
    let unknown = || Error::model("the type of an array is not known");
    let object = values.object(id).ok_or_else(unknown)?;
    if values.global(object.callee) != Some(("numpy", "dtype")) {
        let name = values.callee_name(object.callee);
        return Err(Error::model(format!("the type of an array is {name}, not numpy.dtype")));
    }
    let text = values.tuple(object.arguments).and_then(|arguments| arguments.first());
    let text = text.and_then(|&text| values.text(text)).ok_or_else(unknown)?;
    let state = object.state.and_then(|state| values.tuple(state)).unwrap_or(&[]);
    Ok((text, state))
}

fn scalar(values: &PyValues, text: &str, state: &[Id]) -> Result<Scalar> {
    let order = state.get(1).and_then(|&order| values.text(order));
    Scalar::parse(text, order == Some(">"))
}
