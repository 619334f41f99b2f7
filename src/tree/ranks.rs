//! Columns as dense integer ranks, made once a forest: growing a tree is integer work from then on.
//! A value that is missing (not a number) ranks after all others.
//!
//! Where thresholds are drawn, ranks are not dense: they are the [values' own bits](bits), and nothing has to
//! be sorted.

mod bins;
pub(crate) mod bits;

use super::column::ColumnView;
use super::radix::{high_half, sort_by_high_half};
use super::sample::Sample;
use super::split::splitter::Splitter;
use crate::threads;
use bins::Bins;
use bits::ordered_bits;

/// The maximum number of columns that lie row by row: a node that looks at several of them finds them
/// side by side. With more, the columns between would be dragged through the cache.
const MAX_COLUMNS_BY_ROW: usize = 64;

/// The number of columns that are ranked at a time before they are stored, to keep few of them twice.
const BATCH: usize = 8;

/// The ranks of a table.
pub(crate) struct Ranks<'a> {
    columns: Vec<RankedColumn<'a>>,
    n_rows: usize,
    by_row: bool,
    cells: Cells,
    /// The splits that they are for.
    splitter: Splitter,
}

/// Ranks, as narrow as the column of the most values allows.
enum Cells {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

/// What there is to know of a column besides its ranks.
pub(crate) struct RankedColumn<'a> {
    /// Above those of all values.
    missing_rank: u32,
    has_missing: bool,
    values: ColumnView<'a>,
    /// `None` if each value has a rank of its own.
    bins: Option<Bins>,
}

/// What parts the rows of a node in a column.
#[derive(Clone, Copy)]
pub(crate) enum Border {
    /// The row of the maximum value on the left, and that of the minimum on the right.
    Rows([u32; 2]),
    /// A threshold that was drawn, by its rank.
    Drawn(u32),
}

impl<'a> Ranks<'a> {
    /// About how many bytes it takes to rank columns, at most.
    pub(crate) fn bytes(n_rows: usize, n_columns: usize, splitter: Splitter) -> usize {
        // Wide ones are made of the narrow.
        let is_wide = n_rows > usize::from(u16::MAX) || splitter == Splitter::Random;
        let cell = if is_wide { 6 } else { 2 };
        let sorting = BATCH.min(n_columns) * 2 * size_of::<u64>();
        let columns = n_columns * size_of::<RankedColumn>();
        n_rows.saturating_mul(n_columns * cell + sorting).saturating_add(columns)
    }

