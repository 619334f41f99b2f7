//! NumPy's data types: numbers, texts, and records of them.

use crate::message::shorten;
use crate::{Error, Result};

/// The records of scikit-learn have eight fields with short names. More would make descriptions that are larger than
/// what they describe.
pub(super) const MAX_FIELDS: usize = 16;
pub(super) const MAX_FIELD_NAME: usize = 32;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementKind {
    Bool,
    Int,
    UInt,
    Float,
    /// UTF-32, filled up with zeros.
    Text,
    /// Any bytes, filled up with zeros.
    Bytes,
    /// A Python object.
    Object,
}

/// An element that is not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) kind: ElementKind,
    /// In bytes, above 0.
    pub(super) size: usize,
    pub(super) big_endian: bool,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordField {
    pub(super) name: String,
    pub(super) offset: usize,
    pub(super) scalar: Scalar,
}

/// What the elements of an array are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DType {
    Scalar(Scalar),
    /// Records, by their size in bytes.
    Record {
        size: usize,
        fields: Vec<RecordField>,
    },
}

impl Scalar {
    /// A type as `f8` or `U3`, without the order of its bytes.
    pub(super) fn parse(text: &str, big_endian: bool) -> Result<Self> {
        let unknown = || Error::model(format!("arrays of type '{}' are not known", shorten(text)));
        let mut letters = text.chars();
        let letter = letters.next().ok_or_else(unknown)?;
        let size = letters.as_str();
        let size: usize = if size.is_empty() && letter == 'O' {
            8
        } else {
            size.parse().map_err(|_| unknown())?
        };
        let (kind, size, is_known) = match letter {
            'b' => (ElementKind::Bool, size, size == 1),
            'i' => (ElementKind::Int, size, matches!(size, 1 | 2 | 4 | 8)),
            'u' => (ElementKind::UInt, size, matches!(size, 1 | 2 | 4 | 8)),
            'f' => (ElementKind::Float, size, matches!(size, 4 | 8)),
            'U' => (ElementKind::Text, size.saturating_mul(4), size > 0),
            'S' => (ElementKind::Bytes, size, size > 0),
            'O' => (ElementKind::Object, size, size > 0),
            _ => return Err(unknown()),
        };
        if !is_known {
            return Err(unknown());
        }
        Ok(Self { kind, size, big_endian })
    }

    /// The number in bytes of this type; `None` if it is not an integer or a bool.
    pub(super) fn int(self, bytes: &[u8]) -> Option<i128> {
        let mut word = [0; 8];
        let n = bytes.len();
        word.get_mut(..n)?.copy_from_slice(bytes);
        if self.big_endian {
            word[..n].reverse();
        }
        let value = u64::from_le_bytes(word);
        let spare = 64 - 8 * n as u32;
        match self.kind {
            ElementKind::Bool => Some((value != 0).into()),
            ElementKind::UInt => Some(value.into()),
            ElementKind::Int => Some((((value << spare) as i64) >> spare).into()),
            ElementKind::Float | ElementKind::Text | ElementKind::Bytes | ElementKind::Object => {
                None
            }
        }
    }

    /// Likewise, of a floating-point number.
    pub(super) fn float(self, bytes: &[u8]) -> Option<f64> {
        match (self.kind, bytes.try_into(), bytes.try_into()) {
            (ElementKind::Float, Ok(bytes), _) if self.big_endian => {
                Some(f64::from_be_bytes(bytes))
            }
            (ElementKind::Float, Ok(bytes), _) => Some(f64::from_le_bytes(bytes)),
            (ElementKind::Float, _, Ok(bytes)) if self.big_endian => {
                Some(f32::from_be_bytes(bytes).into())
            }
            (ElementKind::Float, _, Ok(bytes)) => Some(f32::from_le_bytes(bytes).into()),
            _ => None,
        }
    }

    /// The text, without the zeros at its end.
    pub(super) fn text(self, bytes: &[u8]) -> Option<String> {
        if self.kind != ElementKind::Text {
            return None;
        }
        let (words, []) = bytes.as_chunks::<4>() else { return None };
        let code = |word: &[u8; 4]| {
            if self.big_endian { u32::from_be_bytes(*word) } else { u32::from_le_bytes(*word) }
        };
        let n = words.iter().rposition(|word| code(word) != 0).map_or(0, |last| last + 1);
        words[..n].iter().map(|word| char::from_u32(code(word))).collect()
    }
}

impl DType {
    /// The bytes of an element.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Scalar(scalar) => scalar.size,
            Self::Record { size, .. } => *size,
        }
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Self::Scalar(Scalar { kind: ElementKind::Object, .. }))
    }

    /// Records of fields that lie in them.
    pub(super) fn record(size: usize, fields: Vec<RecordField>) -> Result<Self> {
        let fits = |field: &RecordField| {
            field.offset.checked_add(field.scalar.size).is_some_and(|end| end <= size)
                && field.name.len() <= MAX_FIELD_NAME
                && field.scalar.kind != ElementKind::Object
        };
        if size == 0 || fields.len() > MAX_FIELDS || !fields.iter().all(fits) {
            return Err(Error::model("an array has records that are none"));
        }
        Ok(Self::Record { size, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_either_order_and_any_size_are_read() {
        let scalar = |text, big_endian| Scalar::parse(text, big_endian).unwrap();
        assert_eq!(scalar("i2", false).int(b"\xfe\xff"), Some(-2));
        assert_eq!(scalar("i2", true).int(b"\xff\xfe"), Some(-2));
        assert_eq!(scalar("u8", false).int(&[0xff; 8]), Some(u64::MAX.into()));
        assert_eq!(scalar("b1", false).int(b"\x01"), Some(1));
        assert_eq!(scalar("f4", true).float(&1.5_f32.to_be_bytes()), Some(1.5));
        assert_eq!(scalar("f8", false).float(&(-0.1_f64).to_le_bytes()), Some(-0.1));
        assert_eq!(scalar("f8", false).int(&[0; 8]), None);
    }

    #[test]
    fn texts_end_before_their_zeros() {
        let scalar = Scalar::parse("U3", true).unwrap();
        assert_eq!(scalar.text(b"\0\0\0a\0\x01\xf6\x00\0\0\0\0").as_deref(), Some("a😀"));
        assert_eq!(scalar.text(b"\0\0\xd8\0"), None);
    }

    #[test]
    fn types_that_are_not_known_are_refused() {
        for text in ["", "f16", "f2", "c16", "M8", "U0", "S0", "i3", "V8", "U99999999999999999999"]
        {
            assert!(Scalar::parse(text, false).is_err(), "{text}");
        }
    }
}
