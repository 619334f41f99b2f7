//! Parts the rows of a node.

use super::split::Sample;

/// Moves the samples that go left before those that do not, and keeps the order on either side;
/// returns how many go left. `spare` is room to work in.
pub(super) fn partition(
    samples: &mut [Sample],
    mut goes_left: impl FnMut(usize, Sample) -> bool,
    spare: &mut Vec<Sample>,
) -> usize {
    if spare.len() < samples.len() {
        spare.resize(samples.len(), Sample::default());
    }
    let (mut n_left, mut n_right) = (0, 0);
    let spare = &mut spare[..samples.len()];
    for index in 0..samples.len() {
        let sample = samples[index];
        let left = goes_left(index, sample);
        // Both, for a branch of the program that goes one way or the other would cost more.
        samples[n_left] = sample;
        spare[n_right] = sample;
        n_left += usize::from(left);
        n_right += usize::from(!left);
    }
    samples[n_left..].copy_from_slice(&spare[..n_right]);
    n_left
}
