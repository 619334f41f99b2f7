//! The settings of a forest: [`ForestParams`] is what was asked for, [`ForestValidParams`] what has
//! been checked. Only the second can be fitted.

use std::fmt;

use crate::tree::split::criterion::Criterion;
use crate::{Error, Result, threads};
use linfa::ParamGuard;

const MAX_THREADS: usize = 4096;

/// The most bins: their numbers, and that of missing values, fit a `u16`.
const MAX_BINS: usize = 65_535;

/// The largest ratio of two class weights: the fourth power of its inverse is still a normal number.
const MAX_WEIGHT_RATIO: f64 = 1e50;

/// How many features a split looks at (with [`Learner::Linfa`]: how many a tree may use).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFeatures {
    /// The square root of the number of features, rounded down.
    Sqrt,
    /// A third of the number of features, rounded down.
    Third,
    /// The binary logarithm of the number of features, rounded down.
    Log2,
    /// All features, in table order; no random numbers are drawn.
    All,
    /// This many.
    Count(usize),
    /// This fraction of all features, in (0, 1], rounded down.
    Fraction(f64),
}

impl MaxFeatures {
    /// The number of features out of `n_features`, at least 1.
    ///
    /// # Errors
    /// A count greater than `n_features`.
    pub fn resolve(self, n_features: usize) -> Result<usize> {
        let n = match self {
            Self::Sqrt => n_features.isqrt(),
            Self::Third => n_features / 3,
            Self::Log2 => n_features.max(1).ilog2() as usize,
            Self::All => n_features,
            Self::Count(count) if count > n_features => {
                return Err(Error::setting(format!(
                    "--max-features {count} is more than the table's {n_features} features"
                ))
                .with_help(format!("give a number from 1 to {n_features}, or `all`")));
            }
            Self::Count(count) => count,
            Self::Fraction(fraction) => (fraction * n_features as f64) as usize,
        };
        Ok(n.max(1))
    }
}

/// Which rows a tree is grown on when the bootstrap draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxSamples {
    /// As many draws as there are rows.
    All,
    /// This many draws.
    Count(usize),
    /// This fraction of the rows, in (0, 1], rounded; at least one draw.
    Fraction(f64),
}

/// How much the rows of a class weigh, in the impurity and in the leaves, as in scikit-learn's trees
/// (and in its forests up to 1.8; those of 1.9 draw rows by some of these weights instead).
#[derive(Clone, Debug, PartialEq)]
pub enum ClassWeight {
    /// All the same.
    None,
    /// `rows / (classes · rows of the class)`, over the training rows.
    Balanced,
    /// The same over each tree's bootstrap sample.
    BalancedSubsample,
    /// A positive weight for each class code, at most a factor of 1e50 apart. Only their ratios count.
    PerClass(Vec<f64>),
}

/// What grows the trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learner {
    /// Our own exact CART.
    Cart,
    /// `linfa_trees::DecisionTree`: for classes and complete tables, slow, and blind to some splits
    /// where values repeat. It is here to be compared with. With three classes or more the forest may
    /// differ from run to run, as linfa-trees adds impurities up in an order that does.
    Linfa,
}

/// Settings of a forest that have been checked; made by [`ForestParams`].
#[derive(Clone, Debug, PartialEq)]
pub struct ForestValidParams {
    pub(crate) learner: Learner,
    pub(crate) n_trees: usize,
    /// `None` stands for what suits the task.
    pub(crate) criterion: Option<Criterion>,
    pub(crate) max_depth: Option<usize>,
    pub(crate) min_samples_split: usize,
    pub(crate) min_samples_leaf: usize,
    /// Likewise.
    pub(crate) max_features: Option<MaxFeatures>,
    pub(crate) max_bins: Option<usize>,
    pub(crate) max_leaf_nodes: Option<usize>,
    pub(crate) min_impurity_decrease: f64,
    pub(crate) bootstrap: bool,
    pub(crate) max_samples: MaxSamples,
    pub(crate) class_weight: ClassWeight,
    pub(crate) keep_quantiles: bool,
    pub(crate) seed: u64,
    /// 0 stands for all cores, or those that there are. It never changes the forest, and files do not
    /// record it.
    pub(crate) n_threads: usize,
}

