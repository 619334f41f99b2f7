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
        let params = metadata.forest.as_ref();
        let class_weight = params.map_or(&ClassWeight::None, |params| &params.class_weight);
        Self::of(decision, class_weight, class_rows)
    }

    fn of(decision: &'a Decision, class_weight: &ClassWeight, class_rows: &[u64]) -> Option<Self> {
        let class_weights = match class_weight {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Costs;

    /// Rows of two classes, by how often each was predicted as each.
    fn answers([[tn, fp], [fn_, tp]]: [[usize; 2]; 2]) -> Vec<Answer> {
        let some = |class: u32, predicted: u32, n: usize| {
            let proba = [1.0 - f64::from(predicted), f64::from(predicted)];
            (0..n).map(move |_| Answer::new(class, &proba, &Decision::MostProbable))
        };
        let all = [some(0, 0, tn), some(0, 1, fp), some(1, 0, fn_), some(1, 1, tp)];
        all.into_iter().flatten().collect()
    }

    fn are_met(decision: &Decision, class_weight: &ClassWeight, matrix: [[usize; 2]; 2]) -> bool {
        let stakes = Stakes::of(decision, class_weight, &[90, 10]).unwrap();
        stakes.are_met(&answers(matrix), None)
    }

    #[test]
    fn classes_that_weigh_alike_are_not_measured_by_the_most_frequent_one() {
        let met = |matrix| are_met(&Decision::MostProbable, &ClassWeight::Balanced, matrix);
        // Rows of class 0 weigh 1/9. Against always 0, 8 rows gain 1 and 20 lose 1/9: the mean is 0.0578, its
        // standard error √(8 + 20/81 − 100 · 0.0578²) / 100 = 0.0281, 1/2.05 of it …
        assert!(met([[70, 20], [2, 8]]));
        // … and with 7 rows 0.0478 and 0.0265, 1/1.80 of it. So it is if all is given class 1.
        assert!(!met([[70, 20], [3, 7]]));
        assert!(!met([[0, 90], [0, 10]]) && !met([[90, 0], [10, 0]]));
        let twice = ClassWeight::PerClass(vec![1.0, 9.0]);
        assert!(are_met(&Decision::MostProbable, &twice, [[70, 20], [2, 8]]));
    }

    #[test]
    fn a_threshold_counts_mistakes_as_costs_do() {
        let costs = Costs::parse("FP=1,FN=9", &["no", "yes"]).unwrap();
        for (matrix, expected) in [([[70, 20], [2, 8]], true), ([[70, 20], [3, 7]], false)] {
            // By these mistakes count as above, and always 0 is the cheapest single answer, by a hair or by its code.
            let threshold = Decision::Threshold(0.100_000_1);
            assert_eq!(are_met(&threshold, &ClassWeight::None, matrix), expected);
            let least_cost = Decision::LeastCost(costs.clone());
            assert_eq!(are_met(&least_cost, &ClassWeight::None, matrix), expected);
        }
        assert!(Stakes::of(&Decision::MostProbable, &ClassWeight::None, &[1, 1]).is_none());
    }

    #[test]
    fn weights_of_classes_explain_a_log_loss_that_is_better_by_them() {
        let explains = |class_weight: &ClassWeight, [p, q]: [f64; 2]| {
            let answer =
                |class: u32, p: f64| Answer::new(class, &[1.0 - p, p], &Decision::MostProbable);
            let mut rows: Vec<Answer> = (0..90).map(|_| answer(0, p)).collect();
            rows.extend((0..10).map(|_| answer(1, q)));
            let decision = Decision::Threshold(0.5);
            let stakes = Stakes::of(&decision, class_weight, &[90, 10]).unwrap();
            stakes.explain_log_loss(&rows, None)
        };
        // −ln 0.6 for all is below −ln 0.5, that of equal shares, and −ln 0.4 above.
        assert!(explains(&ClassWeight::Balanced, [0.4, 0.6]));
        assert!(!explains(&ClassWeight::Balanced, [0.6, 0.4]));
        assert!(!explains(&ClassWeight::None, [0.01, 0.99]));
    }
}
