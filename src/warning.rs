//! What a table or a model has that its user should know: kept as data, said in a sentence.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::message::{count, list, shorten, thousands};
use crate::metrics::integer_json::IntegerJson;
use crate::names::names;
use crate::parameter::{Parameter, Piece, Sentence, sentence};

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
            Self::RowNumbers | Self::NoValues | Self::StrayTexts | Self::CoarseNumbers => {
                (Warning, true, &[])
            }
            Self::Identifiers => (Warning, true, &["texts", "rows"]),
            Self::Delimiter => (Note, false, &[]),
            Self::MissingWords => (Note, true, &["cells"]),
            Self::GuessedSpelling => (Warning, true, &["number"]),
            Self::UndecidedDates | Self::ShortYears | Self::SeveralSpellings => {
                (Warning, true, &[])
            }
            Self::GroupsOutOfBag => (Note, true, &[]),
            Self::SharedRows => (Doubt, false, &["shared", "rows"]),
            Self::ColumnTellsClass => (Doubt, true, &["accuracy", "rows"]),
            Self::ColumnTellsNumber => (Doubt, true, &["r2", "rows"]),
            Self::Accuracy => (Doubt, false, &["accuracy", "baseline"]),
            Self::UncertainAccuracy => (Warning, false, &["low", "high", "baseline"]),
            Self::LogLoss => (Doubt, false, &["log_loss", "baseline"]),
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

    /// In a sentence.
    pub fn sentence(&self) -> Sentence {
        let name = shorten(self.column.as_deref().unwrap_or_default());
        let figure = |at: usize| self.figures.get(at).copied().unwrap_or_default();
        let rows = |at: usize| count(figure(at) as u64, "row", "rows");
        let held_out = |at: usize| count(figure(at) as u64, "held-out row", "held-out rows");
        let or_ignore = |what: String| sentence![what, Parameter("ignore"), " leaves it out"];
        // A column without a name cannot be a feature.
        let left_out = |why: &str| match &*name {
            "" => sentence![format!("the column without a name is left out: {why}")],
            _ => sentence![
                format!("the column '{name}' is left out: {why} ("),
                Parameter("keep"),
                " makes it a feature)",
            ],
        };
        match self.kind {
            WarningKind::NumericTarget => sentence![
                format!("'{name}' is numbers of many values, so this is a regression ("),
                Parameter("task"),
                " classification takes them for classes)",
            ],
            WarningKind::RowsWithoutTarget => {
                sentence![format!("{} without a target left out", rows(0))]
            }
            WarningKind::RowNumbersLeftOut => left_out("it numbers the rows"),
            WarningKind::IdentifiersLeftOut => {
                left_out("its values differ from row to row, as identifiers do")
            }
            WarningKind::RowNumbers => or_ignore(format!(
                "the column '{name}' numbers the rows, which tells nothing of new rows: "
            )),
            WarningKind::NoValues => sentence![format!("the column '{name}' has no values")],
            WarningKind::StrayTexts => sentence![
                format!(
                    "the column '{name}' is numbers or dates but for {}, so all of it is taken for \
                     texts: ",
                    list(&self.texts)
                ),
                Parameter("missing"),
                " takes such cells for missing values",
            ],
            WarningKind::Identifiers => or_ignore(format!(
                "the column '{name}' has {} in {}, as identifiers have: they tell nothing of new \
                 rows; ",
                count(figure(0) as u64, "different text", "different texts"),
                rows(1)
            )),
            WarningKind::CoarseNumbers => sentence![format!(
                "the numbers of the column '{name}' differ in digits that an f32, which has seven, \
                 does not keep: subtract what they have in common, or write times as dates"
            )],
            WarningKind::Delimiter
            | WarningKind::MissingWords
            | WarningKind::GuessedSpelling
            | WarningKind::UndecidedDates
            | WarningKind::ShortYears
            | WarningKind::SeveralSpellings => self.about_spelling(&name),
            WarningKind::GroupsOutOfBag => sentence![format!(
                "the out-of-bag score is likely too good: trees saw other rows of the groups of \
                 '{name}'; the held-out score is of groups that no tree saw"
            )],
            WarningKind::SharedRows => sentence![format!(
                "{:.1} % of the held-out rows ({} of {}) are in the training rows as well, with the \
                 same target: the held-out score is likely too good",
                100.0 * figure(0) / figure(1).max(1.0),
                thousands(figure(0) as u64),
                thousands(figure(1) as u64),
            )],
            WarningKind::ColumnTellsClass => or_ignore(format!(
                "the column '{name}' alone predicts {:.1} % of {}: is it known before \
                 the target is? ",
                100.0 * figure(0),
                held_out(1)
            )),
            WarningKind::ColumnTellsNumber => or_ignore(format!(
                "the column '{name}' alone predicts {} with R² {:.4}: is it known \
                 before the target is? ",
                held_out(1),
                figure(0),
            )),
            WarningKind::Accuracy
            | WarningKind::UncertainAccuracy
            | WarningKind::LogLoss
            | WarningKind::R2
            | WarningKind::UncertainR2 => sentence![self.about_score()],
            WarningKind::MissedClasses => {
                let classes = figure(0) as u64;
                let more = classes.saturating_sub(self.texts.len() as u64);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                sentence![format!(
                    "none of {} of the {} {}{more} was predicted right",
                    held_out(1),
                    if classes == 1 { "class" } else { "classes" },
                    list(&self.texts),
                )]
            }
            WarningKind::More => sentence![format!(
                "and {} of the kind {}",
                count(figure(0) as u64, "more warning", "more warnings"),
                self.texts.concat()
            )],
        }
    }

    /// How the cells of a column are written.
    fn about_spelling(&self, name: &str) -> Sentence {
        let text = |at: usize| self.texts.get(at).cloned().unwrap_or_default();
        let figure = self.figures.first().copied().unwrap_or_default();
        let taken_for_texts = format!("the column '{name}' is taken for texts, because its dates");
        let spellings = self.texts.join(" or ");
        match self.kind {
            WarningKind::Delimiter => {
                let delimiter = match &*text(0) {
                    ";" => "a semicolon".to_owned(),
                    "\t" => "a tab".to_owned(),
                    other => format!("'{other}'"),
                };
                sentence![
                    format!("{delimiter} is taken for the delimiter between cells ("),
                    Parameter("delimiter"),
                    " overrules)",
                ]
            }
            WarningKind::MissingWords => sentence![
                format!(
                    "in the column '{name}' {} with {} taken for missing (",
                    count(figure as u64, "cell", "cells"),
                    list(&self.texts)
                ),
                Parameter("categorical"),
                " takes it for texts)",
            ],
            WarningKind::GuessedSpelling => sentence![
                format!(
                    "the numbers of the column '{name}' may have decimals or thousands: '{}' is \
                     taken for {figure} (",
                    text(0)
                ),
                Parameter("decimal"),
                format!(" {} overrules)", text(1)),
            ],
            WarningKind::UndecidedDates => self
                .dates_in_an_order(format!("{taken_for_texts} can be {spellings}: "), "says which"),
            WarningKind::ShortYears => self.dates_in_an_order(
                format!("{taken_for_texts}, {spellings}, leave the century open: "),
                "takes them for dates from 1969 to 2068",
            ),
            _ => sentence![format!("{taken_for_texts} are not all written in one way")],
        }
    }

    /// A sentence that ends with the orders of dates that the spellings have.
    fn dates_in_an_order(&self, beginning: String, end: &str) -> Sentence {
        let order = |spelling: &String| match spelling.as_bytes().first() {
            Some(b'd') => "dmy",
            Some(b'm') => "mdy",
            _ => "ymd",
        };
        let mut pieces = vec![Piece::from(beginning)];
        for (at, spelling) in self.texts.iter().enumerate() {
            pieces.extend((at > 0).then(|| Piece::from("or ")));
            let order = format!(" {} ", order(spelling));
            pieces.extend([Piece::from(Parameter("dates")), Piece::from(order)]);
        }
        pieces.push(Piece::from(end.to_owned()));
        Sentence::new(pieces)
    }

    /// What is to be said of a score and its baseline.
    fn about_score(&self) -> String {
        let figure = |at: usize| self.figures.get(at).copied().unwrap_or_default();
        match self.kind {
            WarningKind::Accuracy => format!(
                "the held-out accuracy {:.4} is not above the baseline {:.4}: always answering the \
                 most frequent class is as good",
                figure(0),
                figure(1)
            ),
            WarningKind::UncertainAccuracy => format!(
                "the baseline {:.4} lies in the 95 % interval of the held-out accuracy, {:.4} to \
                 {:.4}: the model may be no better than always answering the most frequent class",
                figure(2),
                figure(0),
                figure(1)
            ),
            WarningKind::LogLoss => format!(
                "the held-out log loss {:.4} is not below the baseline {:.4}: always answering the \
                 shares of the classes is as good, so the probabilities are not to be trusted",
                figure(0),
                figure(1)
            ),
            WarningKind::R2 => format!(
                "the held-out R² {:.4} is not above 0: always answering the mean of these rows is as good",
                figure(0)
            ),
            _ => format!(
                "0 lies in the 95 % interval of the held-out R², {:.4} to {:.4}: the model may be \
                 no better than always answering the mean",
                figure(0),
                figure(1)
            ),
        }
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
