//! Smaller models out of one: fewer trees, shallower ones, or a single tree that answers as the forest does.

use jiff::Timestamp;
use linfa::ParamGuard;

use super::metadata::{PROGRAM, to_the_second};
use super::prepare::{Prepared, features};
use super::table_rows::TableRows;
use super::{Metadata, Model, Probes};
use crate::data::Table;
use crate::data::split::Parts;
use crate::explain::{TreeNode, tree_nodes};
use crate::forest::MaxFeatures;
use crate::forest::assemble::{AnyNode, Assembler};
use crate::forest::oob::{OobScore, oob_loss, out_of_bag};
use crate::forest::oob_predictions::oob_losses;
use crate::{
    Decision, Error, Features, Forest, ForestParams, ForestValidParams, Result, Target, Task,
};

/// Makes smaller models out of one, by the rows that it was trained on.
///
/// ```
/// use forest::data::Table;
/// use forest::data::synth::MakeClassification;
/// use forest::model::Reducer;
/// use forest::{Model, TrainOptions};
///
/// let table = Table::synthetic(MakeClassification::default())?;
/// let model = Model::train(&table, &TrainOptions::default())?;
/// let parts = table.parts(&model.metadata().split)?;
/// let reducer = Reducer::new(&model, &table, &parts)?;
/// let smaller = reducer.reduce(20, Some(6))?;
/// assert_eq!((smaller.forest().n_trees(), smaller.forest().depth()), (20, 6));
/// assert!(reducer.loss(&smaller)? > reducer.loss(&model)?);
/// let tree = reducer.distil(4)?;
/// assert!(tree.fidelity > 0.8 && tree.model.forest().n_trees() == 1);
/// # Ok::<(), forest::Error>(())
/// ```
pub struct Reducer<'a> {
    model: &'a Model,
    parts: &'a Parts,
    prepared: Prepared<'a>,
}

/// A tree that answers as a forest does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Distilled {
    /// The tree, scored on the truth of the rows held out.
    pub model: Model,
    /// How well it answers as the forest, on the rows held out, or on the training rows where there are none: of classes the
    /// fraction of the rows that both give the same; of values the R², the forest's being the truth.
    pub fidelity: f64,
    /// How many rows that was measured on.
    pub rows: u64,
    /// How good the forest is on the same rows, by the truth: accuracy, or R².
    pub forest_score: Option<f64>,
    /// How good the tree is.
    pub tree_score: Option<f64>,
}

impl<'a> Reducer<'a> {
    /// Of a model, the table that it was trained on and the parts of its [split](Metadata::split).
    ///
    /// # Errors
    /// Another table; a model that was not trained here.
    pub fn new(model: &'a Model, table: &'a Table, parts: &'a Parts) -> Result<Self> {
        let Some(params) = &model.metadata.forest else {
            return Err(Error::model("the model was imported: nothing is known of its training"));
        };
        let (prepared, schema) = Prepared::new(table, parts, params)?;
        if schema != model.schema {
            return Err(Error::model("the model's features or classes are not those of its data"));
        }
        Ok(Self { model, parts, prepared })
    }

