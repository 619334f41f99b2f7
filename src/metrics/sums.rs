//! Sums of products in twice the precision of a float.

/// A running sum of products, as if computed with 106 digits and rounded once
/// (Ogita, Rump and Oishi 2005, *Accurate sum and dot product*, algorithm 5.3).
///
/// Whole counts are summed exactly, so a difference of large products keeps its small digits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ExactSum {
    value: f64,
    error: f64,
}

impl ExactSum {
    /// The sum of the products of pairs.
    pub(super) fn of(products: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut sum = Self::default();
        for (a, b) in products {
            sum.add(a, b);
        }
        sum
    }

    pub(super) fn add(&mut self, a: f64, b: f64) {
        let (product, product_error) = exact_product(a, b);
        let (value, sum_error) = exact_sum(self.value, product);
        self.value = value;
        self.error += product_error + sum_error;
    }

    pub(super) fn value(self) -> f64 {
        self.value + self.error
    }
}

/// a + b as a float and what it lacks (Knuth 1969, *Seminumerical Algorithms*, section 4.2.2).
fn exact_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

/// a · b as a float and what it lacks, for products that neither overflow nor underflow
/// (Dekker 1971, *A floating-point technique for extending the available precision*).
fn exact_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    let error = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low);
    (product, error)
}

/// Two numbers of at most 26 digits that sum to `a`.
fn halves(a: f64) -> (f64, f64) {
    const SPLITTER: f64 = (1_u32 << 27) as f64 + 1.0;
    let scaled = SPLITTER * a;
    let high = scaled - (scaled - a);
    (high, a - high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cancels_leaves_the_small_digits() {
        // (2³⁰ + 1)² − 2⁶⁰ = 2³¹ + 1, whose last digit a rounded square would lose.
        let large = f64::from((1 << 30) + 1);
        let sum = ExactSum::of([(large, large), (-(2_f64.powi(30)), 2_f64.powi(30))]);
        assert_eq!(sum.value(), 2_f64.powi(31) + 1.0);
    }

    #[test]
    fn a_small_term_between_large_ones_is_kept() {
        assert_eq!(ExactSum::of([(1e100, 1.0), (1.0, 1.0), (-1e100, 1.0)]).value(), 1.0);
    }

    #[test]
    fn no_terms_sum_to_zero() {
        assert_eq!(ExactSum::default().value(), 0.0);
    }
}
