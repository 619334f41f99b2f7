//! What features do over many rows: `forest explain --importance`, `--dependence` and `--interactions`.

use clap::{ArgGroup, Args};

use super::args::{GlobalArgs, named};
use super::data::{RowSource, class_names};
use super::explained::find;
use super::output::has_room_for_charts;
use super::pieces::Cost;
use super::predicted::{Known, evenly};
use crate::report::effects::{
    DependenceCurve, DependencePoint, DependenceReport, GroupImportance, ImportanceReport,
    InteractionsReport, NamedInteraction, SHOWN_QUANTILES, Sampled,
};
use forest::data::{FeatureKind, Rows};
use forest::explain::{
    CORRELATED, Explainer, PermutationParams, correlated_features, dependence_values, interactions,
    partial_dependence, permutation_importances,
};
use forest::metrics::Metric;
use forest::{Error, Model, Result, Task};

/// The most rows that are looked at: predictions by repeats and groups of features, …
const IMPORTANCE_ROWS: usize = 5000;

/// … by values, …
const DEPENDENCE_ROWS: usize = 1000;

/// … and by rows once more.
const INTERACTION_ROWS: usize = 100;

/// The most values of a feature that a dependence is shown at.
const MAX_VALUES: usize = 20;

/// How many features, the most important ones, are looked at for interactions.
const N_INTERACTING: usize = 5;

/// Flags that are about rows one by one, or all their contributions.
const OF_ROWS: [&str; 5] = ["out", "summary", "row", "top", "background"];

/// Flags of what features do over many rows.
#[derive(Args)]
#[command(
    next_help_heading = "Features over many rows",
    group = ArgGroup::new("effect").conflicts_with_all(OF_ROWS),
    group = ArgGroup::new("shuffling")
        .multiple(true)
        .requires("importance")
        .conflicts_with_all(OF_ROWS)
        .conflicts_with_all(["dependence", "interactions"])
)]
pub(super) struct EffectArgs {
    /// Show how much worse predictions get where a feature's values are shuffled, correlated features
    /// together; the rows need their target
    #[arg(long, group = "effect", conflicts_with = "class")]
    importance: bool,

    // A comment that documents it would name metrics in backticks.
    #[arg(
        long,
        group = "shuffling",
        value_name = "METRIC",
        value_parser = named::<Metric>(),
        hide_possible_values = true,
        help = "What gets worse: log_loss, brier or accuracy of classes, mae of numbers [default: log_loss or mae]"
    )]
    metric: Option<Metric>,

    /// How often to shuffle
    #[arg(long, group = "shuffling", value_name = "N", default_value_t = PermutationParams::default().n_repeats)]
    repeats: usize,

    /// Shuffle each feature by itself, although others may say the same
    #[arg(long, group = "shuffling")]
    alone: bool,

    /// Show what is predicted on average if a feature has one value after the other in all rows; may
    /// be repeated, or list several with commas
    #[arg(long, group = "effect", value_name = "FEATURE,…")]
    dependence: Vec<String>,

    /// Show which of the five most important features act together (Friedman's H)
    #[arg(long, group = "effect")]
    interactions: bool,
}

/// Some rows, evenly chosen, and how many there are.
pub(super) struct Sample {
    pub(super) rows: Rows,
    pub(super) sampled: Sampled,
}

impl Sample {
    /// From all rows, at most `most`.
    pub(super) fn of(all: &Rows, most: usize) -> Self {
        let rows = all.select(&evenly(all.len(), most).collect::<Vec<_>>());
        let sampled = Sampled { rows: rows.len() as u64, of_rows: all.len() as u64 };
        Self { rows, sampled }
    }

    /// From the rows that are read, at most `most`. While reading goes on, no more than twice as many are kept.
    fn read(input: &mut RowSource, most: usize, global: &GlobalArgs) -> Result<Self> {
        let bar = input.bar(global);
        let (mut all, mut n_rows, mut step) = (Rows::default(), 0_usize, 1_usize);
        let cost = Cost { of_row: 0, of_piece: 0 };
        input.for_each(
            cost,
            |_| Ok(()),
            &bar,
            Ok,
            |rows| {
                let first = n_rows.next_multiple_of(step) - n_rows;
                all.append(rows.select(&(first..rows.len()).step_by(step).collect::<Vec<_>>()));
                n_rows += rows.len();
                while all.len() > 2 * most {
                    all = all.select(&(0..all.len()).step_by(2).collect::<Vec<_>>());
                    step *= 2;
                }
                Ok(())
            },
        )?;
        if all.is_empty() {
            return Err(input.locate(None, None, Error::data("there are no rows to look at")));
        }
        let Self { rows, sampled } = Self::of(&all, most);
        Ok(Self { rows, sampled: Sampled { of_rows: n_rows as u64, ..sampled } })
    }
}

