//! The library's errors as the command says them: parameters by their flags, with what to do.

use std::error::Error as _;

use clap::Command;
use forest::message::printable;
use forest::{Error, Parameter, Sentence};

/// The flag that sets a parameter.
pub(super) fn flag(parameter: Parameter) -> String {
    match parameter.name() {
        name @ ("bootstrap" | "date_parts" | "hypercube" | "intervals" | "shuffle") => {
            format!("--no-{}", name.replace('_', "-"))
        }
        "replace" => "--force".to_owned(),
        "random_state" => "--split-seed".to_owned(),
        name => format!("--{}", name.trim_start_matches("n_").replace('_', "-")),
    }
}

fn has(verb: &Command, flag: &str) -> bool {
    verb.get_arguments().filter_map(|arg| arg.get_long()).any(|long| flag[2..] == *long)
}

/// A sentence with flags for parameters.
pub(super) fn with_flags(sentence: &Sentence) -> String {
    sentence.with_names(flag)
}

/// All of an error: the place, what is wrong, its cause, and the help on a line of its own. Flags that
/// `verb` does not have are those of training.
pub(super) fn describe(error: &Error, verb: &Command) -> String {
    let place = error.place().map(|place| format!("{place}: ")).unwrap_or_default();
    let text = printable(&format!("{place}{}", message(error, verb)));
    match help(error, verb) {
        Some(help) => format!("{text}\n  help: {}", printable(&help)),
        None => text,
    }
}

/// What is wrong and its cause, without the place and the help.
pub(super) fn message(error: &Error, verb: &Command) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{}{cause}", error.message().with_names(|parameter| name(parameter, verb)))
}

/// What to do about it.
pub(super) fn help(error: &Error, verb: &Command) -> Option<String> {
    let help = error.help()?.with_names(|parameter| name(parameter, verb));
    // What a program calls, the user of the command types.
    let help = help.replace("`interchange::import`", "`forest import`");
    Some(help.replace("`Model::save`", "`forest train --out`"))
}

fn name(parameter: Parameter, verb: &Command) -> String {
    match flag(parameter) {
        flag if has(verb, &flag) => flag,
        flag => format!("`forest train {flag}`"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn verb(name: &str) -> Command {
        let mut command = Cli::command();
        command.build();
        command.find_subcommand(name).unwrap().clone()
    }

    /// The names of all parameters that a folder's files mention.
    fn parameters(folder: &Path, found: &mut Vec<&'static str>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                parameters(&path, found);
            } else {
                let text: &'static str = fs::read_to_string(path).unwrap().leak();
                let names = text.split("Parameter(\"").skip(1);
                found.extend(names.filter_map(|rest| rest.split('"').next()));
            }
        }
    }

    #[test]
    fn every_parameter_that_an_error_can_name_has_a_flag() {
        let mut command = Cli::command();
        command.build();
        let mut found = Vec::new();
        parameters(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.contains(&"n_clusters_per_class"), "{found:?}");
        for name in found {
            let flag = flag(Parameter::new(name));
            assert!(command.get_subcommands().any(|verb| has(verb, &flag)), "{name}: {flag}");
        }
    }

    #[test]
    fn flags_that_a_verb_does_not_have_are_said_to_be_those_of_training() {
        let error = Error::out_of_range(Parameter::new("n_samples"), 0, "at least 1")
            .with_help("give a file that `Model::save` wrote");
        let lines = |flag| {
            format!(
                "{flag} is 0, but must be at least 1\n  help: give a file that `forest train --out` wrote"
            )
        };
        assert_eq!(describe(&error, &verb("train")), lines("--samples"));
        assert_eq!(describe(&error, &verb("predict")), lines("`forest train --samples`"));
    }
}
