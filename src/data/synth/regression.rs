//! The recipe for a regression table: its settings, which of them make sense, and the table.
//!
//! Every draw stands in the order of scikit-learn 1.9's `make_regression`. Sums are plain loops, so
//! that they round alike on every machine.

use ndarray::{Array2, ArrayView1};
use serde::Serialize;

use super::checks::{check_counts, check_numbers};
use super::low_rank::{Profile, low_rank_matrix};
use super::numpy_random::RandomState;
use super::shuffle::shuffle;
use super::{Synthetic, SyntheticTarget, filled, zeros};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// The coefficients of informative features are drawn from 0 up to this.
const MAX_COEFFICIENT: f64 = 100.0;

/// A random linear regression problem: scikit-learn's `make_regression` for one target, parameter
/// for parameter and, for the same seed, number for number.
///
/// The target is a linear combination of the informative features plus [`bias`](Self::bias) and
/// Gaussian noise; the other features have no part in it. Unless shuffled, the informative ones are
/// the first columns.
///
/// The order of rows and columns equals that of scikit-learn 1.9; the numbers equal its to about
/// 1e-12, because it leaves the order of its sums to a linear algebra library.
///
/// ```
/// use forest::data::synth::{MakeRegression, SyntheticTarget};
///
/// let recipe = MakeRegression { n_samples: 200, n_features: 8, ..Default::default() };
/// let table = recipe.generate()?;
/// assert_eq!(table.x.dim(), (200, 8));
/// assert!(matches!(table.y, SyntheticTarget::Values(values) if values.len() == 200));
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MakeRegression {
    /// Rows, at least 1.
    pub n_samples: usize,
    /// Columns in all, at least 1.
    pub n_features: usize,
    /// Columns that the target depends on; more than there are means all.
    pub n_informative: usize,
    /// Added to the target.
    pub bias: f64,
    /// About how many dimensions explain most of the features, at least 1; none means independent
    /// features of variance 1.
    pub effective_rank: Option<usize>,
    /// The share of the noisy tail in the singular values of the features, in [0, 1]; without
    /// `effective_rank` it has no effect.
    pub tail_strength: f64,
    /// The standard deviation of the target's noise, at least 0.
    pub noise: f64,
    /// Whether rows and columns are shuffled.
    pub shuffle: bool,
    /// The seed.
    pub random_state: u32,
}

/// scikit-learn's defaults, but 1,000 rows of 20 features and a seed.
impl Default for MakeRegression {
    fn default() -> Self {
        Self {
            n_samples: 1000,
            n_features: 20,
            n_informative: 10,
            bias: 0.0,
            effective_rank: None,
            tail_strength: 0.5,
            noise: 0.0,
            shuffle: true,
            random_state: 42,
        }
    }
}

impl MakeRegression {
    /// The name of scikit-learn's function.
    pub(super) const NAME: &str = "make_regression";

    /// Whether a table can be made of these settings, apart from its size in memory.
    ///
    /// # Errors
    ///
    /// Names the first parameter that is wrong, what it may be, and what to do.
    pub fn check(&self) -> Result<()> {
        check_counts(&[
            (Parameter("n_samples"), self.n_samples, u32::MAX as usize),
            (Parameter("n_features"), self.n_features, usize::MAX),
            (Parameter("effective_rank"), self.effective_rank.unwrap_or(1), usize::MAX),
        ])?;
        let (share, noise) = (self.tail_strength, self.noise);
        let noise_allowed = noise.is_finite() && noise >= 0.0;
        check_numbers(&[
            (Parameter("bias"), self.bias, self.bias.is_finite(), "finite"),
            (Parameter("tail_strength"), share, (0.0..=1.0).contains(&share), "from 0 to 1"),
            (Parameter("noise"), noise, noise_allowed, "finite and at least 0"),
        ])
    }

    /// Makes the table: features of shape `n_samples` × `n_features`, and a value for each row.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check); where the table does not fit in memory; where it would hold a
    /// number too large for an `f64`.
    pub fn generate(&self) -> Result<Synthetic> {
        Ok(self.generate_with_coefficients()?.0)
    }

    /// Likewise, with the coefficient of each feature in the target, 0 for those without a part in
    /// it: what there is to be found out about the table.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate).
    pub fn generate_with_coefficients(&self) -> Result<(Synthetic, Vec<f64>)> {
        self.check()?;
        let mut rng = RandomState::new(self.random_state);
        let mut x = self.features(&mut rng)?;
        let mut coefficients = filled(self.n_features, 0.0)?;
        for coefficient in coefficients.iter_mut().take(self.n_informative) {
            *coefficient = MAX_COEFFICIENT * rng.uniform();
        }
        let mut y = filled(self.n_samples, 0.0)?;
        for (value, row) in y.iter_mut().zip(x.rows()) {
            *value = self.combination(row, &coefficients) + self.bias;
        }
        if self.noise > 0.0 {
            for value in &mut y {
                *value += self.noise * rng.standard_normal();
            }
        }
        if !y.iter().all(|value| value.is_finite()) {
            return Err(Error::setting("the target would hold numbers too large for an f64")
                .with_help(sentence![
                    "choose ",
                    Parameter("bias"),
                    " and ",
                    Parameter("noise"),
                    " nearer to 0"
                ]));
        }
        if self.shuffle {
            let mut before = filled(self.n_features, 0.0)?;
            before.copy_from_slice(&coefficients);
            let order = shuffle(&mut x, &mut y, &mut rng)?;
            coefficients.iter_mut().zip(order).for_each(|(to, column)| *to = before[column]);
        }
        Ok((Synthetic { x, y: SyntheticTarget::Values(y) }, coefficients))
    }

    fn features(&self, rng: &mut RandomState) -> Result<Array2<f64>> {
        let (n_rows, n_columns) = (self.n_samples, self.n_features);
        if let Some(effective_rank) = self.effective_rank {
            let profile = Profile { effective_rank, tail_strength: self.tail_strength };
            return low_rank_matrix(n_rows, n_columns, profile, rng);
        }
        let mut x = zeros(n_rows, n_columns)?;
        x.iter_mut().for_each(|value| *value = rng.standard_normal());
        Ok(x)
    }

    /// The informative part of a row, its columns not yet shuffled.
    fn combination(&self, row: ArrayView1<f64>, coefficients: &[f64]) -> f64 {
        let terms = row.iter().zip(coefficients).take(self.n_informative);
        terms.map(|(value, coefficient)| value * coefficient).sum()
    }
}
