//! Columns as dense integer ranks, made once a forest: growing a tree is integer work from then on.
//! A value that is missing (not a number) ranks after all others.

/// One column: a rank for every row, a value for every rank.
pub(crate) struct RankedColumn {
    /// For each row, the position of its value in `values`; the length of `values` if it is missing.
    pub(crate) ranks: Vec<u32>,
    /// The column's different values, ascending.
    pub(crate) values: Vec<f32>,
    has_missing: bool,
}

impl RankedColumn {
    /// Ranks a column of values that are finite or missing.
    pub(crate) fn new(column: impl Iterator<Item = f32>) -> Self {
        let mut n_rows = 0;
        let rows = column.inspect(|_| n_rows += 1).zip(0..).filter(|(value, _)| !value.is_nan());
        let mut order: Vec<(u32, u32)> =
            rows.map(|(value, row)| (ordered_bits(value), row)).collect();
        order.sort_unstable();

        let has_missing = order.len() < n_rows;
        let mut ranks = vec![u32::MAX; n_rows];
        let mut values = Vec::new();
        let mut previous = None;
        for (bits, row) in order {
            if previous != Some(bits) {
                previous = Some(bits);
                values.push(value_of(bits));
            }
            ranks[row as usize] = (values.len() - 1) as u32;
        }
        values.shrink_to_fit();
        if has_missing {
            let missing = values.len() as u32;
            for rank in &mut ranks {
                *rank = missing.min(*rank);
            }
        }
        Self { ranks, values, has_missing }
    }

    /// Whether a row has no value.
    pub(crate) fn has_missing(&self) -> bool {
        self.has_missing
    }

    /// The rank of rows without a value.
    pub(crate) fn missing_rank(&self) -> u32 {
        self.values.len() as u32
    }

    /// How many ranks there are, that of missing values among them if there are any.
    pub(crate) fn n_ranks(&self) -> usize {
        self.values.len() + usize::from(self.has_missing)
    }

    /// A threshold that sends rank `left` left and rank `right` right under `x <= threshold`: the
    /// midpoint, or the left value where rounding would lift the midpoint onto the right one. All
    /// values are below the threshold that parts them from missing ones.
    pub(crate) fn threshold(&self, left: u32, right: u32) -> f32 {
        if right == self.missing_rank() {
            return f32::INFINITY;
        }
        let (low, high) = (self.values[left as usize], self.values[right as usize]);
        let midpoint = f64::midpoint(f64::from(low), f64::from(high)) as f32;
        if midpoint < high { midpoint } else { low }
    }
}

/// Bits that sort as the values do; both zeros are one value.
fn ordered_bits(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
}

/// The value whose ordered bits these are.
fn value_of(bits: u32) -> f32 {
    f32::from_bits(if bits >> 31 == 1 { bits & !(1 << 31) } else { !bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_dense_and_the_two_zeros_are_one_value() {
        let column = RankedColumn::new([3.0, -0.0, -2.5, 0.0, 3.0].into_iter());
        assert_eq!(column.ranks, [2, 1, 0, 1, 2]);
        assert_eq!(column.values, [-2.5, 0.0, 3.0]);
        assert_eq!((column.n_ranks(), column.has_missing()), (3, false));
    }

    #[test]
    fn missing_values_rank_after_all_others_whatever_their_sign() {
        let column = RankedColumn::new([f32::NAN, 7.0, -f32::NAN, 1.0].into_iter());
        assert_eq!(column.ranks, [2, 1, 2, 0]);
        assert_eq!((column.n_ranks(), column.missing_rank()), (3, 2));
        assert_eq!(column.threshold(1, 2), f32::INFINITY);
        let all_missing = RankedColumn::new([f32::NAN; 3].into_iter());
        assert_eq!(all_missing.ranks, [0; 3]);
        assert_eq!((all_missing.n_ranks(), all_missing.missing_rank()), (1, 0));
    }

    #[test]
    fn a_threshold_separates_even_neighbouring_and_extreme_floats() {
        let next = f32::from_bits(1.0_f32.to_bits() + 1);
        let column = RankedColumn::new([1.0, next, f32::MAX, f32::MIN, 5.0, 8.0].into_iter());
        for left in 0..column.values.len() as u32 - 1 {
            let threshold = column.threshold(left, left + 1);
            assert!(column.values[left as usize] <= threshold);
            assert!(threshold < column.values[left as usize + 1]);
        }
        assert_eq!(column.threshold(3, 4), 6.5);
    }
}
