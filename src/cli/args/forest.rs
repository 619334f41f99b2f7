//! Flags of the forest.

use clap::Args;

use super::named;
use crate::data::{Table, TargetValues};
use crate::message::list;
use crate::{
    ClassWeight, Criterion, Error, ForestParams, Learner, MaxFeatures, MaxSamples, Result,
};

/// Flags of the forest.
#[derive(Args)]
#[command(next_help_heading = "Forest")]
pub(in crate::cli) struct ForestArgs {
    /// Number of trees
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(in crate::cli) trees: usize,

    /// Maximum depth of a tree [default: no limit]
    #[arg(long, value_name = "N")]
    max_depth: Option<usize>,

    /// Minimum number of rows that a node needs to be split
    #[arg(long, value_name = "N", default_value_t = 2)]
    min_samples_split: usize,

    /// Minimum number of rows in a leaf
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_samples_leaf: usize,

    /// Features that a split looks at: sqrt, log2, third, all, a number (6) or a fraction (0.3)
    /// [default: sqrt; in regression third]
    #[arg(long, value_name = "HOW MANY")]
    max_features: Option<MaxFeatures>,

    /// Maximum number of bins that a feature's values are grouped into: splits lie between bins, which can be
    /// faster [default: no limit, exact splits]
    #[arg(long, value_name = "N")]
    max_bins: Option<usize>,

    /// Maximum number of leaves of a tree, grown best first [default: no limit]
    #[arg(long, value_name = "N")]
    max_leaf_nodes: Option<usize>,

    /// Minimum impurity decrease of a split
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    min_impurity_decrease: f64,

    /// Impurity that splits decrease [default: gini; in regression squared error]
    #[arg(long, value_parser = named::<Criterion>())]
    criterion: Option<Criterion>,

    /// Grow each tree on all rows
    #[arg(long)]
    no_bootstrap: bool,

    /// Rows that the bootstrap draws for a tree: all, a number (500) or a fraction (0.5)
    #[arg(long, value_name = "HOW MANY", default_value = "all")]
    max_samples: MaxSamples,

    /// Weight of a class's rows: none, balanced, `balanced_subsample` or CLASS=WEIGHT,…
    /// (classes left out weigh 1)
    #[arg(long, value_name = "HOW", default_value = "none")]
    class_weight: String,

    /// What grows the trees: our own exact CART, or linfa-trees (slow; with three classes or more the
    /// forest may differ from run to run)
    #[arg(long, default_value = "cart", value_parser = named::<Learner>())]
    learner: Learner,

    /// Keep what `predict --quantiles` needs: the training targets of each leaf
    #[arg(long)]
    keep_quantiles: bool,
}

impl ForestArgs {
    /// The settings for a table.
    pub(in crate::cli) fn params(&self, seed: u32, table: &Table) -> Result<ForestParams> {
        let mut params = ForestParams::new()
            .learner(self.learner)
            .n_trees(self.trees)
            .max_depth(self.max_depth)
            .min_samples_split(self.min_samples_split)
            .min_samples_leaf(self.min_samples_leaf)
            .max_bins(self.max_bins)
            .max_leaf_nodes(self.max_leaf_nodes)
            .min_impurity_decrease(self.min_impurity_decrease)
            .bootstrap(!self.no_bootstrap)
            .max_samples(self.max_samples)
            .class_weight(class_weight(&self.class_weight, &table.target.values)?)
            .keep_quantiles(self.keep_quantiles)
            .seed(u64::from(seed));
        if let Some(criterion) = self.criterion {
            params = params.criterion(criterion);
        }
        if let Some(max_features) = self.max_features {
            params = params.max_features(max_features);
        }
        Ok(params)
    }

    /// Whether trees are grown on rows drawn by chance.
    pub(in crate::cli) fn has_bootstrap(&self) -> bool {
        !self.no_bootstrap
    }

    /// Whether no chance is left that would make trees differ.
    pub(in crate::cli) fn grows_one_tree(&self, n_features: usize) -> bool {
        let all_features = self
            .max_features
            .is_some_and(|max| max.resolve(n_features).is_ok_and(|n| n == n_features));
        self.trees > 1 && self.no_bootstrap && all_features
    }
}

fn class_weight(text: &str, target: &TargetValues) -> Result<ClassWeight> {
    if !text.contains('=') {
        return text.parse().map_err(|_| {
            Error::setting(format!("--class-weight '{text}' is not known")).with_help(
                "give none, balanced, balanced_subsample, or CLASS=WEIGHT,CLASS=WEIGHT,…",
            )
        });
    }
    let TargetValues::Classes { names: classes, .. } = target else {
        return Err(Error::setting("--class-weight weighs classes, and the target is numbers")
            .with_help("leave it out, or give --task classification"));
    };
    let mut weights = vec![None; classes.len()];
    for part in text.split(',') {
        let pair = part.rsplit_once('=').and_then(|(name, w)| Some((name, w.parse().ok()?)));
        let Some((name, weight)) = pair else {
            return Err(Error::setting(format!("--class-weight has '{part}', not CLASS=WEIGHT")));
        };
        let Some(class) = classes.iter().position(|class| class == name) else {
            return Err(Error::setting(format!(
                "--class-weight names '{name}', which is no class"
            ))
            .with_help(format!("the classes are {}", list(classes))));
        };
        if weights[class].replace(weight).is_some() {
            return Err(Error::setting(format!("--class-weight names '{name}' twice")));
        }
    }
    Ok(ClassWeight::PerClass(weights.into_iter().map(|weight| weight.unwrap_or(1.0)).collect()))
}
