//! What the program says: results on standard output, talk on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::args::GlobalArgs;
use crate::data::Door;
use crate::message::printable;
use crate::store::Written;
use crate::{Error, Result};

/// Says something on standard error. Where that is closed, there is nobody to tell.
pub(super) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Prints a result on standard output as JSON.
pub(super) fn print_json(result: &impl Serialize) -> Result<()> {
    print(&json(result))
}

impl GlobalArgs {
    /// Says something, in one line, that `--quiet` silences; as JSON if that was asked for.
    pub(super) fn note(&self, message: &str) {
        if !self.quiet {
            say(&self.one_line(message));
        }
    }

    fn one_line(&self, message: &str) -> String {
        if self.json {
            let message = message.strip_prefix("note: ").unwrap_or(message);
            return serde_json::json!({ "note": message }).to_string();
        }
        printable(message)
    }

    /// Says what rows have that training had not: as a line of JSON if that was asked for.
    pub(super) fn note_door(&self, door: &Door) {
        if self.json && !self.quiet {
            say(&serde_json::to_string(door).unwrap_or_default());
        } else {
            for note in door.notes() {
                self.note(&format!("note: {note}"));
            }
        }
    }

    /// Says what is uncertain about a file that was written.
    pub(super) fn note_written(&self, path: &Path, written: &Written) {
        for doubt in &written.doubts {
            self.note(&format!("warning: {}: {doubt}", path.display()));
        }
    }

    /// Prints a result on standard output: as JSON if that was asked for, else for a person.
    pub(super) fn print(&self, report: &(impl Serialize + Display)) -> Result<()> {
        print(&self.render(report))
    }

    /// Prints a summary: on standard output, or on standard error where standard output has the
    /// result itself. `--quiet` silences it unless it was asked for as JSON.
    pub(super) fn summarize(
        &self,
        report: &(impl Serialize + Display),
        stdout_is_taken: bool,
    ) -> Result<()> {
        if self.quiet && !self.json {
            return Ok(());
        }
        if stdout_is_taken {
            say(self.render(report).trim_end());
            return Ok(());
        }
        self.print(report)
    }

    fn render(&self, report: &(impl Serialize + Display)) -> String {
        if self.json { json(report) } else { report.to_string() }
    }
}

/// Reports are structs of numbers and texts: `serde_json` has no reason to refuse one.
fn json(report: &impl Serialize) -> String {
    serde_json::to_string_pretty(report).map(|json| json + "\n").unwrap_or_default()
}

fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Error::io("write the result", error).in_file("standard output"))
}
