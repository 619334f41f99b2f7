//! Flags that several verbs share, and what is made of them.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use linfa_trees::SplitQuality;

use crate::data::split::Split;
use crate::data::synth::MakeClassification;
use crate::forest::check_threads;
use crate::message::list;
use crate::model::file::store::Destination;
use crate::{ClassWeight, Error, ForestParams, Learner, MaxFeatures, MaxSamples, Result};

/// Flags of every verb.
#[derive(Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct GlobalArgs {
    /// Seed of everything that is random: data, split and forest; verbs without chance ignore it
    #[arg(long, global = true, value_name = "N", default_value_t = 42)]
    pub(super) seed: u32,

    /// Threads to use, 0 for all cores; results are the same on any number
    #[arg(long, global = true, value_name = "N", default_value_t = 0)]
    threads: usize,

    /// Say nothing but results and errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,

    /// Give the result as JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
}

impl GlobalArgs {
    /// Makes the threads that all verbs work on.
    pub(super) fn start_threads(&self) -> Result<()> {
        check_threads(self.threads)?;
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build_global()
            .map_err(|error| Error::setting(format!("--threads {}: {error}", self.threads)))
    }
}

/// Flags that say where a result goes.
#[derive(Args)]
pub(super) struct ForceArgs {
    /// Replace the file that --out names, if it is there
    #[arg(long)]
    force: bool,
}

impl ForceArgs {
    /// Where the result is to be written: not over a file that it is made from.
    pub(super) fn destination<'a>(
        &self,
        out: &Path,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<Destination> {
        let place = |path: &Path| path.is_file().then(|| path.canonicalize().ok()).flatten();
        let is_out = |input: &&PathBuf| place(out).is_some_and(|out| Some(out) == place(input));
        if let Some(input) = inputs.into_iter().find(is_out) {
            let input = input.display();
            return Err(Error::setting(format!("--out would replace {input}, which is read"))
                .help("give --out another name"));
        }
        Destination::new(out, self.force)
    }
}

/// Flags of the synthetic table.
#[derive(Args)]
#[command(next_help_heading = "Synthetic table (scikit-learn's make_classification)")]
pub(super) struct SyntheticArgs {
    /// Rows [default: 1000]
    #[arg(long, value_name = "N")]
    samples: Option<usize>,

    /// Columns [default: 20]
    #[arg(long, value_name = "N")]
    features: Option<usize>,

    /// Columns that tell the classes apart [default: 2]
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
    #[arg(long, value_name = "PART")]
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

    /// Keep rows and columns in order
    #[arg(long)]
    no_shuffle: bool,

    /// Seed of the table alone [default: --seed]
    #[arg(long, value_name = "N")]
    data_seed: Option<u32>,
}

impl SyntheticArgs {
    pub(super) fn recipe(&self, seed: u32) -> MakeClassification {
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
            random_state: self.data_seed.unwrap_or(seed),
        }
    }
}

/// Flags of the split.
#[derive(Args)]
#[command(next_help_heading = "Split")]
pub(super) struct SplitArgs {
    /// Share of the rows to hold out, from 0 (none) to below 1
    #[arg(long, value_name = "PART", default_value_t = 0.25)]
    pub(super) test_size: f64,

    /// Keep the classes' shares on both sides
    #[arg(long)]
    stratify: bool,

    /// Seed of the split alone [default: --seed]
    #[arg(long, value_name = "N")]
    split_seed: Option<u32>,
}

impl SplitArgs {
    pub(super) fn split(&self, seed: u32) -> Split {
        Split {
            test_size: self.test_size,
            random_state: self.split_seed.unwrap_or(seed),
            stratify: self.stratify,
        }
    }
}

/// Flags of the forest.
#[derive(Args)]
#[command(next_help_heading = "Forest")]
pub(super) struct ForestArgs {
    /// Trees
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(super) trees: usize,

    /// Greatest depth of a tree [default: no limit]
    #[arg(long, value_name = "N")]
    max_depth: Option<usize>,

    /// Fewest rows that a node needs to be split
    #[arg(long, value_name = "N", default_value_t = 2)]
    min_samples_split: usize,

    /// Fewest rows of a leaf
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_samples_leaf: usize,

    /// Features that a split looks at: sqrt, log2, all, a number (6) or a part (0.3)
    #[arg(long, value_name = "HOW MANY", default_value = "sqrt")]
    max_features: MaxFeatures,

    /// Most leaves of a tree, grown best first [default: no limit]
    #[arg(long, value_name = "N")]
    max_leaf_nodes: Option<usize>,

