//! Which columns of a file of rows to predict are read, and as what.

use std::collections::HashSet;

use super::rows::RowsOptions;
use super::strictness::Difference;
use crate::data::input::Header;
use crate::data::input::cells::ReadAs;
use crate::data::schema::{FeatureKind, Schema};
use crate::data::training::layout::names;
use crate::message::{closest, list};
use crate::parameter::Parameter;
use crate::{Error, Result};

/// What is read of the file, in this order.
pub(super) struct Columns {
    pub(super) wanted: Vec<(usize, ReadAs)>,
    pub(super) has_target: bool,
    pub(super) n_ids: usize,
    pub(super) has_weight: bool,
}

impl Columns {
    pub(super) fn find(header: &Header, schema: &Schema, options: &RowsOptions) -> Result<Self> {
        let needed = || schema.columns().map(|feature| feature.name.as_str());
        let missing: Vec<&str> = needed().filter(|name| header.position(name).is_none()).collect();
        if !missing.is_empty() {
            let columns = if missing.len() == 1 { "column" } else { "columns" };
            let others = header.names().iter().map(String::as_str);
            let others = others.filter(|name| needed().all(|known| known != *name));
            let found = "columns are found by their names in the header, in any order";
            let help = match closest(missing[0], others) {
                Some(other) => format!("is '{}' meant to be '{other}'? {found}", missing[0]),
                None => found.to_owned(),
            };
            let error = Error::data(format!("the model needs the {columns} {}", list(&missing)))
                .in_file(header.file())
                .with_help(help);
            let is_strict = options.strict.refuses(Difference::Columns);
            return Err(if is_strict { error.of_schema() } else { error });
        }
        let mut wanted = Vec::with_capacity(schema.features.len());
        let target = header.position(&schema.target.name);
        // What cannot be a target is a matter of scores, not of predictions.
        let has_spelling = schema.target.spelling.is_some();
        let read_as = if has_spelling { ReadAs::SpelledNumber } else { ReadAs::Text };
        wanted.extend(target.map(|target| (target, read_as)));
        let ids: Vec<usize> = if options.append {
            (0..header.names().len()).collect()
        } else {
            let ids = names(header, &options.ids).into_iter();
            ids.map(|name| header.require(Parameter("id"), &name)).collect::<Result<_>>()?
        };
        wanted.extend(ids.iter().map(|&id| (id, ReadAs::Raw)));
        let weight = options.sample_weight.as_ref();
        let weight =
            weight.map(|name| header.require(Parameter("sample_weight"), name)).transpose()?;
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
            n_ids: ids.len(),
            has_weight: weight.is_some(),
        })
    }

    /// The names of the columns that are passed through.
    pub(super) fn ids(&self, header: &Header) -> Vec<String> {
        let ids = self.wanted.iter().skip(usize::from(self.has_target)).take(self.n_ids);
        ids.map(|&(position, _)| header.names()[position].clone()).collect()
    }

    /// The columns that are neither wanted nor known.
    pub(super) fn others(&self, header: &Header, options: &RowsOptions) -> Vec<String> {
        // That all columns are passed through makes none of them known.
        let is_wanted = |read_as| !(options.append && read_as == ReadAs::Raw);
        let wanted = self.wanted.iter().filter(|(_, read_as)| is_wanted(*read_as));
        let wanted: HashSet<usize> = wanted.map(|&(position, _)| position).collect();
        let known: HashSet<&String> = options.known.iter().collect();
        let names = header.names().iter().enumerate();
        let others = names.filter(|(at, name)| !wanted.contains(at) && !known.contains(name));
        others.map(|(_, name)| name.clone()).collect()
    }
}
