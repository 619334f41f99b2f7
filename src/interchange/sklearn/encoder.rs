//! An `OrdinalEncoder` of all columns before a forest: categories as their positions, which levels can hold exactly.
//!
//! Levels here have values of their own, and a text that is none of them has the value 0. So positions are shifted by
//! what the encoder has for unknown categories; and a missing cell, which the encoder may have a number for as well,
//! goes where that number goes.

use std::borrow::Cow;

use super::numpy::{self, Elements, int};
use super::object::Instance;
use super::text;
use super::values::{Id, PyValue, PyValues};
use crate::data::Levels;
use crate::{Error, Result};

/// Positions and what they are shifted by are exact as `f32`.
const MAX_CODE: f64 = 8_388_608.0;

/// An encoder that was fitted.
pub(super) struct OrdinalEncoder<'v> {
    pub(super) columns: Vec<EncodedColumn<'v>>,
    /// The columns' names, if they had some.
    pub(super) names: Option<Id>,
    /// What an unknown category is.
    unknown: f64,
}

/// A column of texts.
pub(super) struct EncodedColumn<'v> {
    categories: Vec<Cow<'v, str>>,
    /// What a missing cell is; NaN if it stays missing.
    missing: f64,
}

impl<'v> OrdinalEncoder<'v> {
    /// Reads an encoder.
    ///
    /// # Errors
    /// It does what levels cannot.
    pub(super) fn read(values: &'v PyValues<'v>, instance: &Instance<'v>) -> Result<Self> {
        let refused = |what: &str| {
            Error::model(format!("the pipeline's OrdinalEncoder cannot be imported: {what}"))
        };
        if instance.text("handle_unknown") != Some("use_encoded_value") {
            let what = "it fails on categories that it does not know, and a model here does not";
            return Err(refused(what)
                .with_help("fit it with handle_unknown='use_encoded_value', unknown_value=-1"));
        }
        let is_set = |name: &str| {
            instance.get(name).is_some_and(|id| !matches!(values.get(id), PyValue::None))
        };
        if is_set("max_categories") || is_set("min_frequency") {
            return Err(refused("it puts rare categories together"));
        }
        let unknown = number(values, instance.need("unknown_value")?);
        let unknown = unknown.filter(|unknown| unknown.abs() <= MAX_CODE && unknown.fract() == 0.0);
        let unknown = unknown.ok_or_else(|| refused("its unknown_value is not a whole number"))?;
        let missing = match instance.get("encoded_missing_value") {
            None => f64::NAN,
            Some(id) => number(values, id)
                .ok_or_else(|| refused("its encoded_missing_value is not a number"))?,
        };
        let PyValue::List(columns) = values.get(instance.need("categories_")?) else {
            return Err(refused("its categories are not a list"));
        };
        let columns = columns.iter().map(|&id| {
            let column = categories(values, id)?;
            let (categories, has_missing) = column.ok_or_else(|| {
                refused("it encodes what is no text; leave columns of numbers out of it")
            })?;
            let is_known = (0..categories.len()).contains(&(unknown as usize)) && unknown >= 0.0;
            if is_known || categories.len() as f64 > MAX_CODE {
                return Err(refused("its unknown_value is that of a category"));
            }
            let categories = text::different(categories, "categories are")?;
            Ok(EncodedColumn { categories, missing: if has_missing { missing } else { unknown } })
        });
        let columns = columns.collect::<Result<_>>()?;
        Ok(Self { columns, names: instance.get("feature_names_in_"), unknown })
    }

    /// The levels of a column.
    pub(super) fn levels(&self, column: usize) -> Result<Levels> {
        let texts = self.columns[column].categories.iter().enumerate();
        Levels::new(texts.map(|(code, text)| (&**text, (code as f64 - self.unknown) as f32)))
    }

    /// A threshold for levels, and where missing cells go, of those for codes.
    pub(super) fn shift(&self, feature: usize, threshold: f64, missing_left: bool) -> (f64, bool) {
        let missing = self.columns.get(feature).map_or(f64::NAN, |column| column.missing);
        let missing_left = if missing.is_nan() { missing_left } else { missing <= threshold };
        // All codes are whole numbers.
        (threshold.floor() - self.unknown, missing_left)
    }
}

/// The categories of a column, and whether a missing cell is one of them; `None` if others than that are no texts.
fn categories<'v>(values: &'v PyValues, id: Id) -> Result<Option<(Vec<Cow<'v, str>>, bool)>> {
    let array = numpy::array(values, id)?;
    let Elements::Objects(objects) = array.elements else {
        let is_text = array.scalars().is_some_and(|(_, bytes)| bytes.is_empty())
            || matches!(array.scalars(), Some((scalar, _)) if scalar.kind == super::dtype::ElementKind::Text);
        let texts = is_text.then(|| text::elements(values, &array, "categories")).transpose()?;
        return Ok(texts.map(|texts| (texts, false)));
    };
    let is_missing = |&id: &Id| match values.get(id) {
        PyValue::None => true,
        PyValue::Float(value) => value.is_nan(),
        _ => false,
    };
    let n_missing = objects.iter().rev().take_while(|id| is_missing(id)).count();
    let texts = objects[..objects.len() - n_missing].iter();
    let texts: Option<Vec<Cow<'v, str>>> = texts
        .map(|&id| values.text(id).filter(|text| !text.is_empty()).map(Cow::Borrowed))
        .collect();
    Ok(texts.map(|texts| (texts, n_missing > 0)))
}

fn number(values: &PyValues, id: Id) -> Option<f64> {
    match values.get(id) {
        PyValue::Float(value) => Some(*value),
        _ => match int(values, id) {
            Some(value) => Some(value as f64),
            None => numpy::scalar(values, id).and_then(|(scalar, bytes)| scalar.float(&bytes)),
        },
    }
}
