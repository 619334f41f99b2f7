//! Prediction intervals of a regression, conformal, by the rows that trees have not seen.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::scale::scaled;
use crate::{Error, Result};

/// The maximum number of scores that are kept each, and the parts that levels are counted in if there are more.
pub(crate) const MAX_SCORES: usize = 1000;

/// What part of a number of rows rounding may take it above another.
const TOLERANCE: f64 = 1e-12;

/// What part of the greatest residual the typical spread is at least, so that scores stay numbers.
const LEAST_SPREAD: f64 = 1.0 / (1 << 30) as f64;

/// Levels whose half-widths are shown.
const SHOWN_LEVELS: [f64; 3] = [0.8, 0.9, 0.95];

/// What prediction intervals of a regression are made of: how far the targets of training rows were from their
/// out-of-bag predictions.
///
/// A row's *spread* is the sample standard deviation of what the trees say of it, and its *score* is its absolute
/// out-of-bag residual divided by the sum of its spread and the typical spread, which is the mean over the rows (Johansson,
/// Boström, Löfström & Linusson 2014, "Regression conformal prediction with random forests", Machine Learning 97; the spread of the
/// trees as the scale: Boström, Linusson, Löfström & Johansson 2017, "Accelerating difficulty estimation for conformal
/// regression forests", Annals of Mathematics and Artificial Intelligence 81).
/// With `n` scores the interval of a level goes from a new row's value as many times the sum of its own spread and the
/// typical one to either side as the smallest score says below or at which there are `⌈(n + 1) · level⌉` (Lei, G'Sell, Rinaldo,
/// Tibshirani & Wasserman 2018, "Distribution-free predictive inference for regression", Journal of the American Statistical
/// Association 113).
///
/// An interval of level 0.9 holds the target of a new row with a probability of about 0.9, averaged over rows such as
/// those of training: not for each kind of row by itself. A new row is predicted by all trees, a training row only by those that
/// have not seen it, about 37 %, so that intervals are a little wide with 100 trees, and too wide with few: on 18 tables those of level
/// 0.9 held 0.902 of the targets on average, with ten trees 0.932. The level is that of rows that could as
/// well have been training rows: of groups that training has not seen, or of times after it, fewer targets may be held.
/// Rows with weights count by them, as if a new row weighed what training rows do on average.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervals {
    pub(crate) rows: u64,
    pub(crate) typical_spread: f64,
    pub(crate) scores: RowScores,
}

/// Scores, ascending.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RowScores {
    /// Of all rows, which weigh the same.
    Each(Vec<f64>),
    /// Of the levels 0.001, 0.002, …, as far as there are rows enough.
    OfLevels(Vec<f64>),
}

/// A training row as trees say of it that have not seen it.
#[derive(Clone, Copy, Debug)]
pub(super) struct OobRow {
    pub(super) residual: f64,
    pub(super) spread: f64,
    /// Above 0.
    pub(super) weight: f64,
}

impl Intervals {
    pub(super) fn new(rows: &[OobRow]) -> Self {
        let mean = rows.iter().map(|row| row.spread).sum::<f64>() / rows.len().max(1) as f64;
        let greatest = rows.iter().fold(0.0, |most: f64, row| most.max(row.residual.abs()));
        let typical_spread = match mean.max(greatest * LEAST_SPREAD) {
            spread if spread > 0.0 => spread,
            // All scores are 0.
            _ => 1.0,
        };
        let mut scores: Vec<(f64, f64)> = rows
            .iter()
            .map(|row| (row.residual.abs() / (row.spread + typical_spread), row.weight))
            .collect();
        scores.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let are_even = scores.iter().all(|(_, weight)| *weight == scores[0].1);
        let scores = if are_even && scores.len() <= MAX_SCORES {
            RowScores::Each(scores.into_iter().map(|(score, _)| score).collect())
        } else {
            RowScores::OfLevels(of_levels(&scores))
        };
        Self { rows: rows.len() as u64, typical_spread, scores }
    }

    /// The number of training rows whose residuals they are made of: those that weigh something and that two trees have not
    /// seen, or one if there is no other.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The mean over these rows of the standard deviation of what the trees say, in units of the target.
    pub fn typical_spread(&self) -> f64 {
        self.typical_spread
    }

    /// The highest level that there are rows enough for: `n / (n + 1)`, at most 0.999 if there are more than 1,000 rows or
    /// they weigh differently; 0 without rows.
    pub fn max_level(&self) -> f64 {
        match &self.scores {
            RowScores::Each(scores) => scores.len() as f64 / (scores.len() + 1) as f64,
            RowScores::OfLevels(scores) => scores.len() as f64 / MAX_SCORES as f64,
        }
    }

