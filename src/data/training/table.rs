//! A table to train on: features, a target, perhaps weights, and where it came from.

use std::path::Path;

use ndarray::{Array2, ShapeBuilder};

use super::column::{Column, ColumnKind};
use super::layout::Layout;
use super::left_out::leave_out;
use super::reading::{OnRows, Read, Reading};
use super::split::{Parts, Split};
use super::split_by::SplitBy;
use super::target::{TargetColumn, TargetValues};
use super::target_reader::TargetReader;
use crate::data::input::cells::Missing;
use crate::data::input::{Format, Header, Input, InputSource, Passes, ReadProgress, resolve};
use crate::data::read_options::ReadOptions;
use crate::data::source::{FileSource, Source, file_name};
use crate::data::synth::{Recipe, Synthetic, SyntheticTarget};
use crate::parameter::{Parameter, sentence};
use crate::warning::{Warning, WarningKind};
use crate::{Error, Result, memory};

/// A table whose rows have a class or a number to predict.
///
/// ```
/// use forest::data::{ReadOptions, Table};
///
/// let table = Table::read("examples/data/iris.csv", &ReadOptions::new("species"))?;
/// assert_eq!(table.features[0].name, "sepal_length");
/// let (names, codes) = table.target.values.classes().unwrap();
/// assert_eq!(names, ["setosa", "versicolor", "virginica"]);
/// assert_eq!((codes[0], codes[149]), (0, 2));
/// assert_eq!(table.records(&[0, 149]).row(0).to_vec(), [5.1, 3.5, 1.4, 0.2]);
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The features.
    pub features: Vec<Column>,
    /// What there is to predict.
    pub target: TargetColumn,
    /// How much each row counts; `None` if all count the same.
    pub weights: Option<Vec<f64>>,
    /// The column that splits go by; `None` if they go by chance.
    pub split_by: Option<SplitBy>,
    /// Where the table came from.
    pub source: Source,
    /// What was decided while it was read.
    pub remarks: Vec<Warning>,
}

impl Table {
    /// Makes a synthetic table: features `x0`, `x1`, …, target `y`.
    ///
    /// # Errors
    /// Parameters out of range, a table too large for memory.
    pub fn synthetic(recipe: impl Into<Recipe>) -> Result<Self> {
        let recipe = recipe.into();
        recipe.check()?;
        // For a while there are the numbers as they are made, and as features.
        let bytes_a_cell = size_of::<f64>() + size_of::<f32>();
        memory::check_table(recipe.n_samples(), recipe.n_features(), bytes_a_cell).map_err(
            |message| {
                Error::setting(message).with_help(sentence![
                    "ask for fewer ",
                    Parameter("n_samples"),
                    " or ",
                    Parameter("n_features")
                ])
            },
        )?;
        let synthetic = recipe.generate()?;
        let sha256 = synthetic.sha256();
        let names = synthetic.feature_names();
        let Synthetic { x, y } = synthetic;
        let mut features = Vec::with_capacity(x.ncols());
        for (name, column) in names.into_iter().zip(x.columns()) {
            let values: Vec<f32> = column.iter().map(|&value| value as f32).collect();
            if let Some(value) = values.iter().find(|value| !value.is_finite()) {
                return Err(Error::setting(format!("the synthetic table holds {value}"))
                    .with_help(sentence![
                        "choose smaller ",
                        Parameter("shift"),
                        ", ",
                        Parameter("scale"),
                        " or ",
                        Parameter("class_sep")
                    ]));
            }
            let kind = ColumnKind::Number;
            features.push(Column { name, kind, spelling: None, date_spelling: None, values });
        }
        let target = match y {
            SyntheticTarget::Classes(codes) => TargetValues::Classes {
                names: (0..recipe.n_classes()).map(|class| class.to_string()).collect(),
                codes,
            },
            SyntheticTarget::Values(numbers) => TargetValues::Numbers(numbers),
        };
        if let Some(only) = target.only() {
            let n = recipe.n_samples();
            return Err(match recipe {
                Recipe::Classification(recipe) => Error::setting(sentence![
                    "the synthetic table has one class only, with ",
                    Parameter("n_classes"),
                    format!(" {} and ", recipe.n_classes),
                    Parameter("n_samples"),
                    format!(" {n}"),
                ])
                .with_help(sentence![
                    "raise ",
                    Parameter("n_classes"),
                    " or ",
                    Parameter("n_samples"),
                    ", or change ",
                    Parameter("weights")
                ]),
                Recipe::Regression(_) => Error::setting(sentence![
                    format!("all rows of the synthetic table have the target {only}, with "),
                    Parameter("n_samples"),
                    format!(" {n}"),
                ])
                .with_help(sentence![
                    "raise ",
                    Parameter("n_samples"),
                    ", ",
                    Parameter("n_informative"),
                    " or ",
                    Parameter("noise")
                ]),
            });
        }
        Ok(Self {
            features,
            target: TargetColumn {
                name: Synthetic::TARGET.to_owned(),
                spelling: None,
                values: target,
                task_found: false,
            },
            weights: None,
            split_by: None,
            source: Source::Synthetic { recipe, rows: x.nrows() as u64, sha256 },
            remarks: Vec::new(),
        })
    }

