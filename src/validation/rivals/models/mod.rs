//! Algorithms of linfa's and our own, fitted on the features as numbers.

mod descent;
mod encoder;
mod least_squares;
mod logistic;
mod naive_bayes;
mod neighbours;

use std::time::Instant;

use ndarray::{Array1, ArrayView2};

use super::remark::RivalRemark;
use super::training::Training;
use super::{Rival, RivalAnswers};
use crate::tree::random::TreeRng;
use crate::{Error, Result, memory, threads};

use encoder::FeatureEncoder;
use least_squares::LeastSquares;
use logistic::Logistic;
use naive_bayes::NaiveBayes;
use neighbours::Neighbours;

/// Rows that are predicted together: enough for products of matrices, few enough to share among threads.
const BLOCK: usize = 256;

/// The random stream that samples of rows come from; folds of levels and probe rows have those after it.
const STREAM: u64 = u64::MAX - 2;

/// Copies of the features that an algorithm may hold at a time, those of the encoder among them.
const N_COPIES: usize = 4;

/// Likewise of the probabilities of all training rows.
const N_PROBABILITIES: usize = 6;

/// Likewise of the products of all features, or of all rows if these are fewer.
const N_PRODUCTS: usize = 2;

/// What was fitted.
trait Fitted: Sync {
    /// What it says of rows × encoded features: as many numbers a row as the table has classes, or one.
    fn outputs(&self, rows: ArrayView2<f64>) -> Vec<f64>;

    /// The number of numbers that it holds.
    fn len(&self) -> usize;
}

/// A rival's answers for rows of the training's table; `None` if there is nothing to learn.
///
/// # Errors
/// Infinite features; too little memory; what an algorithm cannot do.
pub(super) fn answers(
    rival: Rival,
    training: &Training,
    test: &[usize],
    seed: u64,
    remarks: &mut Vec<RivalRemark>,
) -> Result<Option<RivalAnswers>> {
    let started = Instant::now();
    let classes = Classes::new(training);
    if classes.as_ref().is_some_and(|classes| classes.present.len() == 1) {
        return Ok(None);
    }
    let encoder = FeatureEncoder::fit(training.table, &training.rows, remarks)?;
    if encoder.width() == 0 {
        return Ok(None);
    }
    check_memory(rival, training, &encoder)?;

    let work = Work { training, encoder: &encoder, test, started };
    if rival == Rival::NearestNeighbours {
        let sample = sample(training, neighbours::max_rows(encoder.width(), test.len()), seed);
        if let Some(sample) = &sample {
            let (rows, of) = (sample.rows.len(), training.rows.len());
            remarks.push(RivalRemark::Sampled { rows, of });
        }
        let training = sample.as_ref().unwrap_or(training);
        let x = encoder.encode(training.table, &training.rows);
        return Ok(Some(work.finish(&Neighbours::fit(&x, training)?)));
    }
    let x = encoder.encode(training.table, &training.rows);
    let Some(classes) = classes else {
        return Ok(Some(work.finish(&LeastSquares::fit(x, training)?)));
    };
    if rival == Rival::Linear {
        return Ok(Some(work.finish(&Logistic::fit(&x, classes, training, remarks))));
    }
    if training.weights.is_some() {
        remarks.push(RivalRemark::WeightsUnheeded);
    }
    Ok(Some(work.finish(&NaiveBayes::fit(&x, classes)?)))
}

/// What there is to do, once for each algorithm.
struct Work<'a> {
    training: &'a Training<'a>,
    encoder: &'a FeatureEncoder,
    test: &'a [usize],
    started: Instant,
}

impl Work<'_> {
    /// The answers of what is fitted, block by block.
    fn finish(&self, fitted: &impl Fitted) -> RivalAnswers {
        let fit_seconds = self.started.elapsed().as_secs_f64();
        let blocks: Vec<&[usize]> = self.test.chunks(BLOCK).collect();
        let outputs = threads::map(blocks, |rows| {
            fitted.outputs(self.encoder.encode(self.training.table, rows).view())
        });
        let predict_seconds = self.started.elapsed().as_secs_f64() - fit_seconds;
        let bytes = (size_of::<f64>() * (self.encoder.len() + fitted.len())) as u64;
        let (outputs, remarks) = (outputs.concat(), Vec::new());
        RivalAnswers { outputs, fit_seconds, predict_seconds, bytes, remarks }
    }
}

