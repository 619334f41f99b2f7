//! The scores of a classifier, as text and as JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::super::decision::DecisionReport;
use super::super::text::{
    accuracy_with_interval, bar, count, line, score, significant, table, weight,
};
use forest::metrics::integer_json::IntegerJson;
use forest::metrics::interval::Interval;
use forest::metrics::{
    Average, BrierParts, CalibrationScores, ClassScores, ClassificationScores, Confusion, Metric,
    Scores, class_shares,
};
use forest::{Costs, Decision, Model};

/// The maximum number of classes for which a person is shown the confusion matrix.
const SHOWN_CLASSES: usize = 20;

/// All scores of a classifier on some rows.
#[derive(Serialize)]
pub(crate) struct ClassificationReport {
    /// How the classes follow from the probabilities; `None` for the most probable.
    decision: Option<DecisionReport>,
    /// What the predictions cost, if it was said what mistakes cost.
    cost: Option<MeanCost>,
    baseline: Baseline,
    #[serde(flatten)]
    scores: ClassificationScores,
    /// In the order of the class codes.
    per_class: Vec<ClassScoresReport>,
    /// Likewise.
    confusion_matrix: Vec<ConfusionRow>,
    /// Whether a person is shown how many rows get which probability as bars.
    #[serde(skip)]
    pub(super) with_bars: bool,
}

/// How well a class is found.
#[derive(Serialize)]
struct ClassScoresReport {
    class: String,
    #[serde(flatten)]
    scores: ClassScores,
}

/// What the rows of a class were taken for.
#[derive(Serialize)]
struct ConfusionRow {
    class: String,
    /// The weight of the rows by the class that was predicted. A class that was not is left out, so that there are no
    /// more numbers than rows, however many classes there are.
    predicted: BTreeMap<String, IntegerJson>,
}

/// What always answering the same gets: the training's most frequent class, or its classes' shares.
#[derive(Serialize)]
struct Baseline {
    class: String,
    accuracy: f64,
    /// Of the classes' shares of the training rows.
    log_loss: f64,
    /// Likewise.
    brier: f64,
}

/// Costs in the mean over rows.
#[derive(Serialize)]
struct MeanCost {
    mean: f64,
    /// Of always giving the answer that is cheapest over the training's rows.
    baseline: BaselineCost,
}

#[derive(Serialize)]
struct BaselineCost {
    class: String,
    mean: f64,
}

impl MeanCost {
    fn new(model: &Model, costs: &Costs, confusion: &Confusion) -> Self {
        let cheapest = costs.cheapest(&class_shares(&model.class_rows()));
        Self {
            mean: costs.mean(confusion),
            baseline: BaselineCost {
                class: model.class_name(cheapest).to_owned(),
                mean: costs.mean_of_always(cheapest, confusion),
            },
        }
    }
}

/// The rows of the matrix, with the cells that are not zero.
fn confusion_matrix(confusion: &Confusion, name: impl Fn(u32) -> String) -> Vec<ConfusionRow> {
    let row = |class| ConfusionRow { class: name(class), predicted: BTreeMap::new() };
    let mut rows: Vec<ConfusionRow> = confusion.classes().map(row).collect();
    for (truth, prediction, weight) in confusion.cells() {
        rows[truth as usize].predicted.insert(name(prediction), IntegerJson(weight));
    }
    rows
}

impl ClassificationReport {
    pub(super) fn new(
        model: &Model,
        decision: &Decision,
        scores: ClassificationScores,
        baseline: &Scores,
    ) -> Self {
        let majority = model.majority_class();
        let classes = model.schema().classes();
        let name = |class: u32| classes[class as usize].name.clone();
        let of_baseline = |metric| baseline.get(metric).unwrap_or_default();
        Self {
            decision: DecisionReport::new(model, decision),
            cost: match decision {
                Decision::LeastCost(costs) => Some(MeanCost::new(model, costs, &scores.confusion)),
                _ => None,
            },
            baseline: Baseline {
                class: name(majority),
                accuracy: of_baseline(Metric::Accuracy),
                log_loss: of_baseline(Metric::LogLoss),
                brier: of_baseline(Metric::Brier),
            },
            per_class: (0..)
                .zip(&scores.per_class)
                .map(|(class, scores)| ClassScoresReport { class: name(class), scores: *scores })
                .collect(),
            confusion_matrix: confusion_matrix(&scores.confusion, name),
            with_bars: false,
            scores,
        }
    }

