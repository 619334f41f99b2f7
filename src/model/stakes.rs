//! What a model was told that mistakes count: the measure by which it is to be better than one answer for all rows.

use super::Metadata;
use super::scores::Answer;
use crate::metrics::interval::normal;
use crate::metrics::{ThresholdMetric, log_loss_of};
use crate::{ClassWeight, Decision};

/// What mistakes count, where they do not all count the same.
pub(super) struct Stakes<'a> {
    decision: &'a Decision,
    /// What a row of each class counts, at most 1; `None` if all count the same.
    class_weights: Option<Vec<f64>>,
    /// The shares of the classes, as they count, in training.
    shares: Vec<f64>,
}

impl<'a> Stakes<'a> {
    /// Of what training was told, with the training rows of each class; `None` if all mistakes count the same.
    pub(super) fn new(metadata: &'a Metadata, class_rows: &[u64]) -> Option<Self> {
        let decision = match metadata.threshold_choice {
            Some(choice) if choice.metric == ThresholdMetric::Accuracy => &Decision::MostProbable,
            _ => &metadata.decision,
        };
        let class_weights = match &metadata.forest.class_weight {
            ClassWeight::None if *decision == Decision::MostProbable => return None,
            ClassWeight::None => None,
            ClassWeight::Balanced | ClassWeight::BalancedSubsample => {
                let balanced = |&rows: &u64| if rows > 0 { 1.0 / rows as f64 } else { 0.0 };
                Some(class_rows.iter().map(balanced).collect())
            }
            ClassWeight::PerClass(weights) => Some(weights.clone()),
        };
        let class_weights = class_weights.map(|weights: Vec<f64>| {
            let most = weights.iter().copied().fold(0.0, f64::max);
            weights.iter().map(|weight| weight / most).collect::<Vec<_>>()
        });
        let weight = |class: usize| class_weights.as_ref().map_or(1.0, |weights| weights[class]);
        let weights =
            class_rows.iter().enumerate().map(|(class, &rows)| weight(class) * rows as f64);
        let weights: Vec<f64> = weights.collect();
        let total: f64 = weights.iter().sum();
        let shares = weights.iter().map(|weight| weight / total).collect();
        Some(Self { decision, class_weights, shares })
    }

    fn weight(&self, class: u32) -> f64 {
        self.class_weights.as_ref().map_or(1.0, |weights| weights[class as usize])
    }

    /// What it counts to take a row of one class for one of another. A threshold p is best where one kind of
    /// mistake counts p, and the other 1 - p (Elkan 2001, *The foundations of cost-sensitive learning*).
    fn loss(&self, truth: u32, predicted: u32) -> f64 {
        let cost = match self.decision {
            _ if truth == predicted => 0.0,
            Decision::MostProbable => 1.0,
            Decision::Threshold(threshold) if truth == 0 => *threshold,
            Decision::Threshold(threshold) => 1.0 - threshold,
            Decision::LeastCost(costs) => costs.of(truth, predicted),
        };
        self.weight(truth) * cost
    }

    /// Whether the answers cost less than always giving the one that is cheapest over the training rows, beyond
    /// the chance of the rows: 0 is below the 95 % interval of the mean difference.
    pub(super) fn are_met(&self, answers: &[Answer], weights: Option<&[f64]>) -> bool {
        let always = self.decision.decide(&self.shares);
        let rows = parts(answers, weights);
        let gain = |answer: &Answer| {
            self.loss(answer.class, always) - self.loss(answer.class, answer.predicted)
        };
        let mean = rows.iter().map(|(answer, part)| part * gain(answer)).sum::<f64>();
        let square = |x: f64| x * x;
        let variance = rows.iter().map(|(answer, part)| square(part * (gain(answer) - mean)));
        normal(mean, variance.sum::<f64>().sqrt(), f64::MIN..=f64::MAX).low > 0.0
    }

    /// Whether class weights make probabilities other than shares of rows, and better than the shares of the
    /// classes where these count as they weigh.
    pub(super) fn explain_log_loss(&self, answers: &[Answer], weights: Option<&[f64]>) -> bool {
        let gain = |answer: &Answer| {
            self.weight(answer.class)
                * (log_loss_of(self.shares[answer.class as usize]) - answer.log_loss)
        };
        let rows = parts(answers, weights);
        self.class_weights.is_some()
            && rows.iter().map(|(answer, part)| part * gain(answer)).sum::<f64>() > 0.0
    }
}

/// The answers with their parts of the weight of all.
fn parts<'a>(answers: &'a [Answer], weights: Option<&[f64]>) -> Vec<(&'a Answer, f64)> {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let total: f64 = (0..answers.len()).map(weight).sum();
    answers.iter().enumerate().map(|(row, answer)| (answer, weight(row) / total)).collect()
}
