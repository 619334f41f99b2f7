//! What `forest cv` has to say.

use std::fmt;

use serde::Serialize;

use super::gates::GateOutcome;
use super::text::{brackets, count, digits, line, table, texts, thousands};
use forest::data::folds::Folds;
use forest::data::{SplitBy, Table};
use forest::metrics::interval::Interval;
use forest::metrics::{FoldMean, Metric, Scores};
use forest::validation::{Curve, CurvePoint, FoldScores, ForestShape, gain, summary};
use forest::{Task, Warning};

/// The maximum number of classes of which a person is shown the scores.
const SHOWN_CLASSES: usize = 20;

/// The maximum number of folds that a person is shown.
const SHOWN_FOLDS: usize = 20;

/// What a cross-validation came to.
#[derive(Serialize)]
pub(crate) struct CvReport {
    task: Task,
    rows: u64,
    folds: FoldsReport,
    /// By name.
    metrics: Vec<MetricReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    per_class: Vec<ClassReport>,
    by_fold: Vec<FoldReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<CurveReport>,
    warnings: Vec<Warning>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gates: Vec<GateOutcome>,
}

/// How the table was divided.
#[derive(Serialize)]
pub(crate) struct FoldsReport {
    #[serde(flatten)]
    folds: Folds,
    /// The column that groups or orders the rows.
    group: Option<String>,
    order: Option<String>,
}

impl FoldsReport {
    pub(crate) fn new(table: &Table, folds: Folds) -> Self {
        let (group, order) = match &table.split_by {
            None => (None, None),
            Some(SplitBy::Group { column, .. }) => (Some(column.clone()), None),
            Some(SplitBy::Order { column, .. }) => (None, Some(column.clone())),
        };
        Self { folds, group, order }
    }
}

impl fmt::Display for FoldsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Folds { n_folds, n_repeats, random_state, stratify } = self.folds;
        write!(f, "{n_folds} folds")?;
        if n_repeats > 1 {
            write!(f, " × {n_repeats}")?;
        }
        match (&self.group, &self.order) {
            (Some(group), _) => write!(f, " of groups by '{group}', seed {random_state}"),
            (_, Some(order)) => {
                write!(f, " in the order of '{order}', each after all it is trained on")
            }
            _ if stratify => write!(f, ", stratified, seed {random_state}"),
            _ => write!(f, " by chance, seed {random_state}"),
        }
    }
}

/// A metric over the folds.
#[derive(Serialize)]
pub(crate) struct MetricReport {
    pub(crate) metric: Metric,
    /// `None` if it is undefined in a fold.
    #[serde(flatten)]
    pub(crate) mean: Option<OverFolds>,
    /// In the mean, of always giving the same answer.
    baseline: Option<f64>,
}

/// A value over the folds.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct OverFolds {
    pub(crate) mean: f64,
    pub(crate) standard_deviation: f64,
    /// `None` of a single fold; it ends where the metric does.
    interval: Option<Interval>,
}

impl OverFolds {
    fn new(
        metric: Metric,
        folds: &[FoldScores],
        value: impl Fn(&FoldScores) -> Option<f64>,
    ) -> Option<Self> {
        let FoldMean { mean, standard_deviation, interval, .. } = summary(folds, value)?;
        let (least, most) = metric.range().into_inner();
        let interval = interval.map(|Interval { low, high }| Interval {
            low: f64::max(low, least),
            high: f64::min(high, most),
        });
        Some(Self { mean, standard_deviation, interval })
    }
}

impl MetricReport {
    pub(crate) fn new(metric: Metric, folds: &[FoldScores]) -> Self {
        let baseline = summary(folds, |fold| fold.baseline.get(metric));
        Self {
            metric,
            mean: OverFolds::new(metric, folds, |fold| fold.scores.get(metric)),
            baseline: baseline.map(|baseline| baseline.mean),
        }
    }
}

/// A class over the folds; a score is `None` where the class is missing from a fold.
#[derive(Serialize)]
struct ClassReport {
    class: String,
    precision: Option<OverFolds>,
    recall: Option<OverFolds>,
    f1: Option<OverFolds>,
}

impl ClassReport {
    fn new(name: &str, class: u32, folds: &[FoldScores]) -> Self {
        let [precision, recall, f1] =
            [Metric::Precision, Metric::Recall, Metric::F1].map(|metric| {
                OverFolds::new(metric, folds, |fold| fold.scores.of_class(metric, class))
            });
        Self { class: name.to_owned(), precision, recall, f1 }
    }
}

