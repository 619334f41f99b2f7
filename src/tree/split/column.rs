//! A feature in a node.

/// The ranks that the rows of a node have in a feature.
pub(crate) struct NodeColumn<'a> {
    pub(super) feature: u32,
    /// A rank for each row of the node.
    pub(super) ranks: &'a [u32],
    /// The rank of rows without a value, if the node has some.
    pub(super) missing: Option<u32>,
    /// The least and the greatest rank of the rows that have a value, of which there is at least one.
    pub(super) least: u32,
    pub(super) greatest: u32,
}

impl<'a> NodeColumn<'a> {
    /// `missing` is the rank of rows without a value, if the table has some in this feature. `None`
    /// if the feature is constant in the node.
    pub(super) fn new(feature: u32, ranks: &'a [u32], missing: Option<u32>) -> Option<Self> {
        let (mut least, mut greatest) = (u32::MAX, 0);
        for &rank in ranks {
            least = least.min(rank);
            greatest = greatest.max(rank);
        }
        if least == greatest {
            return None;
        }
        let missing = missing.filter(|&missing| missing == greatest);
        if let Some(missing) = missing {
            let present = ranks.iter().filter(|&&rank| rank != missing);
            greatest = present.fold(0, |greatest, &rank| greatest.max(rank));
        }
        Some(Self { feature, ranks, missing, least, greatest })
    }

    /// How many ranks there are from the least to the greatest.
    pub(super) fn span(&self) -> usize {
        (self.greatest - self.least) as usize + 1
    }
}
