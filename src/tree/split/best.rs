//! A candidate split, its score, and the best split of a node found so far.

/// A split of a node: ranks up to `cut` go left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NodeSplit {
    pub(crate) feature: u32,
    pub(crate) cut: u32,
    /// Whether rows without a value go left; `None` if the node has no such rows.
    pub(crate) missing_left: Option<bool>,
    /// How good it is, in units that are the same for all splits of a node.
    pub(crate) score: f64,
}

/// How good a split is, as `of / by`: most are found worse than another without a division. A split
/// that leaves a side empty has nothing in both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Score {
    pub(crate) of: f64,
    pub(crate) by: f64,
}

impl Score {
    /// Whether it is greater than `bar`.
    pub(super) fn exceeds(self, bar: f64) -> bool {
        (self.by > 0.0) & (self.of > bar * self.by)
    }

    pub(super) fn value(self) -> f64 {
        self.of / self.by
    }
}

/// The best split so far. Of equally good ones, the first wins.
pub(crate) struct Best {
    pub(super) min_samples_leaf: usize,
    /// By how much a score has to exceed another's to be greater.
    margin: f64,
    /// No split is better than this by more than rounding.
    perfect: f64,
    /// What a better split has to exceed.
    bar: f64,
    split: Option<NodeSplit>,
}

impl Best {
    pub(super) fn new(min_samples_leaf: usize, margin: f64, perfect: f64) -> Self {
        Self { min_samples_leaf, margin, perfect, bar: f64::NEG_INFINITY, split: None }
    }

    pub(super) fn bar(&self) -> f64 {
        self.bar
    }

    pub(super) fn margin(&self) -> f64 {
        self.margin
    }

    /// Whether no split can be better.
    pub(super) fn is_perfect(&self) -> bool {
        self.bar >= self.perfect
    }

    /// Makes a split the best, whose score exceeds the bar. `make` names it.
    pub(super) fn take(&mut self, score: Score, make: impl FnOnce(f64) -> NodeSplit) {
        let value = score.value();
        self.bar = value + self.margin;
        self.split = Some(make(value));
    }

    pub(super) fn split(self) -> Option<NodeSplit> {
        self.split
    }
}
