//! How a model decides: what training is told of it, what it finds out, and what a file says.

use super::limits::MAX_COSTS;
use crate::forest::features::Features;
use crate::forest::oob::{OutOfBag, best_oob_threshold, out_of_bag};
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
    #[serde(rename = "out_of_bag_score")]
    pub out_of_bag: f64,
}

/// What training found out.
pub(super) struct Decided {
    pub(super) decision: Decision,
    pub(super) choice: Option<ThresholdChoice>,
    /// The score is that of what is decided so.
    pub(super) out_of_bag: Option<OutOfBag>,
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
                let out_of_bag = out_of_bag(forest, params, x, target, weights, decision)?;
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
            out_of_bag: Some(OutOfBag { score, intervals: None }),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Table;
    use crate::data::synth::{MakeClassification, MakeRegression, Recipe};
    use crate::{ErrorKind, ForestParams, Model, TrainOptions};

    fn model(recipe: impl Into<Recipe>, decision: DecideBy) -> Result<Model> {
        let forest = ForestParams::new().n_trees(2);
        let table = Table::synthetic(recipe)?;
        Model::train(&table, &TrainOptions { forest, decision, ..TrainOptions::default() })
    }

    fn of_classes(n_classes: usize) -> MakeClassification {
        MakeClassification { n_informative: 4, n_classes, ..MakeClassification::default() }
    }

    /// What a file says, if a model is given this decision afterwards.
    #[track_caller]
    fn refuses(mut model: Model, decision: Decision, choice: Option<ThresholdChoice>) {
        model.metadata.decision = decision;
        model.metadata.threshold_choice = choice;
        let error = model.to_bytes().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Model, "{error}");
    }

    #[test]
    fn a_file_must_not_have_a_decision_that_its_forest_cannot_make() {
        let plain = |n| model(of_classes(n), DecideBy::default()).unwrap();
        let numbers = model(MakeRegression::default(), DecideBy::default()).unwrap();
        for threshold in [0.5, 0.0] {
            refuses(plain(3), Decision::Threshold(threshold), None);
            refuses(numbers.clone(), Decision::Threshold(threshold), None);
        }
        for threshold in [f64::NAN, f64::INFINITY, -0.1, 1.0_f64.next_up()] {
            refuses(plain(2), Decision::Threshold(threshold), None);
        }
        let costs = Costs::parse("a>b=2", &["a", "b", "c"]).unwrap();
        refuses(plain(2), Decision::LeastCost(costs.clone()), None);
        refuses(numbers, Decision::LeastCost(costs), None);
    }

    #[test]
    fn a_file_must_not_have_found_a_threshold_that_there_is_not() {
        let plain = model(of_classes(2), DecideBy::default()).unwrap();
        let choice = |out_of_bag| Some(ThresholdChoice { metric: ThresholdMetric::F1, out_of_bag });
        refuses(plain.clone(), Decision::MostProbable, choice(0.5));
        for score in [f64::NAN, 1.5, -0.5] {
            refuses(plain.clone(), Decision::Threshold(0.5), choice(score));
        }
        let mut without_rows = plain;
        without_rows.metadata.out_of_bag = None;
        refuses(without_rows, Decision::Threshold(0.5), choice(0.5));
    }

    #[test]
    fn more_costs_than_a_model_holds_are_refused_before_training() {
        let names: Vec<String> = (0..300).map(|class| class.to_string()).collect();
        let pairs = (0..300).flat_map(|truth| (0..300).map(move |predicted| (truth, predicted)));
        let pairs = pairs.filter(|(truth, predicted)| truth != predicted).take(MAX_COSTS + 1);
        let mistake = |(truth, predicted)| crate::Mistake { truth, predicted, cost: 2.0 };
        let costs = Costs::new(&names, pairs.map(mistake)).unwrap();
        let params = linfa::ParamGuard::check(ForestParams::new()).unwrap();
        let decide_by = DecideBy::Given(Decision::LeastCost(costs));
        let error = decide_by.check(300, &params).unwrap_err().to_string();
        assert!(error.contains("`cost` has 65537 mistakes"), "{error}");
    }

    #[test]
    fn what_a_model_is_given_comes_back_from_its_file() {
        let costs = Costs::parse("a>b=1e-300,c>a=1e100", &["a", "b", "c"]).unwrap();
        for (n_classes, decision) in [
            (2, Decision::Threshold(0.1 + 0.2)),
            (2, Decision::Threshold(5e-324)),
            (3, Decision::LeastCost(costs)),
            (3, Decision::LeastCost(Costs::new(&["a", "b", "c"], []).unwrap())),
        ] {
            let model = model(of_classes(n_classes), DecideBy::Given(decision.clone())).unwrap();
            assert_eq!(
                Model::from_bytes(&model.to_bytes().unwrap()).unwrap().decision(),
                &decision
            );
        }
    }
}
