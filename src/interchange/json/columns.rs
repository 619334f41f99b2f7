//! The target and the features.

use super::place::wrong;
use super::wire::{CATEGORY, DATE, JsonFeature, JsonNumbers, JsonTarget, NUMBER};
use crate::data::{
    Class, DatePart, DateSpelling, Feature, FeatureKind, Levels, Schema, TargetKind, TargetSchema,
};
use crate::message::shorten;
use crate::names::Named;
use crate::{Result, Task};

pub(super) fn read_schema(
    target: JsonTarget,
    features: Vec<JsonFeature>,
    missing: Vec<String>,
) -> Result<Schema> {
    let features = features.into_iter().enumerate();
    let feature = |(number, json)| read_feature(json, &format!("features[{number}]"));
    Ok(Schema {
        target: read_target(target)?,
        features: features.map(feature).collect::<Result<_>>()?,
        missing,
        histograms: None,
    })
}

fn read_target(json: JsonTarget) -> Result<TargetSchema> {
    let kind = match (json.task, json.classes, json.numbers) {
        (Task::Classification, Some(classes), None) => {
            let classes: Vec<Class> = classes
                .into_iter()
                .map(|json| Class { name: json.name, rows: json.rows })
                .collect();
            let rows = classes.iter().map(|class| class.rows);
            if rows.into_iter().try_fold(0, u64::checked_add).is_none() {
                return Err(wrong("target.classes", "have more rows than 64 bits can count"));
            }
            TargetKind::Classification { classes }
        }
        (Task::Regression, None, Some(JsonNumbers { rows, mean, min, max })) => {
            TargetKind::Regression { rows, mean, min, max }
        }
        (task, ..) => {
            let problem = format!("is {task}, for which there are classes, else numbers");
            return Err(wrong("target.task", problem));
        }
    };
    let spelling = json.spelling.map(|text| text.parse()).transpose()?;
    Ok(TargetSchema { name: json.name, kind, spelling })
}

fn read_feature(json: JsonFeature, place: &str) -> Result<Feature> {
    let JsonFeature { name, kind, spelling, origin, min, max, levels, missing } = json;
    let range = || -> Result<(f32, f32)> {
        let of = |value, end: &str| number(value, &format!("{place}.{end}"));
        Ok((of(min, "min")?, of(max, "max")?))
    };
    let is_known = min.is_some() || max.is_some();
    let kind = match (&*kind, origin, levels) {
        (NUMBER, None, None) if !is_known => FeatureKind::UNKNOWN,
        (NUMBER, None, None) => {
            let (min, max) = range()?;
            FeatureKind::Number { min, max }
        }
        (DATE, Some(origin), None) => {
            let (min, max) = range()?;
            FeatureKind::Date { origin, min, max }
        }
        (CATEGORY, None, Some(levels)) if !is_known => {
            FeatureKind::Category { levels: read_levels(&levels, place)? }
        }
        (part, None, None) if let Ok(part) = part.parse::<DatePart>() => {
            let (min, max) = range()?;
            FeatureKind::DatePart { part, min, max }
        }
        (kind, ..) => {
            let parts = DatePart::NAMES.join(", ");
            let problem = format!(
                "is '{}', and has to be {NUMBER}, {DATE} with an origin, {CATEGORY} with levels and no range, or one of {parts}",
                shorten(kind)
            );
            return Err(wrong(&format!("{place}.kind"), problem));
        }
    };
    let is_date = matches!(kind, FeatureKind::Date { .. });
    let date_spelling = spelling.as_deref().and_then(|text| text.parse::<DateSpelling>().ok());
    let date_spelling = date_spelling.filter(|spelling| is_date || *spelling == DateSpelling::TIME);
    let spelling = match spelling {
        Some(text) if date_spelling.is_none() => {
            let spelling = text.parse().map_err(|_| {
                let problem = format!(
                    "is '{}', which no {} has",
                    shorten(&text),
                    if is_date { "date" } else { "number" }
                );
                wrong(&format!("{place}.spelling"), problem)
            });
            Some(Box::new(spelling?))
        }
        _ => None,
    };
    Ok(Feature { name, kind, spelling, date_spelling, missing })
}

fn read_levels(levels: &[(String, f64)], place: &str) -> Result<Levels> {
    let mut values = Vec::with_capacity(levels.len());
    for (at, (_, value)) in levels.iter().enumerate() {
        let place = format!("{place}.levels[{at}]");
        let value = number(Some(*value), &place)?;
        if values.last().is_some_and(|last| *last > value) {
            return Err(wrong(&place, "has a smaller value than the level before"));
        }
        values.push(value);
    }
    Levels::new(levels.iter().map(|(text, _)| &**text).zip(values.iter().copied()))
}

/// A number as 32 bits hold it, which has to be there.
fn number(value: Option<f64>, place: &str) -> Result<f32> {
    match value.map(|value| value as f32) {
        Some(value) if value.is_finite() => Ok(value),
        Some(_) => Err(wrong(place, "is more than 32 bits can hold")),
        None => Err(wrong(place, "is missing")),
    }
}
