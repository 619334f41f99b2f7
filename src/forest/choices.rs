//! What hyperparameters can be that are no plain numbers, with their names.

use super::allowed::{Allowed, Value, at_least, one_of};
use crate::names::names;
use crate::parameter::sentence;
use crate::tree::split::criterion::Criterion;
use crate::tree::split::splitter::Splitter;
use crate::{Error, Parameter, Result};

/// The largest ratio of two class weights: the fourth power of its inverse is still a normal number.
const MAX_WEIGHT_RATIO: f64 = 1e50;

/// How many features a split looks at (with [`Learner::Linfa`]: how many a tree may use).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFeatures {
    /// The square root of the number of features, rounded down.
    Sqrt,
    /// A third of the number of features, rounded down.
    Third,
    /// The binary logarithm of the number of features, rounded down.
    Log2,
    /// All features, in table order; no random numbers are drawn.
    All,
    /// This many.
    Count(usize),
    /// This fraction of all features, in (0, 1], rounded down.
    Fraction(f64),
}

impl MaxFeatures {
    /// The number of features out of `n_features`, at least 1.
    ///
    /// # Errors
    /// A count greater than `n_features`.
    pub fn resolve(self, n_features: usize) -> Result<usize> {
        let n = match self {
            Self::Sqrt => n_features.isqrt(),
            Self::Third => n_features / 3,
            Self::Log2 => n_features.max(1).ilog2() as usize,
            Self::All => n_features,
            Self::Count(count) if count > n_features => {
                let what = format!(" {count} is more than the table's {n_features} features");
                return Err(Error::setting(sentence![Parameter("max_features"), what])
                    .with_help(format!("give a number from 1 to {n_features}, or `all`")));
            }
            Self::Count(count) => count,
            Self::Fraction(fraction) => (fraction * n_features as f64) as usize,
        };
        Ok(n.max(1))
    }
}

/// Which rows a tree is grown on when the bootstrap draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxSamples {
    /// As many draws as there are rows; where class weights decide what is [drawn](ClassWeightIn::Draws), what
    /// these make of them.
    All,
    /// This many draws.
    Count(usize),
    /// This fraction of these draws, in (0, 1], rounded; at least one draw.
    Fraction(f64),
}

/// How much the rows of a class weigh; [`ClassWeightIn`] says where.
#[derive(Clone, Debug, PartialEq)]
pub enum ClassWeight {
    /// All the same.
    None,
    /// `rows / (classes · rows of the class)`, over the training rows.
    Balanced,
    /// The same over each tree's bootstrap sample, so that it can only count in splits and leaves.
    BalancedSubsample,
    /// A positive weight for each class code, at most a factor of 1e50 apart. Only their ratios count.
    PerClass(Vec<f64>),
}

/// Where the weights of classes count. Those of rows count in splits and leaves, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassWeightIn {
    /// In the bootstrap: rows are drawn in proportion to the weight of their class, and those of the class
    /// that is drawn most once on average, as in a balanced random forest (Chen, Liaw & Breiman 2004), so
    /// that they are out-of-bag as often as without weights. A tree has fewer draws, then; there are more, of
    /// each row twice at most, where a class is far rarer than several others, and no class is lowered below
    /// a twentieth of the draws. What that leaves of the weights multiplies rows in splits and leaves.
    Draws,
    /// In splits and leaves, where they multiply rows, as in scikit-learn's trees (and in its forests up to
    /// 1.8). Where leaves are pure this does little.
    Splits,
}

/// What grows the trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learner {
    /// Our own exact CART.
    Cart,
    /// `linfa_trees::DecisionTree`: for classes and complete tables, slow, and blind to some splits
    /// where values repeat. It is here to be compared with. With three classes or more the forest may
    /// differ from run to run, as linfa-trees adds impurities up in an order that does.
    Linfa,
}

names!(MaxFeatures {
    Sqrt: "sqrt", Third: "third", Log2: "log2", All: "all";
    Count: "a whole number (6)", Fraction: "a fraction (0.3)"
});

names!(MaxSamples { All: "all"; Count: "a whole number (500)", Fraction: "a fraction (0.5)" });

names!(ClassWeight {
    None: "none", Balanced: "balanced", BalancedSubsample: "balanced_subsample";
    PerClass: "a number for each class"
});

