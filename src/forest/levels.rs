//! A number for each level of a category, so that splits divide levels as they divide numbers: the mean
//! target of the level's rows, drawn towards that of all rows as the level has few.
//!
//! For two classes and for values the best partition of all rows into two is a cut of such numbers
//! (Fisher, "On grouping for maximum homogeneity", JASA 53, 1958; Breiman et al., "Classification
//! and Regression Trees", 1984, section 9.4); of more classes, [`class_axis`] makes one number. How
//! much a level is drawn follows from the variance within levels and between them (Micci-Barreca, "A
//! preprocessing scheme for high-cardinality categorical attributes", SIGKDD Explorations 3, 2001).
//!
//! A row's own target must not show in the values that the row is trained on, or the trees would learn
//! targets by heart. Where it would, each row has the value that its level has by the rows of the
//! other folds (cross-fitting). Elsewhere all rows of a level have the same value, which keeps it apart
//! from other levels.
//!
//! How much does it show? Of a level of *n* rows a row's share in the mean is 1 / *n*, which is seen
//! against the deviation of such means from each other. In units of the deviation of targets, it is
//! squared 1 / (*n* (1 + *n* / *p*)), *p* being the variance within levels divided by that between
//! them. Over categories these squares add up, so each has a part of what is tolerated in all. Two levels give
//! nothing away, for any values part them, and few levels little.

use super::class_axis::class_axis;
use super::scale::scaled;
use super::target::Target;
use crate::tree::random::TreeRng;

/// The number of folds: with more, a row's target shows in the values of the others of its level; with
/// fewer, values owe more to chance.
const N_FOLDS: usize = 3;

/// The random stream that folds come from; trees have the numbers from 0, and probe rows the last.
const STREAM: u64 = u64::MAX - 1;

/// What a row may show of its target in all categories together, as a squared share: an out-of-bag
/// accuracy of noise is then .53 at most.
const TOLERATED: f64 = 1.0 / 50.0;

/// A category of so many levels gives away what one of any number does.
const MANY_LEVELS: f64 = 20.0;

/// The least and the most rows that the mean of all rows counts as, where it is added to a level's. That few
/// rows of a level are alike does not say that they always are.
const MIN_PRIOR: f64 = 0.5;
const MAX_PRIOR: f64 = 10.0;

/// The values of a category. That of a level without any rows would be 0.
#[derive(Debug, PartialEq)]
pub(crate) struct LevelValues {
    /// Of each level, as rows to predict have it; `None` for one without rows that weigh something.
    pub(crate) levels: Vec<Option<f32>>,
    /// Of each row, as trees are trained on it; not a number where the row has no level.
    pub(crate) rows: Vec<f32>,
}

/// A fold for each row, by chance.
pub(crate) fn folds(seed: u64, n_rows: usize) -> Vec<u8> {
    let mut rng = TreeRng::new(seed, STREAM);
    (0..n_rows).map(|_| rng.below(N_FOLDS as u32) as u8).collect()
}

/// What some rows say of a level.
#[derive(Clone, Copy, Default)]
struct LevelRows {
    /// How many there are, or what they weigh, where rows weigh 1 on average.
    n: f64,
    /// The sum of their targets' deviations from the mean.
    sum: f64,
}

impl LevelRows {
    fn total(folds: impl IntoIterator<Item = Self>) -> Self {
        folds.into_iter().fold(Self::default(), |total, rows| Self {
            n: total.n + rows.n,
            sum: total.sum + rows.sum,
        })
    }

    /// The mean of these rows and of `prior` more, which do not deviate.
    fn value(self, prior: f64) -> f32 {
        // Of both zeros, the positive one.
        (self.sum / (self.n + prior)) as f32 + 0.0
    }
}

