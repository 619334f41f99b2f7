//! The order of a category's levels for splitting: with levels numbered by what their rows say of
//! the target, a cut of the numbers parts the levels as no cut of an alphabet would.
//!
//! For two classes and for values the best partition of all rows into two is a cut of this order
//! (Fisher, "On grouping for maximum homogeneity", JASA 53, 1958; Breiman et al., "Classification
//! and Regression Trees", 1984, section 9.4). For more classes the order is that of the first
//! principal component (Coppersmith, Hong and Hosking, "Partitioning nominal attributes in decision
//! trees", Data Mining and Knowledge Discovery 3, 1999), once for the whole forest (Wright and
//! König, "Splitting on categorical predictors in random forests", `PeerJ` 7:e6339, 2019).

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

/// The position of each of `n_levels` levels in the order of their rows' mean targets; `None` for
/// levels without rows. Equal levels are in the order of their codes.
///
/// `rows` are levels, targets and weights, all finite. Rows of weight 0 do not count.
pub(crate) fn order_by_value(
    n_levels: usize,
    rows: impl IntoIterator<Item = (u32, f64, f64)>,
) -> Vec<Option<u32>> {
    let mut sums = vec![(0.0, 0.0); n_levels];
    for (level, value, weight) in rows {
        let (weights, values) = &mut sums[level as usize];
        *weights += weight;
        *values += weight * value;
    }
    let levels = (0..).zip(sums).filter(|(_, (weights, _))| *weights > 0.0);
    positions(n_levels, levels.map(|(level, (weights, values))| (level, values / weights)))
}

/// Likewise, in the order of the share of class 1 for two classes, and for more in that of the
/// first principal component of the levels' class shares, each level with the weight of its rows.
/// The component's sign is such that its entry of greatest magnitude, the first of equals, is
/// positive.
///
/// `rows` are levels, class codes and weights. Time and memory grow with the different pairs of
/// level and class, not with the product of their numbers.
pub(crate) fn order_by_class(
    n_levels: usize,
    n_classes: usize,
    rows: impl IntoIterator<Item = (u32, u32, f64)>,
) -> Vec<Option<u32>> {
    if n_classes <= 2 {
        let rows = rows.into_iter();
        return order_by_value(n_levels, rows.map(|(level, code, w)| (level, code.into(), w)));
    }
    let shares = ClassShares::new(n_classes, rows);
    positions(n_levels, shares.scores(&shares.principal_component()))
}

/// Numbers levels by ascending scores; the levels given ascend.
fn positions(n_levels: usize, scores: impl IntoIterator<Item = (u32, f64)>) -> Vec<Option<u32>> {
    // Adding 0 makes a negative zero a plain one, which `total_cmp` would tell apart.
    let mut scores: Vec<(u32, f64)> =
        scores.into_iter().map(|(level, score)| (level, score + 0.0)).collect();
    scores.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let mut positions = vec![None; n_levels];
    for (position, (level, _)) in (0..).zip(scores) {
        positions[level as usize] = Some(position);
    }
    positions
}

/// The levels that have rows, ascending, with the shares of the classes that occur in each.
struct ClassShares {
    levels: Vec<Level>,
    /// Classes and their shares of the level's weight, level by level.
    entries: Vec<(u32, f64)>,
    /// Each class's share of the weight of all rows.
    means: Vec<f64>,
}