    /// Ranks columns of equal length, whose values are finite or missing, for splits of a kind. Columns of
    /// more than `max_bins` different values are binned: values of a bin share a rank.
    pub(crate) fn new(
        views: &[ColumnView<'a>],
        max_bins: Option<usize>,
        splitter: Splitter,
    ) -> Self {
        let n_rows = views.first().map_or(0, ColumnView::len);
        let mut ranks = Self {
            columns: Vec::with_capacity(views.len()),
            n_rows,
            by_row: views.len() <= MAX_COLUMNS_BY_ROW,
            cells: Cells::Narrow(vec![0; n_rows * views.len()]),
            splitter,
        };
        let ranked_column = match splitter {
            Splitter::Best => RankedColumn::new,
            Splitter::Random => RankedColumn::of_bits,
        };
        for batch in views.chunks(BATCH) {
            let ranked: Vec<_> = threads::map(batch, |view| ranked_column(*view, max_bins));
            let (columns, ranks_of): (Vec<_>, Vec<_>) = ranked.into_iter().unzip();
            ranks.push(columns, &ranks_of, views.len());
        }
        ranks
    }

    fn push(&mut self, columns: Vec<RankedColumn<'a>>, ranks: &[Vec<u32>], n_columns: usize) {
        let is_wide = |column: &RankedColumn| column.missing_rank() > u32::from(u16::MAX);
        if columns.iter().any(is_wide)
            && let Cells::Narrow(narrow) = &self.cells
        {
            self.cells = Cells::Wide(narrow.iter().map(|&rank| rank.into()).collect());
        }
        let first = self.columns.len();
        let place = Place { first, n_columns, n_rows: self.n_rows, by_row: self.by_row };
        match &mut self.cells {
            Cells::Narrow(cells) => place.store(ranks, cells, |rank| rank as u16),
            Cells::Wide(cells) => place.store(ranks, cells, |rank| rank),
        }
        self.columns.extend(columns);
    }

    pub(crate) fn n_columns(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn splitter(&self) -> Splitter {
        self.splitter
    }

    pub(crate) fn column(&self, column: u32) -> &RankedColumn<'a> {
        &self.columns[column as usize]
    }

    /// For one row, the position of its value among the different ones of the column, ascending, or
    /// of its bin among the bins; their number if it is missing.
    #[cfg(any(test, feature = "linfa-trees"))]
    pub(crate) fn rank(&self, row: u32, column: u32) -> u32 {
        let (row, column) = (row as usize, column as usize);
        let index = if self.by_row {
            row * self.columns.len() + column
        } else {
            column * self.n_rows + row
        };
        match &self.cells {
            Cells::Narrow(cells) => cells[index].into(),
            Cells::Wide(cells) => cells[index],
        }
    }

    /// The ranks of some rows in [`COLUMNS_ABREAST`] columns, one column after the other.
    pub(crate) fn gather(
        &self,
        samples: &[Sample],
        columns: [u32; COLUMNS_ABREAST],
        to: &mut [u32],
    ) {
        match &self.cells {
            Cells::Narrow(cells) => self.gather_from(cells, samples, columns, to),
            Cells::Wide(cells) => self.gather_from(cells, samples, columns, to),
        }
    }

    fn gather_from<T: Copy + Into<u32>>(
        &self,
        cells: &[T],
        samples: &[Sample],
        columns: [u32; COLUMNS_ABREAST],
        to: &mut [u32],
    ) {
        let columns = columns.map(|column| column as usize);
        let n_samples = samples.len();
        if self.by_row {
            let n_columns = self.columns.len();
            let (a, rest) = to.split_at_mut(n_samples);
            let (b, rest) = rest.split_at_mut(n_samples);
            let (c, d) = rest.split_at_mut(n_samples);
            let to = a.iter_mut().zip(b).zip(c).zip(d);
            for (sample, (((a, b), c), d)) in samples.iter().zip(to) {
                let row = &cells[sample.row as usize * n_columns..][..n_columns];
                *a = row[columns[0]].into();
                *b = row[columns[1]].into();
                *c = row[columns[2]].into();
                *d = row[columns[3]].into();
            }
        } else {
            for (column, to) in columns.into_iter().zip(to.chunks_exact_mut(n_samples)) {
                let column = &cells[column * self.n_rows..][..self.n_rows];
                for (sample, to) in samples.iter().zip(to) {
                    *to = column[sample.row as usize].into();
                }
            }
        }
    }

    /// The ranks of some rows in one column, in a slice as long as `samples`.
    pub(crate) fn gather_one(&self, samples: &[Sample], column: u32, to: &mut [u32]) {
        let (row_step, start) = if self.by_row {
            (self.columns.len(), column as usize)
        } else {
            (1, column as usize * self.n_rows)
        };
        let rows = samples.iter().map(|sample| start + sample.row as usize * row_step);
        match &self.cells {
            Cells::Narrow(cells) => rows.zip(to).for_each(|(at, to)| *to = cells[at].into()),
            Cells::Wide(cells) => rows.zip(to).for_each(|(at, to)| *to = cells[at]),
        }
    }
}

/// How many columns are gathered together.
pub(crate) const COLUMNS_ABREAST: usize = 4;

/// Where a batch of columns goes.
struct Place {
    first: usize,
    n_columns: usize,
    n_rows: usize,
    by_row: bool,
}

impl Place {
    fn store<T: Send>(&self, ranks: &[Vec<u32>], cells: &mut [T], cell: fn(u32) -> T) {
        const ROWS: usize = 1 << 12;
        if self.n_rows == 0 {
            return;
        }
        if !self.by_row {
            let columns = cells[self.first * self.n_rows..].chunks_mut(self.n_rows);
            threads::for_each(columns.zip(ranks).collect::<Vec<_>>(), |(column, ranks)| {
                column.iter_mut().zip(ranks).for_each(|(to, &rank)| *to = cell(rank));
            });
            return;
        }
        let blocks = cells.chunks_mut(ROWS * self.n_columns).enumerate();
        threads::for_each(blocks.collect::<Vec<_>>(), |(block, rows)| {
            for (column, ranks) in (self.first..).zip(ranks) {
                let to = rows.iter_mut().skip(column).step_by(self.n_columns);
                to.zip(&ranks[block * ROWS..]).for_each(|(to, &rank)| *to = cell(rank));
            }
        });
    }
}

impl<'a> RankedColumn<'a> {
    /// The column, and the rank of each of its rows.
    fn new(values: ColumnView<'a>, max_bins: Option<usize>) -> (Self, Vec<u32>) {
        let n_rows = values.len();
        let rows = values.values(0..n_rows).zip(0..).filter(|(value, _)| !value.is_nan());
        let mut order: Vec<u64> =
            rows.map(|(value, row)| u64::from(ordered_bits(value)) << 32 | row).collect();
        sort_by_high_half(&mut order, &mut Vec::new(), u32::BITS);

        let differs = |pair: &&[u64]| high_half(pair[0]) != high_half(pair[1]);
        let n_values = usize::from(!order.is_empty()) + order.windows(2).filter(differs).count();
        let max_bins = max_bins.filter(|&max_bins| max_bins < n_values);
        let n_ranks = max_bins.unwrap_or(n_values) as u32;
        let mut ranks = vec![n_ranks; n_rows];
        let bins = max_bins.map(|max_bins| Bins::new(values, &order, max_bins, &mut ranks));
        if bins.is_none() {
            let mut rank = 0;
            let mut previous = order.first().copied().map(high_half);
            for &key in &order {
                rank += u32::from(previous != Some(high_half(key)));
                previous = Some(high_half(key));
                ranks[key as u32 as usize] = rank;
            }
        }
        let has_missing = order.len() < n_rows;
        (Self { missing_rank: n_ranks, has_missing, values, bins }, ranks)
    }

