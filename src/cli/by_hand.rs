//! The command line that trains with settings that a search chose.

use std::ffi::OsStr;
use std::fmt::Write;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::advice::flag;
use super::args::Given;
use forest::message::is_printable;
use forest::{ForestParams, Parameter};

/// Flags of the search, and of how its result is told.
const LEFT_OUT: [&str; 9] =
    ["auto", "trials", "resume", "tuned_out", "force", "json", "quiet", "_config", "_like"];

/// What stands for a table on standard input, or for a model that is still to be named.
const OUT: &str = "model.bin";

/// `forest train`, which is `train`, with the flags that were given but for those of the search, and with those of some
/// settings, by name.
pub(super) fn command_line(train: &Command, given: &Given, chosen: &[(String, String)]) -> String {
    let mut line = "forest train".to_owned();
    for arg in train.get_arguments() {
        let id = arg.get_id().as_str();
        let Some(long) = arg.get_long().filter(|_| !LEFT_OUT.contains(&id)) else { continue };
        if !is_given(&given.0, id) {
            if id == "out" {
                let _ = write!(line, " --out {OUT}");
            }
            continue;
        }
        if !arg.get_action().takes_values() {
            let _ = write!(line, " --{long}");
            continue;
        }
        for values in given.0.get_raw_occurrences(id).into_iter().flatten() {
            for value in values {
                let value = quoted(value);
                let sign = if value.starts_with('-') { '=' } else { ' ' };
                let _ = write!(line, " --{long}{sign}{value}");
            }
        }
    }
    for (name, value) in chosen {
        let row = ForestParams::hyperparameters().iter().find(|row| row.name == name);
        if let Some(row) = row {
            let _ = write!(line, " {} {}", flag(Parameter::new(row.name)), quoted(value.as_ref()));
        }
    }
    line
}

/// Whether a flag is there because somebody wrote it.
pub(super) fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches.ids().any(|other| other.as_str() == id)
        && matches.value_source(id) == Some(ValueSource::CommandLine)
}

/// A word as a shell takes it for what it is.
fn quoted(word: &OsStr) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        Some(text) if is_printable(text) => format!("'{}'", text.replace('\'', "'\\''")),
        // Bytes that nobody sees, or that are no text, by their numbers (POSIX.1-2024, 2.2.4).
        _ => {
            let mut quoted = "$'".to_owned();
            for &byte in word.as_encoded_bytes() {
                match byte {
                    b'\'' | b'\\' => quoted.extend(['\\', char::from(byte)]),
                    b' '..=b'~' => quoted.push(char::from(byte)),
                    // Three octal digits: a digit that follows is not taken for one of them.
                    _ => quoted += &format!("\\{byte:03o}"),
                }
            }
            quoted + "'"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        for (word, expected) in [
            ("a-b_c./d=1:2,@%+", "a-b_c./d=1:2,@%+"),
            ("", "''"),
            ("my table.csv", "'my table.csv'"),
            ("it's", "'it'\\''s'"),
            ("$HOME;*", "'$HOME;*'"),
            ("größe", "'größe'"),
            ("a\nb'\\1", "$'a\\012b\\'\\\\1'"),
        ] {
            assert_eq!(quoted(word.as_ref()), expected);
        }
    }
}
