//! How a table is read from a file, as it is asked for and as model files record it.

use serde::Serialize;

use super::input::Format;
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
    /// The byte between two cells; `None` for a tab in `.tsv` files, else a comma.
    #[serde(serialize_with = "as_char")]
    pub delimiter: Option<u8>,
}

#[expect(clippy::ref_option, reason = "serde hands out references to fields")]
fn as_char<S: serde::Serializer>(byte: &Option<u8>, serializer: S) -> Result<S::Ok, S::Error> {
    byte.map(char::from).serialize(serializer)
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
        let settings = optional(settings, "sample_weight", self.sample_weight.clone());
        let settings = optional(settings, "group", self.group.clone());
        let settings = optional(settings, "order", self.order.clone());
        let settings = optional(settings, "format", self.format.map(|format| format.to_string()));
        let delimiter = self.delimiter.map(|byte| char::from(byte).to_string());
        let settings = optional(settings, "delimiter", delimiter);
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
            sample_weight: settings.take_all("sample_weight").pop(),
            group: settings.take_all("group").pop(),
            order: settings.take_all("order").pop(),
            drop_missing_target: settings.take("drop_missing_target")?,
            format: settings.take_if_there("format")?,
            delimiter: delimiter.transpose()?,
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
            group: Some(String::new()),
            order: Some("day".to_owned()),
            sample_weight: Some("none".to_owned()),
            drop_missing_target: true,
            format: Some(Format::Csv),
            delimiter: Some(b'\t'),
            ..ReadOptions::new("y")
        };
        for options in [options, ReadOptions::new("y")] {
            let settings = options.to_settings().0;
            let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            assert_eq!(ReadOptions::from_settings(settings).unwrap(), options);
        }
    }
}