    /// Reads a table from a file, `-` for standard input. Every column that is not the target, the
    /// weights or left out is a feature: of numbers if all its cells are numbers in one
    /// [`Spelling`](crate::data::Spelling), of dates or times of day if they are such in one
    /// [`DateSpelling`](crate::data::DateSpelling), and else of categories. After a date come its parts, as
    /// features of their own. Columns that number or identify the rows are left out, as
    /// [`FileSource::left_out`] says, unless [`ReadOptions::keep`] has them.
    ///
    /// # Errors
    /// A file that cannot be read; a header with a name twice or without a column that is named; a
    /// row with more or fewer cells; a number beyond the range of `f32`; a cell that is not what its
    /// column has to be; a target that is missing, that cannot be a class or that is the same in all
    /// rows; a weight that is missing, negative or not finite; no rows, or none that weighs anything.
    pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self> {
        Self::read_with_progress(path, options, &|_, _| {})
    }

    /// [`read`](Self::read), while `on_rows` is told of numbers of rows as they are read and, where it is known, how
    /// much of the file that is. Where rows have to be read again, that begins anew, with no more rows.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with_progress(
        path: impl AsRef<Path>,
        options: &ReadOptions,
        on_rows: &dyn Fn(usize, Option<&ReadProgress>),
    ) -> Result<Self> {
        let path = path.as_ref();
        // What is wrong with the options is said whatever there is to read.
        resolve(path, options.format, options.delimiter)?;
        Self::read_from(InputSource::open(path)?, options, true, on_rows)
    }

    /// [`read`](Self::read) of a file that is open; `unasked` if columns are to be left out unasked.
    pub(in crate::data) fn read_from(
        source: InputSource,
        options: &ReadOptions,
        unasked: bool,
        on_rows: OnRows,
    ) -> Result<Self> {
        let (format, delimiter) = resolve(source.path(), options.format, options.delimiter)?;
        let name = file_name(source.path());
        let mut input = Input::open(source, format, delimiter, Passes::Several)?;
        let format_found = input.header().format();
        let found = input.header().delimiter();
        let layout = Layout::new(input.header(), options)?;
        let missing = Missing::new(&options.missing);
        let mut target = TargetReader::new(options.task);
        let reading = loop {
            let mut reading = Reading::new(&layout, input.header(), &missing, target, on_rows)?;
            reading.read(&mut input)?;
            reading.read_again(&mut input)?;
            reading.refuse_unholdable(&mut input)?;
            match reading.find_spellings(&mut input)? {
                None => break reading,
                Some(again) => target = again,
            }
            input.rewind()?;
        };
        let Read { mut features, target, weights, n_dropped, mut remarks } = reading.finish()?;
        if delimiter.is_none() && found != b',' {
            let delimiter = char::from(found).to_string();
            remarks.insert(0, Warning::new(WarningKind::Delimiter, &[]).with_texts(&[delimiter]));
        }
        let header = input.header();
        let split_by = SplitBy::take(&mut features, &layout.options)
            .map_err(|error| error.in_file(header.file()))?;
        let left_out = if unasked { leave_out(&mut features, &layout.options) } else { Vec::new() };
        check_names(&features, header)?;
        Ok(Self {
            features,
            source: Source::File(FileSource {
                name,
                left_out,
                rows: target.values.len() as u64,
                dropped: n_dropped,
                sha256: input.digest()?,
                read: ReadOptions {
                    task: Some(target.values.task()),
                    format: Some(format_found),
                    delimiter: (format == Format::Csv).then_some(found),
                    ..layout.options
                },
            }),
            target,
            weights,
            split_by,
            remarks,
        })
    }

    /// The features of some rows, in the order given: rows × features, categories as the positions of
    /// their levels.
    pub fn records(&self, rows: &[usize]) -> Array2<f32> {
        Array2::from_shape_fn((rows.len(), self.features.len()).f(), |(row, feature)| {
            self.features[feature].values[rows[row]]
        })
    }

    /// Divides the rows: by the column that splits go by if there is one, else by chance.
    ///
    /// - Of groups, a part of `test_size` is held out, rounded up to whole groups and chosen by the
    ///   seed: the rows are those of scikit-learn's `GroupShuffleSplit`, in the table's order.
    /// - In order, the rows with the largest values are held out: a part of `test_size` of all, rounded
    ///   up to whole rows, and all rows that are equal to the least of them.
    ///
    /// # Errors
    /// As [`Split::parts`]; a split that is to be stratified as well; no row left to train on.
    pub fn parts(&self, split: &Split) -> Result<Parts> {
        match &self.split_by {
            Some(by) => by.parts(split),
            None => split.parts(&self.target.values),
        }
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.target.values.len()
    }
}

/// Refuses a feature that cannot be found by its name.
fn check_names(features: &[Column], header: &Header) -> Result<()> {
    let unnamed =
        header.position("").filter(|_| features.iter().any(|column| column.name.is_empty()));
    let Some(unnamed) = unnamed else { return Ok(()) };
    Err(Error::data(format!("column {} has no name", unnamed + 1))
        .in_file(header.file())
        .with_help(sentence![
            "name it in the header, or leave it out with ",
            Parameter("ignore"),
            " ''"
        ]))
}
