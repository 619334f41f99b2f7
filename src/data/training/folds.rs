//! Folds of a table for cross-validation: scikit-learn's, row for row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::split::Parts;
use super::split_by::SplitBy;
use super::table::Table;
use super::target::TargetValues;
use crate::data::synth::numpy_random::RandomState;
use crate::message::{count, shorten};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// How to divide a table into folds, each of which is the test rows of a training on others.
///
/// ```
/// use forest::data::Table;
/// use forest::data::folds::Folds;
/// use forest::data::synth::MakeClassification;
///
/// let table = Table::synthetic(MakeClassification { n_samples: 50, ..MakeClassification::default() })?;
/// let folds = Folds { n_folds: 5, n_repeats: 2, random_state: 42, stratify: true };
/// let folds = table.folds(&folds)?;
/// assert_eq!(folds.len(), 10);
/// let parts = folds[7].parts();
/// assert_eq!((parts.train.len(), parts.test.len()), (40, 10));
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Folds {
    /// How many folds, at least 2.
    pub n_folds: usize,
    /// How often the table is divided, at least 1, each time otherwise.
    pub n_repeats: usize,
    /// The seed.
    pub random_state: u32,
    /// Whether each class has about the same share of every fold.
    pub stratify: bool,
}

/// Five folds, once, with seed 42, by chance alone.
impl Default for Folds {
    fn default() -> Self {
        Self { n_folds: 5, n_repeats: 1, random_state: 42, stratify: false }
    }
}

/// One of the folds of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Which time the table was divided, from 0.
    pub repeat: usize,
    /// Which fold it is of that time, from 0.
    pub number: usize,
    /// For each row of the table the number of the fold that tests it. By time, the rows that none
    /// tests have 0, and the others one more than their number.
    tested_by: Arc<Vec<u32>>,
    by_time: bool,
}

impl Fold {
    /// The rows to train on and to test on, in the table's order: all others and those of the fold, or, by
    /// time, all that are earlier and those of the fold.
    pub fn parts(&self) -> Parts {
        let tested = self.number as u32 + u32::from(self.by_time);
        let mut parts = Parts::default();
        for (row, &fold) in self.tested_by.iter().enumerate() {
            if fold == tested {
                parts.test.push(row);
            } else if !self.by_time || fold < tested {
                parts.train.push(row);
            }
        }
        parts
    }
}

impl Table {
    /// Divides the rows into folds. They are those of scikit-learn 1.9 for the same seed:
    ///
    /// - by chance: `RepeatedKFold(n_splits, n_repeats, random_state)`, which with one repeat is
    ///   `KFold(n_splits, shuffle=True, random_state)`;
    /// - stratified: `RepeatedStratifiedKFold`, or `StratifiedKFold(n_splits, shuffle=True, random_state)`;
    /// - of groups, if that is what the table's splits go by: `GroupKFold(n_splits, shuffle=True,
    ///   random_state)`, repeats going on with the same random numbers;
    /// - in order: `TimeSeriesSplit(n_splits)` of the rows sorted by the column, except that rows of equal
    ///   values stay together: where a fold would begin among them, it begins with the first of them.
    ///
    /// # Errors
    /// Fewer than 2 folds, no repeat; fewer rows, groups or different values than the folds need; a target
    /// of numbers, groups or an order, if the folds are to be stratified; an order with repeats; and when
    /// stratifying, fewer rows than folds in every class.
    pub fn folds(&self, folds: &Folds) -> Result<Vec<Fold>> {
        let Folds { n_folds, n_repeats, random_state, stratify } = *folds;
        for (parameter, number, least) in
            [(Parameter("n_folds"), n_folds, 2), (Parameter("n_repeats"), n_repeats, 1)]
        {
            if number < least {
                let allowed = format!("at least {least}");
                return Err(Error::out_of_range(parameter, number, &allowed));
            }
        }
        check_rows(self.n_rows(), n_folds, "row", "rows")?;
        if stratify {
            self.check_stratify()?;
        }
        if let Some(SplitBy::Order { column, values }) = &self.split_by {
            if n_repeats > 1 {
                return Err(Error::setting(sentence![
                    Parameter("n_repeats"),
                    format!(" {n_repeats} does not go with "),
                    Parameter("order"),
                    ": an order divides rows in one way",
                ])
                .with_help(sentence!["leave out ", Parameter("n_repeats")]));
            }
            let tested_by = Arc::new(by_time(column, values, n_folds)?);
            let fold =
                |number| Fold { repeat: 0, number, tested_by: tested_by.clone(), by_time: true };
            return Ok((0..n_folds).map(fold).collect());
        }
        let mut rng = RandomState::new(random_state);
        let mut all = Vec::new();
        for repeat in 0..n_repeats {
            let tested_by = match (&self.split_by, &self.target.values) {
                (Some(SplitBy::Group { column, codes }), _) => {
                    of_groups(column, codes, n_folds, &mut rng)?
                }
                (_, TargetValues::Classes { codes, .. }) if stratify => {
                    stratified(codes, n_folds, &mut rng)?
                }
                _ => by_chance(self.n_rows(), n_folds, &mut rng),
            };
            let tested_by = Arc::new(tested_by);
            let fold =
                |number| Fold { repeat, number, tested_by: tested_by.clone(), by_time: false };
            all.extend((0..n_folds).map(fold));
        }
        Ok(all)
    }

