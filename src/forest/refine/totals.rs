//! What the rows of each node of a tree add up to, from the leaves to the root.

use std::ops::Range;

use crate::tree::grown::Grown;

/// For each node, breadth first.
pub(super) struct Totals {
    /// Rows, however often they were drawn.
    pub(super) rows: Vec<u32>,
    pub(super) weights: Vec<f64>,
    /// The mean target; 0 for classes.
    pub(super) means: Vec<f64>,
    entries: Vec<Range<u32>>,
    items: Vec<u32>,
    /// Parts of the node's weight.
    shares: Vec<f64>,
}

impl Totals {
    pub(super) fn new(grown: &Grown) -> Self {
        let nodes = grown.nodes();
        let mut totals = Self {
            rows: vec![0; nodes.len()],
            weights: vec![0.0; nodes.len()],
            means: vec![0.0; nodes.len()],
            entries: vec![0..0; nodes.len()],
            items: Vec::new(),
            shares: Vec::new(),
        };
        // Sums for now, which are exact where rows weigh 1.
        let mut masses = grown.masses().iter().rev();
        for (index, &node) in nodes.iter().enumerate().rev() {
            let start = totals.items.len() as u32;
            if node.is_leaf() {
                let mass = masses.next().copied().unwrap_or_default();
                let weight = f64::from(mass.weight);
                let (mean, shares) = grown.leaf(node);
                totals.rows[index] = mass.rows;
                totals.weights[index] = weight;
                totals.means[index] = mean;
                for (item, share) in shares {
                    totals.items.push(item);
                    totals.shares.push(share * weight);
                }
            } else {
                let [left, right] = [node.next as usize, node.next as usize + 1];
                let weight = totals.weights[left] + totals.weights[right];
                totals.rows[index] = totals.rows[left] + totals.rows[right];
                totals.weights[index] = weight;
                // A mean of means, which cannot overflow.
                let part = totals.weights[right] / weight;
                totals.means[index] =
                    totals.means[left] * (1.0 - part) + totals.means[right] * part;
                totals.merge(left, right);
            }
            totals.entries[index] = start..totals.items.len() as u32;
        }
        for (entries, weight) in totals.entries.iter().zip(&totals.weights) {
            let shares = &mut totals.shares[entries.start as usize..entries.end as usize];
            for share in shares {
                *share /= weight;
            }
        }
        totals
    }

    /// Adds the entries of two nodes up, behind all others.
    fn merge(&mut self, left: usize, right: usize) {
        let [mut a, mut b] = [left, right].map(|node| self.entries[node].clone());
        while !a.is_empty() || !b.is_empty() {
            let item = |range: &Range<u32>| {
                self.items.get(range.start as usize).filter(|_| !range.is_empty())
            };
            let (item_a, item_b) = (item(&a).copied(), item(&b).copied());
            let next = item_a.into_iter().chain(item_b).min().unwrap_or_default();
            let mut sum = 0.0;
            for (range, item) in [(&mut a, item_a), (&mut b, item_b)] {
                if item == Some(next) {
                    sum += self.shares[range.start as usize];
                    range.start += 1;
                }
            }
            self.items.push(next);
            self.shares.push(sum);
        }
    }

    /// The items of a node, ascending, with their shares of its weight.
    pub(super) fn shares(&self, node: usize) -> impl Iterator<Item = (u32, f64)> + Clone + '_ {
        let range = self.entries[node].start as usize..self.entries[node].end as usize;
        self.items[range.clone()].iter().copied().zip(self.shares[range].iter().copied())
    }

    /// The nodes that each of some ascending cuts leaves of the tree.
    pub(super) fn count_nodes(&self, grown: &Grown, cuts: &[usize]) -> Vec<u64> {
        // Rows descend along a path, so that the parents of a node that is kept are, too.
        let mut nodes = vec![1; cuts.len()];
        for (_, &rows) in grown.nodes().iter().zip(&self.rows).filter(|(node, _)| !node.is_leaf()) {
            let kept = cuts.iter().zip(&mut nodes).take_while(|(cut, _)| **cut <= rows as usize);
            kept.for_each(|(_, nodes)| *nodes += 2);
        }
        nodes
    }

    /// Adds a node's shares, or its mean, times each of some factors: `outputs` are as many for each class, or for the mean.
    pub(super) fn add(&self, node: usize, factors: &[f64], outputs: &mut [f64]) {
        let is_mean = self.items.is_empty() || outputs.len() == factors.len();
        let mut add = |class: usize, value: f64| {
            let outputs = &mut outputs[class * factors.len()..][..factors.len()];
            outputs.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += factor * value);
        };
        if is_mean {
            add(0, self.means[node]);
        } else {
            self.shares(node).for_each(|(class, share)| add(class as usize, share));
        }
    }
}
