//! A search for settings by out-of-bag loss, with successive halving over trees (Jamieson & Talwalkar 2016): each round the better
//! half of the candidates gets twice as many trees. A tree depends on the seed and its number alone, so that those of earlier
//! rounds are the first of later ones.

mod choice;
mod grid;
mod loss;
mod rounds;

use std::time::Duration;

use linfa::ParamGuard;
use ndarray::ArrayView2;

use super::features::Features;
use super::params::{ForestParams, ForestValidParams};
use super::target::Target;
use super::{Forest, Refinement};
use crate::{Error, Result};
use loss::Data;

/// How long a search may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// So many settings are tried, those that are given among them: at least 2, and no more than there are. The same
    /// table, settings, seed and number give the same choice.
    Trials(usize),
    /// As many as there is time for, at least 2. What is chosen depends on the machine.
    Time(Duration),
}

/// A search for settings that is about to begin: it tries values of `max_features`, `splitter`, `max_samples`, `criterion` and
/// `min_samples_leaf`, and takes those whose forest loses least on rows that its trees have not seen; of forests as good within
/// the chance of the rows the smallest, and none that is not better than that of the settings as they are given.
///
/// ```
/// use forest::{Budget, ForestParams, Target, Tuner};
/// use ndarray::Array2;
///
/// let x = Array2::from_shape_fn((200, 4), |(row, feature)| ((row * (7 + 4 * feature)) % 101) as f32);
/// let y: Vec<f64> = x.rows().into_iter().map(|row| f64::from(row[0] * row[1])).collect();
/// let params = ForestParams::new().n_trees(20);
/// let tuner = Tuner::new(Budget::Trials(6)).fixed(&["splitter"]);
/// let tuned = tuner.tune(&params, x.view(), Target::Values(&y), None)?;
/// assert_eq!(tuned.n_tried(), 6);
/// assert!(tuned.chosen_trial().loss < 1.0);
/// let forest = tuned.params().fitter().fit_forest(x.view(), Target::Values(&y))?;
/// assert_eq!(forest.n_trees(), 20);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// The out-of-bag scores of a forest that was chosen by them flatter it: rows that no part of the search has seen say how good
/// it is.
#[derive(Clone, Copy)]
pub struct Tuner<'a> {
    budget: Budget,
    fixed: &'a [&'a str],
    known: &'a [TunerTrial],
    on_tree: &'a (dyn Fn() + Sync),
    on_trial: &'a (dyn Fn(TunerStep) -> Result<()> + Sync),
}

/// What settings came to with a number of trees.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TunerTrial {
    /// The settings' number in the order in which they are tried, from 0 for those that were given.
    #[serde(rename = "trial")]
    pub number: usize,
    /// Trees so far.
    pub trees: u64,
    /// The settings that are searched, by name, as texts.
    #[serde(serialize_with = "as_map")]
    pub settings: Vec<(String, String)>,
    /// The mean loss, out of bag, that a forest of all trees would have, as far as these tell: log loss in nats, or in regression
    /// the squared error as a part of the targets' variance (1 − R²). Forests of other numbers of trees are compared on other rows.
    pub loss: f64,
    /// Rows that were compared.
    pub rows: u64,
    /// Nodes of these trees, after they were refined.
    pub nodes: u64,
    /// How they were refined: nodes of fewer rows became leaves, 2 for none …
    pub cut: u64,
    /// … and leaves were drawn towards their ancestors by so many rows. Settings other than the given ones are refined as those, but
    /// in the last round.
    pub shrinkage: f64,
    /// How long it took, in seconds.
    pub seconds: f64,
}

