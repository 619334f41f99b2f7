//! Whether what is given a probability comes true as often: reliability tables, the expected
//! calibration error, and the parts of the Brier score.
//!
//! All of them stand on ten bins of probabilities of equal width, each of which has its upper end:
//! \[0, 0.1\], (0.1, 0.2\], … (0.9, 1\].

use ndarray::ArrayView2;
use serde::Serialize;

use super::weights::Weights;
use super::{argmax, integer_json, ratio};

const N_BINS: usize = 10;

/// Rows for which something was given probabilities of one bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// The lower end of the bin, which only the first bin has.
    pub above: f64,
    /// The upper end of the bin.
    pub up_to: f64,
    /// The mean of the probabilities.
    pub mean_probability: f64,
    /// The fraction of the rows for which it came true.
    pub observed: f64,
    /// How many rows there are.
    #[serde(serialize_with = "integer_json::serialize")]
    pub rows: f64,
}

/// How often something came true, by the probability that it was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reliability {
    /// The mean over rows of how far their bin's fraction that came true is from its mean
    /// probability, in \[0, 1\]: 0 is perfect.
    pub expected_calibration_error: f64,
    /// The bins that have rows, ascending.
    pub bins: Vec<ReliabilityBin>,
}

/// How far a classifier's probabilities can be taken for what they say.
///
/// ```
/// use forest::metrics::CalibrationScores;
/// use ndarray::array;
///
/// let proba = array![[0.25, 0.75], [0.25, 0.75], [0.75, 0.25], [0.75, 0.25]];
/// let calibration = CalibrationScores::new(&[1, 0, 0, 0], proba.view(), None);
/// // The class given 0.75 was right three times of four.
/// assert_eq!(calibration.confidence.expected_calibration_error, 0.0);
/// // But class 1, given 0.25 and 0.75, came in none and in half of the rows.
/// assert_eq!(calibration.second_class.unwrap().expected_calibration_error, 0.25);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CalibrationScores {
    /// How often the most probable class, the lowest of equals, was right, by its probability: its
    /// error is that of Guo et al. (2017), *On calibration of modern neural networks*.
    pub confidence: Reliability,
    /// With two classes, how often a row was of class 1, by the probability of that: scikit-learn's
    /// `calibration_curve(n_bins=10)`. `None` with any other number of classes.
    pub second_class: Option<Reliability>,
}

impl CalibrationScores {
    /// Holds probabilities, rows × K, against the truth.
    ///
    /// # Panics
    ///
    /// If there is not one label for each row, or the weights are not as
    /// [`metrics`](crate::metrics) wants them.
    pub fn new(y_true: &[u32], proba: ArrayView2<f64>, weights: Option<&[f64]>) -> Self {
        assert_eq!(y_true.len(), proba.nrows(), "a row of probabilities for each label");
        let weights = Weights::new(weights, y_true.len());
        let confidence = weights.rows().map(|(row, weight)| {
            let predicted = argmax(proba.row(row));
            let probability = proba[[row, predicted as usize]];
            Forecast::new(probability, y_true[row] == predicted, weight)
        });
        let second_class = || weights.rows().map(|row| Forecast::of_class(1, row, y_true, proba));
        Self {
            confidence: Reliability::new(confidence, weights.unit),
            second_class: (proba.ncols() == 2)
                .then(|| Reliability::new(second_class(), weights.unit)),
        }
    }
}

/// The parts of a [Brier score](super::brier), which is `reliability − resolution + uncertainty +
/// remainder` (Murphy 1973, *A new vector partition of the probability score*, over bins; with more
/// than two classes each has bins of its own probability, and the parts are summed over the classes).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BrierParts {
    /// The mean over rows of the squared distance between their bin's mean probability and the
    /// fraction that came true: 0 is perfect.
    pub reliability: f64,
    /// The mean over rows of the squared distance between that fraction and the one of all rows: 0 if
    /// the probabilities tell nothing, at most the uncertainty.
    pub resolution: f64,
    /// The score of always giving each class its share of these rows.
    pub uncertainty: f64,
    /// What bins lose by taking their probabilities for one: the variance within bins less twice the
    /// covariance with what came true (Stephenson et al. 2008, *Two extra components in the Brier
    /// score decomposition*). 0 if a bin's probabilities are all the same.
    pub remainder: f64,
}

