//! Settings as texts: one by its name, and all of them in model files and in reports.

use linfa::ParamGuard;
use serde::{Serialize, Serializer};

use super::params::{ForestParams, ForestValidParams, Hyperparameter};
use crate::message::{list, shorten};
use crate::settings::{Settings, unreadable};
use crate::{Error, Parameter, Result};

impl ForestParams {
    /// Sets a [hyperparameter](Self::hyperparameters) by its name to what a text says, such as `100`,
    /// `0.5`, `true`, `sqrt` or, for one that can be left open, `none`.
    ///
    /// ```
    /// use forest::ForestParams;
    ///
    /// let params = ForestParams::new().set("n_trees", "10")?.set("max_features", "0.5")?;
    /// let error = params.set("learner", "xgboost").unwrap_err();
    /// assert_eq!(error.to_string(), "`learner` is xgboost, but must be cart or linfa");
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// There is no such hyperparameter, or it cannot be that. Whether a number is in range is found out
    /// when all is checked.
    pub fn set(mut self, name: &str, text: &str) -> Result<Self> {
        let rows = Self::hyperparameters();
        let Some(row) = rows.iter().find(|row| row.name == name) else {
            let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
            return Err(Error::setting(format!("there is no hyperparameter '{}'", shorten(name)))
                .with_help(format!("there are {}", list(&names))));
        };
        match (row.read)(&mut self.0, text) {
            Some(()) => Ok(self),
            None => Err(Error::out_of_range(Parameter(row.name), shorten(text), row.readable())),
        }
    }
}

impl ForestValidParams {
    /// All settings that shape the forest, by name, as texts.
    pub fn settings(&self) -> Vec<(String, String)> {
        let setting = |row: &Hyperparameter| (row.name.to_owned(), (row.text)(self));
        ForestParams::hyperparameters().iter().map(setting).collect()
    }

    /// The settings that a model file records.
    pub(crate) fn to_settings(&self) -> Settings {
        let rows = ForestParams::hyperparameters().iter();
        let recorded =
            rows.zip(self.settings()).filter(|(row, (_, text))| row.unrecorded != Some(text));
        Settings(recorded.map(|(_, setting)| setting).collect())
    }

    /// What [`to_settings`](Self::to_settings) wrote.
    pub(crate) fn from_settings(mut settings: Settings) -> Result<Self> {
        let mut params = ForestParams::new();
        for row in ForestParams::hyperparameters() {
            let text = match row.unrecorded {
                None => settings.take(row.name)?,
                Some(unrecorded) => {
                    settings.take_if_there(row.name)?.unwrap_or_else(|| unrecorded.to_owned())
                }
            };
            (row.read)(&mut params.0, &text).ok_or_else(|| unreadable(row.name, &text))?;
        }
        settings.finish()?;
        params.check()
    }
}

/// Serialized as the settings are recorded, but for numbers and flags, which stay what they are.
impl Serialize for ForestValidParams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let settings = self.settings();
        serializer.collect_map(settings.iter().map(|(name, text)| (name, typed(text))))
    }
}

/// A number, a flag or nothing where the text is one.
fn typed(text: &str) -> serde_json::Value {
    match text {
        "none" => serde_json::Value::Null,
        _ => text.parse().unwrap_or_else(|_| text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Allowed, Learner};

    #[test]
    fn files_record_what_the_format_says_in_its_order() {
        let rows = ForestParams::hyperparameters();
        let names: Vec<String> = rows.iter().map(|row| format!("`{}`", row.name)).collect();
        assert!(include_str!("../../FORMAT.md").contains(&names.join(", ")), "{names:?}");
    }

    #[test]
    fn what_is_set_by_name_is_recorded_and_read_back() {
        let mut params = ForestParams::new();
        for row in ForestParams::hyperparameters() {
            let text = match row.allowed {
                Allowed::Bool => (row.default() == "false").to_string(),
                Allowed::Whole { min, .. } => (min + 3).to_string(),
                Allowed::Number { min } => (min + 0.25).to_string(),
                Allowed::OneOf { names, .. } => (*names.last().unwrap()).to_owned(),
            };
            params = params.set(row.name, &text).unwrap();
            assert_eq!((row.text)(&params.0), text, "{}", row.name);
            assert!(
                ForestParams::new().set(row.name, &row.default()).unwrap() == ForestParams::new()
            );
        }
        assert_eq!((params.0.n_trees, params.0.learner), (4, Learner::Linfa));
        // What linfa-trees has no notion of does not go with it, nor a choice out of bag without the bootstrap.
        let params = params.learner(Learner::Cart).bootstrap(true).check().unwrap();
        assert_eq!(ForestValidParams::from_settings(params.to_settings()).unwrap(), params);
    }

    #[test]
    fn what_cannot_be_set_is_refused_by_name() {
        for (name, text, expected) in [
            ("n_trees", "many", "`n_trees` is many, but must be a whole number, from 1 to 500000"),
            (
                "max_depth",
                "1.5",
                "`max_depth` is 1.5, but must be a whole number, at least 1, or none",
            ),
            ("bootstrap", "yes", "`bootstrap` is yes, but must be true or false"),
            ("n_estimators", "1", "there is no hyperparameter 'n_estimators'"),
        ] {
            let error = ForestParams::new().set(name, text).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn a_value_out_of_range_is_refused_with_what_is_allowed() {
        for (name, text, allowed) in [
            ("n_trees", "0", "from 1 to 500000"),
            ("n_trees", "500001", "from 1 to 500000"),
            ("max_depth", "0", "at least 1"),
            ("min_samples_split", "1", "at least 2"),
            ("max_bins", "65536", "from 2 to 65535"),
            ("min_impurity_decrease", "NaN", "a finite number, 0 or more"),
            ("max_features", "0", "at least 1"),
            (
                "max_samples",
                "1.5",
                "a whole number from 1 up, or a fraction above 0 and at most 1.0",
            ),
            ("class_weight", "1,0", "a positive number for each class"),
        ] {
            let error = ForestParams::new().set(name, text).unwrap().check().unwrap_err();
            assert_eq!(error.parameter(), Some(Parameter(name)), "{error}");
            assert_eq!(error.allowed(), Some(allowed), "{error}");
        }
    }
}
