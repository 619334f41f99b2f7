//! Trains a model: splits the table, fits the forest, scores it, and notes all of it down.

use std::borrow::Cow;

use jiff::Timestamp;
use linfa::ParamGuard;

use super::limits::{MAX_MISSING, wrong_tags};
use super::metadata::{PROGRAM, to_the_second};
use super::prepare::{Prepared, features};
use super::scores::{AccuracyScore, Answer};
use super::stakes::Stakes;
use super::table_rows::TableRows;
use super::warnings::{self, ClassCounts};
use super::{
    DecideBy, HeldOutScore, Metadata, Model, Probes, shared_rows, table_check, telling_columns,
};
use crate::data::split::{Parts, Split};
use crate::data::{Schema, SplitBy, Table};
use crate::forest::features::Features;
use crate::forest::oob::OobScore;
use crate::metrics::RegressionScores;
use crate::warning::{Warning, WarningKind, first_of_each_kind};
use crate::{Budget, Error, Forest, ForestParams, ForestValidParams, Result, Target, Tuned, Tuner};

/// How to train a model.
///
/// ```
/// use forest::data::split::Split;
/// use forest::{ForestParams, TrainOptions};
///
/// let options = TrainOptions {
///     forest: ForestParams::new().n_trees(200).seed(7),
///     split: Split { test_size: 0.2, random_state: 7, stratify: true },
///     tags: vec![("commit".to_owned(), "abc123".to_owned())],
///     ..TrainOptions::default()
/// };
/// assert_eq!(options.created, None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOptions {
    /// The settings of the forest.
    pub forest: ForestParams,
    /// Which rows to hold out.
    pub split: Split,
    /// How classes are to follow from probabilities.
    pub decision: DecideBy,
    /// Names and values to record, at most 1,000, each name once.
    pub tags: Vec<(String, String)>,
    /// The date to record, to the second; `None` for now. With the same date, the same table and
    /// settings give the same file, byte for byte.
    pub created: Option<Timestamp>,
}

/// A forest with the defaults, a quarter of the rows held out, seed 42, the most probable class.
impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            forest: ForestParams::new(),
            split: Split { test_size: 0.25, random_state: 42, stratify: false },
            decision: DecideBy::default(),
            tags: Vec::new(),
            created: None,
        }
    }
}

/// Refuses what a model cannot hold.
fn check_limits(table: &Table, options: &TrainOptions) -> Result<()> {
    let tags = options.tags.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    if let Some(problem) = wrong_tags(&tags) {
        return Err(Error::setting(problem).with_help("record less, and the rest beside the model"));
    }
    let n_missing = table.source.missing().len();
    if n_missing > MAX_MISSING {
        return Err(Error::setting(format!(
            "{n_missing} texts stand for a missing value: a model holds at most {MAX_MISSING}"
        ))
        .with_help("empty such cells in the table"));
    }
    Ok(())
}

/// Rows on both sides of a division of a table, and features that tell the target.
fn warnings_of(
    table: &Table,
    parts: &Parts,
    schema: &Schema,
    columns: &[Cow<[f32]>],
    [train, test]: [&TableRows; 2],
) -> Result<Vec<Warning>> {
    let shared = shared_rows::warning(table, &parts.train, &parts.test);
    let telling = telling_columns::warnings(schema, columns, train, test)?;
    Ok(shared.into_iter().chain(first_of_each_kind(telling)).collect())
}

/// A training that is about to begin.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
///
/// use forest::data::Table;
/// use forest::data::synth::MakeClassification;
/// use forest::{Model, TrainOptions};
///
/// let table = Table::synthetic(MakeClassification::default())?;
/// let n_done = AtomicUsize::new(0);
/// let count = || { n_done.fetch_add(1, Relaxed); };
/// let model = Model::trainer(&TrainOptions::default()).on_tree(&count).train(&table)?;
/// assert_eq!(model.forest().n_trees(), n_done.into_inner());
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Trainer<'a> {
    options: &'a TrainOptions,
    tuner: Option<&'a Tuner<'a>>,
    on_tree: &'a (dyn Fn() + Sync),
}