    /// The training rows, as rows to predict have them.
    pub fn training_rows(&self) -> Features<'_> {
        features(&self.prepared.columns, &self.parts.train)
    }

    /// Whether trees can be cut at a depth.
    pub fn can_cut(&self) -> bool {
        check_cut(self.model.forest()).is_ok()
    }

    /// The mean loss of the training rows, each predicted by the trees of `model` that have not seen it: the log loss of
    /// classes, the squared error of values. `model` is the one of this reducer, or [one out of it](Self::reduce).
    ///
    /// # Errors
    /// No out-of-bag rows, or none that weigh anything.
    pub fn loss(&self, model: &Model) -> Result<f64> {
        let Prepared { params, train, .. } = &self.prepared;
        let (x, target, weights) = (self.prepared.x(), train.target(), train.weights.as_deref());
        oob_loss(model.forest(), params, &x, target, weights)?.ok_or_else(no_oob_rows)
    }

    /// For the first tree, the first two and so on, cut at a depth, the [loss](Self::loss); infinite where these have seen
    /// all rows.
    ///
    /// # Errors
    /// As [`reduce`](Self::reduce) and [`loss`](Self::loss).
    pub fn losses(&self, max_depth: Option<usize>) -> Result<Vec<f64>> {
        let forest = self.smaller(self.model.forest().n_trees(), max_depth)?;
        let Prepared { params, train, .. } = &self.prepared;
        let (x, target, weights) = (self.prepared.x(), train.target(), train.weights.as_deref());
        oob_losses(&forest, params, &x, target, weights)?.ok_or_else(no_oob_rows)
    }

    /// The model of the first trees, cut at a depth, with scores, intervals and probe rows of its own; its decision and its
    /// importances are those of the whole forest. A tag `reduced_from` has the fingerprint of the model.
    ///
    /// # Errors
    /// More trees than there are, or none; a depth of 0, or one at which the trees cannot be cut, as they do not know how many training rows
    /// reached their leaves, or keep the targets of these for quantiles.
    pub fn reduce(&self, n_trees: usize, max_depth: Option<usize>) -> Result<Model> {
        let forest = self.smaller(n_trees, max_depth)?;
        let Prepared { params, train, .. } = &self.prepared;
        let of_model = &self.model.metadata;
        let recorded = of_model.forest.as_ref().unwrap_or(params);
        let recorded = ForestValidParams {
            n_trees,
            max_depth: max_depth.or(recorded.max_depth),
            ..recorded.clone()
        };
        let (target, weights) = (train.target(), train.weights.as_deref());
        let decision = self.model.decision();
        let rows = out_of_bag(&forest, params, &self.prepared.x(), target, weights, decision)?;
        let score = rows.as_ref().map(|rows| OobScore {
            used_to_choose: rows.score.used_to_choose || of_model.chosen_of.is_some(),
            ..rows.score
        });
        let metadata = Metadata {
            out_of_bag: score,
            intervals: rows.and_then(|rows| rows.intervals),
            forest: Some(recorded.recorded()),
            ..self.metadata(&forest, "reduced_from")?
        };
        self.scored(Model { schema: self.model.schema.clone(), forest, metadata })
    }

    /// The tree of at most a depth that answers the training rows most like the model: one CART of all features, fitted on the
    /// model's answers (Craven & Shavlik 1996, *Extracting tree-structured representations of trained networks*, without their
    /// queries). A tag `distilled_from` has the fingerprint of the model.
    ///
    /// # Errors
    /// A depth of 0; features that cannot be fitted.
    pub fn distil(&self, max_depth: usize) -> Result<Distilled> {
        let seed = self.prepared.params.seed();
        let params = ForestParams::plain()
            .n_trees(1)
            .bootstrap(false)
            .max_features(MaxFeatures::All)
            .max_depth(Some(max_depth))
            .intervals(false)
            .seed(seed)
            .check()?
            .resolve_for(self.model.forest().task())?;
        let Prepared { train, test, columns, .. } = &self.prepared;
        let x = self.training_rows();
        let weights = train.weights.as_deref();
        let answers = Answers::of(self.model.forest(), self.model.decision(), &x)?;
        let fit = |target| Forest::fit_rows(&params, &x, target, weights, &|| ());
        let (forest, _) = fit(answers.target(self.model.forest().n_classes()))?;
        let metadata = Metadata {
            reproducible: params.is_reproducible(forest.n_classes()),
            forest: Some(params.recorded()),
            out_of_bag: None,
            intervals: None,
            refinement: None,
            chosen_of: None,
            decision: Decision::MostProbable,
            threshold_choice: None,
            ..self.metadata(&forest, "distilled_from")?
        };
        let model = self.scored(Model { schema: self.model.schema.clone(), forest, metadata })?;
        let rows = if self.parts.test.is_empty() { train } else { test };
        let x = features(columns, rows.rows);
        let of_forest = Answers::of(self.model.forest(), self.model.decision(), &x)?;
        let of_tree = Answers::of(model.forest(), model.decision(), &x)?;
        let weights = rows.weights.as_deref();
        let truth = Answers::truth(rows);
        Ok(Distilled {
            fidelity: of_tree.agreement(&of_forest, weights).unwrap_or(1.0),
            rows: rows.rows.len() as u64,
            forest_score: of_forest.agreement(&truth, weights),
            tree_score: of_tree.agreement(&truth, weights),
            model,
        })
    }

    fn smaller(&self, n_trees: usize, max_depth: Option<usize>) -> Result<Forest> {
        let forest = self.model.forest();
        if !(1..=forest.n_trees()).contains(&n_trees) {
            let message = format!(
                "{n_trees} trees are none, or more than the forest has: {}",
                forest.n_trees()
            );
            return Err(Error::setting(message));
        }
        if max_depth == Some(0) {
            return Err(Error::setting("trees of depth 0 are none"));
        }
        let first = forest.first_trees(n_trees);
        match max_depth {
            Some(depth) if depth < first.depth() => cut(&first, depth),
            _ => Ok(first),
        }
    }

    /// What a model out of this one says of itself, but for its scores.
    fn metadata(&self, forest: &Forest, from: &str) -> Result<Metadata> {
        let of_model = &self.model.metadata;
        let x = self.training_rows();
        let mut tags: Vec<_> =
            of_model.tags.iter().filter(|(name, _)| name != from).cloned().collect();
        tags.push((from.to_owned(), self.model.fingerprint().to_string()));
        Ok(Metadata {
            program: PROGRAM.to_owned(),
            created: to_the_second(Timestamp::now()),
            held_out: None,
            probes: Probes::new(forest, &x, self.prepared.params.seed())?,
            tags,
            ..of_model.clone()
        })
    }

    /// The same model, with the score on the rows held out and what that says against it.
    fn scored(&self, mut model: Model) -> Result<Model> {
        if self.parts.test.is_empty() {
            return Ok(model);
        }
        let test = &self.prepared.test;
        let x = features(&self.prepared.columns, &self.parts.test);
        let (score, doubts) = model.held_out_score(&x, test.target(), test.weights.as_deref())?;
        let kinds: Vec<_> = doubts.iter().map(|doubt| doubt.kind).collect();
        model.metadata.warnings.retain(|warning| !kinds.contains(&warning.kind));
        model.metadata.warnings.extend(doubts);
        model.metadata.held_out = Some(score);
        Ok(model)
    }
}

