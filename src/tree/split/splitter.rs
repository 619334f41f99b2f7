//! How splits are chosen.

/// How a node chooses among the splits of a feature that it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splitter {
    /// The best of all.
    Best,
    /// One threshold, drawn uniformly between the minimum and the maximum of the feature's values in the
    /// node, as in extremely randomised trees (Geurts, Ernst and Wehenkel, "Extremely randomized trees",
    /// Machine Learning 63, 2006). The best of the features' splits is then taken.
    Random,
}
