//! What there is to say about a table before a forest is trained on it.

use crate::Task;
use crate::data::input::cells::is_value;
use crate::data::{ColumnKind, FileSource, Source, Table, TargetValues};
use crate::message::{list, shorten};
use crate::report::text::{count, thousands};

/// What was decided for the user, and what looks like a mistake; `asked_for` is the task that was named.
pub(super) fn notes(table: &Table, asked_for: Option<Task>) -> Vec<String> {
    let mut notes = Vec::new();
    let target = shorten(&table.target.name);
    if let (None, TargetValues::Numbers(_)) = (asked_for, &table.target.values) {
        notes.push(format!(
            "note: '{target}' is numbers of many values, so this is a regression (--task \
             classification takes them for classes)"
        ));
    }
    if let Source::File(FileSource { dropped: dropped @ 1.., .. }) = &table.source {
        let rows = count(*dropped, "row", "rows");
        notes.push(format!("note: {rows} without a target left out"));
    }
    for column in &table.features {
        let n_present = column.values.iter().filter(|value| !value.is_nan()).count();
        let name = shorten(&column.name);
        match &column.kind {
            _ if n_present == 0 => {
                notes.push(format!("warning: the column '{name}' has no values"));
            }
            ColumnKind::Category { levels } => notes.extend(
                stray_texts(&name, levels).or_else(|| identifiers(&name, levels.len(), n_present)),
            ),
            ColumnKind::Number | ColumnKind::Date { .. } => {}
        }
    }
    notes
}

/// A column of numbers that a few texts make one of categories is more likely not meant to be one.
fn stray_texts(name: &str, levels: &[String]) -> Option<String> {
    let (values, texts): (Vec<&String>, Vec<&String>) =
        levels.iter().partition(|level| is_value(level));
    (values.len() >= 10 * texts.len() && !texts.is_empty()).then(|| {
        format!(
            "warning: the column '{name}' is numbers or dates but for {}, so all of it is taken for \
             texts: --missing makes such cells gaps",
            list(&texts)
        )
    })
}

/// A column of which few rows have the same text looks like an identifier.
fn identifiers(name: &str, n_levels: usize, n_present: usize) -> Option<String> {
    (n_levels > n_present / 2 && n_present > 1).then(|| {
        format!(
            "warning: the column '{name}' has {} different texts in {}, as identifiers have: they \
             tell nothing of new rows; --ignore leaves it out",
            thousands(n_levels as u64),
            count(n_present as u64, "row", "rows")
        )
    })
}
