//! How much each row counts.

/// The weights of rows: one each where none are given.
///
/// They are handed out in multiples of a power of two near the heaviest, which changes no digit
/// and keeps squares and products of any weights within the range of a float.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights<'a> {
    values: Option<&'a [f64]>,
    n_rows: usize,
    /// What the weights are multiples of.
    pub(super) unit: f64,
}

impl<'a> Weights<'a> {
    /// # Panics
    ///
    /// If there is not one weight for each row, or a weight or the sum of all is not a finite
    /// number from 0 up.
    pub(super) fn new(weights: Option<&'a [f64]>, n_rows: usize) -> Self {
        let Some(values) = weights else { return Self { values: None, n_rows, unit: 1.0 } };
        assert_eq!(values.len(), n_rows, "a weight for each row");
        let is_weight = |weight: &f64| *weight >= 0.0;
        assert!(values.iter().all(is_weight), "a weight is a number from 0 up");
        assert!(values.iter().sum::<f64>().is_finite(), "the weights have a finite sum");
        let unit = power_of_two(values.iter().copied().fold(0.0, f64::max));
        Self { values: weights, n_rows, unit }
    }

    /// The rows that count for something, in order, and their weights in multiples of `unit`.
    pub(super) fn rows(self) -> impl Iterator<Item = (usize, f64)> {
        let weight = move |row: usize| self.values.map_or(1.0, |values| values[row] / self.unit);
        (0..self.n_rows).map(move |row| (row, weight(row))).filter(|(_, weight)| *weight > 0.0)
    }
}

/// The power of two at or below `magnitude`, a finite number from 0 up; the smallest normal float
/// if that is smaller.
pub(super) fn power_of_two(magnitude: f64) -> f64 {
    const EXPONENT: u64 = 0x7FF << 52;
    f64::from_bits(magnitude.to_bits() & EXPONENT).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(weights: &[f64]) -> Vec<(usize, f64)> {
        Weights::new(Some(weights), weights.len()).rows().collect()
    }

    #[test]
    fn a_row_of_no_weight_is_no_row() {
        // The power of two below 6 is 4.
        assert_eq!(rows(&[0.0, 6.0, -0.0, 1.0]), [(1, 1.5), (3, 0.25)]);
        assert_eq!(rows(&[0.0, 0.0]), []);
        assert_eq!(Weights::new(None, 2).rows().collect::<Vec<_>>(), [(0, 1.0), (1, 1.0)]);
    }

    #[test]
    fn a_power_of_two_is_its_own_and_nothing_has_the_smallest() {
        assert_eq!([1.0, 1.99, 0.25, 6.0].map(power_of_two), [1.0, 1.0, 0.25, 4.0]);
        assert_eq!([0.0, 5e-324].map(power_of_two), [f64::MIN_POSITIVE; 2]);
    }

    #[test]
    #[should_panic(expected = "a weight is a number from 0 up")]
    fn a_weight_that_is_not_a_number_is_refused() {
        rows(&[1.0, f64::NAN]);
    }

    #[test]
    #[should_panic(expected = "a weight is a number from 0 up")]
    fn a_negative_weight_is_refused() {
        rows(&[1.0, -0.5]);
    }

    #[test]
    #[should_panic(expected = "the weights have a finite sum")]
    fn weights_whose_sum_is_infinite_are_refused() {
        rows(&[f64::MAX, f64::MAX]);
    }
}
