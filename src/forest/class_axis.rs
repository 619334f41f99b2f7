//! One number for each of three classes or more, such that the means of levels' rows differ as much as can be:
//! the first principal component of the levels' class shares (Coppersmith, Hong and Hosking,
//! "Partitioning nominal attributes in decision trees", Data Mining and Knowledge Discovery 3, 1999;
//! Wright and König, "Splitting on categorical predictors in random forests", `PeerJ` 7:e6339, 2019).

use std::collections::BTreeMap;
use std::ops::Range;

/// The maximum number of iterations of the principal component …
const MAX_ITERATIONS: usize = 1000;

/// … and, in large tables, of visited cells, but there are always a few iterations.
const MAX_VISITS: usize = 1 << 28;
const MIN_ITERATIONS: usize = 32;

/// The component has converged when none of its entries moves by more than this.
const CONVERGED: f64 = 1e-13;

/// Magnitudes that differ by no more than this share are equal but for rounding.
const SAME_MAGNITUDE: f64 = 1e-9;

/// The component, an entry a class, of length 1. Its sign is such that its entry of greatest magnitude, the
/// first of equals, is positive.
///
/// `rows` are levels, class codes and weights; those of weight 0 do not count. Time and memory grow with
/// the different pairs of level and class, not with the product of their numbers.
pub(super) fn class_axis(
    n_classes: usize,
    rows: impl IntoIterator<Item = (u32, u32, f64)>,
) -> Vec<f64> {
    ClassShares::new(n_classes, rows).principal_component()
}

/// The levels that have rows, ascending, with the shares of the classes that occur in each.
struct ClassShares {
    levels: Vec<LevelShares>,
    /// Classes and their shares of the level's weight, level by level.
    entries: Vec<(u32, f64)>,
    /// Each class's share of the weight of all rows.
    means: Vec<f64>,
}

struct LevelShares {
    code: u32,
    /// Its share of the weight of all rows.
    weight: f64,
    entries: Range<usize>,
}

impl ClassShares {
    fn new(n_classes: usize, rows: impl IntoIterator<Item = (u32, u32, f64)>) -> Self {
        let mut cells = BTreeMap::new();
        for (level, class, weight) in rows.into_iter().filter(|(.., weight)| *weight > 0.0) {
            *cells.entry((level, class)).or_insert(0.0) += weight;
        }
        let mut levels: Vec<LevelShares> = Vec::new();
        let mut entries = Vec::with_capacity(cells.len());
        for ((code, class), weight) in cells {
            let next = entries.len();
            entries.push((class, weight));
            match levels.last_mut().filter(|level| level.code == code) {
                Some(level) => {
                    level.weight += weight;
                    level.entries.end = next + 1;
                }
                None => levels.push(LevelShares { code, weight, entries: next..next + 1 }),
            }
        }

        let total: f64 = levels.iter().map(|level| level.weight).sum();
        let mut means = vec![0.0; n_classes];
        for level in &mut levels {
            for (class, share) in &mut entries[level.entries.clone()] {
                means[*class as usize] += *share / total;
                *share /= level.weight;
            }
            level.weight /= total;
        }
        Self { levels, entries, means }
    }

    fn product(&self, level: &LevelShares, vector: &[f64]) -> f64 {
        let entries = &self.entries[level.entries.clone()];
        entries.iter().map(|&(class, share)| share * vector[class as usize]).sum()
    }

    /// The first eigenvector of the shares' covariance, by power iteration.
    ///
    /// Where the first eigenvalue is hardly greater than the second, what the last iteration left.
    fn principal_component(&self) -> Vec<f64> {
        let cells = self.entries.len() + self.means.len();
        let n_iterations = (MAX_VISITS / cells).clamp(MIN_ITERATIONS, MAX_ITERATIONS);
        let mut vector = self.start();
        for _ in 0..n_iterations {
            let mut next = self.covariance_times(&vector);
            if !normalize(&mut next) {
                break;
            }
            let moved = next.iter().zip(&vector).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            vector = next;
            if moved <= CONVERGED {
                break;
            }
        }
        fix_sign(&mut vector);
        vector
    }

    /// A vector that no table is likely to be orthogonal to: multiples of the golden ratio, of which
    /// only the fractions are kept.
    fn start(&self) -> Vec<f64> {
        let golden = f64::midpoint(1.0, 5.0_f64.sqrt());
        (1..=self.means.len()).map(|i| (i as f64 * golden).fract() - 0.5).collect()
    }

