//! From the wire to a model, with every check that lets the rest of the program trust it.

mod arrays;
mod forest;
mod intervals;
mod metadata;
mod refinement;
mod schema;
mod warnings;

use super::v1::{
    WireCalibration, WireForest, WireIntervals, WireMetadata, WireRefinement, WireSchema,
};
use crate::data::synth::{Recipe, Synthetic};
use crate::data::{Feature, FeatureKind, Schema, Source};
use crate::model::Model;
use crate::{ClassWeight, Result, Task};
use arrays::{TextList, ensure};

/// Whether the settings say that a refinement follows the metadata, a calibration the forest, and then what intervals
/// are made of the metadata.
pub(super) fn what_follows(metadata: &WireMetadata) -> Result<[bool; 3]> {
    let settings = TextList::new("forest settings", &metadata.forest)?.pairs("forest settings")?;
    let has = |names: &[&str]| settings.clone().any(|(name, _)| names.contains(&name));
    Ok([has(&["cut", "shrinkage", "calibrate"]), has(&["calibrate"]), has(&["intervals"])])
}

/// A model, if all three parts are sound and fit together.
pub(super) fn model(
    (metadata, refinement, intervals): &(
        WireMetadata,
        Option<WireRefinement>,
        Option<WireIntervals>,
    ),
    schema: &WireSchema,
    (forest, calibration): &(WireForest, Option<WireCalibration>),
) -> Result<Model> {
    let forest = forest::read(forest, calibration.as_ref())?;
    let schema = schema::read(schema)?;
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
    ensure(metadata.forest.n_trees() == forest.n_trees(), || {
        format!(
            "{} trees were asked for, {} are there",
            metadata.forest.n_trees(),
            forest.n_trees()
        )
    })?;
    let filled_in =
        metadata.forest.resolve_for(forest.task()).map_err(|error| metadata::damaged(&error))?;
    ensure(
        filled_in == metadata.forest && filled_in.keep_quantiles == forest.keeps_quantiles(),
        || format!("the settings are not those of this {}", forest.task()),
    )?;
    if let ClassWeight::PerClass(weights) = &metadata.forest.class_weight {
        ensure(weights.len() == n_classes, || {
            format!("{} class weights are not for {n_classes} classes", weights.len())
        })?;
    }
    if let Source::Synthetic { recipe, .. } = &metadata.data {
        ensure(makes(recipe, &schema), || {
            "the synthetic table's columns are not the schema's".to_owned()
        })?;
    }
    let (trained, held_out) = (schema.rows(), metadata.held_out_rows);
    ensure(trained.checked_add(held_out) == Some(metadata.data.rows()), || {
        format!("{trained} rows and {held_out} held out are not {}", metadata.data.rows())
    })?;
    let n_test = metadata.split.n_test(metadata.data.rows());
    let by_column = match &metadata.data {
        Source::Synthetic { .. } => false,
        Source::File(file) => file.read.group.is_some() || file.read.order.is_some(),
    };
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
