//! A node of three classes or more, and the two sides of a split of it while rows move from the right
//! one to the left one.

use std::marker::PhantomData;

use super::best::{Best, NodeSplit, Score};
use super::criterion::Impurity;
use super::node_stats::NodeColumn;
use super::row_weight::RowWeight;
use crate::tree::radix::{high_half, sort_by_high_half};
use crate::tree::ranks::bits;
use crate::tree::sample::Sample;

/// Classes are numbered anew in each node, without gaps.
pub(super) struct MulticlassNode<C, T: RowWeight> {
    /// Whether classes differ in weight.
    has_class_weights: bool,
    /// For each row of the node, its class and how much it counts.
    rows: Vec<(u16, T::Amount)>,
    /// For each class there is, its number in the node, where it has one.
    numbers: Vec<u16>,
    /// For each class in the node, what one row of it weighs.
    class_weights: Vec<f64>,
    /// For each class in the node, how much its rows count, but for the class's weight: in the node,
    /// on the left side and on the right side.
    node: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    of_node: Sums,
    /// Kept up to date only where all rows weigh 1. Then they are exact; with weights, those of a
    /// heavy class that leaves would take the light ones' last digits with them.
    of_left: Sums,
    of_right: Sums,
    impurity: PhantomData<C>,
    // Room to work in, so that no scan allocates.
    keys: Vec<u64>,
    spare: Vec<u64>,
    cells: Vec<T::Amount>,
    n_rows: Vec<u32>,
}

/// The weight of some rows, and the sum of their classes' terms.
#[derive(Clone, Copy, Default)]
struct Sums {
    weight: f64,
    terms: f64,
}

impl<C: Impurity, T: RowWeight> MulticlassNode<C, T> {
    pub(super) fn new(n_classes: usize, has_class_weights: bool) -> Self {
        Self {
            has_class_weights,
            rows: Vec::new(),
            numbers: vec![0; n_classes],
            class_weights: Vec::new(),
            node: Vec::new(),
            left: Vec::new(),
            right: Vec::new(),
            of_node: Sums::default(),
            of_left: Sums::default(),
            of_right: Sums::default(),
            impurity: PhantomData,
            keys: Vec::new(),
            spare: Vec::new(),
            cells: Vec::new(),
            n_rows: Vec::new(),
        }
    }

    /// Takes the rows of a node, and its classes, ascending, with how much the rows of each count.
    pub(super) fn enter(
        &mut self,
        samples: &[Sample],
        row_weight: &T,
        classes: &[(u16, f64)],
        class_weights: Option<&[f64]>,
    ) {
        self.node.clear();
        self.class_weights.clear();
        for (number, &(class, amount)) in classes.iter().enumerate() {
            let class = usize::from(class);
            self.numbers[class] = number as u16;
            self.node.push(amount);
            self.class_weights.push(class_weights.map_or(1.0, |weights| weights[class]));
        }
        let row =
            |sample: &Sample| (self.numbers[usize::from(sample.class)], row_weight.amount(*sample));
        self.rows.clear();
        self.rows.extend(samples.iter().map(row));
        self.of_node = self.sums(&self.node);
    }

    /// The node's purity.
    pub(super) fn purity(&self) -> f64 {
        C::purity(self.of_node.terms, self.of_node.weight)
    }

    /// Whether sums are kept up to date.
    fn is_unweighted(&self) -> bool {
        T::WHOLE && !self.has_class_weights
    }

    fn sums(&self, amounts: &[f64]) -> Sums {
        let weights = amounts.iter().zip(&self.class_weights);
        weights.fold(Sums::default(), |sums, (amount, class_weight)| {
            let weight = amount * class_weight;
            Sums { weight: sums.weight + weight, terms: sums.terms + C::term(weight) }
        })
    }

    /// Puts all rows on the right side.
    fn restart(&mut self) {
        self.right.clone_from(&self.node);
        self.left.clear();
        self.left.resize(self.node.len(), 0.0);
        (self.of_left, self.of_right) = (Sums::default(), self.of_node);
    }

