//! Small histograms of the features of training rows, so that new rows can be compared with them. Weights do not count:
//! what is compared is which rows there are.

use std::iter;

/// How many parts of about equally many rows a feature of numbers has.
const PARTS: usize = 10;

/// The most bins of a feature: a category's most frequent levels, and one for all others.
pub(crate) const MAX_BINS: usize = 21;

/// About the most rows that quantiles are taken of; all rows are counted in the bins.
const SAMPLE: usize = 1 << 14;

/// A histogram of each feature: numbers in bins by their quantiles, where a value that fills several has its own, and
/// the most frequent levels of a category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histograms {
    /// Where the bins of each feature end.
    ends: Box<[u32]>,
    /// The rows in each bin, feature by feature.
    rows: Box<[u32]>,
    /// What parts the bins, one less for each feature.
    borders: Box<[u32]>,
}

/// The histogram of one feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Histogram<'a> {
    /// The training rows in each bin; those without a value are in none.
    pub(crate) rows: &'a [u32],
    /// For each bin but the last, in ascending order: of numbers the bits of the greatest one in it, of a category
    /// the position of its level. The last bin has all else.
    pub(crate) borders: &'a [u32],
}

/// The borders between bins of numbers, and infinity behind them: a number is compared with all, which is faster than to
/// look for its bin.
pub(crate) struct NumberBins([f32; MAX_BINS - 1]);

impl NumberBins {
    /// The bin of a number; any for a missing one.
    #[inline]
    pub(crate) fn bin(&self, number: f32) -> usize {
        self.0.iter().map(|&border| u32::from(border < number)).sum::<u32>() as usize
    }
}

/// The histogram of one feature, as it is made.
#[derive(Default)]
pub(crate) struct NewHistogram {
    rows: Vec<u32>,
    borders: Vec<u32>,
}

impl Histograms {
    /// One after the other, with the number of bins of each, at least one.
    pub(crate) fn new(n_bins: &[u8], rows: Box<[u32]>, borders: Box<[u32]>) -> Self {
        let ends = n_bins.iter().scan(0, |end, &n_bins| {
            *end += u32::from(n_bins);
            Some(*end)
        });
        Self { ends: ends.collect(), rows, borders }
    }

    pub(crate) fn of_features(features: impl IntoIterator<Item = NewHistogram>) -> Self {
        let (mut n_bins, mut rows, mut borders) = (Vec::new(), Vec::new(), Vec::new());
        for feature in features {
            n_bins.push(feature.rows.len() as u8);
            rows.extend(feature.rows);
            borders.extend(feature.borders);
        }
        Self::new(&n_bins, rows.into(), borders.into())
    }

    /// The number of features.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bins of all features.
    pub(crate) fn n_bins(&self) -> usize {
        self.rows.len()
    }

    /// Feature by feature.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Histogram<'_>> {
        let starts = iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).enumerate().map(|(feature, (start, &end))| {
            let (start, end) = (start as usize, end as usize);
            // Each feature before has one border less than bins.
            let borders = &self.borders[start - feature..end - feature - 1];
            Histogram { rows: &self.rows[start..end], borders }
        })
    }
}

impl Histogram<'_> {
    /// What finds the bins of numbers.
    pub(crate) fn of_numbers(self) -> NumberBins {
        let mut borders = [f32::INFINITY; MAX_BINS - 1];
        let bits = self.borders.iter().map(|&bits| f32::from_bits(bits));
        borders.iter_mut().zip(bits).for_each(|(to, from)| *to = from);
        NumberBins(borders)
    }

    /// The bin of a level by its position; `None` for one that training has not seen.
    pub(crate) fn bin_of_level(self, level: Option<u32>) -> usize {
        let found = level.and_then(|level| self.borders.binary_search(&level).ok());
        found.unwrap_or(self.borders.len())
    }
}

impl NewHistogram {
    /// Of numbers, some of which may be missing.
    pub(crate) fn of_numbers(numbers: impl Iterator<Item = f32> + Clone) -> Self {
        let present = numbers.filter(|number| !number.is_nan());
        let borders = borders(present.clone());
        let mut rows = vec![0; borders.len() + 1];
        let bins = Histogram { rows: &[], borders: &borders }.of_numbers();
        present.for_each(|number| rows[bins.bin(number)] += 1);
        Self { rows, borders }
    }

    /// Of the rows that each level has, by its position, and the rows with a value altogether.
    pub(crate) fn of_levels(rows_of_levels: &[u32], n_rows: u32) -> Self {
        let mut levels: Vec<u32> = (0..rows_of_levels.len() as u32).collect();
        if levels.len() >= MAX_BINS {
            let rows = |level: &u32| (u32::MAX - rows_of_levels[*level as usize], *level);
            levels.select_nth_unstable_by_key(MAX_BINS - 1, rows);
            levels.truncate(MAX_BINS - 1);
            levels.sort_unstable();
        }
        let mut rows: Vec<u32> =
            levels.iter().map(|&level| rows_of_levels[level as usize]).collect();
        rows.push(n_rows - rows.iter().sum::<u32>());
        Self { rows, borders: levels }
    }
}