impl<'a> Trainer<'a> {
    /// Calls `on_tree`, on any thread, whenever a tree is done.
    #[must_use]
    pub fn on_tree(self, on_tree: &'a (dyn Fn() + Sync)) -> Self {
        Self { on_tree, ..self }
    }

    /// Has settings chosen by a search, which begins from those of the options and never sees the rows held out. The model
    /// records what was chosen, and among [how many](Metadata::chosen_of).
    #[must_use]
    pub fn tuner(self, tuner: &'a Tuner<'a>) -> Self {
        Self { tuner: Some(tuner), ..self }
    }

    /// Trains a model, as [`Model::train`].
    ///
    /// # Errors
    /// As [`Model::train`], and those of the search, if there is one.
    pub fn train(&self, table: &Table) -> Result<Model> {
        let Self { options, tuner, on_tree } = *self;
        let params = self.checked(table)?;
        params.on_threads(|| {
            let parts = table.parts(&options.split)?;
            Model::train_here(table, options, &parts, params, tuner, on_tree)
        })
    }

    /// Trains on these rows, whatever the split of the options is, and scores on none.
    pub(crate) fn train_on(&self, table: &Table, rows: Vec<usize>) -> Result<Model> {
        let Self { options, tuner, on_tree } = *self;
        let params = self.checked(table)?;
        let parts = Parts { train: rows, test: Vec::new() };
        params.on_threads(|| Model::train_here(table, options, &parts, params, tuner, on_tree))
    }

    /// What a division of a table gives cause to doubt about any score on the rows held out: rows on both
    /// sides, features that tell the target.
    pub(crate) fn warnings_of(&self, table: &Table, parts: &Parts) -> Result<Vec<Warning>> {
        let params = self.checked(table)?;
        params.on_threads(|| {
            let (Prepared { train, test, columns, .. }, schema) =
                Prepared::new(table, parts, params)?;
            warnings_of(table, parts, &schema, &columns, [&train, &test])
        })
    }

    /// Searches as [`train`](Self::train) would, and makes no model.
    ///
    /// # Errors
    /// As [`train`](Self::train).
    pub fn tune(&self, table: &Table, tuner: &Tuner) -> Result<Tuned> {
        let params = self.checked(table)?;
        params.on_threads(|| {
            let parts = table.parts(&self.options.split)?;
            let (prepared, _) = Prepared::new(table, &parts, params)?;
            let Prepared { params, train, .. } = &prepared;
            let (target, weights) = (train.target(), train.weights.as_deref());
            tuner.tune_rows(params, &prepared.x(), target, weights)
        })
    }

    /// The settings, after the checks that need no work.
    fn checked(&self, table: &Table) -> Result<&'a ForestValidParams> {
        check_limits(table, self.options)?;
        table_check::check(table)?;
        self.options.forest.check_ref()
    }
}

impl Model {
    /// Trains a model on a part of a table and scores it on the rest.
    ///
    /// # Errors
    /// Settings that are wrong by themselves or for this table; a table whose columns do not fit each
    /// other.
    pub fn train(table: &Table, options: &TrainOptions) -> Result<Self> {
        Self::trainer(options).train(table)
    }