    /// Moves rows of a class that count so much from the right side to the left.
    fn move_amount(&mut self, class: usize, amount: f64) {
        let is_unweighted = self.is_unweighted();
        let (left, right) = (&mut self.left[class], &mut self.right[class]);
        if is_unweighted {
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

    fn score(&self) -> Score {
        let (left, right) = if self.is_unweighted() {
            (self.of_left, self.of_right)
        } else {
            (self.sums(&self.left), self.sums(&self.right))
        };
        C::score((left.terms, left.weight), (right.terms, right.weight))
    }

    /// Offers all splits of a feature, by adding up the rows of each rank or by sorting the rows,
    /// whichever is less work.
    pub(super) fn scan(&mut self, column: &NodeColumn, best: &mut Best) {
        let is_counted = column.span() * self.node.len() <= column.ranks.len() * 4;
        if is_counted {
            self.count(column);
        } else {
            self.sort(column);
        }
        let mut pass = |many: &mut Self, missing_left, n_left| {
            let mut offers = Offers { column, best, missing_left };
            if is_counted {
                many.pass_counted(n_left, &mut offers);
            } else {
                many.pass_sorted(n_left, &mut offers);
            }
        };
        self.restart();
        if column.missing.is_none() {
            pass(self, None, 0);
        } else {
            pass(self, Some(false), 0);
            self.restart();
            let mut n_missing = 0;
            for (position, _) in
                column.ranks.iter().enumerate().filter(|(_, rank)| **rank > column.max_rank)
            {
                let (class, amount) = self.rows[position];
                self.move_amount(class.into(), amount.into());
                n_missing += 1;
            }
            pass(self, Some(true), n_missing);
        }
    }

    /// Offers the split that takes ranks up to `cut` to the left side, and rows without a value if that is said.
    pub(super) fn offer(
        &mut self,
        column: &NodeColumn,
        cut: u32,
        missing_left: Option<bool>,
        best: &mut Best,
    ) {
        let goes_left = bits::goes_left(cut, missing_left);
        self.cells.clear();
        self.cells.resize(2 * self.node.len(), T::Amount::default());
        let cells = self.cells.as_mut_slice();
        let mut n_left = 0;
        for (&rank, &(class, amount)) in column.ranks.iter().zip(&self.rows) {
            // The right side before the left one, class by class.
            let is_left = usize::from(goes_left(rank));
            cells[2 * usize::from(class) + is_left] += amount;
            n_left += is_left;
        }
        for (side, cell) in [(&mut self.right, 0), (&mut self.left, 1)] {
            side.clear();
            side.extend(self.cells.iter().skip(cell).step_by(2).map(|&amount| amount.into()));
        }
        let [left, right] = [&self.left, &self.right].map(|side| self.sums(side));
        let score = C::score((left.terms, left.weight), (right.terms, right.weight));
        let mut offers = Offers { column, best, missing_left };
        offers.offer(n_left, cut - column.min_rank, score);
    }

    /// Adds up the rows that have a value, by rank and class.
    fn count(&mut self, column: &NodeColumn) {
        let n_classes = self.node.len();
        self.cells.clear();
        self.cells.resize(column.span() * n_classes, T::Amount::default());
        self.n_rows.clear();
        self.n_rows.resize(column.span(), 0);
        let present =
            column.ranks.iter().zip(&self.rows).filter(|(rank, _)| **rank <= column.max_rank);
        for (&rank, &(class, amount)) in present {
            let rank = (rank - column.min_rank) as usize;
            self.cells[rank * n_classes + usize::from(class)] += amount;
            self.n_rows[rank] += 1;
        }
    }

    /// Sorts the rows that have a value.
    fn sort(&mut self, column: &NodeColumn) {
        let rows = (0..).zip(column.ranks).filter(|(_, rank)| **rank <= column.max_rank);
        self.keys.clear();
        self.keys.extend(
            rows.map(|(position, rank): (u64, _)| {
                u64::from(rank - column.min_rank) << 32 | position
            }),
        );
        let bits = u32::BITS - (column.max_rank - column.min_rank).leading_zeros();
        sort_by_high_half(&mut self.keys, &mut self.spare, bits);
    }

    fn pass_counted(&mut self, mut n_left: usize, offers: &mut Offers) {
        let n_classes = self.node.len();
        let mut last = None;
        for rank in 0..self.n_rows.len() {
            if self.n_rows[rank] == 0 {
                continue;
            }
            if let Some(last) = last {
                offers.offer(n_left, last, self.score());
            }
            for class in 0..n_classes {
                let amount = self.cells[rank * n_classes + class];
                if amount != T::Amount::default() {
                    self.move_amount(class, amount.into());
                }
            }
            n_left += self.n_rows[rank] as usize;
            last = Some(rank as u32);
        }
        offers.offer_end(n_left, || self.score());
    }

    fn pass_sorted(&mut self, mut n_left: usize, offers: &mut Offers) {
        let mut last = high_half(self.keys[0]);
        for at in 0..self.keys.len() {
            let key = self.keys[at];
            if high_half(key) != last {
                offers.offer(n_left, last, self.score());
                last = high_half(key);
            }
            let (class, amount) = self.rows[key as u32 as usize];
            self.move_amount(class.into(), amount.into());
            n_left += 1;
        }
        offers.offer_end(n_left, || self.score());
    }
}

/// Where the splits of one way through a feature's thresholds go.
struct Offers<'a> {
    column: &'a NodeColumn<'a>,
    best: &'a mut Best,
    missing_left: Option<bool>,
}

impl Offers<'_> {
    /// Offers the split that takes ranks up to `last` after the minimum to the left side.
    fn offer(&mut self, n_left: usize, last: u32, score: Score) {
        let min_rows = self.best.min_samples_leaf;
        let is_allowed = n_left >= min_rows && self.column.ranks.len() - n_left >= min_rows;
        if is_allowed && score.exceeds(self.best.bar()) {
            let (feature, cut) = (self.column.feature, self.column.min_rank + last);
            let missing_left = self.missing_left;
            self.best.take(score, |score| NodeSplit { feature, cut, missing_left, score });
        }
    }

    /// Offers the split between all values and missing ones, if these are on the right side.
    fn offer_end(&mut self, n_left: usize, score: impl FnOnce() -> Score) {
        if self.missing_left == Some(false) {
            self.offer(n_left, self.column.max_rank - self.column.min_rank, score());
        }
    }
}
