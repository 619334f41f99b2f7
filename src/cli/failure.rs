//! Errors as they are told: in words, or as JSON where results are.

use std::ffi::OsString;

use clap::Command;
use serde::Serialize;

use super::advice::{describe, help, message};
use super::exit::Exit;
use super::output;
use forest::{Error, ErrorKind};

/// An error for a script, on standard error, in a line.
#[derive(Serialize)]
struct Failure {
    error: Details,
}

#[derive(Default, Serialize)]
struct Details {
    kind: &'static str,
    message: String,
    file: Option<String>,
    line: Option<u64>,
    row: Option<u64>,
    column: Option<String>,
    help: Option<String>,
    exit_code: u8,
}

/// Whether errors are to be JSON, whatever else is wrong with the command line.
pub(super) fn wants_json(args: &[OsString]) -> bool {
    args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json")
}

/// Tells the user what went wrong; a reader who has had enough is not told.
pub(super) fn report(error: &Error, verb: &Command, as_json: bool) -> Exit {
    if error.is_closed_pipe() {
        return Exit::Done;
    }
    let (kind, exit) = match error.kind() {
        ErrorKind::Setting => ("setting", Exit::Usage),
        ErrorKind::Schema => ("schema", Exit::Schema),
        ErrorKind::Io => ("io", Exit::Failed),
        ErrorKind::Data => ("data", Exit::Failed),
        ErrorKind::Model => ("model", Exit::Failed),
        ErrorKind::Signature => ("signature", Exit::Failed),
        _ => ("other", Exit::Failed),
    };
    if as_json {
        output::say_json(&Failure {
            error: Details {
                kind,
                message: message(error, verb),
                file: error.file().map(str::to_owned),
                line: error.line(),
                row: error.row(),
                column: error.column().map(str::to_owned),
                help: help(error, verb),
                exit_code: exit as u8,
            },
        });
    } else {
        output::say(&format!("error: {}", describe(error, verb)));
    }
    exit
}

/// Tells of a command line that cannot be understood, in words of clap's: what is wrong, and the tips.
pub(super) fn report_usage(words: &str) {
    let mut paragraphs = words.trim().split("\n\n");
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = one_line(paragraphs.next().unwrap_or_default());
    let tips = paragraphs.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("tip: "));
    let tips = tips.map(one_line).collect::<Vec<_>>();
    output::say_json(&Failure {
        error: Details {
            kind: "usage",
            message: message.strip_prefix("error: ").unwrap_or(&message).to_owned(),
            help: (!tips.is_empty()).then(|| tips.join("; ")),
            exit_code: Exit::Usage as u8,
            ..Details::default()
        },
    });
}
