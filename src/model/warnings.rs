//! What a model's score on the rows held out says against it.

use super::HeldOutScore;
use super::scores::Answer;
use crate::metrics::interval::Interval;
use crate::warning::{Warning, WarningKind};

/// Warnings about a score that is not above its baseline, or not for sure.
pub(super) fn of_score(score: &HeldOutScore) -> Vec<Warning> {
    match score {
        HeldOutScore::Classification(score) => {
            let (accuracy, baseline) = (score.accuracy(), score.baseline());
            let Interval { low, high } = score.interval();
            let of_accuracy = if accuracy <= baseline {
                Some(Warning::new(WarningKind::Accuracy, &[accuracy, baseline]))
            } else {
                let figures = [low, high, baseline];
                (low <= baseline).then(|| Warning::new(WarningKind::UncertainAccuracy, &figures))
            };
            let figures = [score.log_loss, score.baseline_log_loss];
            let of_log_loss = (score.log_loss >= score.baseline_log_loss)
                .then(|| Warning::new(WarningKind::LogLoss, &figures));
            of_accuracy.into_iter().chain(of_log_loss).collect()
        }
        HeldOutScore::Regression(score) => match (score.r2, score.r2_interval) {
            (Some(r2), _) if r2 <= 0.0 => vec![Warning::new(WarningKind::R2, &[r2])],
            (Some(_), Some(Interval { low, high })) if low <= 0.0 => {
                vec![Warning::new(WarningKind::UncertainR2, &[low, high])]
            }
            _ => Vec::new(),
        },
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
    pub(super) fn warning(&self, names: &[String]) -> Option<Warning> {
        let missed =
            || names.iter().zip(&self.0).filter(|(_, [rows, right])| *rows > 0 && *right == 0);
        let rows: u64 = missed().map(|(_, [rows, _])| rows).sum();
        let names: Vec<&String> = missed().map(|(name, _)| name).collect();
        let figures = [names.len() as f64, rows as f64];
        (rows > 0).then(|| Warning::new(WarningKind::MissedClasses, &figures).with_texts(&names))
    }
}