names!(ClassWeightIn { Draws: "draws", Splits: "splits" });

names!(Learner { Cart: "cart", Linfa: "linfa" });

names!(Splitter { Best: "best", Random: "random" });

names!(Criterion { Gini: "gini", Entropy: "entropy", SquaredError: "squared_error" });

impl Value for MaxFeatures {
    const ALLOWED: Allowed = one_of::<Self>();

    fn check(&self, parameter: Parameter, _: &Allowed) -> Result<()> {
        match *self {
            Self::Count(count) => at_least(1).check_whole(parameter, count as u64),
            Self::Fraction(fraction) => check_fraction(parameter, fraction),
            Self::Sqrt | Self::Third | Self::Log2 | Self::All => Ok(()),
        }
    }
}

impl Value for MaxSamples {
    const ALLOWED: Allowed = one_of::<Self>();

    fn check(&self, parameter: Parameter, _: &Allowed) -> Result<()> {
        match *self {
            Self::Count(count) => at_least(1).check_whole(parameter, count as u64),
            Self::Fraction(fraction) => check_fraction(parameter, fraction),
            Self::All => Ok(()),
        }
    }
}

fn check_fraction(parameter: Parameter, fraction: f64) -> Result<()> {
    if fraction > 0.0 && fraction <= 1.0 {
        return Ok(());
    }
    let allowed = "a whole number from 1 up, or a fraction above 0 and at most 1.0";
    Err(Error::out_of_range(parameter, fraction, allowed))
}

impl Value for ClassWeight {
    const ALLOWED: Allowed = one_of::<Self>();

    /// Refuses weights that are not positive, or so far apart that impurities would lose the small ones.
    fn check(&self, parameter: Parameter, _: &Allowed) -> Result<()> {
        let Self::PerClass(weights) = self else { return Ok(()) };
        if let Some(weight) = weights.iter().find(|weight| !(weight.is_normal() && **weight > 0.0))
        {
            return Err(Error::out_of_range(parameter, weight, "a positive number for each class"));
        }
        let min = weights.iter().copied().fold(f64::INFINITY, f64::min);
        let max = weights.iter().copied().fold(0.0, f64::max);
        if max / MAX_WEIGHT_RATIO > min {
            let what = format!(
                " has weights from {min:e} to {max:e}, more than a factor of {MAX_WEIGHT_RATIO:e} apart"
            );
            return Err(Error::setting(sentence![parameter, what])
                .with_help("give the classes weights of similar magnitude"));
        }
        Ok(())
    }
}

impl Value for Criterion {
    const ALLOWED: Allowed = one_of::<Self>();
}

impl Value for ClassWeightIn {
    const ALLOWED: Allowed = one_of::<Self>();
}

impl Value for Splitter {
    const ALLOWED: Allowed = one_of::<Self>();
}

impl Value for Learner {
    const ALLOWED: Allowed = one_of::<Self>();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["sqrt", "third", "log2", "all", "6", "0.3", "1.0"] {
            assert_eq!(text.parse::<MaxFeatures>().unwrap().to_string(), text);
        }
        for text in ["all", "500", "0.5", "1.0"] {
            assert_eq!(text.parse::<MaxSamples>().unwrap().to_string(), text);
        }
        for text in ["none", "balanced", "balanced_subsample", "1,0.1,3"] {
            assert_eq!(text.parse::<ClassWeight>().unwrap().to_string(), text);
        }
        for text in ["draws", "splits"] {
            assert_eq!(text.parse::<ClassWeightIn>().unwrap().to_string(), text);
        }
        for text in ["gini", "entropy", "squared_error"] {
            assert_eq!(text.parse::<Criterion>().unwrap().to_string(), text);
        }
        for text in ["classification", "regression"] {
            assert_eq!(text.parse::<Task>().unwrap().to_string(), text);
        }
        for text in ["best", "random"] {
            assert_eq!(text.parse::<Splitter>().unwrap().to_string(), text);
        }
        for text in ["cart", "linfa"] {
            assert_eq!(text.parse::<Learner>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn one_is_a_count_and_one_point_nought_the_whole() {
        assert_eq!("1".parse::<MaxFeatures>().unwrap(), MaxFeatures::Count(1));
        assert_eq!("1.0".parse::<MaxFeatures>().unwrap(), MaxFeatures::Fraction(1.0));
    }
}
