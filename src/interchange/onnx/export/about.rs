//! What the file says of the model, and what it leaves out.

use prost::bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::data::{Feature, FeatureKind, Schema};
use crate::interchange::onnx::messages::{StringStringEntryProto, encode};
use crate::{Error, Model, Result};

/// The entry of the metadata that holds the schema.
pub(in crate::interchange::onnx) const SCHEMA: &str = "schema";

/// The metadata as `metadata_props`: an entry a field, texts as they are and all else as JSON; then the model's
/// fingerprint and the schema.
pub(super) fn metadata_props(model: &Model) -> Result<Vec<Bytes>> {
    let mut fields = object(model.metadata())?;
    // Quantiles of residuals, which nothing here is made of.
    fields.remove("intervals");
    fields.retain(|_, value| !value.is_null());
    fields.insert("fingerprint".to_owned(), Value::String(model.fingerprint().to_string()));
    fields.insert(SCHEMA.to_owned(), schema(model.schema())?);
    Ok(fields.into_iter().map(|(key, value)| encode(&entry(key, value))).collect())
}

fn entry(key: String, value: Value) -> StringStringEntryProto {
    let value = match value {
        Value::String(text) => text,
        value => value.to_string(),
    };
    StringStringEntryProto { key, value }
}

fn object(value: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Error::model("the metadata are no JSON object")),
        Err(error) => Err(Error::model(format!("the metadata are no JSON: {error}"))),
    }
}

/// The schema as scripts see it, with the origins of dates and without levels, which the graph has.
fn schema(schema: &Schema) -> Result<Value> {
    let mut fields = object(schema)?;
    let features = schema.features.iter().map(|feature| {
        let mut fields = object(feature)?;
        fields.remove("levels");
        if let FeatureKind::Date { origin, .. } = feature.kind {
            fields.insert("origin".to_owned(), origin.into());
        }
        Ok(Value::Object(fields))
    });
    let features = features.collect::<Result<_>>()?;
    fields.insert("features".to_owned(), Value::Array(features));
    Ok(Value::Object(fields))
}

/// Sentences on what a program has to know that uses the file.
pub(super) fn notes(model: &Model) -> Vec<String> {
    let features = &model.schema().features;
    let any = |is_it: fn(&Feature) -> bool| features.iter().any(is_it);
    let mut notes = Vec::new();
    let mut note = |is_so: bool, text: &str| {
        if is_so {
            notes.push(text.to_owned());
        }
    };
    note(model.forest().keeps_quantiles(), "quantiles are left out");
    note(model.metadata().intervals.is_some(), "prediction intervals are left out");
    note(
        any(|feature| feature.levels().is_some()),
        "texts of categories are found exactly as they are written: '1' is not '1.0', nor 'true' 'True'",
    );
    note(
        any(|feature| feature.of_date().is_some()),
        "dates go in as days since the day that the documentation of the input says, and parts of dates as \
         numbers of their own",
    );
    note(
        any(|feature| feature.spelling.is_some() || feature.date_spelling.is_some()),
        "numbers and times that the table spells in its own way go in as numbers",
    );
    notes
}
