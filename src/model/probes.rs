//! Probe rows: a model's own test, replayed to see that it still predicts what it did.

use ndarray::Array2;

use crate::data::Schema;
use crate::forest::features::Features;
use crate::tree::random::TreeRng;
use crate::{Error, Forest, Result};

/// How many probe rows a model carries, and how many a file can have.
pub(super) const N_PROBES: usize = 16;

/// The random stream that probe rows come from; trees have the numbers below.
const STREAM: u64 = u64::MAX;

/// Rows and what the forest gave for them when it was new.
#[derive(Clone, Debug)]
pub struct Probes {
    /// Probes × features.
    pub rows: Array2<f32>,
    /// Probes × the probability of each class, or the number.
    pub outputs: Array2<f64>,
}

/// By bits, so that a missing value is equal to itself.
impl PartialEq for Probes {
    fn eq(&self, other: &Self) -> bool {
        fn bits<T: Copy, B: Eq>(a: &Array2<T>, b: &Array2<T>, bits: fn(T) -> B) -> bool {
            a.dim() == b.dim() && a.iter().zip(b).all(|(&a, &b)| bits(a) == bits(b))
        }
        bits(&self.rows, &other.rows, f32::to_bits)
            && bits(&self.outputs, &other.outputs, f64::to_bits)
    }
}

impl Probes {
    /// Makes probe rows from the training rows `x`: each value is that of a row drawn for it alone.
    /// So they go the ways of real rows, and none of them gives a real row away.
    pub(super) fn new(forest: &Forest, x: &Features, seed: u64) -> Result<Self> {
        let mut rng = TreeRng::new(seed, STREAM);
        let rows = Array2::from_shape_simple_fn((N_PROBES, x.n_features()), || {
            rng.below(x.n_rows() as u32) as usize
        });
        // How a missing value came to be shows in its bits, which differ between machines.
        let value = |value: f32| if value.is_nan() { f32::NAN } else { value };
        let rows = ndarray::Zip::indexed(&rows)
            .map_collect(|(_, feature), &row| value(x.value(row, feature)));
        Ok(Self { outputs: forest.predict_outputs(rows.view())?, rows })
    }

    /// Makes probe rows where there is no table: each value is a threshold of the feature, or the next number above
    /// it, or missing; of a category the value of a level. So they go the ways of rows, and show any rounding.
    pub(super) fn of_thresholds(forest: &Forest, schema: &Schema) -> Result<Self> {
        let mut thresholds = vec![Vec::new(); forest.n_features()];
        for node in forest.trees.iter().flat_map(|tree| &tree.nodes) {
            if node.threshold.is_finite() && node.threshold < f32::MAX {
                thresholds[node.feature()].push(node.threshold);
            }
        }
        for (thresholds, feature) in thresholds.iter_mut().zip(&schema.features) {
            if let Some(levels) = feature.levels() {
                thresholds.clear();
                thresholds.extend(levels.values());
            }
        }
        let mut rng = TreeRng::new(0, STREAM);
        let rows = Array2::from_shape_fn((N_PROBES, forest.n_features()), |(_, feature)| {
            let thresholds = &thresholds[feature];
            let is_category = schema.features[feature].levels().is_some();
            match rng.below(10) {
                0 => f32::NAN,
                _ if thresholds.is_empty() => 0.0,
                how => {
                    let threshold = thresholds[rng.below(thresholds.len() as u32) as usize];
                    if how < 5 || is_category { threshold } else { threshold.next_up() }
                }
            }
        });
        Ok(Self { outputs: forest.predict_outputs(rows.view())?, rows })
    }

    /// Predicts the probe rows again.
    ///
    /// # Errors
    /// An output that is not, to the bit, what it was.
    pub(super) fn replay(&self, forest: &Forest) -> Result<()> {
        let outputs = forest.predict_outputs(self.rows.view())?;
        let pairs = outputs.indexed_iter().zip(&self.outputs);
        for (((probe, output), now), then) in pairs {
            if now.to_bits() != then.to_bits() {
                return Err(Error::model(format!(
                    "probe row {probe} gets {now} as output {output}; when the model was new it \
                     was {then}"
                ))
                .with_help(
                    "this file and this program do not fit together: do not use the model",
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{ForestParams, Target};

    #[test]
    fn a_missing_value_has_the_same_bits_whatever_made_it() {
        let x = array![[f32::from_bits(0xFFC0_0001)], [-f32::NAN], [f32::NAN], [-0.0]];
        let params = ForestParams::new().n_trees(1);
        let target = Target::Values(&[0.0, 1.0, 2.0, 3.0]);
        let forest = params.fitter().fit_forest(x.view(), target).unwrap();
        let probes = Probes::new(&forest, &x.view().into(), 1).unwrap();
        let mut bits: Vec<u32> = probes.rows.iter().map(|value| value.to_bits()).collect();
        bits.sort_unstable();
        bits.dedup();
        assert_eq!(bits, [0x7FC0_0000, 0x8000_0000]);
    }
}
