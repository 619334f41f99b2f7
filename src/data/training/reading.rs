//! A table to train on while it is read: columns that grow block by block.

use std::collections::HashSet;

use super::column::{Column, GrowingColumn};
use super::finished_columns::{finish_columns, too_large};
use super::layout::Layout;
use super::spellings::{Chosen, Fitting, KnownMarks, has_points, may_be_thousands, strays};
use super::target::TargetColumn;
use super::target_reader::TargetReader;
use crate::data::input::cells::{Cells, Missing, NO_TEXT, ReadAs, Texts, no_number};
use crate::data::input::dates::{DateSpelling, days};
use crate::data::input::spelling::Spelling;
use crate::data::input::{Chunk, Format, Header, Input, ReadProgress, Wanted};
use crate::data::weights::{check_weight, check_weights};
use crate::warning::{Warning, WarningKind};
use crate::{Error, Result, memory};

/// What has been read so far.
pub(super) struct Reading<'a> {
    layout: &'a Layout,
    header: Header,
    missing: &'a Missing,
    known: KnownMarks,
    target: TargetReader,
    weights: Vec<f64>,
    features: Vec<GrowingColumn>,
    remarks: Vec<Warning>,
    on_rows: OnRows<'a>,
}

/// Is told of numbers of rows as they are read, and how much of the file that is.
pub(super) type OnRows<'a> = &'a dyn Fn(usize, Option<&ReadProgress>);