/// Settings of a forest, not checked yet. The defaults are scikit-learn's, with seed 42.
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
pub struct ForestParams(ForestValidParams);

impl Default for ForestParams {
    fn default() -> Self {
        Self::new()
    }
}

/// Declares setters that take the settings' types as they are.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.0.$name = $name;
            self
        })*
    };
}

impl ForestParams {
    /// The defaults.
    pub fn new() -> Self {
        Self(ForestValidParams {
            learner: Learner::Cart,
            n_trees: 100,
            criterion: None,
            max_depth: None,
            min_samples_split: 2,
            min_samples_leaf: 1,
            max_features: None,
            max_bins: None,
            max_leaf_nodes: None,
            min_impurity_decrease: 0.0,
            bootstrap: true,
            max_samples: MaxSamples::All,
            class_weight: ClassWeight::None,
            keep_quantiles: false,
            seed: 42,
            n_threads: 0,
        })
    }

    /// The impurity that splits reduce: [`Criterion::Gini`] for classes and
    /// [`Criterion::SquaredError`] for values, unless set. Takes linfa's `SplitQuality`, too.
    #[must_use]
    pub fn criterion(mut self, criterion: impl Into<Criterion>) -> Self {
        self.0.criterion = Some(criterion.into());
        self
    }

    /// How many features a split looks at: [`MaxFeatures::Sqrt`] for classes and
    /// [`MaxFeatures::Third`] for values (Breiman 2001, section 11), unless set.
    #[must_use]
    pub fn max_features(mut self, max_features: MaxFeatures) -> Self {
        self.0.max_features = Some(max_features);
        self
    }

    setters! {
        /// What grows the trees.
        learner: Learner,
        /// The number of trees, at least 1.
        n_trees: usize,
        /// The maximum depth of a tree, in branches, at least 1; `None` for no limit.
        max_depth: Option<usize>,
        /// The minimum number of rows that a node must have to be split, at least 2. Rows are counted once,
        /// however often the bootstrap drew them (the linfa learner counts draws in leaves).
        min_samples_split: usize,
        /// The minimum number of rows that a leaf must have, at least 1.
        min_samples_leaf: usize,
        /// The maximum number of bins that the values of a feature are grouped into, from 2 to 65,535; `None` for
        /// exact splits. Splits are looked for between bins only, which can be faster and can cost
        /// accuracy. Bins hold neighbouring values of about equally many training rows, whatever
        /// these weigh, and are the same for all trees. A feature of no more different values stays
        /// exact; missing values are in none of these bins.
        max_bins: Option<usize>,
        /// The maximum number of leaves of a tree, at least 2: it then grows best first. `None` for no limit.
        max_leaf_nodes: Option<usize>,
        /// The minimum weighted impurity decrease of a split, at least 0.
        min_impurity_decrease: f64,
        /// Whether each tree is grown on rows drawn with replacement, or on all rows.
        bootstrap: bool,
        /// How many rows the bootstrap draws.
        max_samples: MaxSamples,
        /// How much the rows of a class weigh.
        class_weight: ClassWeight,
        /// Whether leaves keep their training targets, for
        /// [`Forest::predict_quantiles`](crate::Forest::predict_quantiles); of values only.
        keep_quantiles: bool,
        /// Where all random numbers come from.
        seed: u64,
        /// How many threads training takes for as long as it lasts: 0 for as many as there are
        /// cores, or for those of the rayon pool that it is called in; 1 for the caller's alone. See
        /// [`with_threads`](crate::with_threads). The forest is the same on any number
        /// ([`Learner::Linfa`] has an exception).
        n_threads: usize,
    }
}

