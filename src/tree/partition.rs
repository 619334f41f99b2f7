//! Parts the rows of a node in two.

use super::sample::Sample;

/// Moves the samples that go left before those that do not, and keeps the order on either side;
/// returns how many go left. Each sample has a rank. `spare` is room to work in.
pub(super) fn partition(
    samples: &mut [Sample],
    ranks: &[u32],
    mut goes_left: impl FnMut(u32, Sample) -> bool,
    spare: &mut Vec<Sample>,
) -> usize {
    if spare.len() < samples.len() {
        spare.resize(samples.len(), Sample::default());
    }
    let spare = &mut spare[..samples.len()];
    let mut n_left = 0;
    for (index, &rank) in ranks[..samples.len()].iter().enumerate() {
        let sample = samples[index];
        let left = goes_left(rank, sample);
        // Both, for a branch of the program that goes one way or the other would cost more.
        samples[n_left] = sample;
        spare[index - n_left] = sample;
        n_left += usize::from(left);
    }
    let n_right = samples.len() - n_left;
    samples[n_left..].copy_from_slice(&spare[..n_right]);
    n_left
}
