//! Losses of rows, by which settings are compared.

/// The standard error of the mean difference between two losses of the same rows.
pub(super) fn standard_error(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().max(1) as f64;
    let differences = || a.iter().zip(b).map(|(a, b)| a - b);
    let mean = differences().sum::<f64>() / n;
    let squares: f64 = differences().map(|d| (d - mean) * (d - mean)).sum();
    (squares / n).sqrt() / n.sqrt()
}

/// What squared errors are parts of, given the variance of targets below 1: a variance that is next to none is none, so
/// that squares of losses stay finite.
pub(super) fn unit(variance: f64) -> f64 {
    if variance > 1e-60 { variance } else { 1.0 }
}