struct Level {
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
        let mut levels: Vec<Level> = Vec::new();
        let mut entries = Vec::with_capacity(cells.len());
        for ((code, class), weight) in cells {
            let next = entries.len();
            entries.push((class, weight));
            match levels.last_mut().filter(|level| level.code == code) {
                Some(level) => {
                    level.weight += weight;
                    level.entries.end = next + 1;
                }
                None => levels.push(Level { code, weight, entries: next..next + 1 }),
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

    /// Each level with the product of its shares and a vector of an entry a class.
    fn scores(&self, vector: &[f64]) -> impl Iterator<Item = (u32, f64)> {
        self.levels.iter().map(|level| (level.code, self.product(level, vector)))
    }

    fn product(&self, level: &Level, vector: &[f64]) -> f64 {
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
    use linfa::prelude::*;
    use ndarray::{Array1, Array2};

    use super::*;
    use crate::ForestParams;

    /// One row a cell of a table of weights, levels × classes.
    fn cells<const CLASSES: usize>(
        table: &[[f64; CLASSES]],
    ) -> impl Iterator<Item = (u32, u32, f64)> {
        (0..).zip(table).flat_map(|(level, weights)| {
            (0..).zip(weights).map(move |(class, &weight)| (level, class, weight))
        })
    }

    fn all(positions: &[u32]) -> Vec<Option<u32>> {
        positions.iter().copied().map(Some).collect()
    }

    #[test]
    fn two_classes_are_ordered_by_the_share_of_the_second() {
        // Shares of class 1: 3/4, 0/2, 1/2, none, 2/4.
        let table = [[1.0, 3.0], [2.0, 0.0], [1.0, 1.0], [0.0, 0.0], [2.0, 2.0]];
        let expected = [Some(3), Some(0), Some(1), None, Some(2)];
        assert_eq!(order_by_class(5, 2, cells(&table)), expected);
    }

    #[test]
    fn values_are_ordered_by_their_weighted_mean() {
        // Means: (3·1 + 1·5)/4 = 2, -7, 1.5; level 3 has a row of weight 0 only, level 4 none.
        let rows = [(0, 1.0, 3.0), (2, 1.5, 1.0), (1, -7.0, 0.5), (0, 5.0, 1.0), (3, 9.0, 0.0)];
        assert_eq!(order_by_value(5, rows), [Some(2), Some(0), Some(1), None, None]);
    }

    // Tables with the component, the scores and the order that NumPy 2.4.6 finds: P = N /
    // N.sum(1), w = N.sum(1) / N.sum(), C = P - w @ P, v = eigh((C * w[:, None]).T @ C) of the
    // greatest eigenvalue, with our sign; the scores P @ v, and their order.
    #[test]
    fn more_classes_are_ordered_by_the_first_principal_component() {
        assert_component(
            &[[5.0, 1.0, 2.0], [0.0, 4.0, 3.0], [2.0, 2.0, 9.0], [7.0, 0.0, 1.0], [1.0, 6.0, 0.0]],
            [0.766_803_960_698_292_6, -0.626_319_176_926_619_2, -0.140_484_783_771_673_23],
            &[
                0.365_841_382_377_687_15,
                -0.418_104_437_003_070_9,
                -0.075_645_652_800_131_7,
                0.653_392_867_639_546_8,
                -0.427_301_585_837_346_07,
            ],
            &[3, 1, 2, 4, 0],
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
            &[
                0.281_403_008_722_646_8,
                -0.084_270_770_220_749_86,
                -0.384_119_597_031_341_1,
                0.189_413_623_680_666_1,
                0.789_679_083_336_892_5,
                -0.330_687_443_134_294_5,
                -0.359_872_690_291_544_1,
            ],
            &[5, 3, 0, 4, 6, 2, 1],
        );
        assert_component(
            &[[2.5, 0.25, 0.0], [0.5, 1.5, 0.125], [0.0, 0.75, 3.0], [1.0, 1.0, 1.5]],
            [0.721_877_482_708_555_8, -0.030_530_395_562_636_26, -0.691_347_087_145_919_5],
            &[
                0.653_476_766_502_082,
                0.107_635_182_172_745_2,
                -0.559_183_748_829_262_9,
                -0.098_763_869_592_274_22,
            ],
            &[3, 2, 0, 1],
        );
    }

    fn assert_component<const CLASSES: usize>(
        table: &[[f64; CLASSES]],
        component: [f64; CLASSES],
        scores: &[f64],
        order: &[u32],
    ) {
        let close = |ours: f64, theirs: f64| {
            assert!((ours - theirs).abs() < 1e-10, "{table:?}: {ours} is not {theirs}");
        };
        let shares = ClassShares::new(CLASSES, cells(table));
        let ours = shares.principal_component();
        ours.iter().zip(component).for_each(|(&ours, theirs)| close(ours, theirs));
        shares.scores(&ours).zip(scores).for_each(|((_, ours), &theirs)| close(ours, theirs));
        assert_eq!(order_by_class(table.len(), CLASSES, cells(table)), all(order));
    }

    #[test]
    fn levels_that_say_the_same_keep_the_order_of_their_codes() {
        // Four levels, two by two alike; the classes that differ are 0 and 2, of which the first
        // gets the positive entry.
        let table = [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0], [0.0, 2.0, 4.0], [4.0, 2.0, 0.0]];
        assert_eq!(order_by_class(4, 3, cells(&table)), all(&[0, 2, 1, 3]));
        let alike = [[1.0, 1.0, 1.0]; 3];
        assert_eq!(order_by_class(3, 3, cells(&alike)), all(&[0, 1, 2]));
        assert_eq!(order_by_class(2, 3, []), [None, None]);
    }

    #[test]
    fn many_levels_of_many_classes_need_no_table_of_all_pairs() {
        // 10^5 levels × 65,536 classes would be 52 GB. Even levels are of class 7, odd ones of a
        // class of their own: what tells them apart is whether they are of class 7.
        let n_levels = 100_000;
        let class = |level: u32| if level.is_multiple_of(2) { 7 } else { level / 2 + 8 };
        let rows = (0..n_levels).map(|level| (level, class(level), 1.0));
        let order = order_by_class(n_levels as usize, 65_536, rows);
        let half = n_levels / 2;
        for (level, position) in (0_u32..).zip(&order) {
            assert_eq!(position.unwrap() >= half, level.is_multiple_of(2), "level {level}");
        }
    }

    #[test]
    fn the_order_finds_a_split_that_alphabetical_codes_cannot_in_one_cut() {
        // Levels a to f; b, d and f are of class 1.
        let levels: Vec<u32> = (0..60).map(|row| row % 6).collect();
        let classes: Vec<u32> = levels.iter().map(|level| level % 2).collect();
        let rows = levels.iter().zip(&classes).map(|(&level, &class)| (level, class, 1.0));
        let order = order_by_class(6, 2, rows);
        assert_eq!(order, all(&[0, 3, 1, 4, 2, 5]));
        let ordered: Vec<f32> =
            levels.iter().map(|&level| order[level as usize].unwrap() as f32).collect();
        assert_eq!(wrong_after_one_cut(&ordered, &classes), 0);
        // Of the cuts of the alphabet the best are those behind a and before f: 2 levels of 6 are
        // on the wrong side.
        let codes: Vec<f32> = levels.iter().map(|&level| level as f32).collect();
        assert_eq!(wrong_after_one_cut(&codes, &classes), 20);
    }

    fn wrong_after_one_cut(feature: &[f32], classes: &[u32]) -> usize {
        let x = Array2::from_shape_vec((feature.len(), 1), feature.to_vec()).unwrap();
        let y: Array1<usize> = classes.iter().map(|&class| class as usize).collect();
        let params = ForestParams::new().n_trees(1).bootstrap(false).max_depth(Some(1));
        let forest = params.fit(&linfa::Dataset::new(x.clone(), y.clone())).unwrap();
        forest.predict(&x).iter().zip(&y).filter(|(ours, theirs)| ours != theirs).count()
    }
}
