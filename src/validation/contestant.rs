//! What a forest is compared with, by name: forests of other settings, and simpler algorithms.

use linfa::ParamGuard;
use serde::{Serialize, Serializer};

use super::cross_validation::Algorithm;
use super::rivals::Rival;
use crate::model::DecideBy;
use crate::names::names;
use crate::{
    Budget, Calibrate, Cut, Decision, ForestParams, Learner, MaxFeatures, Result, Shrinkage,
    Splitter, Task, TrainOptions,
};

/// How many settings [`Contestant::Auto`] tries.
const TRIALS: usize = 16;

/// [`Contestant::most_rows_unasked`].
const MOST_ROWS_UNASKED: usize = 20_000;

/// Something that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Contestant {
    /// The forest as its options say.
    Forest,
    /// The same without [`Cut`], [`Shrinkage`] and [`Calibrate`].
    Plain,
    /// The same, its trees grown by linfa-trees.
    Linfa,
    /// The same, with what is not given chosen in each fold by out-of-bag loss, of 16 settings.
    Auto,
    /// Extremely randomized trees (Geurts, Ernst & Wehenkel 2006), as many: thresholds drawn, all rows for each.
    ExtraTrees,
    /// One tree that looks at all features and is not pruned (Breiman et al. 1984).
    Tree,
    /// [`Rival::Baseline`].
    Baseline,
    /// [`Rival::Linear`].
    Linear,
    /// [`Rival::NaiveBayes`].
    NaiveBayes,
    /// [`Rival::NearestNeighbours`].
    NearestNeighbours,
}

names!(Contestant {
    Forest: "forest",
    Plain: "plain",
    Linfa: "linfa",
    Auto: "auto",
    ExtraTrees: "extra-trees",
    Tree: "tree",
    Baseline: "baseline",
    Linear: "linear",
    NaiveBayes: "naive-bayes",
    NearestNeighbours: "nearest-neighbours",
});

/// Each is its name.
impl Serialize for Contestant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Contestant {
    /// All that know the task, the baseline last.
    pub fn all(task: Task) -> Vec<Self> {
        let all = [
            Self::Forest,
            Self::Plain,
            Self::Linfa,
            Self::Auto,
            Self::ExtraTrees,
            Self::Tree,
            Self::Linear,
            Self::NaiveBayes,
            Self::NearestNeighbours,
            Self::Baseline,
        ];
        let knows = |contestant: &Self| match contestant {
            Self::Linfa => task == Task::Classification,
            other => other.rival().is_none_or(|rival| rival.suits(task)),
        };
        all.into_iter().filter(knows).collect()
    }

    fn rival(self) -> Option<Rival> {
        match self {
            Self::Baseline => Some(Rival::Baseline),
            Self::Linear => Some(Rival::Linear),
            Self::NaiveBayes => Some(Rival::NaiveBayes),
            Self::NearestNeighbours => Some(Rival::NearestNeighbours),
            _ => None,
        }
    }

    /// The most rows of a table on which it is trained unasked, for it takes long: five to fifteen times as long as the
    /// forest, or much longer; `None` of what does not.
    pub fn most_rows_unasked(self) -> Option<usize> {
        matches!(self, Self::Linfa | Self::Auto).then_some(MOST_ROWS_UNASKED)
    }

    /// What to train, where the forest is trained with these options; `fixed` are the hyperparameters that are
    /// given, by name.
    ///
    /// # Errors
    /// Settings that are wrong.
    pub fn algorithm(self, options: &TrainOptions, fixed: &[&'static str]) -> Result<Algorithm> {
        let given = options.forest.check_ref()?;
        let plain = |forest: ForestParams| {
            forest.cut(Cut::Rows(2)).shrinkage(Shrinkage::Lambda(0.0)).calibrate(Calibrate::None)
        };
        // Of other trees no more than their number and the seed is kept.
        let other = ForestParams::plain().n_trees(given.n_trees()).seed(given.seed());
        let other = other.bootstrap(false);
        let forest = match self {
            Self::Plain => plain(options.forest.clone()),
            Self::Linfa => plain(options.forest.clone()).learner(Learner::Linfa),
            Self::ExtraTrees => other.splitter(Splitter::Random),
            Self::Tree => other.n_trees(1).max_features(MaxFeatures::All),
            _ => options.forest.clone(),
        };
        if let Some(rival) = self.rival() {
            let decision = match &options.decision {
                DecideBy::Given(decision) => decision.clone(),
                DecideBy::BestThreshold(_) => Decision::MostProbable,
            };
            return Ok(Algorithm::Rival { rival, decision, seed: given.seed() });
        }
        // A threshold that out-of-bag rows choose needs such rows.
        let decision = match (&options.decision, self) {
            (DecideBy::BestThreshold(_), Self::ExtraTrees | Self::Tree) => DecideBy::default(),
            (decision, _) => decision.clone(),
        };
        let options = TrainOptions { forest, decision, ..options.clone() };
        let search = (self == Self::Auto).then_some(Budget::Trials(TRIALS));
        Ok(Algorithm::Forest { options: Box::new(options), search, fixed: fixed.to_vec() })
    }
}
