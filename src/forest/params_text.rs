//! How settings are written, the same on the command line, in model files and in reports.

use linfa::ParamGuard;
use serde::{Serialize, Serializer};

use super::params::{
    ClassWeight, ForestParams, ForestValidParams, Learner, MaxFeatures, MaxSamples,
};
use crate::Criterion;
use crate::Result;
use crate::names::names;
use crate::settings::Settings;

names!(MaxFeatures {
    Sqrt: "sqrt", Third: "third", Log2: "log2", All: "all";
    Count: "a whole number (6)", Fraction: "a fraction (0.3)"
});

names!(MaxSamples { All: "all"; Count: "a whole number (500)", Fraction: "a fraction (0.5)" });

names!(ClassWeight {
    None: "none", Balanced: "balanced", BalancedSubsample: "balanced_subsample";
    PerClass: "a number for each class"
});

names!(Learner { Cart: "cart", Linfa: "linfa" });

names!(Criterion { Gini: "gini", Entropy: "entropy", SquaredError: "squared_error" });

impl ForestValidParams {
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
