//! The texts of a column, whichever way it keeps them.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;

/// Gives a row's text, `None` where it is null.
pub(super) type TextOf<'a> = Box<dyn Fn(usize) -> Option<&'a str> + 'a>;

/// The texts of a column of texts, or of a dictionary of them; `None` if it is none.
pub(super) fn texts(column: &dyn Array) -> Option<TextOf<'_>> {
    match column.data_type() {
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            Some(Box::new(|row| texts.is_valid(row).then(|| texts.value(row))))
        }
        DataType::LargeUtf8 => {
            let texts = column.as_string::<i64>();
            Some(Box::new(|row| texts.is_valid(row).then(|| texts.value(row))))
        }
        DataType::Utf8View => {
            let texts = column.as_string_view();
            Some(Box::new(|row| texts.is_valid(row).then(|| texts.value(row))))
        }
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary_opt()?;
            let text = texts(dictionary.values().as_ref())?;
            // Keys are found for a dictionary with something in it only.
            if dictionary.values().is_empty() {
                return Some(Box::new(|_| None));
            }
            let keys = dictionary.normalized_keys();
            let nulls = dictionary.keys();
            Some(Box::new(move |row| nulls.is_valid(row).then(|| text(keys[row])).flatten()))
        }
        _ => None,
    }
}
