//! How often the 95 % intervals of scores hold the true score, and how wide they are in the mean, on
//! simulated rows: `cargo bench --bench coverage`, some minutes. A number after `--` is that of samples a cell.

use forest::metrics::interval::Interval;
use forest::metrics::{ClassificationScores, RegressionScores, argmax};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SIZES: [usize; 4] = [30, 100, 400, 1600];
/// How many rows are drawn to find the true scores.
const N_TRUTH: usize = 4_000_000;

fn main() {
    let samples = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let samples = samples.unwrap_or(4000);
    println!("Held the true score, of {samples} samples a cell (mean width)\n");
    let sizes = SIZES.map(|n| format!("{n} rows")).join(" | ");
    println!("| score | rows | {sizes} |\n|---|---|{}", "--:|".repeat(SIZES.len()));
    for errors in [Errors::Normal, Errors::Student(5), Errors::Student(3), Errors::LogNormal] {
        for is_weighted in [false, true] {
            regression(errors, is_weighted, samples);
        }
    }
    for rows in [
        Classes { name: "50 % positive, mediocre", shares: &[0.5, 0.5], signal: 0.8 },
        Classes { name: "50 % positive, good", shares: &[0.5, 0.5], signal: 2.3 },
        Classes { name: "10 % positive, mediocre", shares: &[0.9, 0.1], signal: 0.8 },
        Classes { name: "10 % positive, good", shares: &[0.9, 0.1], signal: 2.3 },
        Classes { name: "4 classes, mediocre", shares: &[0.4, 0.3, 0.2, 0.1], signal: 1.0 },
        Classes { name: "4 classes, good", shares: &[0.4, 0.3, 0.2, 0.1], signal: 3.0 },
    ] {
        rows.study(samples);
    }
}

/// What a score is, what it truly is, and its interval, sample by sample, if there is one.
struct Cells {
    name: &'static str,
    truth: f64,
    of_sizes: Vec<[f64; 3]>,
}

impl Cells {
    fn new(name: &'static str, truth: f64) -> Self {
        Self { name, truth, of_sizes: vec![[0.0; 3]; SIZES.len()] }
    }

    fn add(&mut self, size: usize, interval: Option<Interval>) {
        let Some(Interval { low, high }) = interval else { return };
        let [n, held, width] = &mut self.of_sizes[size];
        *n += 1.0;
        *held += f64::from(u8::from((low..=high).contains(&self.truth)));
        *width += high - low;
    }

    fn print(&self, rows: &str) {
        let cells = self.of_sizes.iter();
        let cells = cells.map(|[n, held, width]| format!("{:.3} ({:.3})", held / n, width / n));
        println!("| {} | {rows} | {} |", self.name, cells.collect::<Vec<_>>().join(" | "));
    }
}

#[derive(Clone, Copy)]
enum Errors {
    Normal,
    /// Of Student's distribution, with these degrees of freedom.
    Student(u32),
    /// The exponential of a standard normal number, less its mean.
    LogNormal,
}

impl Errors {
    fn draw(self, rng: &mut ChaCha8Rng) -> f64 {
        match self {
            Self::Normal => normal(rng),
            Self::Student(degrees) => {
                let squares: f64 = (0..degrees).map(|_| normal(rng)).map(|x| x * x).sum();
                normal(rng) / (squares / f64::from(degrees)).sqrt()
            }
            Self::LogNormal => libm::exp(normal(rng)) - libm::exp(0.5),
        }
    }

    /// The mean of their absolute values (Johnson, Kotz and Balakrishnan 1995, *Continuous univariate
    /// distributions*), and of their squares.
    fn moments(self) -> [f64; 2] {
        let pi = std::f64::consts::PI;
        match self {
            Self::Normal => [(2.0 / pi).sqrt(), 1.0],
            Self::Student(degrees) => {
                let n = f64::from(degrees);
                let gammas = libm::tgamma((n - 1.0) / 2.0) / libm::tgamma(n / 2.0);
                [(n / pi).sqrt() * gammas, n / (n - 2.0)]
            }
            Self::LogNormal => {
                let e = std::f64::consts::E;
                // 2 m (2 Φ(1/2) − 1), m being the mean, and 2 Φ(1/2) − 1 = erf(1 / √8).
                [2.0 * libm::exp(0.5) * libm::erf(8_f64.sqrt().recip()), (e - 1.0) * e]
            }
        }
    }

    fn name(self) -> String {
        match self {
            Self::Normal => "normal errors".to_owned(),
            Self::Student(degrees) => format!("Student's errors, {degrees} degrees"),
            Self::LogNormal => "log-normal errors".to_owned(),
        }
    }
}

