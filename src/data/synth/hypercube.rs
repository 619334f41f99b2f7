//! Distinct corners of a hypercube, one a cluster, drawn as scikit-learn 1.9 draws them.

use std::collections::HashSet;

use ndarray::{Array2, Axis};

use super::numpy_random::RandomState;
use super::{filled, too_large, zeros};
use crate::Result;

/// Up to this many dimensions corners have numbers, which are drawn so that none comes twice;
/// dimensions in excess are coin flips. No more than 2 to this power can differ for certain.
pub(super) const NUMBERED_DIMENSIONS: usize = 30;

/// `n` different corners of the unit hypercube, `n` × `dimensions` of zeros and ones; `n` is at
/// most 2^`dimensions`, and 2^[`NUMBERED_DIMENSIONS`].
///
/// # Errors
///
/// Where the corners, or the list they are chosen from, do not fit in memory.
pub(super) fn corners(n: usize, dimensions: usize, rng: &mut RandomState) -> Result<Array2<f64>> {
    let mut corners = zeros(n, dimensions)?;
    let excess = dimensions.saturating_sub(NUMBERED_DIMENSIONS);
    for bit in corners.slice_axis_mut(Axis(1), (..excess).into()) {
        *bit = rng.randint(2) as f64;
    }
    let numbers = sample_without_replacement(1 << (dimensions - excess), n, rng)?;
    for (mut corner, number) in corners.rows_mut().into_iter().zip(numbers) {
        for (place, bit) in corner.iter_mut().skip(excess).rev().enumerate() {
            *bit = f64::from(number >> place & 1);
        }
    }
    Ok(corners)
}

/// `n` different integers of [0, `population`): `sklearn.utils.random.sample_without_replacement`,
/// whose algorithm (and so whose draws) depends on the share of the population that is wanted.
fn sample_without_replacement(
    population: u32,
    n: usize,
    rng: &mut RandomState,
) -> Result<Vec<u32>> {
    let ratio = n as f64 / f64::from(population);
    if ratio > 0.01 && ratio < 0.99 {
        first_of_permutation(population, n, rng)
    } else if ratio < 0.2 {
        tracking_selection(population, n, rng)
    } else {
        reservoir(population, n, rng)
    }
}

fn first_of_permutation(population: u32, n: usize, rng: &mut RandomState) -> Result<Vec<u32>> {
    let mut pool = first_numbers(population as usize)?;
    rng.shuffle(&mut pool);
    pool.truncate(n);
    Ok(pool)
}

fn tracking_selection(population: u32, n: usize, rng: &mut RandomState) -> Result<Vec<u32>> {
    let mut chosen = filled(n, 0)?;
    let mut seen = HashSet::new();
    seen.try_reserve(n).map_err(|_| too_large(&n.to_string()))?;
    for slot in &mut chosen {
        *slot = loop {
            let number = rng.randint(population as usize) as u32;
            if seen.insert(number) {
                break number;
            }
        };
    }
    Ok(chosen)
}

fn reservoir(population: u32, n: usize, rng: &mut RandomState) -> Result<Vec<u32>> {
    let mut chosen = first_numbers(n)?;
    for number in n as u32..population {
        if let Some(slot) = chosen.get_mut(rng.randint(number as usize + 1)) {
            *slot = number;
        }
    }
    Ok(chosen)
}

fn first_numbers(n: usize) -> Result<Vec<u32>> {
    let mut numbers = filled(n, 0)?;
    for (slot, number) in numbers.iter_mut().zip(0..) {
        *slot = number;
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Every literal below is what scikit-learn 1.9.1 returns for the call in the comment above it.

    fn sample(population: u32, n: usize) -> Vec<u32> {
        sample_without_replacement(population, n, &mut RandomState::new(42)).unwrap()
    }

    #[test]
    fn each_way_to_sample_draws_scikit_learns_numbers() {
        // sample_without_replacement(16, 4, random_state=42): a permutation's head.
        assert_eq!(sample(16, 4), [0, 1, 5, 14]);
        // sample_without_replacement(1024, 6, random_state=42): draw again what was seen.
        assert_eq!(sample(1024, 6), [102, 435, 860, 270, 106, 71]);
        // sample_without_replacement(128, 127, random_state=42): a reservoir, which puts 127 at
        // 102.
        let expected: Vec<u32> = (0..127).map(|i| if i == 102 { 127 } else { i }).collect();
        assert_eq!(sample(128, 127), expected);
        // sample_without_replacement(1026, 1023, random_state=42): one whose draws need another bit on the way.
        let mut expected: Vec<u32> = (0..1023).collect();
        for (slot, number) in [(102, 1023), (860, 1024), (121, 1025)] {
            expected[slot] = number;
        }
        assert_eq!(sample(1026, 1023), expected);
        // sample_without_replacement(4, 4, random_state=42): a reservoir with nothing left to draw.
        assert_eq!(sample(4, 4), [0, 1, 2, 3]);
    }

    #[test]
    fn a_corner_is_its_number_in_binary_with_the_highest_bit_first() {
        // _generate_hypercube(3, 4, RandomState(42))
        let corners = corners(3, 4, &mut RandomState::new(42)).unwrap();
        assert_eq!(corners, ndarray::array![[0., 0., 0., 0.], [0., 0., 0., 1.], [0., 1., 0., 1.]]);
    }
}
