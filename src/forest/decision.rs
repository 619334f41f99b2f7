//! From the probabilities of a row to its class.

use super::costs::{COST, Costs};
use crate::metrics::argmax;
use crate::parameter::sentence;
use crate::{Error, Parameter, Result};

/// How a class follows from the probabilities that a forest gives a row.
///
/// ```
/// use forest::{Costs, Decision};
///
/// let costs = Costs::parse("FP=1,FN=5", &["healthy", "ill"])?;
/// for (decision, class) in
///     [(Decision::MostProbable, 0), (Decision::Threshold(0.2), 1), (Decision::LeastCost(costs), 1)]
/// {
///     decision.check(2)?;
///     assert_eq!(decision.decide(&[0.75, 0.25]), class);
/// }
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// The most probable class, the lowest code of equals.
    #[default]
    MostProbable,
    /// Of two classes: code 1 if its probability is at least this, from 0 to 1.
    Threshold(f64),
    /// The class of the least expected cost (Elkan 2001, *The foundations of cost-sensitive
    /// learning*), the lowest code of equals.
    LeastCost(Costs),
}

const THRESHOLD: Parameter = Parameter("threshold");

impl Decision {
    /// Refuses a decision that cannot be made between so many classes, which are 0 in a regression.
    ///
    /// # Errors
    /// A threshold that is not from 0 to 1, or between other than two classes; costs of another
    /// number of classes.
    pub fn check(&self, n_classes: usize) -> Result<()> {
        match self {
            Self::Threshold(_) if n_classes != 2 => {
                let found = format!(" is between two classes, and there are {n_classes}");
                Err(Error::setting(sentence![THRESHOLD, found])
                    .with_help(sentence!["say what mistakes cost instead, with ", COST]))
            }
            Self::Threshold(threshold) if !(0.0..=1.0).contains(threshold) => {
                Err(Error::out_of_range(THRESHOLD, threshold, "a number from 0 to 1"))
            }
            Self::LeastCost(costs) if costs.n_classes() != n_classes => {
                let wanted = costs.n_classes();
                let found = format!(" is between {wanted} classes, and there are {n_classes}");
                Err(Error::setting(sentence![COST, found]))
            }
            _ => Ok(()),
        }
    }

    /// The class of a row with these probabilities, one for each class code.
    ///
    /// # Panics
    /// If [`check`](Self::check) refuses their number.
    pub fn decide(&self, proba: &[f64]) -> u32 {
        match self {
            Self::MostProbable => argmax(proba),
            Self::Threshold(threshold) => u32::from(proba[1] >= *threshold),
            Self::LeastCost(costs) => costs.cheapest(proba),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_that_is_the_threshold_is_enough() {
        let decide = |threshold, p| Decision::Threshold(threshold).decide(&[1.0 - p, p]);
        assert_eq!([decide(0.3, 0.3), decide(0.3, 0.29), decide(0.3, 0.31)], [1, 0, 1]);
        assert_eq!([decide(0.0, 0.0), decide(1.0, 1.0), decide(1.0, 0.99)], [1, 1, 0]);
    }

    #[test]
    fn half_leaves_a_tie_to_the_first_class_unless_it_is_a_threshold() {
        assert_eq!(Decision::default().decide(&[0.5, 0.5]), 0);
        assert_eq!(Decision::Threshold(0.5).decide(&[0.5, 0.5]), 1);
    }

    #[test]
    fn what_does_not_fit_the_classes_is_refused() {
        let costs = Decision::LeastCost(Costs::parse("FP=2", &["a", "b"]).unwrap());
        for (decision, n_classes, words) in [
            (Decision::Threshold(0.5), 3, "`threshold` is between two classes, and there are 3"),
            (Decision::Threshold(0.5), 0, "`threshold` is between two classes, and there are 0"),
            (Decision::Threshold(1.5), 2, "`threshold` is 1.5, but must be a number from 0 to 1"),
            (Decision::Threshold(f64::NAN), 2, "`threshold` is NaN, but must be"),
            (costs.clone(), 3, "`cost` is between 2 classes, and there are 3"),
        ] {
            let error = decision.check(n_classes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        for decision in [Decision::MostProbable, Decision::Threshold(0.0), costs] {
            decision.check(2).unwrap();
        }
    }
}
