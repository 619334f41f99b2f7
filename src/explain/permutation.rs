//! Permutation importance: how much worse predictions get if the values of some features are shuffled among the rows
//! (Breiman 2001, section 10, on rows of one's choice; Fisher, Rudin & Dominici 2019, *All models are wrong, but many are
//! useful*).

use ndarray::ArrayView1;

use crate::forest::check;
use crate::metrics::interval::Interval;
use crate::metrics::{Metric, brier_of, log_loss_of, mean, student_interval};
use crate::names::either;
use crate::tree::random::TreeRng;
use crate::{Decision, Error, Features, Forest, Parameter, Result, Target, Task, threads};

/// The random stream that rows are shuffled by; trees have the numbers below, and others those after it.
const STREAM: u64 = u64::MAX - 4;

/// How rows are shuffled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PermutationParams {
    /// How often.
    pub n_repeats: usize,
    /// What by.
    pub seed: u64,
}

/// Ten times, by the seed 42.
impl Default for PermutationParams {
    fn default() -> Self {
        Self { n_repeats: 10, seed: 42 }
    }
}

/// How important features are to a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct PermutationImportances {
    /// What is measured.
    pub metric: Metric,
    /// That of the rows as they are.
    pub score: f64,
    /// Of each group of features, in the order in which they were given.
    pub groups: Vec<PermutationImportance>,
}

/// How important some features are together.
#[derive(Clone, Debug, PartialEq)]
pub struct PermutationImportance {
    /// Their numbers.
    pub features: Vec<usize>,
    /// How much worse the metric gets where they are shuffled, on average: how much higher a loss, how much lower an
    /// accuracy. Exactly 0 where the forest does not use them; by chance it can be below 0.
    pub worse_by: f64,
    /// Where that lies for other rows, with 95 % confidence, by Student's distribution over rows. `None` where it does not vary
    /// from row to row, or there are fewer than three.
    pub interval: Option<Interval>,
}

/// How much worse a forest predicts rows `x` (rows × features) of known target, on the current threads, where groups of
/// features are shuffled: those of a group together, so that what one says cannot be had from another. The metric is the
/// log loss, the Brier score or the accuracy of classes, the last by `decision`, or the mean absolute error of numbers.
///
/// Rows of weight 0 take no part. The rest are equally likely to have their values given to any row. All groups are shuffled
/// alike, so that what is said of one does not depend on which others there are.
///
/// It takes groups × repeats as long as predicting the rows.
///
/// ```
/// use forest::explain::{PermutationParams, permutation_importances};
/// use forest::metrics::Metric;
/// use forest::{Decision, ForestParams, Target};
/// use ndarray::array;
///
/// let x = array![[0.0_f32, 7.0], [1.0, 7.0], [2.0, 7.0], [3.0, 7.0]];
/// let target = Target::Values(&[1.0, 1.0, 5.0, 5.0]);
/// let forest = ForestParams::new().n_trees(50).fitter().fit_forest(x.view(), target)?;
///
/// let groups = [vec![0], vec![1]];
/// let important = permutation_importances(
///     &forest, &Decision::MostProbable, x.view(), target, None, Metric::Mae, &groups, &PermutationParams::default(),
/// )?;
/// assert!(important.groups[0].worse_by > 0.5);
/// assert_eq!(important.groups[1].worse_by, 0.0);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// # Errors
/// Rows that the forest does not fit, targets or weights that do not fit the rows; another metric, no repeats, features
/// that there are not.
#[expect(clippy::too_many_arguments, reason = "each is another thing, and none has a default")]
pub fn permutation_importances<'a>(
    forest: &Forest,
    decision: &Decision,
    x: impl Into<Features<'a>>,
    target: Target,
    weights: Option<&[f64]>,
    metric: Metric,
    groups: &[Vec<usize>],
    params: &PermutationParams,
) -> Result<PermutationImportances> {
    let x = x.into();
    let scorer = Scorer { forest, decision, target, metric };
    scorer.check(&x, weights)?;
    groups.iter().flatten().try_for_each(|&feature| forest.check_feature(feature))?;
    if params.n_repeats == 0 {
        return Err(Error::out_of_range(Parameter("n_repeats"), 0, "at least 1"));
    }
    let counts = |row: &usize| weights.is_none_or(|weights| weights[*row] > 0.0);
    let rows: Vec<usize> = (0..x.n_rows()).filter(counts).collect();
    let before = scorer.scores(&x)?;
    let sign = if metric.is_loss() { 1.0 } else { -1.0 };
    let importance = |features: &Vec<usize>| {
        let mut rng = TreeRng::new(params.seed, STREAM);
        let mut donors = rows.clone();
        let mut worse_by = vec![0.0; x.n_rows()];
        for _ in 0..params.n_repeats {
            shuffle(&mut donors, &mut rng);
            let column = |&feature: &usize| {
                let mut values: Vec<f32> = x.values(feature).collect();
                for (&row, &donor) in rows.iter().zip(&donors) {
                    values[row] = x.value(donor, feature);
                }
                (feature, values)
            };
            let after = scorer.scores(&x.with_columns(features.iter().map(column)))?;
            for (sum, (after, before)) in worse_by.iter_mut().zip(after.iter().zip(&before)) {
                *sum += sign * (after - before);
            }
        }
        for sum in &mut worse_by {
            *sum /= params.n_repeats as f64;
        }
        Ok::<_, Error>(PermutationImportance {
            features: features.clone(),
            worse_by: mean(&worse_by, weights),
            interval: student_interval(&worse_by, weights),
        })
    };
    let groups = threads::try_map(groups, importance)?;
    Ok(PermutationImportances { metric, score: mean(&before, weights), groups })
}