fn no_oob_rows() -> Error {
    Error::model("the forest has no out-of-bag rows: it was trained without the bootstrap")
}

fn check_cut(forest: &Forest) -> Result<()> {
    if forest.covers.is_none() {
        return Err(Error::model(
            "the trees cannot be cut: they do not know how many training rows reached each of their leaves",
        ));
    }
    if forest.keeps_quantiles() {
        return Err(Error::model(
            "the trees cannot be cut: they keep the targets of each leaf for quantiles",
        ));
    }
    Ok(())
}

/// Cuts trees at a depth: a node there says what its training rows say on average.
fn cut(forest: &Forest, depth: usize) -> Result<Forest> {
    check_cut(forest)?;
    let n_classes = forest.n_classes();
    let mut trees = match forest.task() {
        Task::Classification => Assembler::classes(forest.n_features(), n_classes)?,
        Task::Regression => Assembler::values(forest.n_features())?,
    };
    let mut covers = Vec::new();
    for tree in 0..forest.n_trees() {
        let nodes = tree_nodes(forest, tree, depth)?;
        let node = |at: usize| {
            Ok(match nodes[at].split.and_then(|split| Some((split, split.children?))) {
                None => AnyNode::Leaf,
                Some((split, [left, right])) => AnyNode::Branch {
                    feature: split.feature,
                    threshold: split.threshold,
                    missing_left: split.missing_left,
                    left,
                    right,
                },
            })
        };
        let outputs = |at: usize| nodes[at].outputs.as_deref().unwrap_or_default();
        match forest.task() {
            Task::Classification => {
                let shares = |at: usize, shares: &mut Vec<(u32, f64)>| {
                    let all = (0..).zip(outputs(at)).map(|(class, share)| (class, share.min(1.0)));
                    shares.extend(all.filter(|(_, share)| *share > 0.0));
                    Ok(())
                };
                trees.add_class_tree(nodes.len(), node, shares)?;
            }
            Task::Regression => trees.add_value_tree(nodes.len(), node, |at| Ok(outputs(at)[0]))?,
        }
        let is_leaf = |node: &&TreeNode| node.split.is_none_or(|split| split.children.is_none());
        covers.extend(nodes.iter().filter(is_leaf).filter_map(|node| node.cover));
    }
    let cut = trees.finish(Some(forest.importances().to_vec()), forest.calibration().cloned())?;
    Ok(cut.with_covers(&covers))
}

