//! Which columns of a file are features, target and weights, and how each is to be read.

use crate::data::input::Header;
use crate::data::input::cells::ReadAs;
use crate::data::read_options::ReadOptions;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// What is read of a table to train on.
pub(super) struct Layout {
    pub(super) target: usize,
    pub(super) weight: Option<usize>,
    pub(super) features: Vec<(usize, ReadAs)>,
    /// The options with each list of names taken apart.
    pub(super) options: ReadOptions,
}

impl Layout {
    /// # Errors
    /// A name that is no column; a column that is to be two things; no feature.
    pub(super) fn new(header: &Header, options: &ReadOptions) -> Result<Self> {
        let options = ReadOptions {
            ignore: names(header, &options.ignore),
            categorical: names(header, &options.categorical),
            numeric: names(header, &options.numeric),
            ..options.clone()
        };
        let mut roles = Roles { header, roles: vec![None; header.names().len()] };
        let target = roles.give(Parameter("target"), &options.target, Role::Target)?;
        for name in &options.ignore {
            roles.give(Parameter("ignore"), name, Role::Ignored)?;
        }
        let weight = match &options.sample_weight {
            None => None,
            Some(name) => Some(roles.give(Parameter("sample_weight"), name, Role::Weight)?),
        };
        for name in &options.categorical {
            roles.give(
                Parameter("categorical"),
                name,
                Role::Feature(Parameter("categorical"), ReadAs::Text),
            )?;
        }
        for name in &options.numeric {
            roles.give(
                Parameter("numeric"),
                name,
                Role::Feature(Parameter("numeric"), ReadAs::Number),
            )?;
        }
        let features: Vec<(usize, ReadAs)> = roles.features().collect();
        if let Some((unnamed, _)) = features.iter().find(|&&(i, _)| header.names()[i].is_empty()) {
            return Err(Error::data(format!("column {} has no name", unnamed + 1))
                .in_file(header.file())
                .with_help(sentence![
                    "name it in the header, or leave it out with ",
                    Parameter("ignore"),
                    " ''"
                ]));
        }
        if features.is_empty() {
            return Err(Error::data("no column is left to be a feature")
                .in_file(header.file())
                .with_help(sentence![
                    "the table needs a column besides ",
                    Parameter("target"),
                    ", ",
                    Parameter("ignore"),
                    " and ",
                    Parameter("sample_weight"),
                ]));
        }
        Ok(Self { target, weight, features, options })
    }
}

/// What a column is for.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Target,
    Weight,
    Ignored,
    /// A feature, by the parameter that says how to read it.
    Feature(Parameter, ReadAs),
}

impl Role {
    fn parameter(self) -> Parameter {
        match self {
            Self::Target => Parameter("target"),
            Self::Weight => Parameter("sample_weight"),
            Self::Ignored => Parameter("ignore"),
            Self::Feature(parameter, _) => parameter,
        }
    }
}

/// Each column's role, as far as one was given.
struct Roles<'a> {
    header: &'a Header,
    roles: Vec<Option<Role>>,
}

impl Roles<'_> {
    /// Gives a column its role; returns its position.
    fn give(&mut self, parameter: Parameter, name: &str, role: Role) -> Result<usize> {
        let position = self.header.require(parameter, name)?;
        match self.roles[position].replace(role) {
            Some(other) if other != role => {
                let named = format!(" '{name}' is named by ");
                Err(Error::setting(sentence![parameter, named, other.parameter(), " as well"])
                    .in_file(self.header.file())
                    .with_help("a column has one part to play: leave out one of the two"))
            }
            _ => Ok(position),
        }
    }

    fn features(&self) -> impl Iterator<Item = (usize, ReadAs)> + '_ {
        self.roles.iter().enumerate().filter_map(|(position, role)| match role {
            None => Some((position, ReadAs::Found)),
            Some(Role::Feature(_, read_as)) => Some((position, *read_as)),
            Some(Role::Target | Role::Weight | Role::Ignored) => None,
        })
    }
}

/// One name an item: an item that is no column's name is taken apart at its commas.
fn names(header: &Header, items: &[String]) -> Vec<String> {
    let names = items.iter().flat_map(|item| match header.position(item) {
        Some(_) => vec![item.as_str()],
        None => item.split(',').collect(),
    });
    names.map(str::to_owned).collect()
}