/// Predictions that are the targets but for errors; the predictions are normal numbers of variance 4.
fn regression(errors: Errors, is_weighted: bool, samples: usize) {
    let [absolute, square] = errors.moments();
    let truths = [("MAE", absolute), ("RMSE", square.sqrt()), ("R²", 4.0 / (4.0 + square))];
    let mut cells = truths.map(|(name, truth)| Cells::new(name, truth));
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (size, n) in SIZES.into_iter().enumerate() {
        for _ in 0..samples {
            let predicted: Vec<f64> = (0..n).map(|_| 2.0 * normal(&mut rng)).collect();
            let target = predicted.iter().map(|value| value + errors.draw(&mut rng));
            let target: Vec<f64> = target.collect();
            let weights: Option<Vec<f64>> =
                is_weighted.then(|| (0..n).map(|_| -libm::log(open(&mut rng))).collect());
            let scores = RegressionScores::new(&target, &predicted, 0.0, weights.as_deref());
            let intervals = [scores.mae_interval, scores.rmse_interval, scores.r2_interval];
            cells.iter_mut().zip(intervals).for_each(|(cells, ends)| cells.add(size, ends));
        }
    }
    let weights = if is_weighted { ", exponential weights" } else { "" };
    for cells in cells {
        cells.print(&(errors.name() + weights));
    }
}

/// Rows with a normal number for each class, to which the true class's adds the signal; probabilities are
/// those of the classes given these numbers, in thousandths from 1 to 999 where there are two.
struct Classes {
    name: &'static str,
    shares: &'static [f64],
    signal: f64,
}

impl Classes {
    fn score(&self, rng: &mut ChaCha8Rng, n: usize) -> ClassificationScores {
        let n_classes = self.shares.len();
        let (mut truth, mut predicted) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut proba = Vec::with_capacity(n * n_classes);
        for _ in 0..n {
            let (start, number) = (proba.len(), rng.gen_range(0.0..1.0));
            let ends = self.shares.iter().scan(0.0, |sum, share| {
                *sum += share;
                Some(*sum)
            });
            let true_class = ends.take_while(|&end| end < number).count().min(n_classes - 1);
            proba.extend(self.shares.iter().enumerate().map(|(class, share)| {
                let signal = if class == true_class { self.signal } else { 0.0 };
                share * libm::exp(self.signal * (normal(rng) + signal))
            }));
            let row = &mut proba[start..];
            let sum: f64 = row.iter().sum();
            for share in &mut *row {
                *share /= sum;
            }
            if n_classes == 2 {
                row[1] = (row[1] * 1000.0).round().clamp(1.0, 999.0) / 1000.0;
                row[0] = 1.0 - row[1];
            }
            predicted.push(argmax(row.iter()));
            truth.push(true_class as u32);
        }
        let proba = Array2::from_shape_vec((n, n_classes), proba).expect("a row a row");
        ClassificationScores::new(&truth, &predicted, proba.view(), None)
    }

    fn study(&self, samples: usize) {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let truth = estimates(&self.score(&mut rng, N_TRUTH));
        let mut cells = truth.map(|(name, truth, _)| Cells::new(name, truth));
        for (size, n) in SIZES.into_iter().enumerate() {
            for _ in 0..samples {
                let scores = estimates(&self.score(&mut rng, n));
                for (cells, (_, _, interval)) in cells.iter_mut().zip(scores) {
                    cells.add(size, interval);
                }
            }
        }
        for cells in cells {
            cells.print(self.name);
        }
    }
}

/// The scores with intervals; of single classes, those of the last.
fn estimates(scores: &ClassificationScores) -> [(&'static str, f64, Option<Interval>); 10] {
    let class = scores.per_class.last().expect("two classes");
    let [all, weighted] = [scores.macro_average, scores.weighted_average];
    [
        ("accuracy", scores.accuracy, Some(scores.accuracy_interval)),
        ("balanced accuracy", scores.balanced_accuracy, Some(scores.balanced_accuracy_interval)),
        ("log loss", scores.log_loss, scores.log_loss_interval),
        ("Brier score", scores.brier, scores.brier_interval),
        ("ROC AUC", scores.roc_auc.unwrap_or_default(), scores.roc_auc_interval),
        ("precision of the last class", class.precision, Some(class.precision_interval)),
        ("recall of the last class", class.recall, Some(class.recall_interval)),
        ("F1 of the last class", class.f1, Some(class.f1_interval)),
        ("macro F1", all.f1, Some(all.f1_interval)),
        ("weighted F1", weighted.f1, Some(weighted.f1_interval)),
    ]
}

/// A standard normal number (Box and Muller 1958).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * libm::log(open(rng))).sqrt();
    radius * libm::cos(2.0 * std::f64::consts::PI * open(rng))
}

/// A number above 0, up to 1.
fn open(rng: &mut ChaCha8Rng) -> f64 {
    1.0 - rng.gen_range(0.0..1.0)
}
