//! A model as C99: one file of arrays and loops, which allocates nothing and predicts what this library does, to the bit.

mod arrays;
mod calibrate;
mod columns;
mod literal;
mod opening;
mod predict;
mod trees;

use super::exported::Exported;
use crate::data::Levels;
use crate::{Model, Result};

/// The model as a file of C99.
///
/// # Errors
/// More nodes than numbers of 32 bits tell apart.
pub(super) fn to_c(model: &Model) -> Result<Exported> {
    let (schema, forest) = (model.schema(), model.forest());
    let notes = notes(model);
    let mut c = String::new();
    opening::write_comment(&mut c, model, &notes);
    opening::write_declarations(&mut c, model);
    columns::write_names(&mut c, schema);
    columns::write_levels(&mut c, schema);
    trees::write_trees(&mut c, forest)?;
    trees::write_leaves(&mut c, &forest.leaves);
    predict::write_predictions(&mut c, forest, model.decision());
    Ok(Exported { bytes: c.into_bytes(), notes, difference: None })
}

/// What is left out, or not exact.
fn notes(model: &Model) -> Vec<String> {
    let mut notes = Vec::new();
    if model.forest().keeps_quantiles() {
        notes.push("quantiles are left out");
    }
    if model.metadata().intervals.is_some() {
        notes.push("prediction intervals are left out");
    }
    let levels = || model.schema().features.iter().filter_map(|feature| feature.levels());
    if levels().flat_map(Levels::iter).any(|level| !columns::is_text(level)) {
        notes.push("levels with a zero byte in them are left out: no text of C can be one");
    }
    if levels().any(|levels| !levels.is_empty()) {
        notes.push(
            "forest_level finds a level by exactly its text, while this program also takes 1 for 1.0 and true for True",
        );
    }
    notes.into_iter().map(str::to_owned).collect()
}
