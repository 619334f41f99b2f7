//! Which features say much the same, so that it makes little sense to take one of them away alone.

use std::collections::BTreeMap;

use crate::{Features, threads};

/// How closely features are associated that are as good as one.
pub const CORRELATED: f64 = 0.8;

/// The most rows that are looked at.
const MAX_ROWS: usize = 2000;

/// Puts features (of rows × features) that are associated at least `threshold`, from 0 to 1, into the same group, be it by
/// way of others (single linkage). Each feature is in one group; groups and features are in the order of their first.
///
/// Two features in which order means something are associated by Spearman's correlation, whatever its sign; two
/// categories by Cramér's V, corrected for bias (Bergsma 2013, *A bias-correction for Cramér's V and Tschuprow's T*); a
/// category and another feature by the correlation ratio of the latter's ranks, corrected likewise (Kelley 1935, *An
/// unbiased correlation ratio measure*), so that a category of many levels is not associated with everything. Only rows
/// count that have both values; ranks are those among all values of a feature.
///
/// It takes time by features² × rows, of which it looks at 2,000 at most, evenly chosen.
///
/// ```
/// use forest::explain::{CORRELATED, correlated_features};
/// use ndarray::array;
///
/// let x = array![[1.0_f32, 5.0, 9.0], [2.0, 9.0, 4.0], [3.0, 6.0, 1.0], [4.0, 8.0, 0.0]];
/// assert_eq!(correlated_features(x.view(), &[false; 3], CORRELATED), [vec![0, 2], vec![1]]);
/// ```
///
/// # Panics
/// If it is not said of each feature whether it is a category, or a row lacks a column.
pub fn correlated_features<'a>(
    x: impl Into<Features<'a>>,
    is_category: &[bool],
    threshold: f64,
) -> Vec<Vec<usize>> {
    let x = x.into();
    let n_features = x.n_features();
    assert_eq!(is_category.len(), n_features, "a kind for each feature");
    let len = x.n_rows().min(MAX_ROWS);
    let ranks = threads::map(0..n_features, |feature| {
        let value = |row: usize| x.value(row * x.n_rows() / len, feature);
        ranks(&(0..len).map(value).collect::<Vec<f32>>())
    });
    // The first feature of the group that each is in.
    let mut first: Vec<usize> = (0..n_features).collect();
    for a in 0..n_features {
        let others: Vec<usize> = (a + 1..n_features).filter(|&b| first[b] != first[a]).collect();
        let are_linked = threads::map(&others, |&b| {
            let pairs = ranks[a].iter().zip(&ranks[b]).map(|(&a, &b)| (a, b));
            let pairs: Vec<_> = pairs.filter(|&(a, b)| a > 0 && b > 0).collect();
            let association = match (is_category[a], is_category[b]) {
                (false, false) => spearman(&pairs).abs(),
                (true, true) => cramers_v(&pairs),
                (true, false) => correlation_ratio(&pairs),
                (false, true) => {
                    correlation_ratio(&pairs.iter().map(|&(a, b)| (b, a)).collect::<Vec<_>>())
                }
            };
            association >= threshold
        });
        for (b, _) in others.into_iter().zip(are_linked).filter(|(_, is_linked)| *is_linked) {
            let [kept, gone] = [first[a].min(first[b]), first[a].max(first[b])];
            first.iter_mut().filter(|first| **first == gone).for_each(|first| *first = kept);
        }
    }
    let members = |group| (0..n_features).filter(|&feature| first[feature] == group).collect();
    (0..n_features).filter(|&feature| first[feature] == feature).map(members).collect()
}

/// Twice the average rank, from 1, of each value, which is a whole number; 0 of a missing value.
fn ranks(values: &[f32]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&row| !values[row].is_nan()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0; values.len()];
    let mut n_before = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        for &row in equal {
            ranks[row] = 2 * n_before + equal.len() as u32 + 1;
        }
        n_before += equal.len() as u32;
    }
    ranks
}

/// Pearson's correlation of ranks; 0 where one of them does not vary.
fn spearman(pairs: &[(u32, u32)]) -> f64 {
    let sum = |of: fn(f64, f64) -> f64| -> f64 {
        pairs.iter().map(|&(a, b)| of(f64::from(a), f64::from(b))).sum()
    };
    let (n, a, b) = (pairs.len() as f64, sum(|a, _| a), sum(|_, b| b));
    let [aa, bb] = [n * sum(|a, _| a * a) - a * a, n * sum(|_, b| b * b) - b * b];
    let ab = n * sum(|a, b| a * b) - a * b;
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}

/// Cramér's V without its bias (Bergsma 2013, section 3); 0 where one of two does not vary.
fn cramers_v(pairs: &[(u32, u32)]) -> f64 {
    let counts = |of: fn(&(u32, u32)) -> (u32, u32)| {
        let mut counts = BTreeMap::new();
        for pair in pairs {
            *counts.entry(of(pair)).or_insert(0.0) += 1.0;
        }
        counts
    };
    let [a, b] = [counts(|&(a, _)| (a, 0)), counts(|&(_, b)| (0, b))];
    let cell = |(&(of_a, of_b), n): (&(u32, u32), &f64)| n * n / (a[&(of_a, 0)] * b[&(0, of_b)]);
    let phi_2 = counts(|&pair| pair).iter().map(cell).sum::<f64>() - 1.0;
    let (n, a, b) = (pairs.len() as f64, a.len() as f64 - 1.0, b.len() as f64 - 1.0);
    // By chance there is as much.
    let phi_2 = (phi_2 - a * b / (n - 1.0)).max(0.0);
    let most = (a - a * a / (n - 1.0)).min(b - b * b / (n - 1.0));
    if most > 0.0 { (phi_2 / most).sqrt() } else { 0.0 }
}

