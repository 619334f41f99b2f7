//! The rows that trees are grown on.

/// A training row as a tree sees it: where it is, its class, and how often the bootstrap drew it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    pub(crate) row: u32,
    /// Its class code; 0 if the tree predicts values.
    pub(crate) class: u16,
    pub(crate) draws: u16,
}

impl Sample {
    pub(crate) fn new(row: usize, class: u32, draws: u16) -> Self {
        Self { row: row as u32, class: class as u16, draws }
    }

    /// The draws times what each row weighs, 1 if nothing says.
    pub(crate) fn weight(self, row_weights: Option<&[f64]>) -> f64 {
        f64::from(self.draws) * row_weights.map_or(1.0, |weights| weights[self.row as usize])
    }
}
