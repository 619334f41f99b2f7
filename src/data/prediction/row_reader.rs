//! Reads rows to predict from a file, by the names in a schema, block by block.

use std::path::Path;

use super::drift::BinCounts;
use super::encoder::Encoder;
use super::row_columns::Columns;
use super::rows::{Rows, RowsOptions};
use super::schema_report::{Finding, FindingCounts, SchemaReport};
use super::strictness::{Difference, Strictness, refused_cells};
use crate::data::Sha256Digest;
use crate::data::input::cells::Missing;
use crate::data::input::{
    Format, Header, Input, InputSource, Passes, ReadProgress, Wanted, resolve,
};
use crate::data::schema::Schema;
use crate::message::list;
use crate::parameter::{Parameter, sentence};
use crate::{Error, ErrorKind, Result};

/// A file of rows to predict that is being read.
pub struct RowReader<'a> {
    input: Input,
    schema: &'a Schema,
    missing: Missing,
    columns: Columns,
    ignored_columns: Vec<String>,
    strict: Strictness,
    range_tolerance: f64,
    n_rows: u64,
    counts: Vec<FindingCounts>,
    bins: BinCounts,
}

impl<'a> RowReader<'a> {
    /// Opens a file, `-` for standard input, and finds the columns.
    ///
    /// # Errors
    /// A file that cannot be read, a column that is not there; one too many, where that matters.
    pub fn open(path: &Path, schema: &'a Schema, options: &RowsOptions) -> Result<Self> {
        let (format, delimiter) = resolve(path, options.format, options.delimiter)?;
        if options.unbuffered && format != Format::Csv {
            return Err(Error::setting(sentence![
                Parameter("unbuffered"),
                format!(" is about CSV, whose rows can come one by one, and not about {format}")
            ]));
        }
        let passes = if options.unbuffered { Passes::Live } else { Passes::Once };
        let input = Input::open(InputSource::open(path)?, format, delimiter, passes)?;
        let columns = Columns::find(input.header(), schema, options)?;
        let ignored_columns = columns.others(input.header(), options);
        if options.strict.refuses(Difference::Columns) && !ignored_columns.is_empty() {
            let names = list(&ignored_columns);
            return Err(Error::schema(format!("the model does not know the column {names}"))
                .in_file(input.header().file())
                .with_help(sentence![
                    "drop what the model was not trained on, or leave columns out of ",
                    Parameter("strict")
                ]));
        }
        Ok(Self {
            input,
            schema,
            missing: Missing::new(&schema.missing),
            columns,
            ignored_columns,
            strict: options.strict.clone(),
            range_tolerance: options.range_tolerance,
            n_rows: 0,
            counts: vec![FindingCounts::default(); schema.features.len()],
            bins: BinCounts::new(schema.histograms.as_ref()),
        })
    }

    /// The file's columns, which name places in it.
    pub fn header(&self) -> &Header {
        self.input.header()
    }

    /// The names of the columns that are passed through, in the order of [`Rows::ids`].
    pub fn ids(&self) -> Vec<String> {
        self.columns.ids(self.header())
    }

    /// How much of the file is read, to be asked while it is; none of a stream, nor of a file that is not read from its
    /// beginning to its end.
    pub fn progress(&self) -> Option<ReadProgress> {
        self.input.progress()
    }

    /// Reads all rows: `work` is done on blocks of them in parallel; what it gives is taken in order.
    ///
    /// # Errors
    /// The first in the order of the rows.
    pub fn for_each<T: Send>(
        &mut self,
        work: impl Fn(Rows) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let Self { input, schema, missing, columns, counts, bins, strict, n_rows, .. } = self;
        let header = input.header().clone();
        let encoder = Encoder::new(schema, missing, columns, &header, self.range_tolerance);
        let wanted = Wanted { columns: &columns.wanted, missing };
        let encode = |chunk| {
            let (rows, counts, bins) = encoder.encode(chunk)?;
            if strict.rows == 0.0 {
                encoder.refuse_cells(&counts, strict)?;
            }
            let n_rows = rows.len() as u64;
            Ok((work(rows)?, n_rows, counts, bins))
        };
        let read = input.for_each(&wanted, encode, |(done, n_more, block, more_bins)| {
            *n_rows += n_more;
            bins.merge(&more_bins);
            counts.iter_mut().zip(block).for_each(|(counts, later)| counts.merge(later));
            take(done)
        });
        read.map_err(|error| self.of_schema(error))?;
        self.refuse_columns()
    }

    /// An error, as one of the schema if it is a cell of another kind and these are to be.
    fn of_schema(&self, error: Error) -> Error {
        let names_feature =
            error.column().is_some_and(|name| self.schema.columns().any(|f| f.name == name));
        let is_strict = self.strict.refuses(Difference::Types);
        let is_type = error.kind() == ErrorKind::Data && names_feature;
        if is_strict && is_type { error.of_schema() } else { error }
    }

    /// Refuses more cells of a kind in a column than there may be.
    fn refuse_columns(&self) -> Result<()> {
        let too_many = self.findings().find(|finding| {
            self.strict.refuses_kind(finding.kind)
                && self.strict.refuses_cells(finding.cells, self.n_rows)
        });
        too_many.map_or(Ok(()), |finding| {
            let error = refused_cells(&finding, self.n_rows);
            Err(error.in_file(self.header().file()).in_column(finding.column))
        })
    }

    fn findings(&self) -> impl Iterator<Item = Finding> {
        let place = |at| self.header().place(at);
        let pairs = self.counts.iter().zip(&self.schema.features);
        pairs.flat_map(move |(counts, feature)| counts.findings(feature, place))
    }

    /// What the rows that were read have that no training row had.
    pub fn schema_report(&self) -> SchemaReport {
        SchemaReport {
            ignored_columns: self.ignored_columns.clone(),
            cells: self.findings().collect(),
            drift: self.bins.drift(self.schema),
        }
    }

    /// The digest of the file's bytes, once all rows have been read.
    ///
    /// # Errors
    /// They have not.
    pub fn digest(&self) -> Result<Sha256Digest> {
        self.input.digest()
    }
}
