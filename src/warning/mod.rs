//! What a table or a model has that its user should know: kept as data, said in a sentence.

mod sentence;

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::message::shorten;
use crate::metrics::integer_json::IntegerJson;
use crate::names::names;

/// The most warnings of one kind that are kept one by one.
const MOST_OF_A_KIND: usize = 20;

/// The most texts that a warning names.
pub(crate) const MOST_TEXTS: usize = 20;

/// Something that the user of a table or a model should know.
///
/// ```
/// use forest::data::{ReadOptions, Table};
/// use forest::{Severity, WarningKind};
///
/// let options = ReadOptions { drop_missing_target: true, ..ReadOptions::new("body_mass_g") };
/// let warnings = Table::read("examples/data/penguins.csv", &options)?.warnings();
/// assert_eq!(warnings[0].kind, WarningKind::NumericTarget);
/// assert_eq!(warnings[0].kind.severity(), Severity::Note);
/// assert!(warnings[0].to_string().starts_with("'body_mass_g' is numbers of many values"));
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// The column that it is about, if it is about one.
    pub column: Option<String>,
    /// Texts that it names, the first 20: cells, or labels of classes.
    pub texts: Vec<String>,
    /// Numbers, as many as its kind has [names](WarningKind::figures) for.
    pub figures: Vec<f64>,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// The target was taken for numbers, so this is a regression.
    NumericTarget,
    /// Rows without a target were left out.
    RowsWithoutTarget,
    /// A column that numbers the rows was left out.
    RowNumbersLeftOut,
    /// A column of texts that differ from row to row was left out.
    IdentifiersLeftOut,
    /// A feature numbers the rows.
    RowNumbers,
    /// A feature has no values.
    NoValues,
    /// A feature is numbers but for a few texts.
    StrayTexts,
    /// Few rows have the same text in a feature.
    Identifiers,
    /// A feature's numbers differ in digits that an `f32` does not keep.
    CoarseNumbers,
    /// The delimiter is not the comma, and nobody said so.
    Delimiter,
    /// Words count as missing values in a column of numbers or dates.
    MissingWords,
    /// Nothing decides whether the numbers of a column have decimals or thousands.
    GuessedSpelling,
    /// A column of dates can have several spellings, and is taken for texts.
    UndecidedDates,
    /// Years of two digits leave the century of dates open, which are taken for texts.
    ShortYears,
    /// A column of dates has several spellings, and is taken for texts.
    SeveralSpellings,
    /// Trees saw rows of the same group as the rows that the out-of-bag score is of.
    GroupsOutOfBag,
    /// Held-out rows are equal to training rows.
    SharedRows,
    /// One feature alone predicts nearly every class.
    ColumnTellsClass,
    /// One feature alone predicts the numbers nearly perfectly.
    ColumnTellsNumber,
    /// The accuracy is not above that of always answering one class.
    Accuracy,
    /// That accuracy lies in the interval of the model's.
    UncertainAccuracy,
    /// The log loss is not below that of the classes' shares.
    LogLoss,
    /// Likewise, as it has to be: class weights make probabilities that are no shares of rows.
    WeightedLogLoss,
    /// R² is not above 0.
    R2,
    /// 0 lies in the interval of R².
    UncertainR2,
    /// No held-out row of a class was predicted right.
    MissedClasses,
    /// There are more warnings of a kind than are kept.
    More,
}

names!(WarningKind {
    NumericTarget: "numeric_target",
    RowsWithoutTarget: "rows_without_target",
    RowNumbersLeftOut: "row_numbers_left_out",
    IdentifiersLeftOut: "identifiers_left_out",
    RowNumbers: "row_numbers",
    NoValues: "no_values",
    StrayTexts: "stray_texts",
    Identifiers: "identifiers",
    CoarseNumbers: "coarse_numbers",
    Delimiter: "delimiter",
    MissingWords: "missing_words",
    GuessedSpelling: "guessed_spelling",
    UndecidedDates: "undecided_dates",
    ShortYears: "short_years",
    SeveralSpellings: "several_spellings",
    GroupsOutOfBag: "groups_out_of_bag",
    SharedRows: "shared_rows",
    ColumnTellsClass: "column_tells_class",
    ColumnTellsNumber: "column_tells_number",
    Accuracy: "accuracy",
    UncertainAccuracy: "uncertain_accuracy",
    LogLoss: "log_loss",
    WeightedLogLoss: "weighted_log_loss",
    R2: "r2",
    UncertainR2: "uncertain_r2",
    MissedClasses: "missed_classes",
    More: "more",
});

/// How much a warning matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It was decided for the user.
    Note,
    /// It looks like a mistake.
    Warning,
    /// It puts the model in doubt.
    Doubt,
}

names!(Severity { Note: "note", Warning: "warning", Doubt: "doubt" });

