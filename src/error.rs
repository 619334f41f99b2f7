//! One error type: what went wrong, where (file, line, column), and what to do about it.

use std::fmt;
use std::io;
use std::path::Path;

use crate::message::printable;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong, for programs that want to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or flag is wrong, by itself or for this table.
    Setting,
    /// The operating system refused to read or write, or a file would have been overwritten.
    Io,
    /// A table cannot be read, or does not fit its purpose.
    Data,
    /// A table to predict is not like the one that the model was trained on, where it has to be.
    Schema,
    /// A model file is damaged, of another kind, or of a newer format.
    Model,
}

/// What went wrong, where, and what to do about it.
#[derive(Debug)]
pub struct Error(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: ErrorKind,
    file: Option<String>,
    line: Option<u64>,
    row: Option<u64>,
    column: Option<String>,
    message: String,
    help: Option<String>,
    source: Option<io::Error>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            file: None,
            line: None,
            row: None,
            column: None,
            message: message.into(),
            help: None,
            source: None,
        }))
    }

    /// A setting or flag that is wrong.
    pub(crate) fn setting(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Setting, message)
    }

    /// A table that cannot be used.
    pub(crate) fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data, message)
    }

    /// A table that is not like the training's.
    pub(crate) fn schema(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Schema, message)
    }

    /// A file that is not a model that can be used.
    pub(crate) fn model(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Model, message)
    }

    /// A place where nothing may be written.
    pub(crate) fn output(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Io, message)
    }

    /// The operating system's refusal; `action` completes "cannot …".
    pub(crate) fn io(action: &str, source: io::Error) -> Self {
        let mut error = Self::new(ErrorKind::Io, format!("cannot {action}: {source}"));
        error.0.source = Some(source);
        error
    }

    pub(crate) fn in_file(mut self, file: impl AsRef<Path>) -> Self {
        self.0.file = Some(file.as_ref().display().to_string());
        self
    }

    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    pub(crate) fn at_row(mut self, row: u64) -> Self {
        self.0.row = Some(row);
        self
    }

    pub(crate) fn in_column(mut self, column: impl Into<String>) -> Self {
        self.0.column = Some(column.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, without the place and the help.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The file it went wrong in, as it was named.
    pub fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// The line of that file, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// The row of that file, where it has no lines, counted from 1.
    pub fn row(&self) -> Option<u64> {
        self.0.row
    }

    /// The column's name.
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// Whether the reader of our output went away: for a program in a pipe, no error at all.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(&self.0.source, Some(source) if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { file, line, row, column, message, help, .. } = &*self.0;
        let places = [
            file.clone(),
            line.map(|line| format!("line {line}")),
            row.map(|row| format!("row {row}")),
            column.as_ref().map(|column| format!("column '{column}'")),
        ];
        let places: Vec<String> = places.into_iter().flatten().collect();
        if !places.is_empty() {
            write!(f, "{}: ", printable(&places.join(", ")))?;
        }
        f.write_str(&printable(message))?;
        if let Some(help) = help {
            write!(f, "\n  help: {}", printable(help))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| source as _)
    }
}

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        Self::data(error.to_string())
    }
}