/// What was read in the end.
pub(super) struct Read {
    pub(super) features: Vec<Column>,
    pub(super) target: TargetColumn,
    pub(super) weights: Option<Vec<f64>>,
    /// Rows left out because they had no target.
    pub(super) n_dropped: u64,
    pub(super) remarks: Vec<Warning>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        layout: &'a Layout,
        header: &Header,
        missing: &'a Missing,
        target: TargetReader,
        on_rows: OnRows<'a>,
    ) -> Result<Self> {
        Ok(Self {
            layout,
            header: header.clone(),
            missing,
            known: KnownMarks::asked(&layout.options, header.format() == Format::Csv)?,
            target,
            weights: Vec::new(),
            features: layout.features.iter().map(|_| GrowingColumn::default()).collect(),
            remarks: Vec::new(),
            on_rows,
        })
    }

    /// Reads all rows.
    ///
    /// # Errors
    /// The first in the order of the rows.
    pub(super) fn read(&mut self, input: &mut Input) -> Result<()> {
        let mut columns = vec![(self.layout.target, ReadAs::Text)];
        columns.extend(self.layout.weight.map(|weight| (weight, ReadAs::Double)));
        // Numbers that are asked for may be written in some way.
        columns.extend(self.layout.features.iter().map(|&(column, read_as)| match read_as {
            ReadAs::Number => (column, ReadAs::Found),
            other => (column, other),
        }));
        let progress = input.progress();
        input.for_each(&Wanted { columns: &columns, missing: self.missing }, Ok, |chunk| {
            let (places, cells) = chunk.into_parts();
            (self.on_rows)(places.len(), progress.as_ref());
            self.check_memory(&cells)?;
            let mut cells = cells.into_iter();
            let target = self.labels(&mut cells);
            let located = self.target.push(&target, &places, self.missing);
            located.map_err(|(place, error)| self.locate(place, self.layout.target, error))?;
            let keep = kept(&target);
            if let Some(column) = self.layout.weight {
                let weights = cells.next().map(Cells::into_numbers).unwrap_or_default();
                self.push_weights(column, &weights, &places, keep.as_deref())?;
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
            *read_as != ReadAs::Text && growing.is_unholdable()
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
            .filter_map(|(at, (&(column, read_as), grown))| {
                Some((at, (column, grown.read_again(read_as)?)))
            })
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
        let progress = input.progress();
        input.for_each(&Wanted { columns: &columns, missing: self.missing }, Ok, |chunk: Chunk| {
            let (_, cells) = chunk.into_parts();
            (self.on_rows)(0, progress.as_ref());
            self.check_memory(&cells)?;
            let mut cells = cells.into_iter();
            let keep = kept(&self.labels(&mut cells));
            for (&(feature, _), cells) in again.iter().zip(cells) {
                self.push_feature(feature, cells, keep.as_deref())?;
            }
            Ok(())
        })
    }

    /// Makes numbers and dates of columns of texts that are some, but for how they are written or for
    /// words that say that a cell is missing. Gives another reader of the target if that has to be read
    /// in another way, together with all else.
    ///
    /// # Errors
    /// A column that is no numbers, and has to be: its first other cell.
    pub(super) fn find_spellings(&mut self, input: &mut Input) -> Result<Option<TargetReader>> {
        let all = 0..self.features.len();
        let mut fitting: Vec<Option<Fitting>> = all.clone().map(|i| self.fitting(i)).collect();
        self.find_marks(&fitting);
        if self.known.has_comma() {
            let grown = &mut self.features;
            let is_doubtful = |&i: &usize| {
                grown[i].numbers().next().is_some() && may_be_thousands(grown[i].numbers())
            };
            let again: Vec<usize> = all.clone().filter(is_doubtful).collect();
            for &feature in &again {
                grown[feature].restart_as_text();
            }
            self.read_again(input)?;
            for feature in again {
                fitting[feature] = self.fitting(feature);
            }
        }
        for (feature, fitting) in fitting.into_iter().enumerate() {
            let chosen = fitting.and_then(|fitting| fitting.choose(self.known));
            self.make_values(feature, chosen);
        }
        self.refuse_strays(input)?;
        Ok(self.target.again(self.known, self.missing))
    }

    /// The spellings that all cells of a feature fit, if they are texts by chance.
    fn fitting(&self, feature: usize) -> Option<Fitting> {
        Fitting::of(self.present(feature)?, self.known)
    }

    /// The texts of a feature that are texts by chance, without words for missing values.
    fn present(&self, feature: usize) -> Option<impl Iterator<Item = &str> + Clone> {
        let texts = self.features[feature].texts()?;
        let is_open = self.layout.features[feature].1 != ReadAs::Text;
        is_open.then(|| texts.filter(|text| !self.missing.has_word(text)))
    }

    /// Finds out which decimal mark the table has: a comma if any column has it, or else a point.
    fn find_marks(&mut self, fitting: &[Option<Fitting>]) {
        self.known.likely = (self.header.delimiter() == b';').then_some(',');
        let target = self.target.fitting(self.known, self.missing);
        let fitting: Vec<&Fitting> = fitting.iter().flatten().chain(&target).collect();
        if fitting.is_empty() {
            return;
        }
        let mut marks = fitting.into_iter().filter_map(Fitting::mark);
        let has_points = || {
            self.features.iter().any(|column| has_points(column.numbers()))
                || self.target.has_points()
        };
        self.known.found = match marks.next() {
            None if has_points() => Some('.'),
            None => None,
            Some(',') => Some(','),
            Some(mark) => marks.find(|&other| other == ',').or(Some(mark)),
        };
    }

    /// Makes numbers of a feature whose spelling was found, or dates.
    fn make_values(&mut self, feature: usize, chosen: Option<Chosen>) {
        let name = self.header.names()[self.layout.features[feature].0].clone();
        let missing = self.missing;
        let Some(texts) = self.present(feature).map(Iterator::collect::<Vec<_>>) else {
            let column = &mut self.features[feature];
            let is_whole = || column.is_numbers() && column.numbers().all(is_whole);
            if self.known.has_comma() && is_whole() {
                column.spell(Some(Spelling::of_comma()));
            }
            return;
        };
        let is_empty = texts.is_empty();
        let are_plain = texts.iter().all(|text| text.parse::<f64>().is_ok());
        let are_dates = texts.iter().all(|text| days(text).is_some());
        let chosen = chosen.filter(|chosen| !are_plain || !chosen.spelling.is_plain());
        let may_be_dates = self.layout.features[feature].1 == ReadAs::Found
            && chosen.is_none()
            && !are_plain
            && !are_dates;
        let order = self.layout.options.dates;
        let date_spelling = if may_be_dates { DateSpelling::find(&texts, order) } else { None };
        drop(texts);
        let (words, cells) = self.features[feature].count(|text| missing.has_word(text));
        let column = &mut self.features[feature];
        match chosen {
            Some(chosen) => {
                let number = |text: &str| chosen.spelling.number(text).unwrap_or(f64::NAN);
                column.make_numbers(|text| missing.or_nan(number(text)));
                self.remarks.extend(chosen.remark(&name));
                column.spell(Some(chosen.spelling));
            }
            _ if is_empty => return,
            None if are_plain => column.make_numbers(|text| text.parse().unwrap_or(f64::NAN)),
            None if are_dates => column.make_dates(None, |text| days(text).unwrap_or(f64::NAN)),
            None => {
                let Some(spelling) = date_spelling else { return };
                let read = |text: &str| spelling.read(text).unwrap_or(f64::NAN);
                column.make_dates(Some(spelling), read);
            }
        }
        if cells > 0 {
            let warning = Warning::new(WarningKind::MissingWords, &[cells as f64]);
            self.remarks.push(warning.of_column(&name).with_texts(&words));
        }
    }

    /// Refuses a column that has to be numbers and is not.
    ///
    /// # Errors
    /// Its first cell that is none.
    fn refuse_strays(&self, input: &mut Input) -> Result<()> {
        for (grown, &(column, read_as)) in self.features.iter().zip(&self.layout.features) {
            if read_as != ReadAs::Number || grown.is_numbers() {
                continue;
            }
            let mut texts: Vec<&str> = grown.texts().into_iter().flatten().collect();
            texts.sort_unstable();
            let (spelling, strays) = strays(texts.iter().copied(), self.missing);
            let strays: HashSet<&str> = strays.into_iter().collect();
            let read_as = if strays.is_empty() { ReadAs::Number } else { ReadAs::SpelledNumber };
            let wanted = Wanted { columns: &[(column, read_as)], missing: self.missing };
            input.rewind()?;
            input.for_each(&wanted, Ok, |chunk| {
                let (places, cells) = chunk.into_parts();
                let Some(Cells::Texts(texts)) = cells.into_iter().next() else { return Ok(()) };
                // Texts stand in the order of the rows that have them first.
                let is_stray = |text: &String| strays.contains(text.as_str());
                let Some(code) = texts.distinct.iter().position(is_stray) else { return Ok(()) };
                let row = texts.codes.iter().position(|&other| other as usize == code);
                let spelling = spelling.as_ref().filter(|spelling| !spelling.is_plain());
                let error = no_number(&texts.distinct[code], spelling);
                Err(self.locate(row.map_or(0, |row| places[row]), column, error))
            })?;
        }
        Ok(())
    }

    /// The labels of a block, whose target comes first.
    fn labels(&self, cells: &mut impl Iterator<Item = Cells>) -> Texts {
        let texts = cells.next().map(Cells::into_texts).unwrap_or_default();
        self.target.labels(texts, self.missing)
    }

    /// Refuses rows for which the columns would grow beyond what memory can be had.
    fn check_memory(&self, cells: &[Cells]) -> Result<()> {
        let n_rows = cells.first().map_or(0, Cells::len);
        let n_texts = cells.iter().map(Cells::n_texts).max().unwrap_or(0);
        let columns = self.features.iter().map(|column| column.growth(n_rows, n_texts));
        let others = self.target.growth(n_rows, n_texts) + memory::growth(&self.weights, n_rows);
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
        weights: &[f64],
        places: &[u64],
        keep: Option<&[bool]>,
    ) -> Result<()> {
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
        let Self { layout, header, missing, known, target, weights, features, mut remarks, .. } =
            self;
        let in_target =
            |error: Error| error.in_file(header.file()).in_column(&layout.options.target);
        if !layout.options.drop_missing_target {
            target.check_complete(|place| header.place(place)).map_err(in_target)?;
        }
        let (values, chosen) = target
            .finish(known, missing)
            .map_err(|(place, error)| header.locate(place, Some(layout.target), error))?;
        values.check_variety().map_err(in_target)?;
        memory::check_table(values.len(), layout.features.len() + 1, 0)
            .map_err(|message| too_large(message, &header))?;
        let weights = layout.weight.map(|_| weights);
        check_weights(weights.as_deref()).map_err(|error| error.in_file(header.file()))?;

        let features = finish_columns(features, layout, &header)?;
        if features.iter().any(|column| column.values.len() != values.len()) {
            return Err(Error::data("the table changed while it was read")
                .in_file(header.file())
                .with_help("read it when nothing writes to it"));
        }
        let target = &layout.options.target;
        remarks.extend(chosen.as_ref().and_then(|chosen| chosen.remark(target)));
        let spelling = chosen.map(|chosen| chosen.spelling);
        let task_found = layout.options.task.is_none();
        let target = TargetColumn { name: target.clone(), spelling, values, task_found };
        Ok(Read { features, target, weights, n_dropped, remarks })
    }
}

fn is_whole(number: f64) -> bool {
    number.is_nan() || number.fract() == 0.0
}

/// Which rows of a block have a target; `None` if all do.
fn kept(target: &Texts) -> Option<Vec<bool>> {
    let keep = || target.codes.iter().map(|&code| code != NO_TEXT);
    keep().any(|keep| !keep).then(|| keep().collect())
}