impl EffectArgs {
    /// Whether anything of this is asked for.
    pub(super) fn is_given(&self) -> bool {
        self.importance || self.interactions || !self.dependence.is_empty()
    }

    /// Shows what is asked for, of the class that is.
    pub(super) fn show(
        &self,
        model: &Model,
        class: Option<u32>,
        input: &mut RowSource,
        global: &GlobalArgs,
    ) -> Result<()> {
        if self.importance {
            global.print(&self.importance(model, input, global)?)
        } else if self.interactions {
            global.print(&interactions_report(model, class, input, global)?)
        } else {
            global.print(&self.dependence(model, class, input, global)?)
        }
    }

    fn importance(
        &self,
        model: &Model,
        input: &mut RowSource,
        global: &GlobalArgs,
    ) -> Result<ImportanceReport> {
        let sample = Sample::read(input, IMPORTANCE_ROWS, global)?;
        let known = Known::of(&sample.rows, model, input)?;
        let mut params = PermutationParams::default();
        (params.n_repeats, params.seed) = (self.repeats, global.seed.into());
        let all: Vec<usize> = (0..model.forest().n_features()).collect();
        let groups = if self.alone {
            all.into_iter().map(|feature| vec![feature]).collect()
        } else {
            correlated(model, &sample.rows, &all)
        };
        let report = importance(model, &sample, &known, self.metric, &groups, &params)?;
        Ok(ImportanceReport { with_bars: has_room_for_charts(), ..report })
    }

    fn dependence(
        &self,
        model: &Model,
        class: Option<u32>,
        input: &mut RowSource,
        global: &GlobalArgs,
    ) -> Result<DependenceReport> {
        let features = self.features(model)?;
        let Sample { rows, sampled } = Sample::read(input, DEPENDENCE_ROWS, global)?;
        let outputs = outputs(model, class);
        let curves =
            features.into_iter().map(|feature| dependence(model, &rows, feature, &outputs));
        let curves: Vec<_> = curves.collect::<Result<_>>()?;
        Ok(DependenceReport { sampled, curves: curves.concat() })
    }

    /// The numbers of the features whose dependence is asked for.
    fn features(&self, model: &Model) -> Result<Vec<usize>> {
        let names: Vec<&str> = model.schema().features.iter().map(|f| f.name.as_str()).collect();
        // A name may have a comma.
        let asked = self.dependence.iter().flat_map(|item| {
            let is_name = names.contains(&item.as_str());
            if is_name { vec![item.as_str()] } else { item.split(',').collect() }
        });
        let find = |name| find("--dependence", ["feature", "features"], name, &names);
        let mut features: Vec<usize> = asked.map(find).collect::<Result<_>>()?;
        features.dedup();
        Ok(features)
    }
}

/// The positions of the largest of some sizes, at most `most`, the largest first.
pub(super) fn largest(sizes: &[f64], most: usize) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..sizes.len()).collect();
    positions.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]));
    positions.truncate(most);
    positions
}

/// Some features, those together that are correlated.
pub(super) fn correlated(model: &Model, rows: &Rows, features: &[usize]) -> Vec<Vec<usize>> {
    let kinds = &model.schema().features;
    let is_category =
        |&feature: &usize| matches!(kinds[feature].kind, FeatureKind::Category { .. });
    let is_category: Vec<bool> = features.iter().map(is_category).collect();
    let column = |&feature: &usize| rows.features[feature].clone();
    let some = Rows {
        places: rows.places.clone(),
        features: features.iter().map(column).collect(),
        ..Rows::default()
    };
    let groups = correlated_features(&some, &is_category, CORRELATED).into_iter();
    groups.map(|group| group.into_iter().map(|at| features[at]).collect()).collect()
}

