//! Thrift's compact protocol, in which Parquet describes a file and its pages.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// Why something cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The bytes end in the middle of it.
    CutOff,
    /// It cannot be.
    Invalid,
}

pub(super) type Result<T> = std::result::Result<T, Wrong>;

/// What a field is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Type {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List(&'static Type),
    Struct(Fields),
}

/// The fields of a struct that are known: their numbers and types.
pub(super) type Fields = &'static [(i16, Type)];

/// How types are written.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const LIST: u8 = 9;
const SET: u8 = 10;
pub(super) const STRUCT: u8 = 12;

/// Structs within structs are read so deep.
const DEPTH: u8 = 16;

/// The minimum number of bytes of a struct in a list, which bounds what a reader makes of them.
const ELEMENT_BYTES: usize = 3;

/// The maximum number of bytes of a varint of 64 bits.
const VARINT_BYTES: u32 = 10;

impl Type {
    pub(super) fn is(self, code: u8) -> bool {
        match self {
            Self::Bool => matches!(code, TRUE | FALSE),
            Self::I8 => code == 3,
            Self::I16 => code == 4,
            Self::I32 => code == 5,
            Self::I64 => code == 6,
            Self::Double => code == 7,
            Self::Binary => code == 8,
            Self::List(_) => code == LIST,
            Self::Struct(_) => code == STRUCT,
        }
    }
}

/// Reads from the beginning of some bytes.
pub(super) struct Thrift<'a> {
    pub(super) left: &'a [u8],
}

impl<'a> Thrift<'a> {
    fn byte(&mut self) -> Result<u8> {
        Ok(self.bytes(1)?[0])
    }

    fn bytes(&mut self, n_bytes: u64) -> Result<&'a [u8]> {
        let n_bytes = usize::try_from(n_bytes).map_err(|_| Wrong::CutOff)?;
        let (bytes, left) = self.left.split_at_checked(n_bytes).ok_or(Wrong::CutOff)?;
        self.left = left;
        Ok(bytes)
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0;
        for i in 0..VARINT_BYTES {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Wrong::Invalid)
    }

    pub(super) fn int(&mut self) -> Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub(super) fn binary(&mut self) -> Result<&'a [u8]> {
        let n_bytes = self.varint()?;
        self.bytes(n_bytes)
    }

    /// The next field of a struct, its number and how its type is written; `None` at the end. `last`
    /// is the number of the field before.
    pub(super) fn field(&mut self, last: &mut i16) -> Result<Option<(i16, u8)>> {
        let byte = self.byte()?;
        let code = byte & 0xf;
        if code == 0 {
            return Ok(None);
        }
        *last = match byte >> 4 {
            0 => self.int()? as i16,
            delta => last.checked_add(i16::from(delta)).ok_or(Wrong::Invalid)?,
        };
        Ok(Some((*last, code)))
    }

    /// The beginning of a list: how the type of its elements is written, and how many there are.
    pub(super) fn list(&mut self) -> Result<(u8, usize)> {
        let byte = self.byte()?;
        let n_elements = match byte >> 4 {
            15 => self.varint()?,
            n_elements => u64::from(n_elements),
        };
        match usize::try_from(n_elements) {
            Ok(n_elements) if n_elements <= self.left.len() => Ok((byte & 0xf, n_elements)),
            _ => Err(Wrong::CutOff),
        }
    }

    /// Reads over the value of a field, which is of the type that its number has among `fields`.
    pub(super) fn value(&mut self, fields: Fields, id: i16, code: u8) -> Result<()> {
        match fields.iter().find(|(known, _)| *known == id) {
            // A boolean is in how its type is written.
            Some((_, Type::Bool)) if Type::Bool.is(code) => Ok(()),
            Some(&(_, known)) => self.typed(known, code),
            None => self.skip(code, DEPTH),
        }
    }

    fn typed(&mut self, known: Type, code: u8) -> Result<()> {
        if !known.is(code) {
            return Err(Wrong::Invalid);
        }
        match known {
            Type::Bool | Type::I8 => _ = self.byte()?,
            Type::I16 | Type::I32 | Type::I64 => _ = self.int()?,
            Type::Double => _ = self.bytes(8)?,
            Type::Binary => _ = self.binary()?,
            Type::List(element) => {
                let (code, n_elements) = self.list()?;
                let before = self.left.len();
                for _ in 0..n_elements {
                    self.typed(*element, code)?;
                }
                let is_struct = matches!(element, Type::Struct(_));
                if is_struct && (before - self.left.len()) / ELEMENT_BYTES < n_elements {
                    return Err(Wrong::Invalid);
                }
            }
            Type::Struct(fields) => {
                let mut last = 0;
                while let Some((id, code)) = self.field(&mut last)? {
                    self.value(fields, id, code)?;
                }
            }
        }
        Ok(())
    }

    /// Reads over a value whose meaning is not known. Maps, which Parquet has none of, and lists of
    /// booleans, which readers disagree about, are not read.
    fn skip(&mut self, code: u8, depth: u8) -> Result<()> {
        if depth == 0 {
            return Err(Wrong::Invalid);
        }
        match code {
            TRUE | FALSE => {}
            3 => _ = self.byte()?,
            4..=6 => _ = self.int()?,
            7 => _ = self.bytes(8)?,
            8 => _ = self.binary()?,
            LIST | SET => {
                let (code, n_elements) = self.list()?;
                if n_elements > 0 && matches!(code, TRUE | FALSE) {
                    return Err(Wrong::Invalid);
                }
                for _ in 0..n_elements {
                    self.skip(code, depth - 1)?;
                }
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, code)) = self.field(&mut last)? {
                    self.skip(code, depth - 1)?;
                }
            }
            13 => _ = self.bytes(16)?,
            _ => return Err(Wrong::Invalid),
        }
        Ok(())
    }

    /// Reads a struct and gives its fields below `N` that are integers or booleans, by their number.
    pub(super) fn ints<const N: usize>(&mut self) -> Result<[Option<i64>; N]> {
        let mut ints = [None; N];
        let mut last = 0;
        while let Some((id, code)) = self.field(&mut last)? {
            let int = match code {
                TRUE => Some(1),
                FALSE => Some(0),
                4..=6 => Some(self.int()?),
                _ => {
                    self.skip(code, DEPTH)?;
                    None
                }
            };
            if let Some(place) = usize::try_from(id).ok().and_then(|id| ints.get_mut(id)) {
                *place = int;
            }
        }
        Ok(ints)
    }
}