/// The values of `n_levels` levels: `levels` has the level of each row, `folds` its fold. There are
/// `n_categories` of more than two levels.
pub(crate) fn level_values(
    n_levels: usize,
    n_categories: usize,
    levels: &[Option<u32>],
    target: Target,
    weights: Option<&[f64]>,
    folds: &[u8],
) -> LevelValues {
    let rows = counted_rows(levels, target, weights);
    let mut by_fold = vec![[LevelRows::default(); N_FOLDS]; n_levels];
    let mut squares = 0.0;
    for &(row, level, deviation, weight) in &rows {
        let LevelRows { n, sum } = &mut by_fold[level as usize][usize::from(folds[row])];
        *n += weight;
        *sum += weight * deviation;
        squares += weight * deviation * deviation;
    }
    let totals: Vec<LevelRows> = by_fold.iter().map(|&folds| LevelRows::total(folds)).collect();
    let n_present = totals.iter().filter(|level| level.n > 0.0).count();
    let ratio = variance_ratio(&totals, n_present, rows.len() as f64, squares);
    let prior = ratio.min(MAX_PRIOR);

    let part = (n_present.saturating_sub(2) as f64 / MANY_LEVELS).min(1.0);
    let enough = part * n_categories as f64 / TOLERATED;
    let in_fold = |level: u32, fold: u8| {
        let (level, fold) = (level as usize, usize::from(fold));
        let total = totals[level];
        if total.n * (1.0 + total.n / ratio) >= enough {
            return total.value(prior);
        }
        let others = (0..N_FOLDS).filter(|&other| other != fold);
        LevelRows::total(others.map(|other| by_fold[level][other])).value(prior)
    };
    let in_training = levels.iter().zip(folds);
    LevelValues {
        levels: totals.iter().map(|level| (level.n > 0.0).then(|| level.value(prior))).collect(),
        rows: in_training
            .map(|(level, &fold)| level.map_or(f32::NAN, |l| in_fold(l, fold)))
            .collect(),
    }
}

/// The rows that have a level and a weight: row, level, deviation of the target from the mean, weight.
fn counted_rows(
    levels: &[Option<u32>],
    target: Target,
    weights: Option<&[f64]>,
) -> Vec<(usize, u32, f64, f64)> {
    let weights = weights.map(|weights| scaled(weights).0);
    let weight = |row: usize| weights.as_ref().map_or(1.0, |weights| weights[row]);
    let leveled = levels.iter().enumerate().filter_map(|(row, level)| Some((row, (*level)?)));
    let counted = leveled.filter(|&(row, _)| weight(row) > 0.0);
    let mut rows: Vec<_> = counted.map(|(row, level)| (row, level, 0.0, weight(row))).collect();
    let targets: Vec<f64> = match target {
        Target::Values(values) => scaled(values).0,
        Target::Classes { codes, n_classes } if n_classes <= 2 => {
            codes.iter().copied().map(f64::from).collect()
        }
        Target::Classes { codes, n_classes } => {
            let rows = rows.iter().map(|&(row, level, _, weight)| (level, codes[row], weight));
            let axis = class_axis(n_classes, rows);
            codes.iter().map(|&code| axis[code as usize]).collect()
        }
    };
    let total: f64 = rows.iter().map(|(.., weight)| weight).sum();
    let mean = rows.iter().map(|&(row, .., weight)| weight * targets[row]).sum::<f64>() / total;
    let mean_weight = total / rows.len() as f64;
    for (row, _, deviation, weight) in &mut rows {
        *deviation = targets[*row] - mean;
        *weight /= mean_weight;
    }
    rows
}

