//! What is written before a page.
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

use parquet::basic::Encoding;

use super::thrift::{Result, STRUCT, Thrift, Wrong};

/// A page's description, its lengths not yet held against anything.
#[derive(Debug)]
pub(super) struct PageHeader {
    pub(super) packed_bytes: usize,
    pub(super) unpacked_bytes: usize,
    pub(super) n_values: u32,
    pub(super) encoding: Encoding,
    pub(super) kind: PageKind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    Dictionary {
        is_sorted: bool,
    },
    /// Data whose levels are packed as well.
    V1 {
        definition_levels: Encoding,
        repetition_levels: Encoding,
    },
    /// Data after levels that are not packed.
    V2 {
        n_nulls: u32,
        n_rows: u32,
        definition_bytes: u32,
        repetition_bytes: u32,
        is_packed: bool,
    },
}

// The fields of the page header, and the kinds of pages.
const KIND: usize = 1;
const UNPACKED_BYTES: usize = 2;
const PACKED_BYTES: usize = 3;
const V1_HEADER: i16 = 5;
const DICTIONARY_HEADER: i16 = 7;
const V2_HEADER: i16 = 8;
const V1: i64 = 0;
const DICTIONARY: i64 = 2;
const V2: i64 = 3;

/// The fields of a header of one kind, by their number.
type Fields = [Option<i64>; 8];

impl PageHeader {
    /// Reads the header at the beginning of some bytes, and gives its length as well.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, usize)> {
        let mut thrift = Thrift { left: bytes };
        let mut common: [Option<i64>; 4] = [None; 4];
        let mut headers: [(i16, Option<Fields>); 3] =
            [V1_HEADER, DICTIONARY_HEADER, V2_HEADER].map(|id| (id, None));
        let mut last = 0;
        while let Some((id, code)) = thrift.field(&mut last)? {
            let header = headers.iter_mut().find(|(known, _)| *known == id);
            let number = usize::try_from(id).ok().and_then(|id| common.get_mut(id));
            match (header, number) {
                (Some((_, header)), _) if code == STRUCT => *header = Some(thrift.ints()?),
                (None, Some(number)) if (4..=6).contains(&code) => *number = Some(thrift.int()?),
                (None, _) => thrift.value(&[], id, code)?,
                _ => return Err(Wrong::Invalid),
            }
        }
        let length = bytes.len() - thrift.left.len();
        let [(_, v1), (_, dictionary), (_, v2)] = headers;
        let (fields, encoding, kind) = match common[KIND] {
            Some(V1) => {
                let fields = v1.ok_or(Wrong::Invalid)?;
                let kind = PageKind::V1 {
                    definition_levels: encoding(fields[3])?,
                    repetition_levels: encoding(fields[4])?,
                };
                (fields, fields[2], kind)
            }
            Some(DICTIONARY) => {
                let fields = dictionary.ok_or(Wrong::Invalid)?;
                (fields, fields[2], PageKind::Dictionary { is_sorted: fields[3] == Some(1) })
            }
            Some(V2) => {
                let fields = v2.ok_or(Wrong::Invalid)?;
                let kind = PageKind::V2 {
                    n_nulls: number(fields[2])?,
                    n_rows: number(fields[3])?,
                    definition_bytes: number(fields[5])?,
                    repetition_bytes: number(fields[6])?,
                    is_packed: fields[7] != Some(0),
                };
                (fields, fields[4], kind)
            }
            // Index pages, which nobody writes among others.
            _ => return Err(Wrong::Invalid),
        };
        let header = Self {
            packed_bytes: number(common[PACKED_BYTES])? as usize,
            unpacked_bytes: number(common[UNPACKED_BYTES])? as usize,
            n_values: number(fields[1])?,
            encoding: self::encoding(encoding)?,
            kind,
        };
        Ok((header, length))
    }
}

/// A number that the format has as a signed one of 32 bits, and that cannot be negative.
fn number(int: Option<i64>) -> Result<u32> {
    int.and_then(|int| i32::try_from(int).ok())
        .and_then(|int| u32::try_from(int).ok())
        .ok_or(Wrong::Invalid)
}

fn encoding(int: Option<i64>) -> Result<Encoding> {
    Encoding::VARIANTS
        .iter()
        .copied()
        .find(|&encoding| Some(i64::from(encoding as i32)) == int)
        .ok_or(Wrong::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_not_known_are_skipped() {
        // Thrift's compact protocol: the step to the next field's number in the upper half of a byte, its type in the lower
        // one; whole numbers zigzag.
        let known = [
            &[0x15, 0x00, 0x15, 0x10, 0x15, 0x08][..], // a page of data, 8 bytes unpacked, 4 packed
            &[0x2c, 0x15, 0x02, 0x15, 0x00, 0x15, 0x06, 0x15, 0x06, 0x00], // 1 value, plain; levels RLE
        ];
        let read = |bytes: &[u8]| {
            let (header, length) = PageHeader::read(bytes).unwrap();
            assert_eq!(length, bytes.len());
            (header.unpacked_bytes, header.packed_bytes, header.n_values, header.kind)
        };
        let levels = Encoding::RLE;
        let kind = PageKind::V1 { definition_levels: levels, repetition_levels: levels };
        let plain = read(&[known[0], known[1], &[0x00]].concat());
        assert_eq!(plain, (8, 4, 1, kind));
        // A checksum (4), and a text (9) that some later version may write.
        let checked = [&[0x15, 0x54, 0x1c][..], &known[1][1..]].concat();
        let later = [known[0], &checked, &[0x48, 2, b'x', b'y', 0x00]].concat();
        assert_eq!(read(&later), plain);
    }
}
