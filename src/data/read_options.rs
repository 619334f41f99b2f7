//! How a table is read from a file, as it is asked for and as model files record it.

use serde::Serialize;

use super::input::Format;
use super::input::dates::DateOrder;
use crate::message::shorten;
use crate::settings::{Settings, unreadable};
use crate::{Error, Result, Task};

/// How to read a table from a file.
///
/// ```
/// use forest::data::{ReadOptions, Table};
///
/// let options = ReadOptions {
///     ignore: vec!["year".to_owned()],
///     drop_missing_target: true,
///     ..ReadOptions::new("body_mass_g")
/// };
/// let table = Table::read("examples/data/penguins.csv", &options)?;
/// assert_eq!((table.n_rows(), table.features.len()), (342, 6));
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadOptions {
    /// The column that holds what there is to predict.
    pub target: String,
    /// What the target is; `None` for what it looks like: numbers with fractions, or of many
    /// different values, are quantities, and all else is classes.
    pub task: Option<Task>,
    /// Columns to leave out: a name each, or several with commas between them.
    pub ignore: Vec<String>,
    /// Columns that are texts, whatever they look like; likewise.
    pub categorical: Vec<String>,
    /// Columns that are numbers; likewise.
    pub numeric: Vec<String>,
    /// Columns that are features though they number the rows or identify them, which else are left
    /// out; likewise. Those that are said to be texts or numbers are features as well.
    pub keep: Vec<String>,
    /// What stands for a missing value, besides nothing, `NA`, `NaN` and `null`.
    pub missing: Vec<String>,
    /// The order of day, month and year in columns of dates that leave it open.
    pub dates: Option<DateOrder>,
    /// Whether the parts of dates (month, day, weekday, day of the year, hour) are features of their own,
    /// as far as they vary.
    pub date_parts: bool,
    /// The column that holds the rows' weights.
    pub sample_weight: Option<String>,
    /// The column of which equal values make a group: splits keep a group's rows on one side. It is no
    /// feature.
    pub group: Option<String>,
    /// The column of numbers or dates that splits go by: the rows with the largest values are held
    /// out. It is a feature, unless it is left out.
    pub order: Option<String>,
    /// Whether rows without a target are left out; else they are an error.
    pub drop_missing_target: bool,
    /// The file's format; `None` for what its name suggests.
    pub format: Option<Format>,
    /// The byte between two cells; `None` for a tab in `.tsv` files, else for what the header and the
    /// first rows have between them.
    #[serde(serialize_with = "as_char")]
    pub delimiter: Option<u8>,
    /// What stands before the decimals of numbers, a point or a comma; `None` for what fits.
    pub decimal: Option<char>,
    /// What stands between thousands, a point, a comma, a space or an apostrophe; `None` for what fits.
    pub thousands: Option<char>,
}

#[expect(clippy::ref_option, reason = "serde hands out references to fields")]
fn as_char<S: serde::Serializer>(byte: &Option<u8>, serializer: S) -> Result<S::Ok, S::Error> {
    byte.map(char::from).serialize(serializer)
}

/// No target, and all else left open; dates with their parts.
impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            target: String::new(),
            task: None,
            ignore: Vec::new(),
            categorical: Vec::new(),
            numeric: Vec::new(),
            keep: Vec::new(),
            missing: Vec::new(),
            dates: None,
            date_parts: true,
            sample_weight: None,
            group: None,
            order: None,
            drop_missing_target: false,
            format: None,
            delimiter: None,
            decimal: None,
            thousands: None,
        }
    }
}

impl ReadOptions {
    /// A target, and all else by default.
    pub fn new(target: impl Into<String>) -> Self {
        Self { target: target.into(), ..Self::default() }
    }
}

/// The most settings that are no lists: more than there are names.
const MAX_OTHERS: usize = 16;

/// One setting for each name in a list.
const LISTS: [&str; 5] = ["ignore", "categorical", "numeric", "keep", "missing"];

