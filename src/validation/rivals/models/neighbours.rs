//! The nearest training rows: of few numbers a row by linfa-nn's tree, else by comparing with all of them.
//!
//! A query among 80,000 rows of 5, 10, 20 normal numbers takes 0.014, 0.39, 5.7 ms by the tree, 0.15, 0.25, 0.48 ms by
//! comparing, and 2.6, 3.0, 3.9 ms by linfa-nn's linear search. linfa-nn 0.8.1 has a ball tree, too: it peels off one row
//! at a time where half of the rows or more are equal in a column, until the stack overflows. Of equally
//! near rows its trees give whichever they meet first: here these are asked only how far away the last
//! neighbour is and what lies so near, and the first ones among the training rows are taken.

use linfa_nn::distance::L2Dist;
use linfa_nn::{KdTreeIndex, NearestNeighbourIndex};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use super::Fitted;
use crate::validation::rivals::training::Training;
use crate::{Error, Result};

/// The number of neighbours.
const K: usize = 5;

/// The most numbers a row for which the tree is faster.
const MAX_TREE_WIDTH: usize = 8;

/// Rows in a leaf of the tree.
const LEAF_SIZE: usize = 16;

/// Rows that are compared with a query at the same time.
const LANES: usize = 16;

/// Numbers of rows that are compared with all queries before the next ones are: as many as stay in a cache.
const BLOCK: usize = 8192;

/// The most numbers that are compared with queries: about a minute's work of a core.
const MAX_CELLS: usize = 200_000_000_000;

/// What the tree's distances can be off by, and ours.
const MARGIN: f64 = 1e-9;

/// Among how many rows of so many numbers it does not take too long to look for the neighbours of others.
pub(super) fn max_rows(width: usize, n_queries: usize) -> usize {
    if width <= MAX_TREE_WIDTH {
        return usize::MAX;
    }
    (MAX_CELLS / width.saturating_mul(n_queries).max(1)).max(K)
}

pub(super) struct Neighbours<'a> {
    index: Index<'a>,
    x: &'a Array2<f64>,
    targets: Vec<f64>,
    training: &'a Training<'a>,
}

enum Index<'a> {
    Tree(KdTreeIndex<'a, f64, L2Dist>),
    /// Groups of rows, in each column by column; not numbers where the last group has no row.
    Groups(Vec<[f64; LANES]>),
}

impl<'a> Neighbours<'a> {
    /// Of encoded rows, at least one.
    ///
    /// # Errors
    /// None that is known.
    pub(super) fn fit(x: &'a Array2<f64>, training: &'a Training) -> Result<Self> {
        let index = if x.ncols() <= MAX_TREE_WIDTH {
            let tree = KdTreeIndex::new(x, LEAF_SIZE, L2Dist)
                .map_err(|error| Error::data(format!("nearest neighbours: {error}")))?;
            Index::Tree(tree)
        } else {
            Index::Groups(grouped(x))
        };
        Ok(Self { index, x, targets: training.targets(), training })
    }

    /// Those of each query.
    fn nearest(&self, queries: ArrayView2<f64>) -> Vec<Nearest> {
        match &self.index {
            Index::Tree(tree) => {
                queries.rows().into_iter().map(|query| self.by_tree(tree, query)).collect()
            }
            Index::Groups(groups) => by_comparing(groups, queries),
        }
    }

    fn by_tree(&self, tree: &KdTreeIndex<f64, L2Dist>, query: ArrayView1<f64>) -> Nearest {
        let distance = |row: usize| {
            query.iter().zip(self.x.row(row)).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
        };
        // It refuses queries of another width only.
        let found = tree.k_nearest(query, K).unwrap_or_default();
        let last = found.iter().map(|&(_, row)| distance(row)).fold(0.0, f64::max);
        let radius = last.sqrt() * (1.0 + MARGIN);
        let mut nearest = Nearest::default();
        for (_, row) in tree.within_range(query, radius).unwrap_or_default() {
            nearest.meet(distance(row), row);
        }
        nearest
    }
}

fn grouped(x: &Array2<f64>) -> Vec<[f64; LANES]> {
    let mut groups = Vec::with_capacity(x.nrows().div_ceil(LANES) * x.ncols());
    for rows in x.axis_chunks_iter(Axis(0), LANES) {
        for column in rows.columns() {
            let mut lanes = [f64::NAN; LANES];
            for (lane, &value) in lanes.iter_mut().zip(column) {
                *lane = value;
            }
            groups.push(lanes);
        }
    }
    groups
}

fn by_comparing(groups: &[[f64; LANES]], queries: ArrayView2<f64>) -> Vec<Nearest> {
    let width = queries.ncols();
    let n_groups = (BLOCK / LANES / width).max(1);
    let mut found: Vec<(Vec<f64>, Nearest)> =
        queries.rows().into_iter().map(|query| (query.to_vec(), Nearest::default())).collect();
    for (block, start) in groups.chunks(n_groups * width).zip((0..).step_by(n_groups * LANES)) {
        for (query, nearest) in &mut found {
            for (group, start) in block.chunks_exact(width).zip((start..).step_by(LANES)) {
                let mut distances = [0.0; LANES];
                for (lanes, &value) in group.iter().zip(&*query) {
                    for (distance, other) in distances.iter_mut().zip(lanes) {
                        *distance += (value - other) * (value - other);
                    }
                }
                for (distance, row) in distances.into_iter().zip(start..) {
                    nearest.meet(distance, row);
                }
            }
        }
    }
    found.into_iter().map(|(_, nearest)| nearest).collect()
}

impl Fitted for Neighbours<'_> {
    fn outputs(&self, rows: ArrayView2<f64>) -> Vec<f64> {
        let n_outputs = self.training.n_classes().unwrap_or(1);
        let mut outputs = vec![0.0; rows.nrows() * n_outputs];
        for (nearest, outputs) in self.nearest(rows).iter().zip(outputs.chunks_mut(n_outputs)) {
            let mut total = 0.0;
            for &(_, place) in &nearest.rows {
                let (weight, target) = (self.training.weight(place), self.targets[place]);
                total += weight;
                match self.training.n_classes() {
                    Some(_) => outputs[target as usize] += weight,
                    None => outputs[0] += weight * target,
                }
            }
            for output in outputs {
                *output /= total;
            }
        }
        outputs
    }

    fn len(&self) -> usize {
        self.x.len() + self.targets.len()
    }
}

/// The nearest of the rows that were met, by square distance, and of equally near ones by number.
struct Nearest {
    rows: Vec<(f64, usize)>,
    /// What is not nearer is not looked at, once there are enough.
    last: f64,
}

impl Default for Nearest {
    fn default() -> Self {
        Self { rows: Vec::with_capacity(K + 1), last: f64::INFINITY }
    }
}

impl Nearest {
    #[inline]
    fn meet(&mut self, distance: f64, row: usize) {
        if distance <= self.last {
            self.insert(distance, row);
        }
    }

    fn insert(&mut self, distance: f64, row: usize) {
        let at = self.rows.partition_point(|&other| other < (distance, row));
        self.rows.insert(at, (distance, row));
        self.rows.truncate(K);
        if let [.., (last, _)] = self.rows[..]
            && self.rows.len() == K
        {
            self.last = last;
        }
    }
}
