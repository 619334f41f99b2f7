//! Our side of the comparison with other systems: fits a forest on the arrays of a folder, predicts
//! with it, and prints how long both took (in seconds; of the prediction the median) and how good it
//! is, as one line of JSON. `compare.py` makes the folder and runs this in turn with the others.
//!
//! The folder holds `shape.json`, and `x_train`, `x_test` (f32, row by row), `y_train`, `y_test` (f64;
//! class codes or values), little-endian.

#![allow(clippy::disallowed_methods, reason = "what is measured is not kept")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use forest::{ForestParams, Learner, MaxFeatures, Target, with_threads};
use ndarray::Array2;
use serde_json::{Value, json};

/// Fits and predicts on the arrays of a folder
#[derive(Parser)]
struct Options {
    folder: PathBuf,
    #[arg(long, default_value_t = 100)]
    trees: usize,
    #[arg(long, default_value_t = 2)]
    threads: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Features that a split looks at [default: the square root of their number]
    #[arg(long)]
    max_features: Option<usize>,
    /// Bins that a feature's values are grouped into [default: exact splits]
    #[arg(long)]
    max_bins: Option<usize>,
    /// Predictions to time, after one that is not timed
    #[arg(long, default_value_t = 5)]
    repeat: usize,
    /// The best split of a feature, or a random one
    #[arg(long, default_value = "best")]
    splitter: String,
    /// Grow each tree on all rows
    #[arg(long)]
    no_bootstrap: bool,
    /// Grow linfa's trees instead of ours
    #[arg(long)]
    linfa: bool,
    /// cargo adds this
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let options = Options::parse();
    with_threads(options.threads, || run(&options))
}

fn run(options: &Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    let shape: Value = serde_json::from_slice(&fs::read(options.folder.join("shape.json"))?)?;
    let n_features = shape["features"].as_u64().ok_or("features: a number")? as usize;
    let n_classes = shape["classes"].as_u64().ok_or("classes: a number")? as usize;
    let matrix = |name: &str| -> Result<Array2<f32>, Box<dyn Error + Send + Sync>> {
        let values = read(&options.folder.join(name), f32::from_le_bytes)?;
        Ok(Array2::from_shape_vec((values.len() / n_features, n_features), values)?)
    };
    let (x_train, x_test) = (matrix("x_train")?, matrix("x_test")?);
    let y_train = read(&options.folder.join("y_train"), f64::from_le_bytes)?;
    let y_test = read(&options.folder.join("y_test"), f64::from_le_bytes)?;

    let params = ForestParams::plain()
        .n_trees(options.trees)
        .seed(options.seed)
        .max_features(options.max_features.map_or(MaxFeatures::Sqrt, MaxFeatures::Count))
        .max_bins(options.max_bins)
        .bootstrap(!options.no_bootstrap)
        .learner(if options.linfa { Learner::Linfa } else { Learner::Cart })
        .set("splitter", &options.splitter)?;
    let codes: Vec<u32> = y_train.iter().map(|&code| code as u32).collect();
    let target = match n_classes {
        0 => Target::Values(&y_train),
        _ => Target::Classes { codes: &codes, n_classes },
    };
    let start = Instant::now();
    let forest = params.fitter().fit_forest(x_train.view(), target)?;
    let fit = start.elapsed().as_secs_f64();

    let line = if n_classes == 0 {
        let (predict, predicted) = timed(options.repeat, || forest.predict_values(x_test.view()))?;
        json!({ "fit": fit, "predict": predict, "nodes": forest.n_nodes(), "r2": r2(&y_test, &predicted) })
    } else {
        let (predict, proba) = timed(options.repeat, || forest.predict_proba(x_test.view()))?;
        let (accuracy, log_loss) = scores(&y_test, &proba);
        json!({
            "fit": fit, "predict": predict, "nodes": forest.n_nodes(), "accuracy": accuracy, "log_loss": log_loss,
        })
    };
    println!("{line}");
    Ok(())
}

/// What `predict` gives, and the median seconds of `repeat` calls after it.
fn timed<T>(repeat: usize, predict: impl Fn() -> forest::Result<T>) -> forest::Result<(f64, T)> {
    let predicted = predict()?;
    let mut seconds = Vec::with_capacity(repeat);
    for _ in 0..repeat {
        let start = Instant::now();
        predict()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok((seconds.get(repeat / 2).copied().unwrap_or_default(), predicted))
}

fn read<const N: usize, T>(
    path: &Path,
    number: fn([u8; N]) -> T,
) -> Result<Vec<T>, Box<dyn Error + Send + Sync>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect())
}

/// Accuracy and log loss, by the definitions.
fn scores(y: &[f64], proba: &Array2<f64>) -> (f64, f64) {
    let (mut right, mut loss) = (0.0, 0.0);
    for (&class, row) in y.iter().zip(proba.rows()) {
        let best =
            (0..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
        right += f64::from(u8::from(best == class as usize));
        loss -= row[class as usize].clamp(f64::EPSILON, 1.0).ln();
    }
    (right / y.len() as f64, loss / y.len() as f64)
}

fn r2(y: &[f64], predicted: &[f64]) -> f64 {
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let around = |center: &dyn Fn(usize) -> f64| -> f64 {
        y.iter().enumerate().map(|(row, value)| (value - center(row)).powi(2)).sum()
    };
    1.0 - around(&|row| predicted[row]) / around(&|_| mean)
}
