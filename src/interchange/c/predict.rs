//! The functions that predict: outputs out of leaves, calibration, the decision.

use super::arrays::{array, unsigned};
use super::calibrate::{PRODUCT, write_calibration};
use super::literal::double;
use crate::{Costs, Decision, Forest, Task};

/// Writes the functions of a task.
pub(super) fn write_predictions(c: &mut String, forest: &Forest, decision: &Decision) {
    if forest.task() == Task::Regression {
        c.push_str(PREDICT);
        return;
    }
    if let Some(calibration) = forest.calibration() {
        write_calibration(c, calibration);
    }
    let calibrate =
        if forest.calibration().is_some() { "    forest_calibrate(out);\n" } else { "" };
    c.push_str(PREDICT_PROBA);
    c.push_str(&format!("{calibrate}}}\n"));
    match decision {
        Decision::MostProbable => c.push_str(MOST_PROBABLE),
        Decision::Threshold(threshold) => {
            let threshold = double(*threshold);
            c.push_str(&format!(
                "\n/* Class 1 if its probability is at least a threshold. */\n\
                 static int forest_decide(const double *proba)\n{{\n    \
                 return proba[1] >= {threshold};\n}}\n"
            ));
        }
        Decision::LeastCost(costs) => write_costs(c, costs, forest.calibration().is_some()),
    }
    c.push_str(PREDICT_CLASS);
}

const PREDICT: &str = "
double forest_predict(const float row[FOREST_N_FEATURES])
{
    double sum = 0.0;
    size_t tree;

    for (tree = 0; tree < FOREST_N_TREES; tree++)
        sum += forest_mean[forest_leaf(row, tree)];
    return sum / (double)FOREST_N_TREES;
}
";

const PREDICT_PROBA: &str = "
void forest_predict_proba(const float row[FOREST_N_FEATURES], double out[FOREST_N_CLASSES])
{
    size_t tree;
    int class;

    for (class = 0; class < FOREST_N_CLASSES; class++)
        out[class] = 0.0;
    for (tree = 0; tree < FOREST_N_TREES; tree++) {
        const size_t leaf = forest_leaf(row, tree);
        size_t entry;

        for (entry = forest_start[leaf]; entry < forest_start[leaf + 1]; entry++)
            out[forest_class[entry]] += forest_share[entry];
    }
    for (class = 0; class < FOREST_N_CLASSES; class++)
        out[class] /= (double)FOREST_N_TREES;
";

const PREDICT_CLASS: &str = "
int forest_predict_class(const float row[FOREST_N_FEATURES])
{
    double proba[FOREST_N_CLASSES];

    forest_predict_proba(row, proba);
    return forest_decide(proba);
}
";

const MOST_PROBABLE: &str = "
/* The most probable class, the first of equals. */
static int forest_decide(const double *proba)
{
    int class, best = 0;

    for (class = 1; class < FOREST_N_CLASSES; class++)
        if (proba[class] > proba[best])
            best = class;
    return best;
}
";

/// Adds up as [`Costs::cheapest`] does.
fn write_costs(c: &mut String, costs: &Costs, is_calibrated: bool) {
    if !is_calibrated {
        c.push_str(PRODUCT);
    }
    let (mut ends, mut defaults, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for predicted in 0..costs.n_classes() as u32 {
        let left = &costs.mistakes()[weights.len()..];
        let n_said = left.iter().take_while(|mistake| mistake.predicted == predicted).count();
        let default = costs.default_beside(n_said);
        weights.extend(left[..n_said].iter().map(|mistake| mistake.cost - default));
        ends.push(weights.len());
        defaults.push(default);
    }
    c.push_str("\n/* Of each class what it costs to predict it for another one of which nothing is said; */\n");
    array(c, "double", "default", defaults.into_iter().map(double));
    c.push_str("\n/* where the classes end of which something is said; */\n");
    array(c, unsigned(weights.len()), "said_end", ends.iter().map(usize::to_string));
    c.push_str("\n/* these, and what they cost more. */\n");
    let truths = costs.mistakes().iter().map(|mistake| mistake.truth.to_string());
    array(c, unsigned(costs.n_classes() - 1), "said_class", truths);
    array(c, "double", "said_cost", weights.into_iter().map(double));
    c.push_str(CHEAPEST);
}

const CHEAPEST: &str = "
/* The class of the least expected cost, the first of equals. */
static int forest_decide(const double *proba)
{
    double total = 0.0, least = INFINITY;
    size_t said = 0;
    int class, best = 0;

    for (class = 0; class < FOREST_N_CLASSES; class++)
        total += proba[class];
    for (class = 0; class < FOREST_N_CLASSES; class++) {
        double cost = forest_default[class] * (total - proba[class]);

        for (; said < forest_said_end[class]; said++) {
            cost += forest_product(forest_said_cost[said], proba[forest_said_class[said]]);
        }
        if (cost < least) {
            least = cost;
            best = class;
        }
    }
    return best;
}
";
