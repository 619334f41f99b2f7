//! The schema of the tables that the model fits: what the graph says, and what this program's metadata add.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::inputs::InputColumn;
use crate::data::{
    Class, DatePart, DateSpelling, Feature, FeatureKind, Schema, TargetKind, TargetSchema,
};
use crate::interchange::onnx::export::SCHEMA;
use crate::{Error, Result};

/// The file's metadata, by name.
pub(super) struct Properties(HashMap<String, String>);

impl Properties {
    pub(super) fn new(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self(pairs.collect())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A JSON value, nothing where it is none.
    pub(super) fn json(&self, name: &str) -> Value {
        self.text(name).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

/// The schema of a forest with these features and labels, none in a regression.
///
/// # Errors
/// Two classes of one name.
pub(super) fn schema(
    columns: Vec<InputColumn>,
    labels: Vec<String>,
    properties: &Properties,
) -> Result<Schema> {
    let mut different = HashSet::new();
    if let Some(twice) = labels.iter().find(|label| !different.insert(label.as_str())) {
        return Err(Error::model(format!("two classes are called '{twice}'")));
    }
    let known = properties.json(SCHEMA);
    let features = match known_features(&known, &columns) {
        Some(features) => features,
        None => columns.into_iter().map(feature).collect(),
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let target = &known["target"];
    let name = text(&target["name"]).unwrap_or_else(|| {
        let mut name = "target".to_owned();
        while features.iter().any(|feature| feature.name == name) {
            name.push('_');
        }
        name
    });
    let kind = if labels.is_empty() {
        let number = |name: &str| target[name].as_f64().filter(|number| number.is_finite());
        let (rows, mean) = (target["rows"].as_u64(), number("mean"));
        match (rows, mean, number("min"), number("max")) {
            (Some(rows), Some(mean), Some(min), Some(max)) if min <= max => {
                TargetKind::Regression { rows, mean, min, max }
            }
            _ => TargetKind::Regression { rows: 0, mean: 0.0, min: 0.0, max: 0.0 },
        }
    } else {
        let known = target["classes"].as_array().filter(|known| known.len() == labels.len());
        let rows = |code: usize| known.and_then(|known| known[code]["rows"].as_u64());
        let class = |(code, name)| Class { name, rows: rows(code).unwrap_or(0) };
        TargetKind::Classification { classes: labels.into_iter().enumerate().map(class).collect() }
    };
    let spelling = target["spelling"].as_str().and_then(|text| text.parse().ok());
    let missing = known["missing"].as_array().map(|texts| texts.iter().filter_map(text).collect());
    let target = TargetSchema { name, kind, spelling };
    Ok(Schema { target, features, missing: missing.unwrap_or_default(), histograms: None })
}

/// A feature of which no more is known.
fn feature(InputColumn { name, levels }: InputColumn) -> Feature {
    let kind = levels.map_or(FeatureKind::UNKNOWN, |levels| FeatureKind::Category { levels });
    Feature { name, kind, spelling: None, date_spelling: None, missing: 0 }
}

/// The features as this program's metadata have them, if they are these columns.
fn known_features(known: &Value, columns: &[InputColumn]) -> Option<Vec<Feature>> {
    let known = known["features"].as_array().filter(|known| known.len() == columns.len())?;
    let mut features: Vec<Feature> = Vec::with_capacity(columns.len());
    let mut names = HashSet::new();
    for (known, column) in known.iter().zip(columns) {
        let name = known["name"].as_str().filter(|name| names.insert(*name))?.to_owned();
        let range = |origin: i32| {
            let bound = |name: &str| Some((known[name].as_f64()? - f64::from(origin)) as f32);
            let (min, max) = (bound("min")?, bound("max")?);
            (min.is_finite() && max.is_finite() && min <= max).then_some((min, max))
        };
        let kind = match (known["kind"].as_str()?, &column.levels) {
            ("category", Some(levels)) => FeatureKind::Category { levels: levels.clone() },
            ("number", None) => {
                let (min, max) = range(0)?;
                FeatureKind::Number { min, max }
            }
            ("date", None) => {
                let origin = i32::try_from(known["origin"].as_i64()?).ok()?;
                let (min, max) = range(origin)?;
                FeatureKind::Date { origin, min, max }
            }
            ("date_part", None) => {
                let part: DatePart = known["part"].as_str()?.parse().ok()?;
                part.follows(&name, features.last()?.of_date()?).then_some(())?;
                let (min, max) = range(0)?;
                FeatureKind::DatePart { part, min, max }
            }
            _ => return None,
        };
        let text = known["spelling"].as_str();
        let date_spelling: Option<DateSpelling> =
            text.and_then(|text| text.parse().ok()).filter(|spelling| fits(*spelling, &kind));
        let spelling = match kind {
            FeatureKind::Number { .. } if date_spelling.is_none() => {
                text.and_then(|text| text.parse().ok()).map(Box::new)
            }
            _ => None,
        };
        let missing = known["missing"].as_u64()?;
        features.push(Feature { name, kind, spelling, date_spelling, missing });
    }
    Some(features)
}

/// Whether a column of this kind may be written so.
fn fits(spelling: DateSpelling, kind: &FeatureKind) -> bool {
    match kind {
        FeatureKind::Date { .. } => spelling != DateSpelling::TIME,
        FeatureKind::Number { .. } => spelling == DateSpelling::TIME,
        FeatureKind::DatePart { .. } | FeatureKind::Category { .. } => false,
    }
}
