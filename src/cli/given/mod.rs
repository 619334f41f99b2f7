//! Flags that are not on the command line: of a file (`--config`), or of a model (`--like`). They become arguments
//! before any are parsed, so that each is checked as if it had been typed. What is on the command line goes first, then
//! what is in the file, then what the model had.

mod config;
mod like;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::Command;

use forest::Result;

/// A flag with its values, none of a switch.
struct GivenFlag {
    long: String,
    values: Vec<String>,
}

/// The arguments with those of `--config` and `--like` after the verb.
///
/// # Errors
/// A file that cannot be read, or that sets what is no flag of the verb.
pub(super) fn expand(args: Vec<OsString>) -> Result<Vec<OsString>> {
    let flags: Vec<_> = args.iter().take_while(|arg| *arg != "--").collect();
    let [config, like] = ["config", "like"].map(|flag| value(&flags, flag));
    if config.is_none() && like.is_none() {
        return Ok(args);
    }
    let mut command = super::command();
    // Verbs get the flags of every verb.
    command.build();
    let verb = args.iter().skip(1).position(|arg| command.find_subcommand(arg).is_some());
    let Some(at) = verb.map(|at| at + 1) else { return Ok(args) };
    let Some(verb) = command.find_subcommand(&args[at]) else { return Ok(args) };
    let mut taken: BTreeSet<String> = flags.iter().filter_map(|arg| long(arg)).collect();
    let mut more = Vec::new();
    let mut add = |flags: Vec<GivenFlag>| {
        let flags: Vec<_> =
            flags.into_iter().filter(|flag| !is_taken(&taken, &flag.long)).collect();
        for GivenFlag { long, values } in flags {
            match &values[..] {
                [] => more.push(format!("--{long}").into()),
                _ => more.extend(values.iter().map(|value| format!("--{long}={value}").into())),
            }
            taken.insert(long);
        }
    };
    if let Some(path) = config {
        add(config::read(&path, verb)?);
    }
    if let Some(path) = like.filter(|_| has(verb, "like")) {
        add(like::read(&path, verb)?);
    }
    Ok([&args[..=at], &more, &args[at + 1..]].concat())
}

/// The name of a long flag, which an argument is or begins with.
fn long(arg: &OsStr) -> Option<String> {
    let name = arg.to_str()?.strip_prefix("--")?;
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The value of a flag that is given once, by itself or after an equals sign.
fn value(args: &[&OsString], flag: &str) -> Option<PathBuf> {
    let at = args.iter().position(|arg| long(arg).as_deref() == Some(flag))?;
    let text = args[at].to_str()?;
    match text.split_once('=') {
        Some((_, value)) => Some(value.into()),
        None => args.get(at + 1).map(PathBuf::from),
    }
}

/// Whether a flag, or its opposite, is given.
fn is_taken(taken: &BTreeSet<String>, long: &str) -> bool {
    let opposite = long.strip_prefix("no-").map_or_else(|| format!("no-{long}"), str::to_owned);
    taken.contains(long) || taken.contains(&opposite)
}

fn has(verb: &Command, long: &str) -> bool {
    verb.get_arguments().any(|arg| arg.get_long() == Some(long))
}

/// Whether a flag takes a value.
fn takes_value(verb: &Command, long: &str) -> Option<bool> {
    let arg = verb.get_arguments().find(|arg| arg.get_long() == Some(long))?;
    Some(arg.get_action().takes_values())
}
