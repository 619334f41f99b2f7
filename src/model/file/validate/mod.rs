//! From the wire to a model, with every check that lets the rest of the program trust it.

mod arrays;
mod forest;
mod metadata;
mod schema;

use super::v1::{WireForest, WireMetadata, WireSchema};
use crate::model::Model;
use crate::{Result, Task};
use arrays::ensure;

/// A model, if all three parts are sound and fit together.
pub(super) fn model(
    metadata: &WireMetadata,
    schema: &WireSchema,
    forest: &WireForest,
) -> Result<Model> {
    let forest = forest::read(forest)?;
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
    let metadata = metadata::read(metadata, &forest)?;
    ensure(metadata.forest.n_trees() == forest.n_trees(), || {
        format!(
            "{} trees were asked for, {} are there",
            metadata.forest.n_trees(),
            forest.n_trees()
        )
    })?;
    let filled_in =
        metadata.forest.for_task(forest.task()).map_err(|error| metadata::damaged(&error))?;
    ensure(
        filled_in == metadata.forest && filled_in.keep_quantiles == forest.keeps_quantiles(),
        || format!("the settings are not those of this {}", forest.task()),
    )?;
    let (trained, held_out) = (schema.rows(), metadata.held_out_rows);
    ensure(trained.checked_add(held_out) == Some(metadata.data.rows()), || {
        format!("{trained} rows and {held_out} held out are not {}", metadata.data.rows())
    })?;
    Ok(Model { schema, forest, metadata })
}
