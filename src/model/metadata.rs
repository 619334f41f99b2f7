//! What a model file says about itself.

use jiff::Timestamp;
use serde::Serializer;

use super::{HeldOutScore, Probes, ThresholdChoice};
use crate::data::Source;
use crate::data::split::Split;
use crate::forest::oob::OobScore;
use crate::{Decision, ForestValidParams, Intervals, Refinement, Warning};

/// Where a model came from and how good it is.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The program that wrote the model first, and its version.
    pub program: String,
    /// When it was trained, or imported, to the second, in UTC.
    #[serde(serialize_with = "in_seconds")]
    pub created: Timestamp,
    /// The settings of the forest, with the learner and the seed; none of an imported one, whose
    /// [source](crate::data::ImportedSource) has those of its own program.
    #[serde(rename = "settings")]
    pub forest: Option<ForestValidParams>,
    /// Whether the same data and settings give the same forest again,
    /// [`ForestValidParams::is_reproducible`], and the same choice of settings: one that a search
    /// [by time](crate::Budget::Time) made depends on the machine.
    pub reproducible: bool,
    /// How many settings those of the forest were chosen from, by out-of-bag loss; none if they were given.
    pub chosen_of: Option<u64>,
    /// The table that it was trained on.
    pub data: Source,
    /// How that table was split into rows to train on and rows held out.
    pub split: Split,
    /// How many rows were held out.
    pub held_out_rows: u64,
    /// The score on the rows held out; none if there were none. Of an imported model it is the score on the
    /// [table](crate::data::ImportedSource::scored_on) that was given with it.
    pub held_out: Option<HeldOutScore>,
    /// The score on the training rows, each predicted by the trees that had not seen it; none without
    /// the bootstrap.
    pub out_of_bag: Option<OobScore>,
    /// How the forest was refined after it was grown; none if it was not.
    pub refinement: Option<Refinement>,
    /// What prediction intervals are made of; none for classes, without the bootstrap, and if the settings want none.
    pub intervals: Option<Intervals>,
    /// How classes follow from probabilities, unless something else is said in prediction.
    #[serde(skip)]
    pub decision: Decision,
    /// How the threshold was found; none if it was given, or there is none.
    #[serde(skip)]
    pub threshold_choice: Option<ThresholdChoice>,
    /// What was decided for the user, looked like a mistake in the table, or puts the model in doubt.
    pub warnings: Vec<Warning>,
    /// What the user had to say, as names and values.
    #[serde(serialize_with = "as_map")]
    pub tags: Vec<(String, String)>,
    /// Rows with what the forest predicted for them when it was new.
    #[serde(skip)]
    pub probes: Probes,
}

/// This program and its version.
pub(crate) const PROGRAM: &str = concat!("forest ", env!("CARGO_PKG_VERSION"));

/// A time as files record it.
pub(super) fn to_the_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or_default()
}

fn in_seconds<S: Serializer>(created: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(created)
}

fn as_map<S: Serializer>(tags: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(tags.iter().map(|(name, value)| (name, value)))
}
