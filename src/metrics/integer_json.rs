//! Sums of weights in JSON: integers where they are whole, as counts of rows are.

use serde::{Serialize, Serializer};

/// A sum of weights that is written as an integer if it is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntegerJson(pub f64);

impl Serialize for IntegerJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match as_count(self.0) {
            Some(count) => serializer.serialize_u64(count),
            None => serializer.serialize_f64(self.0),
        }
    }
}

/// The sum of weights as a count, if it is whole and small enough that each whole number is a
/// float.
pub fn as_count(sum: f64) -> Option<u64> {
    const MOST: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    ((0.0..=MOST).contains(&sum) && sum.fract() == 0.0).then_some(sum as u64)
}

/// For `serialize_with` on a sum of weights.
pub(super) fn serialize<S: Serializer>(sum: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    IntegerJson(*sum).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sums_are_integers_and_others_are_not() {
        let json = |sum| serde_json::to_string(&IntegerJson(sum)).unwrap();
        assert_eq!([0.0, 3.0, 2.5, 1e300].map(json), ["0", "3", "2.5", "1e+300"]);
    }
}
