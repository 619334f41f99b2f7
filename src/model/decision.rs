//! How a model decides: what training is told of it, what it finds out, and what a file says.

use super::limits::MAX_COSTS;
use crate::forest::features::Features;
use crate::forest::oob::{OobScore, best_oob_threshold, oob_score_rows};
use crate::metrics::ThresholdMetric;
use crate::parameter::sentence;
use crate::settings::{Settings, unreadable};
use crate::{Costs, Decision, Error, Forest, ForestValidParams, Parameter, Result, Target};

/// What training is told of how classes follow from probabilities.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DecideBy {
    /// This.
    Given(Decision),
    /// Of two classes, the threshold that makes this metric as great as can be
    /// ([`best_threshold`](crate::metrics::best_threshold())) where each training row has the probability that
    /// the trees give it that were not grown on it, and its weight. Rows held out have no part in it.
    BestThreshold(ThresholdMetric),
}

/// The most probable class.
impl Default for DecideBy {
    fn default() -> Self {
        Self::Given(Decision::MostProbable)
    }
}

/// Why a model has the threshold that it has.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct ThresholdChoice {
    /// What it makes as great as can be.
    pub metric: ThresholdMetric,
    /// The metric over the out-of-bag predictions of the training rows, which chose it: on new rows it
    /// will be lower, in the mean.
    pub out_of_bag: f64,
}

/// What training found out.
pub(super) struct Decided {
    pub(super) decision: Decision,
    pub(super) choice: Option<ThresholdChoice>,
    /// Of what is decided so.
    pub(super) out_of_bag: Option<OobScore>,
}

const THRESHOLD: &str = "threshold";
const COST: &str = "cost";

impl DecideBy {
    /// Refuses what cannot be between so many classes, which are 0 in a regression, or found out of trees that
    /// are grown so.
    pub(super) fn check(&self, n_classes: usize, params: &ForestValidParams) -> Result<()> {
        let name = match self {
            Self::Given(Decision::MostProbable) => return Ok(()),
            Self::Given(Decision::LeastCost(_)) => Parameter(COST),
            _ => Parameter(THRESHOLD),
        };
        if n_classes == 0 {
            let task = Parameter("task");
            let reason = " regression: numbers are not decided";
            return Err(Error::setting(sentence![name, " does not go with ", task, reason])
                .with_help(sentence!["leave out ", name, ", or give ", task, " classification"]));
        }
        match self {
            Self::Given(decision) => decision.check(n_classes)?,
            Self::BestThreshold(_) => Decision::Threshold(0.5).check(n_classes)?,
        }
        match self {
            Self::Given(Decision::LeastCost(costs)) if costs.mistakes().len() > MAX_COSTS => {
                let found = costs.mistakes().len();
                let found = format!(" has {found} mistakes: a model holds at most {MAX_COSTS}");
                Err(Error::setting(sentence![name, found])
                    .with_help("leave out those that cost 1, or decide when you predict"))
            }
            Self::BestThreshold(_) if !params.bootstrap() => {
                let reason = " auto needs the rows that trees have not seen, and without the \
                              bootstrap there are none";
                let bootstrap = Parameter("bootstrap");
                Err(Error::setting(sentence![name, reason])
                    .with_help(sentence!["give a number, or leave out ", bootstrap]))
            }
            _ => Ok(()),
        }
    }

    /// Decides, for a forest fitted on these rows, with the out-of-bag score of what is decided.
    pub(super) fn decide(
        &self,
        forest: &Forest,
        params: &ForestValidParams,
        x: &Features,
        target: Target,
        weights: Option<&[f64]>,
    ) -> Result<Decided> {
        let metric = match self {
            Self::Given(decision) => {
                let out_of_bag = oob_score_rows(forest, params, x, target, weights, decision)?;
                return Ok(Decided { decision: decision.clone(), choice: None, out_of_bag });
            }
            Self::BestThreshold(metric) => *metric,
        };
        let found = best_oob_threshold(forest, params, x, target, weights, metric)?;
        let Some((best, score)) = found else {
            let reason = " auto has nothing to choose by: the rows that trees have not seen are of one class, \
                          or all have the same probability";
            return Err(Error::setting(sentence![Parameter(THRESHOLD), reason])
                .with_help("give a number, or grow more trees"));
        };
        Ok(Decided {
            decision: Decision::Threshold(best.threshold),
            choice: Some(ThresholdChoice { metric, out_of_bag: best.score }),
            out_of_bag: Some(score),
        })
    }
}

/// The settings that a file has where it is not the most probable class that is predicted.
pub(super) fn to_settings(decision: &Decision, choice: Option<ThresholdChoice>) -> Settings {
    let settings = match decision {
        Decision::MostProbable => Settings::default(),
        Decision::Threshold(threshold) => {
            Settings::default().with(THRESHOLD, format!("{threshold:?}"))
        }
        Decision::LeastCost(costs) => Settings::default().with(COST, costs.to_text()),
    };
    match choice {
        None => settings,
        Some(ThresholdChoice { metric, out_of_bag }) => {
            settings.with("threshold_by", metric).with("threshold_score", format!("{out_of_bag:?}"))
        }
    }
}

/// Takes out of settings what [`to_settings`] put there, for a forest of so many classes, which are 0 in a
/// regression.
pub(super) fn from_settings(
    settings: &mut Settings,
    n_classes: usize,
) -> Result<(Decision, Option<ThresholdChoice>)> {
    let threshold = settings.take_if_there(THRESHOLD)?;
    let metric = settings.take_if_there("threshold_by")?;
    let score = settings.take_if_there("threshold_score")?;
    let decision = match (threshold, settings.take_if_there::<String>(COST)?) {
        (None, None) => Decision::MostProbable,
        (Some(threshold), None) => Decision::Threshold(threshold),
        (None, Some(text)) => {
            let costs = Costs::from_text(&text, n_classes, MAX_COSTS);
            Decision::LeastCost(costs.ok_or_else(|| unreadable(COST, &text))?)
        }
        (Some(_), Some(_)) => return Err(Error::model("there are a threshold and costs")),
    };
    decision.check(n_classes)?;
    let choice = match (metric, score, threshold) {
        (None, None, _) => None,
        (Some(metric), Some(out_of_bag), Some(_)) if (0.0..=1.0).contains(&out_of_bag) => {
            Some(ThresholdChoice { metric, out_of_bag })
        }
        _ => return Err(Error::model("it is not clear how the threshold was found")),
    };
    Ok((decision, choice))
}