impl ReadOptions {
    fn lists(&self) -> [&Vec<String>; LISTS.len()] {
        [&self.ignore, &self.categorical, &self.numeric, &self.keep, &self.missing]
    }

    /// As settings in a model file; what is left open is left out.
    pub(crate) fn to_settings(&self) -> Settings {
        let mut settings = Settings::default().with("target", &self.target);
        for (name, values) in LISTS.into_iter().zip(self.lists()) {
            settings = values.iter().fold(settings, |settings, value| settings.with(name, value));
        }
        let optional = |settings: Settings, name, value: Option<String>| match value {
            Some(value) => settings.with(name, value),
            None => settings,
        };
        let settings = optional(settings, "task", self.task.map(|task| task.to_string()));
        let settings = optional(settings, "dates", self.dates.map(|order| order.to_string()));
        let no_parts = (!self.date_parts).then(|| false.to_string());
        let settings = optional(settings, "date_parts", no_parts);
        let settings = optional(settings, "sample_weight", self.sample_weight.clone());
        let settings = optional(settings, "group", self.group.clone());
        let settings = optional(settings, "order", self.order.clone());
        let settings = optional(settings, "format", self.format.map(|format| format.to_string()));
        let delimiter = self.delimiter.map(|byte| char::from(byte).to_string());
        let settings = optional(settings, "delimiter", delimiter);
        let settings = optional(settings, "decimal", self.decimal.map(String::from));
        let settings = optional(settings, "thousands", self.thousands.map(String::from));
        settings.with("drop_missing_target", self.drop_missing_target)
    }

    /// What [`to_settings`](Self::to_settings) wrote, as names and values. Lists can be long: they are
    /// not copied on the way.
    pub(crate) fn from_settings<'a>(
        settings: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> Result<Self> {
        let [ignore, categorical, numeric, keep, missing] = LISTS.map(|list| {
            let values = settings.clone().filter(|(name, _)| *name == list).map(|(_, value)| value);
            let mut texts = Vec::with_capacity(values.clone().count());
            texts.extend(values.map(str::to_owned));
            texts
        });
        let mut others = settings.filter(|(name, _)| !LISTS.contains(name));
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut settings = Settings(others.by_ref().take(MAX_OTHERS).map(owned).collect());
        if let Some((name, _)) = others.next() {
            return Err(Error::model(format!("there are too many settings: '{}'", shorten(name))));
        }
        let delimiter = settings.take_all("delimiter").pop().map(|text| match text.as_bytes() {
            [byte] => Ok(*byte),
            _ => Err(unreadable("delimiter", &text)),
        });
        let options = Self {
            target: settings.take("target")?,
            task: settings.take_if_there("task")?,
            ignore,
            categorical,
            numeric,
            keep,
            missing,
            dates: settings.take_if_there("dates")?,
            date_parts: settings.take_if_there("date_parts")?.unwrap_or(true),
            sample_weight: settings.take_all("sample_weight").pop(),
            group: settings.take_all("group").pop(),
            order: settings.take_all("order").pop(),
            drop_missing_target: settings.take("drop_missing_target")?,
            format: settings.take_if_there("format")?,
            delimiter: delimiter.transpose()?,
            decimal: settings.take_if_there("decimal")?,
            thousands: settings.take_if_there("thousands")?,
        };
        settings.finish()?;
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let options = ReadOptions {
            task: Some(Task::Regression),
            ignore: names(&["a", "none", ""]),
            keep: names(&["", "id"]),
            missing: names(&["?"]),
            dates: Some(DateOrder::Dmy),
            date_parts: false,
            group: Some(String::new()),
            order: Some("day".to_owned()),
            sample_weight: Some("none".to_owned()),
            drop_missing_target: true,
            format: Some(Format::Csv),
            delimiter: Some(b'\t'),
            decimal: Some(','),
            thousands: Some(' '),
            ..ReadOptions::new("y")
        };
        for options in [options, ReadOptions::new("y")] {
            let settings = options.to_settings().0;
            let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            assert_eq!(ReadOptions::from_settings(settings).unwrap(), options);
        }
    }
}
