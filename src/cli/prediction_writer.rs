//! Where predictions go: a table that is written block by block.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

#[cfg(feature = "arrow")]
use crate::report::predictions::arrow::BatchWriter;
use crate::report::predictions::{Encoded, OutputFormat, PredictionEncoder};
use forest::data::{Compressed, Format, STANDARD_STREAM};
use forest::io::{Destination, Output, Written};
use forest::message::{printable_json, printable_lines};
use forest::{Error, Result};

/// How predictions are to be written: as was asked for, else as the file's name suggests.
///
/// # Errors
/// JSON lines in a file of another format; a format that this program cannot write.
pub(super) fn layout(path: &Path, format: Option<Format>, json: bool) -> Result<OutputFormat> {
    match format.unwrap_or_else(|| Format::of(path)) {
        Format::Csv if json => Ok(OutputFormat::JsonLines),
        Format::Csv => Ok(OutputFormat::Csv),
        Format::JsonLines => Ok(OutputFormat::JsonLines),
        Format::Json => Err(Error::setting("predictions are not written as one JSON array")
            .with_help("name the file .jsonl, or give --out-format jsonl: a JSON object a line")),
        other if json => {
            Err(Error::setting(format!("--json writes lines of JSON, and --out is to be {other}"))
                .with_help("leave out --json, or give --out-format csv"))
        }
        other if Compressed::is_asked_by(path) => Err(Error::setting(format!(
            "{} would be packed twice: {other} is packed",
            path.display()
        ))
        .with_help("leave out the last part of the name")),
        other => binary(other),
    }
}

/// Refuses a terminal as the place of what is no text.
pub(super) fn refuse_terminal(destination: &Destination, what: &str) -> Result<()> {
    if is_terminal(destination) {
        return Err(Error::setting(format!("--out would write {what} to the terminal"))
            .with_help("name a file, or lead standard output into a file or another program"));
    }
    Ok(())
}

fn is_terminal(destination: &Destination) -> bool {
    destination.is_stdout() && io::stdout().is_terminal()
}

#[cfg(feature = "arrow")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is an error")]
fn binary(format: Format) -> Result<OutputFormat> {
    Ok(OutputFormat::Arrow(format))
}

#[cfg(not(feature = "arrow"))]
fn binary(format: Format) -> Result<OutputFormat> {
    Err(Error::setting(format!(
        "this program was built without the feature `arrow`, which writes {format} files"
    ))
    .with_help("write CSV, or use a build that has the feature"))
}

/// A table of predictions that is being written. It is begun with the first block, so that a table
/// that cannot be read leaves nothing behind.
pub(super) struct PredictionWriter<'a> {
    encoder: &'a PredictionEncoder,
    path: &'a Path,
    on_terminal: bool,
    state: State,
}

enum State {
    Waiting(Destination),
    Text(Box<Compressed<Output>>),
    #[cfg(feature = "arrow")]
    Batches(BatchWriter<Output>),
    /// Nothing more can be written.
    Closed,
}

impl<'a> PredictionWriter<'a> {
    pub(super) fn new(
        encoder: &'a PredictionEncoder,
        destination: Destination,
        path: &'a Path,
    ) -> Self {
        let on_terminal = is_terminal(&destination);
        Self { encoder, path, on_terminal, state: State::Waiting(destination) }
    }

    pub(super) fn is_on_terminal(&self) -> bool {
        self.on_terminal
    }

    /// Writes some rows after the others.
    pub(super) fn write(&mut self, rows: Encoded) -> Result<()> {
        self.begin()?;
        let (on_terminal, layout) = (self.on_terminal, self.encoder.layout());
        match (&mut self.state, rows) {
            (State::Text(out), Encoded::Text(text)) => {
                let text = if on_terminal { shown(&text, layout) } else { text };
                let done = out.write_all(&text).and_then(|()| out.flush_plain());
                done.map_err(|error| written(error, self.path))
            }
            #[cfg(feature = "arrow")]
            (State::Batches(out), Encoded::Batch(batch)) => {
                out.write(&batch).map_err(|error| error.in_file(self.path))
            }
            _ => Ok(()),
        }
    }

    /// Ends the table, which is there from now on.
    pub(super) fn finish(mut self) -> Result<Written> {
        self.begin()?;
        let path = self.path;
        match self.state {
            State::Text(out) => out.finish().map_err(|error| written(error, path))?.finish(),
            #[cfg(feature = "arrow")]
            State::Batches(out) => out.finish().map_err(|error| error.in_file(path))?.finish(),
            State::Waiting(_) | State::Closed => Ok(Written::default()),
        }
    }

    fn begin(&mut self) -> Result<()> {
        let output = match std::mem::replace(&mut self.state, State::Closed) {
            State::Waiting(destination) => {
                if !matches!(self.encoder.layout(), OutputFormat::Csv | OutputFormat::JsonLines) {
                    refuse_terminal(&destination, "a table that is no text")?;
                }
                destination.open()?
            }
            begun => {
                self.state = begun;
                return Ok(());
            }
        };
        self.state = match self.encoder.layout() {
            OutputFormat::Csv | OutputFormat::JsonLines => {
                let mut out = Compressed::for_path(self.path, output)?;
                let header = self.encoder.header()?;
                let header =
                    if self.on_terminal { shown(&header, self.encoder.layout()) } else { header };
                out.write_all(&header).map_err(|error| written(error, self.path))?;
                State::Text(Box::new(out))
            }
            #[cfg(feature = "arrow")]
            OutputFormat::Arrow(kind) => {
                State::Batches(BatchWriter::new(output, kind, &self.encoder.schema())?)
            }
        };
        Ok(())
    }
}

/// Rows as a terminal shows them. Files and pipes get them as they are.
fn shown(text: &[u8], layout: OutputFormat) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let shown = if layout == OutputFormat::JsonLines {
        printable_json(&text)
    } else {
        printable_lines(&text)
    };
    shown.into_bytes()
}

fn written(error: io::Error, path: &Path) -> Error {
    let is_stdout = path.as_os_str() == STANDARD_STREAM;
    let file = if is_stdout { Path::new("standard output") } else { path };
    Error::io("write", error).in_file(file)
}
