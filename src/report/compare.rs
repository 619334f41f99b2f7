//! What `forest compare` has to say of algorithms.

use std::fmt;

use serde::Serialize;

use super::cv::{FoldReport, FoldsReport, MetricReport};
use super::text::{brackets, bytes, count, digits, line, p_value, table, texts};
use forest::data::Table;
use forest::data::folds::Folds;
use forest::metrics::Metric;
use forest::validation::{Comparison, Contestant, FoldScores, Versus};
use forest::{Task, Warning};

/// Algorithms on the same folds.
#[derive(Serialize)]
pub(crate) struct CompareReport {
    task: Task,
    rows: u64,
    folds: FoldsReport,
    /// What they are compared by.
    metric: Metric,
    /// The best first.
    algorithms: Vec<AlgorithmReport>,
    left_out: Vec<LeftOut>,
    verdict: Vec<String>,
    warnings: Vec<Warning>,
}

/// One of them.
#[derive(Serialize)]
struct AlgorithmReport {
    algorithm: Contestant,
    metrics: Vec<MetricReport>,
    /// How much worse it is than the best; `None` of the best.
    behind: Option<Versus>,
    /// In the mean over folds.
    fit_seconds: f64,
    predict_seconds: f64,
    bytes: f64,
    /// `None` of what has no trees.
    depth: Option<f64>,
    remarks: Vec<String>,
    by_fold: Vec<FoldReport>,
}

/// An algorithm that does not go with the table.
#[derive(Serialize)]
pub(crate) struct LeftOut {
    algorithm: Contestant,
    reason: String,
}

impl LeftOut {
    pub(crate) fn new(algorithm: Contestant, reason: String) -> Self {
        Self { algorithm, reason }
    }
}