    fn check_stratify(&self) -> Result<()> {
        let stratify = Parameter("stratify");
        let wrong = match (&self.split_by, &self.target.values) {
            (Some(by), _) => sentence![
                stratify,
                " keeps the shares of classes, and ",
                by.parameter(),
                " says which rows are tested"
            ],
            (None, TargetValues::Numbers(_)) => {
                sentence![stratify, " keeps the shares of classes, and the target has none"]
            }
            (None, TargetValues::Classes { .. }) => return Ok(()),
        };
        Err(Error::setting(wrong).with_help(sentence!["leave out ", stratify]))
    }
}

fn check_rows(found: usize, n_folds: usize, one: &str, several: &str) -> Result<()> {
    if found >= n_folds {
        return Ok(());
    }
    let found = count(found as u64, one, several);
    Err(Error::setting(sentence![
        Parameter("n_folds"),
        format!(" {n_folds} is more than the table has: {found}")
    ])
    .with_help(sentence!["lower ", Parameter("n_folds")]))
}

/// The sizes of parts of `n` that differ by at most one, the larger ones first.
fn sizes(n: usize, n_parts: usize) -> impl Iterator<Item = usize> {
    (0..n_parts).map(move |part| n / n_parts + usize::from(part < n % n_parts))
}

/// The fold of each row, if they are shuffled and dealt out in blocks.
fn by_chance(n_rows: usize, n_folds: usize, rng: &mut RandomState) -> Vec<u32> {
    let mut rows = rng.permutation(n_rows).into_iter();
    let mut fold_of_row = vec![0; n_rows];
    for (fold, size) in (0..).zip(sizes(n_rows, n_folds)) {
        rows.by_ref().take(size).for_each(|row| fold_of_row[row] = fold);
    }
    fold_of_row
}

/// The fold of each row, if groups are shuffled and dealt out in blocks.
fn of_groups(
    column: &str,
    codes: &[u32],
    n_folds: usize,
    rng: &mut RandomState,
) -> Result<Vec<u32>> {
    let groups: Vec<u32> = codes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let several = format!("groups in '{}'", shorten(column));
    check_rows(groups.len(), n_folds, &format!("group in '{}'", shorten(column)), &several)?;
    let fold_of_group = by_chance(groups.len(), n_folds, rng);
    let fold = |code: &u32| groups.binary_search(code).map_or(0, |group| fold_of_group[group]);
    Ok(codes.iter().map(fold).collect())
}

