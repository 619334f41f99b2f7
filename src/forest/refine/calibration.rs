//! Calibration of a forest's probabilities with two numbers, found by out-of-bag log loss.

use crate::threads;

/// What makes probabilities out of the shares `p` that the trees give: `p′ ∝ (p + α π)^γ`, `π` being the classes' shares of
/// the training rows (by weight). `α` draws towards them, `γ` sharpens (above 1) or softens (below 1).
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Calibration {
    /// How much the classes' shares of the training rows count beside those that the trees give.
    pub alpha: f64,
    /// The power.
    pub gamma: f64,
    /// The classes' shares of the training rows.
    #[serde(skip)]
    pub(crate) prior: Vec<f64>,
}

/// Rows whose derivatives are added up by themselves, so that sums are the same on any number of threads.
const ROWS_AT_A_TIME: usize = 1024;

/// Steps of Newton's method, at most.
const MAX_STEPS: usize = 12;

/// The loss has settled if a step lowers it by less.
const SETTLED: f64 = 1e-6;

/// Where a first search begins, and what few rows are drawn towards: `ln α` with a standard deviation of 2, `ln γ` of 1.
pub(super) const START: [f64; 2] = [-4.0, 0.0];
const PRECISION: [f64; 2] = [0.25, 1.0];

/// `ln α` and `ln γ` stay within.
const BOUNDS: [[f64; 2]; 2] = [[-12.0, 4.0], [-3.0, 3.0]];

impl Calibration {
    /// Makes probabilities of the shares of classes.
    pub(crate) fn apply(&self, shares: &mut [f64]) {
        let mut sum = 0.0;
        for (share, prior) in shares.iter_mut().zip(&self.prior) {
            let shifted = *share + self.alpha * prior;
            *share = if shifted > 0.0 { libm::exp(self.gamma * libm::log(shifted)) } else { 0.0 };
            sum += *share;
        }
        for share in shares {
            *share /= sum;
        }
    }
}

/// Shares that trees gave to rows out of bag, with what is known of the rows.
pub(super) struct OobShares<'a> {
    /// Rows × classes.
    pub(super) shares: &'a [f64],
    /// The class of each row.
    pub(super) codes: &'a [u32],
    /// What each row weighs; the mean is 1.
    pub(super) weights: &'a [f64],
    pub(super) prior: &'a [f64],
}

/// What a step of Newton's method needs.
#[derive(Clone, Copy, Default)]
struct Derivatives {
    loss: f64,
    gradient: [f64; 2],
    /// By `α` twice, by both, by `γ` twice.
    hessian: [f64; 3],
}

