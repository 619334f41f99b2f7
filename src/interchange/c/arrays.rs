//! Arrays of constants.

use super::literal::string;

/// Where a line of numbers ends.
const WIDTH: usize = 100;

/// Writes `static const TYPE forest_NAME[] = {…};`. An array that would be empty, which C does not know, has a 0.
pub(super) fn array(
    c: &mut String,
    c_type: &str,
    name: &str,
    values: impl Iterator<Item = String>,
) {
    c.push_str(&format!("static const {c_type} forest_{name}[] = {{"));
    let mut column = WIDTH;
    let mut values = values.peekable();
    let or_zero = values.peek().is_none().then(|| "0".to_owned());
    for value in values.chain(or_zero) {
        if column + value.len() >= WIDTH {
            c.push_str("\n    ");
            column = 4;
        }
        column += value.len() + 1;
        c.push_str(&value);
        c.push(',');
    }
    c.push_str("\n};\n");
}

/// Writes an array of texts that other files may use, one a line, each with a comment.
pub(super) fn texts<T: AsRef<str>>(
    c: &mut String,
    declaration: &str,
    texts: impl Iterator<Item = (T, String)>,
) {
    c.push_str(&format!("{declaration} = {{\n"));
    for (text, comment) in texts {
        c.push_str(&format!("    {}, /* {comment} */\n", string(text.as_ref())));
    }
    c.push_str("};\n");
}

/// The narrowest type of numbers from 0 to `greatest`.
pub(super) fn unsigned(greatest: usize) -> &'static str {
    match greatest {
        0..=0xff => "uint8_t",
        0x100..=0xffff => "uint16_t",
        _ => "uint32_t",
    }
}

/// The narrowest type of `n` numbers from 0, and as many below.
pub(super) fn signed(n: usize) -> &'static str {
    match n {
        0..=0x80 => "int8_t",
        0x81..=0x8000 => "int16_t",
        _ => "int32_t",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_as_narrow_as_their_numbers() {
        assert_eq!(
            [255, 256, 65_535, 65_536].map(unsigned),
            ["uint8_t", "uint16_t", "uint16_t", "uint32_t"]
        );
        // 128 numbers are 0 to 127, and −128 to −1.
        assert_eq!(
            [128, 129, 32_768, 32_769].map(signed),
            ["int8_t", "int16_t", "int16_t", "int32_t"]
        );
    }

    #[test]
    fn no_array_is_empty() {
        let mut c = String::new();
        array(&mut c, "float", "x", std::iter::empty());
        assert_eq!(c, "static const float forest_x[] = {\n    0,\n};\n");
    }
}
