//! Reads rows to predict from a file, by the names in a schema, block by block.

use std::path::Path;

use super::encoder::Encoder;
use super::row_columns::Columns;
use super::rows::{Rows, RowsOptions};
use super::schema_report::{FindingCounts, SchemaReport};
use crate::data::Sha256Digest;
use crate::data::input::cells::Missing;
use crate::data::input::{Header, Input, InputSource, Passes, Wanted, resolve};
use crate::data::schema::Schema;
use crate::message::list;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// A file of rows to predict that is being read.
pub struct RowReader<'a> {
    input: Input,
    schema: &'a Schema,
    missing: Missing,
    columns: Columns,
    ignored_columns: Vec<String>,
    strict: bool,
    counts: Vec<FindingCounts>,
}

impl<'a> RowReader<'a> {
    /// Opens a file, `-` for standard input, and finds the columns.
    ///
    /// # Errors
    /// A file that cannot be read, a column that is not there; one too many, where that matters.
    pub fn open(path: &Path, schema: &'a Schema, options: &RowsOptions) -> Result<Self> {
        let (format, delimiter) = resolve(path, options.format, options.delimiter)?;
        let input = Input::open(InputSource::open(path)?, format, delimiter, Passes::Once)?;
        let columns = Columns::find(input.header(), schema, options)?;
        let ignored_columns = columns.others(input.header(), options);
        if options.strict && !ignored_columns.is_empty() {
            let names = list(&ignored_columns);
            return Err(Error::schema(format!("the model does not know the column {names}"))
                .in_file(input.header().file())
                .with_help(sentence![
                    "drop what the model was not trained on, or leave out ",
                    Parameter("strict")
                ]));
        }
        Ok(Self {
            input,
            schema,
            missing: Missing::new(&schema.missing),
            columns,
            ignored_columns,
            strict: options.strict,
            counts: vec![FindingCounts::default(); schema.features.len()],
        })
    }

    /// The file's columns, which name places in it.
    pub fn header(&self) -> &Header {
        self.input.header()
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
        let Self { input, schema, missing, columns, counts, strict, .. } = self;
        let header = input.header().clone();
        let encoder = Encoder::new(schema, missing, columns, &header);
        let wanted = Wanted { columns: &columns.wanted, missing };
        let encode = |chunk| {
            let (rows, counts) = encoder.encode(chunk)?;
            if *strict {
                encoder.refuse_surprises(&counts)?;
            }
            Ok((work(rows)?, counts))
        };
        input.for_each(&wanted, encode, |(done, block)| {
            counts.iter_mut().zip(block).for_each(|(counts, later)| counts.merge(later));
            take(done)
        })
    }

    /// What the rows that were read have that no training row had.
    pub fn schema_report(&self) -> SchemaReport {
        let place = |at| self.header().place(at);
        let pairs = self.counts.iter().zip(&self.schema.features);
        SchemaReport {
            ignored_columns: self.ignored_columns.clone(),
            cells: pairs.flat_map(|(counts, feature)| counts.findings(feature, place)).collect(),
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
