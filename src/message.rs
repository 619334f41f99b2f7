//! Texts of others (out of files, from users) as a terminal shows them: short, and without
//! power over it; and numbers of things.

use std::fmt::Write;

/// The maximum number of names of a list in a message.
const LISTED: usize = 20;

/// The maximum number of characters of a text in a message.
const SHOWN: usize = 40;

/// Whether a terminal would obey a character, or show nothing for it: control characters, line and
/// paragraph separators, and Unicode's invisible format characters, which turn the direction of text
/// or make two names look alike. Variation selectors up to U+FE0F stay: they only choose how the
/// character before them is drawn.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' // Zero width; direction.
            | '\u{2028}'..='\u{202e}' // Separators; embedding and overriding of direction.
            | '\u{2060}'..='\u{206f}' // Invisible operators; isolation of direction.
            | '\u{fff9}'..='\u{fffb}' // Annotation.
            | '\u{1d173}'..='\u{1d17a}' // Musical formatting.
            | '\u{e0000}'..='\u{e0fff}') // Tags; more variation selectors.
}

/// Whether a terminal shows a text as it is.
pub fn is_printable(text: &str) -> bool {
    !text.contains(is_hidden)
}

/// A text with its hidden characters, line feeds included, escaped.
pub fn printable(text: &str) -> String {
    escape(text, is_hidden, |shown, c| shown.extend(c.escape_default()))
}

/// A text of several lines with its hidden characters, but for its line feeds, escaped.
pub fn printable_lines(text: &str) -> String {
    let is_hidden = |c| c != '\n' && is_hidden(c);
    escape(text, is_hidden, |shown, c| shown.extend(c.escape_default()))
}

/// The same JSON with the hidden characters of its texts escaped in JSON's way.
pub fn printable_json(json: &str) -> String {
    let is_hidden = |c| c != '\n' && is_hidden(c);
    escape(json, is_hidden, |shown, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    })
}

fn escape(
    text: &str,
    is_hidden: impl Fn(char) -> bool,
    write_escaped: impl Fn(&mut String, char),
) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if is_hidden(c) {
            write_escaped(&mut shown, c);
        } else {
            shown.push(c);
        }
        shown
    })
}

/// The beginning of a text.
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The name that one is most likely a slip of: the most alike by Jaro and Winkler, the case aside, if any is alike at
/// all.
pub fn closest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_lowercase();
    let alike = |other: &str| strsim::jaro_winkler(&folded, &other.to_lowercase());
    let names = names.into_iter().map(|other| (alike(other), other));
    let closest = names.max_by(|(a, _), (b, _)| a.total_cmp(b));
    closest.filter(|(alike, _)| *alike >= 0.85).map(|(_, other)| other)
}

/// Names in quotes, separated by commas, the first of many.
pub fn list<T: AsRef<str>>(names: &[T]) -> String {
    let quoted = names.iter().take(LISTED).map(|name| format!("'{}'", shorten(name.as_ref())));
    let mut text = quoted.collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        text += &format!(" and {} more", names.len() - LISTED);
    }
    text
}

/// A number with a comma before every three digits: 1,234,567.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: 1 tree, 1,000 trees.
pub fn count(number: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { singular } else { plural })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_a_terminal_would_obey_or_hide_are_shown() {
        assert_eq!(printable("red \x1b[31m é"), "red \\u{1b}[31m é");
        assert_eq!(printable("\u{202e}\u{9b}\u{200b}"), "\\u{202e}\\u{9b}\\u{200b}");
        assert_eq!(printable("a\r\nb"), "a\\r\\nb");
        assert_eq!(printable_lines("a\r\nb"), "a\\r\nb");
        for text in ["añ 名前 ü", "❤\u{fe0f}", "C:\\x"] {
            assert!(is_printable(text) && printable(text) == text, "{text}");
        }
    }

    #[test]
    fn json_stays_the_same_json() {
        let text = "\u{7f}\u{9b}\u{2028}\u{2066}\u{e0041}\u{1b}\n\u{1d173}é";
        let json = serde_json::to_string_pretty(&[text]).unwrap();
        let shown = printable_json(&json);
        assert!(shown.lines().all(is_printable), "{shown}");
        assert!(shown.contains("\\udb40\\udc41"), "{shown}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&shown).unwrap(), [text]);
    }

    #[test]
    fn long_texts_and_long_lists_are_cut() {
        assert_eq!(shorten(&"é".repeat(41)), "é".repeat(40) + "…");
        assert_eq!(list(&["a", "b"]), "'a', 'b'");
        assert!(list(&["a"; 23]).ends_with("'a' and 3 more"));
    }
}
