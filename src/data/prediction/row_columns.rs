//! Which columns of a file of rows to predict are read, and as what.

use std::collections::HashSet;

use super::rows::RowsOptions;
use crate::data::input::Header;
use crate::data::input::cells::ReadAs;
use crate::data::schema::{FeatureKind, Schema};
use crate::message::{closest, list};
use crate::parameter::Parameter;
use crate::{Error, Result};

/// What is read of the file, in this order.
pub(super) struct Columns {
    pub(super) wanted: Vec<(usize, ReadAs)>,
    pub(super) has_target: bool,
    pub(super) has_id: bool,
    pub(super) has_weight: bool,
}

impl Columns {
    pub(super) fn find(header: &Header, schema: &Schema, options: &RowsOptions) -> Result<Self> {
        let names = || schema.columns().map(|feature| feature.name.as_str());
        let missing: Vec<&str> = names().filter(|name| header.position(name).is_none()).collect();
        if !missing.is_empty() {
            let columns = if missing.len() == 1 { "column" } else { "columns" };
            let others = header.names().iter().map(String::as_str);
            let others = others.filter(|name| names().all(|known| known != *name));
            let found = "columns are found by their names in the header, in any order";
            let help = match closest(missing[0], others) {
                Some(other) => format!("is '{}' meant to be '{other}'? {found}", missing[0]),
                None => found.to_owned(),
            };
            return Err(Error::data(format!("the model needs the {columns} {}", list(&missing)))
                .in_file(header.file())
                .with_help(help));
        }
        let mut wanted = Vec::with_capacity(schema.features.len());
        let target = header.position(&schema.target.name);
        // What cannot be a target is a matter of scores, not of predictions.
        let has_spelling = schema.target.spelling.is_some();
        let read_as = if has_spelling { ReadAs::SpelledNumber } else { ReadAs::Text };
        wanted.extend(target.map(|target| (target, read_as)));
        let require = |parameter, name: &Option<String>| match name {
            None => Ok(None),
            Some(name) => header.require(parameter, name).map(Some),
        };
        let id = require(Parameter("id"), &options.id)?;
        wanted.extend(id.map(|id| (id, ReadAs::Raw)));
        let weight = require(Parameter("sample_weight"), &options.sample_weight)?;
        wanted.extend(weight.map(|weight| (weight, ReadAs::Double)));
        wanted.extend(schema.columns().filter_map(|feature| {
            let read_as = match (feature.date_spelling, &feature.kind) {
                (Some(spelling), _) => ReadAs::SpelledDate(spelling),
                (None, FeatureKind::Date { .. }) => ReadAs::Date,
                (None, FeatureKind::Category { .. }) => ReadAs::Text,
                (None, _) if feature.spelling.is_some() => ReadAs::SpelledNumber,
                (None, FeatureKind::Number { .. } | FeatureKind::DatePart { .. }) => ReadAs::Number,
            };
            Some((header.position(&feature.name)?, read_as))
        }));
        Ok(Self {
            wanted,
            has_target: target.is_some(),
            has_id: id.is_some(),
            has_weight: weight.is_some(),
        })
    }

    /// The columns that are neither wanted nor known.
    pub(super) fn others(&self, header: &Header, options: &RowsOptions) -> Vec<String> {
        let wanted: HashSet<usize> = self.wanted.iter().map(|&(position, _)| position).collect();
        let known: HashSet<&String> = options.known.iter().collect();
        let names = header.names().iter().enumerate();
        let others = names.filter(|(at, name)| !wanted.contains(at) && !known.contains(name));
        others.map(|(_, name)| name.clone()).collect()
    }
}
