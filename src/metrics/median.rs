//! The middle of values that have weights.

use super::sums::Sum;

/// The lowest of `(value, weight)` up to which lies half of the weight; where that is exactly half,
/// the mean of it and the next (Hyndman and Fan 1996, *Sample quantiles in statistical packages*,
/// definition 2, with weights). 0 without values.
///
/// scikit-learn 1.9.1 asks whether the rounded sum of the weights so far is within 2.2e-16 of half;
/// here the sum does not round and the 2.2e-16 are a part of the total, so that weights in tenths
/// behave as those in whole numbers.
pub(super) fn weighted_median(mut values: Vec<(f64, f64)>) -> f64 {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)));
    let total = Sum::of(values.iter().map(|&(_, weight)| (weight, 1.0))).value();
    let (half, tolerance) = (0.5 * total, f64::EPSILON * total);
    let mut so_far = Sum::default();
    for (index, &(value, weight)) in values.iter().enumerate() {
        so_far.add(weight, 1.0);
        let above = so_far.value() - half;
        if above >= -tolerance {
            let next = values.get(index + 1).filter(|_| above <= tolerance);
            return next.map_or(value, |next| f64::midpoint(value, next.0));
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_give_the_plain_median() {
        let median = |values: &[f64]| {
            let weighted = |weight| values.iter().map(|&value| (value, weight)).collect();
            assert_eq!(weighted_median(weighted(1.0)), weighted_median(weighted(0.1)));
            weighted_median(weighted(1.0))
        };
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[6.0, 1.0, 3.0, 2.0, 9.0, 4.0]), 3.5);
        assert_eq!((median(&[7.0]), median(&[])), (7.0, 0.0));
    }

    #[test]
    fn the_middle_is_that_of_the_weight() {
        assert_eq!(weighted_median(vec![(1.0, 1.0), (2.0, 1.0), (8.0, 3.0)]), 8.0);
        assert_eq!(weighted_median(vec![(1.0, 1.0), (2.0, 2.0), (8.0, 3.0)]), 5.0);
        // In tenths half of the weight rounds to 0.30000000000000004 or to 0.3.
        assert_eq!(weighted_median(vec![(1.0, 0.1), (2.0, 0.2), (8.0, 0.3)]), 5.0);
    }
}
