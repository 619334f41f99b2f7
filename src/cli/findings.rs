//! What a model does on some rows, for its report.

use super::data::RowSource;
use super::evaluate::Scored;
use super::explained::Explanation;
use super::predicted::{Known, Predicted};
use crate::report::evaluation::EvaluationReport;
use crate::report::explain::ExplainSummary;
use crate::report::model_report::figures::MOST_SERIES;
use crate::report::model_report::findings::{
    ClassCurves, ExplainedExample, Findings, Residuals, TreesPoint, stages,
};
use crate::report::text::significant;
use forest::data::Rows;
use forest::explain::Explainer;
use forest::metrics::{RegressionScores, argmax, log_loss_of, roc_auc};
use forest::{Model, Result, Task};
use ndarray::ArrayView2;

/// The levels of the prediction intervals that are tried.
const LEVELS: [f64; 5] = [0.5, 0.8, 0.9, 0.95, 0.99];

/// The most rows that fewer trees are tried on.
const STAGED_ROWS: usize = 5000;

/// The most rows whose contributions are added up, and the most that others are compared with where the leaves do not know
/// their training rows.
const EXPLAINED_ROWS: usize = 500;
const BACKGROUND_ROWS: usize = 50;

/// How many features are named of an explained row.
const TOP: usize = 5;

/// All findings on some rows.
pub(super) fn findings(
    model: &Model,
    mut predicted: Predicted,
    input: &RowSource,
    seed: u64,
) -> Result<Findings> {
    let truth = predicted.has_truth().then(|| predicted.known(model, input)).transpose()?;
    let rows = Rows {
        places: predicted.places.clone(),
        features: std::mem::take(&mut predicted.features),
        weights: predicted.weights.clone(),
        ..Rows::default()
    };
    let outputs = outputs(model, &predicted);
    let tried = TriedRows { model, input, rows: &rows, outputs: &outputs, truth: truth.as_ref() };
    let scores = match &truth {
        None => None,
        Some(_) => Some(tried.scores(predicted)?),
    };
    let decision = model.decision();
    let (curves, curves_note) = tried.curves();
    let explainer = tried.explainer();
    let _ = seed;
    Ok(Findings {
        rows: rows.len() as u64,
        evaluation: scores
            .clone()
            .map(|evaluation| EvaluationReport::new(model, decision, evaluation, None, None)),
        scores,
        curves,
        curves_note,
        residuals: match &truth {
            Some(Known::Numbers(numbers)) => Some(Residuals::new(numbers, &outputs)),
            _ => None,
        },
        trees: tried.trees()?,
        importances: None,
        contributions: explainer.as_ref().map(|of| tried.contributions(of)).transpose()?,
        dependence: Vec::new(),
        explained: match explainer {
            Some(explainer) => tried.examples(explainer)?,
            None => Vec::new(),
        },
    })
}

/// What the forest gives for the rows, without spreads.
fn outputs(model: &Model, predicted: &Predicted) -> Vec<f64> {
    let n_numbers = predicted.outputs.len() / predicted.len();
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
    fn scores(&self, predicted: Predicted) -> Result<crate::report::evaluation::Evaluation> {
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
        let step = self.rows.len().div_ceil(STAGED_ROWS).max(1);
        let rows = every(self.rows, step);
        let weights = rows.weights.as_deref();
        let stages = stages(forest.n_trees());
        let staged = forest.predict_staged(&rows, &stages)?;
        let point = |(trees, outputs): (usize, ndarray::Array2<f64>)| match truth {
            Known::Classes(codes) => {
                let codes: Vec<u32> = codes.iter().copied().step_by(step).collect();
                let target = forest::Target::Classes { codes: &codes, n_classes: outputs.ncols() };
                let outputs = outputs.into_raw_vec_and_offset().0;
                let scores =
                    self.model.baseline().score(outputs, self.model.decision(), target, weights)?;
                let of = |metric| scores.get(metric);
                let loss = of(forest::metrics::Metric::LogLoss).unwrap_or_default();
                Ok(TreesPoint { trees, loss, accuracy: of(forest::metrics::Metric::Accuracy) })
            }
            Known::Numbers(numbers) => {
                let numbers: Vec<f64> = numbers.iter().copied().step_by(step).collect();
                let outputs: Vec<f64> = outputs.into_iter().collect();
                let scores = RegressionScores::new(&numbers, &outputs, 0.0, weights);
                Ok(TreesPoint { trees, loss: scores.rmse, accuracy: None })
            }
        };
        stages.into_iter().zip(staged).map(point).collect()
    }

    /// By training rows where the model knows them, else against some of these rows; `None` where neither is to be had.
    fn explainer(&self) -> Option<Explainer<'_>> {
        let forest = self.model.forest();
        Explainer::by_paths(forest).ok().or_else(|| {
            let step = self.rows.len().div_ceil(BACKGROUND_ROWS).max(1);
            Explainer::by_background(forest, &every(self.rows, step)).ok()
        })
    }

    fn contributions(&self, explainer: &Explainer) -> Result<ExplainSummary> {
        let rows = every(self.rows, self.rows.len().div_ceil(EXPLAINED_ROWS).max(1));
        let of_classes = self.model.forest().task() == Task::Classification;
        let classes = match of_classes {
            true => self.model.predict_classes(&rows)?,
            false => vec![0; rows.len()],
        };
        let explained = explainer.explain_each(&rows, &classes)?;
        let features = &self.model.schema().features;
        let sum = |column: ndarray::ArrayView1<f64>| column.iter().map(|x| x.abs()).sum();
        let sums: Vec<f64> = explained.contributions.columns().into_iter().map(sum).collect();
        let names = features.iter().map(|feature| feature.name.clone());
        Ok(ExplainSummary::new(names, &sums, rows.len() as u64, of_classes, false))
    }

    /// Rows that are worth a look, explained.
    fn examples(&self, explainer: Explainer) -> Result<Vec<ExplainedExample>> {
        let explanation = Explanation { model: self.model, explainer, class: None };
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

/// Every `step`th of the rows.
fn every(rows: &Rows, step: usize) -> Rows {
    Rows {
        places: rows.places.iter().copied().step_by(step).collect(),
        features: rows
            .features
            .iter()
            .map(|of| of.iter().copied().step_by(step).collect())
            .collect(),
        weights: rows.weights.as_ref().map(|of| of.iter().copied().step_by(step).collect()),
        ..Rows::default()
    }
}
