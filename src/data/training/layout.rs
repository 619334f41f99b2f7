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
    /// With the columns that splits go by.
    pub(super) features: Vec<(usize, ReadAs)>,
    /// The options with each list of names taken apart.
    pub(super) options: ReadOptions,
}

impl Layout {
    /// # Errors
    /// A name that is no column; a column that is to be two things; no feature; two columns that say
    /// which rows are held out.
    pub(super) fn new(header: &Header, options: &ReadOptions) -> Result<Self> {
        let options = ReadOptions {
            ignore: names(header, &options.ignore),
            categorical: names(header, &options.categorical),
            numeric: names(header, &options.numeric),
            keep: names(header, &options.keep),
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
        for name in &options.keep {
            roles.keep(name)?;
        }
        roles.split_by(&options)?;
        let features: Vec<(usize, ReadAs)> = roles.columns().collect();
        if !roles.have_feature() {
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
    Group,
    /// No feature, and yet what the rows are put in order by.
    Order,
}

impl Role {
    fn parameter(self) -> Parameter {
        match self {
            Self::Target => Parameter("target"),
            Self::Weight => Parameter("sample_weight"),
            Self::Ignored => Parameter("ignore"),
            Self::Feature(parameter, _) => parameter,
            Self::Group => Parameter("group"),
            Self::Order => Parameter("order"),
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

    /// Makes a column a feature, unless it is said to be one.
    fn keep(&mut self, name: &str) -> Result<()> {
        let role = Role::Feature(Parameter("keep"), ReadAs::Found);
        match self.roles[self.header.require(Parameter("keep"), name)?] {
            Some(Role::Feature(..)) => Ok(()),
            _ => self.give(Parameter("keep"), name, role).map(|_| ()),
        }
    }

    /// Gives the columns that splits go by their roles. What rows are put in order by can be a feature,
    /// or left out as one.
    fn split_by(&mut self, options: &ReadOptions) -> Result<()> {
        if let Some(name) = &options.group {
            self.give(Parameter("group"), name, Role::Group)?;
        }
        let Some(name) = &options.order else { return Ok(()) };
        if options.group.is_some() {
            return Err(Error::setting(sentence![
                Parameter("group"),
                " and ",
                Parameter("order"),
                " cannot both say which rows are held out"
            ])
            .with_help(
                "a group can have rows of the past and of the future: leave out one of the two",
            ));
        }
        let position = self.header.require(Parameter("order"), name)?;
        match self.roles[position] {
            None | Some(Role::Feature(..)) => {}
            Some(Role::Ignored) => self.roles[position] = Some(Role::Order),
            Some(_) => {
                self.give(Parameter("order"), name, Role::Order)?;
            }
        }
        Ok(())
    }

    /// All columns that are read as features are, with those that splits go by.
    fn columns(&self) -> impl Iterator<Item = (usize, ReadAs)> + '_ {
        self.roles.iter().enumerate().filter_map(|(position, role)| match role {
            None | Some(Role::Order) => Some((position, ReadAs::Found)),
            Some(Role::Feature(_, read_as)) => Some((position, *read_as)),
            Some(Role::Group) => Some((position, ReadAs::Text)),
            Some(Role::Target | Role::Weight | Role::Ignored) => None,
        })
    }

    fn have_feature(&self) -> bool {
        self.roles.iter().any(|role| matches!(role, None | Some(Role::Feature(..))))
    }
}

/// One name an item: an item that is no column's name is taken apart at its commas, and a part that is none, but has a
/// `*`, stands for all columns that it matches.
pub(in crate::data) fn names(header: &Header, items: &[String]) -> Vec<String> {
    let parts = items.iter().flat_map(|item| match header.position(item) {
        Some(_) => vec![item.as_str()],
        None => item.split(',').collect(),
    });
    let names = parts.flat_map(|part| match header.position(part) {
        None if part.contains('*') => {
            let names = header.names().iter().map(String::as_str);
            let matched: Vec<&str> = names.filter(|name| matches_pattern(part, name)).collect();
            // What matches nothing is not a column, and told so.
            if matched.is_empty() { vec![part] } else { matched }
        }
        _ => vec![part],
    });
    names.map(str::to_owned).collect()
}

/// Whether a name is what a pattern says, in which `*` stands for anything.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name) in
            [("num_*", "num_"), ("*_id", "user_id"), ("a*b*c", "axbbxc"), ("*", ""), ("a*a", "aa")]
        {
            assert!(matches_pattern(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("num_*", "nu_m"), ("*_id", "id"), ("a*b*c", "acb"), ("a*a", "a"), ("a", "ab")]
        {
            assert!(!matches_pattern(pattern, name), "{pattern} {name}");
        }
    }
}