    /// The same for thresholds that are drawn: ranks are [bits], those of the greatest value of the bin
    /// where there are bins.
    fn of_bits(values: ColumnView<'a>, max_bins: Option<usize>) -> (Self, Vec<u32>) {
        let bins = max_bins.and_then(|_| Self::new(values, max_bins).0.bins);
        let rank = |value: f32| match &bins {
            _ if value.is_nan() => bits::MISSING,
            Some(bins) => ordered_bits(bins.range(value)[1]),
            None => ordered_bits(value),
        };
        let ranks: Vec<u32> = values.values(0..values.len()).map(rank).collect();
        let has_missing = ranks.contains(&bits::MISSING);
        (Self { missing_rank: bits::MISSING, has_missing, values, bins }, ranks)
    }

    /// Whether a row has no value.
    pub(crate) fn has_missing(&self) -> bool {
        self.has_missing
    }

    /// The rank of rows without a value.
    pub(crate) fn missing_rank(&self) -> u32 {
        self.missing_rank
    }

    /// The threshold that sends rows to the sides of a border.
    pub(crate) fn threshold(&self, border: Border) -> f32 {
        match border {
            Border::Rows([left, right]) => self.midpoint(left, right),
            Border::Drawn(rank) => self.drawn(rank),
        }
    }

    /// One that was drawn; where there are bins, and it lies inside one, the next number below that bin.
    fn drawn(&self, rank: u32) -> f32 {
        let threshold = bits::value(rank);
        self.bins.as_ref().map_or(threshold, |bins| bins.outside(threshold))
    }

