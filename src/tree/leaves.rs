//! What leaves say: each different leaf is kept once, and trees name it by number.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::distribution::{Distributions, DistributionsBuilder};

/// Leaves of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LeafTable {
    /// The mean target of each leaf; none if leaves tell classes apart.
    pub(crate) means: Vec<f64>,
    /// For each leaf the shares of its classes, or of its targets where these are kept; else none.
    pub(crate) shares: Distributions,
}

/// Builds a table of leaves, giving equal ones one number, in order of first appearance.
#[derive(Default)]
pub(crate) struct LeavesBuilder {
    means: Vec<f64>,
    /// From the bits of a mean to the number, where leaves have a mean and nothing else.
    numbers: HashMap<u64, u32, FixedState>,
    shares: DistributionsBuilder,
}

impl LeavesBuilder {
    /// The number of a leaf of classes, which ascend, with their shares.
    pub(crate) fn classes(&mut self, shares: impl Iterator<Item = (u32, f64)>) -> u32 {
        self.shares.intern(None, shares)
    }

    /// The number of another leaf with this mean, even if there is one.
    pub(crate) fn another_mean(&mut self, mean: f64) -> u32 {
        self.means.push(mean);
        (self.means.len() - 1) as u32
    }

    /// The number of a leaf with this mean.
    pub(crate) fn mean(&mut self, mean: f64) -> u32 {
        *self.numbers.entry(mean.to_bits()).or_insert_with(|| {
            self.means.push(mean);
            (self.means.len() - 1) as u32
        })
    }

    /// The number of a leaf with this mean of targets, whose positions ascend, with their shares.
    pub(crate) fn targets(&mut self, mean: f64, shares: impl Iterator<Item = (u32, f64)>) -> u32 {
        let number = self.shares.intern(Some(mean), shares);
        if self.means.len() < self.shares.len() {
            self.means.push(mean);
        }
        number
    }

    /// The number here of a leaf that has another there.
    pub(crate) fn copy(&mut self, leaves: &LeafTable, number: u32) -> u32 {
        let LeafTable { means, shares } = leaves;
        match means.get(number as usize) {
            None => self.classes(shares.get(number)),
            Some(&mean) if shares.len() == 0 => self.mean(mean),
            Some(&mean) => self.targets(mean, shares.get(number)),
        }
    }

    /// The numbers here of all leaves there, in their order. Leaves of one mean may come twice.
    pub(crate) fn copy_all(&mut self, leaves: &LeafTable) -> Vec<u32> {
        let numbers = 0..leaves.len() as u32;
        if leaves.shares.len() > 0 {
            return numbers.map(|number| self.copy(leaves, number)).collect();
        }
        let offset = self.means.len() as u32;
        self.means.extend(&leaves.means);
        numbers.map(|number| offset + number).collect()
    }

    pub(crate) fn finish(self) -> LeafTable {
        LeafTable { means: self.means, shares: self.shares.finish() }
    }
}

impl LeafTable {
    pub(crate) fn len(&self) -> usize {
        self.means.len().max(self.shares.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_of_one_mean_are_one_unless_their_targets_differ() {
        let mut builder = LeavesBuilder::default();
        assert_eq!([2.5, 0.5, 2.5].map(|mean| builder.mean(mean)), [0, 1, 0]);

        let mut builder = LeavesBuilder::default();
        let (near, far) = ([(1, 0.5), (2, 0.5)], [(0, 0.5), (3, 0.5)]);
        let numbers = [near, far, near].map(|shares| builder.targets(1.5, shares.into_iter()));
        assert_eq!(numbers, [0, 1, 0]);
        let leaves = builder.finish();
        assert_eq!(leaves.means, [1.5, 1.5]);

        let mut copies = LeavesBuilder::default();
        assert_eq!([1, 0, 1].map(|number| copies.copy(&leaves, number)), [0, 1, 0]);
        assert_eq!(copies.finish().shares.get(0).collect::<Vec<_>>(), far);
    }
}
