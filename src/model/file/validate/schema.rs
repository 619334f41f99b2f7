//! The schema, checked.

use super::arrays::{all_different, ensure, numbers, texts};
use crate::data::{Class, Feature, FeatureKind, MAX_LEVELS, Schema, Target, TargetKind};
use crate::model::file::v1::{CATEGORY, DATE, NUMBER, WireSchema, WireTarget};
use crate::{Error, Result};

pub(super) fn read(wire: &WireSchema) -> Result<Schema> {
    Ok(Schema {
        target: Target { name: wire.target.to_owned(), kind: read_target(&wire.target_kind)? },
        features: read_features(wire)?,
        missing: texts("texts of missing values", &wire.missing)?,
    })
}

fn read_target(wire: &WireTarget) -> Result<TargetKind> {
    match wire {
        WireTarget::Classes { names, rows } => {
            let names = texts("class names", names)?;
            let rows = numbers("class rows", rows, names.len(), u64::from_le_bytes)?;
            ensure(all_different(&names), || "two classes have one name".to_owned())?;
            // Counts that add up in 64 bits add up everywhere.
            ensure(
                rows.iter().try_fold(0_u64, |sum, &rows| sum.checked_add(rows)).is_some(),
                || "the classes have too many rows".to_owned(),
            )?;
            let classes = names.into_iter().zip(rows);
            let classes = classes.map(|(name, rows)| Class { name, rows }).collect();
            Ok(TargetKind::Classification { classes })
        }
        &WireTarget::Numbers { rows, mean, min, max } => {
            let sound = [mean, min, max].iter().all(|number| number.is_finite()) && min <= max;
            ensure(sound, || "the target's range is none".to_owned())?;
            Ok(TargetKind::Regression { rows, mean, min, max })
        }
    }
}

fn read_features(wire: &WireSchema) -> Result<Vec<Feature>> {
    let names = texts("feature names", &wire.feature_names)?;
    ensure(all_different(&names), || "two features have one name".to_owned())?;
    let n = names.len();
    let kinds = numbers("feature kinds", wire.feature_kinds, n, |[kind]: [u8; 1]| kind)?;
    let missing = numbers("counts of gaps", wire.feature_missing, n, u64::from_le_bytes)?;
    let origins = numbers("dates' origins", wire.feature_origins, n, i32::from_le_bytes)?;
    let mins = numbers("feature minima", wire.feature_mins, n, f32::from_le_bytes)?;
    let maxs = numbers("feature maxima", wire.feature_maxs, n, f32::from_le_bytes)?;
    let counts = numbers("level counts", wire.level_counts, n, u32::from_le_bytes)?;
    let mut levels = texts("levels", &wire.levels)?.into_iter();
    let n_levels: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    ensure(n_levels == levels.len() as u64, || {
        format!("there are {} levels, not {n_levels}", levels.len())
    })?;
    let mut features = Vec::with_capacity(n);
    for (at, name) in names.into_iter().enumerate() {
        let levels: Vec<String> = levels.by_ref().take(counts[at] as usize).collect();
        let (min, max) = (mins[at], maxs[at]);
        ensure(min.is_finite() && max.is_finite() && min <= max, || {
            "a feature's range is none".to_owned()
        })?;
        ensure(kinds[at] == CATEGORY || levels.is_empty(), || "a number has levels".to_owned())?;
        ensure(levels.len() <= MAX_LEVELS && all_different(&levels), || {
            "the levels of a category are too many, or one is there twice".to_owned()
        })?;
        let kind = match kinds[at] {
            NUMBER => FeatureKind::Number { min, max },
            DATE => FeatureKind::Date { origin: origins[at], min, max },
            CATEGORY => FeatureKind::Category { levels },
            other => return Err(Error::model(format!("there is no feature of kind {other}"))),
        };
        features.push(Feature { name, kind, missing: missing[at] });
    }
    Ok(features)
}
