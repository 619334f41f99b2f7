//! The tables of scores, each with its interval, its baseline and what it says.

use super::document::Table;
use crate::report::text::{digits, significant};
use forest::metrics::interval::Interval;
use forest::metrics::{ClassificationScores, Metric, RegressionScores, Scores};

const SCORE_COLUMNS: [&str; 5] = ["score", "model", "95 % interval", "baseline", "what it says"];

fn ends(interval: Option<Interval>, text: fn(f64) -> String) -> String {
    interval.map_or(String::new(), |of| format!("{} to {}", text(of.low), text(of.high)))
}

pub(super) fn of_classes(scores: &ClassificationScores, baseline: &Scores) -> Table {
    let of_baseline = |metric| baseline.get(metric).map_or(String::new(), digits);
    let row = |name: &str, score: Option<f64>, interval, metric: Option<Metric>, says: &str| {
        let score = score.map_or("undefined".to_owned(), digits);
        let baseline = metric.map_or(String::new(), of_baseline);
        [name.to_owned(), score, ends(interval, digits), baseline, says.to_owned()]
    };
    let error = scores.calibration.confidence.expected_calibration_error;
    let rows = [
        row(
            "accuracy",
            Some(scores.accuracy),
            Some(scores.accuracy_interval),
            Some(Metric::Accuracy),
            "the part of the rows that are predicted right; the baseline always gives the most frequent answer",
        ),
        row(
            "balanced accuracy",
            Some(scores.balanced_accuracy),
            Some(scores.balanced_accuracy_interval),
            Some(Metric::BalancedAccuracy),
            "the same, each class counting alike",
        ),
        row(
            "ROC AUC",
            scores.roc_auc,
            scores.roc_auc_interval,
            Some(Metric::RocAuc),
            "how well probabilities put rows of a class before others: 0.5 is guessing, 1 perfect",
        ),
        row(
            "log loss",
            Some(scores.log_loss),
            scores.log_loss_interval,
            Some(Metric::LogLoss),
            "how far probabilities are from the truth, less is better; the baseline gives each class its share",
        ),
        row(
            "Brier score",
            Some(scores.brier),
            scores.brier_interval,
            Some(Metric::Brier),
            "likewise, milder to what is surely wrong",
        ),
        row(
            "calibration error",
            Some(error),
            None,
            None,
            "how far probabilities are from how often they come true",
        ),
        row(
            "Matthews correlation",
            Some(scores.matthews),
            None,
            None,
            "of predictions and truth: 0 is guessing, 1 perfect",
        ),
    ];
    Table { is_of_words: true, ..Table::new("Scores", SCORE_COLUMNS, rows) }
}

pub(super) fn of_numbers(scores: &RegressionScores, target: &str) -> Table {
    let part = |score: Option<f64>| score.map_or("undefined".to_owned(), digits);
    let rows = [
        [
            "mean absolute error".to_owned(),
            significant(scores.mae),
            ends(scores.mae_interval, significant),
            significant(scores.baseline_mae),
            format!(
                "how far off predictions are on average, in the unit of '{target}'; the baseline always gives the mean"
            ),
        ],
        [
            "root mean squared error".to_owned(),
            significant(scores.rmse),
            ends(scores.rmse_interval, significant),
            significant(scores.baseline_rmse),
            "likewise, large errors counting more".to_owned(),
        ],
        [
            "median absolute error".to_owned(),
            significant(scores.median_absolute_error),
            String::new(),
            String::new(),
            "half of the predictions are closer than this".to_owned(),
        ],
        [
            "R²".to_owned(),
            part(scores.r2),
            ends(scores.r2_interval, digits),
            "0".to_owned(),
            "the part of the variance that predictions account for: 0 is guessing, 1 perfect"
                .to_owned(),
        ],
    ];
    Table { is_of_words: true, ..Table::new("Scores", SCORE_COLUMNS, rows) }
}
