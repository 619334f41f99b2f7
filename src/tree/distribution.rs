//! Class distributions of leaves, each different one kept once: a forest grown to single rows has
//! hundreds of thousands of leaves and as many distributions as classes.

use std::collections::HashMap;

/// A table of class distributions. A distribution lists the classes that occur, ascending, each with
/// its probability; the probabilities add up to one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Distributions {
    /// Distribution `i` ends before entry `ends[i]` and begins where the one before it ends.
    pub(crate) ends: Vec<u32>,
    pub(crate) classes: Vec<u32>,
    pub(crate) probabilities: Vec<f64>,
}

impl Distributions {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The entries of distribution `index`.
    fn range(&self, index: u32) -> std::ops::Range<usize> {
        let index = index as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        start as usize..self.ends[index] as usize
    }

    /// The classes of distribution `index` with their probabilities.
    pub(crate) fn get(&self, index: u32) -> impl Iterator<Item = (u32, f64)> + Clone + '_ {
        let range = self.range(index);
        let probabilities = self.probabilities[range.clone()].iter().copied();
        self.classes[range].iter().copied().zip(probabilities)
    }
}

/// Builds a table, giving equal distributions one number, in order of first appearance.
#[derive(Default)]
pub(crate) struct DistributionsBuilder {
    table: Distributions,
    /// From (class, bits of the probability) to the number.
    numbers: HashMap<Box<[(u32, u64)]>, u32>,
    key: Vec<(u32, u64)>,
}

impl DistributionsBuilder {
    /// The number of a distribution, whose classes ascend.
    pub(crate) fn intern(&mut self, distribution: impl Iterator<Item = (u32, f64)>) -> u32 {
        self.key.clear();
        self.key.extend(distribution.map(|(class, p)| (class, p.to_bits())));
        if let Some(&number) = self.numbers.get(self.key.as_slice()) {
            return number;
        }
        for &(class, bits) in &self.key {
            self.table.classes.push(class);
            self.table.probabilities.push(f64::from_bits(bits));
        }
        let number = self.table.len() as u32;
        self.table.ends.push(self.table.classes.len() as u32);
        self.numbers.insert(self.key.as_slice().into(), number);
        number
    }

    pub(crate) fn finish(self) -> Distributions {
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_distributions_share_a_number() {
        let mut builder = DistributionsBuilder::default();
        let (pure, mixed) = ([(2, 1.0)], [(0, 0.25), (2, 0.75)]);
        assert_eq!(builder.intern(pure.into_iter()), 0);
        assert_eq!(builder.intern(mixed.into_iter()), 1);
        assert_eq!(builder.intern(pure.into_iter()), 0);
        let table = builder.finish();
        assert_eq!(table.len(), 2);
        assert_eq!(table.get(1).collect::<Vec<_>>(), mixed);
    }
}