/// The fold of each row, if each class is dealt out for itself. Classes come in the order in which they
/// first occur, and take turns in having the larger parts.
fn stratified(codes: &[u32], n_folds: usize, rng: &mut RandomState) -> Result<Vec<u32>> {
    let mut rows_of_class: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (row, &code) in codes.iter().enumerate() {
        rows_of_class.entry(code).or_default().push(row);
    }
    let mut classes: Vec<Vec<usize>> = rows_of_class.into_values().collect();
    classes.sort_unstable_by_key(|rows| rows[0]);
    if classes.iter().all(|rows| rows.len() < n_folds) {
        return Err(Error::setting(sentence![
            Parameter("n_folds"),
            format!(" {n_folds} is more than any class has rows, which "),
            Parameter("stratify"),
            " deals out",
        ])
        .with_help(sentence!["lower ", Parameter("n_folds")]));
    }
    let mut fold_of_row = vec![0; codes.len()];
    let mut dealt = 0;
    for rows in classes {
        // Sorted by class, rows go to the folds in turn: how many of a class each gets.
        let mut counts = vec![0; n_folds];
        (dealt..dealt + rows.len()).for_each(|place| counts[place % n_folds] += 1);
        dealt += rows.len();
        let folds = (0..).zip(counts).flat_map(|(fold, n)| std::iter::repeat_n(fold, n));
        let mut folds: Vec<u32> = folds.collect();
        rng.shuffle(&mut folds);
        rows.into_iter().zip(folds).for_each(|(row, fold)| fold_of_row[row] = fold);
    }
    Ok(fold_of_row)
}

