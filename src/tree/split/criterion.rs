//! Split criteria, as a purity that a split is to maximise.

use super::best::Score;

/// What splits minimise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Criterion {
    /// Gini impurity of the classes.
    Gini,
    /// Entropy of the classes.
    Entropy,
    /// Mean squared distance of the targets from their mean.
    SquaredError,
}

/// linfa's criteria, which are for classes.
#[cfg(feature = "linfa-trees")]
impl From<linfa_trees::SplitQuality> for Criterion {
    fn from(quality: linfa_trees::SplitQuality) -> Self {
        match quality {
            linfa_trees::SplitQuality::Gini => Self::Gini,
            linfa_trees::SplitQuality::Entropy => Self::Entropy,
        }
    }
}

/// The weights of the two classes in a node.
#[derive(Clone, Copy, Default)]
pub(crate) struct PairNode {
    pub(crate) classes: [f64; 2],
    pub(crate) weight: f64,
    /// The second class's share.
    pub(crate) share: f64,
}

/// An impurity of classes (Breiman et al. 1984, chapter 4). For rows of weight `w`, of which class `c` has
/// `w_c`, the purity is `−w · impurity` plus something that is the same for every split of a node, so
/// that the best split has the maximum sum of its sides' purities.
pub(crate) trait Impurity {
    /// How much impurity a unit of purity is.
    const UNIT: f64;

    /// What a class of weight `w` adds to the sum that [`purity`](Self::purity) takes.
    fn term(w: f64) -> f64;

    /// The purity of rows of weight `w`, from the sum of their classes' terms.
    fn purity(sum: f64, w: f64) -> f64;

    /// The purity of two sides together, from the sum and the weight of each.
    fn score(left: (f64, f64), right: (f64, f64)) -> Score;

    /// The score of a split of a node of two classes that takes so much of both to the left side.
    fn pair_score(left: [f64; 2], node: &PairNode) -> Score;

    /// By how much the purity of the sides of a split of this score is above that of the node.
    fn pair_gain(score: f64, node: &PairNode) -> f64;

    /// The score of a split of which the gain is this: the inverse of [`pair_gain`](Self::pair_gain).
    fn pair_score_of(gain: f64, node: &PairNode) -> f64;
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

    fn score((left, left_weight): (f64, f64), (right, right_weight): (f64, f64)) -> Score {
        let of = left * right_weight + right * left_weight;
        Score { of, by: left_weight * right_weight }
    }

    /// With `p` the share of the second class in the node and on the left side, which weighs `l` of
    /// `w`: `l² (p_left − p)² / (l (w − l))`. The gain is `2 w` times that.
    fn pair_score(left: [f64; 2], node: &PairNode) -> Score {
        let weight = left[0] + left[1];
        let excess = left[1] - weight * node.share;
        Score { of: excess * excess, by: weight * (node.weight - weight) }
    }

    fn pair_gain(score: f64, node: &PairNode) -> f64 {
        2.0 * node.weight * score
    }

    fn pair_score_of(gain: f64, node: &PairNode) -> f64 {
        gain / (2.0 * node.weight)
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

    fn score((left, left_weight): (f64, f64), (right, right_weight): (f64, f64)) -> Score {
        let of = Self::purity(left, left_weight) + Self::purity(right, right_weight);
        Score { of, by: 1.0 }
    }

    /// The gain itself.
    fn pair_score(left: [f64; 2], node: &PairNode) -> Score {
        let purity = |[first, second]: [f64; 2]| {
            Self::purity(Self::term(first) + Self::term(second), first + second)
        };
        let right = [node.classes[0] - left[0], node.classes[1] - left[1]];
        let both = left[0] + left[1] > 0.0 && right[0] + right[1] > 0.0;
        Score {
            of: purity(left) + purity(right) - purity(node.classes),
            by: f64::from(u8::from(both)),
        }
    }

    fn pair_gain(score: f64, _: &PairNode) -> f64 {
        score
    }

    fn pair_score_of(gain: f64, _: &PairNode) -> f64 {
        gain
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
