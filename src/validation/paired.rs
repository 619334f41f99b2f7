//! Two sets of answers to the same rows: which is better, whether that is more than chance, and which rows
//! changed sides.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::metrics::interval::Interval;
use crate::metrics::{
    Confusion, Metric, Scores, accuracy, balanced_accuracy, brier_of, log_loss_of, macro_average,
    mcnemar,
};
use crate::tree::random::TreeRng;
use crate::{Target, threads};
use ndarray::ArrayView2;

/// The most bootstrap samples …
const MAX_SAMPLES: usize = 2000;

/// … and the fewest, …
const MIN_SAMPLES: usize = 200;

/// … if the most would look at more numbers than these.
const MAX_NUMBERS: usize = 4_000_000_000;

/// What a model says of rows.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// Row by row the probability of each class, or the value.
    pub outputs: &'a [f64],
    /// The class of each row; empty for numbers.
    pub classes: &'a [u32],
    /// All scores of them.
    pub scores: &'a Scores,
}

/// Two sets of answers to the same rows, compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Paired {
    /// How many bootstrap samples the intervals are made of.
    pub samples: u64,
    /// By metric.
    pub differences: Vec<PairedDifference>,
    /// Which rows are answered rightly; `None` of numbers.
    pub right: Option<PairedRows>,
}

/// The second score less the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PairedDifference {
    /// What is compared.
    pub metric: Metric,
    /// That of the first; `None` if it is undefined.
    pub first: Option<f64>,
    /// That of the second.
    pub second: Option<f64>,
    /// The difference.
    pub difference: Option<f64>,
    /// Where the difference lies, with 95 % confidence: the percentiles of bootstrap samples of the rows, the
    /// same rows for both (Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 13).
    /// Approximate: on few rows it is too narrow. `None` if it is undefined in more than 5 % of the samples.
    pub interval: Option<Interval>,
}

impl PairedDifference {
    /// Which of the two is better beyond chance: less than 0 the first, more the second, 0 neither.
    pub fn better(&self) -> i32 {
        let sign = match self.interval {
            Some(interval) if interval.low > 0.0 => 1,
            Some(interval) if interval.high < 0.0 => -1,
            _ => 0,
        };
        if self.metric.is_loss() { -sign } else { sign }
    }
}

/// How many rows of a class both, one or neither of the two answers rightly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RightRows {
    /// Both are right.
    pub both: u64,
    /// Only the first is right: the second lost them.
    pub only_first: u64,
    /// Only the second is right: it gained them.
    pub only_second: u64,
    /// Both are wrong.
    pub neither: u64,
    /// Those of the rows to which the two answer differently.
    #[serde(rename = "flipped")]
    pub flips: u64,
}

impl RightRows {
    fn add(&mut self, truth: u32, [first, second]: [u32; 2]) {
        let place = match (first == truth, second == truth) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.only_first,
            (false, true) => &mut self.only_second,
            (false, false) => &mut self.neither,
        };
        *place += 1;
        self.flips += u64::from(first != second);
    }
}

/// Rows that weigh something, by who answers them rightly.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PairedRows {
    /// All.
    #[serde(flatten)]
    pub all: RightRows,
    /// The exact p-value of the two being right equally often ([`mcnemar`]).
    pub mcnemar_p: f64,
    /// Those of each class, in the order of the codes.
    pub of_class: Vec<RightRows>,
}

impl Paired {
    /// Of two sets of answers to rows of these targets, each of which weighs 1 or what `weights` says. The seed
    /// is that of the bootstrap samples.
    ///
    /// # Panics
    /// If lengths or tasks differ, or the weights are not as [`metrics`](crate::metrics) wants them.
    pub fn new(target: Target, answers: [Answers; 2], weights: Option<&[f64]>, seed: u64) -> Self {
        match target {
            Target::Classes { codes, n_classes } => {
                let rows = ClassRows::new(codes, n_classes, answers);
                let right = right_rows(codes, n_classes, answers, weights);
                let n_numbers = codes.len() * (4 + 2 * rows.rankings.len());
                let of = |weights: &[f64]| rows.differences(weights);
                let compared = Resampled::new(codes.len(), n_numbers, weights, seed, &of);
                Self { right: Some(right), ..compared.paired(&METRICS_OF_CLASSES, answers) }
            }
            Target::Values(numbers) => {
                let rows = NumberRows::new(numbers, answers);
                let of = |weights: &[f64]| rows.differences(weights);
                let n_numbers = 8 * numbers.len();
                let compared = Resampled::new(numbers.len(), n_numbers, weights, seed, &of);
                compared.paired(&METRICS_OF_NUMBERS, answers)
            }
        }
    }
}

