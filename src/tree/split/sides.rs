//! The two sides of a split while rows move from the right one to the left one.

use std::marker::PhantomData;

use super::criterion::Criterion;
use super::{Sample, Split};

/// The class weights of a node and of the two sides of a split of it. Work on a node costs by the
/// classes that occur in it, not by those that there are.
pub(super) struct Sides<C> {
    /// The classes in the node, ascending.
    present: Vec<u16>,
    /// For each class in the node, its position in `present`.
    position: Vec<u16>,
    /// For each class there is, its weight in the node (zero for those that are not in it), on the
    /// left side and on the right side.
    node: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    pub(super) weight: f64,
    node_sum: f64,
    n_rows: usize,

    feature: u32,
    left_sum: f64,
    right_sum: f64,
    left_weight: f64,
    right_weight: f64,
    pub(super) rows_left: usize,
    criterion: PhantomData<C>,
}

impl<C: Criterion> Sides<C> {
    pub(super) fn new(n_classes: usize) -> Self {
        Self {
            present: Vec::new(),
            position: vec![0; n_classes],
            node: vec![0.0; n_classes],
            left: vec![0.0; n_classes],
            right: vec![0.0; n_classes],
            weight: 0.0,
            node_sum: 0.0,
            n_rows: 0,
            feature: 0,
            left_sum: 0.0,
            right_sum: 0.0,
            left_weight: 0.0,
            right_weight: 0.0,
            rows_left: 0,
            criterion: PhantomData,
        }
    }

    /// Takes the rows of a node.
    pub(super) fn enter(&mut self, samples: &[Sample], class_weights: &[f64]) {
        for &class in &self.present {
            self.node[usize::from(class)] = 0.0;
        }
        self.present.clear();
        for sample in samples {
            let weight = &mut self.node[usize::from(sample.class)];
            if *weight == 0.0 {
                self.present.push(sample.class);
            }
            *weight += f64::from(sample.draws);
        }
        self.present.sort_unstable();

        (self.weight, self.node_sum, self.n_rows) = (0.0, 0.0, samples.len());
        for (position, &class) in self.present.iter().enumerate() {
            let class = usize::from(class);
            self.position[class] = position as u16;
            self.node[class] *= class_weights[class];
            self.weight += self.node[class];
            self.node_sum += C::term(self.node[class]);
        }
    }

    pub(super) fn n_classes(&self) -> usize {
        self.present.len()
    }

    pub(super) fn position(&self, class: u16) -> usize {
        usize::from(self.position[usize::from(class)])
    }

    pub(super) fn class_at(&self, position: usize) -> usize {
        usize::from(self.present[position])
    }

    pub(super) fn class_weights(&self) -> impl Iterator<Item = (u32, f64)> + Clone + '_ {
        self.present.iter().map(|&class| (u32::from(class), self.node[usize::from(class)]))
    }

    pub(super) fn node_purity(&self) -> f64 {
        C::purity(self.node_sum, self.weight)
    }

    /// Puts all rows on the right side again, to scan `feature`.
    pub(super) fn restart(&mut self, feature: u32) {
        for &class in &self.present {
            let class = usize::from(class);
            self.left[class] = 0.0;
            self.right[class] = self.node[class];
        }
        self.feature = feature;
        (self.left_sum, self.left_weight, self.rows_left) = (0.0, 0.0, 0);
        (self.right_sum, self.right_weight) = (self.node_sum, self.weight);
    }

    /// Moves some weight of a class from the right side to the left.
    pub(super) fn move_left(&mut self, class: usize, weight: f64) {
        let (left, right) = (&mut self.left[class], &mut self.right[class]);
        self.left_sum += C::term(*left + weight) - C::term(*left);
        self.right_sum += C::term(*right - weight) - C::term(*right);
        *left += weight;
        *right -= weight;
        self.left_weight += weight;
        self.right_weight -= weight;
    }

    /// Replaces `best` by the split that stands now, if that is better and leaves enough rows on
    /// both sides.
    pub(super) fn offer(
        &self,
        left_rank: u32,
        right_rank: u32,
        min_samples_leaf: usize,
        best: &mut Option<Split>,
    ) {
        if self.rows_left < min_samples_leaf || self.n_rows - self.rows_left < min_samples_leaf {
            return;
        }
        let purity = C::purity(self.left_sum, self.left_weight)
            + C::purity(self.right_sum, self.right_weight);
        if best.is_none_or(|best| purity > best.purity) {
            *best = Some(Split { feature: self.feature, left_rank, right_rank, purity });
        }
    }
}
