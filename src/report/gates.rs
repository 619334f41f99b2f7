//! What gates found.

use serde::Serialize;

/// What a gate found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct GateOutcome {
    /// The flag.
    pub(crate) gate: String,
    /// The score; `None` if it is undefined.
    pub(crate) value: Option<f64>,
    /// What it is compared with.
    pub(crate) bound: Option<f64>,
    pub(crate) met: bool,
    /// What is to be said where it is not.
    #[serde(skip)]
    pub(crate) why_not: String,
}

/// A gate that is not met, with what there is to say.
#[derive(Serialize)]
pub(crate) struct FailedGate<'a> {
    #[serde(flatten)]
    pub(crate) outcome: &'a GateOutcome,
    pub(crate) message: &'a str,
}
