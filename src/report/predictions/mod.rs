//! Predictions as rows of a table: their columns, and how blocks of them are encoded.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
mod text;

#[cfg(feature = "arrow")]
use arrow_array::RecordBatch;
#[cfg(feature = "arrow")]
use arrow_schema::SchemaRef;

use crate::Result;
#[cfg(feature = "arrow")]
use crate::data::input::arrow::Kind;

/// A column of the output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// Its name in a table.
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
    /// In JSON, the object that holds it, and its name there. Columns of one object stand together.
    pub(crate) group: Option<(&'static str, String)>,
}

/// What a column of predictions holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// Texts and classes.
    Text,
    /// Numbers.
    Number,
}

/// A column of predictions for some rows.
pub(crate) enum Column<'a> {
    /// A text a row.
    Texts(&'a [String]),
    /// A class a row.
    Classes {
        /// The classes' names.
        names: &'a [String],
        /// For each row the position of its class's name.
        codes: &'a [u32],
    },
    /// A number a row.
    Numbers(&'a [f64]),
}

/// How predictions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A header and a line a row.
    Csv,
    /// An object a line.
    JsonLines,
    /// Columns of Arrow's.
    #[cfg(feature = "arrow")]
    Arrow(Kind),
}

/// Some rows, ready to be written.
pub(crate) enum Encoded {
    Text(Vec<u8>),
    #[cfg(feature = "arrow")]
    Batch(RecordBatch),
}

/// Encodes blocks of rows.
pub(crate) struct Encoder {
    fields: Vec<Field>,
    layout: Layout,
    #[cfg(feature = "arrow")]
    schema: SchemaRef,
}

impl Encoder {
    pub(crate) fn new(fields: Vec<Field>, layout: Layout) -> Self {
        Self {
            #[cfg(feature = "arrow")]
            schema: {
                let columns = fields.iter().map(|field| (field.name.clone(), field.kind));
                arrow::schema(&columns.collect::<Vec<_>>())
            },
            fields,
            layout,
        }
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    #[cfg(feature = "arrow")]
    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// What comes before the first row, in a layout of text.
    pub(crate) fn header(&self) -> Result<Vec<u8>> {
        match self.layout {
            Layout::Csv => text::header(&self.fields),
            Layout::JsonLines => Ok(Vec::new()),
            #[cfg(feature = "arrow")]
            Layout::Arrow(_) => Ok(Vec::new()),
        }
    }

    /// Encodes rows: for each field its column, all of one length.
    ///
    /// # Errors
    /// None that the fields did not rule out.
    pub(crate) fn encode(&self, columns: &[Column]) -> Result<Encoded> {
        match self.layout {
            Layout::Csv => text::csv(columns).map(Encoded::Text),
            Layout::JsonLines => text::json_lines(&self.fields, columns).map(Encoded::Text),
            #[cfg(feature = "arrow")]
            Layout::Arrow(_) => arrow::batch(&self.schema, columns).map(Encoded::Batch),
        }
    }
}

impl Column<'_> {
    /// The number of rows.
    fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Classes { codes, .. } => codes.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }
}