impl ForestValidParams {
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

impl ParamGuard for ForestParams {
    type Checked = ForestValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&ForestValidParams> {
        let params = &self.0;
        at_least("--trees", params.n_trees, 1)?;
        at_least("--min-samples-split", params.min_samples_split, 2)?;
        at_least("--min-samples-leaf", params.min_samples_leaf, 1)?;
        at_least("--max-depth", params.max_depth.unwrap_or(1), 1)?;
        at_least("--max-leaf-nodes", params.max_leaf_nodes.unwrap_or(2), 2)?;
        if let Some(max_bins) = params.max_bins
            && !(2..=MAX_BINS).contains(&max_bins)
        {
            return Err(wrong("--max-bins", max_bins, &format!("from 2 to {MAX_BINS}")));
        }
        if params.n_trees > u32::MAX as usize {
            return Err(wrong("--trees", params.n_trees, "at most 4294967295"));
        }
        if !(params.min_impurity_decrease >= 0.0 && params.min_impurity_decrease.is_finite()) {
            let found = params.min_impurity_decrease;
            return Err(wrong("--min-impurity-decrease", found, "a finite number, 0 or more"));
        }
        match params.max_features {
            Some(MaxFeatures::Count(count)) => at_least("--max-features", count, 1)?,
            Some(MaxFeatures::Fraction(fraction)) => is_part("--max-features", fraction)?,
            _ => {}
        }
        match params.max_samples {
            MaxSamples::Count(count) => at_least("--max-samples", count, 1)?,
            MaxSamples::Fraction(fraction) => is_part("--max-samples", fraction)?,
            MaxSamples::All => {}
        }
        if let ClassWeight::PerClass(weights) = &params.class_weight {
            check_class_weights(weights)?;
        }
        if !params.bootstrap && params.max_samples != MaxSamples::All {
            return Err(Error::setting("--max-samples says how many rows the bootstrap draws")
                .with_help("leave out --max-samples or --no-bootstrap"));
        }
        check_threads(params.n_threads)?;
        check_linfa(params)?;
        Ok(params)
    }

    fn check(self) -> Result<ForestValidParams> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// Refuses weights that are not positive, or so far apart that impurities would lose the small ones.
fn check_class_weights(weights: &[f64]) -> Result<()> {
    if let Some(weight) = weights.iter().find(|weight| !(weight.is_normal() && **weight > 0.0)) {
        return Err(wrong("--class-weight", weight, "a positive number for each class"));
    }
    let min = weights.iter().copied().fold(f64::INFINITY, f64::min);
    let max = weights.iter().copied().fold(0.0, f64::max);
    if max / MAX_WEIGHT_RATIO > min {
        return Err(Error::setting(format!(
            "--class-weight has weights from {min:e} to {max:e}, more than a factor of \
             {MAX_WEIGHT_RATIO:e} apart"
        ))
        .with_help("give the classes weights of similar magnitude"));
    }
    Ok(())
}

/// What linfa-trees has no notion of is refused, not ignored.
fn check_linfa(params: &ForestValidParams) -> Result<()> {
    if params.learner != Learner::Linfa {
        return Ok(());
    }
    let refuse = |flag: &str, reason: &str| {
        Err(Error::setting(format!("{flag} does not go with --learner linfa: {reason}"))
            .with_help(format!("leave out {flag}, or use --learner cart")))
    };
    if params.max_leaf_nodes.is_some() {
        return refuse("--max-leaf-nodes", "linfa-trees grows depth first, without a limit");
    }
    if params.max_bins.is_some() {
        let reason = "linfa-trees misses splits where values repeat, as they would in bins";
        return refuse("--max-bins", reason);
    }
    if params.class_weight != ClassWeight::None {
        return refuse("--class-weight", "linfa-trees would take it for more or fewer rows");
    }
    if params.min_impurity_decrease > 0.0 {
        let reason = "linfa-trees does not weigh the decrease by the node's share of the rows";
        return refuse("--min-impurity-decrease", reason);
    }
    Ok(())
}

/// Refuses more threads than any machine has cores.
pub(crate) fn check_threads(n_threads: usize) -> Result<()> {
    if n_threads > MAX_THREADS {
        let expected = format!("at most {MAX_THREADS}, or 0 for all cores");
        return Err(wrong("--threads", n_threads, &expected));
    }
    Ok(())
}

fn wrong(flag: &str, found: impl fmt::Display, expected: &str) -> Error {
    Error::setting(format!("{flag} is {found}, but must be {expected}"))
}

fn at_least(flag: &str, found: usize, least: usize) -> Result<()> {
    if found < least {
        return Err(wrong(flag, found, &format!("at least {least}")));
    }
    Ok(())
}

fn is_part(flag: &str, fraction: f64) -> Result<()> {
    if !(fraction > 0.0 && fraction <= 1.0) {
        let expected = "a whole number from 1 up, or a fraction above 0 and at most 1.0";
        return Err(wrong(flag, fraction, expected));
    }
    Ok(())
}
