//! What `forest explain` has to say.

use std::fmt;

use serde::Serialize;

use super::text::{bar, count, significant, table};
use forest::message::printable;

/// Why a model says what it says of a row.
#[derive(Serialize)]
pub(crate) struct ExplainedRow {
    /// Where the row is: a line of a file, or a number.
    #[serde(skip)]
    pub(crate) place: u64,
    /// Likewise, in words.
    #[serde(rename = "place")]
    pub(crate) place_text: String,
    pub(crate) prediction: Prediction,
    /// The class whose probability is explained; none of numbers.
    pub(crate) class: Option<String>,
    /// What the trees say: the base and all contributions, added up.
    pub(crate) output: f64,
    /// What is made of that, where the model is calibrated.
    pub(crate) calibrated: Option<f64>,
    /// What they say on average.
    pub(crate) base: f64,
    /// The largest first.
    pub(crate) contributions: Vec<Contribution>,
    /// How many features are not among them, and what these contribute together.
    pub(crate) other_features: usize,
    pub(crate) other_contributions: f64,
}

/// What a model predicts for a row.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Prediction {
    /// The class that it decides on.
    Class(String),
    Value(f64),
}

/// What a feature's value adds to an output, or takes from it.
#[derive(Serialize)]
pub(crate) struct Contribution {
    pub(crate) feature: String,
    /// Its value in the row, in words.
    pub(crate) value: String,
    #[serde(rename = "contribution")]
    pub(crate) amount: f64,
}

impl ExplainedRow {
    /// An output, or a part of one.
    fn amount(&self, amount: f64) -> String {
        if self.class.is_some() { format!("{amount:.3}") } else { significant(amount) }
    }

    fn adds(&self, contribution: f64) -> String {
        let verb = if contribution < 0.0 { "takes away" } else { "adds" };
        format!("{verb} {}", self.amount(contribution.abs()))
    }
}

/// The `top` largest of the contributions of all features, the largest first; how many others there are, and what they add
/// together.
pub(crate) fn largest(
    mut contributions: Vec<Contribution>,
    top: usize,
) -> (Vec<Contribution>, usize, f64) {
    contributions.sort_by(|a, b| b.amount.abs().total_cmp(&a.amount.abs()));
    let others = contributions.split_off(top.min(contributions.len()));
    let sum = others.iter().map(|other| other.amount).sum();
    (contributions, others.len(), sum)
}

/// A sentence.
impl fmt::Display for ExplainedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let output = self.amount(self.output);
        write!(f, "{}: predicted ", self.place_text)?;
        match (&self.prediction, &self.class) {
            (Prediction::Class(prediction), Some(class)) if prediction == class => {
                write!(f, "{} with {output}", printable(class))?;
            }
            (Prediction::Class(prediction), Some(class)) => {
                write!(f, "{}; {} has {output}", printable(prediction), printable(class))?;
            }
            _ => write!(f, "{output}")?,
        }
        if let Some(calibrated) = self.calibrated {
            write!(f, " ({} when calibrated)", self.amount(calibrated))?;
        }
        write!(f, ", against {} on average:", self.amount(self.base))?;
        for (number, of) in self.contributions.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            let (name, value) = (printable(&of.feature), printable(&of.value));
            write!(f, "{comma} {name} = {value} {}", self.adds(of.amount))?;
        }
        match self.other_features {
            0 => writeln!(f),
            n => {
                let comma = if self.contributions.is_empty() { "" } else { "," };
                let features = count(n as u64, "other feature", "other features");
                writeln!(f, "{comma} {features}: {}", Signed(self.other_contributions, self))
            }
        }
    }
}

/// A contribution with its sign.
struct Signed<'a>(f64, &'a ExplainedRow);

impl fmt::Display for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0.0 { "−" } else { "+" };
        write!(f, "{sign}{}", self.1.amount(self.0.abs()))
    }
}

/// How much features contribute over all rows.
#[derive(Serialize)]
pub(crate) struct ExplainSummary {
    rows: u64,
    /// The most important first.
    features: Vec<MeanContribution>,
    #[serde(skip)]
    of_classes: bool,
    #[serde(skip)]
    with_bars: bool,
}

#[derive(Serialize)]
struct MeanContribution {
    feature: String,
    mean_absolute_contribution: f64,
}

impl ExplainSummary {
    /// Of the sums of absolute contributions over some rows, by features.
    pub(crate) fn new(
        names: impl Iterator<Item = String>,
        sums: &[f64],
        rows: u64,
        of_classes: bool,
        with_bars: bool,
    ) -> Self {
        let mean = |sum: f64| if rows == 0 { 0.0 } else { sum / rows as f64 };
        let feature = |(feature, &sum): (String, &f64)| MeanContribution {
            feature,
            mean_absolute_contribution: mean(sum),
        };
        let mut features: Vec<_> = names.zip(sums).map(feature).collect();
        features
            .sort_by(|a, b| b.mean_absolute_contribution.total_cmp(&a.mean_absolute_contribution));
        Self { rows, features, of_classes, with_bars }
    }

    /// The features, the most important first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|of| of.feature.as_str())
    }
}

impl fmt::Display for ExplainSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "mean |contribution| over {}", count(self.rows, "row", "rows"))?;
        let greatest = self.features.first().map_or(0.0, |of| of.mean_absolute_contribution);
        let rows = self.features.iter().map(|of| {
            let mean = of.mean_absolute_contribution;
            let text = if self.of_classes { format!("{mean:.4}") } else { significant(mean) };
            let mut row = vec![of.feature.clone(), text];
            row.extend(self.with_bars.then(|| bar(mean, greatest)));
            row
        });
        table(f, &rows.collect::<Vec<_>>())
    }
}
