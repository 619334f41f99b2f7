//! Values of features in words.

use super::levels::Levels;
use super::prediction::schema_report::iso_date;
use super::schema::{Feature, FeatureKind};
use crate::message::list;

/// The most levels that are named.
const NAMED_LEVELS: usize = 3;

impl Feature {
    /// A value of this feature, as the forest has it, for people: a number, a date in ISO 8601, the level that has the value
    /// (several may have it), `missing`.
    pub fn value_text(&self, value: f32) -> String {
        if value.is_nan() {
            return "missing".to_owned();
        }
        match &self.kind {
            FeatureKind::Number { .. } | FeatureKind::DatePart { .. } => value.to_string(),
            FeatureKind::Date { origin, .. } => iso_date(f64::from(*origin) + f64::from(value)),
            FeatureKind::Category { .. } => {
                let levels = self.level_values().filter(|(_, other)| *other == value);
                let levels: Vec<&str> = levels.map(|(level, _)| level).collect();
                match levels.len() {
                    0 => "an unknown level".to_owned(),
                    1..=NAMED_LEVELS => levels.join(" or "),
                    _ => format!("one of {}", list(&levels)),
                }
            }
        }
    }

    /// Which values are at most a threshold, for people: `age <= 30.5`, `island is Biscoe or Dream`; `age is known` where all
    /// are.
    pub fn condition_text(&self, threshold: f32) -> String {
        let name = &self.name;
        if threshold == f32::INFINITY {
            return format!("{name} is known");
        }
        let FeatureKind::Category { .. } = &self.kind else {
            return format!("{name} <= {}", self.value_text(threshold));
        };
        let left = self.level_values().filter(|(_, value)| *value <= threshold);
        let left: Vec<&str> = left.map(|(level, _)| level).collect();
        // What training has not seen counts as 0.
        let unknown = if threshold >= Levels::UNSEEN { ", or unknown" } else { "" };
        match left.len() {
            0 => format!("{name} is an unknown level"),
            1..=NAMED_LEVELS => format!("{name} is {}{unknown}", left.join(" or ")),
            n => format!("{name} is one of {n} levels: {}{unknown}", list(&left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_said_as_people_know_them() {
        let feature = |kind| Feature {
            name: "x".to_owned(),
            kind,
            spelling: None,
            date_spelling: None,
            missing: 0,
        };
        let number = feature(FeatureKind::Number { min: 0.0, max: 1.0 });
        assert_eq!([0.1, 221.0, f32::NAN].map(|v| number.value_text(v)), ["0.1", "221", "missing"]);
        // 2024-01-31 is day 19,753.
        let date = feature(FeatureKind::Date { origin: 19_750, min: 0.0, max: 9.0 });
        assert_eq!(date.value_text(3.0), "2024-01-31");
        let levels = [("a", -1.0), ("b", 0.5), ("c", 0.5)];
        let levels = Levels::new(levels.into_iter()).unwrap();
        let category = feature(FeatureKind::Category { levels });
        let texts = [-1.0, 0.5, 0.0].map(|value| category.value_text(value));
        assert_eq!(texts, ["a", "b or c", "an unknown level"]);
        assert_eq!(category.condition_text(-0.5), "x is a");
        assert_eq!(category.condition_text(0.25), "x is a, or unknown");
        assert_eq!(date.condition_text(3.0), "x <= 2024-01-31");
        assert_eq!(number.condition_text(f32::INFINITY), "x is known");
    }
}
