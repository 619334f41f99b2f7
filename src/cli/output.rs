//! What the program says: results on standard output, talk on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use super::args::GlobalArgs;
use crate::{Error, Result};

/// Says something on standard error. Where that is closed, there is nobody to tell.
pub(super) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

impl GlobalArgs {
    /// Says something that `--quiet` silences.
    pub(super) fn note(&self, message: &str) {
        if !self.quiet {
            say(message);
        }
    }

    /// Prints a result on standard output: as JSON if that was asked for, else for a person.
    pub(super) fn print(&self, report: &(impl Serialize + Display)) -> Result<()> {
        let text = self.render(report);
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| Error::io("write the result", error).in_file("standard output"))
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
        if self.json {
            // Reports are structs of numbers and texts: serde_json has no reason to refuse one.
            let json = serde_json::to_string_pretty(report);
            json.map(|json| json + "\n").unwrap_or_default()
        } else {
            report.to_string()
        }
    }
}
