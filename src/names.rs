//! Enums as texts: each value has a name, or holds a number that stands for it.

use std::str::FromStr;

use crate::Error;
use crate::message::shorten;

/// An enum whose values have names.
pub trait Named: FromStr<Err = Error> {
    /// The names, in the order of the values.
    const NAMES: &'static [&'static str];

    /// What there can be instead of a name, in words.
    const OTHERS: &'static [&'static str];
}

/// What a value holds that has no name, as text.
pub(crate) trait Held: Sized {
    /// The text.
    fn to_text(&self) -> String;

    /// What has this text.
    fn from_text(text: &str) -> Option<Self>;
}

impl Held for usize {
    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Held for f64 {
    fn to_text(&self) -> String {
        // Debug keeps the point in 1.0, which tells it from the whole number.
        format!("{self:?}")
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Gives the values of an enum their names, for reading and writing. Variants that hold something come
/// last, with words for it; the first that can read a text takes it.
macro_rules! names {
    ($type:ident {
        $($variant:ident: $name:literal),+ $(; $($holder:ident: $words:literal),+)? $(,)?
    }) => {
        impl $crate::names::Named for $type {
            const NAMES: &'static [&'static str] = &[$($name),+];
            const OTHERS: &'static [&'static str] = &[$($($words),+)?];
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant => f.write_str($name),)+
                    $($(Self::$holder(held) => f.write_str(&$crate::names::Held::to_text(held)),)+)?
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::Error;

            fn from_str(text: &str) -> $crate::Result<Self> {
                match text {
                    $($name => return Ok(Self::$variant),)+
                    _ => {}
                }
                $($(if let Some(held) = $crate::names::Held::from_text(text) {
                    return Ok(Self::$holder(held));
                })+)?
                Err($crate::names::unknown::<Self>(text))
            }
        }
    };
}
pub(crate) use names;

/// The error for a text that names no value of an enum.
pub(crate) fn unknown<T: Named>(text: &str) -> Error {
    let known = either(T::NAMES, T::OTHERS);
    Error::setting(format!("'{}' is not one of: {known}", shorten(text)))
}

/// Names, then other words, as "a, b or c".
pub(crate) fn either(names: &[&str], others: &[&str]) -> String {
    match [names, others].concat().as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        all => all.concat(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Task;

    use super::*;

    #[test]
    fn a_text_that_is_no_name_is_refused_with_all_names() {
        let error = "ranking".parse::<Task>().unwrap_err().to_string();
        assert_eq!(error, "'ranking' is not one of: classification or regression");
        assert_eq!(either(&["a"], &[]), "a");
        assert_eq!(either(&["a", "b"], &["a number"]), "a, b or a number");
    }
}
