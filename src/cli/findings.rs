//! What a model does on some rows, for its report.

use super::data::{RowSource, class_names};
use super::effects::{Sample, correlated, dependence, importance, largest};
use super::evaluate::Scored;
use super::explained::Explanation;
use super::predicted::{Known, Predicted};
use crate::report::effects::{DependenceCurve, ImportanceReport};
use crate::report::evaluation::{Evaluation, EvaluationReport};
use crate::report::explain::ExplainSummary;
use crate::report::model_report::figures::MOST_SERIES;
use crate::report::model_report::findings::{
    ClassCurves, ExplainedExample, Findings, Residuals, TreesPoint, stages,
};
use crate::report::text::significant;
use forest::data::Rows;
use forest::explain::{Explainer, PermutationParams};
use forest::metrics::{Metric, RegressionScores, argmax, log_loss_of, roc_auc};
use forest::{Model, Result, Target, Task};
use ndarray::{Array2, ArrayView2};

/// The levels of the prediction intervals that are tried.
const LEVELS: [f64; 5] = [0.5, 0.8, 0.9, 0.95, 0.99];

/// The most numbers that are predicted at a time: of many classes fewer rows are looked at.
const MOST_NUMBERS: usize = 1 << 22;

/// The most rows that fewer trees are tried on.
const STAGED_ROWS: usize = 5000;

/// The most rows whose contributions are added up, and the most that others are compared with where the leaves do not know
/// their training rows.
const EXPLAINED_ROWS: usize = 500;
const BACKGROUND_ROWS: usize = 50;

/// The most rows that features are shuffled in, and how many of these; the most rows that dependences are means over, and of how
/// many features they are shown.
const IMPORTANCE_ROWS: usize = 2000;
const SHUFFLED_FEATURES: usize = 30;
const DEPENDENCE_ROWS: usize = 300;
const SHOWN_DEPENDENCES: usize = 6;

/// How many features are named of an explained row.
const TOP: usize = 5;

/// All findings on some rows.
pub(super) fn findings(
    model: &Model,
    mut predicted: Predicted,
    input: &RowSource,
    seed: u64,
) -> Result<Findings> {
    let has_truth = predicted.rows.truth.is_some();
    let truth = has_truth.then(|| Known::of(&predicted.rows, model, input)).transpose()?;
    let features = std::mem::take(&mut predicted.rows.features);
    let rows = Rows { features, ..predicted.rows.clone() };
    let outputs = outputs(model, &predicted);
    let tried = TriedRows { model, input, rows: &rows, outputs: &outputs, truth: truth.as_ref() };
    let scores = has_truth.then(|| tried.scores(predicted)).transpose()?;
    let decision = model.decision();
    let (curves, curves_note) = tried.curves();
    let explanation = tried.explanation();
    let contributions = explanation.as_ref().map(|of| tried.contributions(of)).transpose()?;
    Ok(Findings {
        rows: rows.len() as u64,
        evaluation: scores
            .clone()
            .map(|evaluation| EvaluationReport::new(model, decision, evaluation, None, None)),
        scores,
        curves_note,
        residuals: match &truth {
            Some(Known::Numbers(numbers)) => Some(Residuals::new(numbers, &outputs)),
            _ => None,
        },
        trees: tried.trees()?,
        importances: tried.importances(seed)?,
        dependence: tried.dependence(contributions.as_ref(), &curves)?,
        contributions,
        curves,
        explained: match &explanation {
            Some(explanation) => tried.examples(explanation)?,
            None => Vec::new(),
        },
    })
}

/// What the forest gives for the rows, without spreads.
fn outputs(model: &Model, predicted: &Predicted) -> Vec<f64> {
    let n_numbers = predicted.outputs.len() / predicted.rows.len();
    let step = if model.forest().n_outputs() == 1 { n_numbers } else { 1 };
    predicted.outputs.iter().step_by(step).copied().collect()
}

/// Rows that a model was tried on.
struct TriedRows<'a> {
    model: &'a Model,
    input: &'a RowSource<'a>,
    rows: &'a Rows,
    /// Row by row.
    outputs: &'a [f64],
    truth: Option<&'a Known>,
}

