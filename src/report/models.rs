//! What `forest compare` has to say of two models.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::text::{brackets, count, digits, line, p_value, table, texts, thousands};
use forest::data::Class;
use forest::validation::{Paired, PairedDifference, PairedRows, RightRows};
use forest::{Model, Task};

/// The maximum number of classes that a person is shown.
const SHOWN_CLASSES: usize = 20;

/// The maximum number of rows that are answered differently.
const SHOWN_FLIPS: usize = 10;

/// Two models on the same rows.
#[derive(Serialize)]
pub(crate) struct ModelsReport {
    task: Task,
    models: Pair<String>,
    rows: u64,
    /// How many the intervals of the differences are made of.
    bootstrap_samples: u64,
    differences: Vec<PairedDifference>,
    /// Which rows are answered rightly; `None` of numbers.
    right: Option<RightReport>,
    /// The first rows that are answered differently.
    flips: Vec<Flip>,
    verdict: Vec<String>,
}

/// What each of two models has.
#[derive(Serialize)]
pub(crate) struct Pair<T> {
    pub(super) first: T,
    pub(super) second: T,
}

impl<T> From<[T; 2]> for Pair<T> {
    fn from([first, second]: [T; 2]) -> Self {
        Self { first, second }
    }
}

/// How many rows are answered rightly by whom.
#[derive(Serialize)]
struct RightReport {
    #[serde(flatten)]
    all: RightRows,
    mcnemar_p: f64,
    /// In the order of the class codes.
    per_class: Vec<ClassRight>,
}

#[derive(Serialize)]
struct ClassRight {
    class: String,
    #[serde(flatten)]
    rows: RightRows,
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
        let classes = model.schema().classes().iter();
        let of_class = |(class, rows): (&Class, RightRows)| {
            let class = class.name.clone();
            ClassRight { class, rows }
        };
        let right = |PairedRows { all, mcnemar_p, of_class: rows, .. }: PairedRows| RightReport {
            all,
            mcnemar_p,
            per_class: classes.zip(rows).map(of_class).collect(),
        };
        Self {
            task: model.schema().task(),
            models: models.map(|path| path.display().to_string()).into(),
            rows,
            bootstrap_samples: paired.samples,
            flips,
            verdict: verdict(&paired.differences),
            differences: paired.differences,
            right: paired.right.map(right),
        }
    }
}

/// What it means, in sentences.
fn verdict(differences: &[PairedDifference]) -> Vec<String> {
    let by = |better: i32| {
        let metrics = differences.iter().filter(|difference| difference.better() == better);
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
        let Pair { first, second } = &self.models;
        writeln!(f, "{second} against {first}, on the same {}", count(self.rows, "row", "rows"))?;
        let number = |number: Option<f64>| number.map_or("none".to_owned(), digits);
        let mut rows = vec![texts(["metric", "first", "second", "difference", "95 % interval"])];
        rows.extend(self.differences.iter().map(|of: &PairedDifference| {
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
                thousands(self.bootstrap_samples)
            ),
        )?;
        if let Some(rows) = &self.right {
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
        let Some(of_rows) = &self.right else { return Ok(()) };
        if of_rows.per_class.len() > SHOWN_CLASSES {
            return Ok(());
        }
        writeln!(f)?;
        let mut rows =
            vec![texts(["class", "rows", "both right", "lost", "gained", "neither", "flips"])];
        rows.extend(of_rows.per_class.iter().map(|ClassRight { class, rows }| {
            let RightRows { both, only_first, only_second, neither, flips, .. } = *rows;
            let all = both + only_first + only_second + neither;
            let counts = [all, both, only_first, only_second, neither, flips].map(thousands);
            [vec![class.clone()], counts.to_vec()].concat()
        }));
        table(f, &rows)
    }

    fn write_flips(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(of_rows) = self.right.as_ref().filter(|_| !self.flips.is_empty()) else {
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