/// Each is its name.
impl Serialize for WarningKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Each is its name.
impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl WarningKind {
    /// How much it matters.
    pub fn severity(self) -> Severity {
        self.facts().0
    }

    /// The names of its figures.
    pub fn figures(self) -> &'static [&'static str] {
        self.facts().2
    }

    /// Whether it is about one column.
    pub(crate) fn has_column(self) -> bool {
        self.facts().1
    }

    /// How much it matters, whether it is about a column, and what its figures are.
    fn facts(self) -> (Severity, bool, &'static [&'static str]) {
        use Severity::{Doubt, Note, Warning};
        match self {
            Self::NumericTarget | Self::RowNumbersLeftOut | Self::IdentifiersLeftOut => {
                (Note, true, &[])
            }
            Self::RowsWithoutTarget => (Note, false, &["rows"]),
            Self::RowNumbers
            | Self::NoValues
            | Self::StrayTexts
            | Self::CoarseNumbers
            | Self::UndecidedDates
            | Self::ShortYears
            | Self::SeveralSpellings => (Warning, true, &[]),
            Self::Identifiers => (Warning, true, &["texts", "rows"]),
            Self::Delimiter => (Note, false, &[]),
            Self::MissingWords => (Note, true, &["cells"]),
            Self::GuessedSpelling => (Warning, true, &["number"]),
            Self::GroupsOutOfBag => (Note, true, &[]),
            Self::SharedRows => (Doubt, false, &["shared", "rows"]),
            Self::ColumnTellsClass => (Doubt, true, &["accuracy", "rows"]),
            Self::ColumnTellsNumber => (Doubt, true, &["r2", "rows"]),
            Self::Accuracy => (Doubt, false, &["accuracy", "baseline"]),
            Self::UncertainAccuracy => (Warning, false, &["low", "high", "baseline"]),
            Self::LogLoss => (Doubt, false, &["log_loss", "baseline"]),
            Self::WeightedLogLoss => (Note, false, &["log_loss", "baseline"]),
            Self::R2 => (Doubt, false, &["r2"]),
            Self::UncertainR2 => (Warning, false, &["low", "high"]),
            Self::MissedClasses => (Doubt, false, &["classes", "rows"]),
            Self::More => (Note, false, &["warnings"]),
        }
    }
}

impl Warning {
    /// Of figures, as many as the kind has names for.
    pub(crate) fn new(kind: WarningKind, figures: &[f64]) -> Self {
        debug_assert_eq!(figures.len(), kind.figures().len(), "{kind}");
        Self { kind, column: None, texts: Vec::new(), figures: figures.to_vec() }
    }

    /// About a column.
    #[must_use]
    pub(crate) fn of_column(self, name: &str) -> Self {
        Self { column: Some(name.to_owned()), ..self }
    }

    /// With the beginnings of texts, of the first of many.
    #[must_use]
    pub(crate) fn with_texts(self, texts: &[impl AsRef<str>]) -> Self {
        let texts = texts.iter().take(MOST_TEXTS).map(|text| shorten(text.as_ref()));
        Self { texts: texts.collect(), ..self }
    }
}

/// The sentence, on one line, with the names that parameters have in this library.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

/// Serialized with its severity, the names of its figures, and the sentence.
impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("severity", &self.kind.severity())?;
        map.serialize_entry("column", &self.column)?;
        map.serialize_entry("texts", &self.texts)?;
        map.serialize_entry("figures", &NamedFigures(self))?;
        map.serialize_entry("message", &self.to_string())?;
        map.end()
    }
}

/// A warning's figures by their names.
struct NamedFigures<'a>(&'a Warning);

impl Serialize for NamedFigures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(Warning { kind, figures, .. }) = self;
        let figures = figures.iter().map(|&figure| IntegerJson(figure));
        serializer.collect_map(kind.figures().iter().zip(figures))
    }
}

/// The same warnings, of each kind the first only, and how many more there are.
pub(crate) fn first_of_each_kind(warnings: Vec<Warning>) -> Vec<Warning> {
    let mut counts: HashMap<WarningKind, usize> = HashMap::new();
    let mut kept: Vec<Warning> = Vec::new();
    for warning in warnings {
        let n = counts.entry(warning.kind).or_default();
        *n += 1;
        if *n <= MOST_OF_A_KIND {
            kept.push(warning);
        }
    }
    let mut more: Vec<_> = counts.into_iter().filter(|(_, n)| *n > MOST_OF_A_KIND).collect();
    more.sort_unstable_by_key(|(kind, _)| *kind as usize);
    kept.extend(more.into_iter().map(|(kind, n)| {
        let figures = [(n - MOST_OF_A_KIND) as f64];
        Warning::new(WarningKind::More, &figures).with_texts(&[kind.to_string()])
    }));
    kept
}
