//! Trainings on folds of a table, each scored on the rows that it has not seen.

use std::collections::BTreeMap;
use std::time::Instant;

use super::rivals::Rival;
use super::rivals::remark::RivalRemark;
use crate::data::folds::{Fold, Folds};
use crate::data::split::Parts;
use crate::data::synth::numpy_random::RandomState;
use crate::data::{SplitBy, Table};
use crate::metrics::{FoldMean, Scores};
use crate::model::{Baseline, TableScores};
use crate::{Budget, Decision, Model, Result, TrainOptions, Tuner, Warning};

/// What is trained on each fold.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Algorithm {
    /// A forest.
    Forest {
        /// How it is trained; the split is the folds'.
        options: Box<TrainOptions>,
        /// How long a search for settings may take in each fold; `None` for those that are given.
        search: Option<Budget>,
        /// The hyperparameters that the search leaves as they are.
        fixed: Vec<&'static str>,
    },
    /// Another algorithm.
    Rival {
        /// Which one.
        rival: Rival,
        /// How a class follows from its probabilities.
        decision: Decision,
        /// The seed.
        seed: u64,
    },
}

impl Algorithm {
    /// A forest with settings that are given.
    pub fn forest(options: TrainOptions) -> Self {
        Self::Forest { options: Box::new(options), search: None, fixed: Vec::new() }
    }
}

/// What was trained on a fold, and how good it is on the fold's rows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FoldScores {
    /// Which time the table was divided, from 0.
    pub repeat: usize,
    /// Which fold it is of that time, from 0.
    pub number: usize,
    /// How many rows it was trained on.
    pub train_rows: u64,
    /// How many rows it was scored on.
    pub test_rows: u64,
    /// How good it is.
    pub scores: Scores,
    /// How good it would be always to give the same answer: the training rows' most frequent class, with the
    /// classes' shares for probabilities, or their mean.
    pub baseline: Scores,
    /// How long the training took, in seconds.
    pub fit_seconds: f64,
    /// How long the predictions for the fold's rows took, in seconds.
    pub predict_seconds: f64,
    /// The size of what was trained: of a forest that of a model file.
    pub bytes: u64,
    /// `None` of what is no forest.
    pub shape: Option<ForestShape>,
    /// What is to be known of it.
    pub remarks: Vec<RivalRemark>,
}

/// How large a forest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ForestShape {
    /// Trees.
    pub trees: u64,
    /// Nodes of all trees.
    pub nodes: u64,
    /// The depth of the deepest tree: the splits on its longest path.
    pub depth: u64,
}

impl ForestShape {
    fn new(model: &Model) -> Self {
        let forest = model.forest();
        let [trees, nodes, depth] =
            [forest.n_trees(), forest.n_nodes(), forest.depth()].map(|n| n as u64);
        Self { trees, nodes, depth }
    }
}

/// A value of each fold in the mean, with what folds have in common taken into account
/// ([`FoldMean::new`]); `None` where a fold has none.
pub fn summary(
    folds: &[FoldScores],
    value: impl Fn(&FoldScores) -> Option<f64>,
) -> Option<FoldMean> {
    let values: Option<Vec<f64>> = folds.iter().map(value).collect();
    let values = values.filter(|values| !values.is_empty())?;
    Some(FoldMean::new(&values, test_over_train(folds)))
}

/// How many test rows there are for each training row, in the mean over folds.
pub(super) fn test_over_train(folds: &[FoldScores]) -> f64 {
    let ratios = folds.iter().map(|fold| fold.test_rows as f64 / fold.train_rows as f64);
    ratios.sum::<f64>() / folds.len() as f64
}

/// Trainings on folds of a table that are about to begin.
#[derive(Clone)]
pub struct CrossValidation<'a> {
    table: &'a Table,
    folds: Vec<Fold>,
    seed: u32,
    train_rows: Option<usize>,
    on_tree: &'a (dyn Fn() + Sync),
    on_fold: &'a dyn Fn(&FoldScores),
}

