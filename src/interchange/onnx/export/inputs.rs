//! What a program gives the graph: a matrix of all features, or where some are texts, each by itself.

use std::collections::HashSet;

use prost::bytes::Bytes;

use super::graph::{GraphBuilder, float, floats, texts};
use crate::data::{Feature, FeatureKind, Levels, Schema, USUAL_MISSING, iso_date};
use crate::interchange::onnx::messages::element;

/// Adds the inputs; returns the name of the features as a matrix of `f32`.
pub(super) fn add(graph: &mut GraphBuilder, schema: &Schema) -> String {
    let features = &schema.features;
    if features.iter().all(|feature| feature.levels().is_none()) {
        let columns: Vec<String> = features
            .iter()
            .map(|feature| format!("{}: {}", feature.name, meaning(feature)))
            .collect();
        let doc = format!("NaN where a value is missing. The columns: {}", columns.join("; "));
        return graph.input("input", element::FLOAT, features.len(), doc);
    }
    // All inputs first, so that they have their names.
    let inputs: Vec<String> = features
        .iter()
        .map(|feature| {
            let element = if feature.levels().is_some() { element::STRING } else { element::FLOAT };
            graph.input(&feature.name, element, 1, meaning(feature))
        })
        .collect();
    let columns: Vec<String> = features
        .iter()
        .zip(inputs)
        .map(|(feature, input)| match feature.levels() {
            Some(levels) => add_levels(graph, levels, &schema.missing, &input),
            None => input,
        })
        .collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    graph.operator_with("Concat", &columns, "features", &[("axis", 1)])
}

/// The values of texts: NaN of a missing one, the value of unseen levels of one that is not known.
fn add_levels(
    graph: &mut GraphBuilder,
    levels: &Levels,
    missing: &[String],
    input: &str,
) -> String {
    let mut pairs: Vec<(&str, f32)> = levels.iter().zip(levels.values().iter().copied()).collect();
    let mut known: HashSet<&str> = levels.iter().collect();
    let missing = USUAL_MISSING.into_iter().chain(missing.iter().map(String::as_str));
    pairs.extend(missing.filter(|text| known.insert(text)).map(|text| (text, f32::NAN)));
    let text = |(text, _): &(&str, f32)| Bytes::copy_from_slice(text.as_bytes());
    let attributes = vec![
        texts("keys_strings", pairs.iter().map(text).collect()),
        floats("values_floats", pairs.iter().map(|(_, value)| *value).collect()),
        float("default_float", Levels::UNSEEN),
    ];
    let output = graph.name(&format!("{input}_value"));
    graph.ml_operator("LabelEncoder", input, vec![output.clone()], attributes);
    output
}

/// What a value of a feature is, for people.
fn meaning(feature: &Feature) -> String {
    match &feature.kind {
        FeatureKind::Number { .. } if feature.date_spelling.is_some() => {
            "hours since midnight".to_owned()
        }
        FeatureKind::Number { .. } => "a number".to_owned(),
        FeatureKind::Date { origin, .. } => {
            format!("days since {}T00:00Z, with their fraction", iso_date(f64::from(*origin)))
        }
        FeatureKind::DatePart { part, .. } => format!("the {part} of the date, in UTC"),
        FeatureKind::Category { levels } => {
            let n_levels = crate::message::count(levels.len() as u64, "level", "levels");
            format!("a text, one of {n_levels}; empty if missing")
        }
    }
}
