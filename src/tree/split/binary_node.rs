//! A node of two classes: what each side has of the one and of the other says all about a split.

use super::best::Score;
use super::criterion::{Impurity, PairNode};
use super::row_weight::RowWeight;
use super::scan::NodeRows;
use crate::tree::sample::Sample;
use std::marker::PhantomData;

/// The rows of a node that has two classes.
pub(super) struct BinaryNode<C, T: RowWeight> {
    /// What each row adds to the two classes.
    rows: Vec<T::Pair>,
    /// What a row of each class weighs.
    class_weights: [f64; 2],
    node: PairNode,
    impurity: PhantomData<C>,
}

impl<C, T: RowWeight> Default for BinaryNode<C, T> {
    fn default() -> Self {
        let node = PairNode::default();
        Self { rows: Vec::new(), class_weights: [1.0; 2], node, impurity: PhantomData }
    }
}

impl<C: Impurity, T: RowWeight> BinaryNode<C, T> {
    /// Takes the rows of a node; gives how much those of both classes count, `None` if the node has
    /// other classes, too.
    pub(super) fn enter(
        &mut self,
        samples: &[Sample],
        row_weight: &T,
        [first, second]: [u16; 2],
    ) -> Option<[f64; 2]> {
        let (mut sum, mut others) = (T::Pair::default(), false);
        self.rows.clear();
        self.rows.extend(samples.iter().map(|sample| {
            let is_second = sample.class == second;
            others |= !is_second & (sample.class != first);
            let row = T::pair(row_weight.amount(*sample), is_second);
            sum += row;
            row
        }));
        (!others).then(|| T::amounts(sum))
    }

    /// Says what a row of each class weighs, and what all of each weigh together.
    pub(super) fn weigh(&mut self, class_weights: [f64; 2], classes: [f64; 2]) {
        let weight = classes[0] + classes[1];
        self.class_weights = class_weights;
        self.node = PairNode { classes, weight, share: classes[1] / weight };
    }

    /// The gain in purity of a split that parts the classes.
    pub(super) fn max_gain(&self) -> f64 {
        let [first, second] = self.node.classes;
        let partitioned = C::purity(C::term(first), first) + C::purity(C::term(second), second);
        partitioned - C::purity(C::term(first) + C::term(second), self.node.weight)
    }

    /// The score of a split of which the gain in purity is this.
    pub(super) fn score_of(&self, gain: f64) -> f64 {
        C::pair_score_of(gain, &self.node)
    }

    /// The gain in purity of a split of this score.
    pub(super) fn gain(&self, score: f64) -> f64 {
        C::pair_gain(score, &self.node)
    }

    fn weights(&self, sum: T::Pair) -> [f64; 2] {
        let [first, second] = T::amounts(sum);
        [first * self.class_weights[0], second * self.class_weights[1]]
    }
}

impl<C: Impurity, T: RowWeight> NodeRows for BinaryNode<C, T> {
    type Sum = T::Pair;

    const ROWS_OF_BUCKET: usize = 4;

    fn rows(&self) -> &[T::Pair] {
        &self.rows
    }

    fn score(&self, left: T::Pair) -> Score {
        C::pair_score(self.weights(left), &self.node)
    }

    /// The corners are the bucket's rows of one class without those of the other.
    fn may_exceed(&self, left: T::Pair, inside: T::Pair, bar: f64) -> bool {
        let [first, second] = self.weights(inside);
        if first == 0.0 || second == 0.0 {
            return false;
        }
        let left = self.weights(left);
        C::pair_score([left[0] + first, left[1]], &self.node).exceeds(bar)
            || C::pair_score([left[0], left[1] + second], &self.node).exceeds(bar)
    }
}
