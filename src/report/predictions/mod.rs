//! Predictions as rows of a table: their columns, and how blocks of them are encoded.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
mod text;

#[cfg(feature = "arrow")]
use arrow_array::RecordBatch;
#[cfg(feature = "arrow")]
use arrow_schema::SchemaRef;

use forest::Result;
#[cfg(feature = "arrow")]
use forest::data::Format;

/// What a cell of a text column takes, beside its text.
const BYTES_OF_TEXT: usize = 16;

/// A number and its digits.
const BYTES_OF_NUMBER: usize = 32;

/// A column of the output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutputField {
    /// Its name in a table.
    pub(crate) name: String,
    pub(crate) kind: OutputKind,
    /// In JSON, its name after those of the objects that hold it. Columns of one object stand together.
    pub(crate) path: Vec<String>,
}

/// What a column of predictions holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// Texts and classes.
    Text,
    /// Numbers.
    Number,
}

/// A column of predictions for some rows.
pub(crate) enum OutputColumn<'a> {
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
    Numbers(Numbers<'a>),
}

/// A column of a table of numbers.
#[derive(Clone, Copy)]
pub(crate) struct Numbers<'a> {
    /// Row by row, from the column's first number on.
    table: &'a [f64],
    n_columns: usize,
}

impl Numbers<'_> {
    fn get(self, row: usize) -> f64 {
        self.table[row * self.n_columns]
    }

    #[cfg(feature = "arrow")]
    fn iter(&self) -> impl Iterator<Item = f64> {
        self.table.iter().step_by(self.n_columns).copied()
    }
}

/// How predictions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputFormat {
    /// A header and a line a row.
    Csv,
    /// An object a line.
    JsonLines,
    /// Columns of Arrow's, as Parquet or as Arrow IPC.
    #[cfg(feature = "arrow")]
    Arrow(Format),
}

/// Some rows, ready to be written.
pub(crate) enum Encoded {
    Text(Vec<u8>),
    #[cfg(feature = "arrow")]
    Batch(RecordBatch),
}

/// Encodes blocks of rows.
pub(crate) struct PredictionEncoder {
    fields: Vec<OutputField>,
    layout: OutputFormat,
    #[cfg(feature = "arrow")]
    schema: SchemaRef,
}

impl PredictionEncoder {
    /// Of rows with these columns.
    ///
    /// # Errors
    /// More columns than the layout is good for.
    #[cfg_attr(not(feature = "arrow"), expect(clippy::unnecessary_wraps))]
    pub(crate) fn new(fields: Vec<OutputField>, layout: OutputFormat) -> Result<Self> {
        #[cfg(feature = "arrow")]
        if let OutputFormat::Arrow(format) = layout {
            arrow::check_columns(format, fields.len())?;
        }
        Ok(Self {
            #[cfg(feature = "arrow")]
            schema: {
                let columns = fields.iter().map(|field| (field.name.clone(), field.kind));
                arrow::schema(&columns.collect::<Vec<_>>())
            },
            fields,
            layout,
        })
    }

    pub(crate) fn layout(&self) -> OutputFormat {
        self.layout
    }

    #[cfg(feature = "arrow")]
    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// About how many bytes a row takes until it is written, beside its class's name.
    pub(crate) fn bytes_of_row(&self) -> usize {
        let bytes = |field: &OutputField| match (field.kind, self.layout) {
            (OutputKind::Text, _) => BYTES_OF_TEXT,
            (OutputKind::Number, OutputFormat::JsonLines) => {
                BYTES_OF_NUMBER + field.path.last().map_or(0, String::len)
            }
            (OutputKind::Number, _) => BYTES_OF_NUMBER,
        };
        self.fields.iter().map(bytes).sum()
    }

    /// About how many more bytes rows take that are encoded together.
    pub(crate) fn bytes_of_piece(&self) -> usize {
        match self.layout {
            OutputFormat::Csv | OutputFormat::JsonLines => 0,
            #[cfg(feature = "arrow")]
            OutputFormat::Arrow(_) => self.fields.len() * arrow::BYTES_OF_ARRAY,
        }
    }

    /// What comes before the first row, in a layout of text.
    pub(crate) fn header(&self) -> Result<Vec<u8>> {
        match self.layout {
            OutputFormat::Csv => text::header(&self.fields),
            OutputFormat::JsonLines => Ok(Vec::new()),
            #[cfg(feature = "arrow")]
            OutputFormat::Arrow(_) => Ok(Vec::new()),
        }
    }

    /// Encodes rows: for each field its column, all of one length.
    ///
    /// # Errors
    /// None that the fields did not rule out.
    pub(crate) fn encode(&self, columns: &[OutputColumn]) -> Result<Encoded> {
        match self.layout {
            OutputFormat::Csv => text::csv(columns).map(Encoded::Text),
            OutputFormat::JsonLines => text::json_lines(&self.fields, columns).map(Encoded::Text),
            #[cfg(feature = "arrow")]
            OutputFormat::Arrow(_) => arrow::batch(&self.schema, columns).map(Encoded::Batch),
        }
    }
}

impl<'a> OutputColumn<'a> {
    /// The columns of a table of numbers that is given row by row.
    pub(crate) fn of_table(table: &'a [f64], n_columns: usize) -> impl Iterator<Item = Self> {
        let column =
            move |first| Numbers { table: table.get(first..).unwrap_or_default(), n_columns };
        (0..n_columns).map(move |first| Self::Numbers(column(first)))
    }

    /// The number of rows.
    fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Classes { codes, .. } => codes.len(),
            Self::Numbers(numbers) => numbers.table.len().div_ceil(numbers.n_columns),
        }
    }
}