    /// How far the interval of a level goes to either side of the value where the trees disagree as they typically do, in
    /// units of the target.
    ///
    /// # Errors
    /// A level that is not between 0 and 1, or above [`max_level`](Self::max_level).
    pub fn half_width(&self, level: f64) -> Result<f64> {
        Ok(self.score(level)? * (self.typical_spread + self.typical_spread))
    }

    /// For each row the lower and the upper end of its interval, both included, in units of the target; of values and spreads as
    /// [`Forest::predict_spread`](crate::Forest::predict_spread) gives them.
    ///
    /// # Errors
    /// A level that is not between 0 and 1, or above [`max_level`](Self::max_level).
    pub fn bounds(&self, predictions: &[[f64; 2]], level: f64) -> Result<Vec<[f64; 2]>> {
        let score = self.score(level)?;
        let bounds = |&[value, spread]: &[f64; 2]| {
            let reach = score * (spread + self.typical_spread);
            [value - reach, value + reach]
        };
        Ok(predictions.iter().map(bounds).collect())
    }

    /// The smallest score that reaches a level.
    fn score(&self, level: f64) -> Result<f64> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::setting(format!("{level} is not a level of an interval"))
                .with_help("a level is a number between 0 and 1, for instance 0.9"));
        }
        let (scores, steps) = match &self.scores {
            RowScores::Each(scores) => (scores, scores.len() + 1),
            RowScores::OfLevels(scores) => (scores, MAX_SCORES),
        };
        let rank = (steps as f64 * level * (1.0 - TOLERANCE)).ceil() as usize;
        let score = scores.get(rank.saturating_sub(1)).copied();
        score.ok_or_else(|| self.too_high(level))
    }

    fn too_high(&self, level: f64) -> Error {
        let rows = self.rows;
        let message = format!(
            "an interval of level {level} takes more than the {rows} out-of-bag residuals that there are"
        );
        // Rounded down, so that it can be asked for.
        let highest = (1e4 * self.max_level() * (1.0 + TOLERANCE)).floor() / 1e4;
        Error::setting(message).with_help(if highest > 0.0 {
            format!("the highest level that follows from them is {highest}")
        } else {
            "train on more rows, or with more trees".to_owned()
        })
    }
}

/// The scores of levels, from ascending ones with their weights.
fn of_levels(scores: &[(f64, f64)]) -> Vec<f64> {
    let weights: Vec<f64> = scores.iter().map(|(_, weight)| *weight).collect();
    let (weights, _) = scaled(&weights);
    let n = scores.len() as f64;
    let mean = weights.iter().sum::<f64>() / n;
    let mut levels = Vec::new();
    let mut reached = 0.0;
    for ((score, _), weight) in scores.iter().zip(weights) {
        reached += weight / mean;
        while levels.len() + 1 < MAX_SCORES {
            let level = (levels.len() + 1) as f64 / MAX_SCORES as f64;
            if reached < (n + 1.0) * level * (1.0 - TOLERANCE) {
                break;
            }
            levels.push(*score);
        }
    }
    levels
}

/// Serialized as what a person wants to know of them.
impl Serialize for Intervals {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct HalfWidth {
            level: f64,
            half_width: f64,
        }
        let half_width =
            |level| Some(HalfWidth { level, half_width: self.half_width(level).ok()? });
        let half_widths: Vec<_> = SHOWN_LEVELS.into_iter().filter_map(half_width).collect();
        let mut intervals = serializer.serialize_map(None)?;
        intervals.serialize_entry("rows", &self.rows)?;
        intervals.serialize_entry("typical_spread", &self.typical_spread)?;
        intervals.serialize_entry("max_level", &self.max_level())?;
        intervals.serialize_entry("half_widths", &half_widths)?;
        intervals.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of rows with these residuals and weights, on which trees disagree by 1.
    fn intervals(rows: impl IntoIterator<Item = (f64, f64)>) -> Intervals {
        let row = |(residual, weight)| OobRow { residual, spread: 1.0, weight };
        Intervals::new(&rows.into_iter().map(row).collect::<Vec<_>>())
    }

