//! Texts out of files, as messages show them: short, and without power over a terminal.

/// Of a list of names, a message shows so many.
const LISTED: usize = 20;

/// Of a text, so many characters.
const SHOWN: usize = 40;

/// A text with its control characters made visible.
pub(crate) fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
        shown
    })
}

/// The beginning of a text.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Names in quotes, separated by commas, the first of many.
pub(crate) fn list<T: AsRef<str>>(names: &[T]) -> String {
    let quoted = names.iter().take(LISTED).map(|name| format!("'{}'", shorten(name.as_ref())));
    let mut text = quoted.collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        text += &format!(" and {} more", names.len() - LISTED);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_not_obeyed() {
        assert_eq!(printable("red \x1b[31m é"), "red \\u{1b}[31m é");
    }

    #[test]
    fn long_texts_and_long_lists_are_cut() {
        assert_eq!(shorten(&"é".repeat(41)), "é".repeat(40) + "…");
        assert_eq!(list(&["a", "b"]), "'a', 'b'");
        assert!(list(&["a"; 23]).ends_with("'a' and 3 more"));
    }
}
