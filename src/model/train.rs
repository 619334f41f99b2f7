//! Trains a model: splits the table, fits the forest, scores it, and notes all of it down.

use std::borrow::Cow;

use jiff::Timestamp;
use linfa::ParamGuard;

use super::limits::{MAX_MISSING, wrong_tags};
use super::metadata::{PROGRAM, to_the_second};
use super::scores::{AccuracyScore, Answer};
use super::stakes::Stakes;
use super::table_rows::TableRows;
use super::warnings::{self, ClassCounts};
use super::{
    DecideBy, HeldOutScore, Metadata, Model, Probes, shared_rows, table_check, telling_columns,
};
use crate::data::split::Split;
use crate::data::{Column, ColumnKind, Schema, SplitBy, Table, TargetValues};
use crate::forest::features::Features;
use crate::message::shorten;
use crate::metrics::RegressionScores;
use crate::parameter::{Parameter, sentence};
use crate::warning::{Warning, WarningKind, first_of_each_kind};
use crate::{Error, Forest, ForestParams, ForestValidParams, Learner, Result};

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

/// Some rows of columns.
fn features<'a>(columns: &'a [Cow<[f32]>], rows: &'a [usize]) -> Features<'a> {
    Features::new(columns.iter().map(|column| &column[..]), Some(rows))
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

/// Refuses missing values where linfa-trees is to grow the trees: it would take them for numbers.
fn check_missing(params: &ForestValidParams, schema: &Schema) -> Result<()> {
    let incomplete = schema.features.iter().find(|feature| feature.missing > 0);
    match incomplete.filter(|_| params.learner() == Learner::Linfa) {
        None => Ok(()),
        Some(feature) => {
            let name = shorten(&feature.name);
            Err(Error::setting(sentence![
                Parameter("learner"),
                format!(" linfa takes no missing values, and the column '{name}' has some"),
            ])
            .with_help(sentence![
                "fill them in, leave the column out with ",
                Parameter("ignore"),
                ", or use ",
                Parameter("learner"),
                " cart",
            ]))
        }
    }
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
    on_tree: &'a (dyn Fn() + Sync),
}

impl<'a> Trainer<'a> {
    /// Calls `on_tree`, on any thread, whenever a tree is done.
    #[must_use]
    pub fn on_tree(self, on_tree: &'a (dyn Fn() + Sync)) -> Self {
        Self { on_tree, ..self }
    }

    /// Trains a model, as [`Model::train`].
    ///
    /// # Errors
    /// As [`Model::train`].
    pub fn train(&self, table: &Table) -> Result<Model> {
        let Self { options, on_tree } = *self;
        check_limits(table, options)?;
        table_check::check(table)?;
        let params = options.forest.check_ref()?;
        params.on_threads(|| Model::train_here(table, options, params, on_tree))
    }
}

/// The settings for a table whose dates have parts.
fn for_columns(params: &ForestValidParams, table: &Table) -> Result<ForestValidParams> {
    let is_part = |column: &Column| matches!(column.kind, ColumnKind::DatePart(_));
    // Each column with its parts.
    let columns = || table.features.chunk_by(|_, next| is_part(next));
    let n_parts = columns().map(|column| column.len() - 1).max().unwrap_or(0);
    let task = table.target.values.task();
    params.with_parts(task, table.features.len(), columns().count(), n_parts)
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
        Trainer { options, on_tree: &|| () }
    }

    /// Trains on the current threads.
    fn train_here(
        table: &Table,
        options: &TrainOptions,
        params: &ForestValidParams,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        let created = to_the_second(options.created.unwrap_or_else(Timestamp::now));
        let values = &table.target.values;
        let params = for_columns(params, table)?.resolve_for(values.task())?;
        let n_classes = values.classes().map_or(0, |(names, _)| names.len());
        options.decision.check(n_classes, &params)?;
        let parts = table.parts(&options.split)?;
        let [train, test] = [&parts.train, &parts.test].map(|rows| TableRows::new(table, rows));
        if !parts.test.is_empty() && test.weighs_nothing() {
            return Err(Error::setting("all rows that are held out have the weight 0").with_help(
                sentence![
                    "choose another ",
                    Parameter("random_state"),
                    ", or hold out more with ",
                    Parameter("test_size")
                ],
            ));
        }
        let categories = train.level_values(table, params.seed());
        let schema = train.schema(table, &categories)?;
        check_missing(&params, &schema)?;
        let columns = schema.encode(table).unwrap_or_default();
        let trained_on = train.cross_fitted(&columns, categories);
        let x = features(&trained_on, &parts.train);
        let weights = train.weights.as_deref();
        let (forest, refinement) = Forest::fit_rows(&params, &x, train.target(), weights, on_tree)?;
        let decided = options.decision.decide(&forest, &params, &x, train.target(), weights)?;
        let metadata = Metadata {
            program: PROGRAM.to_owned(),
            created,
            data: table.source.clone(),
            split: options.split.clone(),
            held_out_rows: parts.test.len() as u64,
            held_out: None,
            out_of_bag: decided.out_of_bag.as_ref().map(|rows| rows.score),
            intervals: decided.out_of_bag.and_then(|rows| rows.intervals),
            decision: decided.decision,
            threshold_choice: decided.choice,
            warnings: table.warnings(),
            tags: options.tags.clone(),
            refinement,
            probes: Probes::new(&forest, &features(&columns, &parts.train), params.seed())?,
            reproducible: params.is_reproducible(forest.n_classes()),
            forest: params.recorded(),
        };
        let mut model = Self { schema, forest, metadata };
        if !parts.test.is_empty() {
            let (score, doubts) = model.score_rows(&features(&columns, &parts.test), &test)?;
            let warnings = &mut model.metadata.warnings;
            warnings.extend(shared_rows::warning(table, &parts.train, &parts.test));
            let telling = telling_columns::warnings(&model.schema, &columns, &train, &test)?;
            warnings.extend(first_of_each_kind(telling));
            warnings.extend(doubts);
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
    fn score_rows(&self, x: &Features, part: &TableRows) -> Result<(HeldOutScore, Vec<Warning>)> {
        match &part.values {
            TargetValues::Classes { names, codes } => {
                let n_classes = self.forest.n_classes();
                let answers = self.forest.map_blocks(x, |rows, proba| {
                    let rows = rows.zip(proba.chunks(n_classes));
                    rows.map(|(row, proba)| Answer::new(codes[row], proba, self.decision()))
                        .collect::<Vec<_>>()
                })?;
                let answers: Vec<Answer> = answers.into_iter().flatten().collect();
                let weights = part.weights.as_deref();
                let class_rows = self.class_rows();
                let score = AccuracyScore::new(&answers, weights, &class_rows);
                let stakes = Stakes::new(&self.metadata, &class_rows);
                let mut doubts = warnings::of_classes(&score, &answers, weights, stakes.as_ref());
                doubts.extend(ClassCounts::new(&answers, weights, n_classes).warning(names));
                Ok((HeldOutScore::Classification(score), doubts))
            }
            TargetValues::Numbers(numbers) => {
                let predicted = self.forest.outputs(x)?;
                let baseline = self.mean_target().unwrap_or_default();
                let weights = part.weights.as_deref();
                let score = RegressionScores::new(numbers, &predicted, baseline, weights);
                let doubts = warnings::of_numbers(&score).into_iter().collect();
                Ok((HeldOutScore::Regression(score), doubts))
            }
        }
    }
}
