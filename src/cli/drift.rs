//! The gate that says how far rows to predict may be from the training rows.

use crate::report::gates::GateOutcome;
use forest::data::{FeatureDrift, SchemaReport};
use forest::message::shorten;
use forest::{Error, Model, Result};

/// Refuses to measure what a model does not know.
pub(super) fn check(max_drift: Option<f64>, model: &Model) -> Result<()> {
    if max_drift.is_none() || model.schema().histograms.is_some() {
        return Ok(());
    }
    Err(Error::setting(
        "--max-drift needs the distributions of the training rows, and the model has none: it was imported, or \
         trained by an earlier release",
    )
    .with_help("train it again, or leave out --max-drift"))
}

/// Whether `--max-drift` is met; `None` without that flag, and without rows.
pub(super) fn outcome(
    max_drift: Option<f64>,
    report: Option<&SchemaReport>,
) -> Option<GateOutcome> {
    let (bound, drift) = (max_drift?, report?.drift.as_ref()?);
    let worst = drift.iter().filter(|of| of.beyond_chance).map(|of| of.psi).fold(0.0, f64::max);
    let gate = format!("--max-drift {bound}");
    let mut failing: Vec<&FeatureDrift> = drift.iter().filter(|of| of.exceeds(bound)).collect();
    failing.sort_by(|a, b| b.psi.total_cmp(&a.psi));
    let name = |of: &&FeatureDrift| format!("'{}' (PSI {:.3})", shorten(&of.feature), of.psi);
    let names = failing.iter().map(name).collect::<Vec<_>>().join(", ");
    Some(GateOutcome {
        value: Some(worst),
        bound: Some(bound),
        met: failing.is_empty(),
        why_not: format!("the rows have drifted from training's in {names} ({gate})"),
        gate,
    })
}
