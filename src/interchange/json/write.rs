//! Writes the JSON.

use serde::Serialize;

use super::lines::{Each, Lines};
use super::read::read_json;
use super::wire::{
    CATEGORY, DATE, FORMAT, JsonCalibration, JsonClass, JsonCost, JsonDecision, JsonFeature,
    JsonIntervals, JsonNumbers, JsonTarget, JsonThreshold, LEAST_COST, MOST_PROBABLE, NUMBER,
    THRESHOLD, VERSION,
};
use crate::data::{Class, Feature, FeatureKind, Schema, Source, TargetKind};
use crate::forest::intervals::RowScores;
use crate::forest::leaves::Leaves;
use crate::interchange::exported::Exported;
use crate::model::PROGRAM;
use crate::tree::distribution::Distributions;
use crate::tree::{Node, Tree};
use crate::{Decision, ForestValidParams, Intervals, Mistake, Model, Result, Task};

/// The model as JSON.
///
/// # Errors
/// None is known: what is written is read again.
pub(in crate::interchange) fn to_json(model: &Model) -> Result<Exported> {
    let (schema, forest, metadata) = (model.schema(), model.forest(), model.metadata());
    let mut json = Lines::new();
    json.field("format", &FORMAT)?;
    json.field("version", &VERSION)?;
    json.field("system", &PROGRAM)?;
    json.field("settings", &settings(model))?;
    json.field("target", &target(schema))?;
    json.list("features", schema.features.iter().map(feature))?;
    json.field("missing", &schema.missing)?;
    if forest.task() == Task::Classification {
        json.field("decision", &decision(model.decision()))?;
    }
    if let Some(calibration) = forest.calibration() {
        let (alpha, gamma) = (calibration.alpha, calibration.gamma);
        let prior = calibration.prior.clone();
        json.field("calibration", &JsonCalibration { alpha, gamma, prior })?;
    }
    if let Some(found) = &metadata.intervals {
        json.field("intervals", &intervals(found))?;
    }
    json.field("importances", &forest.importances())?;
    match &forest.leaves {
        Leaves::Classes { shares, .. } => json.list("leaf_shares", distributions(shares))?,
        Leaves::Means { means, targets } => {
            json.field("leaf_values", means)?;
            if let Some(targets) = targets {
                json.field("targets", &targets.values)?;
                json.list("leaf_targets", distributions(&targets.shares))?;
            }
        }
    }
    let covers = forest.covers.as_ref().map(|covers| covers.of_nodes(&forest.trees));
    let trees = forest.trees.iter().enumerate();
    json.objects("trees", trees, |json, &(number, tree)| {
        write_tree(json, tree, covers.as_ref().map(|covers| &*covers[number]))
    })?;
    json.field("metadata", metadata)?;
    let notes = vec![
        "imported again the model predicts the same to the bit; its settings, scores and warnings are there to be read, and \
         an import does not take them over"
            .to_owned(),
    ];
    let bytes = json.finish();
    let difference = Some(difference(model, &bytes)?);
    Ok(Exported { bytes, notes, difference })
}

/// The greatest difference between the outputs for the probe rows of the model and of what is read of its JSON.
fn difference(model: &Model, bytes: &[u8]) -> Result<f64> {
    let probes = &model.metadata().probes;
    let again = read_json(bytes)?.forest.predict_outputs(probes.rows.view())?;
    let differences = again.iter().zip(&probes.outputs).map(|(now, then)| (now - then).abs());
    Ok(differences.fold(0.0, f64::max))
}

/// The settings that the forest was grown with, or those of the program that grew it; the first says what it is.
fn settings(model: &Model) -> Vec<(String, String)> {
    let metadata = model.metadata();
    if let Source::Imported(file) = &metadata.data {
        return file.settings.clone();
    }
    let task = ("estimator".to_owned(), format!("forest, {}", model.forest().task()));
    let settings = metadata.forest.as_ref().map(ForestValidParams::settings);
    [task].into_iter().chain(settings.unwrap_or_default()).collect()
}

