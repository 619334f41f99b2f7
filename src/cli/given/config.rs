//! `--config FILE`: flags in TOML.

use std::path::Path;

use clap::Command;
use toml::{Table, Value};

use super::{GivenFlag, takes_value};
use crate::cli::files::read_text;
use forest::message::closest;
use forest::{Error, Result};

/// The flags that a file sets for a verb: those at its top, and those in a section of the verb's name.
///
/// # Errors
/// A file that cannot be read, or is no TOML; a name that is no flag of the verb; a value of another kind.
pub(super) fn read(path: &Path, verb: &Command) -> Result<Vec<GivenFlag>> {
    let text = read_text(path)?;
    let table = text.parse::<Table>().map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text[..start].matches('\n').count() as u64 + 1;
        Error::setting(error.message().to_owned()).in_file(path).at_line(line)
    })?;
    let in_file = |error: Error| error.in_file(path);
    let mut flags = Vec::new();
    for (name, value) in &table {
        match value {
            Value::Table(section) if name == verb.get_name() => {
                for (name, value) in section {
                    flags.extend(flag(name, value, verb).map_err(in_file)?);
                }
            }
            // Sections of other verbs are theirs.
            Value::Table(_) => {}
            _ => flags.extend(flag(name, value, verb).map_err(in_file)?),
        }
    }
    Ok(flags)
}

/// A flag by its name, with `-` or `_`; none of a switch that is off.
fn flag(name: &str, value: &Value, verb: &Command) -> Result<Option<GivenFlag>> {
    let long = name.replace('_', "-");
    let Some(takes_value) = takes_value(verb, &long).filter(|_| long != "config") else {
        let flags = verb.get_arguments().filter_map(|arg| arg.get_long());
        let error =
            Error::setting(format!("'{name}' is not a flag of `forest {}`", verb.get_name()));
        let help = match closest(&long, flags) {
            Some(closest) => format!("did you mean '{closest}'?"),
            None => format!("`forest {} --help` has them", verb.get_name()),
        };
        return Err(error.with_help(help));
    };
    let wrong =
        |expected: &str| Error::setting(format!("'{name}' is {value}, but must be {expected}"));
    match (takes_value, value) {
        (false, Value::Boolean(is_on)) => Ok(is_on.then(|| GivenFlag { long, values: Vec::new() })),
        (false, _) => Err(wrong("true or false")),
        (true, Value::Array(values)) => {
            let values: Option<Vec<String>> = values.iter().map(text).collect();
            let values = values.ok_or_else(|| wrong("a list of texts and numbers"))?;
            Ok((!values.is_empty()).then_some(GivenFlag { long, values }))
        }
        (true, value) => {
            let value = text(value).ok_or_else(|| wrong("a text, a number or a list of such"))?;
            Ok(Some(GivenFlag { long, values: vec![value] }))
        }
    }
}

/// A value as it would be typed.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Datetime(date) => Some(date.to_string()),
        Value::Boolean(_) | Value::Array(_) | Value::Table(_) => None,
    }
}
