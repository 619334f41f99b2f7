//! Recipes as settings in a model file: the recipe's name, then its parameters under scikit-learn's
//! names.

use super::{MakeClassification, MakeRegression, Recipe};
use crate::Result;
use crate::settings::{Settings, join_numbers, split_numbers, unreadable};

/// The name of the setting that says which recipe the others belong to.
const RECIPE: &str = "recipe";

impl Recipe {
    /// The name and all parameters, by name, as texts.
    pub fn settings(&self) -> Vec<(String, String)> {
        self.to_settings().0
    }

    /// The name and all parameters.
    pub(crate) fn to_settings(&self) -> Settings {
        let settings = Settings::default().with(RECIPE, self.name());
        match self {
            Self::Classification(recipe) => recipe.put_into(settings),
            Self::Regression(recipe) => recipe.put_into(settings),
        }
    }

    /// What [`to_settings`](Self::to_settings) wrote.
    pub(crate) fn from_settings(mut settings: Settings) -> Result<Self> {
        let name: String = settings.take(RECIPE)?;
        let recipe: Self = match name.as_str() {
            MakeClassification::NAME => MakeClassification::take_from(&mut settings)?.into(),
            MakeRegression::NAME => MakeRegression::take_from(&mut settings)?.into(),
            _ => return Err(unreadable(RECIPE, &name)),
        };
        settings.finish()?;
        recipe.check()?;
        Ok(recipe)
    }
}

impl MakeClassification {
    fn put_into(&self, settings: Settings) -> Settings {
        settings
            .with("n_samples", self.n_samples)
            .with("n_features", self.n_features)
            .with("n_informative", self.n_informative)
            .with("n_redundant", self.n_redundant)
            .with("n_repeated", self.n_repeated)
            .with("n_classes", self.n_classes)
            .with("n_clusters_per_class", self.n_clusters_per_class)
            .with_option("weights", self.weights.as_deref().map(join_numbers))
            .with("flip_y", self.flip_y)
            .with("class_sep", self.class_sep)
            .with("hypercube", self.hypercube)
            .with("shift", self.shift)
            .with("scale", self.scale)
            .with("shuffle", self.shuffle)
            .with("random_state", self.random_state)
    }

    fn take_from(settings: &mut Settings) -> Result<Self> {
        Ok(Self {
            n_samples: settings.take("n_samples")?,
            n_features: settings.take("n_features")?,
            n_informative: settings.take("n_informative")?,
            n_redundant: settings.take("n_redundant")?,
            n_repeated: settings.take("n_repeated")?,
            n_classes: settings.take("n_classes")?,
            n_clusters_per_class: settings.take("n_clusters_per_class")?,
            weights: settings
                .take_option("weights")?
                .map(|text: String| parse_weights(&text))
                .transpose()?,
            flip_y: settings.take("flip_y")?,
            class_sep: settings.take("class_sep")?,
            hypercube: settings.take("hypercube")?,
            shift: settings.take("shift")?,
            scale: settings.take("scale")?,
            shuffle: settings.take("shuffle")?,
            random_state: settings.take("random_state")?,
        })
    }
}

impl MakeRegression {
    fn put_into(&self, settings: Settings) -> Settings {
        settings
            .with("n_samples", self.n_samples)
            .with("n_features", self.n_features)
            .with("n_informative", self.n_informative)
            .with("bias", self.bias)
            .with_option("effective_rank", self.effective_rank)
            .with("tail_strength", self.tail_strength)
            .with("noise", self.noise)
            .with("shuffle", self.shuffle)
            .with("random_state", self.random_state)
    }

    fn take_from(settings: &mut Settings) -> Result<Self> {
        Ok(Self {
            n_samples: settings.take("n_samples")?,
            n_features: settings.take("n_features")?,
            n_informative: settings.take("n_informative")?,
            bias: settings.take("bias")?,
            effective_rank: settings.take_option("effective_rank")?,
            tail_strength: settings.take("tail_strength")?,
            noise: settings.take("noise")?,
            shuffle: settings.take("shuffle")?,
            random_state: settings.take("random_state")?,
        })
    }
}

fn parse_weights(text: &str) -> Result<Vec<f64>> {
    split_numbers(text).ok_or_else(|| unreadable("weights", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_reads_back_from_its_settings() {
        let recipes: [Recipe; 4] = [
            MakeClassification::default().into(),
            MakeClassification { weights: Some(vec![0.1, 0.9]), ..Default::default() }.into(),
            MakeRegression::default().into(),
            MakeRegression { effective_rank: Some(3), noise: 0.1, ..Default::default() }.into(),
        ];
        for recipe in recipes {
            let settings = recipe.to_settings();
            assert_eq!(settings.0[0], ("recipe".to_owned(), recipe.name().to_owned()));
            assert_eq!(Recipe::from_settings(settings).unwrap(), recipe);
        }
    }

    #[test]
    fn settings_of_another_recipe_are_refused() {
        let of = |name| Settings::default().with("recipe", name);
        let mixed = MakeClassification::default().put_into(of("make_regression"));
        assert!(Recipe::from_settings(mixed).is_err());
        let unknown = MakeRegression::default().put_into(of("make_moons"));
        let message = Recipe::from_settings(unknown).unwrap_err().to_string();
        assert!(message.contains("make_moons"), "{message}");
    }
}
