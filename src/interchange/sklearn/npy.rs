//! `.npy` files (NumPy's `numpy.lib.format`): a description in Python's syntax, then the bytes.

use std::borrow::Cow;

use super::dtype::{DType, RecordField, Scalar};
use super::stored::{Stored, n_bytes};
use crate::{Error, Result};

const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads a file.
pub(super) fn read(bytes: Vec<u8>) -> Result<Stored<'static>> {
    let (header, start) = header(&bytes).ok_or_else(|| damaged("no header"))?;
    let (dtype, is_fortran, shape) = describe(header).ok_or_else(|| damaged(header))??;
    let found = bytes.len() - start;
    let expected = n_bytes(&dtype, &shape)?;
    if dtype.is_object() || found != expected {
        return Err(damaged(&format!("{found} bytes, not {expected}")));
    }
    let mut bytes = bytes;
    bytes.drain(..start);
    Ok(Stored { dtype, shape, is_fortran, bytes: Cow::Owned(bytes) })
}

fn damaged(what: &str) -> Error {
    let what = crate::message::shorten(what);
    Error::model(format!("an array of the archive is damaged: {what}"))
}

/// The description, and where the bytes begin.
fn header(bytes: &[u8]) -> Option<(&str, usize)> {
    let (version, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<2>()?;
    let (n, before) = match version[0] {
        1 => (usize::from(u16::from_le_bytes(*rest.first_chunk()?)), 10),
        2 | 3 => (u32::from_le_bytes(*rest.first_chunk()?) as usize, 12),
        _ => return None,
    };
    let start = before + n;
    Some((std::str::from_utf8(bytes.get(before..start)?).ok()?, start))
}

/// `{'descr': …, 'fortran_order': False, 'shape': (3,), }`, always in this order.
fn describe(header: &str) -> Option<Result<(DType, bool, Vec<usize>)>> {
    let rest = header.trim_start().strip_prefix("{'descr': ")?;
    let (descr, rest) = rest.split_once(", 'fortran_order': ")?;
    let (is_fortran, rest) = rest.split_once(", 'shape': (")?;
    let is_fortran = match is_fortran {
        "True" => true,
        "False" => false,
        _ => return None,
    };
    let (shape, _) = rest.split_once(')')?;
    let lengths = shape.split(',').map(str::trim).filter(|length| !length.is_empty());
    let shape = lengths.map(|length| length.parse().ok()).collect::<Option<Vec<usize>>>()?;
    let dtype = match descr.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
        Some(list) => record(list)?,
        None => scalar(quoted(descr)?).map(DType::Scalar),
    };
    Some(dtype.map(|dtype| (dtype, is_fortran, shape)))
}

fn quoted(text: &str) -> Option<&str> {
    text.trim().strip_prefix('\'')?.strip_suffix('\'')
}

/// A type with the order of its bytes before it, such as `<f8`.
fn scalar(text: &str) -> Result<Scalar> {
    let without_order = text.trim_start_matches(['<', '>', '|', '=']);
    Scalar::parse(without_order, text.starts_with('>'))
}

/// `('left_child', '<i8'), …, ('', '|V7')`: fields one behind the other, gaps without a name.
fn record(list: &str) -> Option<Result<DType>> {
    let mut offset = 0_usize;
    let mut fields = Vec::new();
    for part in list.split('(').skip(1) {
        let (part, _) = part.split_once(')')?;
        let (name, text) = part.split_once(',')?;
        let (name, text) = (quoted(name)?, quoted(text)?);
        let size = match text.strip_prefix("|V") {
            Some(size) if name.is_empty() => size.parse().ok()?,
            _ => {
                let scalar = match scalar(text) {
                    Ok(scalar) => scalar,
                    Err(error) => return Some(Err(error)),
                };
                fields.push(RecordField { name: name.to_owned(), offset, scalar });
                scalar.size
            }
        };
        offset = offset.checked_add(size)?;
    }
    Some(DType::record(offset, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, bytes: &[u8]) -> Vec<u8> {
        let length = (header.len() as u16).to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), bytes].concat()
    }

    #[test]
    fn a_file_is_an_array() {
        let header = "{'descr': '>i2', 'fortran_order': True, 'shape': (1, 2), }   \n";
        let array = read(file(header, b"\0\x01\0\x02")).unwrap();
        assert_eq!((array.shape, array.is_fortran), (vec![1, 2], true));
        assert_eq!(&*array.bytes, b"\0\x01\0\x02");
        for header in ["{'descr': '<f8', 'fortran_order': False, 'shape': (), }", "", "{}"] {
            assert!(read(file(header, b"1234567")).is_err(), "{header}");
        }
        assert!(read(MAGIC.to_vec()).is_err());
    }

    #[test]
    fn records_have_gaps() {
        let DType::Record { size, fields } =
            record("('a', '<i8'), ('b', '|u1'), ('', '|V7')").unwrap().unwrap()
        else {
            panic!("a record")
        };
        assert_eq!((size, fields.len(), fields[1].offset), (16, 2, 8));
    }
}