    #[test]
    fn the_end_is_as_far_as_the_smallest_score_that_enough_rows_reach() {
        // Scores |residual| / (1 + 1): 0.5, 1, 1.5, 2. Of level 0.5 the third counts, ⌈(4 + 1) · 0.5⌉.
        let four = intervals([(-3.0, 1.0), (1.0, 1.0), (-2.0, 1.0), (4.0, 1.0)]);
        assert_eq!((four.rows(), four.typical_spread()), (4, 1.0));
        let ends = |level| four.bounds(&[[10.0, 3.0], [0.0, 0.0]], level).unwrap();
        assert_eq!(ends(0.5), [[4.0, 16.0], [-1.5, 1.5]]);
        assert_eq!([0.01, 0.2, 0.21, 0.8].map(|level| ends(level)[1][1]), [0.5, 0.5, 1.0, 2.0]);
        assert_eq!((four.max_level(), four.half_width(0.8).unwrap()), (0.8, 4.0));
        assert_eq!(four.bounds(&[], 0.8).unwrap(), [[0.0; 2]; 0]);
    }

    #[test]
    fn rows_of_unequal_weight_reach_a_level_by_their_weight() {
        // Scores 0.5, 1, 1.5, 2, reached by 4/3, 8/3, 10/3 and 4 of 4 rows of the mean weight, 3/2. A level of 0.5
        // asks for (4 + 1) · 0.5 = 2.5, one of 0.55 for 2.75.
        let four = intervals([(1.0, 2.0), (2.0, 2.0), (3.0, 1.0), (4.0, 1.0)]);
        let ends = |level| four.bounds(&[[0.0, 0.0]], level).unwrap()[0][1];
        assert_eq!([0.5, 0.55, 0.7, 0.8].map(ends), [1.0, 1.5, 2.0, 2.0]);
    }

    #[test]
    fn rounding_takes_no_row_more() {
        // 100 · 0.55 is above 55 as a float, 100 · 0.29 below 29.
        let many = intervals((1..100).map(|row| (f64::from(row), 1.0)));
        assert_eq!(
            [0.55, 0.29, 0.99].map(|level| many.half_width(level).unwrap()),
            [55.0, 29.0, 99.0]
        );
    }

    #[test]
    fn of_many_rows_every_thousandth_level_is_exact_and_others_are_no_lower() {
        let many = intervals((1..=1999).rev().map(|row| (f64::from(row), 0.5)));
        let half_widths = [0.001, 0.9, 0.9001, 0.999].map(|level| many.half_width(level).unwrap());
        assert_eq!(half_widths, [2.0, 1800.0, 1802.0, 1998.0]);
        assert_eq!((many.rows(), many.max_level()), (1999, 0.999));
        assert!(many.half_width(0.9991).is_err());
    }

    #[test]
    fn rows_count_by_their_weights() {
        // As if a new row weighed 2, the mean: 1 of 6 up to the first, 4 of 6 up to the second.
        let two = intervals([(5.0, 1.0), (7.0, 3.0)]);
        let half_widths = [0.1, 0.166, 0.167, 0.666].map(|level| two.half_width(level).unwrap());
        assert_eq!(half_widths, [5.0, 5.0, 7.0, 7.0]);
        assert_eq!(two.max_level(), 0.666);
        let scaled = intervals([(5.0, 1e100), (7.0, 3e100)]);
        assert_eq!(scaled, two);
    }

    #[test]
    fn a_level_that_there_are_too_few_rows_for_is_refused_with_the_highest() {
        let message = |intervals: &Intervals, level| {
            let error = intervals.bounds(&[], level).unwrap_err();
            format!("{error}; {}", error.help().unwrap())
        };
        let five = intervals([(1.0, 1.0); 5]);
        let found = message(&five, 0.99);
        assert!(found.contains("level 0.99 takes more than the 5 out-of-bag"), "{found}");
        assert!(found.contains("is 0.8333") && five.half_width(0.8333).is_ok(), "{found}");
        assert!(message(&intervals([]), 0.5).contains("more rows, or with more trees"));
        for level in [0.0, 1.0, -0.1, 1.5, f64::NAN, f64::INFINITY] {
            assert!(message(&five, level).contains("between 0 and 1"), "{level}");
        }
    }

    #[test]
    fn scores_are_numbers_however_small_or_large_residuals_and_spreads_are() {
        let of = |residual, spread| Intervals::new(&[OobRow { residual, spread, weight: 1.0 }; 3]);
        assert_eq!(of(0.0, 0.0).half_width(0.5).unwrap(), 0.0);
        for residual in [1e-300, 1.0, 2e150] {
            let ends = of(residual, 0.0).bounds(&[[0.0, 0.0]], 0.75).unwrap();
            assert!((ends[0][1] / residual - 1.0).abs() < 1e-12, "{ends:?}");
            assert!(of(residual, 1e-310).half_width(0.75).unwrap().is_finite());
            assert!(of(residual, 1e150).half_width(0.75).unwrap().is_finite());
        }
    }
}