impl OobShares<'_> {
    /// `ln α` and `ln γ` of the least mean log loss, by Newton's method from a start, damped as Levenberg and Marquardt do.
    pub(super) fn fit(&self, start: [f64; 2]) -> [f64; 2] {
        let mut at = start;
        let mut now = self.derivatives(at);
        let mut damping = 1e-3;
        for _ in 0..MAX_STEPS {
            let [aa, ag, gg] = now.hessian;
            let (aa, gg) = (
                aa.abs() * (1.0 + damping) + damping * 1e-3,
                gg.abs() * (1.0 + damping) + damping * 1e-3,
            );
            let determinant = aa * gg - ag * ag;
            let ag = if determinant > 1e-3 * aa * gg { ag } else { 0.0 };
            let determinant = aa * gg - ag * ag;
            let [a, g] = now.gradient;
            let step = [(gg * a - ag * g) / determinant, (aa * g - ag * a) / determinant];
            let next = [0, 1]
                .map(|i| (at[i] - step[i].clamp(-2.0, 2.0)).clamp(BOUNDS[i][0], BOUNDS[i][1]));
            let then = self.derivatives(next);
            if then.loss < now.loss {
                let gained = now.loss - then.loss;
                (at, now, damping) = (next, then, damping * 0.1);
                if gained < SETTLED {
                    break;
                }
            } else if damping > 1e3 || next == at {
                break;
            } else {
                damping *= 10.0;
            }
        }
        at
    }

    /// The log loss of each row.
    pub(super) fn losses(&self, alpha: f64, gamma: f64) -> Vec<f64> {
        let power = Power::new(self, alpha, gamma);
        (0..self.codes.len()).map(|row| power.derivatives(row).loss).collect()
    }

    /// Of the mean loss at `ln α` and `ln γ`.
    fn derivatives(&self, [ln_alpha, ln_gamma]: [f64; 2]) -> Derivatives {
        let (alpha, gamma) = (libm::exp(ln_alpha), libm::exp(ln_gamma));
        let power = Power::new(self, alpha, gamma);
        let n_rows = self.codes.len();
        let starts: Vec<usize> = (0..n_rows).step_by(ROWS_AT_A_TIME).collect();
        let parts = threads::map(starts, |start| {
            let mut sum = Derivatives::default();
            for row in start..n_rows.min(start + ROWS_AT_A_TIME) {
                sum.add(power.derivatives(row), self.weights[row]);
            }
            sum
        });
        let mut sum = Derivatives::default();
        for part in parts {
            sum.add(part, 1.0);
        }
        // What few rows are drawn towards.
        for (i, (at, precision)) in [ln_alpha, ln_gamma].into_iter().zip(PRECISION).enumerate() {
            let off = at - START[i];
            sum.loss += precision * off * off / 2.0;
            sum.gradient[i] += precision * off;
            sum.hessian[2 * i] += precision;
        }
        let n_rows = n_rows as f64;
        Derivatives {
            loss: sum.loss / n_rows,
            gradient: sum.gradient.map(|sum| sum / n_rows),
            hessian: sum.hessian.map(|sum| sum / n_rows),
        }
    }
}

impl Derivatives {
    fn add(&mut self, other: Self, weight: f64) {
        self.loss += weight * other.loss;
        let sums = self.gradient.iter_mut().chain(&mut self.hessian);
        for (sum, term) in sums.zip(other.gradient.iter().chain(&other.hessian)) {
            *sum += weight * term;
        }
    }
}

/// A calibration of rows. With `z = γ ln(p + α π)`, `r = α π / (p + α π)` and `q` the softmax of `z`, the loss of
/// class `y` is `ln Σ exp z − z_y`, and `dz / d ln γ = z`, `dz / d ln α = γ r`.
struct Power<'a> {
    rows: &'a OobShares<'a>,
    alpha: f64,
    gamma: f64,
    /// For each class, what a share of 0 comes to: most are, where there are many classes.
    of_nothing: Vec<Term>,
    /// The sum of these.
    nothing: Moments,
}

impl<'a> Power<'a> {
    fn new(rows: &'a OobShares, alpha: f64, gamma: f64) -> Self {
        let nothing = Moments::default();
        let mut power = Self { rows, alpha, gamma, of_nothing: Vec::new(), nothing };
        for &prior in rows.prior {
            let term = if prior > 0.0 { power.term(0.0, prior) } else { Term::default() };
            power.of_nothing.push(term);
            power.nothing.add(term, 1.0);
        }
        power
    }

    fn term(&self, p: f64, prior: f64) -> Term {
        let r = self.alpha * prior;
        let z = self.gamma * libm::log(p + r);
        Term { z, e: libm::exp(z), r: r / (p + r) }
    }

    /// Of the loss of a row.
    fn derivatives(&self, row: usize) -> Derivatives {
        let OobShares { shares, codes, prior, .. } = self.rows;
        let code = codes[row] as usize;
        let mut moments = self.nothing;
        let mut own = self.of_nothing[code];
        let shares = shares[row * prior.len()..][..prior.len()].iter().enumerate();
        for (class, &p) in shares.filter(|(_, p)| **p > 0.0) {
            let term = self.term(p, prior[class]);
            moments.add(self.of_nothing[class], -1.0);
            moments.add(term, 1.0);
            if class == code {
                own = term;
            }
        }
        moments.derivatives(own, self.gamma)
    }
}