/// The correlation ratio, of categories and ranks, without its bias (Kelley 1935: its square is the part of the variance of
/// ranks that the mean ranks of categories explain, both estimated without bias); 0 where one of them does not vary.
fn correlation_ratio(pairs: &[(u32, u32)]) -> f64 {
    let mut of_levels = BTreeMap::new();
    for &(level, rank) in pairs {
        let (n, sum) = of_levels.entry(level).or_insert((0.0, 0.0));
        *n += 1.0;
        *sum += f64::from(rank);
    }
    let squares = |mean: &dyn Fn(u32) -> f64| -> f64 {
        let difference = |&(level, rank): &(u32, u32)| f64::from(rank) - mean(level);
        pairs.iter().map(difference).map(|difference| difference * difference).sum()
    };
    let (n, sum) = of_levels.values().fold((0.0, 0.0), |all, of| (all.0 + of.0, all.1 + of.1));
    let within = squares(&|level| of_levels[&level].1 / of_levels[&level].0);
    let total = squares(&|_| sum / n);
    let not_explained = within / (n - of_levels.len() as f64) / (total / (n - 1.0));
    // Not a number where each row has a level of its own, or all have the same rank.
    (1.0 - not_explained).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    const NAN: f32 = f32::NAN;

    fn pairs(a: &[f32], b: &[f32]) -> Vec<(u32, u32)> {
        let pairs = ranks(a).into_iter().zip(ranks(b));
        pairs.filter(|&(a, b)| a > 0 && b > 0).collect()
    }

    #[track_caller]
    fn assert_near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }

    #[test]
    fn ranks_are_doubled_averages() {
        assert_eq!(ranks(&[5.0, -1.0, NAN, 5.0, 0.0, -0.0, f32::INFINITY]), [9, 2, 0, 9, 5, 5, 12]);
    }

    /// The numbers are scipy 1.17's `spearmanr`, and NumPy's by the formulas of the papers.
    #[test]
    fn associations_are_those_of_scipy() {
        let a = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0];
        let b = [2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0, 8.0, 2.0, 8.0, 4.0, 5.0];
        assert_near(spearman(&pairs(&a, &b)), 0.141_579_686_363_984_2);
        let (mut some_a, mut some_b) = (a, b);
        (some_a[2], some_a[7]) = (NAN, NAN);
        (some_b[0], some_b[7], some_b[11]) = (NAN, NAN, NAN);
        assert_near(spearman(&pairs(&some_a, &some_b)), -0.002_937_425_770_123_319);

        let c = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0];
        let d = [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 2.0, 1.0, 2.0, 2.0, 1.0];
        assert_near(cramers_v(&pairs(&c, &d)), 0.785_584_404_849_572_6);
        assert_near(correlation_ratio(&pairs(&c, &a)), 0.698_709_127_208_486_1);
        assert_near(correlation_ratio(&pairs(&d, &b)), 0.132_650_686_140_230_7);
    }

    #[test]
    fn what_is_the_same_has_1_and_what_does_not_vary_0() {
        let (a, one) = ([1.0, 2.0, 2.0, 3.0, 7.0, 1.0], [4.0; 6]);
        let turned = a.map(|value| -value);
        assert_eq!([spearman(&pairs(&a, &a)), spearman(&pairs(&a, &turned))], [1.0, -1.0]);
        assert_near(cramers_v(&pairs(&a, &turned)), 1.0);
        assert_near(correlation_ratio(&pairs(&a, &a)), 1.0);
        // A category each row of which is another says nothing.
        let ids = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        for pairs in [
            pairs(&a, &one),
            pairs(&one, &a),
            pairs(&[], &[]),
            pairs(&[1.0], &[2.0]),
            pairs(&[NAN; 6], &a),
        ] {
            let all = [spearman(&pairs), cramers_v(&pairs), correlation_ratio(&pairs)];
            assert_eq!(all, [0.0; 3]);
        }
        assert_eq!(cramers_v(&pairs(&ids, &a)), 0.0);
        assert_eq!(correlation_ratio(&pairs(&ids, &a)), 0.0);
    }

    #[test]
    fn groups_are_a_partition_in_the_order_of_their_first_features() {
        // 0 and 4 are alike by way of 2; 1 is a category that 3 follows from; 5 is like nothing.
        let x = Array2::from_shape_fn((5000, 6), |(row, feature)| {
            let row = row as f32;
            match feature {
                0 => row,
                1 => row % 3.0,
                2 => -row * (1.0 + (row % 7.0) / 9.0),
                3 => (row * 2.0) % 3.0,
                4 => row * (1.0 + (row % 7.0) / 9.0) * (1.0 + (row % 5.0) / 5.0),
                _ => (row * 37.0) % 101.0,
            }
        });
        let is_category = [false, true, false, false, false, false];
        let groups = |threshold| correlated_features(x.view(), &is_category, threshold);
        let spearman = |a: usize, b: usize| {
            spearman(&pairs(&x.column(a).to_vec(), &x.column(b).to_vec())).abs()
        };
        let [near, also_near, far] = [spearman(0, 2), spearman(2, 4), spearman(0, 4)];
        let threshold = f64::midpoint(near.min(also_near), far);
        assert!(far < threshold, "{near} {also_near} {far}");
        assert_eq!(groups(threshold), [vec![0, 2, 4], vec![1, 3], vec![5]]);
        assert_eq!(groups(0.999), [vec![0], vec![1, 3], vec![2], vec![4], vec![5]]);
        assert_eq!(groups(0.0), [vec![0, 1, 2, 3, 4, 5]]);
        assert!(correlated_features(Array2::<f32>::zeros((3, 0)).view(), &[], 0.5).is_empty());
    }
}
