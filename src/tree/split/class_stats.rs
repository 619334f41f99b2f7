//! The classes of a node. Work on a node costs by the classes that occur in it, not by those that
//! there are.

use super::best::Best;
use super::binary_node::BinaryNode;
use super::criterion::Impurity;
use super::multiclass_node::MulticlassNode;
use super::node_stats::{NodeColumn, NodeStats, TIE};
use super::row_weight::RowWeight;
use super::scan;
use crate::tree::leaves::LeavesBuilder;
use crate::tree::sample::Sample;

/// The number of rows that are searched for a third class before a node is taken for a binary one.
const FIRST_LOOK: usize = 16;

/// The rows of a node, by class.
pub(crate) struct ClassStats<'a, C, T: RowWeight> {
    row_weight: T,
    /// What a row of each class weighs; `None` if all weigh 1.
    class_weights: Option<&'a [f64]>,
    /// The classes in the node, ascending, and how much the rows of each count, but for the class's
    /// weight.
    present: Vec<(u16, f64)>,
    weight: f64,
    /// The node, if it has two classes.
    binary: BinaryNode<C, T>,
    scratch: scan::Scratch<T::Pair>,
    /// The node, if it has more.
    multiclass: MulticlassNode<C, T>,
    /// For each class there is, how much its rows count. All zero between two nodes.
    amounts: Vec<f64>,
}

impl<'a, C: Impurity, T: RowWeight> ClassStats<'a, C, T> {
    pub(crate) fn new(n_classes: usize, class_weights: Option<&'a [f64]>, row_weight: T) -> Self {
        Self {
            row_weight,
            class_weights,
            present: Vec::new(),
            weight: 0.0,
            binary: BinaryNode::default(),
            scratch: scan::Scratch::default(),
            multiclass: MulticlassNode::new(n_classes, class_weights.is_some()),
            amounts: vec![0.0; n_classes],
        }
    }

    /// The rows of a node that has two classes.
    #[cfg(test)]
    pub(super) fn binary(&self) -> &BinaryNode<C, T> {
        &self.binary
    }

    /// What rows of a class weigh that count so much.
    fn weigh(&self, (class, amount): (u16, f64)) -> f64 {
        amount * self.class_weights.map_or(1.0, |weights| weights[usize::from(class)])
    }

    /// Takes the rows of a node that has one class or two; says whether it has no more.
    fn enter_two(&mut self, samples: &[Sample]) -> bool {
        let class = samples[0].class;
        let Some(other) = samples.iter().find(|sample| sample.class != class) else {
            let amount = samples.iter().map(|sample| self.row_weight.amount(*sample).into()).sum();
            self.present.push((class, amount));
            return true;
        };
        let classes = [class.min(other.class), class.max(other.class)];
        let is_third = |sample: &Sample| !classes.contains(&sample.class);
        if samples.iter().take(FIRST_LOOK).any(is_third) {
            return false;
        }
        let Some(amounts) = self.binary.enter(samples, &self.row_weight, classes) else {
            return false;
        };
        self.present.extend(classes.into_iter().zip(amounts));
        true
    }

    fn enter_many(&mut self, samples: &[Sample]) {
        for &sample in samples {
            let amount = &mut self.amounts[usize::from(sample.class)];
            if *amount == 0.0 {
                self.present.push((sample.class, 0.0));
            }
            *amount += self.row_weight.amount(sample).into();
        }
        self.present.sort_unstable_by_key(|&(class, _)| class);
        for (class, amount) in &mut self.present {
            *amount = std::mem::take(&mut self.amounts[usize::from(*class)]);
        }
        self.multiclass.enter(samples, &self.row_weight, &self.present, self.class_weights);
    }
}

impl<C: Impurity, T: RowWeight> NodeStats for ClassStats<'_, C, T> {
    const UNIT: f64 = C::UNIT;

    fn enter(&mut self, samples: &[Sample]) {
        self.present.clear();
        if !self.enter_two(samples) {
            self.enter_many(samples);
        }
        self.weight = self.present.iter().fold(0.0, |sum, &class| sum + self.weigh(class));
        if let [first, second] = self.present[..] {
            let class_weights = [first.0, second.0].map(|class| self.weigh((class, 1.0)));
            self.binary.weigh(class_weights, [first, second].map(|class| self.weigh(class)));
        }
    }

    fn is_pure(&self) -> bool {
        self.present.len() == 1
    }

    fn weight(&self) -> f64 {
        self.weight
    }

    fn margin(&self) -> f64 {
        TIE / C::UNIT * self.weight
    }

    /// The classes' shares of the weight.
    fn leaf(&self, _: &[Sample], leaves: &mut LeavesBuilder) -> u32 {
        let present = self.present.iter();
        leaves.classes(present.map(|&class| (class.0.into(), self.weigh(class) / self.weight)))
    }

    fn best(&self, min_samples_leaf: usize) -> Best {
        if self.present.len() != 2 {
            return Best::new(min_samples_leaf, self.margin(), f64::INFINITY);
        }
        let [margin, perfect] =
            [self.margin(), self.binary.max_gain()].map(|gain| self.binary.score_of(gain));
        Best::new(min_samples_leaf, margin, perfect)
    }

    fn scan(&mut self, column: &NodeColumn, best: &mut Best) {
        if self.present.len() == 2 {
            scan::scan(&self.binary, column, best, &mut self.scratch);
        } else {
            self.multiclass.scan(column, best);
        }
    }

    fn offer(
        &mut self,
        column: &NodeColumn,
        cut: u32,
        missing_left: Option<bool>,
        best: &mut Best,
    ) {
        if self.present.len() == 2 {
            scan::offer(&self.binary, column, cut, missing_left, best);
        } else {
            self.multiclass.offer(column, cut, missing_left, best);
        }
    }

    fn gain(&self, score: f64) -> f64 {
        if self.present.len() == 2 {
            self.binary.gain(score)
        } else {
            score - self.multiclass.purity()
        }
    }
}