    /// The covariance is never built: with as many classes as there may be, it would not fit.
    fn covariance_times(&self, vector: &[f64]) -> Vec<f64> {
        let mean: f64 = self.means.iter().zip(vector).map(|(mean, entry)| mean * entry).sum();
        let mut product = vec![0.0; vector.len()];
        let mut rest = 0.0;
        for level in &self.levels {
            let deviation = level.weight * (self.product(level, vector) - mean);
            for &(class, share) in &self.entries[level.entries.clone()] {
                product[class as usize] += deviation * share;
            }
            rest += deviation;
        }
        product.iter_mut().zip(&self.means).for_each(|(entry, mean)| *entry -= rest * mean);
        product
    }
}

/// Scales a vector to the length 1; `false` if it has none.
fn normalize(vector: &mut [f64]) -> bool {
    let length = vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
    if length > 0.0 {
        for entry in vector {
            *entry /= length;
        }
    }
    length > 0.0
}

fn fix_sign(vector: &mut [f64]) {
    let greatest = vector.iter().map(|entry| entry.abs()).fold(0.0, f64::max);
    let is_greatest = |entry: &&f64| entry.abs() >= greatest * (1.0 - SAME_MAGNITUDE);
    if vector.iter().find(is_greatest).is_some_and(|&entry| entry < 0.0) {
        for entry in vector {
            *entry = -*entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row a cell of a table of weights, levels × classes.
    fn cells<const CLASSES: usize>(
        table: &[[f64; CLASSES]],
    ) -> impl Iterator<Item = (u32, u32, f64)> {
        (0..).zip(table).flat_map(|(level, weights)| {
            (0..).zip(weights).map(move |(class, &weight)| (level, class, weight))
        })
    }

    // Tables with the component that NumPy 2.4.6 finds: P = N / N.sum(1), w = N.sum(1) / N.sum(), C = P - w @ P,
    // v = eigh((C * w[:, None]).T @ C) of the greatest eigenvalue, with our sign.
    #[test]
    fn the_axis_is_the_first_principal_component() {
        assert_component(
            &[[5.0, 1.0, 2.0], [0.0, 4.0, 3.0], [2.0, 2.0, 9.0], [7.0, 0.0, 1.0], [1.0, 6.0, 0.0]],
            [0.766_803_960_698_292_6, -0.626_319_176_926_619_2, -0.140_484_783_771_673_23],
        );
        assert_component(
            &[
                [3.0, 0.0, 1.0, 4.0],
                [0.0, 2.0, 0.0, 1.0],
                [6.0, 6.0, 1.0, 0.0],
                [1.0, 0.0, 5.0, 2.0],
                [0.0, 0.0, 0.0, 9.0],
                [2.0, 8.0, 1.0, 1.0],
                [4.0, 1.0, 0.0, 0.0],
            ],
            [
                -0.319_529_438_614_537_36,
                -0.521_245_696_999_571,
                0.051_096_052_277_216_25,
                0.789_679_083_336_892_5,
            ],
        );
        assert_component(
            &[[2.5, 0.25, 0.0], [0.5, 1.5, 0.125], [0.0, 0.75, 3.0], [1.0, 1.0, 1.5]],
            [0.721_877_482_708_555_8, -0.030_530_395_562_636_26, -0.691_347_087_145_919_5],
        );
    }

    fn assert_component<const CLASSES: usize>(table: &[[f64; CLASSES]], component: [f64; CLASSES]) {
        for (ours, theirs) in class_axis(CLASSES, cells(table)).into_iter().zip(component) {
            assert!((ours - theirs).abs() < 1e-10, "{table:?}: {ours} is not {theirs}");
        }
    }

    #[test]
    fn the_first_of_equal_entries_is_positive() {
        // Four levels, two by two alike; the classes that differ are 0 and 2.
        let table = [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0], [0.0, 2.0, 4.0], [4.0, 2.0, 0.0]];
        let half = 0.5_f64.sqrt();
        assert_component(&table, [half, 0.0, -half]);
    }

    #[test]
    fn many_levels_of_many_classes_need_no_table_of_all_pairs() {
        // 10^5 levels × 65,536 classes would be 52 GB. Even levels are of class 7, odd ones of a
        // class of their own: what tells them apart is whether they are of class 7.
        let class = |level: u32| if level.is_multiple_of(2) { 7 } else { level / 2 + 8 };
        let rows = (0..100_000).map(|level| (level, class(level), 1.0));
        let axis = class_axis(65_536, rows);
        let others = axis.iter().enumerate().filter(|&(class, _)| class != 7);
        assert!(axis[7] > 0.9 && others.clone().all(|(_, &entry)| entry < 0.1), "{}", axis[7]);
    }
}
