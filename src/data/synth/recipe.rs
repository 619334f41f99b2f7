//! Any of the recipes, as tables and model files remember theirs.

use serde::Serialize;

use super::{MakeClassification, MakeRegression, Synthetic};
use crate::Result;

/// A recipe for a synthetic table. It is serialized as the recipe's settings, under scikit-learn's
/// names, beside its own name under `recipe`.
///
/// ```
/// use forest::data::synth::{MakeRegression, Recipe};
///
/// let recipe = Recipe::from(MakeRegression { n_samples: 50, ..Default::default() });
/// assert_eq!((recipe.name(), recipe.n_samples()), ("make_regression", 50));
/// assert_eq!(recipe.generate()?.x.nrows(), 50);
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "recipe")]
#[non_exhaustive]
pub enum Recipe {
    /// A table whose target has classes.
    #[serde(rename = "make_classification")]
    Classification(MakeClassification),
    /// A table whose target has values.
    #[serde(rename = "make_regression")]
    Regression(MakeRegression),
}

impl From<MakeClassification> for Recipe {
    fn from(recipe: MakeClassification) -> Self {
        Self::Classification(recipe)
    }
}

impl From<MakeRegression> for Recipe {
    fn from(recipe: MakeRegression) -> Self {
        Self::Regression(recipe)
    }
}

impl Recipe {
    /// The name of scikit-learn's function.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classification(_) => MakeClassification::NAME,
            Self::Regression(_) => MakeRegression::NAME,
        }
    }

    /// The number of rows.
    pub fn n_samples(&self) -> usize {
        match self {
            Self::Classification(recipe) => recipe.n_samples,
            Self::Regression(recipe) => recipe.n_samples,
        }
    }

    /// The number of features.
    pub fn n_features(&self) -> usize {
        match self {
            Self::Classification(recipe) => recipe.n_features,
            Self::Regression(recipe) => recipe.n_features,
        }
    }

    /// The number of classes, 0 of a table whose target has values.
    pub fn n_classes(&self) -> usize {
        match self {
            Self::Classification(recipe) => recipe.n_classes,
            Self::Regression(_) => 0,
        }
    }

    /// Whether a table can be made of these settings, apart from its size in memory.
    ///
    /// # Errors
    ///
    /// Names the first parameter that is wrong, what it may be, and what to do.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Classification(recipe) => recipe.check(),
            Self::Regression(recipe) => recipe.check(),
        }
    }

    /// Makes the table.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check); where the table does not fit in memory; where it would hold a
    /// number too large for an `f64`.
    pub fn generate(&self) -> Result<Synthetic> {
        match self {
            Self::Classification(recipe) => recipe.generate(),
            Self::Regression(recipe) => recipe.generate(),
        }
    }
}
