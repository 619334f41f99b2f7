//! How far new rows are from old ones: of each kind of value, or bin of values, there are so many of both.

/// The z-score that chance exceeds once in a thousand times.
const ONCE_IN_A_THOUSAND: f64 = 3.090_232_306_167_813;

/// The population stability index, the sum of (q − p) ln(q / p) over the bins, where p is a bin's share of the old rows
/// and q of the new ones (Siddiqi 2006, *Credit Risk Scorecards*; Jeffreys' divergence). Up to 0.1 is usually called
/// stable, and from 0.25 on a large shift. A bin that is empty on one side counts as half a row there; one that is empty
/// on both does not count.
///
/// ```
/// use forest::metrics::psi;
///
/// // (0.8 − 0.5) ln(0.8 / 0.5) + (0.2 − 0.5) ln(0.2 / 0.5)
/// let psi = psi(&[500, 500], &[80, 20]);
/// assert!((psi - 0.3 * f64::ln(1.6) + 0.3 * f64::ln(0.4)).abs() < 1e-12);
/// ```
pub fn psi(old: &[u64], new: &[u64]) -> f64 {
    let [n_old, n_new] = [old, new].map(total);
    let half = |rows: u64| if rows == 0 { 0.5 } else { rows as f64 };
    let term = |(old, new): (u64, u64)| {
        let (p, q) = (half(old) / n_old, half(new) / n_new);
        (q - p) * libm::log(q / p)
    };
    bins(old, new).map(term).sum()
}

/// What the index is on average if both are rows of one kind: (B − 1)(1 / n + 1 / m) of B bins that are not empty, n old
/// and m new rows (Yurdakul 2018, *Statistical properties of population stability index*).
pub fn psi_by_chance(old: &[u64], new: &[u64]) -> f64 {
    let [n_old, n_new] = [old, new].map(total);
    degrees_of_freedom(old, new) * (1.0 / n_old + 1.0 / n_new)
}

/// Whether old and new rows differ by more than chance makes them differ once in a thousand times: by the likelihood
/// ratio (G) test, which other than Pearson's does not take one rare value among few rows for a shift. The quantile of its
/// chi-squared distribution is Wilson and Hilferty's (1931).
pub fn differ_beyond_chance(old: &[u64], new: &[u64]) -> bool {
    let [n_old, n_new] = [old, new].map(total);
    let term = |rows: u64, expected: f64| {
        if rows == 0 { 0.0 } else { 2.0 * rows as f64 * libm::log(rows as f64 / expected) }
    };
    let of_bin = |(old, new): (u64, u64)| {
        let share = (old + new) as f64 / (n_old + n_new);
        term(old, share * n_old) + term(new, share * n_new)
    };
    let g: f64 = bins(old, new).map(of_bin).sum();
    let df = degrees_of_freedom(old, new);
    if df == 0.0 {
        return false;
    }
    let part = 2.0 / (9.0 * df);
    let root = 1.0 - part + ONCE_IN_A_THOUSAND * part.sqrt();
    g > df * root * root * root
}

/// The Kolmogorov–Smirnov distance, the greatest difference between the shares of rows up to a value, over the values
/// that part the bins, which are in order: it is at most that of the values themselves. None without rows on both sides.
pub fn ks_distance(old: &[u64], new: &[u64]) -> Option<f64> {
    let [n_old, n_new] = [old, new].map(total);
    if n_old == 0.0 || n_new == 0.0 {
        return None;
    }
    let up_to = old.iter().zip(new).scan((0, 0), |(old, new), (more_old, more_new)| {
        (*old, *new) = (*old + more_old, *new + more_new);
        Some((*old as f64 / n_old - *new as f64 / n_new).abs())
    });
    Some(up_to.fold(0.0, f64::max))
}

/// The bins that have rows.
fn bins<'a>(old: &'a [u64], new: &'a [u64]) -> impl Iterator<Item = (u64, u64)> + 'a {
    old.iter().copied().zip(new.iter().copied()).filter(|(old, new)| old + new > 0)
}

fn degrees_of_freedom(old: &[u64], new: &[u64]) -> f64 {
    bins(old, new).count().saturating_sub(1) as f64
}

fn total(rows: &[u64]) -> f64 {
    rows.iter().sum::<u64>() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::assert_close;

    /// The shares are 0.1, 0.2, 0.3, 0.4 of 1,000 and 0.4, 0.3, 0.2, 0.1 of 50.
    const OLD: [u64; 4] = [100, 200, 300, 400];
    const NEW: [u64; 4] = [20, 15, 10, 5];

    #[test]
    fn the_index_is_that_of_numpy() {
        // p, q = old / old.sum(), new / new.sum(); ((q - p) * np.log(q / p)).sum()
        assert_close(psi(&OLD, &NEW), 0.912_869_638_293_567_3);
        assert_close(psi(&NEW, &OLD), 0.912_869_638_293_567_3);
        assert_close(psi(&OLD, &[1, 2, 3, 4]), 0.0);
        // Half a row in place of none, and nothing of what is empty on both sides.
        let expected = (0.5 - 0.005) * (0.5_f64 / 0.005).ln() + (0.5 - 1.0) * 0.5_f64.ln();
        assert_close(psi(&[0, 0, 100], &[0, 5, 5]), expected);
        assert_close(psi_by_chance(&OLD, &NEW), 3.0 * (0.001 + 0.02));
        assert_close(psi_by_chance(&[0, 0, 100], &[0, 5, 5]), 0.01 + 0.1);
    }

    #[test]
    fn the_distance_is_the_greatest_of_the_shares_up_to_a_bin() {
        // Up to the second bin 0.3 and 0.7, up to the third 0.6 and 0.9.
        assert_close(ks_distance(&OLD, &NEW).unwrap(), 0.4);
        assert_eq!(ks_distance(&OLD, &[0; 4]), None);
        assert_close(ks_distance(&[1, 0], &[0, 1]).unwrap(), 1.0);
    }

    #[test]
    fn few_rows_have_to_differ_much_and_one_rare_value_among_three_is_chance() {
        assert!(differ_beyond_chance(&OLD, &NEW));
        // scipy.stats.chi2_contingency(lambda_="log-likelihood") gives p = 3e-9 for these, and 0.029 for a fifth.
        assert!(!differ_beyond_chance(&OLD, &[4, 3, 2, 1]));
        assert!(!differ_beyond_chance(&[86, 86, 86, 0], &[1, 1, 0, 1]));
        let tenths = [100; 10];
        let in_one = |n| std::array::from_fn::<u64, 10, _>(|bin| if bin == 3 { n } else { 0 });
        assert!(differ_beyond_chance(&tenths, &in_one(10)));
        assert!(!differ_beyond_chance(&tenths, &in_one(3)));
        assert!(!differ_beyond_chance(&[7], &[3]));
    }
}
