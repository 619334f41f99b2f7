//! The two sides of a split while rows move from the right one to the left one.

use std::marker::PhantomData;

use super::criterion::Criterion;
use super::{Sample, Split};

/// Splits whose impurity decreases differ by less than this are equally good: rounding can make such
/// a difference, and no data can tell it from none.
const TIE: f64 = 1e-11;

/// The classes of a node and of the two sides of a split of it. Work on a node costs by the classes
/// that occur in it, not by those that there are.
pub(super) struct Sides<'a, C> {
    /// What a row of each class weighs; `None` if all weigh 1.
    class_weights: Option<&'a [f64]>,
    /// The classes in the node, ascending.
    present: Vec<u16>,
    /// For each class in the node, its position in `present`.
    position: Vec<u16>,
    /// For each class there is, how often its rows were drawn: in the node (zero for those that are
    /// not in it), on the left side and on the right side.
    node: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    of_node: Sums,
    n_rows: usize,

    feature: u32,
    /// Kept up to date only where all rows weigh 1. Then they are exact; with weights, those of a
    /// heavy class that leaves would take the light ones' last digits with them.
    of_left: Sums,
    of_right: Sums,
    pub(super) rows_left: usize,
    criterion: PhantomData<C>,
}

/// The weight of some rows, and the sum of their classes' terms.
#[derive(Clone, Copy, Default)]
struct Sums {
    weight: f64,
    terms: f64,
}

impl Sums {
    fn purity<C: Criterion>(self) -> f64 {
        C::purity(self.terms, self.weight)
    }
}

impl<'a, C: Criterion> Sides<'a, C> {
    pub(super) fn new(n_classes: usize, class_weights: Option<&'a [f64]>) -> Self {
        Self {
            class_weights,
            present: Vec::new(),
            position: vec![0; n_classes],
            node: vec![0.0; n_classes],
            left: vec![0.0; n_classes],
            right: vec![0.0; n_classes],
            of_node: Sums::default(),
            n_rows: 0,
            feature: 0,
            of_left: Sums::default(),
            of_right: Sums::default(),
            rows_left: 0,
            criterion: PhantomData,
        }
    }

    /// Takes the rows of a node.
    pub(super) fn enter(&mut self, samples: &[Sample]) {
        for &class in &self.present {
            self.node[usize::from(class)] = 0.0;
        }
        self.present.clear();
        for sample in samples {
            let draws = &mut self.node[usize::from(sample.class)];
            if *draws == 0.0 {
                self.present.push(sample.class);
            }
            *draws += f64::from(sample.draws);
        }
        self.present.sort_unstable();
        for (position, &class) in self.present.iter().enumerate() {
            self.position[usize::from(class)] = position as u16;
        }
        self.n_rows = samples.len();
        self.of_node = self.sums(&self.node);
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

    /// The node's classes, ascending, each with its weight.
    pub(super) fn class_weights(&self) -> impl Iterator<Item = (u32, f64)> + Clone + '_ {
        self.present.iter().map(|&class| {
            let class = usize::from(class);
            (class as u32, self.node[class] * self.class_weight(class))
        })
    }

    pub(super) fn node_weight(&self) -> f64 {
        self.of_node.weight
    }

    pub(super) fn node_purity(&self) -> f64 {
        self.of_node.purity::<C>()
    }

    /// Puts all rows on the right side again, to scan `feature`.
    pub(super) fn restart(&mut self, feature: u32) {
        for &class in &self.present {
            let class = usize::from(class);
            self.left[class] = 0.0;
            self.right[class] = self.node[class];
        }
        self.feature = feature;
        (self.of_left, self.of_right, self.rows_left) = (Sums::default(), self.of_node, 0);
    }

    /// Moves some draws of a class from the right side to the left.
    pub(super) fn move_left(&mut self, class: usize, draws: f64) {
        let (left, right) = (&mut self.left[class], &mut self.right[class]);
        if self.class_weights.is_none() {
            self.of_left.terms += C::term(*left + draws) - C::term(*left);
            self.of_right.terms += C::term(*right - draws) - C::term(*right);
            self.of_left.weight += draws;
            self.of_right.weight -= draws;
        }
        *left += draws;
        *right -= draws;
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
        let (left, right) = match self.class_weights {
            None => (self.of_left, self.of_right),
            Some(_) => (self.sums(&self.left), self.sums(&self.right)),
        };
        let purity = left.purity::<C>() + right.purity::<C>();
        let margin = TIE / C::UNIT * self.of_node.weight;
        if best.is_none_or(|best| purity > best.purity + margin) {
            *best = Some(Split { feature: self.feature, left_rank, right_rank, purity });
        }
    }

    fn sums(&self, draws: &[f64]) -> Sums {
        self.present.iter().fold(Sums::default(), |sums, &class| {
            let class = usize::from(class);
            let weight = draws[class] * self.class_weight(class);
            Sums { weight: sums.weight + weight, terms: sums.terms + C::term(weight) }
        })
    }

    fn class_weight(&self, class: usize) -> f64 {
        self.class_weights.map_or(1.0, |weights| weights[class])
    }
}
