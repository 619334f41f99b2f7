//! Values as Python writes them: labels of classes, and settings.

use std::borrow::Cow;
use std::collections::HashSet;

use super::dtype::{ElementKind, Scalar};
use super::numpy::{self, Array, Elements};
use super::values::{Id, PyValue, PyValues};
use crate::message::shorten;
use crate::{Error, Result};

/// The most bytes of a setting, which is cut after them.
const MAX_SETTING: usize = 1000;

/// How deep values in values are shown.
const MAX_DEPTH: usize = 4;

/// A floating-point number as Python's `str` writes it: the fewest digits that read back as the same, with an exponent
/// from 1e16 on and below 0.0001. `scientific` is Rust's `{:e}` of it.
fn float(scientific: &str) -> String {
    let (mantissa, exponent) = match scientific.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap_or(0)),
        // NaN, inf.
        None => return scientific.to_lowercase(),
    };
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let digits = digits.replace('.', "");
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits}{}.0", "0".repeat(whole - digits.len()));
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

fn float64(value: f64) -> String {
    float(&format!("{value:e}"))
}

fn boolean(value: bool) -> String {
    if value { "True".to_owned() } else { "False".to_owned() }
}

/// An element of NumPy's as `str` writes it; `None` for bytes and objects.
fn scalar(scalar: Scalar, bytes: &[u8]) -> Option<String> {
    match (scalar.kind, scalar.size) {
        (ElementKind::Bool, _) => scalar.int(bytes).map(|value| boolean(value != 0)),
        (ElementKind::Int | ElementKind::UInt, _) => {
            scalar.int(bytes).map(|value| value.to_string())
        }
        // The fewest digits that tell it among numbers of its own size.
        (ElementKind::Float, 4) => {
            scalar.float(bytes).map(|value| float(&format!("{:e}", value as f32)))
        }
        (ElementKind::Float, _) => scalar.float(bytes).map(float64),
        (ElementKind::Text, _) => scalar.text(bytes),
        (ElementKind::Bytes | ElementKind::Object, _) => None,
    }
}

/// The elements of an array of one dimension as `str` writes them, which is how a CSV file has them. `what` completes
/// "of these".
pub(super) fn elements<'v>(
    values: &'v PyValues,
    array: &Array<'v>,
    what: &str,
) -> Result<Vec<Cow<'v, str>>> {
    if array.shape.len() != 1 {
        let shape = &array.shape;
        return Err(Error::model(format!("the array of {what} has the shape {shape:?}")));
    }
    let unreadable =
        || Error::model(format!("one of the {what} is no number, truth value or text"));
    let texts: Option<Vec<Cow<'v, str>>> = match &array.elements {
        Elements::Objects(objects) => objects.iter().map(|&id| plain(values, id)).collect(),
        Elements::Bytes(_) => array.scalars().and_then(|(dtype, bytes)| {
            let text = |bytes| scalar(dtype, bytes).map(Cow::Owned);
            bytes.chunks_exact(dtype.size).map(text).collect()
        }),
    };
    texts.ok_or_else(unreadable)
}

/// A number, truth value or text, as `str` writes it.
fn plain<'v>(values: &'v PyValues, id: Id) -> Option<Cow<'v, str>> {
    let text = match values.get(id) {
        PyValue::Text(text) => return Some(Cow::Borrowed(text)),
        PyValue::Bool(value) => boolean(*value),
        PyValue::Int(value) => value.to_string(),
        PyValue::Float(value) => float64(*value),
        _ => {
            let (dtype, bytes) = numpy::scalar(values, id)?;
            scalar(dtype, &bytes)?
        }
    };
    Some(Cow::Owned(text))
}

/// A setting as Python writes it; `None` for objects.
pub(super) fn setting(values: &PyValues, id: Id) -> Option<String> {
    let mut text = String::new();
    if let Some(array) = small_array(values, id) {
        text = array;
    } else if let PyValue::Text(plain) = values.get(id) {
        text.push_str(&plain[..plain.floor_char_boundary(MAX_SETTING + 1)]);
    } else if !write(values, id, MAX_DEPTH, &mut text) {
        return None;
    }
    if text.len() > MAX_SETTING {
        let end = text.floor_char_boundary(MAX_SETTING);
        text.truncate(end);
        text.push('…');
    }
    Some(text)
}

/// Writes a value; no more after enough of it.
fn write(values: &PyValues, id: Id, depth: usize, text: &mut String) -> bool {
    if text.len() > MAX_SETTING {
        return true;
    }
    if depth == 0 {
        return false;
    }
    let mut list = |items: &mut dyn Iterator<Item = Id>, open: char, close: char| {
        text.push(open);
        for (number, item) in items.enumerate() {
            // What comes after is cut off.
            if text.len() > MAX_SETTING {
                return true;
            }
            text.push_str(if number > 0 { ", " } else { "" });
            if !write(values, item, depth - 1, text) {
                return false;
            }
        }
        text.push(close);
        true
    };
    match values.get(id) {
        PyValue::None => text.push_str("None"),
        PyValue::List(items) => return list(&mut items.iter().copied(), '[', ']'),
        PyValue::Tuple(items) => return list(&mut items.iter().copied(), '(', ')'),
        PyValue::Text(plain) => {
            let end = plain.floor_char_boundary(MAX_SETTING);
            text.push_str(&format!("'{}'", &plain[..end]));
        }
        PyValue::Dict(entries) => {
            text.push('{');
            for (number, &(key, value)) in entries.iter().enumerate() {
                if text.len() > MAX_SETTING {
                    return true;
                }
                text.push_str(if number > 0 { ", " } else { "" });
                if !write(values, key, depth - 1, text) {
                    return false;
                }
                text.push_str(": ");
                if !write(values, value, depth - 1, text) {
                    return false;
                }
            }
            text.push('}');
        }
        _ => match plain(values, id) {
            Some(plain) => text.push_str(&plain),
            None => return false,
        },
    }
    true
}

/// An array of one dimension that is short enough to be shown.
fn small_array(values: &PyValues, id: Id) -> Option<String> {
    let array = numpy::array(values, id).ok()?;
    if array.shape.iter().product::<usize>() > MAX_SETTING {
        return None;
    }
    let texts = elements(values, &array, "elements").ok()?;
    Some(format!("[{}]", texts.join(", ")))
}

/// Refuses texts of which two are equal.
pub(super) fn different<'v>(texts: Vec<Cow<'v, str>>, what: &str) -> Result<Vec<Cow<'v, str>>> {
    let mut seen = HashSet::with_capacity(texts.len());
    for text in &texts {
        if !seen.insert(&**text) {
            return Err(Error::model(format!("two {what} '{}'", shorten(text))));
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_does() {
        // str() of CPython 3.11.
        for (value, expected) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (123_456_789.125, "123456789.125"),
            (0.0001, "0.0001"),
            (0.00012, "0.00012"),
            (1.5e-5, "1.5e-05"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(float64(value), expected);
        }
        let single = Scalar::parse("f4", false).unwrap();
        assert_eq!(scalar(single, &0.1_f32.to_le_bytes()).as_deref(), Some("0.1"));
        assert_eq!(scalar(single, &16_777_216_f32.to_le_bytes()).as_deref(), Some("16777216.0"));
    }
}