/// Brings rows into a random order (Fisher & Yates 1938, as Durstenfeld 1964 does it).
fn shuffle(rows: &mut [usize], rng: &mut TreeRng) {
    for last in (1..rows.len()).rev() {
        rows.swap(last, rng.below(last as u32 + 1) as usize);
    }
}

/// What a metric is the mean of.
struct Scorer<'a> {
    forest: &'a Forest,
    decision: &'a Decision,
    target: Target<'a>,
    metric: Metric,
}

impl Scorer<'_> {
    fn check(&self, x: &Features, weights: Option<&[f64]>) -> Result<()> {
        let forest = self.forest;
        forest.check_features(x)?;
        check::target_count(self.target, x)?;
        if let Some(weights) = weights {
            check::row_weights(weights, x.n_rows())?;
        }
        let n_classes = match self.target {
            Target::Classes { codes, n_classes } => {
                check::class_codes(codes, n_classes)?;
                n_classes
            }
            Target::Values(values) => {
                check::finite(values)?;
                0
            }
        };
        if n_classes != forest.n_classes() {
            let expected = forest.n_classes();
            let message =
                format!("the targets are {n_classes} classes, the forest predicts {expected}");
            return Err(Error::data(message).with_help("0 classes are numbers"));
        }
        let metrics: &[Metric] = match forest.task() {
            Task::Classification => &[Metric::LogLoss, Metric::Brier, Metric::Accuracy],
            Task::Regression => &[Metric::Mae],
        };
        if !metrics.contains(&self.metric) {
            let names: Vec<String> = metrics.iter().map(Metric::to_string).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(Error::out_of_range(
                Parameter("metric"),
                self.metric,
                format!("{}, as a mean over rows in a {}", either(&names, &[]), forest.task()),
            ));
        }
        if self.metric == Metric::Accuracy { self.decision.check(n_classes) } else { Ok(()) }
    }

    /// For each row what the metric is the mean of.
    fn scores(&self, x: &Features) -> Result<Vec<f64>> {
        let blocks = self.forest.map_blocks(x, |rows, outputs| {
            let says = outputs.chunks_exact(self.forest.n_outputs());
            rows.zip(says).map(|(row, says)| self.score(row, says)).collect::<Vec<f64>>()
        })?;
        Ok(blocks.concat())
    }

    fn score(&self, row: usize, says: &[f64]) -> f64 {
        match self.target {
            Target::Values(values) => (values[row] - says[0]).abs(),
            Target::Classes { codes, .. } => match self.metric {
                Metric::Accuracy => f64::from(self.decision.decide(says) == codes[row]),
                Metric::Brier => {
                    // Of two classes one of two equal terms is counted.
                    let scale = if says.len() < 3 { 0.5 } else { 1.0 };
                    scale * brier_of(codes[row], ArrayView1::from(says))
                }
                _ => log_loss_of(says[codes[row] as usize]),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{Costs, ForestParams, with_threads};

    fn importances(
        forest: &Forest,
        x: &Array2<f32>,
        target: Target,
        weights: Option<&[f64]>,
        metric: Metric,
        n_repeats: usize,
    ) -> Result<PermutationImportances> {
        let groups = [vec![0], vec![1], vec![0, 1], vec![2], vec![]];
        let params = PermutationParams { n_repeats, seed: 1 };
        let decision = Decision::default();
        permutation_importances(
            forest,
            &decision,
            x.view(),
            target,
            weights,
            metric,
            &groups,
            &params,
        )
    }

    /// Twelve rows of three features, of which the last is constant.
    fn table() -> Array2<f32> {
        let mut rng = TreeRng::new(3, 0);
        Array2::from_shape_fn((12, 3), |(_, feature)| match (feature, rng.below(7)) {
            (2, _) => 1.0,
            (_, 0) => f32::NAN,
            (_, value) => value as f32,
        })
    }

    fn zeroed(value: f32) -> f64 {
        f64::from(if value.is_nan() { 0.0 } else { value })
    }

    #[test]
    fn many_repeats_come_near_the_mean_over_all_donors() {
        let x = table();
        let y: Vec<f64> = x.rows().into_iter().map(|r| zeroed(r[0]) * 2.0 + zeroed(r[1])).collect();
        let codes: Vec<u32> = y.iter().map(|&y| u32::from(y > 5.0) + u32::from(y > 10.0)).collect();
        let weights = [1.0, 0.0, 2.0, 0.5, 1.0, 1.0, 3.0, 0.0, 1.0, 1.0, 0.25, 1.0];
        let classes = Target::Classes { codes: &codes, n_classes: 3 };
        for (target, metric) in [
            (Target::Values(&y), Metric::Mae),
            (classes, Metric::LogLoss),
            (classes, Metric::Brier),
            (classes, Metric::Accuracy),
        ] {
            let forest = ForestParams::new().n_trees(7).fitter().fit_forest(x.view(), target);
            let forest = forest.unwrap();
            // By the definitions of the metrics.
            let score = |row: usize, features: &[f32]| {
                let features = Array2::from_shape_vec((1, 3), features.to_vec()).unwrap();
                let says = forest.predict_outputs(features.view()).unwrap().row(0).to_owned();
                let code = codes[row] as usize;
                match metric {
                    Metric::Mae => (says[0] - y[row]).abs(),
                    Metric::LogLoss => -says[code].max(f64::EPSILON).ln(),
                    Metric::Accuracy => f64::from((0..3).all(|k| {
                        k == code || says[k] < says[code] || says[k] == says[code] && k > code
                    })),
                    _ => (0..3).map(|k| (says[k] - f64::from(u8::from(k == code))).powi(2)).sum(),
                }
            };
            for weights in [None, Some(&weights[..])] {
                let counted: Vec<usize> = (0..12)
                    .filter(|&row| weights.is_none_or(|weights| weights[row] > 0.0))
                    .collect();
                let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
                let total: f64 = counted.iter().map(|&row| weight(row)).sum();
                let found = importances(&forest, &x, target, weights, metric, 4000).unwrap();
                let as_is = counted
                    .iter()
                    .map(|&row| weight(row) * score(row, x.row(row).as_slice().unwrap()));
                assert!((found.score - as_is.sum::<f64>() / total).abs() < 1e-12);
                for group in &found.groups {
                    let mut expected = 0.0;
                    for (&row, &donor) in
                        counted.iter().flat_map(|row| counted.iter().map(move |donor| (row, donor)))
                    {
                        let mut features = x.row(row).to_vec();
                        let before = score(row, &features);
                        group
                            .features
                            .iter()
                            .for_each(|&feature| features[feature] = x[[donor, feature]]);
                        expected += weight(row) * (score(row, &features) - before);
                    }
                    expected /= total * counted.len() as f64;
                    if metric == Metric::Accuracy {
                        expected = -expected;
                    }
                    let error = (group.worse_by - expected).abs();
                    assert!(error <= 0.02 * expected.abs(), "{metric}: {group:?}, not {expected}");
                    let inside =
                        |interval: Interval| interval.low < expected && expected < interval.high;
                    assert_eq!(group.interval.is_some_and(inside), expected != 0.0);
                }
                // What is not used, and nothing.
                assert_eq!([3, 4].map(|group| found.groups[group].worse_by), [0.0; 2]);
            }
        }
    }

    #[test]
    fn two_rows_are_swapped_or_not() {
        let x = array![[0.0_f32, 5.0, 1.0], [8.0, 5.0, 1.0]];
        let target = Target::Values(&[10.0, 14.0]);
        let params =
            ForestParams::new().n_trees(1).bootstrap(false).max_features(crate::MaxFeatures::All);
        let forest = params.fitter().fit_forest(x.view(), target).unwrap();
        let found = importances(&forest, &x, target, None, Metric::Mae, 50).unwrap();
        // The forest says the target, and where rows are swapped that of the other row: 4 away.
        let n_swapped = found.groups[0].worse_by / 4.0 * 50.0;
        assert!((n_swapped - n_swapped.round()).abs() < 1e-9 && (10.0..40.0).contains(&n_swapped));
        assert_eq!((found.score, found.groups[0].interval), (0.0, None));
        assert_eq!(found.groups[2].worse_by, found.groups[0].worse_by);
        // One row has no other to be swapped with.
        let found = importances(&forest, &x, target, Some(&[0.0, 1.0]), Metric::Mae, 50).unwrap();
        assert_eq!(found.groups[0].worse_by, 0.0);
    }

    #[test]
    fn the_same_seed_gives_the_same_on_any_number_of_threads_whatever_the_other_groups() {
        let x = table();
        let codes: Vec<u32> = x.column(0).iter().map(|value| u32::from(*value > 3.0)).collect();
        let target = Target::Classes { codes: &codes, n_classes: 2 };
        let forest = ForestParams::new().n_trees(7).fitter().fit_forest(x.view(), target).unwrap();
        let all = |n_threads| {
            with_threads(n_threads, || importances(&forest, &x, target, None, Metric::Brier, 3))
                .unwrap()
        };
        assert_eq!(all(1), all(3));
        let found = |decision: &Decision, metric, seed| {
            let params = PermutationParams { seed, n_repeats: 3 };
            permutation_importances(
                &forest,
                decision,
                x.view(),
                target,
                None,
                metric,
                &[vec![0]],
                &params,
            )
            .unwrap()
        };
        let plain = Decision::MostProbable;
        assert_eq!(found(&plain, Metric::Brier, 1).groups[0], all(2).groups[0]);
        assert_ne!(found(&plain, Metric::Brier, 2).groups[0], all(2).groups[0]);
        // Who always says the same class is right as often however rows are shuffled.
        let costs = Decision::LeastCost(Costs::parse("FP=0,FN=5", &["a", "b"]).unwrap());
        assert_eq!(found(&costs, Metric::Accuracy, 1).groups[0].worse_by, 0.0);
        assert!(found(&plain, Metric::Accuracy, 1).groups[0].worse_by > 0.1);
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        let x = table();
        let y: Vec<f64> = (0..12).map(f64::from).collect();
        let codes = [0, 1].repeat(6);
        let classes = Target::Classes { codes: &codes, n_classes: 2 };
        let forest = ForestParams::new()
            .n_trees(3)
            .fitter()
            .fit_forest(x.view(), Target::Values(&y))
            .unwrap();
        for (target, weights, metric, n_repeats, words) in [
            (Target::Values(&y[1..]), None, Metric::Mae, 1, "11 targets for 12 rows"),
            (Target::Values(&[f64::NAN; 12]), None, Metric::Mae, 1, "row 0 has the target NaN"),
            (classes, None, Metric::LogLoss, 1, "the targets are 2 classes, the forest predicts 0"),
            (Target::Values(&y), Some(&[1.0][..]), Metric::Mae, 1, "1 weights for 12 rows"),
            (Target::Values(&y), None, Metric::Rmse, 1, "`metric` is rmse, but must be mae"),
            (Target::Values(&y), None, Metric::Mae, 0, "`n_repeats` is 0, but must be at least 1"),
        ] {
            let error = importances(&forest, &x, target, weights, metric, n_repeats).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
        let params = PermutationParams::default();
        let error = permutation_importances(
            &forest,
            &Decision::default(),
            x.view(),
            Target::Values(&y),
            None,
            Metric::Mae,
            &[vec![3]],
            &params,
        );
        assert_eq!(error.unwrap_err().to_string(), "feature 3 is not one of 3");
    }
}