/// A class of a row.
#[derive(Clone, Copy, Default)]
struct Term {
    z: f64,
    e: f64,
    r: f64,
}

/// Sums over classes.
#[derive(Clone, Copy, Default)]
struct Moments {
    e: f64,
    z: f64,
    zz: f64,
    r: f64,
    rr: f64,
    zr: f64,
}

impl Moments {
    fn add(&mut self, Term { z, e, r }: Term, sign: f64) {
        let e = e * sign;
        self.e += e;
        self.z += e * z;
        self.zz += e * z * z;
        self.r += e * r;
        self.rr += e * r * r;
        self.zr += e * z * r;
    }

    fn derivatives(self, own: Term, gamma: f64) -> Derivatives {
        // Where all classes have shares, what is left of the others is rounding.
        let sum = self.e.max(own.e);
        let [z, zz, r, rr, zr] =
            [self.z, self.zz, self.r, self.rr, self.zr].map(|moment| moment / sum);
        let [dz, dr] = [z - own.z, r - own.r];
        Derivatives {
            loss: (libm::log(sum) - own.z).max(0.0),
            gradient: [gamma * dr, dz],
            hessian: [
                gamma * gamma * (rr - r * r) + gamma * (r - rr - own.r * (1.0 - own.r)),
                gamma * (zr - z * r) + gamma * dr,
                zz - z * z + dz,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_powers_of_shifted_shares() {
        // (0.5 + 0.1 · 0.5)² = 0.3025, (0.5 + 0.1 · 0.25)² = 0.275625, (0 + 0.1 · 0.25)² = 0.000625.
        let calibration = Calibration { alpha: 0.1, gamma: 2.0, prior: vec![0.5, 0.25, 0.25] };
        let mut shares = [0.5, 0.5, 0.0];
        calibration.apply(&mut shares);
        let expected = [0.3025, 0.275_625, 0.000_625].map(|power| power / 0.57875);
        assert!(shares.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{shares:?}");
    }

    fn rows() -> (Vec<f64>, Vec<u32>) {
        let shares =
            [[0.7, 0.2, 0.1], [0.1, 0.9, 0.0], [0.3, 0.3, 0.4], [1.0, 0.0, 0.0], [0.0, 0.6, 0.4]];
        (shares.repeat(40).concat(), [0, 1, 1, 0, 2].repeat(40))
    }

    #[test]
    fn derivatives_are_those_of_differences() {
        let (shares, codes) = rows();
        let weights = vec![1.0; codes.len()];
        let rows = OobShares {
            shares: &shares,
            codes: &codes,
            weights: &weights,
            prior: &[0.4, 0.4, 0.2],
        };
        let at = [-1.5, 0.3];
        let exact = rows.derivatives(at);
        let step = 1e-5;
        for i in 0..2 {
            let moved = |by: f64| {
                let mut at = at;
                at[i] += by;
                rows.derivatives(at)
            };
            let (more, less) = (moved(step), moved(-step));
            let slope = (more.loss - less.loss) / (2.0 * step);
            assert!((slope - exact.gradient[i]).abs() < 1e-8, "{slope}");
            for j in 0..2 {
                let curvature = (more.gradient[j] - less.gradient[j]) / (2.0 * step);
                assert!((curvature - exact.hessian[i + j]).abs() < 1e-7, "{i} {j} {curvature}");
            }
        }
    }

    #[test]
    fn the_fit_is_the_minimum_of_a_grid() {
        let (shares, codes) = rows();
        let weights = vec![1.0; codes.len()];
        let rows = OobShares {
            shares: &shares,
            codes: &codes,
            weights: &weights,
            prior: &[0.4, 0.4, 0.2],
        };
        let found = rows.derivatives(rows.fit(START)).loss;
        for a in 0..60 {
            for g in 0..60 {
                let at = [-8.0 + 0.2 * f64::from(a), -3.0 + 0.1 * f64::from(g)];
                assert!(rows.derivatives(at).loss > found - 1e-5, "{at:?}");
            }
        }
    }
}
