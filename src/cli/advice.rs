//! The library's errors as the command says them: parameters by their flags, with what to do.

use std::error::Error as _;

use crate::message::printable;
use crate::{Error, Parameter, Sentence};

/// The flag that sets a parameter.
pub(super) fn flag(parameter: Parameter) -> String {
    match parameter.name() {
        name @ ("bootstrap" | "hypercube" | "shuffle") => format!("--no-{name}"),
        "replace" => "--force".to_owned(),
        name => format!("--{}", name.trim_start_matches("n_").replace('_', "-")),
    }
}

/// A sentence with flags for parameters.
pub(super) fn with_flags(sentence: &Sentence) -> String {
    sentence.with_names(flag)
}

/// All of an error: the place, what is wrong, its cause, and the help on a line of its own.
pub(super) fn describe(error: &Error) -> String {
    let place = error.place().map(|place| format!("{place}: ")).unwrap_or_default();
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    let mut text = printable(&format!("{place}{}{cause}", with_flags(error.message())));
    if let Some(help) = error.help() {
        text += &format!("\n  help: {}", printable(&with_flags(help)));
    }
    text
}