fn target(schema: &Schema) -> JsonTarget {
    let (classes, numbers) = match &schema.target.kind {
        TargetKind::Classification { classes } => {
            let class =
                |Class { name, rows }: &Class| JsonClass { name: name.clone(), rows: *rows };
            (Some(classes.iter().map(class).collect()), None)
        }
        &TargetKind::Regression { rows, mean, min, max } => {
            (None, Some(JsonNumbers { rows, mean, min, max }))
        }
    };
    let spelling = schema.target.spelling.as_ref().map(ToString::to_string);
    JsonTarget { name: schema.target.name.clone(), task: schema.task(), classes, numbers, spelling }
}

/// Numbers of 32 bits are written as those of 64 bits that they are, so that whoever reads them as such compares alike.
fn feature(feature: &Feature) -> JsonFeature {
    let range = |min: f32, max: f32| (Some(f64::from(min)), Some(f64::from(max)));
    let (kind, (min, max)) = match &feature.kind {
        kind if *kind == FeatureKind::UNKNOWN => (NUMBER.to_owned(), (None, None)),
        FeatureKind::Number { min, max } => (NUMBER.to_owned(), range(*min, *max)),
        FeatureKind::Date { min, max, .. } => (DATE.to_owned(), range(*min, *max)),
        FeatureKind::DatePart { part, min, max } => (part.to_string(), range(*min, *max)),
        FeatureKind::Category { .. } => (CATEGORY.to_owned(), (None, None)),
    };
    let origin = match feature.kind {
        FeatureKind::Date { origin, .. } => Some(origin),
        _ => None,
    };
    let levels = feature.levels().map(|levels| {
        let values = levels.values().iter().copied().map(f64::from);
        levels.iter().map(str::to_owned).zip(values).collect()
    });
    let (name, spelling) = (feature.name.clone(), feature.spelling_text());
    JsonFeature { name, kind, spelling, origin, min, max, levels, missing: feature.missing }
}

fn decision(decision: &Decision) -> JsonDecision {
    let rule = |rule: &str| JsonDecision { rule: rule.to_owned(), threshold: None, costs: None };
    match decision {
        Decision::MostProbable => rule(MOST_PROBABLE),
        Decision::Threshold(threshold) => {
            JsonDecision { threshold: Some(*threshold), ..rule(THRESHOLD) }
        }
        Decision::LeastCost(costs) => {
            let cost = |mistake: &Mistake| {
                let Mistake { truth, predicted, cost } = *mistake;
                JsonCost { truth, predicted, cost }
            };
            let costs = costs.mistakes().iter().map(cost).collect();
            JsonDecision { costs: Some(costs), ..rule(LEAST_COST) }
        }
    }
}

fn intervals(intervals: &Intervals) -> JsonIntervals {
    let (each_row, scores) = match &intervals.scores {
        RowScores::Each(scores) => (true, scores.clone()),
        RowScores::OfLevels(scores) => (false, scores.clone()),
    };
    let (rows, typical_spread) = (intervals.rows, intervals.typical_spread);
    JsonIntervals { rows, typical_spread, each_row, scores }
}

/// The items of each distribution with their shares.
fn distributions(of: &Distributions) -> impl Iterator<Item = impl Serialize> {
    (0..of.len() as u32).map(move |number| Each(move || of.get(number)))
}

fn write_tree(json: &mut Lines, tree: &Tree, covers: Option<&[f64]>) -> Result<()> {
    let nodes = || tree.nodes.iter();
    let branch = |node: &Node| (!node.is_leaf()).then_some(*node);
    let threshold = |node: Node| JsonThreshold(f64::from(node.threshold));
    let left = |node: Node| node.next;
    json.numbers("feature", &Each(|| nodes().map(|n| branch(n).map(Node::feature))))?;
    json.numbers("threshold", &Each(|| nodes().map(|n| branch(n).map(threshold))))?;
    json.numbers("missing_left", &Each(|| nodes().map(|n| branch(n).map(|n| n.code & 1 == 1))))?;
    json.numbers("left", &Each(|| nodes().map(|n| branch(n).map(left))))?;
    json.numbers("right", &Each(|| nodes().map(|n| branch(n).map(|n| left(n) + 1))))?;
    json.numbers("leaf", &Each(|| nodes().map(|n| n.is_leaf().then_some(n.code))))?;
    match covers {
        Some(covers) => json.numbers("cover", &covers),
        None => Ok(()),
    }
}
