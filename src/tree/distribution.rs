//! Distributions in leaves, of classes or of targets, each different one kept once: a forest grown to
//! single rows has hundreds of thousands of leaves and as many distributions as classes.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// A table of distributions. A distribution lists the items that occur, class codes or positions of
/// targets, ascending, each with its share; the shares add up to one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Distributions {
    /// Distribution `i` ends before entry `ends[i]` and begins where the one before it ends.
    pub(crate) ends: Vec<u32>,
    pub(crate) items: Vec<u32>,
    pub(crate) shares: Vec<f64>,
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

    /// The items of distribution `index` with their shares.
    #[inline]
    pub(crate) fn get(&self, index: u32) -> impl Iterator<Item = (u32, f64)> + Clone + '_ {
        let range = self.range(index);
        let shares = self.shares[range.clone()].iter().copied();
        self.items[range].iter().copied().zip(shares)
    }
}

/// Builds a table, giving equal distributions one number, in order of first appearance.
#[derive(Default)]
pub(crate) struct DistributionsBuilder {
    table: Distributions,
    /// From (item, bits of the share) to the number; a label has an item number that no item has.
    numbers: HashMap<Box<[(u32, u64)]>, u32, FixedState>,
    key: Vec<(u32, u64)>,
    /// For each item, the number of the distribution that has nothing else, which most have.
    of_one: Vec<Option<u32>>,
}

impl DistributionsBuilder {
    /// The number of a distribution, whose items ascend, apart from equal ones of another label.
    pub(crate) fn intern(
        &mut self,
        label: Option<f64>,
        distribution: impl Iterator<Item = (u32, f64)>,
    ) -> u32 {
        self.key.clear();
        self.key.extend(label.map(|label| (u32::MAX, label.to_bits())));
        self.key.extend(distribution.map(|(item, share)| (item, share.to_bits())));
        let only = match self.key[..] {
            [(item, _)] if label.is_none() => Some(item as usize),
            _ => None,
        };
        if let Some(&Some(number)) = only.and_then(|only| self.of_one.get(only)) {
            return number;
        }
        if let Some(&number) = self.numbers.get(self.key.as_slice()) {
            return number;
        }
        for &(item, bits) in &self.key[usize::from(label.is_some())..] {
            self.table.items.push(item);
            self.table.shares.push(f64::from_bits(bits));
        }
        let number = self.table.len() as u32;
        self.table.ends.push(self.table.items.len() as u32);
        if let Some(only) = only {
            self.of_one.resize(self.of_one.len().max(only + 1), None);
            self.of_one[only] = Some(number);
        } else {
            self.numbers.insert(self.key.as_slice().into(), number);
        }
        number
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
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
        assert_eq!(builder.intern(None, pure.into_iter()), 0);
        assert_eq!(builder.intern(None, mixed.into_iter()), 1);
        assert_eq!(builder.intern(None, pure.into_iter()), 0);
        let table = builder.finish();
        assert_eq!(table.len(), 2);
        assert_eq!(table.get(1).collect::<Vec<_>>(), mixed);
    }
}
