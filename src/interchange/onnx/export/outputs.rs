//! From the sums of the trees to what a program gets: probabilities and a label, or a value.
//!
//! All in `f64`, in the steps of the model's own prediction.

use super::graph::{GraphBuilder, doubles, integers, text_tensor};
use crate::data::Schema;
use crate::interchange::onnx::messages::element;
use crate::{Calibration, Costs, Decision, Error, Forest, Model, Result, Task};

/// The most classes whose costs are written as a matrix.
const MAX_COST_CLASSES: usize = 2000;

/// The names of the outputs, which are taken before others.
pub(super) struct Outputs {
    /// `probabilities`, or `value`.
    numbers: String,
    /// None for a regression.
    label: Option<String>,
}

impl Outputs {
    pub(super) fn new(graph: &mut GraphBuilder, task: Task) -> Self {
        match task {
            Task::Classification => {
                let label = Some(graph.name("label"));
                Self { numbers: graph.name("probabilities"), label }
            }
            Task::Regression => Self { numbers: graph.name("value"), label: None },
        }
    }

    /// Adds what makes them of the `sums` over trees, which are in `f64`, above `centre` if there is one.
    ///
    /// # Errors
    /// Costs between too many classes.
    pub(super) fn add(
        self,
        graph: &mut GraphBuilder,
        model: &Model,
        sums: &str,
        centre: Option<f64>,
    ) -> Result<()> {
        let forest = model.forest();
        let n_trees = graph.constant("n_trees", doubles(&[], &[forest.n_trees() as f64]));
        let mut numbers = graph.operator("Div", &[sums, &n_trees], "means");
        if let Some(calibration) = forest.calibration() {
            numbers = add_calibration(graph, calibration, &numbers);
        }
        if let Some(centre) = centre {
            let centre = graph.constant("centre", doubles(&[], &[centre]));
            numbers = graph.operator("Add", &[&numbers, &centre], "values_64");
        }
        // Values that were added in `f64` stay so.
        let is_double = self.label.is_none() && centre.is_none();
        let to = if is_double { element::DOUBLE } else { element::FLOAT };
        if let Some(label) = self.label {
            let code = add_decision(graph, forest, model.decision(), &numbers)?;
            add_label(graph, model.schema(), &code, label);
        }
        let doc = match forest.task() {
            Task::Classification => "of the classes, in the order of the metadata's schema",
            Task::Regression => "what the target is expected to be",
        };
        graph.output(&self.numbers, to, Some(forest.n_outputs()), doc);
        graph.cast_to(&numbers, to, self.numbers);
        Ok(())
    }
}

/// Probabilities of shares `p`: `(p + α π)^γ`, divided by the sum.
fn add_calibration(graph: &mut GraphBuilder, calibration: &Calibration, shares: &str) -> String {
    let Calibration { alpha, gamma, prior } = calibration;
    let alpha = graph.constant("alpha", doubles(&[], &[*alpha]));
    let gamma = graph.constant("gamma", doubles(&[], &[*gamma]));
    let prior = graph.constant("prior", doubles(&[prior.len()], prior));
    let axis = graph.constant("class_axis", integers(&[1], &[1]));
    let prior = graph.operator("Mul", &[&alpha, &prior], "weighted_prior");
    let shifted = graph.operator("Add", &[shares, &prior], "shifted");
    let powers = graph.operator("Pow", &[&shifted, &gamma], "powers");
    let sums = graph.operator("ReduceSum", &[&powers, &axis], "power_sums");
    graph.operator("Div", &[&powers, &sums], "calibrated")
}

/// The codes of the classes that the model decides on.
fn add_decision(
    graph: &mut GraphBuilder,
    forest: &Forest,
    decision: &Decision,
    probabilities: &str,
) -> Result<String> {
    let by_class = [("axis", 1), ("keepdims", 0)];
    Ok(match decision {
        Decision::MostProbable => {
            graph.operator_with("ArgMax", &[probabilities], "code", &by_class)
        }
        Decision::Threshold(threshold) => {
            let second = graph.constant("second_class", integers(&[], &[1]));
            let threshold = graph.constant("threshold", doubles(&[], &[*threshold]));
            let columns = [probabilities, &second];
            let probability =
                graph.operator_with("Gather", &columns, "second_probability", &[("axis", 1)]);
            let enough = graph.operator("GreaterOrEqual", &[&probability, &threshold], "enough");
            let to = [("to", i64::from(element::INT64))];
            graph.operator_with("Cast", &[&enough], "code", &to)
        }
        Decision::LeastCost(costs) => {
            let n_classes = forest.n_classes();
            if n_classes > MAX_COST_CLASSES {
                return Err(Error::setting(format!(
                    "costs of mistakes between {n_classes} classes do not go into an ONNX file, \
                     only of up to {MAX_COST_CLASSES}"
                )));
            }
            let costs = graph.constant("costs", doubles(&[n_classes; 2], &cost_matrix(costs)));
            let expected = graph.operator("MatMul", &[probabilities, &costs], "expected_costs");
            graph.operator_with("ArgMin", &[&expected], "code", &by_class)
        }
    })
}

/// What mistakes cost: a row for each true class, a column for each class predicted.
fn cost_matrix(costs: &Costs) -> Vec<f64> {
    let codes = 0..costs.n_classes() as u32;
    codes.clone().flat_map(|truth| codes.clone().map(move |code| costs.of(truth, code))).collect()
}

fn add_label(graph: &mut GraphBuilder, schema: &Schema, code: &str, label: String) {
    let classes = schema.classes().iter().map(|class| class.name.as_str());
    let labels = graph.constant("labels", text_tensor(classes));
    let doc = "the class that the model decides on";
    graph.output(&label, element::STRING, None, doc);
    graph.standard("Gather", &[&labels, code], label);
}
