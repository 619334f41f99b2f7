//! Numbers times a power of two: nothing is rounded, and sums of their squares stay in range.

/// The numbers times two to the power of minus the exponent that is returned with them, so that the
/// greatest size is at least 1/2 and below 1. No number but 0 becomes 0.
pub(super) fn scaled(numbers: &[f64]) -> (Vec<f64>, i32) {
    let greatest = numbers.iter().fold(0.0, |greatest: f64, number| greatest.max(number.abs()));
    let (_, exponent) = libm::frexp(greatest);
    let scale = |&number: &f64| {
        let scaled = libm::ldexp(number, -exponent);
        let is_lost = scaled == 0.0 && number != 0.0;
        if is_lost { f64::MIN_POSITIVE.copysign(number) } else { scaled }
    };
    (numbers.iter().map(scale).collect(), exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_is_exact_and_loses_no_number() {
        assert_eq!(scaled(&[3.0, -5.0, 0.0]), (vec![0.375, -0.625, 0.0], 3));
        assert_eq!(scaled(&[0.0, 0.0]), (vec![0.0, 0.0], 0));
        let (far_apart, exponent) = scaled(&[f64::MAX, -f64::from_bits(1)]);
        assert_eq!(exponent, 1024);
        assert_eq!(far_apart, [f64::MAX / 2.0 / 2_f64.powi(1023), -f64::MIN_POSITIVE]);
    }
}
