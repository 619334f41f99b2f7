//! What `forest inspect` has to say.

use std::fmt;

use serde::Serialize;

use super::decision::DecisionReport;
use super::refinement;
use super::text::{
    ChosenOutOfBag, HELD_OUT, count, line, percent, significant, table, thousands, write_scores,
};
use forest::data::{
    Feature, FeatureKind, ImportedSource, Schema, ScoredTable, Sha256Digest, Source, TargetKind,
};
use forest::message::printable;
use forest::model::FORMAT;
use forest::model::Metadata;
use forest::{Model, Parameter};

/// The maximum number of features that a person is shown, the most important first.
const SHOWN_FEATURES: usize = 20;

/// The level of the prediction intervals whose width is shown.
const SHOWN_LEVEL: f64 = 0.9;

/// The maximum number of classes.
const SHOWN_CLASSES: usize = 20;

/// All that a model file says about itself.
#[derive(Serialize)]
pub(crate) struct InspectReport<'a> {
    model_format: u16,
    fingerprint: Sha256Digest,
    trees: usize,
    nodes: usize,
    leaves: usize,
    depth: usize,
    /// How classes follow from probabilities; `None` for the most probable.
    pub(super) decision: Option<DecisionReport>,
    metadata: &'a Metadata,
    schema: &'a Schema,
    /// In the order of the features.
    importances: Vec<Importance<'a>>,
    /// What a parameter is called where this is read.
    #[serde(skip)]
    name: fn(Parameter) -> String,
}

/// How much of the impurity a feature took away; all together are 1.
#[derive(Serialize)]
struct Importance<'a> {
    feature: &'a str,
    importance: f64,
}

impl<'a> InspectReport<'a> {
    pub(crate) fn new(model: &'a Model, name: fn(Parameter) -> String) -> Self {
        let forest = model.forest();
        let names = model.schema().features.iter().map(|feature| &*feature.name);
        let importance = |(feature, &importance)| Importance { feature, importance };
        Self {
            model_format: FORMAT,
            fingerprint: model.fingerprint(),
            trees: forest.n_trees(),
            nodes: forest.n_nodes(),
            leaves: forest.n_leaves(),
            depth: forest.depth(),
            decision: DecisionReport::new(model, model.decision()),
            metadata: model.metadata(),
            schema: model.schema(),
            importances: names.zip(forest.importances()).map(importance).collect(),
            name,
        }
    }
}

impl fmt::Display for InspectReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = printable(&self.metadata.program);
        writeln!(
            f,
            "model of format {}, by {program}, {}",
            self.model_format, self.metadata.created
        )?;
        let trees = count(self.trees as u64, "tree", "trees");
        let nodes = count(self.nodes as u64, "node", "nodes");
        let leaves = count(self.leaves as u64, "leaf", "leaves");
        line(f, "forest", format!("{trees}, {nodes}, {leaves}, depth {}", self.depth))?;
        if let Some(decision) = &self.decision {
            line(f, "decision", decision)?;
        }
        let Metadata { held_out, out_of_bag, .. } = self.metadata;
        let chosen = ChosenOutOfBag::new(self.metadata);
        let out_of_bag = out_of_bag.as_ref().map(|score| (score, chosen));
        let held = if matches!(self.metadata.data, Source::Imported(_)) { "" } else { HELD_OUT };
        write_scores(f, held, held_out.as_ref(), out_of_bag)?;
        self.write_intervals(f)?;
        for (name, value) in &self.metadata.tags {
            line(f, "tag", format!("{name} = {value}"))?;
        }
        line(f, "fingerprint", self.fingerprint)?;
        self.write_warnings(f)?;
        writeln!(f, "\ndata")?;
        self.write_data(f)?;
        writeln!(f, "\nsettings")?;
        match (&self.metadata.forest, &self.metadata.data) {
            (Some(params), _) => {
                for (name, value) in params.settings() {
                    line(f, &name, value)?;
                }
                line(f, "reproducible", self.metadata.reproducible)?;
            }
            (None, Source::Imported(imported)) => {
                imported.settings.iter().try_for_each(|(name, value)| line(f, name, value))?;
            }
            (None, _) => {}
        }
        if let Some(refined) = &self.metadata.refinement {
            refinement::write(f, refined, self.nodes, self.schema.task())?;
        }
        self.write_target(f)?;
        writeln!(f, "\nfeatures")?;
        self.write_features(f)
    }
}

