//! What the program says: results on standard output, talk on standard error. All of it is
//! [`Shown`], and so has no power over a terminal, whatever names and texts it repeats. What is not
//! said but written, models and tables, goes through `model::file::store` as it is.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstream::ColorChoice;
use clap::builder::Styles;
use serde::Serialize;
use terminal_size::{Width, terminal_size_of};

use super::advice::with_flags;
use super::args::GlobalArgs;
use forest::data::SchemaReport;
use forest::io::Written;
use forest::message::{printable, printable_json, printable_lines};
use forest::{Error, Result, Severity, Warning};

/// Lines that a terminal shows as they are.
struct Shown(String);

impl Shown {
    /// Of a text whose line feeds are its own: those of the texts that it repeats are escaped
    /// already.
    fn text(text: &str) -> Self {
        Self(printable_lines(text))
    }

    /// Of a report on several lines. Reports are structs of numbers and texts: `serde_json` has no
    /// reason to refuse one.
    fn json(report: &impl Serialize) -> Self {
        let json = serde_json::to_string_pretty(report).unwrap_or_default();
        Self(printable_json(&json) + "\n")
    }

    /// Of a note on one line.
    fn json_line(note: &impl Serialize) -> Self {
        Self(printable_json(&serde_json::to_string(note).unwrap_or_default()))
    }

    /// On standard error. Where that is closed, there is nobody to tell.
    fn say(&self) {
        let text = self.0.trim_end();
        let mut stderr = anstream::stderr();
        let _ = match stderr.current_choice() {
            ColorChoice::Never => writeln!(io::stderr(), "{text}"),
            _ => writeln!(stderr, "{}", colored(text)),
        };
    }

    /// On standard output.
    fn print(&self) -> Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(self.0.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| Error::io("write the result", error).in_file("standard output"))
    }
}

/// A text whose lines say by a colored word what they are, as clap's do.
fn colored(text: &str) -> String {
    let styles = Styles::styled();
    let words = [
        ("error:", styles.get_error()),
        ("warning:", styles.get_invalid()),
        ("note:", styles.get_literal()),
        ("  help:", styles.get_valid()),
    ];
    let line = |line: &str| {
        let word =
            words.iter().find_map(|(word, style)| Some((word, style, line.strip_prefix(word)?)));
        word.map_or(line.to_owned(), |(word, style, rest)| format!("{style}{word}{style:#}{rest}"))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Says something on standard error.
pub(super) fn say(message: &str) {
    Shown::text(message).say();
}

/// Says something on standard error as a line of JSON.
pub(super) fn say_json(what: &impl Serialize) {
    Shown::json_line(what).say();
}

/// The columns that a terminal needs to have for charts beside tables.
const CHART_COLUMNS: u16 = 90;

/// Whether standard output is a terminal that has room for charts.
pub(super) fn has_room_for_charts() -> bool {
    let size = terminal_size_of(io::stdout());
    io::stdout().is_terminal() && size.is_some_and(|(Width(columns), _)| columns >= CHART_COLUMNS)
}

/// Prints a text on standard output.
pub(super) fn print(text: &str) -> Result<()> {
    Shown::text(text).print()
}

/// Prints a result on standard output as JSON.
pub(super) fn print_json(result: &impl Serialize) -> Result<()> {
    Shown::json(result).print()
}

/// Prints a part of a result on standard output as a line of JSON.
pub(super) fn print_json_line(part: &impl Serialize) -> Result<()> {
    let Shown(line) = Shown::json_line(part);
    Shown(line + "\n").print()
}

/// What there is to know, in a line.
pub(super) fn said(warning: &Warning) -> String {
    let is_note = warning.kind.severity() == Severity::Note;
    let word = if is_note { "note" } else { "warning" };
    format!("{word}: {}", with_flags(&warning.sentence()))
}

impl GlobalArgs {
    /// Says something, in one line, that `--quiet` silences; as JSON if that was asked for.
    pub(super) fn note(&self, message: &str) {
        if !self.quiet {
            self.remark(message);
        }
    }

    /// Says what there is to know about a table or a model. What puts a model in doubt is said even if
    /// it is to be quiet.
    pub(super) fn warn(&self, warning: &Warning) {
        let severity = warning.kind.severity();
        if self.quiet && severity != Severity::Doubt {
            return;
        }
        if self.json {
            let mut facts = serde_json::json!(warning);
            facts["message"] = with_flags(&warning.sentence()).into();
            say_json(&serde_json::json!({ "warning": facts }));
        } else {
            self.remark(&said(warning));
        }
    }

    /// Says what a sentence says that `--quiet` silences; as JSON the data alone, under a name.
    pub(super) fn note_data(&self, name: &str, data: &impl Serialize, sentence: &str) {
        if self.json && !self.quiet {
            say_json(&serde_json::json!({ name: data }));
        } else {
            self.note(sentence);
        }
    }

    /// Says what is in doubt, in one line, also if it is to be quiet.
    pub(super) fn doubt(&self, message: &str) {
        self.remark(message);
    }

    fn remark(&self, message: &str) {
        if self.json {
            let message = message.strip_prefix("note: ").unwrap_or(message);
            say_json(&serde_json::json!({ "note": message }));
        } else {
            say(&printable(message));
        }
    }

    /// Says what rows have that training had not: as a line of JSON if that was asked for, under the name that it has in
    /// an evaluation.
    pub(super) fn note_schema_report(&self, schema_report: &SchemaReport) {
        if self.json && !self.quiet {
            say_json(&serde_json::json!({ "input": schema_report }));
        } else {
            for note in schema_report.notes() {
                self.note(&format!("note: {note}"));
            }
        }
    }

    /// Says what is to be known of a file that was written.
    pub(super) fn note_written(&self, path: &Path, written: &Written) {
        if let Ok(target) = path.read_link() {
            self.note(&format!(
                "note: {} is a link: the file that it leads to, {}, was replaced",
                path.display(),
                target.display()
            ));
        }
        for doubt in &written.doubts {
            self.note(&format!("warning: {}: {doubt}", path.display()));
        }
    }

    /// Prints a result on standard output: as JSON if that was asked for, else for a person.
    pub(super) fn print(&self, report: &(impl Serialize + Display)) -> Result<()> {
        self.show(report).print()
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
        match (stdout_is_taken, self.json) {
            (false, _) => return self.print(report),
            // Each line of standard error is an object of its own.
            (true, true) => say_json(report),
            (true, false) => self.show(report).say(),
        }
        Ok(())
    }

    fn show(&self, report: &(impl Serialize + Display)) -> Shown {
        if self.json { Shown::json(report) } else { Shown::text(&report.to_string()) }
    }
}
