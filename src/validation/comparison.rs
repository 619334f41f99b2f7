//! Which of several algorithms is best on the same folds, and whether the others are worse beyond chance.

use serde::Serialize;

use super::cross_validation::{FoldScores, summary, test_over_train};
use crate::metrics::{FoldMean, Metric, holm};
use crate::{Error, Result};

/// How much better the second of two is by a metric on the same folds, in the mean over folds: positive where
/// it is better, whether the metric is a loss or not. `None` where the metric is undefined in a fold.
pub fn gain(metric: Metric, from: &[FoldScores], to: &[FoldScores]) -> Option<FoldMean> {
    let sign = if metric.is_loss() { -1.0 } else { 1.0 };
    let gain = |(from, to): (&FoldScores, &FoldScores)| {
        Some(sign * (to.scores.get(metric)? - from.scores.get(metric)?))
    };
    let gains: Vec<f64> = from.iter().zip(to).map(gain).collect::<Option<_>>()?;
    (!gains.is_empty()).then(|| FoldMean::new(&gains, test_over_train(to)))
}

/// Algorithms by a metric over the same folds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// What is compared.
    pub metric: Metric,
    /// The position of the best, the first of equals.
    pub best: usize,
    /// Each against the best; `None` of the best itself.
    pub versus_best: Vec<Option<Versus>>,
}

/// How much worse an algorithm is than the best one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Versus {
    /// The difference in the mean over folds, positive where the other is worse, with its interval and the
    /// corrected resampled t-test ([`FoldMean::new`]).
    #[serde(flatten)]
    pub difference: FoldMean,
    /// The p-value with Holm's correction for as many tests as there are others; `None` as that of the
    /// difference.
    pub p_holm: Option<f64>,
    /// The difference in its standard deviations over folds.
    pub effect_size: Option<f64>,
}

impl Versus {
    /// Whether the best is better beyond chance, at the level of 5 %.
    pub fn is_significant(&self) -> bool {
        self.p_holm.is_some_and(|p| p < 0.05)
    }
}

impl Comparison {
    /// Of algorithms that were run on the same folds.
    ///
    /// # Errors
    /// No algorithms; a metric that some fold has not.
    pub fn new(metric: Metric, algorithms: &[&[FoldScores]]) -> Result<Self> {
        let value = |fold: &FoldScores| fold.scores.get(metric);
        let sign = if metric.is_loss() { 1.0 } else { -1.0 };
        let loss = |folds: &&[FoldScores]| summary(folds, value).map(|summary| sign * summary.mean);
        let losses: Option<Vec<f64>> = algorithms.iter().map(loss).collect();
        let best = losses
            .as_ref()
            .and_then(|losses| (0..losses.len()).min_by(|&a, &b| losses[a].total_cmp(&losses[b])));
        let best = best.ok_or_else(|| {
            Error::data(format!("{metric} is undefined in some fold: a class has no rows there"))
                .with_help("compare by another metric, or make fewer folds")
        })?;
        let differences: Vec<Option<FoldMean>> = (0..algorithms.len())
            .map(|place| {
                gain(metric, algorithms[place], algorithms[best]).filter(|_| place != best)
            })
            .collect();
        let p: Vec<f64> =
            differences.iter().flatten().filter_map(|difference| difference.p).collect();
        let mut adjusted = holm(&p).into_iter();
        let versus = |difference: Option<FoldMean>| {
            difference.map(|difference| Versus {
                p_holm: difference.p.and_then(|_| adjusted.next()),
                effect_size: difference.effect_size(),
                difference,
            })
        };
        Ok(Self { metric, best, versus_best: differences.into_iter().map(versus).collect() })
    }
}