/// For each row 0 if it is only ever trained on, else the number of its fold, from 1.
fn by_time(column: &str, values: &[f32], n_folds: usize) -> Result<Vec<u32>> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let n = sorted.len();
    let n_test = n / (n_folds + 1);
    // The least value of each fold.
    let starts: Vec<f32> =
        (0..n_folds).map(|fold| sorted[(n - (n_folds - fold) * n_test).min(n - 1)]).collect();
    let differ = starts.windows(2).all(|pair| pair[0] < pair[1]);
    if n_test == 0 || sorted[0] == starts[0] || !differ {
        let column = shorten(column);
        return Err(Error::setting(sentence![
            Parameter("n_folds"),
            format!(" {n_folds} is more than '{column}' allows: too many rows share a value, or there are too few"),
        ])
        .with_help(sentence!["lower ", Parameter("n_folds"), ", or give another ", Parameter("order")]));
    }
    Ok(values.iter().map(|value| starts.partition_point(|start| start <= value) as u32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synth::{MakeClassification, MakeRegression};

    // Every list of test rows below is what scikit-learn 1.9.1 returns for the call in the comment above it.

    const CODES: [u32; 12] = [2, 0, 0, 2, 5, 2, 0, 5, 0, 2, 0, 5];
    const GROUPS: [u32; 12] = [3, 3, 1, 1, 0, 2, 2, 4, 4, 4, 0, 1];

    fn table(n: usize, split_by: Option<SplitBy>) -> Table {
        let recipe = MakeClassification { n_samples: n, ..MakeClassification::default() };
        let mut table = Table::synthetic(recipe).unwrap();
        if n == CODES.len() {
            let names = (0..6).map(|class| class.to_string()).collect();
            table.target.values = TargetValues::Classes { names, codes: CODES.to_vec() };
        }
        table.split_by = split_by;
        table
    }

    fn groups() -> SplitBy {
        SplitBy::Group { column: "g".to_owned(), codes: GROUPS.to_vec() }
    }

    fn order(values: &[f32]) -> SplitBy {
        SplitBy::Order { column: "t".to_owned(), values: values.to_vec() }
    }

    fn folds(n_folds: usize, n_repeats: usize, random_state: u32, stratify: bool) -> Folds {
        Folds { n_folds, n_repeats, random_state, stratify }
    }

    fn test_rows(table: &Table, by: &Folds) -> Vec<Vec<usize>> {
        let all = 0..table.n_rows();
        let test = |fold: &Fold| {
            let Parts { train, test } = fold.parts();
            assert!(train.iter().all(|row| all.contains(row) && !test.contains(row)));
            test
        };
        table.folds(by).unwrap().iter().map(test).collect()
    }

    fn error(table: &Table, by: &Folds) -> String {
        table.folds(by).unwrap_err().to_string()
    }

    #[test]
    fn folds_by_chance_are_scikit_learns_with_repeats() {
        // RepeatedKFold(n_splits=3, n_repeats=2, random_state=7).split(np.zeros(11))
        let expected: [&[usize]; 6] =
            [&[0, 2, 5, 8], &[1, 3, 7, 10], &[4, 6, 9], &[1, 2, 3, 5], &[0, 4, 6, 9], &[7, 8, 10]];
        assert_eq!(test_rows(&table(11, None), &folds(3, 2, 7, false)), expected);
        // KFold(3, shuffle=True, random_state=7)
        assert_eq!(test_rows(&table(11, None), &folds(3, 1, 7, false)), expected[..3]);
    }

    #[test]
    fn stratified_folds_are_scikit_learns_with_absent_class_codes() {
        // RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=42).split(X, CODES)
        let expected: [&[usize]; 6] = [
            &[0, 4, 5, 6],
            &[1, 7, 9, 10],
            &[2, 3, 8, 11],
            &[0, 3, 4, 6],
            &[2, 7, 9, 10],
            &[1, 5, 8, 11],
        ];
        assert_eq!(test_rows(&table(12, None), &folds(3, 2, 42, true)), expected);
    }

    #[test]
    fn folds_of_groups_are_scikit_learns() {
        // r = RandomState(42); GroupKFold(3, shuffle=True, random_state=r).split(X, None, GROUPS), twice
        let expected: [&[usize]; 6] = [
            &[2, 3, 7, 8, 9, 11],
            &[4, 5, 6, 10],
            &[0, 1],
            &[0, 1, 2, 3, 11],
            &[4, 5, 6, 10],
            &[7, 8, 9],
        ];
        assert_eq!(test_rows(&table(12, Some(groups())), &folds(3, 2, 42, false)), expected);
    }

    #[test]
    fn folds_by_time_are_scikit_learns_but_for_equal_values() {
        // TimeSeriesSplit(3) of 11 rows in order: trains on 0..5, 0..7, 0..9.
        let backwards: Vec<f32> = (0..11_u8).rev().map(f32::from).collect();
        let by_time = table(11, Some(order(&backwards)));
        let expected: [&[usize]; 3] = [&[4, 5], &[2, 3], &[0, 1]];
        assert_eq!(test_rows(&by_time, &folds(3, 1, 0, false)), expected);
        let fold = &by_time.folds(&folds(3, 1, 0, false)).unwrap()[1];
        assert_eq!(fold.parts().train, [4, 5, 6, 7, 8, 9, 10]);
        // The second fold would begin between two rows of value 6: it takes both.
        let ties = [0., 1., 2., 3., 4., 5., 6., 6., 8., 9., 10.];
        let expected: [&[usize]; 3] = [&[5], &[6, 7, 8], &[9, 10]];
        assert_eq!(test_rows(&table(11, Some(order(&ties))), &folds(3, 1, 0, false)), expected);
    }

    #[test]
    fn folds_that_cannot_be_are_refused_by_name() {
        let numbers = Table::synthetic(MakeRegression::default()).unwrap();
        for (table, by, expected) in [
            (&table(12, None), folds(1, 1, 0, false), "`n_folds` is 1, but must be at least 2"),
            (&table(12, None), folds(2, 0, 0, false), "`n_repeats` is 0, but must be at least 1"),
            (
                &table(12, None),
                folds(13, 1, 0, false),
                "`n_folds` 13 is more than the table has: 12 rows",
            ),
            (&table(12, None), folds(6, 1, 0, true), "`n_folds` 6 is more than any class has rows"),
            (
                &table(12, Some(groups())),
                folds(6, 1, 0, false),
                "`n_folds` 6 is more than the table has: 5 groups in 'g'",
            ),
            (
                &table(12, Some(groups())),
                folds(2, 1, 0, true),
                "and `group` says which rows are tested",
            ),
            (&numbers, folds(2, 1, 0, true), "and the target has none"),
            (
                &table(4, Some(order(&[1., 2., 3., 4.]))),
                folds(2, 2, 0, false),
                "`n_repeats` 2 does not go with `order`",
            ),
            (
                &table(4, Some(order(&[1., 2., 3., 4.]))),
                folds(4, 1, 0, false),
                "more than 't' allows",
            ),
            (
                &table(4, Some(order(&[1., 1., 1., 4.]))),
                folds(2, 1, 0, false),
                "more than 't' allows",
            ),
        ] {
            let message = error(table, &by);
            assert!(message.contains(expected), "{message}");
        }
        // A class may have fewer rows than there are folds, as long as not all have.
        assert_eq!(test_rows(&table(12, None), &folds(5, 1, 0, true)).len(), 5);
    }
}
