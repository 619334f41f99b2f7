//! What a model's score on the rows held out says against it.

use super::AccuracyScore;
use super::scores::Answer;
use super::stakes::Stakes;
use crate::data::Class;
use crate::metrics::RegressionScores;
use crate::metrics::interval::Interval;
use crate::warning::{Warning, WarningKind};

/// Warnings about a score of classes that is not above its baseline, or not for sure. Who was told that mistakes
/// do not all count the same is not held against the accuracy alone.
pub(super) fn of_classes(
    score: &AccuracyScore,
    answers: &[Answer],
    weights: Option<&[f64]>,
    stakes: Option<&Stakes>,
) -> Vec<Warning> {
    let (accuracy, baseline) = (score.accuracy(), score.baseline());
    let Interval { low, high } = score.interval();
    let of_accuracy = if accuracy <= baseline {
        Some(Warning::new(WarningKind::Accuracy, &[accuracy, baseline]))
    } else {
        let figures = [low, high, baseline];
        (low <= baseline).then(|| Warning::new(WarningKind::UncertainAccuracy, &figures))
    };
    let of_accuracy =
        of_accuracy.filter(|_| !stakes.is_some_and(|stakes| stakes.are_met(answers, weights)));
    let of_log_loss = (score.log_loss >= score.baseline_log_loss).then(|| {
        let explains = |stakes: &Stakes| stakes.explain_log_loss(answers, weights);
        let kind = if stakes.is_some_and(explains) {
            WarningKind::WeightedLogLoss
        } else {
            WarningKind::LogLoss
        };
        Warning::new(kind, &[score.log_loss, score.baseline_log_loss])
    });
    of_accuracy.into_iter().chain(of_log_loss).collect()
}

/// Likewise, of numbers.
pub(super) fn of_numbers(score: &RegressionScores) -> Option<Warning> {
    match (score.r2, score.r2_interval) {
        (Some(r2), _) if r2 <= 0.0 => Some(Warning::new(WarningKind::R2, &[r2])),
        (Some(_), Some(Interval { low, high })) if low <= 0.0 => {
            Some(Warning::new(WarningKind::UncertainR2, &[low, high]))
        }
        _ => None,
    }
}

/// Rows of each class, and those predicted right, among rows that weigh something.
pub(super) struct ClassCounts(Vec<[u64; 2]>);

impl ClassCounts {
    pub(super) fn new(answers: &[Answer], weights: Option<&[f64]>, n_classes: usize) -> Self {
        let mut counts = vec![[0; 2]; n_classes];
        for (row, answer) in answers.iter().enumerate() {
            if weights.is_none_or(|weights| weights[row] > 0.0) {
                let [rows, right] = &mut counts[answer.class as usize];
                *rows += 1;
                *right += u64::from(answer.predicted == answer.class);
            }
        }
        Self(counts)
    }

    /// The warning, if there are classes of which no row was predicted right.
    pub(super) fn warning(&self, classes: &[Class]) -> Option<Warning> {
        let missed =
            || classes.iter().zip(&self.0).filter(|(_, [rows, right])| *rows > 0 && *right == 0);
        let rows: u64 = missed().map(|(_, [rows, _])| rows).sum();
        let names: Vec<&String> = missed().map(|(class, _)| &class.name).collect();
        let figures = [names.len() as f64, rows as f64];
        (rows > 0).then(|| Warning::new(WarningKind::MissedClasses, &figures).with_texts(&names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_r2_is_doubted_that_is_not_surely_above_nothing() {
        let y: Vec<f64> = (0..40).map(f64::from).collect();
        let kind = |predicted: Vec<f64>| {
            of_numbers(&RegressionScores::new(&y, &predicted, 19.5, None))
                .map(|warning| warning.kind)
        };
        let off_by = |error: f64| y.iter().map(|&y| y + error * (7.0 * y).sin()).collect();
        assert_eq!(kind(off_by(1.0)), None);
        assert_eq!(kind(off_by(15.0)), Some(WarningKind::UncertainR2));
        assert_eq!(kind(off_by(30.0)), Some(WarningKind::R2));
    }
}