/// How much worse predictions get where groups of features are shuffled.
pub(super) fn importance(
    model: &Model,
    Sample { rows, sampled }: &Sample,
    known: &Known,
    metric: Option<Metric>,
    groups: &[Vec<usize>],
    params: &PermutationParams,
) -> Result<ImportanceReport> {
    let default = match model.forest().task() {
        Task::Classification => Metric::LogLoss,
        Task::Regression => Metric::Mae,
    };
    let features = &model.schema().features;
    let found = permutation_importances(
        model.forest(),
        model.decision(),
        rows,
        known.target(model.forest().n_classes()),
        rows.weights.as_deref(),
        metric.unwrap_or(default),
        groups,
        params,
    )?;
    let name = |feature: usize| features[feature].name.clone();
    let group = |group: forest::explain::PermutationImportance| GroupImportance {
        features: group.features.into_iter().map(name).collect(),
        worse_by: group.worse_by,
        interval: group.interval,
    };
    let mut groups: Vec<_> = found.groups.into_iter().map(group).collect();
    groups.sort_by(|a, b| b.worse_by.total_cmp(&a.worse_by));
    let (metric, score, repeats) = (found.metric, found.score, params.n_repeats);
    Ok(ImportanceReport { sampled: *sampled, metric, score, repeats, groups, with_bars: false })
}

/// What is predicted on average if a feature has one value after the other in all rows, for each of the outputs.
pub(super) fn dependence(
    model: &Model,
    rows: &Rows,
    feature: usize,
    outputs: &[(usize, Option<String>)],
) -> Result<Vec<DependenceCurve>> {
    let of_schema = &model.schema().features[feature];
    let values = dependence_values(rows, feature, MAX_VALUES);
    let is_number =
        matches!(of_schema.kind, FeatureKind::Number { .. } | FeatureKind::DatePart { .. });
    let number = |value: f32| (is_number && !value.is_nan()).then_some(f64::from(value));
    let curve = |(output, class): &(usize, Option<String>)| {
        let found = partial_dependence(model.forest(), rows, feature, &values, *output)?;
        let [low, high] = SHOWN_QUANTILES.map(|quantile| found.quantile(quantile));
        let point = |at: usize| DependencePoint {
            value: of_schema.value_text(values[at]),
            number: number(values[at]),
            mean: found.mean[at],
            low: low[at],
            high: high[at],
        };
        let points = (0..values.len()).map(point).collect();
        Ok(DependenceCurve { feature: of_schema.name.clone(), class: class.clone(), points })
    };
    outputs.iter().map(curve).collect()
}

/// The outputs that are shown with their classes: of the class that is asked for, of the second of two, of all.
fn outputs(model: &Model, class: Option<u32>) -> Vec<(usize, Option<String>)> {
    let names = class_names(model);
    let shown = match (class, names.len()) {
        (Some(class), _) => class as usize..class as usize + 1,
        (None, 0) => return vec![(0, None)],
        (None, 2) => 1..2,
        (None, n_classes) => 0..n_classes,
    };
    shown.map(|class| (class, Some(names[class].clone()))).collect()
}

fn interactions_report(
    model: &Model,
    class: Option<u32>,
    input: &mut RowSource,
    global: &GlobalArgs,
) -> Result<InteractionsReport> {
    let Sample { rows, sampled } = Sample::read(input, INTERACTION_ROWS, global)?;
    let outputs = outputs(model, class);
    let sizes = sizes(model, &rows, &outputs)?;
    let features = largest(&sizes, N_INTERACTING);
    let pairs = features.iter().enumerate();
    let pairs = pairs.flat_map(|(at, &a)| features[at + 1..].iter().map(move |&b| [a, b]));
    let pairs: Vec<[usize; 2]> = pairs.collect();
    let name = |feature: usize| model.schema().features[feature].name.clone();
    let mut found = Vec::new();
    for (output, class) in &outputs {
        let of_output = interactions(model.forest(), &rows, &pairs, *output)?;
        found.extend(of_output.into_iter().map(|of| NamedInteraction {
            features: of.features.map(name),
            class: class.clone(),
            h: of.h,
        }));
    }
    found.sort_by(|a, b| b.h.total_cmp(&a.h));
    Ok(InteractionsReport { sampled, interactions: found })
}

/// How much each feature counts in outputs: the sum of its contributions' sizes, or, where the forest does not know how many
/// training rows reached its leaves, how much its splits told.
fn sizes(model: &Model, rows: &Rows, outputs: &[(usize, Option<String>)]) -> Result<Vec<f64>> {
    let Ok(explainer) = Explainer::by_paths(model.forest()) else {
        return Ok(model.forest().importances().to_vec());
    };
    let mut sizes = vec![0.0; model.forest().n_features()];
    for &(output, _) in outputs {
        explainer.explain_each(rows, &vec![output as u32; rows.len()])?.add_sizes(&mut sizes);
    }
    Ok(sizes)
}
