//! Split criteria, as the purity that a split is to make as great as it can.

/// What splits make as small as they can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Gini impurity of the classes.
    Gini,
    /// Entropy of the classes.
    Entropy,
    /// Mean squared distance of the targets from their mean.
    SquaredError,
}

/// linfa's criteria, which are for classes.
impl From<linfa_trees::SplitQuality> for Criterion {
    fn from(quality: linfa_trees::SplitQuality) -> Self {
        match quality {
            linfa_trees::SplitQuality::Gini => Self::Gini,
            linfa_trees::SplitQuality::Entropy => Self::Entropy,
        }
    }
}

/// An impurity of classes (Breiman et al. 1984, chapter 4). For rows of weight `w`, of which class `c` has
/// `w_c`, the purity is `−w · impurity` plus something that is the same for every split of a node, so
/// that the best split has the greatest sum of its sides' purities.
pub(crate) trait Impurity {
    /// How much impurity a unit of purity is.
    const UNIT: f64;

    /// What a class of weight `w` adds to the sum that [`purity`](Self::purity) takes.
    fn term(w: f64) -> f64;

    /// The purity of rows of weight `w`, from the sum of their classes' terms.
    fn purity(sum: f64, w: f64) -> f64;
}

/// Gini impurity, `1 − Σ (w_c / w)²`. Purity: `Σ w_c² / w`. Its sums are exact for whole weights.
pub(crate) struct Gini;

impl Impurity for Gini {
    const UNIT: f64 = 1.0;

    fn term(w: f64) -> f64 {
        w * w
    }

    fn purity(sum: f64, w: f64) -> f64 {
        sum / w
    }
}

/// Entropy in bits, `−Σ (w_c / w) log₂ (w_c / w)`. Purity: `Σ w_c ln w_c − w ln w`.
pub(crate) struct Entropy;

impl Impurity for Entropy {
    const UNIT: f64 = std::f64::consts::LOG2_E;

    fn term(w: f64) -> f64 {
        // A side that lost all of a class's weight may keep a rounding error of it.
        if w > 0.0 { w * libm::log(w) } else { 0.0 }
    }

    fn purity(sum: f64, w: f64) -> f64 {
        sum - Self::term(w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The impurity decrease of (6, 2) into (5, 0) and (1, 2), by the definitions.
    fn decrease<C: Impurity>() -> f64 {
        let purity = |classes: [f64; 2]| {
            C::purity(classes.iter().map(|&w| C::term(w)).sum(), classes.iter().sum())
        };
        (purity([5.0, 0.0]) + purity([1.0, 2.0]) - purity([6.0, 2.0])) / 8.0 * C::UNIT
    }

    #[test]
    fn gini_decrease_is_what_the_definition_gives() {
        // 1 − (9/16 + 1/16) = 3/8 before; 3/8 · (1 − 5/9) = 1/6 after.
        assert!((decrease::<Gini>() - (3.0 / 8.0 - 1.0 / 6.0)).abs() < 1e-15);
    }

    #[test]
    fn entropy_decrease_is_what_the_definition_gives() {
        let bits = |p: f64| -p * p.log2();
        let before = bits(0.75) + bits(0.25);
        let after = 3.0 / 8.0 * (bits(1.0 / 3.0) + bits(2.0 / 3.0));
        assert!((decrease::<Entropy>() - (before - after)).abs() < 1e-15);
    }
}
