//! How a forest was refined, and why in this way.

use std::fmt;

use super::text::{count, line, table, thousands};
use forest::{Refinement, Task};

/// Writes what was chosen, and what it was chosen from.
pub(super) fn write(
    f: &mut fmt::Formatter<'_>,
    refinement: &Refinement,
    nodes: usize,
    task: Task,
) -> fmt::Result {
    writeln!(f, "\nrefined after training")?;
    let cut = match refinement.cut {
        2 => "none".to_owned(),
        rows => format!("nodes of fewer than {} are leaves", count(rows, "row", "rows")),
    };
    line(f, "cut", cut)?;
    let shrinkage = match refinement.shrinkage {
        0.0 => "none".to_owned(),
        lambda => format!("λ = {lambda} rows"),
    };
    line(f, "shrinkage", shrinkage)?;
    if let Some(calibration) = &refinement.calibration {
        let (alpha, gamma) = (calibration.alpha, calibration.gamma);
        line(f, "calibration", format!("p' ~ (p + {alpha:.4} prior)^{gamma:.3}"))?;
    }
    let part = 100.0 * nodes as f64 / refinement.nodes_grown.max(1) as f64;
    let grown = thousands(refinement.nodes_grown);
    line(f, "nodes left", format!("{} of {grown}, {part:.0} %", thousands(nodes as u64)))?;
    if refinement.trials.is_empty() {
        return Ok(());
    }
    let rows = count(refinement.rows, "row", "rows");
    line(
        f,
        "chosen from",
        format!(
            "the out-of-bag loss of {rows}: the fewest nodes within half a standard error of the lowest"
        ),
    )?;
    let loss = match task {
        Task::Classification => "log loss",
        Task::Regression => "1 − R²",
    };
    let header = ["cut", "λ", "nodes", loss, "± to the lowest", ""].map(str::to_owned).to_vec();
    let mut rows = vec![header];
    rows.extend(refinement.trials.iter().map(|trial| {
        let is_chosen = trial.cut == refinement.cut && trial.shrinkage == refinement.shrinkage;
        vec![
            trial.cut.to_string(),
            trial.shrinkage.to_string(),
            thousands(trial.nodes),
            format!("{:.4}", trial.loss),
            format!("{:.4}", trial.standard_error),
            if is_chosen { "chosen" } else { "" }.to_owned(),
        ]
    }));
    table(f, &rows)
}
