//! Values as bits that sort as the values do: ranks that a threshold has, too, wherever it lies.

use crate::tree::random::TreeRng;

/// The rank of a missing value, above those of all numbers.
pub(super) const MISSING: u32 = u32::MAX;

/// That of the threshold that parts all values from missing ones: infinity.
pub(crate) const ALL_VALUES: u32 = 0xff80_0000;

/// Bits that sort as the values do; both zeros are one value.
pub(super) fn ordered_bits(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
}

/// The value that has these bits.
pub(super) fn value(ordered_bits: u32) -> f32 {
    let is_negative = ordered_bits >> 31 == 0;
    f32::from_bits(if is_negative { !ordered_bits } else { ordered_bits ^ 1 << 31 })
}

/// A threshold that is drawn uniformly between two values, of which the second is greater. It is at least
/// the first and less than the second; rounded down, so that no value changes sides.
pub(crate) fn draw_threshold(min: u32, max: u32, rng: &mut TreeRng) -> u32 {
    let [low, high] = [min, max].map(|bits| f64::from(value(bits)));
    let drawn = low + rng.unit() * (high - low);
    let rounded = drawn as f32;
    let threshold = if f64::from(rounded) > drawn { rounded.next_down() } else { rounded };
    // A draw next to the maximum may have been rounded to it before.
    ordered_bits(threshold).min(max - 1)
}
