//! The model and the rows that the flags of `predict` and `evaluate` name.

use std::io;
use std::path::{Path, PathBuf};

use super::args::{GlobalArgs, RowsArgs, TrustArgs};
use super::data_path_cache;
use super::pieces::{Cost, Done, Pieces};
use super::progress::RowsProgress;
use super::trust;
use forest::data::{
    FileSource, Header, RowReader, Rows, RowsOptions, STANDARD_STREAM, SchemaReport,
};
use forest::{Error, ErrorKind, Model, Result};

/// Rows to predict, from wherever.
pub(super) enum RowSource<'a> {
    /// In a file.
    File(Box<RowReader<'a>>),
    /// Those that training held out.
    HeldOut(Rows),
}

/// Loads a model, from standard input if it is `-`.
pub(super) fn load_model(path: &Path, trust: &TrustArgs) -> Result<Model> {
    if trust.is_given() {
        return trust::load(path, trust);
    }
    if path.as_os_str() == STANDARD_STREAM {
        return Model::read(io::stdin()).map_err(|error| error.in_file("standard input"));
    }
    Model::load(path)
}

/// The names of a model's classes, by code.
pub(super) fn class_names(model: &Model) -> Vec<String> {
    model.schema().classes().iter().map(|class| class.name.clone()).collect()
}

/// The folders to look for a model's training table in: where it was last read, here, and beside the model.
pub(super) fn where_tables_are(model: &Model, path: &Path) -> [PathBuf; 3] {
    let where_it_was = data_path_cache::recall(&model.metadata().data).unwrap_or_default();
    let beside_model = path.parent().unwrap_or(Path::new(""));
    [where_it_was, PathBuf::new(), beside_model.to_owned()]
}

impl RowsArgs {
    /// Loads the model.
    pub(super) fn load_model(&self) -> Result<Model> {
        if self.data.as_ref() == Some(&*self.model) && self.model.as_os_str() == STANDARD_STREAM {
            return Err(Error::setting("--model and --data cannot both be standard input"));
        }
        load_model(&self.model, &self.trust)
    }

    /// All files that are read.
    pub(super) fn inputs(&self) -> Vec<PathBuf> {
        let model_and_rows =
            [Some(&*self.model), self.data.as_ref()].into_iter().flatten().cloned();
        model_and_rows.chain(self.trust.inputs(&self.model)).collect()
    }

    /// Opens the table of rows, with options that are those of a verb alone, or makes the held-out ones again.
    pub(super) fn open<'a>(&self, model: &'a Model, options: RowsOptions) -> Result<RowSource<'a>> {
        let Some(path) = self.data.as_ref().filter(|_| !self.held_out) else {
            return self.held_out(self.data.as_deref(), model).map(RowSource::HeldOut);
        };
        let known = model.metadata().data.file().map_or(Vec::new(), FileSource::other_columns);
        let options = RowsOptions {
            format: self.format,
            delimiter: self.delimiter,
            known,
            strict: self.strict.strictness(),
            range_tolerance: self.strict.range_tolerance(),
            ..options
        };
        let reader = RowReader::open(path, model.schema(), &options)?;
        Ok(RowSource::File(Box::new(reader)))
    }

    fn held_out(&self, path: Option<&Path>, model: &Model) -> Result<Rows> {
        let folders = where_tables_are(model, &self.model);
        let folders: Vec<_> = folders.iter().map(PathBuf::as_path).collect();
        let mut rows = model.held_out(path, &folders).map_err(|error| match error.kind() {
            ErrorKind::Model => error.in_file(&self.model),
            ErrorKind::Data | ErrorKind::Setting => self.advise(error),
            _ => error,
        })?;
        rows.ids = vec![rows.places.iter().map(u64::to_string).collect()];
        Ok(rows)
    }

    /// Says what to do where there are no rows held out to be had. The library helps only where another
    /// file could.
    fn advise(&self, error: Error) -> Error {
        let help = match (self.held_out, error.help().is_some()) {
            (true, true) => return error,
            (true, false) => "leave out --held-out, and all rows of --data are taken",
            (false, true) => {
                "give rows with --data FILE; if FILE is that same table, add --held-out"
            }
            (false, false) => "give rows with --data FILE",
        };
        error.with_help(help)
    }
}

impl RowSource<'_> {
    /// Whether these are the rows that training held out.
    pub(super) fn is_held_out(&self) -> bool {
        matches!(self, Self::HeldOut(_))
    }

    /// Reads all rows: `work` is done on some of them at a time, in parallel; what it gives, which
    /// costs that much memory, is taken in order. `admit` is told of numbers of rows before there is
    /// work done on them.
    pub(super) fn for_each<T: Send>(
        &mut self,
        cost: Cost,
        admit: impl Fn(usize) -> Result<()> + Sync,
        bar: &RowsProgress,
        work: impl Fn(Rows) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let pieces = Pieces::new(cost);
        let progress = match self {
            Self::File(reader) => reader.progress(),
            Self::HeldOut(_) => None,
        };
        let admit = |n_rows| {
            bar.count(n_rows, progress.as_ref());
            admit(n_rows)
        };
        match self {
            Self::File(reader) => reader.for_each(
                |rows| {
                    admit(rows.len())?;
                    pieces.work_if_few(rows, &work)
                },
                |done| match done {
                    Done::Worked(done) => take(done),
                    Done::TooMany(rows) => pieces.for_each(&rows, &work, &mut take),
                },
            ),
            Self::HeldOut(rows) => {
                admit(rows.len())?;
                pieces.for_each(rows, &work, &mut take)
            }
        }
    }

    /// Says what the rows have that training had not, and whether training saw them; as JSON if that
    /// was asked for. To be called when all have been read.
    pub(super) fn report(
        &self,
        model: &Model,
        global: &GlobalArgs,
    ) -> Result<Option<SchemaReport>> {
        let Self::File(reader) = self else { return Ok(None) };
        if reader.digest()? == model.metadata().data.sha256() {
            global.note(
                "warning: this is the file that the model was trained on, so the scores flatter \
                 it; --held-out takes only the rows that it has not seen",
            );
        }
        Ok(Some(reader.schema_report()))
    }

    /// The names of the columns that are passed through.
    pub(super) fn ids(&self) -> Vec<String> {
        match self {
            Self::File(reader) => reader.ids(),
            Self::HeldOut(_) => vec!["row".to_owned()],
        }
    }

    /// A bar that shows how much of the rows is done.
    pub(super) fn bar(&self, global: &GlobalArgs) -> RowsProgress {
        match self {
            Self::File(_) => global.rows_progress(),
            Self::HeldOut(_) => RowsProgress::hidden(),
        }
    }

    /// A row's place in words.
    pub(super) fn place(&self, place: u64) -> String {
        match self {
            Self::File(reader) => reader.header().place(place),
            Self::HeldOut(_) => format!("row {place}"),
        }
    }

    /// The same error, in the file and perhaps a row and a column of it.
    pub(super) fn locate(&self, place: Option<u64>, column: Option<&str>, error: Error) -> Error {
        let Self::File(reader) = self else { return error };
        let header: &Header = reader.header();
        match place {
            Some(place) => {
                header.locate(place, column.and_then(|name| header.position(name)), error)
            }
            None => error.in_file(header.file()),
        }
    }
}