/// What is answered to some rows, or true of them.
enum Answers {
    Classes(Vec<u32>),
    Values(Vec<f64>),
}

impl Answers {
    fn of(forest: &Forest, decision: &Decision, x: &Features) -> Result<Self> {
        Ok(match forest.task() {
            Task::Regression => Self::Values(forest.outputs(x)?),
            Task::Classification => {
                let decide = |proba: &[f64]| decision.decide(proba);
                let proba = forest.outputs(x)?;
                Self::Classes(proba.chunks(forest.n_outputs()).map(decide).collect())
            }
        })
    }

    fn truth(rows: &TableRows) -> Self {
        match rows.target() {
            Target::Classes { codes, .. } => Self::Classes(codes.to_vec()),
            Target::Values(values) => Self::Values(values.to_vec()),
        }
    }

    fn target(&self, n_classes: usize) -> Target<'_> {
        match self {
            Self::Classes(codes) => Target::Classes { codes, n_classes },
            Self::Values(values) => Target::Values(values),
        }
    }

    /// The fraction of equal classes by weight, or the R² of values, `truth` being taken for true.
    fn agreement(&self, truth: &Self, weights: Option<&[f64]>) -> Option<f64> {
        match (self, truth) {
            (Self::Classes(codes), Self::Classes(truth)) => {
                let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
                let equal = (0..codes.len()).filter(|&row| codes[row] == truth[row]).map(weight);
                let (equal, all): (f64, f64) = (equal.sum(), (0..codes.len()).map(weight).sum());
                (all > 0.0).then_some(equal / all)
            }
            (Self::Values(values), Self::Values(truth)) => {
                crate::metrics::RegressionScores::new(truth, values, 0.0, weights).r2
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TrainOptions;
    use crate::data::synth::{MakeClassification, MakeRegression, Recipe};

    #[test]
    fn losses_by_trees_are_those_of_so_many_trees() {
        let classes = MakeClassification { n_samples: 300, ..MakeClassification::default() };
        let values = MakeRegression { n_samples: 2000, ..MakeRegression::default() };
        for recipe in [Recipe::from(classes), values.into()] {
            let table = Table::synthetic(recipe).unwrap();
            let forest = ForestParams::new().n_trees(12);
            let options = TrainOptions { forest, ..TrainOptions::default() };
            let model = Model::train(&table, &options).unwrap();
            let parts = table.parts(&options.split).unwrap();
            let reducer = Reducer::new(&model, &table, &parts).unwrap();
            for max_depth in [None, Some(3)] {
                let losses = reducer.losses(max_depth).unwrap();
                assert_eq!(losses.len(), 12);
                for (n_trees, loss) in (1..).zip(losses) {
                    let alone = reducer.loss(&reducer.reduce(n_trees, max_depth).unwrap()).unwrap();
                    assert!((loss / alone - 1.0).abs() < 1e-9, "{n_trees}: {loss}, not {alone}");
                }
            }
        }
    }
}
