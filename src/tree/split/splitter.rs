//! How splits are chosen.

/// Which of a feature's splits a node takes, before it chooses among features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splitter {
    /// The best of all.
    Best,
    /// One threshold, drawn uniformly between the minimum and the maximum of the feature's values in the
    /// node, as in extremely randomised trees (Geurts, Ernst and Wehenkel, "Extremely randomized trees",
    /// Machine Learning 63, 2006); the best of the features' splits is then taken. Missing values take the
    /// better side of it, and are parted from all values only where these do not vary.
    Random,
}