/// The bits of the numbers that part numbers into tenths. One that is several of these gets a bin of its own, so that
/// others are told from it on both sides.
fn borders(numbers: impl Iterator<Item = f32> + Clone) -> Vec<u32> {
    let step = numbers.clone().count().div_ceil(SAMPLE).max(1);
    // Of both zeros, the positive one.
    let mut sample: Vec<f32> = numbers.step_by(step).map(|number| number + 0.0).collect();
    sample.sort_unstable_by(f32::total_cmp);
    let mut positions: Vec<usize> =
        (1..PARTS).map(|part| (part * sample.len()).div_ceil(PARTS).saturating_sub(1)).collect();
    positions.dedup();
    let quantiles: Vec<f32> = positions.iter().filter_map(|&at| sample.get(at).copied()).collect();
    let mut borders = Vec::with_capacity(PARTS);
    for equal in quantiles.chunk_by(|a, b| a == b) {
        let below = (equal.len() > 1).then(|| equal[0].next_down() + 0.0);
        borders.extend(below.filter(|below| below.is_finite()));
        borders.push(equal[0]);
    }
    borders.dedup();
    borders.into_iter().map(f32::to_bits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_numbers(numbers: &[f32]) -> (Vec<f32>, Vec<u32>) {
        let NewHistogram { rows, borders } = NewHistogram::of_numbers(numbers.iter().copied());
        (borders.into_iter().map(f32::from_bits).collect(), rows)
    }

    #[test]
    fn numbers_are_in_tenths() {
        let numbers: Vec<f32> = (1..=100).rev().map(|n| n as f32).collect();
        let tens: Vec<f32> = (1..10).map(|n| (10 * n) as f32).collect();
        assert_eq!(of_numbers(&numbers), (tens, vec![10; 10]));
        // Of many rows the borders are those of some, the rows are all.
        let many: Vec<f32> = (0..100_000).map(|n| (n * 7 % 100_000) as f32).collect();
        let (borders, rows) = of_numbers(&many);
        assert_eq!((borders.len(), rows.iter().sum::<u32>()), (9, 100_000));
        assert!(rows.iter().all(|rows| rows.abs_diff(10_000) < 300), "{rows:?}");
    }

    #[test]
    fn a_value_that_fills_tenths_has_a_bin_of_its_own() {
        let low = 0.0_f32.next_down();
        let mut numbers = [&[0.0; 60][..], &[-0.0; 10], &[1.0; 30], &[f32::NAN; 5]].concat();
        let borders = vec![low, 0.0, 1.0_f32.next_down(), 1.0];
        assert_eq!(of_numbers(&numbers), (borders, vec![0, 70, 0, 30, 0]));
        numbers.fill(7.0);
        assert_eq!(of_numbers(&numbers), (vec![7.0_f32.next_down(), 7.0], vec![0, 105, 0]));
        numbers.fill(f32::MIN);
        assert_eq!(of_numbers(&numbers), (vec![f32::MIN], vec![105, 0]));
        numbers.fill(f32::NAN);
        assert_eq!(of_numbers(&numbers), (vec![], vec![0]));
        assert_eq!(of_numbers(&[3.0, 1.0]), (vec![1.0, 3.0], vec![1, 1, 0]));
    }

    #[test]
    fn of_many_levels_the_most_frequent_have_bins() {
        let NewHistogram { rows, borders } = NewHistogram::of_levels(&[3, 1, 2], 6);
        assert_eq!((rows, borders), (vec![3, 1, 2, 0], vec![0, 1, 2]));
        let rows_of_levels: Vec<u32> =
            (0..30).map(|level| if level == 3 { 9 } else { 2 }).collect();
        let histogram = NewHistogram::of_levels(&rows_of_levels, 67);
        assert_eq!(histogram.borders, (0..20).collect::<Vec<u32>>());
        assert_eq!((histogram.rows[3], histogram.rows[20]), (9, 20));
        let histograms = Histograms::of_features([histogram, NewHistogram::of_levels(&[], 0)]);
        let [of_levels, of_none] = [0, 1].map(|at| histograms.iter().nth(at).unwrap());
        assert_eq!([Some(3), Some(25), None].map(|l| of_levels.bin_of_level(l)), [3, 20, 20]);
        assert_eq!((of_none.rows, of_none.bin_of_level(None)), (&[0][..], 0));
    }
}