    /// Least impurity decrease of a split
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    min_impurity_decrease: f64,

    /// Impurity that splits decrease
    #[arg(long, default_value = "gini", value_parser = criterion())]
    criterion: SplitQuality,

    /// Grow each tree on all rows
    #[arg(long)]
    no_bootstrap: bool,

    /// Rows that the bootstrap draws for a tree: all, a number (500) or a part (0.5)
    #[arg(long, value_name = "HOW MANY", default_value = "all")]
    max_samples: MaxSamples,

    /// Weight of a class's rows: none, balanced, `balanced_subsample` or CLASS=WEIGHT,…
    /// (classes left out weigh 1)
    #[arg(long, value_name = "HOW", default_value = "none")]
    class_weight: String,

    /// What grows the trees: our own exact CART, or linfa-trees (slow; two classes)
    #[arg(long, default_value = "cart", value_parser = learner())]
    learner: Learner,
}

fn criterion() -> impl TypedValueParser<Value = SplitQuality> {
    PossibleValuesParser::new(["gini", "entropy"]).map(|name| match name.as_str() {
        "gini" => SplitQuality::Gini,
        _ => SplitQuality::Entropy,
    })
}

fn learner() -> impl TypedValueParser<Value = Learner> {
    PossibleValuesParser::new(["cart", "linfa"]).try_map(|name| name.parse::<Learner>())
}

impl ForestArgs {
    /// The settings for a table of these classes.
    pub(super) fn params(&self, seed: u32, classes: &[String]) -> Result<ForestParams> {
        Ok(ForestParams::new()
            .learner(self.learner)
            .n_trees(self.trees)
            .criterion(self.criterion)
            .max_depth(self.max_depth)
            .min_samples_split(self.min_samples_split)
            .min_samples_leaf(self.min_samples_leaf)
            .max_features(self.max_features)
            .max_leaf_nodes(self.max_leaf_nodes)
            .min_impurity_decrease(self.min_impurity_decrease)
            .bootstrap(!self.no_bootstrap)
            .max_samples(self.max_samples)
            .class_weight(class_weight(&self.class_weight, classes)?)
            .seed(u64::from(seed)))
    }

    /// Whether no chance is left that would make trees differ.
    pub(super) fn grows_one_tree(&self, n_features: usize) -> bool {
        let all_features = self.max_features.resolve(n_features).is_ok_and(|n| n == n_features);
        self.trees > 1 && self.no_bootstrap && all_features
    }
}

fn class_weight(text: &str, classes: &[String]) -> Result<ClassWeight> {
    if !text.contains('=') {
        return text.parse().map_err(|_| {
            Error::setting(format!("--class-weight '{text}' is not known"))
                .help("give none, balanced, balanced_subsample, or CLASS=WEIGHT,CLASS=WEIGHT,…")
        });
    }
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
            .help(format!("the classes are {}", list(classes))));
        };
        if weights[class].replace(weight).is_some() {
            return Err(Error::setting(format!("--class-weight names '{name}' twice")));
        }
    }
    Ok(ClassWeight::PerClass(weights.into_iter().map(|weight| weight.unwrap_or(1.0)).collect()))
}

/// A name and a value, separated by the first equals sign.
pub(super) fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a tag is NAME=VALUE, for instance commit=abc123".to_owned()),
    }
}

/// A delimiter: one ASCII character, or `tab`.
pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err("a delimiter is one ASCII character, or `tab`".to_owned()),
    }
}

/// A gate: an accuracy from 0 to 1.
pub(super) fn accuracy(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(accuracy) if (0.0..=1.0).contains(&accuracy) => Ok(accuracy),
        _ => Err("an accuracy is a number from 0 to 1, for instance 0.85".to_owned()),
    }
}

/// Flags that say which model, and which rows, of the verbs that use one.
#[derive(Args)]
pub(super) struct RowsArgs {
    /// Model file, - for standard input
    #[arg(long, value_name = "FILE")]
    pub(super) model: PathBuf,

    /// CSV file of rows, - for standard input [default: the rows held out in training]
    #[arg(long, value_name = "FILE")]
    pub(super) data: Option<PathBuf>,

    /// --data is the file the model was trained on: take only the rows held out
    #[arg(long, requires = "data")]
    pub(super) held_out: bool,

    /// Character between two cells [default: comma; tab for .tsv]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, requires = "data", conflicts_with = "held_out")]
    pub(super) delimiter: Option<u8>,
}
