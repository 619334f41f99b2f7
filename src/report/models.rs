//! What `forest compare` has to say of two models.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::text::{brackets, count, digits, line, p_value, table, texts, thousands};
use forest::validation::{Paired, PairedDifference, RightRows};
use forest::{Model, Task};

/// The maximum number of classes that a person is shown.
const SHOWN_CLASSES: usize = 20;

/// The maximum number of rows that are answered differently.
const SHOWN_FLIPS: usize = 10;

/// Two models on the same rows.
#[derive(Serialize)]
pub(crate) struct ModelsReport {
    task: Task,
    models: [String; 2],
    rows: u64,
    #[serde(flatten)]
    paired: Paired,
    classes: Vec<String>,
    /// The first rows that are answered differently.
    flips: Vec<Flip>,
    verdict: Vec<String>,
}

/// A row that the two answer differently.
#[derive(Serialize)]
pub(crate) struct Flip {
    pub(crate) place: String,
    #[serde(rename = "true")]
    pub(crate) truth: String,
    pub(crate) first: String,
    pub(crate) second: String,
}

impl ModelsReport {
    pub(crate) fn new(
        models: [&PathBuf; 2],
        model: &Model,
        rows: u64,
        paired: Paired,
        flips: Vec<Flip>,
    ) -> Self {
        Self {
            task: model.schema().task(),
            models: models.map(|path| path.display().to_string()),
            rows,
            classes: model.schema().classes().iter().map(|class| class.name.clone()).collect(),
            flips,
            verdict: verdict(&paired),
            paired,
        }
    }
}

/// What it means, in sentences.
fn verdict(paired: &Paired) -> Vec<String> {
    let by = |better: i32| {
        let metrics = paired.differences.iter().filter(|difference| difference.better() == better);
        metrics.map(|difference| difference.metric.to_string()).collect::<Vec<_>>()
    };
    let [first, second, neither] = [-1, 1, 0].map(by);
    let mut sentences = Vec::new();
    for (which, metrics) in [("first", &first), ("second", &second)] {
        if !metrics.is_empty() {
            sentences
                .push(format!("the {which} is better, beyond chance, by {}", metrics.join(", ")));
        }
    }
    if first.is_empty() && second.is_empty() {
        sentences.push("neither is better beyond chance".to_owned());
    } else if !neither.is_empty() {
        sentences.push(format!("the difference in {} may be chance", neither.join(", ")));
    }
    sentences
}

impl fmt::Display for ModelsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = &self.models;
        writeln!(f, "{second} against {first}, on the same {}", count(self.rows, "row", "rows"))?;
        let number = |number: Option<f64>| number.map_or("none".to_owned(), digits);
        let mut rows = vec![texts(["metric", "first", "second", "difference", "95 % interval"])];
        rows.extend(self.paired.differences.iter().map(|of: &PairedDifference| {
            let interval = of.interval.map_or("none".to_owned(), brackets);
            let numbers = [of.first, of.second, of.difference].map(number);
            [vec![of.metric.to_string()], numbers.to_vec(), vec![interval]].concat()
        }));
        table(f, &rows)?;
        line(
            f,
            "intervals",
            format!(
                "of the differences, by {} bootstrap samples of the rows; approximate",
                thousands(self.paired.samples)
            ),
        )?;
        if let Some(rows) = &self.paired.right {
            let RightRows { both, only_first, only_second, neither, flips, .. } = rows.all;
            let [both, only_first, only_second, neither, flips] =
                [both, only_first, only_second, neither, flips].map(thousands);
            line(
                f,
                "answered rightly",
                format!(
                    "by both {both}, only by the first {only_first}, only by the second {only_second}, by neither {neither}"
                ),
            )?;
            line(f, "answered differently", flips)?;
            let p = p_value(rows.mcnemar_p);
            line(
                f,
                "McNemar's exact test",
                format!("p {p}  (that the two are right equally often)"),
            )?;
        }
        self.verdict.iter().try_for_each(|sentence| line(f, "verdict", sentence))?;
        self.write_classes(f)?;
        self.write_flips(f)
    }
}

impl ModelsReport {
    fn write_classes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(of_rows) = &self.paired.right else { return Ok(()) };
        if self.classes.len() > SHOWN_CLASSES {
            return Ok(());
        }
        writeln!(f)?;
        let mut rows =
            vec![texts(["class", "rows", "both right", "lost", "gained", "neither", "flips"])];
        rows.extend(self.classes.iter().zip(&of_rows.of_class).map(|(name, right)| {
            let RightRows { both, only_first, only_second, neither, flips, .. } = *right;
            let all = both + only_first + only_second + neither;
            let counts = [all, both, only_first, only_second, neither, flips].map(thousands);
            [vec![name.clone()], counts.to_vec()].concat()
        }));
        table(f, &rows)
    }

    fn write_flips(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(of_rows) = self.paired.right.as_ref().filter(|_| !self.flips.is_empty()) else {
            return Ok(());
        };
        writeln!(f)?;
        let mut rows = vec![texts(["answered differently", "true", "first", "second"])];
        rows.extend(self.flips.iter().take(SHOWN_FLIPS).map(|flip| {
            vec![flip.place.clone(), flip.truth.clone(), flip.first.clone(), flip.second.clone()]
        }));
        table(f, &rows)?;
        match (of_rows.all.flips as usize).saturating_sub(SHOWN_FLIPS) {
            0 => Ok(()),
            rest => writeln!(f, "  and {} more (the first with --json)", thousands(rest as u64)),
        }
    }
}