/// A fold.
#[derive(Serialize)]
pub(crate) struct FoldReport {
    repeat: usize,
    fold: usize,
    train_rows: u64,
    test_rows: u64,
    #[serde(serialize_with = "by_name")]
    scores: Scores,
    #[serde(serialize_with = "by_name")]
    baseline: Scores,
    fit_seconds: f64,
    predict_seconds: f64,
    bytes: u64,
    #[serde(flatten)]
    shape: Option<ForestShape>,
}

impl FoldReport {
    pub(crate) fn new(fold: FoldScores) -> Self {
        Self {
            repeat: fold.repeat + 1,
            fold: fold.number + 1,
            train_rows: fold.train_rows,
            test_rows: fold.test_rows,
            scores: fold.scores,
            baseline: fold.baseline,
            fit_seconds: fold.fit_seconds,
            predict_seconds: fold.predict_seconds,
            bytes: fold.bytes,
            shape: fold.shape,
        }
    }
}

/// All scores by the names of their metrics.
fn by_name<S: serde::Serializer>(scores: &Scores, serializer: S) -> Result<S::Ok, S::Error> {
    let metrics = Metric::of_task(scores.task()).iter();
    serializer.collect_map(metrics.map(|&metric| (metric.to_string(), scores.get(metric))))
}

/// A learning curve.
#[derive(Serialize)]
struct CurveReport {
    of: String,
    metric: Metric,
    points: Vec<PointReport>,
    /// How much better the last point is than the one before, in the mean over folds.
    last_gain: Option<FoldMean>,
    verdict: String,
}

#[derive(Serialize)]
struct PointReport {
    size: u64,
    #[serde(flatten)]
    mean: Option<OverFolds>,
    fit_seconds: f64,
}

impl CurveReport {
    fn new(curve: Curve, metric: Metric, points: &[CurvePoint]) -> Self {
        let value = |fold: &FoldScores| fold.scores.get(metric);
        let report = |point: &CurvePoint| PointReport {
            size: point.size,
            mean: OverFolds::new(metric, &point.folds, value),
            fit_seconds: mean_of(&point.folds, |fold| fold.fit_seconds),
        };
        let last_gain = match points {
            [.., before, last] => gain(metric, &before.folds, &last.folds),
            _ => None,
        };
        let points: Vec<PointReport> = points.iter().map(report).collect();
        let verdict = verdict(curve, metric, &points, last_gain);
        Self { of: curve.to_string(), metric, points, last_gain, verdict }
    }
}

/// What a curve means, in a sentence.
fn verdict(curve: Curve, metric: Metric, points: &[PointReport], gain: Option<FoldMean>) -> String {
    let ([.., before, last], Some(gain)) = (points, gain) else {
        return format!("{metric} is undefined in some fold, so that nothing can be said");
    };
    let [from, to] = [before, last].map(|point| thousands(point.size));
    // A metric changes by what is gained, or by the opposite if less is better.
    let sign = if metric.is_loss() { -1.0 } else { 1.0 };
    let change = digits(sign * gain.mean);
    let found = format!("from {from} to {to} {curve} {metric} changes by {change}");
    let chance = format!("that may be chance, and more {curve} are not known to help");
    let Some(Interval { low, high }) = gain.interval else { return format!("{found}: {chance}") };
    let meaning = if low > 0.0 {
        format!("more {curve} would probably help")
    } else if high < 0.0 {
        format!("more {curve} do harm")
    } else {
        chance
    };
    let (low, high) = if metric.is_loss() { (-high, -low) } else { (low, high) };
    format!("{found} {}: {meaning}", brackets(Interval { low, high }))
}

fn mean_of(folds: &[FoldScores], value: impl Fn(&FoldScores) -> f64) -> f64 {
    folds.iter().map(value).sum::<f64>() / folds.len() as f64
}

impl CvReport {
    pub(crate) fn new(
        table: &Table,
        folds: Folds,
        by_fold: Vec<FoldScores>,
        warnings: Vec<Warning>,
        gates: &[GateOutcome],
    ) -> Self {
        let task = table.target.values.task();
        let names = table.target.values.classes().map_or(&[][..], |(names, _)| names);
        let metrics = Metric::of_task(task).iter();
        let classes = names.iter().zip(0..);
        Self {
            task,
            rows: table.n_rows() as u64,
            folds: FoldsReport::new(table, folds),
            metrics: metrics.map(|&metric| MetricReport::new(metric, &by_fold)).collect(),
            per_class: classes
                .map(|(name, class)| ClassReport::new(name, class, &by_fold))
                .collect(),
            by_fold: by_fold.into_iter().map(FoldReport::new).collect(),
            curve: None,
            warnings,
            gates: gates.to_vec(),
        }
    }