const METRICS_OF_CLASSES: [Metric; 6] = [
    Metric::Accuracy,
    Metric::BalancedAccuracy,
    Metric::F1,
    Metric::LogLoss,
    Metric::Brier,
    Metric::RocAuc,
];

const METRICS_OF_NUMBERS: [Metric; 3] = [Metric::R2, Metric::Rmse, Metric::Mae];

/// Differences in bootstrap samples: for each metric those of all samples, `None` if it is undefined in one.
struct Resampled {
    samples: Vec<Vec<Option<f64>>>,
}

impl Resampled {
    /// `of` gives the differences of the metrics by weights of rows.
    fn new(
        n_rows: usize,
        n_numbers: usize,
        weights: Option<&[f64]>,
        seed: u64,
        of: &(impl Fn(&[f64]) -> Vec<Option<f64>> + Sync),
    ) -> Self {
        let n_samples = (MAX_NUMBERS / n_numbers.max(1)).clamp(MIN_SAMPLES, MAX_SAMPLES);
        let sample = |sample: usize| {
            let mut rng = TreeRng::new(seed, sample as u64);
            let mut drawn = vec![0.0; n_rows];
            for _ in 0..n_rows {
                drawn[rng.below(n_rows as u32) as usize] += 1.0;
            }
            if let Some(weights) = weights {
                drawn.iter_mut().zip(weights).for_each(|(drawn, weight)| *drawn *= weight);
            }
            of(&drawn)
        };
        Self { samples: threads::map(0..n_samples, sample) }
    }

    fn paired(&self, metrics: &[Metric], [first, second]: [Answers; 2]) -> Paired {
        let difference = |(place, &metric): (usize, &Metric)| {
            let [first, second] = [first, second].map(|answers| answers.scores.get(metric));
            PairedDifference {
                metric,
                first,
                second,
                difference: first.zip(second).map(|(first, second)| second - first),
                interval: self.interval(place),
            }
        };
        Paired {
            samples: self.samples.len() as u64,
            differences: metrics.iter().enumerate().map(difference).collect(),
            right: None,
        }
    }

    fn interval(&self, metric: usize) -> Option<Interval> {
        let mut values: Vec<f64> =
            self.samples.iter().filter_map(|sample| sample[metric]).collect();
        values.sort_unstable_by(f64::total_cmp);
        // As many samples are beyond either end.
        let beyond = values.len() / 40;
        let is_defined = values.len() * 20 >= self.samples.len() * 19;
        is_defined
            .then(|| Interval { low: values[beyond], high: values[values.len() - 1 - beyond] })
    }
}

/// Rows of classes, made ready for many sums over them.
struct ClassRows<'a> {
    n_classes: usize,
    /// Each row's place among `cells`.
    cell_of_row: Vec<usize>,
    /// What occurs: the class, and the two answers.
    cells: Vec<(u32, [u32; 2])>,
    /// What the second loses more than the first, row by row.
    log_loss: Vec<f64>,
    brier: Vec<f64>,
    truth: &'a [u32],
    /// For the classes that have an area under the ROC curve, by each set of answers.
    rankings: Vec<[Ranking; 2]>,
}

/// The rows in the order of their probabilities of a class.
struct Ranking {
    class: u32,
    rows: Vec<u32>,
    /// Whether a row's probability is that of the row before.
    tied: Vec<bool>,
}

