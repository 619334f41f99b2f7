//! Flags that say how a class follows from probabilities.

use clap::Args;

use forest::data::{Table, TargetValues};
use forest::metrics::ThresholdMetric;
use forest::model::DecideBy;
use forest::{Costs, Decision, Error, Model, Named, Result, Task};

/// Flags that say how a class follows from probabilities, of the verbs that predict.
#[derive(Args)]
pub(in crate::cli) struct DecisionArgs {
    /// Of two classes, predict the second in the order of the labels ('yes' of 'no' and 'yes') where
    /// its probability is at least this; none: predict the most probable class, whatever the model was
    /// trained to do [default: as the model was trained, the most probable class unless that was with
    /// --threshold or --cost]
    #[arg(long, value_name = "X", value_parser = threshold_or_none, conflicts_with = "cost")]
    threshold: Option<Decision>,

    /// Predict the class of the least expected cost, by what mistakes cost: between two classes
    /// FP=1,FN=5, the second in the order of the labels being the positive one; between any
    /// TRUE>PREDICTED=COST,… (other mistakes cost 1, right answers nothing)
    #[arg(long, value_name = "COSTS")]
    cost: Option<String>,
}

impl DecisionArgs {
    /// How a model's classes follow from its probabilities.
    pub(in crate::cli) fn decision(&self, model: &Model) -> Result<Decision> {
        let (flag, decision) = match (&self.threshold, &self.cost) {
            (None, None) => return Ok(model.decision().clone()),
            (Some(threshold), _) => ("--threshold", Ok(threshold.clone())),
            (None, Some(text)) => {
                let classes = model.schema().classes().iter().map(|class| class.name.as_str());
                let costs = Costs::parse(text, &classes.collect::<Vec<_>>());
                ("--cost", costs.map(Decision::LeastCost))
            }
        };
        if model.forest().task() == Task::Regression {
            let message = format!("{flag} is about classes, and the model predicts numbers");
            return Err(Error::setting(message).with_help("leave it out"));
        }
        let decision = decision?;
        decision.check(model.forest().n_classes())?;
        Ok(decision)
    }
}

/// Likewise, of the verb that trains.
#[derive(Args)]
#[command(next_help_heading = "Decision")]
pub(in crate::cli) struct TrainDecisionArgs {
    /// Of two classes, predict the second in the order of the labels ('yes' of 'no' and 'yes') where
    /// its probability is at least this: a number (0.3), or what is best by the out-of-bag predictions
    /// of the training rows: `auto:f1`, `auto:accuracy` or `auto:balanced_accuracy` (as great where Youden's J
    /// is) [default: the most probable class]
    #[arg(long, value_name = "X", value_parser = threshold_or_auto, conflicts_with = "cost")]
    threshold: Option<DecideBy>,

    /// Predict the class of the least expected cost, by what mistakes cost: between two classes
    /// FP=1,FN=5, the second in the order of the labels being the positive one; between any
    /// TRUE>PREDICTED=COST,… (other mistakes cost 1, right answers nothing)
    #[arg(long, value_name = "COSTS")]
    cost: Option<String>,
}

impl TrainDecisionArgs {
    /// How classes are to follow from probabilities.
    pub(in crate::cli) fn decide_by(&self, table: &Table) -> Result<DecideBy> {
        match (&self.cost, &table.target.values) {
            (None, _) => Ok(self.threshold.clone().unwrap_or_default()),
            (Some(text), TargetValues::Classes { names, .. }) => {
                Ok(DecideBy::Given(Decision::LeastCost(Costs::parse(text, names)?)))
            }
            (Some(_), TargetValues::Numbers(_)) => {
                Err(Error::setting("--cost is about classes, and the target is numbers")
                    .with_help("leave it out, or give --task classification"))
            }
        }
    }
}

/// A threshold of a probability.
fn threshold(text: &str) -> Option<Decision> {
    let threshold = text.parse().ok().filter(|threshold| (0.0..=1.0).contains(threshold));
    threshold.map(Decision::Threshold)
}

fn threshold_or_none(text: &str) -> Result<Decision, String> {
    match text {
        "none" => Ok(Decision::MostProbable),
        _ => threshold(text).ok_or_else(|| {
            "a threshold is a number from 0 to 1, for instance 0.3; none is the most probable class"
                .to_owned()
        }),
    }
}

fn threshold_or_auto(text: &str) -> Result<DecideBy, String> {
    let metric = text.strip_prefix("auto:").and_then(|metric| metric.parse().ok());
    let decide_by = metric.map(DecideBy::BestThreshold);
    decide_by.or_else(|| threshold(text).map(DecideBy::Given)).ok_or_else(|| {
        let auto: Vec<String> =
            ThresholdMetric::NAMES.iter().map(|metric| format!("auto:{metric}")).collect();
        format!("a threshold is a number from 0 to 1, for instance 0.3, or {}", auto.join(", "))
    })
}