/// Refuses what would not fit in memory.
///
/// # Errors
/// It does not.
fn check_memory(rival: Rival, training: &Training, encoder: &FeatureEncoder) -> Result<()> {
    let (n_rows, width) = (training.rows.len(), encoder.width());
    let of_linear = match training.n_classes() {
        Some(n_classes) => n_rows.saturating_mul(N_PROBABILITIES * n_classes),
        None => n_rows.min(width).saturating_pow(2).saturating_mul(N_PRODUCTS),
    };
    let numbers = n_rows.saturating_mul(N_COPIES * width);
    let numbers = numbers.saturating_add(if rival == Rival::Linear { of_linear } else { 0 });
    memory::check(numbers.saturating_mul(size_of::<f64>()), || {
        format!("fitting {rival} on {n_rows} rows × {width} numbers")
    })
    .map_err(|message| {
        Error::data(message).with_help(format!("leave out {rival}, or use fewer rows or features"))
    })
}

/// As many of the training rows as there may be, by chance, in their order; `None` if there are no more.
fn sample<'a>(training: &Training<'a>, max_rows: usize, seed: u64) -> Option<Training<'a>> {
    let n_rows = training.rows.len();
    if n_rows <= max_rows {
        return None;
    }
    let mut rng = TreeRng::new(seed, STREAM);
    let mut places: Vec<usize> = (0..n_rows).collect();
    for place in 0..max_rows {
        places.swap(place, place + rng.below((n_rows - place) as u32) as usize);
    }
    places.truncate(max_rows);
    places.sort_unstable();
    Some(Training {
        table: training.table,
        rows: places.iter().map(|&place| training.rows[place]).collect(),
        weights: training
            .weights
            .as_ref()
            .map(|weights| places.iter().map(|&place| weights[place]).collect()),
    })
}

/// The classes of the training rows.
struct Classes {
    /// Each row's.
    codes: Array1<usize>,
    /// Those that there are, in order.
    present: Vec<usize>,
    /// How many the table has.
    in_table: usize,
}

impl Classes {
    /// `None` if the target is numbers.
    fn new(training: &Training) -> Option<Self> {
        let in_table = training.n_classes()?;
        let codes: Array1<usize> =
            training.targets().into_iter().map(|code| code as usize).collect();
        let mut present = codes.to_vec();
        present.sort_unstable();
        present.dedup();
        Some(Self { codes, present, in_table })
    }

    /// A row's probabilities of all classes, from those of the classes that there are.
    fn spread(&self, probabilities: &[f64]) -> Vec<f64> {
        let mut outputs = vec![0.0; self.in_table];
        for (&class, &probability) in self.present.iter().zip(probabilities) {
            outputs[class] = probability;
        }
        outputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::split::Parts;
    use crate::data::{ReadOptions, Table};

    #[test]
    fn a_sample_is_rows_of_the_training_in_their_order_with_their_weights() {
        let options = ReadOptions {
            sample_weight: Some("petal_width".to_owned()),
            ..ReadOptions::new("species")
        };
        let table = Table::read("examples/data/iris.csv", &options).unwrap();
        let parts = Parts { train: (0..150).rev().collect(), test: Vec::new() };
        let training = Training::new(&table, &parts).unwrap();
        assert!(sample(&training, 150, 1).is_none());
        let sampled = sample(&training, 20, 1).unwrap();
        assert!(sampled.rows.len() == 20 && sampled.rows.is_sorted_by(|a, b| a > b));
        let weights = table.weights.as_ref().unwrap();
        let of_rows: Vec<f64> = sampled.rows.iter().map(|&row| weights[row]).collect();
        assert_eq!(sampled.weights, Some(of_rows));
        assert_ne!(sample(&training, 20, 2).unwrap().rows, sampled.rows);
        assert_eq!(sample(&training, 20, 1).unwrap().rows, sampled.rows);
    }
}