impl<'a> ClassRows<'a> {
    fn new(truth: &'a [u32], n_classes: usize, answers: [Answers; 2]) -> Self {
        let mut places = BTreeMap::new();
        let mut cells = Vec::new();
        let cell_of_row = truth.iter().enumerate().map(|(row, &truth)| {
            let cell = (truth, answers.map(|answers| answers.classes[row]));
            *places.entry(cell).or_insert_with(|| {
                cells.push(cell);
                cells.len() - 1
            })
        });
        let cell_of_row = cell_of_row.collect();
        let proba = answers.map(|answers| {
            ArrayView2::from_shape((truth.len(), n_classes), answers.outputs)
                .expect("a probability of each class for each row")
        });
        let worse = |loss: &dyn Fn(usize, usize) -> f64| {
            (0..truth.len()).map(|row| loss(1, row) - loss(0, row)).collect::<Vec<f64>>()
        };
        let scale = if n_classes < 3 { 0.5 } else { 1.0 };
        let ranked = if n_classes == 2 { 1..2 } else { 0..n_classes as u32 };
        Self {
            n_classes,
            cell_of_row,
            cells,
            log_loss: worse(&|side, row| log_loss_of(proba[side][[row, truth[row] as usize]])),
            brier: worse(&|side, row| scale * brier_of(truth[row], proba[side].row(row))),
            truth,
            rankings: ranked.map(|class| proba.map(|proba| Ranking::new(proba, class))).collect(),
        }
    }

    /// In the order of [`METRICS_OF_CLASSES`].
    fn differences(&self, weights: &[f64]) -> Vec<Option<f64>> {
        let mut of_cells = vec![0.0; self.cells.len()];
        self.cell_of_row.iter().zip(weights).for_each(|(&cell, weight)| of_cells[cell] += weight);
        let truth: Vec<u32> = self.cells.iter().map(|(truth, _)| *truth).collect();
        let [first, second] = [0, 1].map(|side| {
            let predicted: Vec<u32> = self.cells.iter().map(|(_, answers)| answers[side]).collect();
            let confusion = Confusion::new(&truth, &predicted, self.n_classes, Some(&of_cells));
            [accuracy(&confusion), balanced_accuracy(&confusion), macro_average(&confusion).f1]
        });
        let total: f64 = weights.iter().sum();
        let mean = |losses: &[f64]| {
            losses.iter().zip(weights).map(|(loss, weight)| loss * weight).sum::<f64>() / total
        };
        let of_losses = [mean(&self.log_loss), mean(&self.brier)];
        let means = (0..3).map(|metric| second[metric] - first[metric]).chain(of_losses);
        // All have weight only if the sample has.
        let means = means.map(|difference| Some(difference).filter(|_| total > 0.0));
        means.chain([self.area_difference(weights)]).collect()
    }

    fn area_difference(&self, weights: &[f64]) -> Option<f64> {
        let areas = self.rankings.iter().map(|rankings| {
            let [first, second] = [0, 1].map(|side| rankings[side].area(self.truth, weights));
            Some(second? - first?)
        });
        let areas: Vec<f64> = areas.collect::<Option<_>>()?;
        (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
    }
}

impl Ranking {
    fn new(proba: ArrayView2<f64>, class: u32) -> Self {
        let value = |row: u32| proba[[row as usize, class as usize]];
        let mut rows: Vec<u32> = (0..proba.nrows() as u32).collect();
        rows.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
        let tied = (0..rows.len()).map(|at| at > 0 && value(rows[at]) == value(rows[at - 1]));
        let tied = tied.collect();
        Self { class, rows, tied }
    }

    /// The area under the ROC curve of the class against the rest, by weights; `None` if one of them weighs
    /// nothing.
    fn area(&self, truth: &[u32], weights: &[f64]) -> Option<f64> {
        let (mut wins, mut positives, mut negatives) = (0.0, 0.0, 0.0);
        // Of the rows that are tied.
        let mut tied = [0.0, 0.0];
        for (&row, &is_tied) in self.rows.iter().zip(&self.tied) {
            if !is_tied {
                wins += tied[1] * (negatives + 0.5 * tied[0]);
                negatives += tied[0];
                positives += tied[1];
                tied = [0.0, 0.0];
            }
            tied[usize::from(truth[row as usize] == self.class)] += weights[row as usize];
        }
        wins += tied[1] * (negatives + 0.5 * tied[0]);
        let area = wins / ((positives + tied[1]) * (negatives + tied[0]));
        area.is_finite().then_some(area)
    }
}

/// Rows of numbers, made ready for many sums over them.
struct NumberRows<'a> {
    truth: &'a [f64],
    /// Absolute errors, of the first and of the second.
    absolute: [Vec<f64>; 2],
}

impl<'a> NumberRows<'a> {
    fn new(truth: &'a [f64], answers: [Answers; 2]) -> Self {
        let absolute = answers.map(|answers| {
            let errors = truth.iter().zip(answers.outputs).map(|(truth, value)| truth - value);
            errors.map(f64::abs).collect::<Vec<f64>>()
        });
        Self { truth, absolute }
    }

