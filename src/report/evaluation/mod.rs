//! What `forest evaluate` has to say.

mod classification;

use std::fmt;

use serde::Serialize;

use super::gates::GateOutcome;
use super::text::{
    accuracy_with_interval, count, estimate, line, percent, r2_with_interval, significant,
};
use classification::ClassificationReport;
use forest::data::SchemaReport;
use forest::metrics::{IntervalScores, RegressionScores, Scores};
use forest::model::HeldOutScore;
use forest::{Decision, Model};

/// Whether the scores on the held-out rows are those that training recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RecordedScores {
    /// To the bit.
    Exact,
    /// But for rounding: counts are equal, other numbers to 12 digits.
    Close,
    /// They are not.
    Different,
}

impl RecordedScores {
    /// Compares the scores on the held-out rows with those that training recorded.
    pub(crate) fn compare(model: &Model, now: &HeldOutScore) -> Self {
        match &model.metadata().held_out {
            Some(then) if then == now => Self::Exact,
            Some(then) if then.is_close_to(now) => Self::Close,
            _ => Self::Different,
        }
    }
}

/// All scores of a model on some rows.
#[derive(Clone)]
pub(crate) struct Evaluation {
    pub(crate) scores: Scores,
    /// Of always giving the same answer.
    pub(crate) baseline: Scores,
    /// Of prediction intervals of numbers.
    pub(crate) intervals: Vec<IntervalScores>,
}

/// What is shown of them.
#[derive(Serialize)]
pub(crate) struct EvaluationReport {
    /// Whether training recorded the same scores; `None` where it had other rows.
    recorded_scores: Option<RecordedScores>,
    /// What the rows have that no training row had; `None` for the rows held out.
    input: Option<SchemaReport>,
    #[serde(flatten)]
    scores: ScoresReport,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gates: Vec<GateOutcome>,
}

#[derive(Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
enum ScoresReport {
    Classification(Box<ClassificationReport>),
    Regression(RegressionReport),
}

#[derive(Serialize)]
struct RegressionReport {
    #[serde(flatten)]
    scores: RegressionScores,
    /// Of prediction intervals, level by level; none if the model has none.
    interval_coverage: Vec<IntervalScores>,
}

impl EvaluationReport {
    pub(crate) fn new(
        model: &Model,
        decision: &Decision,
        evaluation: Evaluation,
        recorded_scores: Option<RecordedScores>,
        input: Option<SchemaReport>,
    ) -> Self {
        let Evaluation { scores, baseline, intervals } = evaluation;
        let scores = match scores {
            Scores::Classification(scores) => {
                let report = ClassificationReport::new(model, decision, *scores, &baseline);
                ScoresReport::Classification(Box::new(report))
            }
            Scores::Regression(scores) => ScoresReport::Regression(RegressionReport {
                scores: *scores,
                interval_coverage: intervals,
            }),
        };
        Self { recorded_scores, input, scores, gates: Vec::new() }
    }

    /// With bars where they say more than numbers.
    pub(crate) fn with_bars(mut self, with_bars: bool) -> Self {
        if let ScoresReport::Classification(report) = &mut self.scores {
            report.with_bars = with_bars;
        }
        self
    }

    /// With what gates found.
    pub(crate) fn with_gates(self, outcomes: &[GateOutcome]) -> Self {
        Self { gates: outcomes.to_vec(), ..self }
    }
}

impl fmt::Display for EvaluationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scores {
            ScoresReport::Classification(report) => report.write_scores(f)?,
            ScoresReport::Regression(report) => report.write_scores(f)?,
        }
        match self.recorded_scores {
            Some(RecordedScores::Exact) => line(f, "recorded scores", "came back exactly")?,
            Some(RecordedScores::Close) => line(f, "recorded scores", "came back to 12 digits")?,
            Some(RecordedScores::Different) => line(f, "recorded scores", "DID NOT COME BACK")?,
            None => {}
        }
        match &self.scores {
            ScoresReport::Classification(report) => report.write_tables(f),
            ScoresReport::Regression(_) => Ok(()),
        }
    }
}

impl RegressionReport {
    fn write_scores(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scores = &self.scores;
        let rows = count(scores.rows, "row", "rows");
        let r2 = r2_with_interval(scores.r2, scores.r2_interval);
        line(f, "R²", format!("{r2}  (95 % interval, {rows})"))?;
        line(f, "RMSE", estimate(scores.rmse, scores.rmse_interval))?;
        line(f, "MAE", estimate(scores.mae, scores.mae_interval))?;
        line(f, "median absolute error", significant(scores.median_absolute_error))?;
        let explained =
            scores.explained_variance.map_or("none".to_owned(), |part| format!("{part:.4}"));
        line(f, "explained variance", explained)?;
        let [rmse, mae] = [scores.baseline_rmse, scores.baseline_mae].map(significant);
        line(f, "baseline", format!("RMSE {rmse}, MAE {mae}  (always the training's mean)"))?;
        self.interval_coverage.iter().try_for_each(|scores| {
            let coverage = accuracy_with_interval(scores.coverage, scores.coverage_interval);
            let width = significant(scores.mean_width);
            let name = format!("{} intervals", percent(scores.level));
            line(f, &name, format!("hold {coverage} of the targets, mean width {width}"))
        })
    }
}
