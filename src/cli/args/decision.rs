//! Flags that say how a class follows from probabilities.

use clap::Args;

use forest::{Costs, Decision, Error, Model, Result, Task};

/// Flags that say how a class follows from probabilities, of the verbs that predict.
#[derive(Args)]
pub(in crate::cli) struct DecisionArgs {
    /// Of two classes, predict the second in the order of the labels ('yes' of 'no' and 'yes') where
    /// its probability is at least this [default: the most probable class]
    #[arg(long, value_name = "X", value_parser = threshold, conflicts_with = "cost")]
    threshold: Option<f64>,

    /// Predict the class of the least expected cost, by what mistakes cost: between two classes
    /// FP=1,FN=5, the second in the order of the labels being the positive one; between any
    /// TRUE>PREDICTED=COST,… (other mistakes cost 1, right answers nothing)
    #[arg(long, value_name = "COSTS")]
    cost: Option<String>,
}

impl DecisionArgs {
    /// How a model's classes follow from its probabilities.
    pub(in crate::cli) fn decision(&self, model: &Model) -> Result<Decision> {
        let (flag, decision) = match (self.threshold, &self.cost) {
            (None, None) => return Ok(Decision::MostProbable),
            (Some(threshold), _) => ("--threshold", Ok(Decision::Threshold(threshold))),
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

/// A threshold of a probability.
fn threshold(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(threshold) if (0.0..=1.0).contains(&threshold) => Ok(threshold),
        _ => Err("a threshold is a number from 0 to 1, for instance 0.3".to_owned()),
    }
}
