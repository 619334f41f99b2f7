//! What `forest explain` has to say of features over many rows.

use std::fmt;

use serde::Serialize;

use super::text::{bar, brackets, count, digits, table, texts};
use forest::message::{printable, thousands};
use forest::metrics::Metric;
use forest::metrics::interval::Interval;

/// The quantiles of rows that are shown of a dependence.
pub(crate) const SHOWN_QUANTILES: [f64; 2] = [0.1, 0.9];

/// How many rows were looked at.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Sampled {
    pub(crate) rows: u64,
    /// All that there are.
    pub(crate) of_rows: u64,
}

impl fmt::Display for Sampled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows < self.of_rows {
            write!(f, "{} of ", thousands(self.rows))?;
        }
        f.write_str(&count(self.of_rows, "row", "rows"))
    }
}

/// How much worse predictions get where features are shuffled.
#[derive(Serialize)]
pub(crate) struct ImportanceReport {
    #[serde(flatten)]
    pub(crate) sampled: Sampled,
    pub(crate) metric: Metric,
    /// Of the rows as they are.
    pub(crate) score: f64,
    pub(crate) repeats: usize,
    /// The most important first.
    pub(crate) groups: Vec<GroupImportance>,
    #[serde(skip)]
    pub(crate) with_bars: bool,
}

#[derive(Serialize)]
pub(crate) struct GroupImportance {
    /// Those that were shuffled together.
    pub(crate) features: Vec<String>,
    pub(crate) worse_by: f64,
    pub(crate) interval: Option<Interval>,
}

impl fmt::Display for ImportanceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (metric, score) = (self.metric.to_string().replace('_', " "), digits(self.score));
        writeln!(f, "{metric} {score} on {}, and how much worse when shuffled", self.sampled)?;
        let mut rows = vec![texts(["", "worse by", "95 % interval"])];
        let greatest = self.groups.first().map_or(0.0, |group| group.worse_by);
        rows.extend(self.groups.iter().map(|group| {
            let interval = group.interval.map_or(String::new(), brackets);
            let mut row = vec![group.features.join(", "), digits(group.worse_by), interval];
            row.extend(self.with_bars.then(|| bar(group.worse_by, greatest)));
            row
        }));
        table(f, &rows)
    }
}

/// How predictions depend on features.
#[derive(Serialize)]
pub(crate) struct DependenceReport {
    #[serde(flatten)]
    pub(crate) sampled: Sampled,
    /// One for each feature and output.
    pub(crate) curves: Vec<DependenceCurve>,
}

#[derive(Clone, Serialize)]
pub(crate) struct DependenceCurve {
    pub(crate) feature: String,
    /// The class whose probability depends; none of numbers.
    pub(crate) class: Option<String>,
    pub(crate) points: Vec<DependencePoint>,
}

#[derive(Clone, Serialize)]
pub(crate) struct DependencePoint {
    /// The feature's, as the table has it.
    pub(crate) value: String,
    /// Where it is a number.
    #[serde(skip)]
    pub(crate) number: Option<f64>,
    pub(crate) mean: f64,
    /// The [`SHOWN_QUANTILES`] of rows.
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The columns beside the values, and their numbers for each value: of one curve the mean and the quantiles, of several, those of
/// classes, the means.
pub(crate) fn columns(curves: &[DependenceCurve]) -> (Vec<String>, Vec<Vec<f64>>) {
    if let [only] = curves {
        let numbers = only.points.iter().map(|of| vec![of.mean, of.low, of.high]);
        return (texts(["mean", "10 %", "90 %"]), numbers.collect());
    }
    let names = curves.iter().map(|curve| curve.class.clone().unwrap_or_default());
    let n_values = curves.first().map_or(0, |curve| curve.points.len());
    let means = |at: usize| curves.iter().map(|curve| curve.points[at].mean).collect();
    (names.collect(), (0..n_values).map(means).collect())
}

impl fmt::Display for DependenceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for curves in self.curves.chunk_by(|a, b| a.feature == b.feature) {
            let (first, feature) = (&curves[0], printable(&curves[0].feature));
            let of = match (curves.len(), &first.class) {
                (1, Some(class)) => format!("probability of {}", printable(class)),
                (1, None) => "prediction".to_owned(),
                _ => "mean probability of each class".to_owned(),
            };
            writeln!(f, "{feature}: {of} over {}", self.sampled)?;
            let (names, numbers) = columns(curves);
            let mut rows = vec![[vec![String::new()], names].concat()];
            rows.extend(first.points.iter().zip(numbers).map(|(point, numbers)| {
                let numbers = numbers.into_iter().map(digits);
                [point.value.clone()].into_iter().chain(numbers).collect()
            }));
            table(f, &rows)?;
        }
        Ok(())
    }
}

/// Which features act together.
#[derive(Serialize)]
pub(crate) struct InteractionsReport {
    #[serde(flatten)]
    pub(crate) sampled: Sampled,
    /// The strongest first.
    pub(crate) interactions: Vec<NamedInteraction>,
}

#[derive(Serialize)]
pub(crate) struct NamedInteraction {
    pub(crate) features: [String; 2],
    /// The class whose probability it is about; none of numbers.
    pub(crate) class: Option<String>,
    pub(crate) h: f64,
}

impl fmt::Display for InteractionsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Friedman's H over {}: 0 where features act each by itself", self.sampled)?;
        let row = |of: &NamedInteraction| {
            let class = of.class.clone().unwrap_or_default();
            vec![of.features.join(", "), class, format!("{:.3}", of.h)]
        };
        table(f, &self.interactions.iter().map(row).collect::<Vec<_>>())
    }
}
