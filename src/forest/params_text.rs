//! How settings are written, the same on the command line, in model files and in reports.

use std::fmt;
use std::str::FromStr;

use linfa::ParamGuard;
use serde::{Serialize, Serializer};

use super::params::{
    ClassWeight, ForestParams, ForestValidParams, Learner, MaxFeatures, MaxSamples,
};
use crate::Criterion;
use crate::message::shorten;
use crate::settings::{Settings, join_numbers, split_numbers};
use crate::{Error, Result};

impl fmt::Display for MaxFeatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqrt => f.write_str("sqrt"),
            Self::Third => f.write_str("third"),
            Self::Log2 => f.write_str("log2"),
            Self::All => f.write_str("all"),
            Self::Count(count) => write!(f, "{count}"),
            // Debug keeps the point in 1.0, which tells it from the count.
            Self::Fraction(fraction) => write!(f, "{fraction:?}"),
        }
    }
}

impl FromStr for MaxFeatures {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "sqrt" => Ok(Self::Sqrt),
            "third" => Ok(Self::Third),
            "log2" => Ok(Self::Log2),
            "all" => Ok(Self::All),
            _ => count_or_fraction(text, Self::Count, Self::Fraction).ok_or_else(|| {
                unknown(text, "sqrt, third, log2, all, a whole number (6) or a fraction (0.3)")
            }),
        }
    }
}

impl fmt::Display for MaxSamples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Count(count) => write!(f, "{count}"),
            Self::Fraction(fraction) => write!(f, "{fraction:?}"),
        }
    }
}

impl FromStr for MaxSamples {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "all" => Ok(Self::All),
            _ => count_or_fraction(text, Self::Count, Self::Fraction)
                .ok_or_else(|| unknown(text, "all, a whole number (500) or a fraction (0.5)")),
        }
    }
}

/// A number without a point is a count, one with a point a fraction.
fn count_or_fraction<T>(
    text: &str,
    count: impl Fn(usize) -> T,
    fraction: impl Fn(f64) -> T,
) -> Option<T> {
    text.parse().map(count).or_else(|_| text.parse().map(fraction)).ok()
}

impl fmt::Display for ClassWeight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Balanced => f.write_str("balanced"),
            Self::BalancedSubsample => f.write_str("balanced_subsample"),
            Self::PerClass(weights) => f.write_str(&join_numbers(weights)),
        }
    }
}

/// Weights are written in the order of the class codes.
impl FromStr for ClassWeight {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "none" => Ok(Self::None),
            "balanced" => Ok(Self::Balanced),
            "balanced_subsample" => Ok(Self::BalancedSubsample),
            _ => split_numbers(text)
                .map(Self::PerClass)
                .ok_or_else(|| unknown(text, "none, balanced, balanced_subsample or weights")),
        }
    }
}

impl fmt::Display for Learner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cart => "cart",
            Self::Linfa => "linfa",
        })
    }
}

impl FromStr for Learner {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "cart" => Ok(Self::Cart),
            "linfa" => Ok(Self::Linfa),
            _ => Err(unknown(text, "cart or linfa")),
        }
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gini => "gini",
            Self::Entropy => "entropy",
            Self::SquaredError => "squared_error",
        })
    }
}

impl FromStr for Criterion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "gini" => Ok(Self::Gini),
            "entropy" => Ok(Self::Entropy),
            "squared_error" => Ok(Self::SquaredError),
            _ => Err(unknown(text, "gini, entropy or squared_error")),
        }
    }
}

fn unknown(found: &str, expected: &str) -> Error {
    Error::setting(format!("'{}' is not one of: {expected}", shorten(found)))
}

impl ForestValidParams {
    /// All settings that shape the forest, by name, as texts.
    pub fn settings(&self) -> Vec<(String, String)> {
        self.to_settings().0
    }

    /// All settings that shape the forest, for a model file.
    pub(crate) fn to_settings(&self) -> Settings {
        Settings::default()
            .with("learner", self.learner)
            .with("n_trees", self.n_trees)
            .with_option("criterion", self.criterion)
            .with_option("max_depth", self.max_depth)
            .with("min_samples_split", self.min_samples_split)
            .with("min_samples_leaf", self.min_samples_leaf)
            .with_option("max_features", self.max_features)
            .with_option("max_bins", self.max_bins)
            .with_option("max_leaf_nodes", self.max_leaf_nodes)
            .with("min_impurity_decrease", self.min_impurity_decrease)
            .with("bootstrap", self.bootstrap)
            .with("max_samples", self.max_samples)
            .with("class_weight", &self.class_weight)
            .with("keep_quantiles", self.keep_quantiles)
            .with("seed", self.seed)
    }

    /// What [`to_settings`](Self::to_settings) wrote.
    pub(crate) fn from_settings(mut settings: Settings) -> Result<Self> {
        let mut params = ForestParams::new()
            .learner(settings.take("learner")?)
            .n_trees(settings.take("n_trees")?)
            .max_depth(settings.take_option("max_depth")?)
            .min_samples_split(settings.take("min_samples_split")?)
            .min_samples_leaf(settings.take("min_samples_leaf")?)
            .max_bins(settings.take_option("max_bins")?)
            .max_leaf_nodes(settings.take_option("max_leaf_nodes")?)
            .min_impurity_decrease(settings.take("min_impurity_decrease")?)
            .bootstrap(settings.take("bootstrap")?)
            .max_samples(settings.take("max_samples")?)
            .class_weight(settings.take("class_weight")?)
            .keep_quantiles(settings.take("keep_quantiles")?)
            .seed(settings.take("seed")?);
        if let Some(criterion) = settings.take_option::<Criterion>("criterion")? {
            params = params.criterion(criterion);
        }
        if let Some(max_features) = settings.take_option("max_features")? {
            params = params.max_features(max_features);
        }
        settings.finish()?;
        params.check()
    }
}

/// Serialized as the settings are recorded, but for numbers and flags, which stay what they are.
impl Serialize for ForestValidParams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let settings = self.to_settings().0;
        serializer.collect_map(settings.iter().map(|(name, text)| (name, typed(text))))
    }
}

/// A number, a flag or nothing where the text is one.
fn typed(text: &str) -> serde_json::Value {
    match text {
        "none" => serde_json::Value::Null,
        _ => text.parse().unwrap_or_else(|_| text.into()),
    }
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
        for text in ["gini", "entropy", "squared_error"] {
            assert_eq!(text.parse::<Criterion>().unwrap().to_string(), text);
        }
        for text in ["classification", "regression"] {
            assert_eq!(text.parse::<Task>().unwrap().to_string(), text);
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
