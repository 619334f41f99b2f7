//! Flags of the synthetic table.

use clap::Args;

use forest::data::synth::{MakeClassification, MakeRegression, Recipe};
use forest::{Error, Result, Task};

/// Flags of the synthetic table.
#[derive(Args)]
#[command(
    next_help_heading = "Synthetic table (scikit-learn's make_classification; with --task regression make_regression)"
)]
pub(in crate::cli) struct SyntheticArgs {
    /// Rows [default: 1000]
    #[arg(long, value_name = "N")]
    samples: Option<usize>,

    /// Columns [default: 20]
    #[arg(long, value_name = "N")]
    features: Option<usize>,

    /// Columns that matter [default: 2; of regression 10]
    #[arg(long, value_name = "N")]
    informative: Option<usize>,

    /// Columns that are combinations of informative ones [default: 2]
    #[arg(long, value_name = "N")]
    redundant: Option<usize>,

    /// Columns that are copies [default: 0]
    #[arg(long, value_name = "N")]
    repeated: Option<usize>,

    /// Classes [default: 2]
    #[arg(long, value_name = "N")]
    classes: Option<usize>,

    /// Clusters of each class [default: 2]
    #[arg(long, value_name = "N")]
    clusters_per_class: Option<usize>,

    /// Shares of the classes, which may leave out the last [default: equal]
    #[arg(long, value_name = "W,…", value_delimiter = ',')]
    weights: Option<Vec<f64>>,

    /// Share of rows whose label is drawn at random [default: 0.01]
    #[arg(long, value_name = "FRACTION")]
    flip_y: Option<f64>,

    /// Distance of the classes [default: 1.0]
    #[arg(long, value_name = "X")]
    class_sep: Option<f64>,

    /// Put clusters at random points, not on the corners of a hypercube
    #[arg(long)]
    no_hypercube: bool,

    /// Added to every value [default: 0.0]
    #[arg(long, value_name = "X")]
    shift: Option<f64>,

    /// Multiplies every value [default: 1.0]
    #[arg(long, value_name = "X")]
    scale: Option<f64>,

    /// Added to every target of regression [default: 0.0]
    #[arg(long, value_name = "X")]
    bias: Option<f64>,

    /// Standard deviation of the noise on targets of regression [default: 0.0]
    #[arg(long, value_name = "X")]
    noise: Option<f64>,

    /// Approximate rank of the columns of regression [default: all are independent]
    #[arg(long, value_name = "N")]
    effective_rank: Option<usize>,

    /// Share of noise in such mixtures, from 0 to 1 [default: 0.5]
    #[arg(long, value_name = "FRACTION", requires = "effective_rank")]
    tail_strength: Option<f64>,

    /// Keep rows and columns in order
    #[arg(long)]
    no_shuffle: bool,

    /// Seed of the table alone [default: --seed]
    #[arg(long, value_name = "N")]
    data_seed: Option<u32>,
}

impl SyntheticArgs {
    /// The recipe for a task.
    ///
    /// # Errors
    /// A flag of the other task's recipe.
    pub(in crate::cli) fn recipe(&self, task: Task, seed: u32) -> Result<Recipe> {
        let random_state = self.data_seed.unwrap_or(seed);
        match task {
            Task::Classification => {
                refuse(&self.of_regression(), "regression: give --task regression")?;
                Ok(self.classification(random_state).into())
            }
            Task::Regression => {
                refuse(&self.of_classification(), "classification, not about --task regression")?;
                Ok(self.regression(random_state).into())
            }
        }
    }

    /// The flags that only `make_classification` has, and whether they are given.
    fn of_classification(&self) -> [(&'static str, bool); 10] {
        [
            ("--redundant", self.redundant.is_some()),
            ("--repeated", self.repeated.is_some()),
            ("--classes", self.classes.is_some()),
            ("--clusters-per-class", self.clusters_per_class.is_some()),
            ("--weights", self.weights.is_some()),
            ("--flip-y", self.flip_y.is_some()),
            ("--class-sep", self.class_sep.is_some()),
            ("--no-hypercube", self.no_hypercube),
            ("--shift", self.shift.is_some()),
            ("--scale", self.scale.is_some()),
        ]
    }

    /// The flags that only `make_regression` has, and whether they are given.
    fn of_regression(&self) -> [(&'static str, bool); 4] {
        [
            ("--bias", self.bias.is_some()),
            ("--noise", self.noise.is_some()),
            ("--effective-rank", self.effective_rank.is_some()),
            ("--tail-strength", self.tail_strength.is_some()),
        ]
    }

    fn regression(&self, random_state: u32) -> MakeRegression {
        let default = MakeRegression::default();
        let n_features = self.features.unwrap_or(default.n_features);
        MakeRegression {
            n_samples: self.samples.unwrap_or(default.n_samples),
            n_features,
            n_informative: self.informative.unwrap_or(default.n_informative.min(n_features)),
            bias: self.bias.unwrap_or(default.bias),
            effective_rank: self.effective_rank,
            tail_strength: self.tail_strength.unwrap_or(default.tail_strength),
            noise: self.noise.unwrap_or(default.noise),
            shuffle: !self.no_shuffle,
            random_state,
        }
    }

    fn classification(&self, random_state: u32) -> MakeClassification {
        let default = MakeClassification::default();
        MakeClassification {
            n_samples: self.samples.unwrap_or(default.n_samples),
            n_features: self.features.unwrap_or(default.n_features),
            n_informative: self.informative.unwrap_or(default.n_informative),
            n_redundant: self.redundant.unwrap_or(default.n_redundant),
            n_repeated: self.repeated.unwrap_or(default.n_repeated),
            n_classes: self.classes.unwrap_or(default.n_classes),
            n_clusters_per_class: self.clusters_per_class.unwrap_or(default.n_clusters_per_class),
            weights: self.weights.clone(),
            flip_y: self.flip_y.unwrap_or(default.flip_y),
            class_sep: self.class_sep.unwrap_or(default.class_sep),
            hypercube: !self.no_hypercube,
            shift: self.shift.unwrap_or(default.shift),
            scale: self.scale.unwrap_or(default.scale),
            shuffle: !self.no_shuffle,
            random_state,
        }
    }
}

/// Refuses flags of another recipe.
fn refuse(flags: &[(&str, bool)], reason: &str) -> Result<()> {
    match flags.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => {
            Err(Error::setting(format!("{flag} is about synthetic tables for {reason}")))
        }
    }
}
