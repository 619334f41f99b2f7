//! Probe rows: a model's own test, replayed to see that it still predicts what it did.

use ndarray::{Array2, ArrayView2};

use crate::tree::random::TreeRng;
use crate::{Error, Forest, Result};

/// How many probe rows a model carries.
const N_PROBES: usize = 16;

/// The random stream that probe rows come from; trees have the numbers below.
const STREAM: u64 = u64::MAX;

/// Rows and the probabilities that the forest gave them when it was new.
#[derive(Clone, Debug, PartialEq)]
pub struct Probes {
    /// Probes × features.
    pub rows: Array2<f32>,
    /// Probes × classes.
    pub proba: Array2<f64>,
}

impl Probes {
    /// Makes probe rows from the training rows `x`: each value is that of a row drawn for it alone.
    /// So they go the ways of real rows, and none of them gives a real row away.
    pub(super) fn new(forest: &Forest, x: ArrayView2<f32>, seed: u64) -> Result<Self> {
        let mut rng = TreeRng::new(seed, STREAM);
        let rows =
            Array2::from_shape_simple_fn((N_PROBES, x.ncols()), || rng.below(x.nrows() as u32));
        let values = ndarray::Zip::indexed(&rows)
            .map_collect(|(_, feature), &row| x[(row as usize, feature)]);
        Ok(Self { proba: forest.predict_outputs(values.view())?, rows: values })
    }

    /// Predicts the probe rows again.
    ///
    /// # Errors
    /// A probability that is not, to the bit, what it was.
    pub(super) fn replay(&self, forest: &Forest) -> Result<()> {
        let proba = forest.predict_outputs(self.rows.view())?;
        let pairs = proba.indexed_iter().zip(&self.proba);
        for (((probe, class), now), then) in pairs {
            if now.to_bits() != then.to_bits() {
                return Err(Error::model(format!(
                    "probe row {probe} gets the probability {now} for class {class}; when the \
                     model was new it was {then}"
                ))
                .help("this file and this program do not fit together: do not use the model"));
            }
        }
        Ok(())
    }
}
