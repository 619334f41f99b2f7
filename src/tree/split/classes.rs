//! The classes of a node and of the two sides of a split of it.

use std::marker::PhantomData;

use super::Sample;
use super::criterion::Impurity;
use super::sides::{Sides, TIE};
use super::tally::Tally;
use crate::tree::leaves::LeavesBuilder;

/// Work on a node costs by the classes that occur in it, not by those that there are.
pub(crate) struct ClassSides<'a, C, T> {
    tally: T,
    /// What a row of each class weighs; `None` if all weigh 1.
    class_weights: Option<&'a [f64]>,
    /// The classes in the node, ascending.
    present: Vec<u16>,
    /// For each class in the node, its position in `present`.
    position: Vec<u16>,
    /// For each class there is, how much its rows count, but for the class's weight: in the node (zero
    /// for those that are not in it), on the left side and on the right side.
    node: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    of_node: Sums,
    /// Kept up to date only where all rows weigh 1. Then they are exact; with weights, those of a
    /// heavy class that leaves would take the light ones' last digits with them.
    of_left: Sums,
    of_right: Sums,
    impurity: PhantomData<C>,
}

/// The weight of some rows, and the sum of their classes' terms.
#[derive(Clone, Copy, Default)]
struct Sums {
    weight: f64,
    terms: f64,
}

impl Sums {
    fn purity<C: Impurity>(self) -> f64 {
        C::purity(self.terms, self.weight)
    }
}

impl<'a, C: Impurity, T: Tally> ClassSides<'a, C, T> {
    pub(crate) fn new(n_classes: usize, class_weights: Option<&'a [f64]>, tally: T) -> Self {
        Self {
            tally,
            class_weights,
            present: Vec::new(),
            position: vec![0; n_classes],
            node: vec![0.0; n_classes],
            left: vec![0.0; n_classes],
            right: vec![0.0; n_classes],
            of_node: Sums::default(),
            of_left: Sums::default(),
            of_right: Sums::default(),
            impurity: PhantomData,
        }
    }

    /// Whether all rows weigh 1.
    fn is_unweighted(&self) -> bool {
        T::WHOLE && self.class_weights.is_none()
    }

    /// Moves rows of a class that count so much from the right side to the left.
    fn move_amount(&mut self, class: usize, amount: f64) {
        let (left, right) = (&mut self.left[class], &mut self.right[class]);
        if T::WHOLE && self.class_weights.is_none() {
            self.of_left.terms += C::term(*left + amount) - C::term(*left);
            self.of_right.terms += C::term(*right - amount) - C::term(*right);
            self.of_left.weight += amount;
            self.of_right.weight -= amount;
        }
        *left += amount;
        *right -= amount;
        if !T::WHOLE {
            // Of weights, rounding may take away more than there was.
            *right = right.max(0.0);
        }
    }

    fn sums(&self, amounts: &[f64]) -> Sums {
        self.present.iter().fold(Sums::default(), |sums, &class| {
            let class = usize::from(class);
            let weight = amounts[class] * self.class_weight(class);
            Sums { weight: sums.weight + weight, terms: sums.terms + C::term(weight) }
        })
    }

    fn class_weight(&self, class: usize) -> f64 {
        self.class_weights.map_or(1.0, |weights| weights[class])
    }
}

impl<C: Impurity, T: Tally> Sides for ClassSides<'_, C, T> {
    type Cell = T::Amount;

    const UNIT: f64 = C::UNIT;

    fn enter(&mut self, samples: &[Sample]) {
        for &class in &self.present {
            self.node[usize::from(class)] = 0.0;
        }
        self.present.clear();
        self.tally.enter(samples);
        for (position, &sample) in samples.iter().enumerate() {
            let amount = &mut self.node[usize::from(sample.class)];
            if *amount == 0.0 {
                self.present.push(sample.class);
            }
            *amount += self.tally.amount(position, sample).into();
        }
        self.present.sort_unstable();
        for (position, &class) in self.present.iter().enumerate() {
            self.position[usize::from(class)] = position as u16;
        }
        self.of_node = self.sums(&self.node);
    }

    fn is_pure(&self) -> bool {
        self.present.len() == 1
    }

    fn weight(&self) -> f64 {
        self.of_node.weight
    }

    fn node_purity(&self) -> f64 {
        self.of_node.purity::<C>()
    }

    fn margin(&self) -> f64 {
        TIE / C::UNIT * self.of_node.weight
    }

    /// The classes' shares of the weight.
    fn leaf(&self, _: &[Sample], leaves: &mut LeavesBuilder) -> u32 {
        let share = |class| self.node[class] * self.class_weight(class) / self.of_node.weight;
        let present = self.present.iter();
        leaves.classes(present.map(|&class| (class.into(), share(class.into()))))
    }

    fn restart(&mut self) {
        for &class in &self.present {
            let class = usize::from(class);
            self.left[class] = 0.0;
            self.right[class] = self.node[class];
        }
        (self.of_left, self.of_right) = (Sums::default(), self.of_node);
    }

    fn purity(&self) -> f64 {
        let (left, right) = if self.is_unweighted() {
            (self.of_left, self.of_right)
        } else {
            (self.sums(&self.left), self.sums(&self.right))
        };
        left.purity::<C>() + right.purity::<C>()
    }

    fn n_cells(&self) -> usize {
        self.present.len()
    }

    fn count(&self, position: usize, sample: Sample, cells: &mut [T::Amount]) {
        let cell = self.position[usize::from(sample.class)];
        cells[usize::from(cell)] += self.tally.amount(position, sample);
    }

    fn move_cells(&mut self, cells: &[T::Amount]) {
        for (position, &amount) in cells.iter().enumerate() {
            if amount != T::Amount::default() {
                self.move_amount(self.present[position].into(), amount.into());
            }
        }
    }

    fn payload(&self, position: usize, sample: Sample) -> u32 {
        self.tally.payload(position, sample)
    }

    fn move_row(&mut self, payload: u32) {
        let (class, amount) = self.tally.unpack(payload);
        self.move_amount(class, amount);
    }
}
