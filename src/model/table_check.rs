//! Whether the parts of a table fit each other: its fields are public, and can be made to disagree.

use std::collections::HashSet;

use crate::data::{Column, ColumnKind, Table, TargetValues};
use crate::forest::check::{class_codes, finite, row_weights};
use crate::message::shorten;
use crate::{Error, Result};

/// Refuses a table that a model cannot be trained on and scored on, whichever rows are held out.
///
/// # Errors
/// Columns of different lengths; two columns of one name; a class or level that is not there; a target
/// or weight that is not a number in range; a source of another number of rows.
pub(crate) fn check(table: &Table) -> Result<()> {
    let n_rows = table.n_rows();
    let mut names = HashSet::from([table.target.name.as_str()]);
    let mut before = None;
    for column in &table.features {
        let at = |error: Error| error.in_column(&column.name);
        if !names.insert(&column.name) {
            return Err(at(Error::data("there are two columns of that name")));
        }
        let found = column.values.len();
        if found != n_rows {
            return Err(at(Error::data(format!("there are {found} values for {n_rows} rows"))));
        }
        check_levels(column).map_err(at)?;
        check_part(column, before).map_err(at)?;
        before = Some(column);
    }
    check_target(&table.target.values).map_err(|error| error.in_column(&table.target.name))?;
    if let Some(weights) = &table.weights {
        row_weights(weights, n_rows)?;
    }
    if let Some(by) = &table.split_by
        && by.len() != n_rows
    {
        return Err(Error::data(format!("splits go by {} rows of {n_rows}", by.len())));
    }
    let of_source = table.source.rows();
    if of_source != n_rows as u64 {
        return Err(Error::data(format!("the source has {of_source} rows, the table {n_rows}")));
    }
    Ok(())
}

fn check_levels(column: &Column) -> Result<()> {
    let ColumnKind::Category { levels } = &column.kind else { return Ok(()) };
    if !levels.is_sorted_by(|a, b| a < b) {
        return Err(Error::data("the levels are not in order, each once"));
    }
    let is_level = |value: &f32| {
        value.is_nan() || value.fract() == 0.0 && (0.0..levels.len() as f32).contains(value)
    };
    match column.values.iter().position(|value| !is_level(value)) {
        None => Ok(()),
        Some(row) => Err(Error::data(format!(
            "row {row} has level {}, and there are {}",
            column.values[row],
            levels.len()
        ))),
    }
}

/// A part of a date comes after its date.
fn check_part(column: &Column, before: Option<&Column>) -> Result<()> {
    let ColumnKind::DatePart(part) = column.kind else { return Ok(()) };
    let date = before.and_then(|before| match before.kind {
        ColumnKind::Date { .. } => Some((before.name.as_str(), None)),
        ColumnKind::DatePart(part) => Some((before.name.as_str(), Some(part))),
        ColumnKind::Number | ColumnKind::Category { .. } => None,
    });
    if date.is_some_and(|date| part.follows(&column.name, date)) {
        return Ok(());
    }
    Err(Error::data(format!("the column is the {part} of a date that it does not follow")))
}

fn check_target(values: &TargetValues) -> Result<()> {
    match values {
        TargetValues::Classes { names, codes } => {
            let mut seen = HashSet::new();
            if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
                return Err(Error::data(format!("there are two classes '{}'", shorten(twice))));
            }
            class_codes(codes, names.len())
        }
        TargetValues::Numbers(numbers) => finite(numbers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ReadOptions;
    use crate::{Model, TrainOptions};

    fn table() -> Table {
        let path = "examples/data/penguins.csv";
        Table::read(path, &ReadOptions::new("species")).unwrap()
    }

    #[test]
    fn a_table_whose_parts_disagree_is_refused_by_training() {
        type Alteration<'a> = (&'a str, &'a dyn Fn(&mut Table));
        let alterations: [Alteration; 9] = [
            ("341 values for 344 rows", &|table| table.features[2].values.truncate(341)),
            ("two columns of that name", &|table| table.features[1].name = "year".to_owned()),
            ("two columns of that name", &|table| table.target.name = "year".to_owned()),
            ("row 0 has level 3", &|table| table.features[0].values[0] = 3.0),
            ("row 7 has level 0.5", &|table| table.features[0].values[7] = 0.5),
            ("class code 3", &|table| match &mut table.target.values {
                TargetValues::Classes { codes, .. } => codes[5] = 3,
                TargetValues::Numbers(_) => unreachable!(),
            }),
            ("two classes 'Gentoo'", &|table| match &mut table.target.values {
                TargetValues::Classes { names, .. } => names[0] = "Gentoo".to_owned(),
                TargetValues::Numbers(_) => unreachable!(),
            }),
            ("weight NaN", &|table| table.weights = Some(vec![f64::NAN; 344])),
            ("3 weights for 344 rows", &|table| table.weights = Some(vec![1.0; 3])),
        ];
        for (words, alter) in alterations {
            let mut table = table();
            alter(&mut table);
            let error = Model::train(&table, &TrainOptions::default()).unwrap_err().to_string();
            assert!(error.contains(words), "{words}: {error}");
        }
        assert!(check(&table()).is_ok());
    }
}
