//! A table to train on while it is read: columns that grow block by block.

use super::column::{Column, ColumnKind, GrowingColumn};
use super::layout::Layout;
use super::part_columns::part_columns;
use super::target::TargetValues;
use super::target_reader::TargetReader;
use crate::data::input::cells::Missing;
use crate::data::input::cells::{Cells, NO_TEXT, ReadAs, Texts};
use crate::data::input::{Chunk, Header, Input, Wanted, check_count};
use crate::data::weights::{check_weight, check_weights};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result, memory};

/// What has been read so far.
pub(super) struct Reading<'a> {
    layout: &'a Layout,
    header: Header,
    missing: &'a Missing,
    target: TargetReader,
    weights: Vec<f64>,
    features: Vec<GrowingColumn>,
}

/// What was read in the end.
pub(super) struct Read {
    pub(super) features: Vec<Column>,
    pub(super) values: TargetValues,
    pub(super) weights: Option<Vec<f64>>,
    /// Rows left out because they had no target.
    pub(super) n_dropped: u64,
}

impl<'a> Reading<'a> {
    pub(super) fn new(layout: &'a Layout, header: &Header, missing: &'a Missing) -> Self {
        Self {
            layout,
            header: header.clone(),
            missing,
            target: TargetReader::new(layout.options.task),
            weights: Vec::new(),
            features: layout.features.iter().map(|_| GrowingColumn::default()).collect(),
        }
    }

    /// Reads all rows.
    ///
    /// # Errors
    /// The first in the order of the rows.
    pub(super) fn read(&mut self, input: &mut Input) -> Result<()> {
        let mut columns = vec![(self.layout.target, ReadAs::Text)];
        columns.extend(self.layout.weight.map(|weight| (weight, ReadAs::Double)));
        columns.extend(&self.layout.features);
        input.for_each(&Wanted { columns: &columns, missing: self.missing }, Ok, |chunk| {
            let (places, cells) = chunk.into_parts();
            self.check_memory(&cells)?;
            let mut cells = cells.into_iter();
            let target = next(&mut cells).into_texts();
            let located = self.target.push(&target, &places);
            located.map_err(|(place, error)| self.locate(place, self.layout.target, error))?;
            let keep = kept(&target);
            if let Some(column) = self.layout.weight {
                self.push_weights(column, next(&mut cells), &places, keep.as_deref())?;
            }
            for (feature, cells) in cells.enumerate() {
                self.push_feature(feature, cells, keep.as_deref())?;
            }
            Ok(())
        })
    }

    /// The first column of numbers one of which cannot be held.
    fn unholdable(&self) -> Option<usize> {
        let mut columns = self.features.iter().zip(&self.layout.features);
        let found = |(growing, (_, read_as)): &(&GrowingColumn, &(usize, ReadAs))| {
            *read_as == ReadAs::Found && growing.is_unholdable()
        };
        columns.find(found).map(|(_, &(column, _))| column)
    }

    /// Refuses a column of numbers one of which cannot be held, for which the rows are read again.
    ///
    /// # Errors
    /// There is one: its first such number.
    pub(super) fn refuse_unholdable(&self, input: &mut Input) -> Result<()> {
        let Some(column) = self.unholdable() else { return Ok(()) };
        let wanted = Wanted { columns: &[(column, ReadAs::Number)], missing: self.missing };
        input.rewind()?;
        input.for_each(&wanted, |_| Ok(()), |()| Ok(()))
    }

