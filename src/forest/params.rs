//! The settings of a forest: [`ForestParams`] is what was asked for, [`ForestValidParams`] what has
//! been checked. Only the second can be fitted. All that is to be said of a hyperparameter stands in
//! one row of the table below, but for what it does.

use super::allowed::{Allowed, Field, at_least, from_to};
use super::choices::{ClassWeight, ClassWeightIn, Learner, MaxFeatures, MaxSamples};
use super::refine::{Calibrate, Cut, Shrinkage};
use crate::tree::split::criterion::Criterion;
use crate::tree::split::splitter::Splitter;
use crate::{Parameter, Result, threads};

/// The most bins: their numbers, and that of missing values, fit a `u16`.
const MAX_BINS: u64 = 65_535;

/// The most trees: so many of one leaf each are loaded in four times their file's size and 2 MiB.
const MAX_TREES: u64 = 500_000;

/// What is to be known of a hyperparameter of a forest.
#[derive(Clone, Copy, Debug)]
pub struct Hyperparameter {
    /// The name: that of its setter, of [`ForestParams::set`] and in model files.
    pub name: &'static str,
    /// What it is, in a line.
    pub help: &'static str,
    /// What it means to leave it open, which is then its default and called `none`.
    pub none: Option<&'static str>,
    /// The values that it can have if it is not left open.
    pub allowed: Allowed,
    /// What is meant where a model file does not record it, as text: files record it only if it is
    /// something else. `None` if all files record it.
    pub(super) unrecorded: Option<&'static str>,
    pub(super) text: fn(&ForestValidParams) -> String,
    pub(super) read: fn(&mut ForestValidParams, &str) -> Option<()>,
    pub(super) check: fn(&ForestValidParams, &Self) -> Result<()>,
}

impl Hyperparameter {
    /// The default, as [`ForestParams::set`] reads it.
    pub fn default(&self) -> String {
        (self.text)(&ForestParams::new().0)
    }

    /// All that [`ForestParams::set`] reads.
    pub(super) fn readable(&self) -> String {
        let none = if self.none.is_some() { ", or none" } else { "" };
        format!("{}{none}", self.allowed)
    }
}

