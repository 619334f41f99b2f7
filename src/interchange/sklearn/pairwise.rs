//! NumPy's sum of numbers that lie side by side, to the last bit.

/// The sum as `numpy.sum` rounds it: fewer than 8 numbers one after the other, up to 128 in eight sums, and more
/// in two halves (`numpy/_core/src/umath/loops_utils.h.src`, `pairwise_sum`).
pub(super) fn sum(values: &[f64]) -> f64 {
    // numpy.add.reduce begins with +0.
    0.0 + pairwise(values)
}

/// Halves, so as many calls deep as the length has bits.
fn pairwise(values: &[f64]) -> f64 {
    if values.len() > 128 {
        let half = values.len() / 2;
        let (first, second) = values.split_at(half - half % 8);
        return pairwise(first) + pairwise(second);
    }
    let (eights, rest) = values.as_chunks::<8>();
    let Some((first, others)) = eights.split_first() else {
        return rest.iter().fold(0.0, |sum, value| sum + value);
    };
    let mut sums = *first;
    for eight in others {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum += value;
        }
    }
    let pairs = [sums[0] + sums[1], sums[2] + sums[3], sums[4] + sums[5], sums[6] + sums[7]];
    let sum = (pairs[0] + pairs[1]) + (pairs[2] + pairs[3]);
    rest.iter().fold(sum, |sum, value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_numpy_to_the_bit() {
        // NumPy 1.23.5 and 2.4.6: numpy.sum(1 / numpy.arange(1, n + 1)).hex()
        let cases = [
            (1, 0x3ff0_0000_0000_0000),
            (7, 0x4004_be2b_e2be_2be2),
            (8, 0x4005_be2b_e2be_2be2),
            (9, 0x4006_a1ba_1ba1_ba1b),
            (31, 0x4010_1be6_2a1d_7def),
            (128, 0x4015_bb8a_e954_1ca7),
            (129, 0x4015_c37b_0914_9ba9),
            (200, 0x4017_831a_8b7c_3adb),
            (1000, 0x401d_f11f_45f4_e61a),
            (1027, 0x401e_0c63_d9d0_da44),
            (5000, 0x4022_3063_76e1_8052),
        ];
        for (n, expected) in cases {
            let values: Vec<f64> = (1..=n).map(|i| 1.0 / f64::from(i)).collect();
            assert_eq!(sum(&values).to_bits(), expected, "{n}");
        }
    }
}
