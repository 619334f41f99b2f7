//! The schema, checked.

use super::arrays::{TextList, all_different, ensure, words};
use crate::MAX_CLASSES;
use crate::data::{
    Class, DatePart, DateSpelling, Feature, FeatureKind, Levels, MAX_LEVELS, Schema, Spelling,
    TargetKind, TargetSchema,
};
use crate::message::shorten;
use crate::model::file::v1::{CATEGORY, DATE, DATE_PART, NUMBER, WireSchema, WireTarget};
use crate::model::limits::MAX_MISSING;
use crate::{Error, Result};

pub(super) fn read(wire: &WireSchema) -> Result<Schema> {
    let missing = TextList::new("texts of missing values", &wire.missing)?;
    ensure(missing.len() <= MAX_MISSING, || {
        format!("{} texts stand for a missing value, more than {MAX_MISSING}", missing.len())
    })?;
    let target_spelling = match &wire.target_kind {
        WireTarget::Classes { .. } => None,
        WireTarget::Numbers { spelling, .. } => read_spelling(spelling)?,
    };
    Ok(Schema {
        target: TargetSchema {
            name: wire.target.to_owned(),
            kind: read_target(&wire.target_kind)?,
            spelling: target_spelling,
        },
        features: read_features(wire)?,
        missing: missing.iter().map(str::to_owned).collect(),
        histograms: None,
    })
}

fn read_target(wire: &WireTarget) -> Result<TargetKind> {
    match wire {
        WireTarget::Classes { names, rows } => {
            let names = TextList::new("class names", names)?;
            let rows: &[[u8; 8]] = words("class rows", rows, names.len())?;
            ensure(names.len() <= MAX_CLASSES, || format!("there are {} classes", names.len()))?;
            ensure(all_different(names), || "two classes have one name".to_owned())?;
            let rows = rows.iter().map(|&rows| u64::from_le_bytes(rows));
            // Counts that add up in 64 bits add up everywhere.
            ensure(rows.clone().try_fold(0_u64, u64::checked_add).is_some(), || {
                "the classes have too many rows".to_owned()
            })?;
            let class = |(rows, name): (u64, &str)| Class { name: name.to_owned(), rows };
            let classes = rows.zip(names.iter()).map(class).collect();
            Ok(TargetKind::Classification { classes })
        }
        &WireTarget::Numbers { rows, mean, min, max, .. } => {
            let sound = [mean, min, max].iter().all(|number| number.is_finite()) && min <= max;
            ensure(sound, || "the target's range is invalid".to_owned())?;
            Ok(TargetKind::Regression { rows, mean, min, max })
        }
    }
}

/// Nothing is the plain way.
fn read_spelling(text: &str) -> Result<Option<Spelling>> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

fn read_features(wire: &WireSchema) -> Result<Vec<Feature>> {
    let names = TextList::new("feature names", &wire.feature_names)?;
    ensure(all_different(names), || "two features have one name".to_owned())?;
    let n = names.len();
    let kinds: &[[u8; 1]] = words("feature kinds", wire.feature_kinds, n)?;
    let spellings = TextList::new("spellings", &wire.feature_spellings)?;
    ensure(spellings.len() == n, || format!("{} spellings are not {n}", spellings.len()))?;
    let missing = words("counts of missing values", wire.feature_missing, n)?;
    let origins = words("dates' origins", wire.feature_origins, n)?;
    let mins = words("feature minima", wire.feature_mins, n)?;
    let maxs = words("feature maxima", wire.feature_maxs, n)?;
    let counts = words("level counts", wire.level_counts, n)?;
    let levels = TextList::new("levels", &wire.levels)?;
    let n_levels: u64 = counts.iter().map(|&count| u64::from(u32::from_le_bytes(count))).sum();
    ensure(n_levels == levels.len() as u64, || {
        format!("there are {} levels, not {n_levels}", levels.len())
    })?;
    let level_values = words("values of levels", wire.level_values, levels.len())?;
    let mut first_level = 0;
    let mut features = Vec::with_capacity(n);
    for (at, (name, spelling)) in names.iter().zip(spellings.iter()).enumerate() {
        let (min, max) = (f32::from_le_bytes(mins[at]), f32::from_le_bytes(maxs[at]));
        ensure(min.is_finite() && max.is_finite() && min <= max, || {
            "a feature's range is invalid".to_owned()
        })?;
        let n_levels = u32::from_le_bytes(counts[at]) as usize;
        let next_level = first_level + n_levels;
        let of_feature = levels.slice(first_level..next_level);
        let values = level_values[first_level..next_level].iter().map(|&v| f32::from_le_bytes(v));
        first_level = next_level;
        ensure(kinds[at] == [CATEGORY] || n_levels == 0, || "a number has levels".to_owned())?;
        ensure(n_levels <= MAX_LEVELS && all_different(of_feature), || {
            "the levels of a category are too many, or one is there twice".to_owned()
        })?;
        ensure(values.clone().all(f32::is_finite) && values.clone().is_sorted(), || {
            "the values of a category's levels do not ascend".to_owned()
        })?;
        let kind = match kinds[at] {
            [NUMBER] => FeatureKind::Number { min, max },
            [DATE] => FeatureKind::Date { origin: i32::from_le_bytes(origins[at]), min, max },
            [CATEGORY] => {
                FeatureKind::Category { levels: Levels::new(of_feature.iter().zip(values))? }
            }
            [other] => FeatureKind::DatePart { part: read_part(other, name, &features)?, min, max },
        };
        let date_spelling = read_date_spelling(spelling, &kind)?;
        let number_spelling = if date_spelling.is_some() { "" } else { spelling };
        features.push(Feature {
            name: name.to_owned(),
            spelling: read_spelling(number_spelling)?.map(Box::new),
            date_spelling,
            kind,
            missing: u64::from_le_bytes(missing[at]),
        });
    }
    Ok(features)
}

/// The spelling of dates or times of day, if that is what a feature has to have.
fn read_date_spelling(spelling: &str, kind: &FeatureKind) -> Result<Option<DateSpelling>> {
    let read = spelling.parse().ok();
    match kind {
        FeatureKind::Number { .. } => Ok(read.filter(|read| *read == DateSpelling::TIME)),
        FeatureKind::Date { .. } if read != Some(DateSpelling::TIME) => {
            ensure(read.is_some() || spelling.is_empty(), || {
                format!("'{}' is no spelling of dates", shorten(spelling))
            })?;
            Ok(read)
        }
        _ => {
            ensure(spelling.is_empty(), || {
                format!("'{}' is the spelling of another kind of feature", shorten(spelling))
            })?;
            Ok(None)
        }
    }
}

/// Which part of a date a feature is; the date comes before it, with other parts in between.
fn read_part(kind: u8, name: &str, before: &[Feature]) -> Result<DatePart> {
    let part = DatePart::ALL.get(usize::from(kind - DATE_PART)).copied();
    let part = part.ok_or_else(|| Error::model(format!("there is no feature of kind {kind}")))?;
    let date = before.last().and_then(Feature::of_date);
    ensure(date.is_some_and(|date| part.follows(name, date)), || {
        format!("the {part} '{}' does not follow its date", shorten(name))
    })?;
    Ok(part)
}
