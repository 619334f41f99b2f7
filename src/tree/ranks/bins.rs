//! Groups the values of a column into bins, whose numbers then stand for the values' ranks.

use std::iter;
use std::ops::Range;

use super::{ColumnView, high_half};

/// Neighbouring values that share a rank.
pub(super) struct Bins {
    /// The least and the greatest value of each, ascending.
    ranges: Vec<[f32; 2]>,
}

impl Bins {
    /// Groups the values of a column into `max_bins` bins, at least one, and makes the numbers of
    /// these the ranks of the rows. `order` holds the rows that have a value in its lower halves, by
    /// what is in the upper ones, which has more than `max_bins` different values.
    pub(super) fn new(
        values: ColumnView,
        order: &[u64],
        max_bins: usize,
        ranks: &mut [u32],
    ) -> Self {
        let value_at = |place: usize| order.get(place).copied().map(high_half);
        let ends: Vec<usize> =
            (1..=order.len()).filter(|&end| value_at(end - 1) != value_at(end)).collect();
        let row = |key: u64| key as u32 as usize;
        let mut ranges = Vec::with_capacity(max_bins);
        for (bin, places) in (0..).zip(group(&ends, max_bins)) {
            let [least, greatest] = [places.start, places.end - 1];
            ranges.push([least, greatest].map(|place| values.value(row(order[place]))));
            order[places].iter().for_each(|&key| ranks[row(key)] = bin);
        }
        Self { ranges }
    }

    /// The least and the greatest value in the bin of one of the column's values.
    pub(super) fn range(&self, value: f32) -> [f32; 2] {
        self.ranges[self.ranges.partition_point(|[_, greatest]| *greatest < value)]
    }

    /// A threshold that parts no bin: this one, or the next number below the bin that it would part.
    pub(super) fn outside(&self, threshold: f32) -> f32 {
        let at = self.ranges.partition_point(|[_, greatest]| *greatest <= threshold);
        match self.ranges.get(at) {
            Some([least, _]) if *least <= threshold => least.next_down(),
            _ => threshold,
        }
    }
}

/// Puts rows, in the order of their values, into `n_bins` bins, so that the fullest has as few rows
/// as can be; a value that has more by itself gets a bin of its own. `ends` says for each value how
/// many rows have it or a lesser one.
fn group(ends: &[usize], n_bins: usize) -> impl Iterator<Item = Range<usize>> {
    let (mut capacity, mut enough) = (1, ends.last().copied().unwrap_or(1));
    while capacity < enough {
        let middle = usize::midpoint(capacity, enough);
        match fill(ends, n_bins, middle).nth(n_bins) {
            None => enough = middle,
            Some(_) => capacity = middle + 1,
        }
    }
    fill(ends, n_bins, capacity)
}

/// Fills one bin after the other with at most `capacity` rows, or one value, and leaves a value for
/// each bin to come; more than `n_bins` if the capacity is too small.
fn fill(ends: &[usize], n_bins: usize, capacity: usize) -> impl Iterator<Item = Range<usize>> {
    let (mut n_values, mut n_rows) = (0, 0);
    let mut n_bins_left = n_bins;
    iter::from_fn(move || {
        let (least, start) = (n_values, n_rows);
        n_bins_left = n_bins_left.saturating_sub(1);
        n_values += ends[least..].partition_point(|end| end - start <= capacity);
        n_values = n_values.min(ends.len().saturating_sub(n_bins_left)).max(least + 1);
        n_rows = *ends.get(n_values - 1)?;
        Some(start..n_rows)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of rows in each bin, from the number of rows of each value.
    fn sizes(n_rows: &[usize], n_bins: usize) -> Vec<usize> {
        let up_to = |value| n_rows[..=value].iter().sum();
        let ends: Vec<usize> = (0..n_rows.len()).map(up_to).collect();
        group(&ends, n_bins).map(|bin| bin.len()).collect()
    }

    #[test]
    fn bins_have_about_equally_many_rows() {
        assert_eq!(sizes(&[1; 12], 4), [3, 3, 3, 3]);
        assert_eq!(sizes(&[1; 10], 4), [3, 3, 3, 1]);
        assert_eq!(sizes(&[1; 9], 2), [5, 4]);
        assert_eq!(sizes(&[5, 1, 2, 4, 6], 3), [6, 6, 6]);
    }

    #[test]
    fn there_are_as_many_bins_as_were_asked_for() {
        // Bins of two rows are needed, and three of them would do.
        assert_eq!(sizes(&[1; 5], 4), [2, 1, 1, 1]);
        for n_bins in 2..100 {
            let sizes = sizes(&[1; 100], n_bins);
            assert_eq!((sizes.len(), sizes.iter().sum()), (n_bins, 100));
            assert_eq!(sizes.iter().max(), Some(&100_usize.div_ceil(n_bins)));
        }
    }

    #[test]
    fn a_value_of_many_rows_leaves_the_other_bins_to_the_others() {
        assert_eq!(sizes(&[1, 1, 1, 1, 90, 1, 1, 1], 4), [3, 1, 90, 3]);
        assert_eq!(sizes(&[1, 90], 2), [1, 90]);
        assert_eq!(sizes(&[90, 1, 1, 1, 1], 3), [90, 2, 2]);
    }

    #[test]
    fn rows_get_the_numbers_of_their_bins_and_bins_know_their_ranges() {
        let values = [7.0, -1.0, f32::NAN, 3.0, 4.0, -1.0, 7.5, 5.0];
        let order = [(0, 1), (0, 5), (1, 3), (2, 4), (3, 7), (4, 0), (9, 6)];
        let order = order.map(|(value, row): (u64, u64)| value << 32 | row);
        let mut ranks = [3; 8];
        let bins = Bins::new(ColumnView::new(&values, None), &order, 3, &mut ranks);
        // Three rows, three and one.
        assert_eq!(ranks, [1, 0, 3, 0, 1, 0, 2, 1]);
        assert_eq!(bins.ranges, [[-1.0, 3.0], [4.0, 7.0], [7.5, 7.5]]);
        assert_eq!([-1.0, 3.0, 5.0, 7.5].map(|value| bins.range(value)[0]), [-1.0, -1.0, 4.0, 7.5]);
    }
}