/// The parts of the Brier score of probabilities, rows × K. All are 0 without rows.
///
/// # Panics
///
/// If there is not one label for each row, or the weights are not as [`metrics`](crate::metrics)
/// wants them.
pub fn brier_parts(y_true: &[u32], proba: ArrayView2<f64>, weights: Option<&[f64]>) -> BrierParts {
    assert_eq!(y_true.len(), proba.nrows(), "a row of probabilities for each label");
    let weights = Weights::new(weights, y_true.len());
    let n_classes = proba.ncols() as u32;
    // With two classes it is custom to count one of the two equal scores.
    let classes = if n_classes == 2 { 1..2 } else { 0..n_classes };
    let mut parts =
        BrierParts { reliability: 0.0, resolution: 0.0, uncertainty: 0.0, remainder: 0.0 };
    let mut forecasts = Vec::with_capacity(y_true.len());
    for class in classes {
        forecasts.clear();
        let of_class = |row| Forecast::of_class(class, row, y_true, proba);
        forecasts.extend(weights.rows().map(of_class));
        parts.add(&forecasts);
    }
    parts
}

/// A probability that something was given, and whether it came true.
#[derive(Clone, Copy)]
struct Forecast {
    probability: f64,
    /// 1 if it did, else 0.
    outcome: f64,
    weight: f64,
}

impl Forecast {
    fn new(probability: f64, came_true: bool, weight: f64) -> Self {
        Self { probability, outcome: f64::from(u8::from(came_true)), weight }
    }

    /// That a row, given with its weight, is of a class.
    fn of_class(
        class: u32,
        (row, weight): (usize, f64),
        y_true: &[u32],
        proba: ArrayView2<f64>,
    ) -> Self {
        Self::new(proba[[row, class as usize]], y_true[row] == class, weight)
    }

    /// The bin that the probability lies in. Its ends are multiples of 0.1 as they are rounded, which
    /// are scikit-learn's.
    fn bin(self) -> usize {
        (1..N_BINS).take_while(|&end| end as f64 * 0.1 < self.probability).count()
    }
}

/// What was summed up in a bin.
#[derive(Clone, Copy, Default)]
struct Bin {
    weight: f64,
    probability: f64,
    outcome: f64,
}

impl Bin {
    fn add(&mut self, forecast: Forecast) {
        self.weight += forecast.weight;
        self.probability += forecast.weight * forecast.probability;
        self.outcome += forecast.weight * forecast.outcome;
    }

    fn mean_probability(self) -> f64 {
        ratio(self.probability, self.weight)
    }

    fn observed(self) -> f64 {
        ratio(self.outcome, self.weight)
    }
}

fn bins(forecasts: impl IntoIterator<Item = Forecast>) -> [Bin; N_BINS] {
    let mut bins = [Bin::default(); N_BINS];
    for forecast in forecasts {
        bins[forecast.bin()].add(forecast);
    }
    bins
}

impl Reliability {
    /// Of weights that are multiples of a unit.
    fn new(forecasts: impl IntoIterator<Item = Forecast>, unit: f64) -> Self {
        let bins = bins(forecasts);
        let (mut error, mut total) = (0.0, 0.0);
        for bin in bins {
            error += bin.weight * (bin.mean_probability() - bin.observed()).abs();
            total += bin.weight;
        }
        let with_rows = bins.into_iter().enumerate().filter(|(_, bin)| bin.weight > 0.0);
        Self {
            expected_calibration_error: ratio(error, total),
            bins: with_rows
                .map(|(number, bin)| ReliabilityBin {
                    above: number as f64 / N_BINS as f64,
                    up_to: (number + 1) as f64 / N_BINS as f64,
                    mean_probability: bin.mean_probability(),
                    observed: bin.observed(),
                    rows: bin.weight * unit,
                })
                .collect(),
        }
    }
}