    pub(crate) fn add_curve(&mut self, curve: Curve, metric: Metric, points: &[CurvePoint]) {
        self.curve = Some(CurveReport::new(curve, metric, points));
    }

    fn write_metrics(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![texts(["metric", "mean", "sd", "95 % interval", "baseline"])];
        rows.extend(self.metrics.iter().map(|MetricReport { metric, mean, baseline }| {
            let baseline = baseline.map_or("none".to_owned(), digits);
            [vec![metric.to_string()], mean_and_spread(*mean), vec![baseline]].concat()
        }));
        table(f, &rows)?;
        let baseline = match self.task {
            Task::Classification => {
                "the most frequent class, with the classes' shares for probabilities"
            }
            Task::Regression => "the mean of the training rows",
        };
        line(f, "baseline", format!("always {baseline}"))?;
        line(
            f,
            "intervals",
            "of the means, by the corrected resampled t-test (Nadeau & Bengio 2003)",
        )?;
        if self.per_class.len() > 2 {
            line(f, "roc_auc", "each class against the rest, mean over classes")?;
        }
        Ok(())
    }

    fn write_classes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![texts(["class", "precision", "sd", "recall", "sd", "f1", "sd"])];
        rows.extend(self.per_class.iter().map(|class| {
            let scores = [class.precision, class.recall, class.f1];
            let scores = scores.iter().flat_map(|mean| mean_and_spread(*mean).into_iter().take(2));
            std::iter::once(class.class.clone()).chain(scores).collect()
        }));
        table(f, &rows)
    }

    fn write_folds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: &[Metric] = match self.task {
            Task::Classification => {
                &[Metric::LogLoss, Metric::Accuracy, Metric::BalancedAccuracy, Metric::RocAuc]
            }
            Task::Regression => &[Metric::Rmse, Metric::R2, Metric::Mae],
        };
        let names: Vec<String> = shown.iter().map(Metric::to_string).collect();
        let has_repeats = self.folds.folds.n_repeats > 1;
        let header =
            [texts(["fold", "trained on", "scored on"]), names, texts(["fit s", "predict s"])];
        let mut rows = vec![header.concat()];
        rows.extend(self.by_fold.iter().take(SHOWN_FOLDS).map(|fold| {
            let name = if has_repeats {
                format!("{}.{}", fold.repeat, fold.fold)
            } else {
                fold.fold.to_string()
            };
            let counts = [fold.train_rows, fold.test_rows].map(thousands);
            let scores = shown
                .iter()
                .map(|&metric| fold.scores.get(metric).map_or("none".to_owned(), digits));
            let seconds = [fold.fit_seconds, fold.predict_seconds].map(|s| format!("{s:.2}"));
            let cells = [vec![name], counts.to_vec(), scores.collect(), seconds.to_vec()];
            cells.concat()
        }));
        table(f, &rows)?;
        match self.by_fold.len().saturating_sub(SHOWN_FOLDS) {
            0 => Ok(()),
            more => {
                line(f, "", format!("{} more: --json has all", count(more as u64, "fold", "folds")))
            }
        }
    }
}

impl fmt::Display for CvReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.folds, count(self.rows, "row", "rows"))?;
        self.write_metrics(f)?;
        if (1..=SHOWN_CLASSES).contains(&self.per_class.len()) {
            writeln!(f)?;
            self.write_classes(f)?;
        }
        writeln!(f)?;
        self.write_folds(f)?;
        match &self.curve {
            None => Ok(()),
            Some(curve) => write!(f, "\n{curve}"),
        }
    }
}

impl fmt::Display for CurveReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metric = self.metric.to_string();
        let mut rows = vec![texts([&*self.of, &*metric, "sd", "95 % interval", "fit s"])];
        rows.extend(self.points.iter().map(|point| {
            let seconds = format!("{:.2}", point.fit_seconds);
            [vec![thousands(point.size)], mean_and_spread(point.mean), vec![seconds]].concat()
        }));
        table(f, &rows)?;
        line(f, "learning curve", &self.verdict)
    }
}

/// Mean, standard deviation and interval.
fn mean_and_spread(mean: Option<OverFolds>) -> Vec<String> {
    let Some(OverFolds { mean, standard_deviation, interval }) = mean else {
        return texts(["none", "", ""]);
    };
    let interval = interval.map_or(String::new(), brackets);
    vec![digits(mean), digits(standard_deviation), interval]
}
