//! Lengths as the encoding `DELTA_BINARY_PACKED` has them, added up before the parquet crate makes room
//! for them and for the texts that they give.
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md>

/// Lengths that have been looked through.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) n_values: usize,
    pub(super) sum: u64,
    /// Where they end.
    pub(super) end: usize,
}

/// The lengths at the beginning of a page's values; `None` if they cannot be, or are more than `most`.
pub(super) fn lengths(bytes: &[u8], most: usize) -> Option<Lengths> {
    let mut input = Input { bytes, at: 0 };
    let block_size = usize::try_from(input.varint()?).ok()?;
    let n_minis = usize::try_from(input.varint()?).ok()?;
    let n_values = usize::try_from(input.varint()?).ok()?;
    let mut value = i32::try_from(input.int()?).ok()?;
    let mini_size = block_size.checked_div(n_minis)?;
    if !block_size.is_multiple_of(n_minis) || !mini_size.is_multiple_of(32) || n_values > most {
        return None;
    }
    let mut sum = if n_values > 0 { u64::try_from(value).ok()? } else { 0 };
    let mut left = n_values.saturating_sub(1);
    while left > 0 {
        let least = i32::try_from(input.int()?).ok()?;
        let widths = input.take(n_minis)?;
        for &width in widths {
            let n_read = left.min(mini_size);
            if n_read == 0 {
                break;
            }
            if width > 32 {
                return None;
            }
            let packed = input.take(mini_size.checked_mul(usize::from(width))?.div_ceil(8))?;
            for i in 0..n_read {
                let delta = unpack(packed, i, u32::from(width)) as i32;
                value = value.wrapping_add(least).wrapping_add(delta);
                sum = sum.checked_add(u64::try_from(value).ok()?)?;
            }
            left -= n_read;
        }
    }
    Some(Lengths { n_values, sum, end: input.at })
}

/// The value number `i` of values that have `width` bits each, from the lowest bit of the first byte.
fn unpack(packed: &[u8], i: usize, width: u32) -> u64 {
    let bit = i * width as usize;
    let mut bytes = [0; 8];
    let from = packed.len().min(bit / 8);
    let n_bytes = (packed.len() - from).min(8);
    bytes[..n_bytes].copy_from_slice(&packed[from..from + n_bytes]);
    (u64::from_le_bytes(bytes) >> (bit % 8)) & ((1 << width) - 1)
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, n_bytes: usize) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(self.at..self.at.checked_add(n_bytes)?)?;
        self.at += n_bytes;
        Some(bytes)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn int(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first example of the format's description: 1, 2, 3, 4, 5; its second: 7, 5, 3, 1, 2, 3, 4, 5.
    /// Blocks of 128 values in 4 mini blocks.
    #[test]
    fn the_examples_of_the_format_are_read() {
        let first = [0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0];
        assert_eq!(lengths(&first, 5), Some(Lengths { n_values: 5, sum: 15, end: 10 }));
        let deltas = [0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0];
        let second = [&[0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0][..], &deltas].concat();
        assert_eq!(lengths(&second, 8), Some(Lengths { n_values: 8, sum: 30, end: 18 }));
    }

    #[test]
    fn what_cannot_be_is_none() {
        // No mini blocks, more values than there may be, a negative length, an end in the middle.
        assert_eq!(lengths(&[0x80, 1, 0, 5, 2, 2], 5), None);
        assert_eq!(lengths(&[0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0], 4), None);
        assert_eq!(lengths(&[0x80, 1, 4, 1, 1], 5), None);
        assert_eq!(lengths(&[0x80, 1, 4, 5, 2, 2, 0, 0], 5), None);
    }

    #[test]
    fn a_page_without_values_or_with_one_has_no_block() {
        assert_eq!(lengths(&[0x80, 1, 4, 0, 0], 0), Some(Lengths { n_values: 0, sum: 0, end: 5 }));
        let one = Lengths { n_values: 1, sum: 3, end: 5 };
        assert_eq!(lengths(&[0x80, 1, 4, 1, 6, 99], 1), Some(one));
    }
}