impl AlgorithmReport {
    fn new(
        algorithm: Contestant,
        folds: Vec<FoldScores>,
        behind: Option<Versus>,
        task: Task,
    ) -> Self {
        let mean = |value: fn(&FoldScores) -> f64| {
            folds.iter().map(value).sum::<f64>() / folds.len() as f64
        };
        let mut remarks: Vec<String> = Vec::new();
        for remark in folds.iter().flat_map(|fold| &fold.remarks).map(ToString::to_string) {
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
        let has_shape = folds.iter().all(|fold| fold.shape.is_some());
        let depth = mean(|fold| fold.shape.map_or(0.0, |shape| shape.depth as f64));
        Self {
            algorithm,
            metrics: Metric::of_task(task)
                .iter()
                .map(|&metric| MetricReport::new(metric, &folds))
                .collect(),
            behind,
            fit_seconds: mean(|fold| fold.fit_seconds),
            predict_seconds: mean(|fold| fold.predict_seconds),
            bytes: mean(|fold| fold.bytes as f64),
            depth: has_shape.then_some(depth),
            remarks,
            by_fold: folds.into_iter().map(FoldReport::new).collect(),
        }
    }

    fn of(&self, metric: Metric) -> Option<&MetricReport> {
        self.metrics.iter().find(|report| report.metric == metric)
    }

    fn mean(&self, metric: Metric) -> Option<f64> {
        Some(self.of(metric)?.mean?.mean)
    }

    fn is_worse(&self) -> bool {
        self.behind.is_some_and(|behind| behind.is_significant())
    }
}

impl CompareReport {
    pub(crate) fn new(
        table: &Table,
        folds: Folds,
        done: Vec<(Contestant, Vec<FoldScores>)>,
        comparison: &Comparison,
        left_out: Vec<LeftOut>,
        warnings: Vec<Warning>,
    ) -> Self {
        let task = table.target.values.task();
        let metric = comparison.metric;
        let versus = done.into_iter().zip(&comparison.versus_best);
        let mut algorithms: Vec<AlgorithmReport> = versus
            .map(|((algorithm, folds), behind)| {
                AlgorithmReport::new(algorithm, folds, *behind, task)
            })
            .collect();
        let behind =
            |report: &AlgorithmReport| report.behind.map_or(0.0, |behind| behind.difference.mean);
        // The best stays before those that are as good.
        algorithms.sort_by(|a, b| {
            behind(a).total_cmp(&behind(b)).then(a.behind.is_some().cmp(&b.behind.is_some()))
        });
        let verdict = verdict(&algorithms, metric, &folds);
        Self {
            task,
            rows: table.n_rows() as u64,
            folds: FoldsReport::new(table, folds),
            metric,
            algorithms,
            left_out,
            verdict,
            warnings,
        }
    }
}

/// What it means, in sentences.
fn verdict(algorithms: &[AlgorithmReport], metric: Metric, folds: &Folds) -> Vec<String> {
    let Some((best, others)) = algorithms.split_first() else { return Vec::new() };
    let named = |worse: bool| {
        let others = others.iter().filter(|other| other.is_worse() == worse);
        others.map(|other| other.algorithm.to_string()).collect::<Vec<_>>()
    };
    let mut sentences = Vec::new();
    if others.is_empty() {
        return sentences;
    }
    let name = best.algorithm;
    let (worse, alike) = (named(true), named(false));
    if !worse.is_empty() {
        sentences.push(format!(
            "by {metric} {name} is better, beyond chance, than {} (p < 0.05 with Holm's correction)",
            worse.join(", ")
        ));
    }
    if !alike.is_empty() {
        sentences.push(format!(
            "by {metric} {name} is first, but that it is better than {} may be chance",
            alike.join(", ")
        ));
    }
    let forest = others.iter().find(|other| other.algorithm == Contestant::Forest);
    if let Some((forest, behind)) = forest.and_then(|forest| Some((forest, forest.behind?))) {
        let Versus { difference, .. } = behind;
        let interval = difference
            .interval
            .map_or(String::new(), |interval| format!(" {}", brackets(interval)));
        let chance = if forest.is_worse() { "beyond chance" } else { "which may be chance" };
        sentences.push(format!(
            "forest is behind {name} by {}{interval}, {chance}",
            digits(difference.mean)
        ));
    }
    if folds.n_repeats == 1 {
        let n = folds.n_folds;
        sentences.push(format!(
            "{n} folds tell only large differences apart: --repeats finds smaller ones"
        ));
    }
    sentences
}

impl fmt::Display for CompareReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { metric, .. } = self;
        writeln!(
            f,
            "{}: {}; the best by {metric} first",
            self.folds,
            count(self.rows, "row", "rows")
        )?;
        let others: &[Metric] = match self.task {
            Task::Classification => &[Metric::LogLoss, Metric::Accuracy, Metric::RocAuc],
            Task::Regression => &[Metric::Rmse, Metric::R2, Metric::Mae],
        };
        let others: Vec<Metric> = others.iter().copied().filter(|other| other != metric).collect();
        let header = [
            texts([
                "algorithm",
                &metric.to_string(),
                "sd",
                "behind",
                "95 % interval",
                "p",
                "effect",
            ]),
            others.iter().map(Metric::to_string).collect(),
            texts(["fit s", "predict s", "size", "depth"]),
        ];
        let mut rows = vec![header.concat()];
        let number = |number: Option<f64>| number.map_or("none".to_owned(), digits);
        rows.extend(self.algorithms.iter().map(|report| {
            let own = report.of(*metric).and_then(|report| report.mean);
            let versus = report.behind.map_or(texts(["", "", "", ""]), |behind| {
                let Versus { difference, p_holm, effect_size, .. } = behind;
                let interval = difference.interval.map_or(String::new(), brackets);
                let effect = effect_size.map_or(String::new(), |effect| format!("{effect:.2}"));
                let p = p_holm.map_or(String::new(), p_value);
                vec![digits(difference.mean), interval, p, effect]
            });
            let cells = [
                vec![
                    report.algorithm.to_string(),
                    number(own.map(|own| own.mean)),
                    number(own.map(|own| own.standard_deviation)),
                ],
                versus,
                others.iter().map(|&other| number(report.mean(other))).collect(),
                [report.fit_seconds, report.predict_seconds].map(|s| format!("{s:.3}")).to_vec(),
                vec![
                    bytes(report.bytes as u64),
                    report.depth.map_or(String::new(), |depth| format!("{depth:.0}")),
                ],
            ];
            cells.concat()
        }));
        table(f, &rows)?;
        self.verdict.iter().try_for_each(|sentence| line(f, "verdict", sentence))?;
        for report in &self.algorithms {
            report
                .remarks
                .iter()
                .try_for_each(|remark| line(f, &report.algorithm.to_string(), remark))?;
        }
        self.left_out.iter().try_for_each(|left_out| {
            line(f, &left_out.algorithm.to_string(), format!("left out: {}", left_out.reason))
        })
    }
}
