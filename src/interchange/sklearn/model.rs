//! A model out of an estimator: trees, schema, and what the file says besides.

use std::borrow::Cow;

use super::estimator::Estimator;
use super::pairwise;
use super::tree::SklearnTree;
use super::values::PyValues;
use crate::data::{Class, Feature, FeatureKind, Schema, TargetKind, TargetSchema};
use crate::forest::assemble::Assembler;
use crate::forest::covers::Covers;
use crate::model::imported::ForeignModel;
use crate::{Decision, Error, Result};

/// No file says what its target was called.
const TARGET: &str = "target";

/// No table has more rows.
const MAX_ROWS: f64 = 1e12;

/// The model that an estimator is; `n_bytes` is the size of its unpacked file, which limits that of its trees.
pub(super) fn assemble(
    values: &PyValues,
    estimator: &Estimator,
    n_bytes: usize,
) -> Result<ForeignModel> {
    let n_classes = estimator.classes.as_ref().map(Vec::len);
    let mut assembler = match n_classes {
        Some(n_classes) => Assembler::classes(estimator.n_features, n_classes)?,
        None => Assembler::values(estimator.n_features)?,
    };
    let names = estimator.feature_names(values)?;
    let mut roots = Roots::new(n_classes);
    let mut importances = Importances::new(estimator.n_features, estimator.is_forest());
    let mut n_read = 0;
    // Of each leaf, in the order in which the forest has them.
    let mut weights = Vec::new();
    for &id in &estimator.trees {
        let tree = SklearnTree::read(values, id, n_classes.unwrap_or(1), estimator.holds_counts)?;
        // Trees may not share their nodes: a small file would be a large model.
        n_read += tree.n_bytes();
        if n_read > n_bytes {
            return Err(Error::model("the trees have more nodes than the file has"));
        }
        let node = |index: usize| tree.node(index, estimator.encoder.as_ref());
        match n_classes {
            Some(_) => assembler.add_class_tree(tree.n_nodes, node, |leaf, shares| {
                weights.push(tree.weight(leaf));
                tree.shares(leaf, shares);
                Ok(())
            })?,
            None => assembler.add_value_tree(tree.n_nodes, node, |leaf| {
                weights.push(tree.weight(leaf));
                Ok(tree.value(leaf, 0))
            })?,
        }
        roots.add(&tree);
        importances.add(&tree);
    }
    let mut forest = assembler.finish(importances.finish(), None)?;
    forest.covers = Covers::new(&weights);
    let feature = |(number, name): (usize, Cow<str>)| {
        let kind = match &estimator.encoder {
            Some(encoder) => FeatureKind::Category { levels: encoder.levels(number)? },
            None => FeatureKind::UNKNOWN,
        };
        let name = name.into_owned();
        Ok(Feature { name, kind, spelling: None, date_spelling: None, missing: 0 })
    };
    let kind = match &estimator.classes {
        None => roots.values(),
        Some(labels) => {
            let rows = roots.rows(estimator.is_weighted(values));
            let class = |(label, rows): (&_, _)| Class { name: String::clone(label), rows };
            let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
            TargetKind::Classification { classes: labels.iter().zip(rows).map(class).collect() }
        }
    };
    let schema = Schema {
        target: TargetSchema { name: TARGET.to_owned(), kind, spelling: None },
        features: names.into_iter().enumerate().map(feature).collect::<Result<_>>()?,
        missing: Vec::new(),
        histograms: None,
    };
    Ok(ForeignModel {
        system: format!("scikit-learn {}", estimator.version),
        settings: estimator.settings(values),
        schema,
        forest,
        decision: Decision::MostProbable,
        intervals: None,
    })
}

/// What the roots of the trees tell of the training rows.
struct Roots {
    n_trees: f64,
    /// Summed over the trees: of each class, or the one of all rows.
    weights: Vec<f64>,
    is_classifier: bool,
    /// Whether the weights are whole numbers in each tree, so may be rows.
    are_whole: bool,
    value: f64,
    min: f64,
    max: f64,
}

/// Whether a weight may be a number of rows.
fn is_rows(weight: f64) -> bool {
    weight.fract() == 0.0 && (0.0..=MAX_ROWS).contains(&weight)
}

impl Roots {
    fn new(n_classes: Option<usize>) -> Self {
        Self {
            n_trees: 0.0,
            weights: vec![0.0; n_classes.unwrap_or(1)],
            is_classifier: n_classes.is_some(),
            are_whole: true,
            value: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }

    fn add(&mut self, tree: &SklearnTree) {
        self.n_trees += 1.0;
        let weight = tree.weight(0);
        self.are_whole &= is_rows(weight);
        if self.is_classifier {
            for (class, sum) in self.weights.iter_mut().enumerate() {
                let weight = tree.class_weight(class);
                self.are_whole &= is_rows(weight.round());
                *sum += weight;
            }
            return;
        }
        self.weights[0] += weight;
        self.value += tree.value(0, 0);
        for leaf in (0..tree.n_nodes).filter(|&node| tree.is_leaf(node)) {
            self.min = self.min.min(tree.value(leaf, 0) + 0.0);
            self.max = self.max.max(tree.value(leaf, 0) + 0.0);
        }
    }

    /// The mean over the trees, as rows; 0 where rows have weights, for then it is not known.
    fn rows(&self, is_weighted: bool) -> Vec<u64> {
        let is_known = self.are_whole && !is_weighted;
        let rows = |sum: &f64| if is_known { (sum / self.n_trees).round() as u64 } else { 0 };
        self.weights.iter().map(rows).collect()
    }

    fn values(&self) -> TargetKind {
        let mean = (self.value / self.n_trees).clamp(self.min, self.max) + 0.0;
        TargetKind::Regression { rows: self.rows(false)[0], mean, min: self.min, max: self.max }
    }
}

/// Those of a tree by itself; of a forest the mean over the trees that have a split, as shares.
struct Importances {
    sums: Vec<f64>,
    n_trees: f64,
    is_forest: bool,
}

impl Importances {
    fn new(n_features: usize, is_forest: bool) -> Self {
        Self { sums: vec![0.0; n_features], n_trees: 0.0, is_forest }
    }

    fn add(&mut self, tree: &SklearnTree) {
        if tree.n_nodes > 1 {
            self.n_trees += 1.0;
            let of_tree = tree.importances(self.sums.len());
            self.sums.iter_mut().zip(of_tree).for_each(|(sum, of_tree)| *sum += of_tree);
        }
    }

    /// `None` if there is no split, or what the file says of impurities cannot be.
    fn finish(self) -> Option<Vec<f64>> {
        let means: Vec<f64> = self.sums.iter().map(|sum| sum / self.n_trees).collect();
        let total = if self.is_forest { pairwise::sum(&means) } else { 1.0 };
        // Rounding can make an importance a little less than 0.
        let shares: Vec<f64> =
            means.iter().map(|mean| (mean / total).clamp(0.0, 1.0) + 0.0).collect();
        shares.iter().all(|share| share.is_finite()).then_some(shares)
    }
}
