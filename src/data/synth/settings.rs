//! A recipe as settings in a model file.

use super::MakeClassification;
use crate::Result;
use crate::settings::{Settings, join_numbers, split_numbers, unreadable};

impl MakeClassification {
    /// All parameters under scikit-learn's names.
    pub(crate) fn to_settings(&self) -> Settings {
        Settings::default()
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

    /// What [`to_settings`](Self::to_settings) wrote.
    pub(crate) fn from_settings(mut settings: Settings) -> Result<Self> {
        let recipe = Self {
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
        };
        settings.finish()?;
        recipe.check()?;
        Ok(recipe)
    }
}

fn parse_weights(text: &str) -> Result<Vec<f64>> {
    split_numbers(text).ok_or_else(|| unreadable("weights", text))
}