    /// Reads columns again: as texts those that were numbers or dates at first and then were not, as
    /// dates those whose numbers are all dates of eight digits.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn read_again(&mut self, input: &mut Input) -> Result<()> {
        let features = self.layout.features.iter().zip(&self.features).enumerate();
        let again: Vec<(usize, (usize, ReadAs))> = features
            .filter(|(_, ((_, read_as), _))| *read_as == ReadAs::Found)
            .filter_map(|(at, (&(column, _), grown))| Some((at, (column, grown.read_again()?))))
            .collect();
        if again.is_empty() {
            return Ok(());
        }
        let mut columns = vec![(self.layout.target, ReadAs::Text)];
        for &(feature, (column, read_as)) in &again {
            columns.push((column, read_as));
            self.features[feature] = GrowingColumn::read_as(read_as);
        }
        input.rewind()?;
        input.for_each(&Wanted { columns: &columns, missing: self.missing }, Ok, |chunk: Chunk| {
            let (_, cells) = chunk.into_parts();
            self.check_memory(&cells)?;
            let mut cells = cells.into_iter();
            let keep = kept(&next(&mut cells).into_texts());
            for (&(feature, _), cells) in again.iter().zip(cells) {
                self.push_feature(feature, cells, keep.as_deref())?;
            }
            Ok(())
        })
    }

    /// Refuses rows for which the columns would grow beyond what memory can be had.
    fn check_memory(&self, cells: &[Cells]) -> Result<()> {
        let n_rows = cells.first().map_or(0, Cells::len);
        let n_texts = cells.iter().map(Cells::n_texts).max().unwrap_or(0);
        let columns = self.features.iter().map(|column| column.growth(n_rows, n_texts));
        let others = self.target.growth(n_rows) + memory::growth(&self.weights, n_rows);
        let bytes = columns.sum::<usize>() + others;
        if bytes == 0 {
            return Ok(());
        }
        let (n_rows, n_columns) = (self.target.n_rows() + n_rows, self.features.len() + 1);
        let what = || format!("growing the table to {n_rows} rows × {n_columns} columns");
        memory::check(bytes, what).map_err(|message| too_large(message, &self.header))
    }

    fn push_feature(&mut self, feature: usize, cells: Cells, keep: Option<&[bool]>) -> Result<()> {
        let (column, _) = self.layout.features[feature];
        self.features[feature].push(cells, keep).map_err(|error| {
            error.in_file(self.header.file()).in_column(&self.header.names()[column])
        })
    }

    fn push_weights(
        &mut self,
        column: usize,
        cells: Cells,
        places: &[u64],
        keep: Option<&[bool]>,
    ) -> Result<()> {
        let weights = cells.into_numbers();
        for (row, (&weight, &place)) in weights.iter().zip(places).enumerate() {
            if keep.is_some_and(|keep| !keep[row]) {
                continue;
            }
            check_weight(weight).map_err(|error| self.locate(place, column, error))?;
            self.weights.push(weight);
        }
        Ok(())
    }

    fn locate(&self, place: u64, column: usize, error: Error) -> Error {
        self.header.locate(place, Some(column), error)
    }

    /// The columns, if a forest can be trained on them.
    ///
    /// # Errors
    /// No rows, rows without a target, a target that is the same in all rows or cannot be classes;
    /// weights that are all zero.
    pub(super) fn finish(self) -> Result<Read> {
        let n_dropped = self.target.n_missing;
        let Self { layout, header, target, weights, features, .. } = self;
        let in_target =
            |error: Error| error.in_file(header.file()).in_column(&layout.options.target);
        if !layout.options.drop_missing_target {
            target.check_complete(|place| header.place(place)).map_err(in_target)?;
        }
        let values = target
            .finish()
            .map_err(|(place, error)| header.locate(place, Some(layout.target), error))?;
        values.check_variety().map_err(in_target)?;
        memory::check_table(values.len(), layout.features.len() + 1, 0)
            .map_err(|message| too_large(message, &header))?;
        let weights = layout.weight.map(|_| weights);
        check_weights(weights.as_deref()).map_err(|error| error.in_file(header.file()))?;

        let features = columns(features, layout, &header)?;
        if features.iter().any(|column| column.values.len() != values.len()) {
            return Err(Error::data("the table changed while it was read")
                .in_file(header.file())
                .with_help("read it when nothing writes to it"));
        }
        Ok(Read { features, values, weights, n_dropped })
    }
}

/// The columns, each date followed by its parts.
fn columns(grown: Vec<GrowingColumn>, layout: &Layout, header: &Header) -> Result<Vec<Column>> {
    let mut columns = Vec::with_capacity(grown.len());
    for (mut grown, &(column, read_as)) in grown.into_iter().zip(&layout.features) {
        if read_as == ReadAs::Found {
            grown.find_dates(layout.options.dates);
        }
        let name = &header.names()[column];
        let (column, hours) = grown.finish(name.clone());
        let is_date = matches!(column.kind, ColumnKind::Date { .. });
        columns.push(column);
        if is_date && layout.options.date_parts {
            let parts = part_columns(&hours, name, header);
            columns.extend(parts.map_err(|message| too_large(message, header))?);
        }
    }
    check_count(columns.len()).map_err(|error| error.in_file(header.file()))?;
    Ok(columns)
}

/// What to do about a table that does not fit in memory.
fn too_large(message: String, header: &Header) -> Error {
    Error::data(message).in_file(header.file()).with_help(sentence![
        "leave out columns with ",
        Parameter("ignore"),
        ", or train on some of the rows"
    ])
}

/// The cells of the next column that was asked for.
fn next(cells: &mut impl Iterator<Item = Cells>) -> Cells {
    cells.next().unwrap_or(Cells::Empty(0))
}

/// Which rows of a block have a target; `None` if all do.
fn kept(target: &Texts) -> Option<Vec<bool>> {
    let keep = || target.codes.iter().map(|&code| code != NO_TEXT);
    keep().any(|keep| !keep).then(|| keep().collect())
}