impl BrierParts {
    /// Adds the parts of one class's score.
    fn add(&mut self, forecasts: &[Forecast]) {
        let bins = bins(forecasts.iter().copied());
        let (mut outcome, mut total) = (0.0, 0.0);
        for bin in bins {
            outcome += bin.outcome;
            total += bin.weight;
        }
        let share = ratio(outcome, total);
        let (mut reliability, mut resolution, mut remainder) = (0.0, 0.0, 0.0);
        for bin in bins {
            let (gap, gain) = (bin.mean_probability() - bin.observed(), bin.observed() - share);
            reliability += bin.weight * gap * gap;
            resolution += bin.weight * gain * gain;
        }
        for forecast in forecasts {
            let bin = bins[forecast.bin()];
            let probability = forecast.probability - bin.mean_probability();
            let outcome = forecast.outcome - bin.observed();
            remainder += forecast.weight * probability * (probability - 2.0 * outcome);
        }
        self.reliability += ratio(reliability, total);
        self.resolution += ratio(resolution, total);
        self.uncertainty += share * (1.0 - share);
        self.remainder += ratio(remainder, total);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::metrics::{assert_close, brier};

    fn of_second_class(probabilities: &[f64]) -> Array2<f64> {
        Array2::from_shape_fn((probabilities.len(), 2), |(row, class)| match class {
            0 => 1.0 - probabilities[row],
            _ => probabilities[row],
        })
    }

    #[test]
    fn a_table_by_hand() {
        let proba = of_second_class(&[0.125, 0.1875, 0.75, 0.75, 0.5]);
        let calibration = CalibrationScores::new(&[0, 1, 1, 0, 1], proba.view(), None);
        let second = calibration.second_class.unwrap();
        let rows: Vec<[f64; 5]> = second
            .bins
            .iter()
            .map(|bin| [bin.above, bin.up_to, bin.mean_probability, bin.observed, bin.rows])
            .collect();
        let expected =
            [[0.1, 0.2, 0.156_25, 0.5, 2.0], [0.4, 0.5, 0.5, 1.0, 1.0], [0.7, 0.8, 0.75, 0.5, 2.0]];
        assert_eq!(rows, expected);
        // (2 · 0.34375 + 1 · 0.5 + 2 · 0.25) / 5
        assert_close(second.expected_calibration_error, 1.6875 / 5.0);
        // The classes are 0, 0, 1, 1 and, of equals, 0. (0.8, 0.9] has 0.875, right, and 0.8125, wrong;
        // of the two of 0.75 one is right, and 0.5 is wrong: (2 · 0.34375 + 2 · 0.25 + 1 · 0.5) / 5.
        assert_close(calibration.confidence.expected_calibration_error, 1.6875 / 5.0);
        assert_eq!(calibration.confidence.bins.len(), 3);
    }

    #[test]
    fn a_tenth_lies_in_the_bin_that_it_ends() {
        // numpy.searchsorted(numpy.linspace(0, 1, 11)[1:-1], p), with which calibration_curve finds
        // bins, of 0, 1/10 … 10/10, and of 3 · 0.1, a digit above 3/10.
        let bin = |probability| Forecast::new(probability, true, 1.0).bin();
        let tenths: Vec<usize> = (0..=10).map(|tenth| bin(f64::from(tenth) / 10.0)).collect();
        assert_eq!(tenths, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(
            [0.1 * 3.0, 0.300_000_000_000_000_1, 0.100_000_000_000_000_02].map(bin),
            [2, 3, 1]
        );
    }

    #[test]
    fn the_parts_of_a_brier_score_by_hand() {
        let proba = of_second_class(&[0.25, 0.25, 0.625, 0.6875]);
        let y_true = [0, 1, 1, 1];
        let parts = brier_parts(&y_true, proba.view(), None);
        // Bins: mean 0.25, half came true; mean 0.65625, all. Of all rows three quarters.
        assert_close(parts.reliability, f64::midpoint(0.0625, 0.34375 * 0.34375));
        assert_close(parts.resolution, 0.0625);
        assert_close(parts.uncertainty, 0.1875);
        // Two rows 0.03125 from their bin's mean.
        assert_close(parts.remainder, 2.0 * 0.03125 * 0.03125 / 4.0);
        let sum = parts.reliability - parts.resolution + parts.uncertainty + parts.remainder;
        assert_close(sum, brier(&y_true, proba.view(), None));
    }

    #[test]
    fn huge_and_tiny_weights_count_by_their_ratios() {
        let proba = of_second_class(&[0.25, 0.25, 0.875]);
        for unit in [1e-300, 1.0, 1e300] {
            let weights = [unit, 3.0 * unit, 0.0];
            let calibration = CalibrationScores::new(&[0, 1, 0], proba.view(), Some(&weights));
            let second = calibration.second_class.unwrap();
            assert_eq!((second.bins.len(), second.bins[0].rows), (1, 4.0 * unit));
            assert_eq!(second.expected_calibration_error, 0.5);
            let parts = brier_parts(&[0, 1, 0], proba.view(), Some(&weights));
            assert_eq!([parts.reliability, parts.uncertainty], [0.25, 0.1875]);
        }
    }

    #[test]
    fn no_rows_have_no_bins() {
        let none = Reliability { expected_calibration_error: 0.0, bins: Vec::new() };
        let calibration = CalibrationScores::new(&[], Array2::zeros((0, 3)).view(), None);
        assert_eq!(calibration, CalibrationScores { confidence: none, second_class: None });
        let parts = brier_parts(&[], Array2::zeros((0, 3)).view(), None);
        assert_eq!([parts.reliability, parts.resolution, parts.uncertainty], [0.0; 3]);
    }

    #[test]
    #[should_panic(expected = "a row of probabilities for each label")]
    fn a_missing_label_is_not_skipped() {
        brier_parts(&[0], array![[0.5, 0.5], [0.5, 0.5]].view(), None);
    }
}