    /// In the order of [`METRICS_OF_NUMBERS`].
    fn differences(&self, weights: &[f64]) -> Vec<Option<f64>> {
        let total: f64 = weights.iter().sum();
        let mean = |of: &dyn Fn(usize) -> f64| {
            let rows = weights.iter().enumerate().map(|(row, weight)| weight * of(row));
            rows.sum::<f64>() / total
        };
        let centre = mean(&|row| self.truth[row]);
        let variance = mean(&|row| (self.truth[row] - centre) * (self.truth[row] - centre));
        let [first, second] = [0, 1].map(|side| {
            let errors = &self.absolute[side];
            let squared = mean(&|row| errors[row] * errors[row]);
            [-squared / variance, squared.sqrt(), mean(&|row| errors[row])]
        });
        let difference = |metric: usize| Some(second[metric] - first[metric]);
        (0..3).map(difference).map(|difference| difference.filter(|d| d.is_finite())).collect()
    }
}

fn right_rows(
    truth: &[u32],
    n_classes: usize,
    answers: [Answers; 2],
    weights: Option<&[f64]>,
) -> PairedRows {
    let mut all = RightRows::default();
    let mut of_class = vec![RightRows::default(); n_classes];
    for (row, &truth) in truth.iter().enumerate() {
        if weights.is_none_or(|weights| weights[row] > 0.0) {
            let answers = answers.map(|answers| answers.classes[row]);
            all.add(truth, answers);
            of_class[truth as usize].add(truth, answers);
        }
    }
    PairedRows { all, mcnemar_p: mcnemar(all.only_first, all.only_second), of_class }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{ClassificationScores, RegressionScores};

    /// 240 rows of two classes, of which only the first answers 31 rightly and only the second 14.
    fn classes() -> (Vec<u32>, [Vec<f64>; 2]) {
        let truth: Vec<u32> = (0..240).map(|row| row % 2).collect();
        let right = |row: u32| match row {
            0..31 => [true, false],
            31..45 => [false, true],
            45..200 => [true, true],
            _ => [false, false],
        };
        let outputs = [0, 1].map(|side| {
            let proba = truth.iter().zip(0..).flat_map(|(&truth, row)| {
                let of_truth = if right(row)[side] { 0.75 } else { 0.25 };
                if truth == 0 { [of_truth, 1.0 - of_truth] } else { [1.0 - of_truth, of_truth] }
            });
            proba.collect()
        });
        (truth, outputs)
    }

    fn paired(truth: &[u32], outputs: &[Vec<f64>; 2], weights: Option<&[f64]>) -> Paired {
        let sides = [0, 1].map(|side| {
            let classes: Vec<u32> =
                outputs[side].chunks(2).map(|proba| u32::from(proba[1] > proba[0])).collect();
            let proba = ArrayView2::from_shape((truth.len(), 2), &outputs[side]).unwrap();
            let scores = ClassificationScores::new(truth, &classes, proba, weights);
            (classes, Scores::Classification(Box::new(scores)))
        });
        let answers = [0, 1].map(|side| Answers {
            outputs: &outputs[side],
            classes: &sides[side].0,
            scores: &sides[side].1,
        });
        Paired::new(Target::Classes { codes: truth, n_classes: 2 }, answers, weights, 42)
    }

    fn of(paired: &Paired, metric: Metric) -> PairedDifference {
        *paired.differences.iter().find(|difference| difference.metric == metric).unwrap()
    }

    #[test]
    fn rows_that_only_one_answers_rightly_decide() {
        let (truth, outputs) = classes();
        let paired = paired(&truth, &outputs, None);
        let rows = paired.right.as_ref().unwrap();
        let RightRows { both, only_first, only_second, neither, flips } = rows.all;
        assert_eq!((both, only_first, only_second, neither, flips), (155, 31, 14, 40, 45));
        // scipy.stats.binomtest(14, 45).pvalue
        assert!((rows.mcnemar_p - 0.016_094_360_031_274_842).abs() < 1e-12);
        assert_eq!(rows.of_class[0].only_first, 16);
        let accuracy = of(&paired, Metric::Accuracy);
        assert!((accuracy.difference.unwrap() + 17.0 / 240.0).abs() < 1e-12);
        // The standard error of the difference is √(45 − 17²/240) / 240 = 0.0276: 1.96 of it to either side.
        let Interval { low, high } = accuracy.interval.unwrap();
        assert!((low + 0.1249).abs() < 0.006 && (high + 0.0168).abs() < 0.006, "{low} {high}");
        assert_eq!(accuracy.better(), -1);
        // −ln 0.25 + ln 0.75 = ln 3 for each of 17 rows more.
        let log_loss = of(&paired, Metric::LogLoss);
        assert!((log_loss.difference.unwrap() - 17.0 / 240.0 * 3_f64.ln()).abs() < 1e-12);
        assert_eq!(log_loss.better(), -1);
    }

    #[test]
    fn resampled_scores_are_those_of_the_weights() {
        let (truth, outputs) = classes();
        let weights: Vec<f64> = (0..240_u32).map(|row| f64::from(row * 7 % 5)).collect();
        let scores = [0, 1].map(|side| {
            let proba = ArrayView2::from_shape((240, 2), &outputs[side]).unwrap();
            let classes: Vec<u32> =
                outputs[side].chunks(2).map(|proba| u32::from(proba[1] > proba[0])).collect();
            let scores = ClassificationScores::new(&truth, &classes, proba, Some(&weights));
            (classes, Scores::Classification(Box::new(scores)))
        });
        let answers = [0, 1].map(|side| Answers {
            outputs: &outputs[side],
            classes: &scores[side].0,
            scores: &scores[side].1,
        });
        let found = ClassRows::new(&truth, 2, answers).differences(&weights);
        for (metric, found) in METRICS_OF_CLASSES.iter().zip(found) {
            let expected = scores[1].1.get(*metric).unwrap() - scores[0].1.get(*metric).unwrap();
            assert!((found.unwrap() - expected).abs() < 1e-12, "{metric}");
        }
    }

    #[test]
    fn the_same_answers_do_not_differ() {
        let (truth, [outputs, _]) = classes();
        let paired = paired(&truth, &[outputs.clone(), outputs], None);
        assert_eq!(paired.right.unwrap().mcnemar_p, 1.0);
        for difference in paired.differences {
            assert_eq!(difference.interval, Some(Interval { low: 0.0, high: 0.0 }));
            assert_eq!(difference.better(), 0);
        }
    }

    #[test]
    fn numbers_are_compared_by_their_errors() {
        let truth: Vec<f64> = (0..50).map(f64::from).collect();
        let outputs = [1.0, 2.0].map(|error| {
            let value =
                |(truth, row): (&f64, i32)| truth + if row % 2 == 0 { error } else { -error };
            truth.iter().zip(0..).map(value).collect::<Vec<f64>>()
        });
        let scores = outputs.clone().map(|outputs| {
            Scores::Regression(Box::new(RegressionScores::new(&truth, &outputs, 0.0, None)))
        });
        let answers = [0, 1].map(|side| Answers {
            outputs: &outputs[side],
            classes: &[],
            scores: &scores[side],
        });
        let paired = Paired::new(Target::Values(&truth), answers, None, 42);
        assert_eq!(paired.right, None);
        // Every error is 1 in the first, 2 in the second, in any sample.
        for metric in [Metric::Mae, Metric::Rmse] {
            let difference = of(&paired, metric);
            let Interval { low, high } = difference.interval.unwrap();
            assert!((low - 1.0).abs() < 1e-12 && (high - 1.0).abs() < 1e-12, "{low} {high}");
            assert_eq!(difference.better(), -1);
        }
        // (1 − 4) over the variance of 0 … 49, which is (50² − 1) / 12.
        let r2 = of(&paired, Metric::R2);
        assert!((r2.difference.unwrap() + 36.0 / 2499.0).abs() < 1e-12);
    }

    #[test]
    fn rows_that_weigh_nothing_do_not_count() {
        let (truth, outputs) = classes();
        let weights: Vec<f64> = (0..240_u8).map(|row| f64::from(u8::from(row >= 31))).collect();
        let paired = paired(&truth, &outputs, Some(&weights));
        assert_eq!(paired.right.as_ref().unwrap().all.only_first, 0);
        assert_eq!(of(&paired, Metric::Accuracy).better(), 1);
    }
}