fn as_map<S: serde::Serializer>(
    settings: &[(String, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(settings.iter().map(|(name, value)| (name, value)))
}

/// A trial that is done.
#[derive(Clone, Copy, Debug)]
pub struct TunerStep<'a> {
    /// What came of it.
    pub trial: &'a TunerTrial,
    /// Whether it was [known](Tuner::known).
    pub is_known: bool,
    /// How many more there will be, about.
    pub n_left: usize,
}

/// What a search came to.
#[derive(Clone, Debug)]
pub struct Tuned {
    params: ForestValidParams,
    chosen: usize,
    n_tried: usize,
    trials: Vec<TunerTrial>,
    /// The forest of the settings that were chosen, if it was grown to the end.
    fitted: Option<(Forest, Option<Refinement>)>,
}

impl Tuned {
    /// The settings that were chosen.
    pub fn params(&self) -> &ForestValidParams {
        &self.params
    }

    /// The settings that were chosen, and their forest, if it was grown to the end.
    pub(crate) fn into_parts(self) -> (ForestValidParams, Option<(Forest, Option<Refinement>)>) {
        (self.params, self.fitted)
    }

    /// How many settings were tried.
    pub fn n_tried(&self) -> usize {
        self.n_tried
    }

    /// All trials, round by round.
    pub fn trials(&self) -> &[TunerTrial] {
        &self.trials
    }

    /// The last trial of the settings that were chosen.
    ///
    /// # Panics
    /// Never: what was chosen was tried.
    pub fn chosen_trial(&self) -> &TunerTrial {
        let last = self.trials.iter().rev().find(|trial| trial.number == self.chosen);
        last.expect("what was chosen was tried")
    }
}

impl<'a> Tuner<'a> {
    /// A search that takes no longer.
    pub fn new(budget: Budget) -> Self {
        Self { budget, fixed: &[], known: &[], on_tree: &|| (), on_trial: &|_| Ok(()) }
    }

    /// Leaves these hyperparameters, by name, as they are.
    #[must_use]
    pub fn fixed(self, fixed: &'a [&'a str]) -> Self {
        Self { fixed, ..self }
    }

    /// Takes the results of trials from an earlier search, of the same table, settings and seed, which is not checked. The
    /// forests that are left in the last round are grown all the same.
    #[must_use]
    pub fn known(self, known: &'a [TunerTrial]) -> Self {
        Self { known, ..self }
    }

    /// Calls `on_tree`, on any thread, whenever a tree is grown.
    #[must_use]
    pub fn on_tree(self, on_tree: &'a (dyn Fn() + Sync)) -> Self {
        Self { on_tree, ..self }
    }

    /// Calls `on_trial` whenever a trial is done, in their order; an error ends the search.
    #[must_use]
    pub fn on_trial(self, on_trial: &'a (dyn Fn(TunerStep) -> Result<()> + Sync)) -> Self {
        Self { on_trial, ..self }
    }

    /// How long it may take.
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// Searches on `x` (rows × features; NaN is a missing value), a target for each row, and a weight unless all weigh the same,
    /// beginning from `params`. It takes the memory of some three forests.
    ///
    /// # Errors
    /// As [`Fitter::fit_forest`](crate::Fitter::fit_forest); settings without rows out of bag, all settings fixed, or a budget
    /// for less than two; and what `on_trial` returns.
    pub fn tune(
        &self,
        params: &ForestParams,
        x: ArrayView2<f32>,
        target: Target,
        weights: Option<&[f64]>,
    ) -> Result<Tuned> {
        let params = params.check_ref()?;
        params.on_threads(|| self.tune_rows(params, &x.into(), target, weights))
    }

    /// Likewise, on some rows of a table, and on the current threads.
    pub(crate) fn tune_rows(
        &self,
        params: &ForestValidParams,
        x: &Features,
        target: Target,
        weights: Option<&[f64]>,
    ) -> Result<Tuned> {
        if let Budget::Trials(n @ 0..2) = self.budget {
            return Err(Error::setting(format!(
                "a search of {n} trials has nothing to choose from"
            ))
            .with_help("allow at least 2"));
        }
        let params = params.resolve_for(target.task())?;
        rounds::run(self, &params, Data { x, target, weights })
    }
}
