//! Which rows train and which are held out to test: scikit-learn's `train_test_split`, row for row.

use std::collections::BTreeMap;

use serde::Serialize;

use super::target::TargetValues;
use crate::data::synth::numpy_random::RandomState;
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// Of the classes that are too small, an error names this many.
const MOST_NAMED: usize = 5;

/// How to divide a table into rows to train on and rows to test on.
///
/// ```
/// use forest::data::split::Split;
///
/// let split = Split { test_size: 0.25, random_state: 42, stratify: true };
/// let names = ["no".to_string(), "yes".to_string()];
/// let parts = split.indices(&[0, 0, 1, 0, 1, 0, 1, 1], &names)?;
/// assert_eq!((parts.train.len(), parts.test.len()), (6, 2));
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Split {
    /// The share of rows held out, in [0, 1), rounded up to whole rows; 0 holds out none.
    pub test_size: f64,
    /// The seed.
    pub random_state: u32,
    /// Whether each class keeps its share of the rows on both sides.
    pub stratify: bool,
}

/// The two sides of a split, as row numbers of the table counted from 0, in the order in which
/// scikit-learn gives them. No row is on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The rows to train on.
    pub train: Vec<usize>,
    /// The rows held out.
    pub test: Vec<usize>,
}

impl Split {
    /// Nothing is held out, or nobody knows what.
    pub(crate) const NONE: Self = Self { test_size: 0.0, random_state: 0, stratify: false };

    /// Divides the rows of a table with these `labels`: class codes, each the place of its class's
    /// name in `class_names`, which serves only to say in an error which class is meant.
    ///
    /// Equal to `train_test_split(np.arange(n), test_size=…, random_state=…, stratify=labels or
    /// None)` of scikit-learn 1.9, except that a `test_size` of 0 puts every row into `train`, in
    /// the table's order.
    ///
    /// # Errors
    ///
    /// A `test_size` outside [0, 1); no row left to train on; and when stratifying, a class with
    /// fewer than two rows, or a side with fewer rows than there are classes.
    pub fn indices(&self, labels: &[u32], class_names: &[String]) -> Result<Parts> {
        let (n_train, n_test) = self.sizes(labels.len())?;
        if self.stratify && n_test > 0 {
            return self.stratified(labels, class_names, [n_train, n_test]);
        }
        self.plain(labels.len())
    }

    /// How many of a table's rows are held out.
    pub(crate) fn n_test(&self, n_rows: u64) -> u64 {
        (self.test_size * n_rows as f64).ceil() as u64
    }

    /// Divides rows by chance alone.
    pub(super) fn plain(&self, n_rows: usize) -> Result<Parts> {
        let (n_train, n_test) = self.sizes(n_rows)?;
        if n_test == 0 {
            return Ok(Parts { train: (0..n_train).collect(), test: Vec::new() });
        }
        let mut test = RandomState::new(self.random_state).permutation(n_rows);
        let train = test.split_off(n_test);
        Ok(Parts { train, test })
    }

    /// Divides the rows of a table with this target by chance; [`Table::parts`](crate::data::Table::parts)
    /// heeds groups and orders.
    ///
    /// # Errors
    ///
    /// As [`indices`](Self::indices); a target of numbers, if the split is to be stratified.
    pub fn parts(&self, target: &TargetValues) -> Result<Parts> {
        match target {
            TargetValues::Classes { names, codes } => self.indices(codes, names),
            TargetValues::Numbers(_) if self.stratify => Err(Error::setting(sentence![
                Parameter("stratify"),
                " keeps the shares of classes, and the target has none",
            ])
            .with_help(sentence!["leave out ", Parameter("stratify")])),
            TargetValues::Numbers(numbers) => self.plain(numbers.len()),
        }
    }

