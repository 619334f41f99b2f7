//! Numbers, texts and comments as C has them.

use crate::message::printable;

/// The most bytes of a string literal that every C99 compiler takes.
const MAX_STRING: usize = 4095;

/// A hexadecimal literal, which is exact.
pub(super) fn double(value: f64) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value == 0.0 {
        return format!("{sign}0.0");
    }
    if value.is_infinite() {
        return format!("{sign}INFINITY");
    }
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let (lead, exponent) = if exponent == 0 { (0, -1022) } else { (1, exponent - 1023) };
    let digits = format!("{:013x}", bits & ((1 << 52) - 1));
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    format!("{sign}0x{lead}{point}{digits}p{exponent}")
}

/// Likewise, of type `float`.
pub(super) fn float(value: f32) -> String {
    let suffix = if value.is_infinite() { "" } else { "f" };
    double(f64::from(value)) + suffix
}

/// A text, in UTF-8 whatever the compiler takes the file for. A question mark is escaped, for two may begin a trigraph.
pub(super) fn string(text: &str) -> String {
    let octal = |byte: u8| format!("\\{byte:03o}");
    if text.len() > MAX_STRING {
        let bytes: Vec<String> = text.bytes().map(|byte| format!("'{}'", octal(byte))).collect();
        return format!("(const char[]){{{}, 0}}", bytes.join(", "));
    }
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | b'?' => literal.extend(['\\', char::from(byte)]),
            b' '..=b'~' => literal.push(char::from(byte)),
            _ => literal.push_str(&octal(byte)),
        }
    }
    literal.push('"');
    literal
}

/// A text on one line inside a comment, which it neither ends nor seems to begin.
pub(super) fn comment(text: &str) -> String {
    let text = printable(text).replace("*/", "* /").replace("/*", "/ *");
    text.replace("??", "? ?")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf("%a")` of the GNU C library, in which 0 has an exponent.
    #[test]
    fn floats_are_as_printf_writes_them() {
        for (value, text) in [
            (1.0, "0x1p0"),
            (-0.1875, "-0x1.8p-3"),
            (0.1, "0x1.999999999999ap-4"),
            (f64::MAX, "0x1.fffffffffffffp1023"),
            (5e-324, "0x0.0000000000001p-1022"),
            (-0.0, "-0.0"),
            (f64::INFINITY, "INFINITY"),
        ] {
            assert_eq!(double(value), text);
        }
        assert_eq!(float(0.1), "0x1.99999ap-4f");
        assert_eq!(float(f32::from_bits(1)), "0x1p-149f");
        assert_eq!(float(f32::INFINITY), "INFINITY");
    }

    #[test]
    fn texts_stay_inside_of_literals_and_comments() {
        assert_eq!(string("a\"\\?\n1é"), r#""a\"\\\?\0121\303\251""#);
        assert_eq!(string("\0"), "\"\\000\"");
        assert!(string(&"x".repeat(4096)).starts_with("(const char[]){'\\170', '\\170'"));
        assert_eq!(comment("a*/b/*c*/*??/\n\u{202e}"), "a* /b/ *c* / *? ?/\\n\\u{202e}");
    }
}
