//! The schema on the wire.

use bincode::{BorrowDecode, Encode};

use super::{Texts, WireTexts, array, to_bytes};
use crate::data::{Feature, FeatureKind, Levels, Schema, Spelling, TargetKind};

/// What a feature is, in `feature_kinds`.
pub(in crate::model::file) const NUMBER: u8 = 0;
pub(in crate::model::file) const DATE: u8 = 1;
pub(in crate::model::file) const CATEGORY: u8 = 2;
/// The first part of a date; the others follow, in the order of `DatePart::ALL`.
pub(in crate::model::file) const DATE_PART: u8 = 3;

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireSchema<'a> {
    pub(in crate::model::file) target: &'a str,
    pub(in crate::model::file) target_kind: WireTarget<'a>,
    pub(in crate::model::file) feature_names: WireTexts<'a>,
    pub(in crate::model::file) feature_kinds: &'a [u8],
    pub(in crate::model::file) feature_spellings: WireTexts<'a>,
    pub(in crate::model::file) feature_missing: &'a [u8],
    pub(in crate::model::file) feature_origins: &'a [u8],
    pub(in crate::model::file) feature_mins: &'a [u8],
    pub(in crate::model::file) feature_maxs: &'a [u8],
    pub(in crate::model::file) level_counts: &'a [u8],
    pub(in crate::model::file) levels: WireTexts<'a>,
    pub(in crate::model::file) level_values: &'a [u8],
    pub(in crate::model::file) missing: WireTexts<'a>,
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) enum WireTarget<'a> {
    Classes { names: WireTexts<'a>, rows: &'a [u8] },
    Numbers { rows: u64, mean: f64, min: f64, max: f64, spelling: &'a str },
}

pub(in crate::model::file) fn encode_schema(schema: &Schema) -> Vec<u8> {
    let Schema { target, features, missing, .. } = schema;
    let (names, rows, spelled);
    let target_kind = match &target.kind {
        TargetKind::Classification { classes } => {
            names = Texts::new(classes.iter().map(|class| class.name.as_str()));
            rows = array(classes.iter().map(|class| class.rows.to_le_bytes()));
            WireTarget::Classes { names: names.wire(), rows: &rows }
        }
        TargetKind::Regression { rows, mean, min, max } => {
            spelled = spelling(target.spelling.as_ref());
            let (rows, mean, min, max) = (*rows, *mean, *min, *max);
            WireTarget::Numbers { rows, mean, min, max, spelling: &spelled }
        }
    };
    let kinds: Vec<u8> = features.iter().map(|feature| kind(&feature.kind)).collect();
    let spellings: Vec<String> = features.iter().map(feature_spelling).collect();
    let ranges = || features.iter().map(|feature| range(&feature.kind));
    let levels = || features.iter().map(Feature::levels);
    let level_values = levels().flatten().flat_map(Levels::values);
    to_bytes(WireSchema {
        target: &target.name,
        target_kind,
        feature_names: Texts::new(features.iter().map(|feature| feature.name.as_str())).wire(),
        feature_kinds: &kinds,
        feature_spellings: Texts::new(spellings.iter().map(String::as_str)).wire(),
        feature_missing: &array(features.iter().map(|feature| feature.missing.to_le_bytes())),
        feature_origins: &array(features.iter().map(|f| origin(&f.kind).to_le_bytes())),
        feature_mins: &array(ranges().map(|(min, _)| min.to_le_bytes())),
        feature_maxs: &array(ranges().map(|(_, max)| max.to_le_bytes())),
        level_counts: &array(levels().map(|l| (l.map_or(0, Levels::len) as u32).to_le_bytes())),
        levels: Texts::new(levels().flatten().flat_map(Levels::iter)).wire(),
        level_values: &array(level_values.map(|value| value.to_le_bytes())),
        missing: Texts::new(missing.iter().map(String::as_str)).wire(),
    })
}

fn feature_spelling(feature: &Feature) -> String {
    feature.spelling_text().unwrap_or_default()
}

/// Nothing for the plain way.
fn spelling(spelling: Option<&Spelling>) -> String {
    spelling.map(Spelling::to_string).unwrap_or_default()
}

fn kind(kind: &FeatureKind) -> u8 {
    match kind {
        FeatureKind::Number { .. } => NUMBER,
        FeatureKind::Date { .. } => DATE,
        FeatureKind::Category { .. } => CATEGORY,
        FeatureKind::DatePart { part, .. } => DATE_PART + *part as u8,
    }
}

fn origin(kind: &FeatureKind) -> i32 {
    match kind {
        FeatureKind::Date { origin, .. } => *origin,
        FeatureKind::Number { .. }
        | FeatureKind::DatePart { .. }
        | FeatureKind::Category { .. } => 0,
    }
}

fn range(kind: &FeatureKind) -> (f32, f32) {
    match kind {
        FeatureKind::Number { min, max }
        | FeatureKind::Date { min, max, .. }
        | FeatureKind::DatePart { min, max, .. } => (*min, *max),
        FeatureKind::Category { .. } => (0.0, 0.0),
    }
}
