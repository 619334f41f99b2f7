//! The recipe for a classification table: its settings, and which of them make sense.

use serde::Serialize;

use super::checks::{check_counts, check_numbers};
use super::hypercube::NUMBERED_DIMENSIONS;
use crate::parameter::{Parameter, sentence};
use crate::{Error, MAX_CLASSES, Result};

/// How far above 1 the rounding of their sum may carry weights that add up to 1.
const WEIGHTS_TOLERANCE: f64 = 1e-10;

/// A random classification problem of Gaussian clusters around the corners of a hypercube:
/// scikit-learn's `make_classification`, parameter for parameter and, for the same seed, number for
/// number.
///
/// The design is that of the Madelon data (I. Guyon, "Design of experiments for the NIPS 2003
/// variable selection benchmark", 2003). Unless shuffled, the columns are the informative features,
/// then the redundant, the repeated, and those that are noise.
///
/// Labels and the order of rows and columns equal those of scikit-learn 1.9; the features equal its
/// to about 1e-12, because it leaves the order of its sums to a linear algebra library.
///
/// ```
/// use forest::data::synth::{MakeClassification, SyntheticTarget};
///
/// let recipe = MakeClassification { n_samples: 200, n_features: 8, ..Default::default() };
/// let table = recipe.generate()?;
/// assert_eq!(table.x.dim(), (200, 8));
/// assert!(matches!(table.y, SyntheticTarget::Classes(codes) if codes.len() == 200));
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MakeClassification {
    /// Rows, at least 1.
    pub n_samples: usize,
    /// Columns in all: informative, redundant, repeated, and noise for the rest.
    pub n_features: usize,
    /// Dimensions of the hypercube, at least 1.
    pub n_informative: usize,
    /// Columns that are random linear combinations of the informative ones.
    pub n_redundant: usize,
    /// Columns that are copies of informative or redundant ones, each chosen at random.
    pub n_repeated: usize,
    /// Classes, 1 to 65,536.
    pub n_classes: usize,
    /// Clusters a class, at least 1.
    pub n_clusters_per_class: usize,
    /// Each class's share of the rows, or all shares but the last; none means equal shares. What
    /// they leave of 1 is spread evenly over the clusters.
    pub weights: Option<Vec<f64>>,
    /// The share of rows that get a label at random, in [0, 1].
    pub flip_y: f64,
    /// Half the side of the hypercube, above 0: the larger, the easier to tell classes apart.
    pub class_sep: f64,
    /// Whether clusters sit on the hypercube's corners, or at random points between these and the
    /// centre.
    pub hypercube: bool,
    /// Added to every feature.
    pub shift: f64,
    /// Multiplies every feature, after the shift; above 0.
    pub scale: f64,
    /// Whether rows and columns are shuffled.
    pub shuffle: bool,
    /// The seed.
    pub random_state: u32,
}

/// scikit-learn's defaults, but 1,000 rows and a seed.
impl Default for MakeClassification {
    fn default() -> Self {
        Self {
            n_samples: 1000,
            n_features: 20,
            n_informative: 2,
            n_redundant: 2,
            n_repeated: 0,
            n_classes: 2,
            n_clusters_per_class: 2,
            weights: None,
            flip_y: 0.01,
            class_sep: 1.0,
            hypercube: true,
            shift: 0.0,
            scale: 1.0,
            shuffle: true,
            random_state: 42,
        }
    }
}

impl MakeClassification {
    /// The name of scikit-learn's function.
    pub(super) const NAME: &str = "make_classification";

    /// Whether a table can be made of these settings, apart from its size in memory.
    ///
    /// # Errors
    ///
    /// Names the first parameter that is wrong, what it may be, and what to do.
    pub fn check(&self) -> Result<()> {
        check_counts(&[
            (Parameter("n_samples"), self.n_samples, u32::MAX as usize),
            (Parameter("n_features"), self.n_features, usize::MAX),
            (Parameter("n_informative"), self.n_informative, usize::MAX),
            (Parameter("n_classes"), self.n_classes, MAX_CLASSES),
            (Parameter("n_clusters_per_class"), self.n_clusters_per_class, usize::MAX),
        ])?;
        self.check_features()?;
        self.check_clusters()?;
        self.check_weights()?;
        let positive = |number: f64| number.is_finite() && number > 0.0;
        check_numbers(&[
            (Parameter("flip_y"), self.flip_y, (0.0..=1.0).contains(&self.flip_y), "from 0 to 1"),
            (
                Parameter("class_sep"),
                self.class_sep,
                positive(self.class_sep),
                "finite and above 0",
            ),
            (Parameter("shift"), self.shift, self.shift.is_finite(), "finite"),
            (Parameter("scale"), self.scale, positive(self.scale), "finite and above 0"),
        ])
    }

    fn check_features(&self) -> Result<()> {
        let Self { n_features, n_informative, n_redundant, n_repeated, .. } = *self;
        let needed = n_informative.saturating_add(n_redundant).saturating_add(n_repeated);
        if needed <= n_features {
            return Ok(());
        }
        Err(Error::setting(sentence![
            Parameter("n_features"),
            format!(" is {n_features}, but "),
            Parameter("n_informative"),
            format!(" {n_informative}, "),
            Parameter("n_redundant"),
            format!(" {n_redundant} and "),
            Parameter("n_repeated"),
            format!(" {n_repeated} need {needed}"),
        ])
        .with_help(sentence![
            "raise ",
            Parameter("n_features"),
            format!(" to {needed} or more, or lower the others")
        ]))
    }

    fn check_clusters(&self) -> Result<()> {
        let Self { n_informative, n_classes, n_clusters_per_class, .. } = *self;
        let dimensions = n_informative.min(NUMBERED_DIMENSIONS);
        let n_clusters = n_classes.saturating_mul(n_clusters_per_class);
        if n_clusters <= 1 << dimensions {
            return Ok(());
        }
        Err(Error::setting(sentence![
            Parameter("n_classes"),
            format!(" {n_classes} with "),
            Parameter("n_clusters_per_class"),
            format!(" {n_clusters_per_class} makes {n_clusters} clusters, but "),
            Parameter("n_informative"),
            format!(" {n_informative} has room for 2^{dimensions}"),
        ])
        .with_help(sentence![
            "lower ",
            Parameter("n_classes"),
            " or ",
            Parameter("n_clusters_per_class"),
            ", or raise ",
            Parameter("n_informative"),
            " (up to 30)",
        ]))
    }

    fn check_weights(&self) -> Result<()> {
        let Some(weights) = &self.weights else { return Ok(()) };
        let (count, n_classes) = (weights.len(), self.n_classes);
        if count != n_classes && count + 1 != n_classes {
            return Err(Error::setting(sentence![
                Parameter("weights"),
                format!(" has {count} numbers for {n_classes} classes"),
            ])
            .with_help(
                "give one a class; the last may be left out and is then what remains of 1",
            ));
        }
        if let Some(weight) = weights.iter().find(|weight| !(0.0..=1.0).contains(*weight)) {
            return Err(Error::setting(sentence![
                Parameter("weights"),
                format!(" has {weight}, but each must be from 0 to 1"),
            ])
            .with_help("give each class's share of the rows: 0.9,0.1 for nine rows in ten"));
        }
        let sum: f64 = weights.iter().sum();
        if sum > 1.0 + WEIGHTS_TOLERANCE {
            return Err(Error::setting(sentence![
                Parameter("weights"),
                format!(" add up to {sum}, but can be at most 1"),
            ])
            .with_help("divide each by their sum"));
        }
        Ok(())
    }
}
