//! One error type: what went wrong, where (file, line, column), and what to do about it, as data.

use std::fmt;
use std::io;
use std::path::Path;

use crate::message::printable;
use crate::parameter::{Parameter, Sentence, sentence};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong, for programs that want to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A parameter is wrong, by itself or for this table.
    Setting,
    /// The operating system refused to read or write, or a file would have been overwritten.
    Io,
    /// A table cannot be read, or does not fit its purpose.
    Data,
    /// A table to predict is not like the one that the model was trained on, where it has to be.
    Schema,
    /// A model file is damaged, of another kind, or of a newer format.
    Model,
    /// A file is not signed, or not as it should be, or a key cannot be used.
    Signature,
}

/// What went wrong, where, and what to do about it.
///
/// Programs make errors of their own where the library calls them back, and to report all alike.
///
/// `Display` is one line: the place and the message. The [`help`](Self::help) and the
/// [`source`](std::error::Error::source) are not part of it. Control characters of texts out of files are escaped.
#[derive(Debug)]
pub struct Error(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: ErrorKind,
    file: Option<String>,
    line: Option<u64>,
    row: Option<u64>,
    column: Option<String>,
    message: Sentence,
    found: Option<String>,
    allowed: Option<String>,
    help: Option<Sentence>,
    source: Option<io::Error>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<Sentence>) -> Self {
        Self(Box::new(Details {
            kind,
            file: None,
            line: None,
            row: None,
            column: None,
            message: message.into(),
            found: None,
            allowed: None,
            help: None,
            source: None,
        }))
    }

    /// A parameter that is wrong.
    pub fn setting(message: impl Into<Sentence>) -> Self {
        Self::new(ErrorKind::Setting, message)
    }

    /// A parameter outside of its range; `allowed` completes "must be".
    pub fn out_of_range(
        parameter: Parameter,
        found: impl fmt::Display,
        allowed: impl Into<String>,
    ) -> Self {
        let (found, allowed) = (found.to_string(), allowed.into());
        let mut error =
            Self::setting(sentence![parameter, format!(" is {found}, but must be {allowed}")]);
        error.0.found = Some(found);
        error.0.allowed = Some(allowed);
        error
    }

    /// A table that cannot be used.
    pub fn data(message: impl Into<Sentence>) -> Self {
        Self::new(ErrorKind::Data, message)
    }

    /// A table that is not like the training's.
    pub fn schema(message: impl Into<Sentence>) -> Self {
        Self::new(ErrorKind::Schema, message)
    }

    /// A file that is not a model that can be used.
    pub fn model(message: impl Into<Sentence>) -> Self {
        Self::new(ErrorKind::Model, message)
    }

    /// A signature that does not stand for its file, or a key that cannot be used.
    pub fn signature(message: impl Into<Sentence>) -> Self {
        Self::new(ErrorKind::Signature, message)
    }

    /// A place where nothing may be written.
    pub fn output(message: impl Into<Sentence>) -> Self {
        Self::new(ErrorKind::Io, message)
    }

    /// An I/O error; `action` completes "cannot …".
    pub fn io(action: &str, source: io::Error) -> Self {
        let mut error = Self::new(ErrorKind::Io, format!("cannot {action}"));
        error.0.source = Some(source);
        error
    }

    /// The same error, in a file.
    #[must_use]
    pub fn in_file(mut self, file: impl AsRef<Path>) -> Self {
        self.0.file = Some(file.as_ref().display().to_string());
        self
    }

    /// The same error, in a file if it is not in one already.
    pub(crate) fn or_in_file(self, file: impl AsRef<Path>) -> Self {
        if self.0.file.is_some() { self } else { self.in_file(file) }
    }

    /// The same error, at a line of its file, from 1.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    /// The same error, at a row of its file, from 1.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.0.row = Some(row);
        self
    }

    /// The same error, in a column.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.0.column = Some(column.into());
        self
    }

    /// The same error, as one of a table that is not like the training's.
    #[must_use]
    pub(crate) fn of_schema(mut self) -> Self {
        self.0.kind = ErrorKind::Schema;
        self
    }

    /// The same error, with what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Sentence>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, without the place and the help.
    pub fn message(&self) -> &Sentence {
        &self.0.message
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&Sentence> {
        self.0.help.as_ref()
    }

    /// The parameter that is wrong: the first that the message mentions.
    pub fn parameter(&self) -> Option<Parameter> {
        self.0.message.parameters().next()
    }

    /// The value that was found, of a parameter outside of its range.
    pub fn found(&self) -> Option<&str> {
        self.0.found.as_deref()
    }

    /// The values that the parameter can have.
    pub fn allowed(&self) -> Option<&str> {
        self.0.allowed.as_deref()
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

    /// Where it went wrong: file, line, row and column, as far as they are known.
    pub fn place(&self) -> Option<String> {
        let Details { file, line, row, column, .. } = &*self.0;
        let places = [
            file.clone(),
            line.map(|line| format!("line {line}")),
            row.map(|row| format!("row {row}")),
            column.as_ref().map(|column| format!("column '{column}'")),
        ];
        let places: Vec<String> = places.into_iter().flatten().collect();
        (!places.is_empty()).then(|| places.join(", "))
    }

    /// Whether the reader of our output went away: for a program in a pipe, no error at all.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(&self.0.source, Some(source) if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place() {
            write!(f, "{}: ", printable(&place))?;
        }
        f.write_str(&printable(&self.0.message.to_string()))
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
