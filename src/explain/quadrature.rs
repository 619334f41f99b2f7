//! Gauss–Legendre quadrature on [0, 1].

/// Where a polynomial is looked at, and what that counts: with `n` points, the integral of one of degree up to `2 n − 1`
/// is exact but for rounding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) t: f64,
    /// 1 − t, without cancellation.
    pub(super) rest: f64,
    pub(super) weight: f64,
}

/// How often a root is made better. Newton's method has it to the last bits after five times at most.
const STEPS: usize = 8;

/// The roots of the Legendre polynomial of degree `n`, by Newton's method from Tricomi's estimate, and their weights
/// (Abramowitz & Stegun 1964, 25.4.30).
pub(super) fn points(n: usize) -> Vec<Point> {
    let degree = n as f64;
    let point = |number: usize| {
        let angle = std::f64::consts::PI * (number as f64 + 0.75) / (degree + 0.5);
        let mut x = libm::cos(angle);
        for _ in 0..STEPS {
            let (value, slope) = legendre(n, x);
            x -= value / slope;
        }
        let (_, slope) = legendre(n, x);
        // Twice that is the weight on [-1, 1].
        let weight = 1.0 / ((1.0 - x) * (1.0 + x) * slope * slope);
        Point { t: 0.5 * (1.0 + x), rest: 0.5 * (1.0 - x), weight }
    };
    (0..n).map(point).collect()
}

/// The Legendre polynomial of degree `n` ≥ 1 at `x`, between −1 and 1, and its derivative there.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for degree in 2..=n {
        let degree = degree as f64;
        let next = ((2.0 * degree - 1.0) * x * value - (degree - 1.0) * before) / degree;
        before = value;
        value = next;
    }
    (value, n as f64 * (before - x * value) / ((1.0 - x) * (1.0 + x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_up_to_twice_as_many_degrees_as_there_are_points() {
        for n in [1, 2, 3, 7, 16, 40, 100] {
            let points = points(n);
            for degree in 0..2 * n {
                let power = |base: f64| (0..degree).fold(1.0, |power, _| power * base);
                let sum: f64 = points.iter().map(|p| p.weight * power(p.t)).sum();
                let mirrored: f64 = points.iter().map(|p| p.weight * power(p.rest)).sum();
                let expected = 1.0 / (degree as f64 + 1.0);
                assert!((sum / expected - 1.0).abs() < 1e-13, "{n}, {degree}: {sum}");
                assert!((mirrored / expected - 1.0).abs() < 1e-13, "{n}, {degree}: {mirrored}");
            }
        }
    }

    /// Abramowitz & Stegun 1964, table 25.4, n = 3: roots 0 and ±0.774596669241483, weights 8/9 and 5/9.
    #[test]
    fn three_points_are_those_of_the_table() {
        let points = points(3);
        let expected = [(0.774_596_669_241_483, 5.0 / 9.0), (0.0, 8.0 / 9.0)];
        for (point, (root, weight)) in points.iter().zip(expected) {
            assert!((2.0 * point.t - 1.0 - root).abs() < 1e-15);
            assert!((2.0 * point.weight - weight).abs() < 1e-15);
        }
    }
}
