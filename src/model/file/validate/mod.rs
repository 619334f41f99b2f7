//! From the wire to a model, with every check that lets the rest of the program trust it.

mod arrays;
mod covers;
mod forest;
mod histograms;
mod intervals;
mod metadata;
mod refinement;
mod schema;
mod warnings;

use super::v1::{
    CALIBRATE, INTERVALS, WireCalibration, WireCovers, WireForest, WireHistograms, WireIntervals,
    WireMetadata, WireRefinement, WireSchema, WireSource,
};
use crate::data::split::Split;
use crate::data::synth::{Recipe, Synthetic};
use crate::data::{Feature, FeatureKind, Schema, Source};
use crate::model::Model;
use crate::{ClassWeight, Forest, ForestValidParams, Result, Task};
use arrays::{TextList, ensure};

/// Whether the settings say that a refinement follows the metadata, a calibration the forest, and then what intervals
/// are made of the metadata.
pub(super) fn what_follows(metadata: &WireMetadata) -> Result<[bool; 3]> {
    let settings = TextList::new("forest settings", &metadata.forest)?.pairs("forest settings")?;
    let has = |names: &[&str]| settings.clone().any(|(name, _)| names.contains(&name));
    let is_grown_here = !matches!(metadata.source, WireSource::Imported { .. });
    let is_refined = is_grown_here && has(&["cut", "shrinkage", CALIBRATE]);
    Ok([is_refined, has(&[CALIBRATE]), has(&[INTERVALS])])
}

/// A model, if all three parts are sound and fit together.
pub(super) fn model(
    (metadata, refinement, intervals): &(
        WireMetadata,
        Option<WireRefinement>,
        Option<WireIntervals>,
    ),
    (schema, histograms): &(WireSchema, Option<WireHistograms>),
    (forest, calibration, covers): &(WireForest, Option<WireCalibration>, Option<WireCovers>),
) -> Result<Model> {
    let mut forest = forest::read(forest, calibration.as_ref())?;
    let n_leaves = forest.n_leaves();
    forest.covers = covers.as_ref().map(|wire| covers::read(wire, n_leaves)).transpose()?;
    let mut schema = schema::read(schema)?;
    schema.histograms =
        histograms.as_ref().map(|wire| histograms::read(wire, &schema)).transpose()?;
    let of_schema = (schema.features.len(), schema.task());
    let of_forest = (forest.n_features(), forest.task());
    ensure(of_schema == of_forest, || {
        format!(
            "the schema has {} features and is of {}, the forest has {} and is of {}",
            of_schema.0, of_schema.1, of_forest.0, of_forest.1
        )
    })?;
    let n_classes = schema.classes().len();
    ensure(schema.task() == Task::Regression || n_classes == forest.n_classes(), || {
        format!("the schema has {n_classes} classes, the forest {}", forest.n_classes())
    })?;
    let metadata = metadata::read(metadata, refinement.as_ref(), intervals.as_ref(), &forest)?;
    if let Some(params) = &metadata.forest {
        are_of_forest(params, &forest)?;
    }
    if let Source::Synthetic { recipe, .. } = &metadata.data {
        ensure(makes(recipe, &schema), || {
            "the synthetic table's columns are not the schema's".to_owned()
        })?;
    }
    let (trained, held_out) = (schema.rows(), metadata.held_out_rows);
    if let Source::Imported(imported) = &metadata.data {
        let scored = imported.scored_on.as_ref().map_or(0, |table| table.rows);
        let sound = trained == imported.rows
            && held_out == scored
            && metadata.split == Split::NONE
            && metadata.out_of_bag.is_none();
        ensure(sound, || "an imported model has another's rows".to_owned())?;
        return Ok(Model { schema, forest, metadata });
    }
    ensure(trained.checked_add(held_out) == Some(metadata.data.rows()), || {
        format!("{trained} rows and {held_out} held out are not {}", metadata.data.rows())
    })?;
    let n_test = metadata.split.n_test(metadata.data.rows());
    let of_file = metadata.data.file().map(|file| &file.read);
    let by_column = of_file.is_some_and(|read| read.group.is_some() || read.order.is_some());
    // Groups and equal rows stay together, however many they are.
    ensure(if by_column { (n_test > 0) == (held_out > 0) } else { n_test == held_out }, || {
        format!("the split holds out {n_test} rows, and {held_out} were held out")
    })?;
    let out_of_bag = metadata.out_of_bag.as_ref().map_or(trained, |score| score.rows);
    ensure(out_of_bag == trained, || {
        format!("the out-of-bag score is of {out_of_bag} rows, and {trained} were trained on")
    })?;
    Ok(Model { schema, forest, metadata })
}

/// Refuses settings that the forest was not grown with.
fn are_of_forest(params: &ForestValidParams, forest: &Forest) -> Result<()> {
    ensure(params.n_trees() == forest.n_trees(), || {
        format!("{} trees were asked for, {} are there", params.n_trees(), forest.n_trees())
    })?;
    let filled_in = params.resolve_for(forest.task()).map_err(|error| metadata::damaged(&error))?;
    ensure(filled_in == *params && filled_in.keep_quantiles == forest.keeps_quantiles(), || {
        format!("the settings are not those of this {}", forest.task())
    })?;
    match &params.class_weight {
        ClassWeight::PerClass(weights) => ensure(weights.len() == forest.n_classes(), || {
            format!("{} class weights are not for {} classes", weights.len(), forest.n_classes())
        }),
        _ => Ok(()),
    }
}

/// Whether a recipe makes the columns of a schema. It may make a table of any length: what is not its
/// own is not even begun with.
fn makes(recipe: &Recipe, schema: &Schema) -> bool {
    let is_number = |feature: &Feature| matches!(feature.kind, FeatureKind::Number { .. });
    let names = (0..recipe.n_features()).map(Synthetic::feature_name);
    let classes = (0..recipe.n_classes()).map(|class| class.to_string());
    recipe.n_features() == schema.features.len()
        && schema.target.name == Synthetic::TARGET
        && names.eq(schema.features.iter().map(|feature| &*feature.name))
        && schema.features.iter().all(is_number)
        && recipe.n_classes() == schema.classes().len()
        && classes.eq(schema.classes().iter().map(|class| &*class.name))
}
