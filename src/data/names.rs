//! Finds levels and labels by their texts, also where another program wrote them in another way.

use std::collections::HashMap;

/// What texts stand for.
pub(super) struct Names<'a, T> {
    by_text: HashMap<&'a str, T>,
    /// Of texts that are numbers, by the bits of these; none for which there are several.
    by_number: HashMap<u64, Option<T>>,
}

impl<'a, T: Copy> Names<'a, T> {
    pub(super) fn new(names: impl Iterator<Item = (&'a str, T)>) -> Self {
        let by_text: HashMap<&str, T> = names.collect();
        let mut by_number = HashMap::new();
        for (text, &value) in &by_text {
            if let Some(bits) = bits(text) {
                by_number.entry(bits).and_modify(|value| *value = None).or_insert(Some(value));
            }
        }
        Self { by_text, by_number }
    }

    /// What a text stands for: the same text, the same number (`1` for `1.0`), or the same truth value
    /// (`true` for `True`).
    pub(super) fn get(&self, text: &str) -> Option<T> {
        let exact = |text: &str| self.by_text.get(text).copied();
        let as_number = || bits(text).and_then(|bits| self.by_number.get(&bits).copied().flatten());
        exact(text).or_else(as_number).or_else(|| {
            ["true", "false"].into_iter().find(|truth| truth.eq_ignore_ascii_case(text))?;
            let (lower, upper) = (text.to_ascii_lowercase(), text.to_ascii_uppercase());
            let title = upper[..1].to_owned() + &lower[1..];
            [lower, title, upper].iter().find_map(|spelling| exact(spelling))
        })
    }
}

/// The bits of the number that a text is, both zeros alike.
fn bits(text: &str) -> Option<u64> {
    text.parse().ok().map(|number: f64| (number + 0.0).to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_as_another_program_writes_it_and_as_itself_first() {
        let names = ["True", "False", "1.0", "2", "02", "yes"];
        let names = Names::new(names.into_iter().zip(0..));
        for (text, expected) in [
            ("True", Some(0)),
            ("true", Some(0)),
            ("FALSE", Some(1)),
            ("1", Some(2)),
            ("2", Some(3)),
            ("02", Some(4)),
            ("2.0", None),
            ("yes", Some(5)),
            ("Yes", None),
            ("", None),
        ] {
            assert_eq!(names.get(text), expected, "{text}");
        }
    }
}
