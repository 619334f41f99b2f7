//! Columns as dense integer ranks, made once a forest: growing a tree is integer work from then on.
//! A value that is missing (not a number) ranks after all others.

use super::column::ColumnView;

/// A column and a rank for every row.
pub(crate) struct RankedColumn<'a> {
    /// For each row, the position of its value among the different ones, ascending; their number if
    /// it is missing.
    pub(crate) ranks: Vec<u32>,
    /// How many different values there are.
    pub(crate) n_values: usize,
    has_missing: bool,
    column: ColumnView<'a>,
}

impl<'a> RankedColumn<'a> {
    /// Ranks a column of values that are finite or missing.
    pub(crate) fn new(column: ColumnView<'a>) -> Self {
        let n_rows = column.len();
        let rows = column.values(0..n_rows).zip(0..).filter(|(value, _)| !value.is_nan());
        let mut order: Vec<(u32, u32)> =
            rows.map(|(value, row)| (ordered_bits(value), row)).collect();
        order.sort_unstable();

        let n_values = 1 + order.windows(2).filter(|pair| pair[0].0 != pair[1].0).count();
        let n_values = if order.is_empty() { 0 } else { n_values };
        let mut ranks = vec![n_values as u32; n_rows];
        let mut rank = 0;
        let mut previous = order.first().map(|&(bits, _)| bits);
        for &(bits, row) in &order {
            rank += u32::from(previous != Some(bits));
            previous = Some(bits);
            ranks[row as usize] = rank;
        }
        Self { ranks, n_values, has_missing: order.len() < n_rows, column }
    }

    /// Whether a row has no value.
    pub(crate) fn has_missing(&self) -> bool {
        self.has_missing
    }

    /// The rank of rows without a value.
    pub(crate) fn missing_rank(&self) -> u32 {
        self.n_values as u32
    }

    /// How many ranks there are, that of missing values among them if there are any.
    pub(crate) fn n_ranks(&self) -> usize {
        self.n_values + usize::from(self.has_missing)
    }

    /// A threshold that sends the value of row `left` left and that of row `right`, which is greater or
    /// missing, right under `x <= threshold`: the midpoint, or the left value where rounding would
    /// lift the midpoint onto the right one. All values are below the threshold that parts them from
    /// missing ones.
    pub(crate) fn threshold(&self, left: u32, right: u32) -> f32 {
        let [low, high] = [left, right].map(|row| self.column.value(row as usize));
        if high.is_nan() {
            return f32::INFINITY;
        }
        let midpoint = f64::midpoint(f64::from(low), f64::from(high)) as f32;
        // Of both zeros one is meant.
        (if midpoint < high { midpoint } else { low }) + 0.0
    }
}

/// Bits that sort as the values do; both zeros are one value.
fn ordered_bits(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f32]) -> RankedColumn<'_> {
        RankedColumn::new(ColumnView::new(values, None))
    }

    #[test]
    fn ranks_are_dense_and_the_two_zeros_are_one_value() {
        let column = column(&[3.0, -0.0, -2.5, 0.0, 3.0]);
        assert_eq!(column.ranks, [2, 1, 0, 1, 2]);
        assert_eq!((column.n_values, column.n_ranks(), column.has_missing()), (3, 3, false));
    }

    #[test]
    fn missing_values_rank_after_all_others_whatever_their_sign() {
        let some_missing = column(&[f32::NAN, 7.0, -f32::NAN, 1.0]);
        assert_eq!(some_missing.ranks, [2, 1, 2, 0]);
        assert_eq!((some_missing.n_ranks(), some_missing.missing_rank()), (3, 2));
        assert_eq!(some_missing.threshold(1, 2), f32::INFINITY);
        let all_missing = column(&[f32::NAN; 3]);
        assert_eq!(all_missing.ranks, [0; 3]);
        assert_eq!((all_missing.n_ranks(), all_missing.missing_rank()), (1, 0));
    }

    #[test]
    fn a_threshold_separates_even_neighbouring_and_extreme_floats() {
        let next = f32::from_bits(1.0_f32.to_bits() + 1);
        let values = [f32::MIN, 1.0, next, 5.0, 8.0, f32::MAX];
        let column = column(&values);
        for left in 0..values.len() - 1 {
            let threshold = column.threshold(left as u32, left as u32 + 1);
            assert!(values[left] <= threshold && threshold < values[left + 1]);
        }
        assert_eq!(column.threshold(3, 4), 6.5);
    }

    #[test]
    fn a_threshold_at_zero_has_no_sign() {
        let low = -f32::from_bits(1);
        for zero in [0.0, -0.0] {
            let threshold = column(&[zero, f32::from_bits(1)]).threshold(0, 1);
            assert_eq!(threshold.to_bits(), 0, "{threshold}");
            assert_eq!(column(&[low, zero]).threshold(0, 1), low);
        }
    }
}