    /// A training with these options, of which progress is to be seen.
    pub fn trainer(options: &TrainOptions) -> Trainer<'_> {
        Trainer { options, tuner: None, on_tree: &|| () }
    }

    /// Trains on the current threads.
    fn train_here(
        table: &Table,
        options: &TrainOptions,
        parts: &Parts,
        params: &ForestValidParams,
        tuner: Option<&Tuner>,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        let created = to_the_second(options.created.unwrap_or_else(Timestamp::now));
        let (prepared, schema) = Prepared::new(table, parts, params)?;
        let x = prepared.x();
        let Prepared { params, train, test, columns, .. } = &prepared;
        let (target, weights) = (train.target(), train.weights.as_deref());
        let n_classes = table.target.values.classes().map_or(0, |(names, _)| names.len());
        options.decision.check(n_classes, params)?;
        let tuned = tuner.map(|tuner| tuner.tune_rows(params, &x, target, weights)).transpose()?;
        let chosen_of = tuned.as_ref().map(|tuned| tuned.n_tried() as u64);
        let (params, fitted) = tuned.map_or_else(|| (params.clone(), None), Tuned::into_parts);
        let fit = || Forest::fit_rows(&params, &x, target, weights, on_tree);
        let (forest, refinement) = fitted.map_or_else(fit, Ok)?;
        let by_time = tuner.is_some_and(|tuner| matches!(tuner.budget(), Budget::Time(_)));
        let decided = options.decision.decide(&forest, &params, &x, target, weights)?;
        let out_of_bag = decided.out_of_bag.as_ref().map(|rows| OobScore {
            used_to_choose: rows.score.used_to_choose || chosen_of.is_some(),
            ..rows.score
        });
        let metadata = Metadata {
            program: PROGRAM.to_owned(),
            created,
            data: table.source.clone(),
            split: options.split.clone(),
            held_out_rows: parts.test.len() as u64,
            held_out: None,
            out_of_bag,
            intervals: decided.out_of_bag.and_then(|rows| rows.intervals),
            decision: decided.decision,
            threshold_choice: decided.choice,
            warnings: table.warnings(),
            tags: options.tags.clone(),
            refinement,
            probes: Probes::new(&forest, &features(columns, &parts.train), params.seed())?,
            reproducible: params.is_reproducible(forest.n_classes()) && !by_time,
            chosen_of,
            forest: Some(params.recorded()),
        };
        let mut model = Self { schema, forest, metadata };
        if !parts.test.is_empty() {
            let x = features(columns, &parts.test);
            let (score, doubts) =
                model.held_out_score(&x, test.target(), test.weights.as_deref())?;
            let of_parts = warnings_of(table, parts, &model.schema, columns, [train, test])?;
            model.metadata.warnings.extend(of_parts.into_iter().chain(doubts));
            model.metadata.held_out = Some(score);
        }
        if let (Some(_), Some(SplitBy::Group { column, .. })) =
            (&model.metadata.out_of_bag, &table.split_by)
        {
            let warning = Warning::new(WarningKind::GroupsOutOfBag, &[]).of_column(column);
            model.metadata.warnings.push(warning);
        }
        Ok(model)
    }

    /// Scores the forest on rows, of which there is at least one that weighs something; with what
    /// the score says against it.
    pub(super) fn held_out_score(
        &self,
        x: &Features,
        target: Target,
        weights: Option<&[f64]>,
    ) -> Result<(HeldOutScore, Vec<Warning>)> {
        match target {
            Target::Classes { codes, n_classes } => {
                let answers = self.forest.map_blocks(x, |rows, proba| {
                    let rows = rows.zip(proba.chunks(n_classes));
                    rows.map(|(row, proba)| Answer::new(codes[row], proba, self.decision()))
                        .collect::<Vec<_>>()
                })?;
                let answers: Vec<Answer> = answers.into_iter().flatten().collect();
                let class_rows = self.class_rows();
                let score = AccuracyScore::new(&answers, weights, &class_rows);
                let stakes = Stakes::new(&self.metadata, &class_rows);
                let mut doubts = warnings::of_classes(&score, &answers, weights, stakes.as_ref());
                let counts = ClassCounts::new(&answers, weights, n_classes);
                doubts.extend(counts.warning(self.schema.classes()));
                Ok((HeldOutScore::Classification(score), doubts))
            }
            Target::Values(numbers) => {
                let predicted = self.forest.outputs(x)?;
                let baseline = self.mean_target().unwrap_or_default();
                let score = RegressionScores::new(numbers, &predicted, baseline, weights);
                let doubts = warnings::of_numbers(&score).into_iter().collect();
                Ok((HeldOutScore::Regression(score), doubts))
            }
        }
    }
}