    /// A threshold that sends the value of row `left` left and that of row `right`, which is greater or
    /// missing, right under `x <= threshold`: the midpoint, or the left value where rounding would
    /// lift the midpoint onto the right one. All values are below the threshold that parts them from
    /// missing ones. Where there are bins, both are sent with all the values of theirs.
    pub(crate) fn midpoint(&self, left: u32, right: u32) -> f32 {
        let [low, high] = [left, right].map(|row| self.values.value(row as usize));
        if high.is_nan() {
            return f32::INFINITY;
        }
        let [low, high] = match &self.bins {
            Some(bins) => [bins.range(low)[1], bins.range(high)[0]],
            None => [low, high],
        };
        let midpoint = f64::midpoint(f64::from(low), f64::from(high)) as f32;
        // Of both zeros one is meant.
        (if midpoint < high { midpoint } else { low }) + 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f32]) -> (RankedColumn<'_>, Vec<u32>) {
        RankedColumn::new(ColumnView::new(values, None), None)
    }

    #[test]
    fn ranking_takes_a_rank_a_cell_and_two_keys_a_row_of_the_columns_that_are_sorted_at_once() {
        let column = size_of::<RankedColumn>();
        // Two bytes a cell; of more rows than those can tell apart four more.
        assert_eq!(Ranks::bytes(1000, 3, Splitter::Best), 1000 * (3 * 2 + 3 * 16) + 3 * column);
        assert_eq!(
            Ranks::bytes(70_000, 20, Splitter::Best),
            70_000 * (20 * 6 + 8 * 16) + 20 * column
        );
        assert_eq!(Ranks::bytes(1000, 3, Splitter::Random), 1000 * (3 * 6 + 3 * 16) + 3 * column);
    }

    #[test]
    fn ranks_are_dense_and_the_two_zeros_are_one_value() {
        let (column, ranks) = column(&[3.0, -0.0, -2.5, 0.0, 3.0]);
        assert_eq!(ranks, [2, 1, 0, 1, 2]);
        assert_eq!((column.missing_rank(), column.has_missing()), (3, false));
    }

    #[test]
    fn missing_values_rank_after_all_others_whatever_their_sign() {
        let (some_missing, ranks) = column(&[f32::NAN, 7.0, -f32::NAN, 1.0]);
        assert_eq!(ranks, [2, 1, 2, 0]);
        assert_eq!((some_missing.has_missing(), some_missing.missing_rank()), (true, 2));
        assert_eq!(some_missing.midpoint(1, 2), f32::INFINITY);
        let (all_missing, ranks) = column(&[f32::NAN; 3]);
        assert_eq!(ranks, [0; 3]);
        assert_eq!((all_missing.has_missing(), all_missing.missing_rank()), (true, 0));
    }

    #[test]
    fn a_threshold_separates_even_neighbouring_and_extreme_floats() {
        let next = f32::from_bits(1.0_f32.to_bits() + 1);
        let values = [f32::MIN, 1.0, next, 5.0, 8.0, f32::MAX];
        let (column, _) = column(&values);
        for left in 0..values.len() - 1 {
            let threshold = column.midpoint(left as u32, left as u32 + 1);
            assert!(values[left] <= threshold && threshold < values[left + 1]);
        }
        assert_eq!(column.midpoint(3, 4), 6.5);
    }

    #[test]
    fn a_threshold_at_zero_has_no_sign() {
        let low = -f32::from_bits(1);
        for zero in [0.0, -0.0] {
            let threshold = column(&[zero, f32::from_bits(1)]).0.midpoint(0, 1);
            assert_eq!(threshold.to_bits(), 0, "{threshold}");
            assert_eq!(column(&[low, zero]).0.midpoint(0, 1), low);
        }
    }

