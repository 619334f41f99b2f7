//! Columns as dense integer ranks, made once a forest: growing a tree is integer work from then on.

/// One column: a rank for every row, a value for every rank.
pub(crate) struct RankedColumn {
    /// For each row, the position of its value in `values`.
    pub(crate) ranks: Vec<u32>,
    /// The column's different values, ascending.
    pub(crate) values: Vec<f32>,
}

impl RankedColumn {
    /// Ranks a column of finite values.
    pub(crate) fn new(column: impl Iterator<Item = f32>) -> Self {
        let mut order: Vec<(u32, u32)> =
            column.zip(0..).map(|(value, row)| (ordered_bits(value), row)).collect();
        order.sort_unstable();

        let mut ranks = vec![0; order.len()];
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
        Self { ranks, values }
    }

    /// A threshold that sends rank `left` left and rank `right` right under `x <= threshold`: the
    /// midpoint, or the left value where rounding would lift the midpoint onto the right one.
    pub(crate) fn threshold(&self, left: u32, right: u32) -> f32 {
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