impl TriedRows<'_> {
    /// At most `rows`, and no more than have room for the outputs of `times` predictions of each.
    fn at_most(&self, rows: usize, times: usize) -> usize {
        rows.min((MOST_NUMBERS / times / self.model.forest().n_outputs()).max(1))
    }

    fn scores(&self, predicted: Predicted) -> Result<Evaluation> {
        let intervals = self.model.intervals().ok();
        let levels: Vec<f64> = LEVELS
            .into_iter()
            .filter(|level| intervals.is_some_and(|intervals| *level <= intervals.max_level()))
            .collect();
        let intervals = intervals.map(|intervals| (intervals, &levels[..]));
        let scored =
            Scored::new(predicted, self.model, intervals, self.input, self.model.decision())?;
        Ok(scored.evaluation)
    }

    /// A view of the outputs, rows × outputs.
    fn table(&self) -> Option<ArrayView2<'_, f64>> {
        let shape = (self.rows.len(), self.model.forest().n_outputs());
        ArrayView2::from_shape(shape, self.outputs).ok()
    }

    /// Of the second of two classes, or of the classes of more that are told apart worst; and which these are.
    fn curves(&self) -> (Vec<ClassCurves>, Option<String>) {
        let (Some(Known::Classes(codes)), Some(proba)) = (self.truth, self.table()) else {
            return (Vec::new(), None);
        };
        let n_classes = proba.ncols();
        let weights = self.rows.weights.as_deref();
        let of_class = |class: usize| {
            let is_positive: Vec<bool> = codes.iter().map(|&code| code as usize == class).collect();
            let name = self.model.class_name(class as u32).to_owned();
            ClassCurves::new(name, &is_positive, &proba.column(class).to_vec(), weights)
        };
        if n_classes == 2 {
            return (of_class(1).into_iter().collect(), None);
        }
        if n_classes <= MOST_SERIES {
            return ((0..n_classes).filter_map(of_class).collect(), None);
        }
        let area = |class: usize| {
            let codes: Vec<u32> =
                codes.iter().map(|&code| u32::from(code as usize == class)).collect();
            let two: Vec<f64> = proba.column(class).iter().flat_map(|p| [1.0 - p, *p]).collect();
            let two = ArrayView2::from_shape((codes.len(), 2), &two).ok()?;
            Some((roc_auc(&codes, two, weights)?, class))
        };
        let mut areas: Vec<(f64, usize)> = (0..n_classes).filter_map(area).collect();
        areas.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let curves = areas.iter().take(MOST_SERIES).filter_map(|&(_, class)| of_class(class));
        let note = format!(
            "The curves are of the {MOST_SERIES} of {n_classes} classes that are told apart worst, by ROC AUC."
        );
        (curves.collect(), Some(note))
    }

    /// How good the first trees are.
    fn trees(&self) -> Result<Vec<TreesPoint>> {
        let Some(truth) = self.truth else { return Ok(Vec::new()) };
        let forest = self.model.forest();
        let stages = stages(forest.n_trees());
        let most = self.at_most(STAGED_ROWS, stages.len());
        let Sample { rows, .. } = Sample::of(self.rows, most);
        let truth = truth.of_some(self.rows.len(), most);
        let weights = rows.weights.as_deref();
        let staged = forest.predict_staged(&rows, &stages)?;
        let point = |(trees, outputs): (usize, Array2<f64>)| match &truth {
            Known::Classes(codes) => {
                let target = Target::Classes { codes, n_classes: outputs.ncols() };
                let outputs = outputs.into_raw_vec_and_offset().0;
                let scores =
                    self.model.baseline().score(outputs, self.model.decision(), target, weights)?;
                let of = |metric| scores.get(metric);
                let loss = of(Metric::LogLoss).unwrap_or_default();
                Ok(TreesPoint { trees, loss, accuracy: of(Metric::Accuracy) })
            }
            Known::Numbers(numbers) => {
                let outputs: Vec<f64> = outputs.into_iter().collect();
                let scores = RegressionScores::new(numbers, &outputs, 0.0, weights);
                Ok(TreesPoint { trees, loss: scores.rmse, accuracy: None })
            }
        };
        stages.into_iter().zip(staged).map(point).collect()
    }

    /// By training rows where the model knows them, else against some of these rows; `None` where neither is to be had.
    fn explanation(&self) -> Option<Explanation<'_>> {
        let (model, forest) = (self.model, self.model.forest());
        let explainer = Explainer::by_paths(forest).ok().or_else(|| {
            Explainer::by_background(forest, &Sample::of(self.rows, BACKGROUND_ROWS).rows).ok()
        });
        explainer.map(|explainer| Explanation { model, explainer, class: None })
    }

    fn importances(&self, seed: u64) -> Result<Option<ImportanceReport>> {
        let Some(known) = self.truth else { return Ok(None) };
        let most = self.at_most(IMPORTANCE_ROWS, 1);
        let sample = Sample::of(self.rows, most);
        let known = known.of_some(self.rows.len(), most);
        // Those whose splits told most: of a thousand features no one looks at all.
        let features = largest(self.model.forest().importances(), SHUFFLED_FEATURES);
        let groups = correlated(self.model, &sample.rows, &features);
        let mut params = PermutationParams::default();
        params.seed = seed;
        importance(self.model, &sample, &known, None, &groups, &params).map(Some)
    }

    /// Of the features that contribute most, for the value, the second of two classes, or the classes with curves.
    fn dependence(
        &self,
        contributions: Option<&ExplainSummary>,
        curves: &[ClassCurves],
    ) -> Result<Vec<DependenceCurve>> {
        let features = &self.model.schema().features;
        let Sample { rows, .. } = Sample::of(self.rows, self.at_most(DEPENDENCE_ROWS, 1));
        let classes = class_names(self.model).into_iter();
        let outputs: Vec<(usize, Option<String>)> = match self.model.forest().task() {
            Task::Regression => vec![(0, None)],
            Task::Classification => {
                let classes = classes.enumerate().map(|(code, name)| (code, Some(name)));
                let has_curve = |name: &Option<String>| {
                    curves.iter().any(|of| Some(&of.class) == name.as_ref())
                };
                match curves {
                    [] => classes.skip(1).take(1).collect(),
                    _ => classes.filter(|(_, name)| has_curve(name)).collect(),
                }
            }
        };
        let position = |name: &str| features.iter().position(|feature| feature.name == name);
        let names = contributions.into_iter().flat_map(ExplainSummary::names);
        let shown = names.filter_map(position).take(SHOWN_DEPENDENCES);
        let curves = shown.map(|feature| dependence(self.model, &rows, feature, &outputs));
        Ok(curves.collect::<Result<Vec<_>>>()?.concat())
    }

    fn contributions(&self, explanation: &Explanation) -> Result<ExplainSummary> {
        let Sample { rows, .. } = Sample::of(self.rows, EXPLAINED_ROWS);
        let features = &self.model.schema().features;
        let mut sums = vec![0.0; features.len()];
        explanation.explain(&rows)?.of_rows.add_sizes(&mut sums);
        let of_classes = self.model.forest().task() == Task::Classification;
        let names = features.iter().map(|feature| feature.name.clone());
        Ok(ExplainSummary::new(names, &sums, rows.len() as u64, of_classes, false))
    }

    /// Rows that are worth a look, explained.
    fn examples(&self, explanation: &Explanation) -> Result<Vec<ExplainedExample>> {
        let mut examples: Vec<ExplainedExample> = Vec::new();
        let mut seen = Vec::new();
        for (why, row) in self.remarkable() {
            if seen.contains(&row) {
                continue;
            }
            seen.push(row);
            for mut explained in explanation.rows(&self.rows.slice(row..row + 1), TOP)? {
                explained.place_text = self.input.place(explained.place);
                let truth = self.truth.map(|truth| match truth {
                    Known::Classes(codes) => self.model.class_name(codes[row]).to_owned(),
                    Known::Numbers(numbers) => significant(numbers[row]),
                });
                examples.push(ExplainedExample { why, truth, row: explained });
            }
        }
        Ok(examples)
    }

    /// Why rows are worth a look, and which these are.
    fn remarkable(&self) -> Vec<(&'static str, usize)> {
        let n_outputs = self.model.forest().n_outputs();
        let outputs = || self.outputs.chunks(n_outputs);
        let greatest = |numbers: &mut dyn Iterator<Item = f64>| {
            let all = numbers.enumerate();
            all.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(row, _)| row)
        };
        let certainty = |proba: &[f64]| proba[argmax(proba) as usize];
        match (self.model.forest().task(), self.truth) {
            (Task::Regression, truth) => {
                let mut rows = vec![
                    ("highest prediction", greatest(&mut outputs().map(|of| of[0]))),
                    ("lowest prediction", greatest(&mut outputs().map(|of| -of[0]))),
                ];
                if let Some(Known::Numbers(numbers)) = truth {
                    let errors =
                        &mut outputs().zip(numbers).map(|(of, truth)| (of[0] - truth).abs());
                    rows.push(("farthest off", greatest(errors)));
                }
                rows
            }
            (Task::Classification, truth) => {
                let mut rows = vec![
                    ("most certain", greatest(&mut outputs().map(certainty))),
                    ("least certain", greatest(&mut outputs().map(|proba| -certainty(proba)))),
                ];
                if let Some(Known::Classes(codes)) = truth {
                    let losses = outputs()
                        .zip(codes)
                        .map(|(proba, &code)| log_loss_of(proba[code as usize]));
                    rows.push(("most wrong", greatest(&mut losses.into_iter())));
                }
                rows
            }
        }
    }
}