    #[test]
    fn a_threshold_parts_bins_whatever_values_of_theirs_it_is_made_of() {
        let values = [1.0, 8.0, -2.0, 5.0, f32::NAN, 20.0, 9.0];
        let (column, ranks) = RankedColumn::new(ColumnView::new(&values, None), Some(3));
        assert_eq!(ranks, [0, 1, 0, 1, 3, 2, 2]);
        assert_eq!(column.missing_rank(), 3);
        for (left, right) in [(0, 1), (0, 3), (2, 1), (2, 3)] {
            assert_eq!(column.midpoint(left, right), 3.0);
        }
        for (left, right) in [(0, 5), (2, 6)] {
            assert_eq!(column.midpoint(left, right), 5.0, "whatever lies between");
        }
        assert_eq!(column.midpoint(5, 4), f32::INFINITY);
    }

    #[test]
    fn a_drawn_threshold_stays_as_it_is_unless_it_parts_a_bin() {
        // The bins go from -2 to 1, from 5 to 8 and from 9 to 20; ranks are the bits of 1, 8 and 20.
        let values = [1.0, 8.0, -2.0, 5.0, f32::NAN, 20.0, 9.0];
        let view = ColumnView::new(&values, None);
        let (column, ranks) = RankedColumn::of_bits(view, Some(3));
        let [low, middle, high] = [1.0, 8.0, 20.0].map(ordered_bits);
        assert_eq!(ranks, [low, middle, low, middle, bits::MISSING, high, high]);
        assert_eq!((column.has_missing(), column.missing_rank()), (true, bits::MISSING));
        let threshold =
            |column: &RankedColumn, drawn| column.threshold(Border::Drawn(ordered_bits(drawn)));
        let below = |value: f32| value.next_down();
        for (drawn, kept) in [
            (1.0, 1.0),
            (3.0, 3.0),
            (below(5.0), below(5.0)),
            (5.0, below(5.0)),
            (6.5, below(5.0)),
            (8.0, 8.0),
            (8.5, 8.5),
            (9.0, below(9.0)),
            (19.0, below(9.0)),
            (f32::INFINITY, f32::INFINITY),
        ] {
            assert_eq!(threshold(&column, drawn), kept, "{drawn}");
            let exact = RankedColumn::of_bits(view, None).0;
            assert_eq!(threshold(&exact, drawn), drawn);
        }
        // Six bins of six values are none.
        assert_eq!(RankedColumn::of_bits(view, Some(6)).1, RankedColumn::of_bits(view, None).1);
    }

    #[test]
    fn ranks_are_found_by_row_and_by_column_narrow_and_wide() {
        for (n_columns, n_values) in [(3, 100), (3, 70_000), (70, 100), (70, 70_000)] {
            let value = |column: usize, row: usize| ((row * (column + 7)) % n_values) as f32;
            let table: Vec<Vec<f32>> = (0..n_columns)
                .map(|column| (0..70_000).map(|row| value(column, row)).collect())
                .collect();
            let views: Vec<_> = table.iter().map(|values| ColumnView::new(values, None)).collect();
            let ranks = Ranks::new(&views, None, Splitter::Best);
            let samples = [0, 69_999, 4_096, 7].map(|row| Sample { row, class: 0, draws: 1 });
            let columns = [2, 0, 1, 2];
            let mut to = [0; 4 * COLUMNS_ABREAST];
            ranks.gather(&samples, columns, &mut to);
            for (column, gathered) in columns.into_iter().zip(to.chunks(4)) {
                let expected = samples.map(|sample| {
                    let value = value(column as usize, sample.row as usize);
                    let mut values = table[column as usize].clone();
                    values.sort_unstable_by(f32::total_cmp);
                    values.dedup();
                    values.partition_point(|other| *other < value) as u32
                });
                assert_eq!(gathered, expected, "{n_columns} columns of {n_values} values");
                let mut one = [0; 4];
                ranks.gather_one(&samples, column, &mut one);
                assert_eq!(one, expected);
                assert_eq!(samples.map(|sample| ranks.rank(sample.row, column)), expected);
            }
        }
    }
}