    /// The lines that say how good it is.
    pub(super) fn write_scores(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scores = &self.scores;
        if let Some(decision) = &self.decision {
            line(f, "decision", decision)?;
        }
        if let Some(MeanCost { mean, baseline }) = &self.cost {
            line(f, "mean cost", format!("{}  (a row)", significant(*mean)))?;
            let BaselineCost { class, mean } = baseline;
            line(f, "baseline cost", format!("{}  (always '{class}')", significant(*mean)))?;
        }
        let rows = count(scores.rows, "row", "rows");
        let accuracy = accuracy_with_interval(scores.accuracy, scores.accuracy_interval);
        line(f, "accuracy", format!("{accuracy}  (95 % interval, {rows})"))?;
        let class = &self.baseline.class;
        line(f, "majority baseline", format!("{:.4}  (always '{class}')", self.baseline.accuracy))?;
        let balanced = scores.balanced_accuracy;
        let balanced = accuracy_with_interval(balanced, scores.balanced_accuracy_interval);
        line(f, "balanced accuracy", balanced)?;
        line(f, "log loss", score(scores.log_loss, scores.log_loss_interval))?;
        let shares = format!("{:.4}  (the baseline)", self.baseline.log_loss);
        line(f, "log loss of the shares", shares)?;
        let of_what = if self.per_class.len() > 2 { "  (one-vs-rest, macro mean)" } else { "" };
        let auc = scores.roc_auc.map(|auc| score(auc, scores.roc_auc_interval) + of_what);
        line(f, "ROC AUC", auc.unwrap_or("none: a class has no rows, or all".to_owned()))?;
        line(f, "Matthews correlation", format!("{:.4}", scores.matthews))?;
        line(f, "Brier score", score(scores.brier, scores.brier_interval))?;
        let BrierParts { reliability, resolution, uncertainty, remainder, .. } = scores.brier_parts;
        let sign = if remainder < 0.0 { '−' } else { '+' };
        let remainder = remainder.abs();
        let parts =
            format!("{reliability:.4} − {resolution:.4} + {uncertainty:.4} {sign} {remainder:.4}");
        line(f, "", format!("= {parts}"))?;
        line(f, "", "(reliability − resolution + uncertainty + remainder)")?;
        line(f, "Brier of the shares", format!("{:.4}  (the baseline)", self.baseline.brier))?;
        let error = scores.calibration.confidence.expected_calibration_error;
        line(f, "calibration error", format!("{error:.4}  (expected, of the most probable class)"))
    }

    /// The tables of classes.
    pub(super) fn write_tables(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        self.write_classes(f)?;
        if self.per_class.len() <= SHOWN_CLASSES {
            writeln!(f)?;
            self.write_confusion(f)?;
        }
        writeln!(f)?;
        self.write_reliability(f)
    }

    fn write_classes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |x: f64| format!("{x:.4}");
        let ends = |interval: Interval| format!("[{:.2}, {:.2}]", interval.low, interval.high);
        let class_row = |ClassScoresReport { class, scores }: &ClassScoresReport| {
            vec![
                class.clone(),
                number(scores.precision),
                number(scores.recall),
                ends(scores.recall_interval),
                number(scores.f1),
                ends(scores.f1_interval),
                weight(scores.support),
            ]
        };
        let average_row = |name: &str, average: &Average| {
            let [precision, recall, f1] =
                [average.precision, average.recall, average.f1].map(number);
            vec![name.to_owned(), precision, recall, String::new(), f1, ends(average.f1_interval)]
        };
        let header = ["class", "precision", "recall", "95 %", "f1", "95 %", "support"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(self.per_class.iter().map(class_row));
        rows.push(average_row("macro average", &self.scores.macro_average));
        rows.push(average_row("weighted average", &self.scores.weighted_average));
        table(f, &rows)
    }

    fn write_confusion(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = || self.per_class.iter().map(|of| of.class.clone());
        let mut rows =
            vec![std::iter::once("true \\ predicted".to_owned()).chain(names()).collect()];
        rows.extend(names().zip(self.scores.confusion.dense()).map(|(name, weights)| {
            std::iter::once(name).chain(weights.into_iter().map(weight)).collect()
        }));
        table(f, &rows)
    }

    /// Of the probability of the second of two classes, or of the most probable of more.
    fn write_reliability(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CalibrationScores { confidence, second_class, .. } = &self.scores.calibration;
        let (reliability, header) = match (second_class, self.per_class.get(1)) {
            (Some(reliability), Some(ClassScoresReport { class, .. })) => {
                (reliability, [format!("probability of '{class}'"), format!("were '{class}'")])
            }
            _ => (confidence, ["highest probability", "were right"].map(str::to_owned)),
        };
        let [probability, observed] = header;
        let most = reliability.bins.iter().map(|bin| bin.rows).fold(0.0, f64::max);
        let mut rows = vec![vec![probability, "mean".to_owned(), observed, "rows".to_owned()]];
        rows.extend(reliability.bins.iter().map(|bin| {
            let numbers = [bin.mean_probability, bin.observed].map(|x| format!("{x:.4}"));
            let range = format!("{:.1} to {:.1}", bin.above, bin.up_to);
            let bar = self.with_bars.then(|| bar(bin.rows, most));
            [vec![range], numbers.to_vec(), vec![weight(bin.rows)], bar.into_iter().collect()]
                .concat()
        }));
        table(f, &rows)
    }
}
