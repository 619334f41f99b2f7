//! The classes of a node and of the two sides of a split of it.

use std::marker::PhantomData;

use super::Sample;
use super::criterion::Criterion;
use super::sides::{Sides, TIE};
use crate::tree::distribution::DistributionsBuilder;

/// Work on a node costs by the classes that occur in it, not by those that there are.
pub(crate) struct ClassSides<'a, C> {
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
    /// Kept up to date only where all rows weigh 1. Then they are exact; with weights, those of a
    /// heavy class that leaves would take the light ones' last digits with them.
    of_left: Sums,
    of_right: Sums,
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

impl<'a, C: Criterion> ClassSides<'a, C> {
    pub(crate) fn new(n_classes: usize, class_weights: Option<&'a [f64]>) -> Self {
        Self {
            class_weights,
            present: Vec::new(),
            position: vec![0; n_classes],
            node: vec![0.0; n_classes],
            left: vec![0.0; n_classes],
            right: vec![0.0; n_classes],
            of_node: Sums::default(),
            of_left: Sums::default(),
            of_right: Sums::default(),
            criterion: PhantomData,
        }
    }

    /// Moves some draws of a class from the right side to the left.
    fn move_draws(&mut self, class: usize, draws: f64) {
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

impl<C: Criterion> Sides for ClassSides<'_, C> {
    type Cell = u32;

    const UNIT: f64 = C::UNIT;

    fn enter(&mut self, samples: &[Sample]) {
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
    fn leaf(&self, leaves: &mut DistributionsBuilder) -> u32 {
        let share = |class| self.node[class] * self.class_weight(class) / self.of_node.weight;
        let present = self.present.iter();
        leaves.intern(present.map(|&class| (class.into(), share(class.into()))))
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
        let (left, right) = match self.class_weights {
            None => (self.of_left, self.of_right),
            Some(_) => (self.sums(&self.left), self.sums(&self.right)),
        };
        left.purity::<C>() + right.purity::<C>()
    }

    fn n_cells(&self) -> usize {
        self.present.len()
    }

    fn count(&self, _: usize, sample: Sample, cells: &mut [u32]) {
        let position = self.position[usize::from(sample.class)];
        cells[usize::from(position)] += u32::from(sample.draws);
    }

    fn move_cells(&mut self, cells: &[u32]) {
        for (position, &draws) in cells.iter().enumerate() {
            if draws > 0 {
                self.move_draws(self.present[position].into(), draws.into());
            }
        }
    }

    /// The class, and the draws.
    fn payload(&self, _: usize, sample: Sample) -> u32 {
        u32::from(sample.class) << 16 | u32::from(sample.draws)
    }

    fn move_row(&mut self, payload: u32) {
        self.move_draws((payload >> 16) as usize, f64::from(payload as u16));
    }
}
