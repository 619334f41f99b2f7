//! What stands in the JSON. `schemas/forest-model.schema.json` describes it.

use std::fmt;

use serde::de::{Error, IgnoredAny, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Task;
use crate::names::Named;

/// What `format` has to be.
pub(super) const FORMAT: &str = "forest-json";

/// The version that is written and read.
pub(super) const VERSION: u64 = 1;

/// What all versions begin with.
#[derive(Deserialize)]
pub(super) struct JsonHead {
    pub(super) format: Option<String>,
    pub(super) version: Option<u64>,
}

/// All of it, as it is read. What is only for information is not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonModel {
    #[serde(rename = "$schema")]
    _schema: Option<IgnoredAny>,
    #[serde(rename = "format")]
    _format: IgnoredAny,
    #[serde(rename = "version")]
    _version: IgnoredAny,
    pub(super) system: String,
    pub(super) settings: Vec<(String, String)>,
    pub(super) target: JsonTarget,
    pub(super) features: Vec<JsonFeature>,
    pub(super) missing: Vec<String>,
    pub(super) decision: Option<JsonDecision>,
    pub(super) calibration: Option<JsonCalibration>,
    pub(super) intervals: Option<JsonIntervals>,
    pub(super) importances: Vec<f64>,
    pub(super) leaf_shares: Option<Vec<JsonShares>>,
    pub(super) leaf_values: Option<Vec<f64>>,
    /// The different targets of all training rows, for quantiles, and of each leaf their positions with their shares.
    pub(super) targets: Option<Vec<f64>>,
    pub(super) leaf_targets: Option<Vec<JsonShares>>,
    pub(super) trees: Vec<JsonTree>,
    #[serde(rename = "metadata")]
    _metadata: Option<IgnoredAny>,
}

/// Class codes, or positions of targets, with their shares.
pub(super) type JsonShares = Vec<(u32, f64)>;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonTarget {
    pub(super) name: String,
    #[serde(serialize_with = "display", deserialize_with = "named")]
    pub(super) task: Task,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) classes: Option<Vec<JsonClass>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) numbers: Option<JsonNumbers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spelling: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonClass {
    pub(super) name: String,
    pub(super) rows: u64,
}

/// The targets of training.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonNumbers {
    pub(super) rows: u64,
    pub(super) mean: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonFeature {
    pub(super) name: String,
    pub(super) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spelling: Option<String>,
    /// Days since 1970-01-01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<f64>,
    /// Texts with their values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) levels: Option<Vec<(String, f64)>>,
    pub(super) missing: u64,
}

/// The kinds of features that are no parts of dates.
pub(super) const NUMBER: &str = "number";
pub(super) const DATE: &str = "date";
pub(super) const CATEGORY: &str = "category";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonDecision {
    pub(super) rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) costs: Option<Vec<JsonCost>>,
}

/// What decisions are called.
pub(super) const MOST_PROBABLE: &str = "most_probable";
pub(super) const THRESHOLD: &str = "threshold";
pub(super) const LEAST_COST: &str = "least_cost";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonCost {
    pub(super) truth: u32,
    pub(super) predicted: u32,
    pub(super) cost: f64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonCalibration {
    pub(super) alpha: f64,
    pub(super) gamma: f64,
    pub(super) prior: Vec<f64>,
}

/// What prediction intervals are made of.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonIntervals {
    pub(super) rows: u64,
    pub(super) typical_spread: f64,
    /// Of each row, or of the levels 0.001, 0.002, …
    pub(super) each_row: bool,
    pub(super) scores: Vec<f64>,
}

/// Of each node an entry in each list, `null` where it does not apply.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonTree {
    pub(super) feature: Vec<Option<u32>>,
    pub(super) threshold: Vec<Option<JsonThreshold>>,
    pub(super) missing_left: Vec<Option<bool>>,
    pub(super) left: Vec<Option<u32>>,
    pub(super) right: Vec<Option<u32>>,
    pub(super) leaf: Vec<Option<u32>>,
    /// What the training rows weigh that reached each node.
    pub(super) cover: Option<Vec<f64>>,
}

/// A number, or infinity, which JSON has no number for.
pub(super) struct JsonThreshold(pub(super) f64);

const INFINITY: &str = "Infinity";

impl Serialize for JsonThreshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == f64::INFINITY {
            return serializer.serialize_str(INFINITY);
        }
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for JsonThreshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ThresholdVisitor)
    }
}

struct ThresholdVisitor;

impl Visitor<'_> for ThresholdVisitor {
    type Value = JsonThreshold;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a number or \"{INFINITY}\"")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<JsonThreshold, E> {
        Ok(JsonThreshold(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<JsonThreshold, E> {
        Ok(JsonThreshold(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<JsonThreshold, E> {
        Ok(JsonThreshold(value as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<JsonThreshold, E> {
        match text {
            INFINITY => Ok(JsonThreshold(f64::INFINITY)),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

fn display<S: Serializer>(task: &Task, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(task)
}

fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Task, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::unknown_variant(&text, Task::NAMES))
}