/// The variance of targets within levels, divided by that between levels, by the analysis of variance of
/// `n_rows` rows; infinite where levels differ by no more than chance makes them, or nothing can be said: all
/// have one row, or there is one level. It is at least [`MIN_PRIOR`]. `squares` is the sum of the squared deviations.
fn variance_ratio(levels: &[LevelRows], n_present: usize, n_rows: f64, squares: f64) -> f64 {
    let n_present = n_present as f64;
    let present = || levels.iter().filter(|level| level.n > 0.0);
    let explained: f64 = present().map(|level| level.sum * level.sum / level.n).sum();
    let within = (squares - explained).max(0.0) / (n_rows - n_present);
    let squared_rows: f64 = present().map(|level| level.n * level.n).sum();
    let between = (explained - (n_present - 1.0) * within) / (n_rows - squared_rows / n_rows);
    if between > 0.0 && between.is_finite() {
        (within / between).max(MIN_PRIOR)
    } else {
        f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Levels 0 to 2 of three, two and one row, one row without a level, a level 3 without rows.
    const LEVELS: [Option<u32>; 7] = [Some(0), Some(0), None, Some(0), Some(1), Some(1), Some(2)];
    const CLASSES: Target = Target::Classes { codes: &[1, 0, 1, 1, 0, 0, 1], n_classes: 2 };
    const FOLDS: [u8; 7] = [0, 1, 0, 1, 0, 2, 2];

    // By hand. Half of the rows with a level are of class 1: deviations of ±1/2, squares of 3/2 together.
    // Sums 1/2, -1, 1/2; explained 1/12 + 1/2 + 1/4 = 5/6; within (3/2 - 5/6)/(6 - 3) = 2/9; between
    // (5/6 - 2·2/9)/(6 - 14/6) = 7/66; the prior counts as 2/9 : 7/66 = 44/21 rows.
    const PRIOR: f64 = 44.0 / 21.0;

    #[test]
    fn levels_that_differ_by_less_than_chance_tell_nothing() {
        // Within 1/(4 − 2) = 1/2; between (0 − 1/2)/(4 − 8/4) = −1/4.
        let levels = [2.0, 2.0].map(|n| LevelRows { n, sum: 0.0 });
        assert_eq!(variance_ratio(&levels, 2, 4.0, 1.0), f64::INFINITY);
    }

    fn by_hand(sum: f64, n: f64) -> f32 {
        (sum / (n + PRIOR)) as f32
    }

    fn assert_close(ours: impl IntoIterator<Item = f32>, expected: &[f32]) {
        let ours: Vec<f32> = ours.into_iter().collect();
        assert_eq!(ours.len(), expected.len());
        for (a, b) in ours.iter().zip(expected) {
            assert!((a - b).abs() < 1e-6 || a.is_nan() && b.is_nan(), "{ours:?}, not {expected:?}");
        }
    }

    #[test]
    fn a_row_is_trained_on_what_other_folds_say_of_its_level() {
        let values = level_values(4, 20, &LEVELS, CLASSES, None, &FOLDS);
        let full = [by_hand(0.5, 3.0), by_hand(-1.0, 2.0), by_hand(0.5, 1.0)];
        assert_close(values.levels[..3].iter().map(|value| value.unwrap()), &full);
        assert_eq!(values.levels[3], None);
        // Level 0: 0 and 1 in fold 1, then 1 in fold 0. Level 2 has no other fold.
        let [a, b, c] = [by_hand(0.0, 2.0), by_hand(0.5, 1.0), by_hand(-0.5, 1.0)];
        assert_close(values.rows, &[a, b, f32::NAN, b, c, c, 0.0]);
    }

    #[test]
    fn all_rows_of_a_level_have_its_value_where_one_says_little() {
        // The least n (1 + n / prior) is that of level 2, 1 + 21/44 = 1.48. One of three levels has a part
        // of 1/20 in the 50 that are asked for: 2.5; level 1 has 2 (1 + 42/44) = 3.9, level 0 has 7.3.
        let values = level_values(4, 1, &LEVELS, CLASSES, None, &FOLDS);
        let [a, b] = [by_hand(0.5, 3.0), by_hand(-1.0, 2.0)];
        assert_close(values.rows, &[a, a, f32::NAN, a, b, b, 0.0]);
        // With twice as many categories it is 5.
        let values = level_values(4, 2, &LEVELS, CLASSES, None, &FOLDS);
        assert_close(
            values.rows,
            &[a, a, f32::NAN, a, by_hand(-0.5, 1.0), by_hand(-0.5, 1.0), 0.0],
        );
    }

    #[test]
    fn two_levels_have_one_value_each_whatever_their_rows() {
        let levels = [Some(0), Some(1), Some(1), Some(0)];
        let target = Target::Values(&[1.0, 2.0, 2.5, 1.5]);
        let values = level_values(2, 50, &levels, target, None, &[0, 1, 2, 0]);
        let [a, b] = [0, 1].map(|level| values.levels[level].unwrap());
        assert!(a < 0.0 && b > 0.0);
        assert_eq!(values.rows, [a, b, b, a]);
    }

    // NumPy 2.4.6: the axis of `class_axis`' first table, mean and sums of its entries by level, the variances and
    // the prior as above (1.0147 rows).
    #[test]
    fn three_classes_have_the_values_of_their_axis() {
        let table = [[5, 1, 2], [0, 4, 3], [2, 2, 9], [7, 0, 1], [1, 6, 0]];
        let (mut levels, mut codes) = (Vec::new(), Vec::new());
        for (level, counts) in (0..).zip(table) {
            for (code, n) in (0..).zip(counts) {
                levels.extend(vec![Some(level); n]);
                codes.extend(vec![code; n]);
            }
        }
        let target = Target::Classes { codes: &codes, n_classes: 3 };
        let values = level_values(5, 1, &levels, target, None, &vec![0; codes.len()]);
        let expected = [0.298_809_1, -0.390_612_1, -0.097_190_49, 0.553_992_9, -0.398_644_8];
        assert_close(values.levels.into_iter().map(Option::unwrap), &expected);
    }

    // NumPy 2.4.6, likewise: weights with the mean 1, targets divided by 16 (the least power of two above all),
    // 1/2 row for the prior, of which 0.227 are computed.
    #[test]
    fn rows_count_by_their_weights() {
        let levels = [0, 0, 0, 1, 1, 2, 2, 2, 3].map(Some);
        let target = Target::Values(&[3.0, 5.0, 1.0, -2.0, 0.5, 8.0, 6.0, 10.0, 7.0]);
        let weights = [1.0, 2.0, 1.0, 1.0, 0.5, 1.0, 1.0, 2.0, 0.0];
        let expected = [-0.074_471_89, -0.270_227_8, 0.197_636_9];
        for scale in [1.0, 1e-200] {
            let weights = weights.map(|weight| weight * scale);
            let values = level_values(4, 1, &levels, target, Some(&weights), &[0; 9]);
            assert_eq!(values.levels[3], None);
            assert_close(values.levels.into_iter().flatten(), &expected);
        }
    }

    #[test]
    fn levels_of_one_row_say_nothing_in_training() {
        let levels: Vec<_> = (0..9).map(Some).collect();
        let target = Target::Values(&[4.0, 1.0, 3.0, 2.0, 8.0, 6.0, 7.0, 5.0, 9.0]);
        let values = level_values(9, 1, &levels, target, None, &folds(42, 9));
        assert_eq!(values.rows, [0.0; 9]);
        // 4/16 - 5/16, with ten rows of the mean.
        assert_close(values.levels[0], &[-1.0 / 16.0 / 11.0]);
        assert!(values.levels.iter().all(Option::is_some));
    }

    #[test]
    fn a_level_that_comes_twice_with_one_target_does_not_vouch_for_those_that_come_once() {
        // Titles of films: only one is there twice, and by this there is no variance within titles.
        let levels: Vec<_> = (0..40).chain([0]).map(Some).collect();
        let targets: Vec<f64> =
            (0..40_u32).map(|row| f64::from(row * 7 % 40)).chain([0.0]).collect();
        let folds = [vec![0; 40], vec![1]].concat();
        let values = level_values(40, 1, &levels, Target::Values(&targets), None, &folds);
        assert!(values.rows[1..40].iter().all(|&value| value == 0.0), "{:?}", values.rows);
    }

    #[test]
    fn folds_are_drawn_evenly_from_the_seed() {
        let drawn = folds(7, 3000);
        assert_eq!(drawn, folds(7, 3000));
        assert_ne!(drawn, folds(8, 3000));
        let mut counts = [0; N_FOLDS];
        for &fold in &drawn {
            counts[usize::from(fold)] += 1;
        }
        // 1000 ± 26.
        assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
    }

    #[test]
    fn no_rows_are_no_levels() {
        let nothing = LevelValues { levels: vec![None, None], rows: vec![] };
        let none = Target::Classes { codes: &[], n_classes: 3 };
        assert_eq!(level_values(2, 1, &[], none, None, &[]), nothing);
    }
}