impl<'a> CrossValidation<'a> {
    /// On these folds.
    ///
    /// # Errors
    /// As [`Table::folds`].
    pub fn new(table: &'a Table, folds: &Folds) -> Result<Self> {
        Ok(Self {
            table,
            folds: table.folds(folds)?,
            seed: folds.random_state,
            train_rows: None,
            on_tree: &|| (),
            on_fold: &|_| (),
        })
    }

    /// Calls `on_tree`, on any thread, whenever a tree is done.
    #[must_use]
    pub fn on_tree(self, on_tree: &'a (dyn Fn() + Sync)) -> Self {
        Self { on_tree, ..self }
    }

    /// Calls `on_fold` whenever a fold is done, in their order.
    #[must_use]
    pub fn on_fold(self, on_fold: &'a dyn Fn(&FoldScores)) -> Self {
        Self { on_fold, ..self }
    }

    /// Trains on at most so many of a fold's training rows. By chance they are those of scikit-learn's
    /// `learning_curve(shuffle=True, random_state)`, the seed being that of the folds; of groups the first are
    /// taken whole, in random order; in order the last rows.
    #[must_use]
    pub fn train_rows(self, n_rows: usize) -> Self {
        Self { train_rows: Some(n_rows), ..self }
    }

    /// The folds.
    pub fn folds(&self) -> &[Fold] {
        &self.folds
    }

    /// What the first fold gives cause to doubt about any score: rows that are equal to training rows,
    /// features that tell the target.
    ///
    /// # Errors
    /// As [`Model::train`].
    pub fn warnings(&self, options: &TrainOptions) -> Result<Vec<Warning>> {
        Model::trainer(options).warnings_of(self.table, &self.folds[0].parts())
    }

    /// Trains on each fold, and scores it.
    ///
    /// # Errors
    /// As [`Model::train`]; a fold whose rows weigh nothing.
    pub fn run(&self, algorithm: &Algorithm) -> Result<Vec<FoldScores>> {
        let mut rng = RandomState::new(self.seed);
        let run = |fold: &Fold| {
            let mut parts = fold.parts();
            if let Some(n_rows) = self.train_rows {
                parts.train = self.some_of(parts.train, n_rows, &mut rng);
            }
            let scores = self.run_fold(algorithm, fold, parts)?;
            (self.on_fold)(&scores);
            Ok(scores)
        };
        self.folds.iter().map(run).collect()
    }

    /// Some of a fold's training rows.
    fn some_of(&self, rows: Vec<usize>, n_rows: usize, rng: &mut RandomState) -> Vec<usize> {
        let mut some = rows;
        match &self.table.split_by {
            Some(SplitBy::Order { values, .. }) => {
                some.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
            }
            Some(SplitBy::Group { codes, .. }) => {
                rng.shuffle(&mut some);
                let mut place_of_group = BTreeMap::new();
                for &row in &some {
                    let next = place_of_group.len();
                    place_of_group.entry(codes[row]).or_insert(next);
                }
                some.sort_by_key(|&row| place_of_group[&codes[row]]);
            }
            None => rng.shuffle(&mut some),
        }
        some.truncate(n_rows);
        some.sort_unstable();
        some
    }

    fn run_fold(&self, algorithm: &Algorithm, fold: &Fold, parts: Parts) -> Result<FoldScores> {
        let [train_rows, test_rows] = [&parts.train, &parts.test].map(|rows| rows.len() as u64);
        let run = match algorithm {
            Algorithm::Forest { options, search, fixed } => {
                let tuner = search.map(|budget| Tuner::new(budget).fixed(fixed));
                self.run_forest(options, tuner, parts)
            }
            Algorithm::Rival { rival, decision, seed } => {
                self.run_rival(*rival, decision, *seed, &parts)
            }
        };
        let Run { scored, fit_seconds, predict_seconds, bytes, shape, remarks } = run?;
        let TableScores { scores, baseline } = scored;
        let (repeat, number) = (fold.repeat, fold.number);
        Ok(FoldScores {
            repeat,
            number,
            train_rows,
            test_rows,
            scores,
            baseline,
            fit_seconds,
            predict_seconds,
            bytes,
            shape,
            remarks,
        })
    }