/// Declares settings with all that follows from them, a row each: further documentation, name, type, range
/// where the type allows more, default, what files mean that do not record it, what `none` stands for, help,
/// and what the setter takes if it is not the type.
macro_rules! hyperparameters {
    ($(
        $(#[$doc:meta])*
        $name:ident: $type:ty $([$range:expr])? = $default:expr,
        $(unrecorded: $unrecorded:literal,)? $(none: $none:literal,)? help: $help:literal
        $(, from: $argument:ty => $value:expr)?;
    )*) => {
        /// Settings of a forest that have been checked; made by [`ForestParams`].
        #[derive(Clone, Debug, PartialEq)]
        pub struct ForestValidParams {
            $(pub(crate) $name: $type,)*
            /// 0 stands for all cores, or those that there are. It never changes the forest, and files do
            /// not record it.
            pub(crate) n_threads: usize,
        }

        impl ForestParams {
            /// The defaults.
            pub fn new() -> Self {
                Self(ForestValidParams { $($name: $default,)* n_threads: 0 })
            }

            $(setter! {
                #[doc = concat!($help, ".")]
                #[doc = ""]
                $(#[$doc])*
                $name: $type $(, $argument => $value)?
            })*
        }

        /// In the order in which model files record them.
        static HYPERPARAMETERS: &[Hyperparameter] = &[$(Hyperparameter {
            name: stringify!($name),
            help: $help,
            none: first!($(Some($none))?, None),
            allowed: first!($($range)?, <$type as Field>::ALLOWED),
            unrecorded: first!($(Some($unrecorded))?, None),
            text: |params| params.$name.to_text(),
            read: |params, text| Field::from_text(text).map(|value| params.$name = value),
            check: |params, row| Field::check(&params.$name, Parameter(row.name), &row.allowed),
        }),*];
    };
}

/// A setter, which takes the setting's type unless it says otherwise.
macro_rules! setter {
    ($(#[$doc:meta])* $name:ident: $type:ty) => {
        setter! { $(#[$doc])* $name: $type, $type => $name }
    };
    ($(#[$doc:meta])* $name:ident: $type:ty, $argument:ty => $value:expr) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $argument) -> Self {
            self.0.$name = $value;
            self
        }
    };
}

/// The first, if it is there.
macro_rules! first {
    (, $default:expr) => {
        $default
    };
    ($first:expr, $default:expr) => {
        $first
    };
}

hyperparameters! {
    learner: Learner = Learner::Cart,
        help: "What grows the trees: our own exact CART, or linfa-trees (slow; with three classes or \
            more the forest may differ from run to run)";

    /// From 1 to 500,000.
    n_trees: usize [from_to(1, MAX_TREES)] = 100,
        help: "Number of trees";

    /// Unless set, [`Criterion::Gini`] for classes and [`Criterion::SquaredError`] for values. Takes
    /// linfa's `SplitQuality`, too.
    criterion: Option<Criterion> = None, none: "gini; in regression squared error",
        help: "Impurity that splits decrease",
        from: impl Into<Criterion> => Some(criterion.into());

    /// With [`Splitter::Random`] trees are those of scikit-learn's `ExtraTreesClassifier` and
    /// `ExtraTreesRegressor`, but for missing values and for defaults, which stay those of this table: scikit-learn's
    /// are grown on all rows ([`bootstrap`](Self::bootstrap)), and in a regression look at all features
    /// ([`max_features`](Self::max_features)).
    splitter: Splitter = Splitter::Best, unrecorded: "best",
        help: "Split of a feature that is taken: the best of all, or one at a random threshold (extremely \
            randomised trees)";

    /// In branches, at least 1; `None` for no limit.
    max_depth: Option<usize> [at_least(1)] = None, none: "no limit",
        help: "Maximum depth of a tree";

    /// At least 2. Rows are counted once, however often the bootstrap drew them (the linfa learner
    /// counts draws in leaves).
    min_samples_split: usize [at_least(2)] = 2,
        help: "Minimum number of rows that a node needs to be split";

    /// At least 1.
    min_samples_leaf: usize [at_least(1)] = 1,
        help: "Minimum number of rows in a leaf";

    /// Unless set, [`MaxFeatures::Sqrt`] for classes, and for values half of them, or [`MaxFeatures::Third`]
    /// (Breiman 2001, section 11) where trees stay as they were grown.
    max_features: Option<MaxFeatures> = None, none: "sqrt; in regression 0.5, or third if nothing is refined",
        help: "Features that a split looks at: sqrt, log2, third, all, a number (6) or a fraction (0.3)",
        from: MaxFeatures => Some(max_features);

    /// From 2 to 65,535; `None` for exact splits. Splits that lie between bins only can cost accuracy. Bins
    /// hold neighbouring values of about equally many training rows, whatever these weigh, and are the
    /// same for all trees. A feature of no more different values stays exact; missing values are in
    /// none of these bins.
    max_bins: Option<usize> [from_to(2, MAX_BINS)] = None, none: "no limit, exact splits",
        help: "Maximum number of bins that a feature's values are grouped into: splits lie between bins, \
            which can be faster";

    /// At least 2; `None` for no limit, and growing depth first.
    max_leaf_nodes: Option<usize> [at_least(2)] = None, none: "no limit",
        help: "Maximum number of leaves of a tree, grown best first";

    /// It is weighted by the node's share of the rows, and at least 0.
    min_impurity_decrease: f64 [Allowed::Number { min: 0.0 }] = 0.0,
        help: "Minimum impurity decrease of a split";

    /// Otherwise each tree is grown on all rows.
    bootstrap: bool = true,
        help: "Grow each tree on rows drawn with replacement";

    max_samples: MaxSamples = MaxSamples::All,
        help: "Rows that the bootstrap draws for a tree: all, a number (500) or a fraction (0.5)";

    class_weight: ClassWeight = ClassWeight::None,
        help: "Weight of a class's rows: none, balanced, `balanced_subsample` or a number for each class";

    /// Unless set, [`ClassWeightIn::Draws`]; without the bootstrap, and for
    /// [`ClassWeight::BalancedSubsample`], there is only [`ClassWeightIn::Splits`].
    class_weight_in: Option<ClassWeightIn> = None, unrecorded: "splits",
        none: "draws; splits without the bootstrap and for `balanced_subsample`",
        help: "Where class weights count: in draws (how often the bootstrap draws a row) or in splits and \
            leaves",
        from: ClassWeightIn => Some(class_weight_in);

    /// [`Forest::predict_quantiles`](crate::Forest::predict_quantiles) needs them. Of values only.
    keep_quantiles: bool = false,
        help: "Keep the training targets of each leaf, for quantiles";

    /// By the rows that trees have not seen, of a tree's rows, however often they were drawn. The tree becomes that which
    /// [`min_samples_split`](Self::min_samples_split) would have grown from the same splits. [`Cut::Auto`] takes the smallest of the
    /// forests whose out-of-bag loss is within half a standard error of the lowest.
    cut: Cut = Cut::Auto, unrecorded: "2",
        help: "After training, make leaves of nodes of fewer rows: auto, as out-of-bag predictions say, or a number (20)";

    /// A leaf's value is the root's plus, along its path, each node's difference to its parent divided by
    /// 1 + λ / rows of the parent (Agarwal et al. 2022).
    shrinkage: Shrinkage = Shrinkage::Auto, unrecorded: "0.0",
        help: "After training, draw leaves towards their ancestors (hierarchical shrinkage): auto, or λ in rows (10)";

    /// See [`Calibration`](crate::Calibration). Of classes only.
    calibrate: Calibrate = Calibrate::Auto, unrecorded: "none",
        help: "After training, calibrate probabilities, p' ~ (p + α prior)^γ: auto, none or α,γ (0.05,1.5)";

    /// [`Model::predict_intervals`](crate::Model::predict_intervals) needs them. Of values only, and of trees that have
    /// not seen all rows: for classes, and without the [`bootstrap`](Self::bootstrap), it is `false` whatever was set.
    intervals: bool = true, unrecorded: "false",
        help: "Keep out-of-bag residuals, for prediction intervals";

    seed: u64 = 42,
        help: "Seed of all random numbers";
}

/// Settings of a forest, not checked yet. By default trees are grown as scikit-learn's, with seed 42, and then refined: cut, drawn
/// towards their ancestors, and calibrated, as far as out-of-bag predictions say that this is better. Without the bootstrap, and of
/// linfa-trees, there are none, and nothing that they would choose is done.
///
/// ```
/// use forest::{ForestParams, MaxFeatures};
/// use linfa::ParamGuard;
///
/// let params = ForestParams::new().n_trees(200).max_features(MaxFeatures::Fraction(0.5));
/// assert!(params.check().is_ok());
/// assert!(ForestParams::new().n_trees(0).check().is_err());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ForestParams(pub(super) ForestValidParams);

impl Default for ForestParams {
    fn default() -> Self {
        Self::new()
    }
}

impl ForestParams {
    /// The defaults of scikit-learn: the trees stay as they were grown, and class weights count in splits.
    ///
    /// ```
    /// use forest::{ForestParams, Shrinkage};
    ///
    /// assert_eq!(ForestParams::plain(), ForestParams::plain().shrinkage(Shrinkage::Lambda(0.0)));
    /// assert_ne!(ForestParams::plain(), ForestParams::new());
    /// ```
    pub fn plain() -> Self {
        let mut params = Self::new();
        // What is said by nothing in a file is what is plain.
        for row in HYPERPARAMETERS {
            if let Some(text) = row.unrecorded {
                let read = (row.read)(&mut params.0, text);
                debug_assert!(read.is_some(), "{}", row.name);
            }
        }
        params
    }

    /// All settings that shape the forest: all but the number of threads.
    ///
    /// ```
    /// use forest::ForestParams;
    ///
    /// let row = ForestParams::hyperparameters().iter().find(|row| row.name == "max_bins").unwrap();
    /// assert_eq!((row.default().as_str(), row.none), ("none", Some("no limit, exact splits")));
    /// assert_eq!(row.allowed.to_string(), "a whole number, from 2 to 65535");
    /// ```
    pub fn hyperparameters() -> &'static [Hyperparameter] {
        HYPERPARAMETERS
    }

    setter! {
        /// How many threads training takes for as long as it lasts: 0 for as many as there are
        /// cores, or for those of the rayon pool that it is called in; 1 for the caller's alone. See
        /// [`with_threads`](crate::with_threads). The forest is the same on any number
        /// ([`Learner::Linfa`] has an exception).
        n_threads: usize
    }
}

impl ForestValidParams {
    /// Whether each tree is grown on rows drawn with replacement.
    pub fn bootstrap(&self) -> bool {
        self.bootstrap
    }

    /// How many features a split looks at; `None` for what suits the task.
    pub fn max_features(&self) -> Option<MaxFeatures> {
        self.max_features
    }

    /// The number of trees.
    pub fn n_trees(&self) -> usize {
        self.n_trees
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The settings that shape the forest: the number of threads does not.
    pub(crate) fn recorded(self) -> Self {
        Self { n_threads: 0, ..self }
    }

    /// Does `work` on the threads that these settings ask for.
    pub(crate) fn on_threads<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        if self.n_threads == 0 && threads::in_pool() {
            return work();
        }
        threads::with_threads(self.n_threads, work)
    }

    /// Whether the forest stays as its trees were grown.
    pub(crate) fn is_plain(&self) -> bool {
        (self.cut, self.shrinkage, self.calibrate)
            == (Cut::Rows(2), Shrinkage::Lambda(0.0), Calibrate::None)
    }

    /// Whether out-of-bag predictions choose how it is refined.
    pub(crate) fn is_chosen_out_of_bag(&self) -> bool {
        self.cut == Cut::Auto
            || self.shrinkage == Shrinkage::Auto
            || self.calibrate == Calibrate::Auto
    }

    /// The learner.
    pub fn learner(&self) -> Learner {
        self.learner
    }

    /// Whether these settings grow the same forest again from a table of `n_classes` classes (0 for a
    /// regression).
    pub fn is_reproducible(&self, n_classes: usize) -> bool {
        self.learner != Learner::Linfa || n_classes <= 2
    }
}
