//! How classes follow from probabilities, as text and as JSON.

use std::fmt;

use serde::Serialize;

use forest::message::shorten;
use forest::metrics::ThresholdMetric;
use forest::model::ThresholdChoice;
use forest::{Decision, Model};

/// The maximum number of costs that a person is shown.
const SHOWN_COSTS: usize = 6;

/// How classes follow from probabilities, other than that the most probable one is taken.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DecisionReport {
    Threshold {
        class: String,
        at_least: f64,
        /// How training found it, unless it was given.
        #[serde(skip_serializing_if = "Option::is_none")]
        best: Option<ThresholdChoice>,
    },
    LeastCost {
        costs: Vec<NamedCost>,
        /// Whether there are mistakes of which nothing was said.
        #[serde(skip)]
        are_others: bool,
    },
}

#[derive(Serialize)]
pub(crate) struct NamedCost {
    #[serde(rename = "true")]
    truth: String,
    predicted: String,
    cost: f64,
}

impl DecisionReport {
    pub(crate) fn new(model: &Model, decision: &Decision) -> Option<Self> {
        let name = |class| model.class_name(class).to_owned();
        match decision {
            Decision::Threshold(threshold) => {
                let is_own = decision == model.decision();
                let best = model.metadata().threshold_choice.filter(|_| is_own);
                Some(Self::Threshold { class: name(1), at_least: *threshold, best })
            }
            Decision::LeastCost(costs) => {
                let mut said = costs.mistakes().to_vec();
                said.sort_by_key(|mistake| (mistake.truth, mistake.predicted));
                let named = said.iter().map(|mistake| NamedCost {
                    truth: name(mistake.truth),
                    predicted: name(mistake.predicted),
                    cost: mistake.cost,
                });
                let n_classes = costs.n_classes();
                let are_others = said.len() < n_classes * (n_classes - 1);
                Some(Self::LeastCost { costs: named.collect(), are_others })
            }
            _ => None,
        }
    }
}

impl fmt::Display for DecisionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Threshold { class, at_least, best } => {
                let class = shorten(class);
                write!(f, "'{class}' is predicted where its probability is at least {at_least}")?;
                let Some(ThresholdChoice { metric, out_of_bag, .. }) = best else { return Ok(()) };
                let metric = match metric {
                    ThresholdMetric::F1 => "F1".to_owned(),
                    other => other.to_string().replace('_', " "),
                };
                write!(f, ", which has the best out-of-bag {metric}, {out_of_bag:.4}")
            }
            Self::LeastCost { costs, are_others } => {
                f.write_str("the class of the least expected cost is predicted: ")?;
                for (number, NamedCost { truth, predicted, cost }) in
                    costs.iter().take(SHOWN_COSTS).enumerate()
                {
                    let [truth, predicted] = [truth, predicted].map(|name| shorten(name));
                    let [before, verb] = if number == 0 { ["", "costs "] } else { [", ", ""] };
                    write!(f, "{before}'{truth}' taken for '{predicted}' {verb}{cost}")?;
                }
                if costs.len() > SHOWN_COSTS {
                    write!(f, ", and {} more", costs.len() - SHOWN_COSTS)?;
                }
                if *are_others { f.write_str(", others 1") } else { Ok(()) }
            }
        }
    }
}
