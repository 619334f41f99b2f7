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

/// Whether a row goes left, by its rank: up to `cut`, and that of a missing value if that is said.
pub(crate) fn goes_left(cut: u32, missing_left: Option<bool>) -> impl Fn(u32) -> bool {
    // The rank of a missing value, the greatest number there is, becomes the least.
    let shift = u32::from(missing_left == Some(true));
    move |rank| rank.wrapping_add(shift) <= cut + shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_sort_as_values_do_and_say_the_value() {
        let tiny = f32::from_bits(1);
        let values = [f32::MIN, -2.5, -2.0, -tiny, 0.0, tiny, 1.0, 1.0_f32.next_up(), f32::MAX];
        let bits = values.map(ordered_bits);
        assert!(bits.is_sorted_by(|a, b| a < b), "{bits:?}");
        assert_eq!(bits.map(value), values);
        assert_eq!(value(ordered_bits(-0.0)).to_bits(), 0, "both zeros are one");
        assert_eq!(ALL_VALUES, ordered_bits(f32::INFINITY));
        assert!(ordered_bits(f32::MAX) < ALL_VALUES && ALL_VALUES < MISSING);
    }

    #[test]
    fn a_threshold_is_drawn_in_the_space_of_values_and_rounded_down() {
        // The first uniform number is 7538303010471392 / 2⁵³ = 0.836919756…, and as far on the way from -2 to 6 is
        // 4.69535805506 = 9846879.536 / 2²¹; of an f32 of that size the last bit is 2⁻²¹.
        let mut rng = TreeRng::new(0, 0);
        let drawn = value(draw_threshold(ordered_bits(-2.0), ordered_bits(6.0), &mut rng));
        assert_eq!(drawn, 9_846_879.0 / 2_097_152.0);
    }

    #[test]
    fn a_threshold_is_at_least_the_minimum_and_below_the_maximum() {
        let tiny = f32::from_bits(1);
        let pairs = [
            (1.0, 1.0_f32.next_up()),
            (-tiny, 0.0),
            (0.0, tiny),
            (-tiny, tiny),
            (f32::MIN, f32::MAX),
            (f32::MIN, f32::MIN.next_up()),
            (16_777_215.0, 16_777_216.0),
        ];
        for (low, high) in pairs {
            let [min, max] = [low, high].map(ordered_bits);
            let mut rng = TreeRng::new(7, 0);
            for _ in 0..1000 {
                let threshold = value(draw_threshold(min, max, &mut rng));
                assert!(low <= threshold && threshold < high, "{low} to {high}: {threshold}");
            }
        }
    }

    #[test]
    fn a_missing_value_goes_where_it_is_sent_whatever_the_cut() {
        for cut in [ordered_bits(f32::MIN), ordered_bits(3.0), ALL_VALUES] {
            for missing_left in [None, Some(false), Some(true)] {
                let goes_left = goes_left(cut, missing_left);
                assert_eq!(goes_left(MISSING), missing_left == Some(true));
                assert!(goes_left(cut) && !goes_left(cut + 1));
            }
        }
    }
}