    pub(super) fn sizes(&self, n_rows: usize) -> Result<(usize, usize)> {
        let test_size = self.test_size;
        if !(0.0..1.0).contains(&test_size) {
            return Err(Error::out_of_range(
                Parameter("test_size"),
                test_size,
                "from 0 to below 1",
            )
            .with_help("give the share of rows to hold out: 0.25 for a quarter, 0 for none"));
        }
        if n_rows == 0 {
            return Err(Error::data("the table has no rows, so there are none to train on"));
        }
        let n_test = self.n_test(n_rows as u64) as usize;
        if n_test >= n_rows {
            return Err(Error::setting(sentence![
                Parameter("test_size"),
                format!(" {test_size} leaves no row to train on: the table has only {n_rows}"),
            ])
            .with_help(sentence![
                "lower ",
                Parameter("test_size"),
                ", or bring more rows"
            ]));
        }
        Ok((n_rows - n_test, n_test))
    }

    /// One round of scikit-learn's `StratifiedShuffleSplit`.
    fn stratified(
        &self,
        labels: &[u32],
        class_names: &[String],
        [n_train, n_test]: [usize; 2],
    ) -> Result<Parts> {
        let mut rows_of_class: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (row, &label) in labels.iter().enumerate() {
            rows_of_class.entry(label).or_default().push(row);
        }
        check_classes(&rows_of_class, class_names)?;
        check_sides(rows_of_class.len(), n_train, n_test)?;

        let mut rng = RandomState::new(self.random_state);
        let sizes: Vec<usize> = rows_of_class.values().map(Vec::len).collect();
        let for_train = approximate_mode(&sizes, n_train, &mut rng);
        let rest: Vec<usize> =
            sizes.iter().zip(&for_train).map(|(size, taken)| size - taken).collect();
        let for_test = approximate_mode(&rest, n_test, &mut rng);

        let mut parts =
            Parts { train: Vec::with_capacity(n_train), test: Vec::with_capacity(n_test) };
        for ((rows, n_train), n_test) in rows_of_class.values().zip(for_train).zip(for_test) {
            let mut shuffled = rng.permutation(rows.len()).into_iter().map(|place| rows[place]);
            parts.train.extend(shuffled.by_ref().take(n_train));
            parts.test.extend(shuffled.take(n_test));
        }
        rng.shuffle(&mut parts.train);
        rng.shuffle(&mut parts.test);
        Ok(parts)
    }
}

fn check_classes(rows_of_class: &BTreeMap<u32, Vec<usize>>, class_names: &[String]) -> Result<()> {
    let name = |code: &u32| {
        let name = class_names.get(*code as usize);
        format!("'{}'", name.map_or_else(|| code.to_string(), |name| shorten(name)))
    };
    let small: Vec<&u32> =
        rows_of_class.iter().filter(|(_, rows)| rows.len() < 2).map(|(code, _)| code).collect();
    if small.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = small.iter().take(MOST_NAMED).map(|code| name(code)).collect();
    let and_more = if small.len() > MOST_NAMED { ", …" } else { "" };
    Err(Error::setting(sentence![
        Parameter("stratify"),
        format!(
            " needs at least 2 rows of every class, but there is only 1 of {}{and_more}",
            named.join(", ")
        ),
    ])
    .with_help(sentence![
        "drop ",
        Parameter("stratify"),
        ", or bring more rows of that class"
    ]))
}

fn check_sides(n_classes: usize, n_train: usize, n_test: usize) -> Result<()> {
    let sides = [(n_train, "train on", "lower"), (n_test, "test on", "raise")];
    for (n_rows, purpose, remedy) in sides {
        if n_rows < n_classes {
            return Err(Error::setting(sentence![
                Parameter("stratify"),
                format!(" needs a row of each of the {n_classes} classes to {purpose}, but "),
                Parameter("test_size"),
                format!(" makes that side {n_rows} long"),
            ])
            .with_help(sentence![
                remedy,
                " ",
                Parameter("test_size"),
                ", or drop ",
                Parameter("stratify")
            ]));
        }
    }
    Ok(())
}

