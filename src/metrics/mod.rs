//! How good a model's answers are: pure functions of truth, prediction and weight.
//!
//! Labels are class codes `0..K`; probabilities are a table of rows × K whose columns stand in the
//! order of the codes, each row within \[0, 1\] and summing to one. Every score equals the one of
//! scikit-learn 1.9.1 to 1e-12. Sums run in the order of rows and classes and logarithms come from
//! `libm`, so the same input gives the same bits on every machine.
//!
//! Rows may have weights: finite numbers from 0 up with a finite sum, one a row; without them each
//! row weighs 1. What is said of rows then holds of their weight: a share of the rows is a share
//! of the weight, a number of rows is the sum of their weights unless it is called a count. A row
//! of weight 0 counts for nothing, as if it were not there.
//!
//! A ratio whose denominator is zero is 0, as is the mean over no rows; scores that would mislead
//! as a zero are an `Option` instead.

mod agreement;
mod area_interval;
mod calibration;
mod classification;
mod confusion;
mod coverage;
mod drift;
pub mod integer_json;
pub mod interval;
mod mean_interval;
mod metric;
mod operating_points;
mod per_class;
mod probability;
mod ranking;
mod regression;
mod significance;
mod sums;
mod threshold;
mod weights;

pub use agreement::{
    accuracy, balanced_accuracy, balanced_accuracy_interval, cohen_kappa, matthews,
};
pub use calibration::{BrierParts, CalibrationScores, Reliability, ReliabilityBin, brier_parts};
pub use classification::{ClassificationScores, class_shares, majority_class};
pub use confusion::Confusion;
pub use coverage::IntervalScores;
pub use drift::{differ_beyond_chance, ks_distance, psi, psi_by_chance};
pub use mean_interval::mean_interval;
pub(crate) use mean_interval::{mean, student_interval};
pub use metric::{Metric, Scores};
pub use operating_points::{OperatingPoint, OperatingPoints};
pub use per_class::{Average, ClassScores, macro_average, per_class, weighted_average};
pub use probability::{argmax, brier, brier_of, log_loss, log_loss_of};
pub use ranking::{roc_auc, roc_auc_interval};
pub use regression::RegressionScores;
pub use significance::{FoldMean, holm, mcnemar};
pub use threshold::{BestThreshold, ThresholdMetric, best_threshold};

/// The fraction `part / whole`, 0 where `whole` is.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

#[cfg(test)]
#[track_caller]
fn assert_close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() <= 1e-12, "{actual} is not {expected}");
}
