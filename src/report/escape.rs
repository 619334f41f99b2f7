//! Texts of tables and models as HTML and Markdown have them.

use forest::message::printable;

/// A text in HTML, in or out of quotes. Characters that have power over a terminal or turn the order of letters are shown by their
/// codes.
pub(crate) fn escape(text: &str) -> String {
    let mut html = String::new();
    for letter in printable(text).chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(letter),
        }
    }
    html
}

/// A text in Markdown, also in a cell of a table.
pub(crate) fn escape_markdown(text: &str) -> String {
    let mut markdown = String::new();
    for letter in printable(text).chars() {
        match letter {
            '<' => markdown.push_str("&lt;"),
            '>' => markdown.push_str("&gt;"),
            '&' => markdown.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                markdown.push('\\');
                markdown.push(letter);
            }
            _ => markdown.push(letter),
        }
    }
    markdown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_an_element_or_ends_a_quote() {
        assert_eq!(escape("<script>'a' & \"b\""), "&lt;script&gt;&#39;a&#39; &amp; &quot;b&quot;");
        assert_eq!(escape_markdown("<b>|*a_b*"), "&lt;b&gt;\\|\\*a\\_b\\*");
        assert!(!escape("a\u{202e}b\u{1b}[31m").contains(['\u{202e}', '\u{1b}']));
    }
}
