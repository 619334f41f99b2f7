//! Held-out rows that are equal to training rows: the forest knows their targets by heart.

use crate::data::{Table, TargetValues};
use crate::warning::{Warning, WarningKind};

/// As few shared rows as this are no matter …
const FEW_ROWS: usize = 5;

/// … nor are less than one in so many of the held-out rows.
const FEW_OF: usize = 100;

/// Where less than one in so many training rows is different from all others, rows repeat by nature.
const REPEATS: usize = 20;

/// The warning, if more held-out rows than chance explains are equal to a training row in all features
/// and the target. As chance counts twice what there would be if columns knew nothing of each other.
pub(super) fn warning(table: &Table, train: &[usize], test: &[usize]) -> Option<Warning> {
    let hashes = hashes(table);
    let mut seen: Vec<u64> = train.iter().map(|&row| hashes[row]).collect();
    seen.sort_unstable();
    let shared = test.iter().filter(|&&row| seen.binary_search(&hashes[row]).is_ok()).count();
    if shared < FEW_ROWS || shared * FEW_OF < test.len() {
        return None;
    }
    seen.dedup();
    let repeats = seen.len() * REPEATS < train.len();
    let by_chance = test.len() as f64 * chance(table, train).min(1.0);
    let warning = Warning::new(WarningKind::SharedRows, &[shared as f64, test.len() as f64]);
    (!repeats && shared as f64 > 2.0 * by_chance).then_some(warning)
}

/// A hash of each row's features and target.
fn hashes(table: &Table) -> Vec<u64> {
    let mut hashes = target(table);
    for column in &table.features {
        for (hash, &value) in hashes.iter_mut().zip(&column.values) {
            *hash = mix(*hash ^ u64::from(bits(value)));
        }
    }
    hashes
}

/// The same for equal targets.
fn target(table: &Table) -> Vec<u64> {
    match &table.target.values {
        TargetValues::Classes { codes, .. } => codes.iter().map(|&code| u64::from(code)).collect(),
        TargetValues::Numbers(numbers) => numbers.iter().map(|y| (y + 0.0).to_bits()).collect(),
    }
}

/// The same for equal values, and for all missing ones.
fn bits(value: f32) -> u32 {
    if value.is_nan() { f32::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

/// Different numbers for different numbers, with all bits in each (Steele, Lea & Flood 2014).
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// How many training rows would be equal to a row if columns knew nothing of each other.
fn chance(table: &Table, train: &[usize]) -> f64 {
    let target = target(table);
    let columns = table.features.iter().map(|column| {
        are_equal(train.iter().map(|&row| u64::from(bits(column.values[row]))).collect())
    });
    let of_target = are_equal(train.iter().map(|&row| target[row]).collect());
    train.len() as f64 * columns.fold(of_target, |all, column| all * column)
}

/// The chance that two values, drawn with replacement, are equal.
fn are_equal(mut values: Vec<u64>) -> f64 {
    let all = values.len() as f64;
    values.sort_unstable();
    values
        .chunk_by(|a, b| a == b)
        .map(|equal| (equal.len() as f64 / all) * (equal.len() as f64 / all))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_of_equal_values_is_the_sum_of_the_squares_of_their_shares() {
        assert_eq!(are_equal(vec![7, 7, 7, 9]), 0.75 * 0.75 + 0.25 * 0.25);
        assert_eq!(are_equal(vec![1, 2, 3, 4]), 0.25);
    }

    #[test]
    fn rows_are_equal_by_chance_where_all_their_columns_are() {
        // Half of the pairs of rows are equal in the feature, half in the target; four rows.
        let x = ndarray::array![[1.0_f32], [1.0], [2.0], [2.0]];
        let target = TargetValues::of_labels(&["a", "b", "a", "b"]);
        let table = Table::from_arrays(&["x"], x.view(), "y", target).unwrap();
        assert_eq!(chance(&table, &[0, 1, 2, 3]), 4.0 * 0.5 * 0.5);
    }

    #[test]
    fn missing_values_are_equal_and_so_are_both_zeros() {
        assert_eq!(bits(f32::NAN), bits(-f32::NAN));
        assert_eq!(bits(0.0), bits(-0.0));
        assert_ne!(bits(0.0), bits(1.0));
    }
}
