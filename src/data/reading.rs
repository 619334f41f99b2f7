//! A table to train on while it is read: columns that grow block by block.

use super::column::{Column, GrowingColumn};
use super::input::cells::{Cells, NO_TEXT, ReadAs, Texts};
use super::input::{Chunk, Header, Input, Wanted};
use super::layout::Layout;
use super::missing::Missing;
use super::target::{TargetReader, TargetValues};
use crate::message::shorten;
use crate::{Error, Result};

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
            let mut cells = cells.into_iter();
            let target = texts(cells.next(), places.len());
            let located = self.target.push(&target, &places);
            located.map_err(|(place, error)| self.locate(place, self.layout.target, error))?;
            let keep = kept(&target);
            if let Some(column) = self.layout.weight {
                self.push_weights(column, cells.next(), &places, keep.as_deref())?;
            }
            for (feature, cells) in cells.enumerate() {
                self.push_feature(feature, cells, keep.as_deref())?;
            }
            Ok(())
        })
    }

    /// Whether there are columns that have to be read again.
    pub(super) fn is_mixed(&self) -> bool {
        self.features.iter().any(GrowingColumn::is_mixed)
    }

    /// Reads the columns again, as texts, that were numbers or dates at first and then were not.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn read_mixed_again(&mut self, input: &mut Input) -> Result<()> {
        let is_mixed = |&feature: &usize| self.features[feature].is_mixed();
        let mixed: Vec<usize> = (0..self.features.len()).filter(is_mixed).collect();
        let mut columns = vec![(self.layout.target, ReadAs::Text)];
        columns.extend(mixed.iter().map(|&i| (self.layout.features[i].0, ReadAs::Text)));
        for &feature in &mixed {
            self.features[feature] = GrowingColumn::default();
        }
        input.for_each(&Wanted { columns: &columns, missing: self.missing }, Ok, |chunk: Chunk| {
            let (places, cells) = chunk.into_parts();
            let mut cells = cells.into_iter();
            let keep = kept(&texts(cells.next(), places.len()));
            for (&feature, cells) in mixed.iter().zip(cells) {
                self.push_feature(feature, cells, keep.as_deref())?;
            }
            Ok(())
        })
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
        cells: Option<Cells>,
        places: &[u64],
        keep: Option<&[bool]>,
    ) -> Result<()> {
        let weights = doubles(cells, places.len());
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
        let Self { layout, header, target, weights, features, .. } = self;
        let in_target =
            |error: Error| error.in_file(header.file()).in_column(&layout.options.target);
        let n_missing = target.n_missing;
        if let Some(first) = target.first_missing
            && !layout.options.drop_missing_target
        {
            let rows =
                if n_missing == 1 { "1 row has".into() } else { format!("{n_missing} rows have") };
            return Err(in_target(Error::data(format!(
                "{rows} no target, the first in {}",
                header.place(first)
            )))
            .help("fill it in, or leave such rows out with --drop-missing-target"));
        }
        let values = target
            .finish()
            .map_err(|(place, error)| header.locate(place, Some(layout.target), error))?;
        if values.is_empty() {
            let found = if n_missing == 0 {
                "there is a header, but no rows"
            } else {
                "no row has a target"
            };
            return Err(in_target(Error::data(found)).help("a forest needs rows to learn from"));
        }
        if let Some(only) = values.only() {
            return Err(in_target(Error::data(format!(
                "all rows have the target '{}'",
                shorten(&only)
            )))
            .help("a forest needs two or more to tell apart: is --target the right column?"));
        }
        if layout.weight.is_some() && weights.iter().all(|&weight| weight == 0.0) {
            return Err(Error::data("all weights are zero")
                .in_file(header.file())
                .help("is --sample-weight the right column?"));
        }
        let names = layout.features.iter().map(|&(column, _)| header.names()[column].clone());
        Ok(Read {
            features: features
                .into_iter()
                .zip(names)
                .map(|(column, name)| column.finish(name))
                .collect(),
            values,
            weights: layout.weight.map(|_| weights),
            n_dropped: n_missing,
        })
    }
}

/// Which rows of a block have a target; `None` if all do.
fn kept(target: &Texts) -> Option<Vec<bool>> {
    let keep = || target.codes.iter().map(|&code| code != NO_TEXT);
    keep().any(|keep| !keep).then(|| keep().collect())
}

/// Cells that were asked for as texts.
pub(super) fn texts(cells: Option<Cells>, n_rows: usize) -> Texts {
    match cells {
        Some(Cells::Texts(texts)) => texts,
        _ => Texts { distinct: Vec::new(), codes: vec![NO_TEXT; n_rows] },
    }
}

/// Cells that were asked for as numbers or dates.
pub(super) fn doubles(cells: Option<Cells>, n_rows: usize) -> Vec<f64> {
    match cells {
        Some(Cells::Numbers(numbers) | Cells::Dates(numbers)) => numbers,
        _ => vec![f64::NAN; n_rows],
    }
}

/// Refuses what cannot be a row's weight.
///
/// # Errors
/// It is missing or negative.
pub(super) fn check_weight(weight: f64) -> Result<()> {
    if weight.is_nan() {
        return Err(Error::data("the weight is missing").help("fill it in; 0 leaves the row out"));
    }
    if weight < 0.0 {
        return Err(Error::data(format!("the weight is {weight}"))
            .help("a weight is 0, which leaves the row out, or more"));
    }
    Ok(())
}
