//! How far rows to predict are from the training rows, feature by feature.

use serde::Serialize;

use crate::data::histograms::{Histogram, Histograms};
use crate::data::schema::{FeatureKind, Schema};
use crate::metrics::{differ_beyond_chance, ks_distance, psi, psi_by_chance};

/// A population stability index above which a shift is usually called large (Siddiqi 2006).
pub(super) const LARGE: f64 = 0.25;

/// How far the values of a feature in some rows are from those of the training rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FeatureDrift {
    /// The feature's name.
    pub feature: String,
    /// The population stability index, [`psi`](crate::metrics::psi), of tenths of numbers or the most frequent levels,
    /// all others, and missing values.
    pub psi: f64,
    /// What it would be on average by chance alone, [`psi_by_chance`](crate::metrics::psi_by_chance).
    pub psi_by_chance: f64,
    /// Whether the rows differ by more than chance explains, [`differ_beyond_chance`](crate::metrics::differ_beyond_chance).
    pub beyond_chance: bool,
    /// Of numbers the Kolmogorov–Smirnov distance, [`ks_distance`](crate::metrics::ks_distance), of those that are there.
    pub ks: Option<f64>,
}

impl FeatureDrift {
    /// Whether the index is above a bound, and not by chance.
    pub fn exceeds(&self, bound: f64) -> bool {
        self.beyond_chance && self.psi > bound
    }

    /// Whether there is a shift that is usually called large.
    pub(super) fn is_large(&self) -> bool {
        self.exceeds(LARGE)
    }
}

/// How many rows are in each bin of the training rows' histograms, and after these without a value, feature by
/// feature. Nothing where there are no histograms.
#[derive(Clone, Debug, Default)]
pub(super) struct BinCounts(Vec<u64>);

/// Counts the values of one feature.
pub(super) struct BinCounter<'a> {
    histogram: Histogram<'a>,
    counts: &'a mut [u64],
}

impl BinCounts {
    pub(super) fn new(histograms: Option<&Histograms>) -> Self {
        Self(vec![0; histograms.map_or(0, |all| all.n_bins() + all.len())])
    }

    /// For each feature what counts its values.
    pub(super) fn counters<'a>(
        &'a mut self,
        histograms: Option<&'a Histograms>,
    ) -> impl Iterator<Item = BinCounter<'a>> {
        let mut rest = &mut self.0[..];
        histograms.into_iter().flat_map(Histograms::iter).map(move |histogram| {
            let (counts, after) = std::mem::take(&mut rest).split_at_mut(histogram.rows.len() + 1);
            rest = after;
            BinCounter { histogram, counts }
        })
    }

    /// Adds what was counted in other rows.
    pub(super) fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(count, more)| *count += more);
    }

    /// What it comes to; `None` without histograms or rows.
    pub(super) fn drift(&self, schema: &Schema) -> Option<Vec<FeatureDrift>> {
        let histograms = schema.histograms.as_ref()?;
        let mut rest = &self.0[..];
        let features = schema.features.iter().zip(histograms.iter());
        let drift = features.map(|(feature, histogram)| {
            let (new, after) = rest.split_at(histogram.rows.len() + 1);
            rest = after;
            let mut old: Vec<u64> = histogram.rows.iter().map(|&rows| rows.into()).collect();
            let is_category = matches!(feature.kind, FeatureKind::Category { .. });
            let ks = if is_category { None } else { ks_distance(&old, &new[..old.len()]) };
            old.push(feature.missing);
            FeatureDrift {
                feature: feature.name.clone(),
                psi: psi(&old, new),
                psi_by_chance: psi_by_chance(&old, new),
                beyond_chance: differ_beyond_chance(&old, new),
                ks,
            }
        });
        (self.0.iter().any(|&count| count > 0)).then(|| drift.collect())
    }
}

impl BinCounter<'_> {
    /// Counts numbers.
    pub(super) fn add_numbers(&mut self, numbers: &[f32]) {
        let missing = self.counts.len() - 1;
        let bins = self.histogram.of_numbers();
        for &number in numbers {
            self.counts[if number.is_nan() { missing } else { bins.bin(number) }] += 1;
        }
    }

    /// Counts texts by their codes, those of which no text is are missing; `levels` has the position of each text's level.
    pub(super) fn add_levels(&mut self, codes: &[u32], levels: &[Option<u32>]) {
        let missing = self.counts.len() - 1;
        let bins: Vec<usize> =
            levels.iter().map(|&level| self.histogram.bin_of_level(level)).collect();
        for &code in codes {
            self.counts[bins.get(code as usize).copied().unwrap_or(missing)] += 1;
        }
    }
}