    fn run_forest(
        &self,
        options: &TrainOptions,
        tuner: Option<Tuner>,
        Parts { train, test }: Parts,
    ) -> Result<Run> {
        let trainer = Model::trainer(options).on_tree(self.on_tree);
        let tuner = tuner.map(|tuner| tuner.on_tree(self.on_tree));
        let started = Instant::now();
        let model = match &tuner {
            Some(tuner) => trainer.tuner(tuner).train_on(self.table, train),
            None => trainer.train_on(self.table, train),
        }?;
        let fit_seconds = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let outputs = model.outputs_of(self.table, &test)?;
        let predict_seconds = started.elapsed().as_secs_f64();
        let (baseline, decision) = (model.baseline(), model.decision());
        Ok(Run {
            scored: baseline.score_table(self.table, &test, outputs, decision)?,
            fit_seconds,
            predict_seconds,
            bytes: model.n_bytes(),
            shape: Some(ForestShape::new(&model)),
            remarks: Vec::new(),
        })
    }

    fn run_rival(
        &self,
        rival: Rival,
        decision: &Decision,
        seed: u64,
        parts: &Parts,
    ) -> Result<Run> {
        let answers = rival.fit_predict(self.table, parts, seed)?;
        let baseline = Baseline::of_rows(self.table, &parts.train);
        Ok(Run {
            scored: baseline.score_table(self.table, &parts.test, answers.outputs, decision)?,
            fit_seconds: answers.fit_seconds,
            predict_seconds: answers.predict_seconds,
            bytes: answers.bytes,
            shape: None,
            remarks: answers.remarks,
        })
    }
}

/// What came of training on a fold.
struct Run {
    scored: TableScores,
    fit_seconds: f64,
    predict_seconds: f64,
    bytes: u64,
    shape: Option<ForestShape>,
    remarks: Vec<RivalRemark>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synth::MakeClassification;

    fn table(split_by: Option<SplitBy>) -> Table {
        let recipe = MakeClassification { n_samples: 12, ..MakeClassification::default() };
        Table { split_by, ..Table::synthetic(recipe).unwrap() }
    }

    fn some(split_by: Option<SplitBy>, n_rows: usize) -> Vec<Vec<usize>> {
        let table = table(split_by);
        let folds = Folds { n_folds: 3, random_state: 7, ..Folds::default() };
        let cross_validation = CrossValidation::new(&table, &folds).unwrap();
        let mut rng = RandomState::new(7);
        let rows = |fold: &Fold| cross_validation.some_of(fold.parts().train, n_rows, &mut rng);
        cross_validation.folds().iter().map(rows).collect()
    }

    #[test]
    fn fewer_training_rows_are_those_of_scikit_learns_learning_curve() {
        // r = RandomState(7)
        // [sorted(r.permutation(train)[:4]) for train, _ in KFold(3, shuffle=True, random_state=7).split(np.zeros(12))]
        assert_eq!(some(None, 4), [[0, 3, 8, 9], [5, 6, 7, 10], [1, 2, 5, 8]]);
    }

    #[test]
    fn fewer_rows_of_groups_are_whole_groups_and_of_an_order_the_last() {
        let codes = vec![0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5];
        let groups = Some(SplitBy::Group { column: "g".to_owned(), codes: codes.clone() });
        for rows in some(groups, 4) {
            // Two of the groups, which have two rows each.
            assert_eq!([codes[rows[0]], codes[rows[1]]], [codes[rows[2]], codes[rows[3]]]);
        }
        let values = (0..12_u8).map(f32::from).collect();
        let order = Some(SplitBy::Order { column: "t".to_owned(), values });
        assert_eq!(some(order, 2), [[1, 2], [4, 5], [7, 8]]);
    }
}
