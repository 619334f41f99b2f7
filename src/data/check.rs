//! Whether the parts of a table fit each other: its fields are public, and can be made to disagree.

use std::collections::HashSet;

use super::column::{Column, ColumnKind};
use super::table::Table;
use super::target::TargetValues;
use crate::forest::MAX_TARGET;
use crate::message::shorten;
use crate::{Error, Result};

impl Table {
    /// Refuses a table that a model cannot be trained on and scored on, whichever rows are held out.
    ///
    /// # Errors
    /// Columns of different lengths; two columns of one name; a class or level that is not there; a
    /// target or weight that is not a number in range; a source of another number of rows.
    pub(crate) fn check(&self) -> Result<()> {
        let n_rows = self.n_rows();
        let mut names = HashSet::from([self.target.name.as_str()]);
        for column in &self.features {
            let at = |error: Error| error.in_column(&column.name);
            if !names.insert(&column.name) {
                return Err(at(Error::data("there are two columns of that name")));
            }
            check_length(column.values.len(), n_rows).map_err(at)?;
            check_levels(column).map_err(at)?;
        }
        check_target(&self.target.values).map_err(|error| error.in_column(&self.target.name))?;
        if let Some(weights) = &self.weights {
            check_length(weights.len(), n_rows).map_err(|error| error.in_column("weights"))?;
            let is_weight = |weight: &f64| weight.is_finite() && *weight >= 0.0;
            if let Some(row) = weights.iter().position(|weight| !is_weight(weight)) {
                return Err(Error::data(format!("row {row} has the weight {}", weights[row])));
            }
        }
        let of_source = self.source.rows();
        if of_source != n_rows as u64 {
            return Err(Error::data(format!(
                "the source has {of_source} rows, the table {n_rows}"
            )));
        }
        Ok(())
    }
}

fn check_length(found: usize, n_rows: usize) -> Result<()> {
    if found == n_rows {
        return Ok(());
    }
    Err(Error::data(format!("there are {found} values for {n_rows} rows")))
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

fn check_target(values: &TargetValues) -> Result<()> {
    match values {
        TargetValues::Classes { names, codes } => {
            let mut seen = HashSet::new();
            if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
                return Err(Error::data(format!("there are two classes '{}'", shorten(twice))));
            }
            match codes.iter().position(|&code| code as usize >= names.len()) {
                None => Ok(()),
                Some(row) => Err(Error::data(format!(
                    "row {row} has the class code {}, and there are {} classes",
                    codes[row],
                    names.len()
                ))),
            }
        }
        TargetValues::Numbers(numbers) => {
            match numbers.iter().position(|number| !(-MAX_TARGET..=MAX_TARGET).contains(number)) {
                None => Ok(()),
                Some(row) => Err(Error::data(format!("row {row} has the target {}", numbers[row]))
                    .help(format!("a target is a number from -{MAX_TARGET:e} to {MAX_TARGET:e}"))),
            }
        }
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
            ("3 values for 344 rows", &|table| table.weights = Some(vec![1.0; 3])),
        ];
        for (words, alter) in alterations {
            let mut table = table();
            alter(&mut table);
            let error = Model::train(&table, &TrainOptions::default()).unwrap_err().to_string();
            assert!(error.contains(words), "{words}: {error}");
        }
        assert!(table().check().is_ok());
    }
}