/// Shares `n_draws` out to classes in proportion to their `sizes`: the whole parts first, then what
/// is left to the largest remainders, equal ones in random order. scikit-learn's
/// `_approximate_mode`, an approximation to the mode of the multivariate hypergeometric
/// distribution.
fn approximate_mode(sizes: &[usize], n_draws: usize, rng: &mut RandomState) -> Vec<usize> {
    let total = sizes.iter().sum::<usize>() as f64;
    let shares: Vec<f64> = sizes.iter().map(|&size| size as f64 / total * n_draws as f64).collect();
    let mut counts: Vec<usize> = shares.iter().map(|share| share.floor() as usize).collect();
    let mut left = n_draws.saturating_sub(counts.iter().sum());

    let remainders: Vec<f64> = shares.iter().map(|share| share - share.floor()).collect();
    let mut classes: Vec<usize> = (0..sizes.len()).collect();
    classes.sort_by(|&a, &b| remainders[b].total_cmp(&remainders[a]));
    for tied in classes.chunk_by(|&a, &b| remainders[a] == remainders[b]) {
        if left == 0 {
            break;
        }
        for place in rng.permutation(tied.len()).into_iter().take(left) {
            counts[tied[place]] += 1;
        }
        left = left.saturating_sub(tied.len());
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    // Every literal below is what scikit-learn 1.9.1 returns for the call in the comment above it.

    const LABELS: [u32; 12] = [2, 0, 0, 2, 5, 2, 0, 5, 0, 2, 0, 5];

    fn split(test_size: f64, random_state: u32, stratify: bool, labels: &[u32]) -> Result<Parts> {
        Split { test_size, random_state, stratify }.indices(labels, &["red".into(), "blue".into()])
    }

    #[test]
    fn a_plain_split_is_scikit_learns() {
        // train_test_split(np.arange(12), test_size=.3, random_state=7)
        let parts = split(0.3, 7, false, &[0; 12]).unwrap();
        assert_eq!(parts.train, [0, 1, 11, 8, 3, 6, 9, 4]);
        assert_eq!(parts.test, [7, 10, 2, 5]);
    }

    #[test]
    fn a_stratified_split_is_scikit_learns_with_absent_class_codes() {
        // train_test_split(np.arange(12), test_size=.25, random_state=42, stratify=[2, 0, 0, 2, …])
        let parts = split(0.25, 42, true, &LABELS).unwrap();
        assert_eq!(parts.train, [2, 10, 5, 1, 3, 4, 7, 0, 6]);
        assert_eq!(parts.test, [11, 9, 8]);
    }

    #[test]
    fn leftover_draws_go_to_the_largest_remainders_and_ties_to_chance() {
        let mode = |sizes: &[usize], n_draws, seed| {
            approximate_mode(sizes, n_draws, &mut RandomState::new(seed))
        };
        // _approximate_mode(np.array([2, 2, 2, 1]), 2, RandomState(42)), and so on.
        assert_eq!(mode(&[2, 2, 2, 1], 2, 42), [1, 1, 0, 0]);
        assert_eq!(mode(&[7, 7, 7], 10, 3), [3, 4, 3]);
        assert_eq!(mode(&[5, 2], 4, 0), [3, 1]);
    }

    #[test]
    fn without_a_test_side_the_rows_stay_in_the_tables_order() {
        let parts = split(0.0, 42, true, &LABELS).unwrap();
        assert_eq!(parts, Parts { train: (0..12).collect(), test: Vec::new() });
    }

    #[test]
    fn an_impossible_split_names_its_parameter() {
        let message = |test_size, stratify, labels: &[u32]| {
            split(test_size, 42, stratify, labels).unwrap_err().to_string()
        };
        for test_size in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
            assert!(message(test_size, false, &LABELS).contains("must be from 0 to below 1"));
        }
        assert!(message(0.5, false, &[0]).contains("`test_size` 0.5 leaves no row to train on"));
        assert!(message(0.5, false, &[]).contains("no rows"));
        assert!(message(0.5, true, &[0, 0, 1]).ends_with("only 1 of 'blue'"));
        assert!(message(0.5, true, &[0, 3, 1]).ends_with("only 1 of 'red', 'blue', '3'"));
        let six_classes = message(0.5, true, &[0, 1, 2, 3, 4, 5]);
        assert!(six_classes.ends_with("'4', …"), "{six_classes}");
        assert!(message(0.1, true, &[0, 1, 0, 1]).contains("to test on"));
        assert!(message(0.7, true, &[0, 1, 0, 1]).contains("to train on"));
    }
}