impl InspectReport<'_> {
    /// How wide prediction intervals are, and what they cannot promise.
    fn write_intervals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(intervals) = &self.metadata.intervals else { return Ok(()) };
        let Ok(half_width) = intervals.half_width(SHOWN_LEVEL) else { return Ok(()) };
        let rows = count(intervals.rows(), "out-of-bag residual", "out-of-bag residuals");
        let name = format!("{} intervals", percent(SHOWN_LEVEL));
        let width = significant(half_width);
        line(f, &name, format!("about ± {width}, by {rows}; wider where trees disagree"))?;
        match &self.metadata.data {
            Source::File(file) if file.read.group.is_some() => {
                line(f, "", "(of groups that training has not seen they may hold fewer targets)")
            }
            Source::File(file) if file.read.order.is_some() => {
                line(f, "", "(of rows after those of training they may hold fewer targets)")
            }
            _ => Ok(()),
        }
    }

    fn write_data(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = &self.metadata.data;
        match data {
            Source::Imported(imported) => return write_imported(f, imported),
            Source::Memory { .. } => line(f, "source", "arrays in memory")?,
            Source::Synthetic { recipe, .. } => {
                line(f, "source", "synthetic")?;
                for (name, value) in recipe.settings() {
                    line(f, &name, value)?;
                }
            }
            Source::File(file) => {
                line(f, "source", &file.name)?;
                for name in &file.read.ignore {
                    line(f, "ignored", name)?;
                }
                if let Some(name) = &file.read.sample_weight {
                    line(f, "weights", name)?;
                }
                for left_out in &file.left_out {
                    line(f, "left out", &left_out.column)?;
                }
                if let Some(name) = &file.read.group {
                    line(f, "groups", name)?;
                }
                if let Some(name) = &file.read.order {
                    line(f, "order", name)?;
                }
                if file.dropped > 0 {
                    line(f, "rows without target", thousands(file.dropped))?;
                }
            }
        }
        line(f, "rows", thousands(data.rows()))?;
        line(f, "SHA-256", data.sha256())?;
        let split = &self.metadata.split;
        let stratified = if split.stratify { ", stratified" } else { "" };
        let (size, seed) = (split.test_size, split.random_state);
        let what = match data {
            Source::File(file) if file.read.group.is_some() => "groups",
            _ => "rows",
        };
        let how = match data {
            Source::File(file) if file.read.order.is_some() => "the last in order".to_owned(),
            _ => format!("seed {seed}{stratified}"),
        };
        line(f, "held out", format!("{size} of the {what}, {how}"))
    }

    fn write_warnings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.metadata.warnings.is_empty() {
            writeln!(f, "\nwarnings")?;
        }
        for warning in &self.metadata.warnings {
            let text = printable(&warning.sentence().with_names(self.name));
            writeln!(f, "  {}: {text}", warning.kind.severity())?;
        }
        Ok(())
    }

    fn write_target(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = printable(&self.schema.target.name);
        match &self.schema.target.kind {
            TargetKind::Classification { classes } => {
                writeln!(f, "\nclasses of '{target}'")?;
                let header = ["class", "training rows"].map(str::to_owned).to_vec();
                let shown = classes.iter().take(SHOWN_CLASSES);
                let rows = shown.map(|class| vec![class.name.clone(), thousands(class.rows)]);
                table(f, &std::iter::once(header).chain(rows).collect::<Vec<_>>())?;
                write_rest(f, classes.len(), SHOWN_CLASSES)
            }
            TargetKind::Regression { mean, min, max, .. } => {
                writeln!(f, "\ntarget '{target}'")?;
                line(f, "mean", significant(*mean))?;
                line(f, "range", format!("{min} to {max}"))?;
                match &self.schema.target.spelling {
                    Some(spelling) => line(f, "written like", spelling),
                    None => Ok(()),
                }
            }
        }
    }

    fn write_features(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["feature", "importance", "missing", "values"].map(str::to_owned).to_vec();
        let mut features: Vec<_> = self.schema.features.iter().zip(&self.importances).collect();
        features.sort_by(|(_, a), (_, b)| b.importance.total_cmp(&a.importance));
        let rows = features.iter().take(SHOWN_FEATURES).map(|(feature, importance)| {
            let (name, missing) = (feature.name.clone(), thousands(feature.missing));
            vec![name, format!("{:.4}", importance.importance), missing, values(feature)]
        });
        table(f, &std::iter::once(header).chain(rows).collect::<Vec<_>>())?;
        write_rest(f, features.len(), SHOWN_FEATURES)
    }
}

/// Where an imported model came from.
fn write_imported(f: &mut fmt::Formatter<'_>, imported: &ImportedSource) -> fmt::Result {
    line(f, "imported from", &imported.name)?;
    line(f, "trained by", &imported.system)?;
    line(f, "SHA-256", imported.sha256)?;
    match imported.rows {
        0 => line(f, "training rows", "not known")?,
        rows => {
            line(f, "training rows", format!("about {}, by the trees' roots", thousands(rows)))?;
        }
    }
    match &imported.scored_on {
        None => line(f, "scored on", "no table"),
        Some(ScoredTable { name, rows, sha256 }) => {
            let rows = count(*rows, "row", "rows");
            line(f, "scored on", format!("{name}, {rows}, which training may have seen"))?;
            line(f, "its SHA-256", sha256)
        }
    }
}

/// What the values of a feature are, and how they are written.
fn values(feature: &Feature) -> String {
    let spelling = match feature.kind {
        FeatureKind::Category { .. } => None,
        _ => feature.spelling_text(),
    };
    let spelling = spelling.map(|spelling| format!(", written like {spelling}"));
    range_or_levels(feature) + &spelling.unwrap_or_default()
}

/// The range of a feature's values, or how many levels it has.
pub(super) fn range_or_levels(feature: &Feature) -> String {
    match &feature.kind {
        FeatureKind::Category { levels } => count(levels.len() as u64, "level", "levels"),
        _ => feature.range(),
    }
}

/// Says how many of a list were not shown.
fn write_rest(f: &mut fmt::Formatter<'_>, all: usize, shown: usize) -> fmt::Result {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        rest => writeln!(f, "  and {} more (all with --json)", thousands(rest as u64)),
    }
}
