//! The names of features and classes, and the levels of categories.

use super::arrays::{array, texts};
use super::literal::{comment, float, string};
use crate::data::{Feature, FeatureKind, Levels, Schema, USUAL_MISSING, iso_date};

/// Writes the names of classes and features, and what kinds the features are.
pub(super) fn write_names(c: &mut String, schema: &Schema) {
    let classes = schema.classes();
    if !classes.is_empty() {
        c.push('\n');
        let rows = classes
            .iter()
            .zip(0..)
            .map(|(class, code)| (&*class.name, format!("{code}: {}", comment(&class.name))));
        texts(c, "const char *const forest_class_names[FOREST_N_CLASSES]", rows);
    }
    c.push('\n');
    let features = || schema.features.iter().zip(0..);
    let names = features().map(|(feature, number)| {
        (&*feature.name, format!("{number}: {}: {}", comment(&feature.name), what(feature)))
    });
    texts(c, "const char *const forest_feature_names[FOREST_N_FEATURES]", names);
    c.push('\n');
    let kinds = features().map(|(feature, number)| (kind(feature), number.to_string()));
    texts(c, "const char *const forest_feature_kinds[FOREST_N_FEATURES]", kinds);
}

fn kind(feature: &Feature) -> String {
    match &feature.kind {
        FeatureKind::Number { .. } => "number".to_owned(),
        FeatureKind::Date { .. } => "date".to_owned(),
        FeatureKind::DatePart { part, .. } => part.to_string(),
        FeatureKind::Category { .. } => "category".to_owned(),
    }
}

/// What to put into a row.
fn what(feature: &Feature) -> String {
    let spelling = feature.spelling_text().map(|spelling| comment(&spelling));
    match &feature.kind {
        FeatureKind::Number { .. } if feature.date_spelling.is_some() => {
            "a time of day, in hours since midnight".to_owned()
        }
        kind if *kind == FeatureKind::UNKNOWN => "a number".to_owned(),
        FeatureKind::Number { min, max } => {
            let spelling = spelling
                .map(|spelling| format!(", as its column has it, in which 1234.56 is {spelling}"));
            format!("a number{}; {min} to {max} in training", spelling.unwrap_or_default())
        }
        FeatureKind::Date { origin, .. } => {
            format!("days since {} 00:00 UTC, with their fraction", iso_date(f64::from(*origin)))
        }
        FeatureKind::DatePart { part, .. } => format!("the {part} of the date, in UTC"),
        FeatureKind::Category { levels } => {
            format!("what forest_level gives for one of {} levels", levels.len())
        }
    }
}

/// Writes the levels, by their bytes, and the function that finds them.
pub(super) fn write_levels(c: &mut String, schema: &Schema) {
    let categories: Vec<(usize, &Levels)> = schema
        .features
        .iter()
        .enumerate()
        .filter_map(|(number, feature)| Some((number, feature.levels()?)))
        .collect();
    if categories.is_empty() {
        c.push_str(NO_LEVELS);
        return;
    }
    c.push_str("\n/* What stands for a missing value. */\n");
    let missing = USUAL_MISSING.into_iter().chain(schema.missing.iter().map(String::as_str));
    array(c, "char *const", "missing", missing.clone().map(string));
    c.push_str("\n/* The levels of each category by their bytes, and what they are in a row. */\n");
    for (feature, levels) in &categories {
        let mut sorted: Vec<(&str, f32)> = found(levels).collect();
        sorted.sort_unstable_by_key(|(level, _)| *level);
        let texts = sorted.iter().map(|(level, _)| string(level));
        array(c, "char *const", &format!("levels_{feature}"), texts);
        let values = sorted.iter().map(|(_, value)| float(*value));
        array(c, "float", &format!("values_{feature}"), values);
    }
    c.push_str(CATEGORY);
    let of_category = |(feature, levels): (usize, &Levels)| {
        let n = found(levels).count();
        format!("{{{feature}, {n}, forest_levels_{feature}, forest_values_{feature}}}")
    };
    array(c, "struct forest_category", "categories", categories.into_iter().map(of_category));
    c.push_str(&FIND_LEVEL.replace("UNSEEN", &float(Levels::UNSEEN)));
}

/// The levels that texts of C can be.
fn found(levels: &Levels) -> impl Iterator<Item = (&str, f32)> {
    let levels = levels.iter().zip(levels.values().iter().copied());
    levels.filter(|(level, _)| is_text(level))
}

/// Whether a text of C can be this one: a zero ends it.
pub(super) fn is_text(text: &str) -> bool {
    !text.contains('\0')
}

const NO_LEVELS: &str = "
float forest_level(int feature, const char *text)
{
    /* No feature is a category. */
    (void)feature;
    (void)text;
    return NAN;
}
";

const CATEGORY: &str = "
struct forest_category {
    int feature;
    size_t n;
    const char *const *levels;
    const float *values;
};

";

const FIND_LEVEL: &str = "
float forest_level(int feature, const char *text)
{
    size_t at;

    if (text == NULL)
        return NAN;
    for (at = 0; at < sizeof forest_missing / sizeof *forest_missing; at++)
        if (strcmp(text, forest_missing[at]) == 0)
            return NAN;
    for (at = 0; at < sizeof forest_categories / sizeof *forest_categories; at++) {
        const struct forest_category *category = &forest_categories[at];
        size_t low = 0, high = category->n;

        if (category->feature != feature)
            continue;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            const int order = strcmp(text, category->levels[middle]);

            if (order == 0)
                return category->values[middle];
            if (order < 0)
                high = middle;
            else
                low = middle + 1;
        }
        return UNSEEN;
    }
    return NAN;
}
";
