//! Sorts keys by their upper half: digit by digit where there are many, by comparison where there are
//! few.

/// The maximum number of bits of a digit: its buckets fit the first cache.
const MAX_DIGIT_BITS: u32 = 11;

/// What a key is sorted by; the other half goes with it.
pub(super) fn high_half(key: u64) -> u32 {
    (key >> 32) as u32
}

/// Sorts keys whose upper halves have `bits` bits; the order of equal ones is of no consequence and
/// the same on every machine. `spare` is room to work in.
pub(super) fn sort_by_high_half(keys: &mut [u64], spare: &mut Vec<u64>, bits: u32) {
    let n_digits = bits.div_ceil(MAX_DIGIT_BITS).max(1);
    let digit_bits = bits.div_ceil(n_digits);
    if keys.len() < 4 << digit_bits {
        keys.sort_unstable();
        return;
    }
    if spare.len() < keys.len() {
        spare.resize(keys.len(), 0);
    }
    let spare = &mut spare[..keys.len()];
    for digit in 0..n_digits {
        let (from, to) = if digit % 2 == 0 { (&*keys, &mut *spare) } else { (&*spare, &mut *keys) };
        sort_by_digit(from, to, 32 + digit * digit_bits, digit_bits);
    }
    if n_digits % 2 == 1 {
        keys.copy_from_slice(spare);
    }
}

/// Copies keys in the order of one digit; keys with the same digit keep their order.
fn sort_by_digit(from: &[u64], to: &mut [u64], shift: u32, digit_bits: u32) {
    let mask = (1 << digit_bits) - 1;
    let digit = |key: u64| (key >> shift) as usize & mask;
    let mut starts = [0_u32; 1 << MAX_DIGIT_BITS];
    for &key in from {
        starts[digit(key)] += 1;
    }
    let mut start = 0;
    for count in &mut starts[..=mask] {
        start += std::mem::replace(count, start);
    }
    for &key in from {
        let place = &mut starts[digit(key)];
        to[*place as usize] = key;
        *place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::random::TreeRng;

    #[test]
    fn keys_are_sorted_by_rank_whatever_their_number_and_range() {
        let mut rng = TreeRng::new(1, 0);
        for n_ranks in [1, 2, 3, 100, 2048, 2049, 70_000, 5_000_000] {
            for n_keys in [0, 1, 2, 50, 3_000, 20_000] {
                let mut keys: Vec<u64> =
                    (0..n_keys).map(|low| u64::from(rng.below(n_ranks)) << 32 | low).collect();
                let mut expected = keys.clone();
                expected.sort_by_key(|&key| high_half(key));
                let bits = u32::BITS - (n_ranks - 1).leading_zeros();
                sort_by_high_half(&mut keys, &mut Vec::new(), bits);
                let ranks =
                    |keys: &[u64]| keys.iter().map(|&key| high_half(key)).collect::<Vec<_>>();
                assert_eq!(ranks(&keys), ranks(&expected), "{n_keys} keys of {n_ranks} ranks");
                keys.sort_unstable();
                expected.sort_unstable();
                assert_eq!(keys, expected, "no key is lost");
            }
        }
    }
}
