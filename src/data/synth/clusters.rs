//! Makes the table of a classification recipe: clusters, derived features, label noise, shuffling.
//!
//! Every draw stands in the order of scikit-learn 1.9's `make_classification`. Sums are plain
//! loops, so that they round alike on every machine.

use ndarray::{Array2, ArrayView1, Axis};

use super::classification::MakeClassification;
use super::numpy_random::RandomState;
use super::shuffle::shuffle;
use super::{Synthetic, SyntheticTarget, filled, hypercube, zeros};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

impl MakeClassification {
    /// Makes the table: features of shape `n_samples` × `n_features`, and labels from 0 to
    /// `n_classes` - 1.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check); where the table does not fit in memory; where it would hold a
    /// number too large for an `f64`.
    pub fn generate(&self) -> Result<Synthetic> {
        self.check()?;
        let mut x = zeros(self.n_samples, self.n_features)?;
        let mut y = filled(self.n_samples, 0)?;
        let mut rng = RandomState::new(self.random_state);
        self.fill_clusters(&mut x, &mut y, &mut rng)?;
        self.fill_redundant(&mut x, &mut rng)?;
        self.fill_repeated(&mut x, &mut rng);
        self.fill_noise(&mut x, &mut rng);
        self.flip_labels(&mut y, &mut rng)?;
        x.mapv_inplace(|value| (value + self.shift) * self.scale);
        if !x.iter().all(|value| value.is_finite()) {
            return Err(Error::setting("the table would hold numbers too large for an f64")
                .with_help(sentence![
                    "lower ",
                    Parameter("class_sep"),
                    ", ",
                    Parameter("shift"),
                    " or ",
                    Parameter("scale")
                ]));
        }
        if self.shuffle {
            shuffle(&mut x, &mut y, &mut rng)?;
        }
        Ok(Synthetic { x, y: SyntheticTarget::Classes(y) })
    }

    fn fill_clusters(
        &self,
        x: &mut Array2<f64>,
        y: &mut [u32],
        rng: &mut RandomState,
    ) -> Result<()> {
        let mut mixing = zeros(self.n_informative, self.n_informative)?;
        let mut mixed = filled(self.n_informative, 0.0)?;
        let n_clusters = self.n_classes * self.n_clusters_per_class;
        let centroids = self.centroids(n_clusters, rng)?;
        let mut informative = x.slice_axis_mut(Axis(1), (..self.n_informative).into());
        informative.iter_mut().for_each(|value| *value = rng.standard_normal());

        let mut rows = informative.rows_mut().into_iter().zip(y);
        for ((cluster, size), centroid) in
            self.cluster_sizes(n_clusters).enumerate().zip(centroids.rows())
        {
            fill_symmetric(&mut mixing, rng);
            for (mut row, label) in rows.by_ref().take(size) {
                product(row.view(), &mixing, &mut mixed);
                for ((value, mixed), centre) in row.iter_mut().zip(&mixed).zip(centroid) {
                    *value = mixed + centre;
                }
                *label = (cluster % self.n_classes) as u32;
            }
        }
        Ok(())
    }

    fn centroids(&self, n_clusters: usize, rng: &mut RandomState) -> Result<Array2<f64>> {
        let mut centroids = hypercube::corners(n_clusters, self.n_informative, rng)?;
        centroids.mapv_inplace(|bit| bit * (2.0 * self.class_sep) - self.class_sep);
        if !self.hypercube {
            for mut centroid in centroids.rows_mut() {
                let factor = rng.uniform();
                centroid *= factor;
            }
            for mut coordinate in centroids.columns_mut() {
                let factor = rng.uniform();
                coordinate *= factor;
            }
        }
        Ok(centroids)
    }

    /// Rows a cluster: the share of its class rounded down, then one more for each cluster in turn
    /// until no row is left.
    fn cluster_sizes(&self, n_clusters: usize) -> impl Iterator<Item = usize> {
        let base: Vec<usize> = self
            .class_shares()
            .iter()
            .map(|share| {
                (self.n_samples as f64 * share / self.n_clusters_per_class as f64) as usize
            })
            .collect();
        let left =
            self.n_samples.saturating_sub(base.iter().sum::<usize>() * self.n_clusters_per_class);
        let one_more = move |cluster| usize::from(cluster < left % n_clusters);
        (0..n_clusters).map(move |k| base[k % base.len()] + left / n_clusters + one_more(k))
    }

    fn class_shares(&self) -> Vec<f64> {
        let Some(weights) = &self.weights else {
            return vec![1.0 / self.n_classes as f64; self.n_classes];
        };
        let mut shares = weights.clone();
        if shares.len() < self.n_classes {
            shares.push(1.0 - weights.iter().sum::<f64>());
        }
        shares
    }

    fn fill_redundant(&self, x: &mut Array2<f64>, rng: &mut RandomState) -> Result<()> {
        let mut combination = zeros(self.n_informative, self.n_redundant)?;
        fill_symmetric(&mut combination, rng);
        let (informative, mut others) = x.view_mut().split_at(Axis(1), self.n_informative);
        let mut redundant = others.slice_axis_mut(Axis(1), (..self.n_redundant).into());
        let mut combined = filled(self.n_redundant, 0.0)?;
        for (from, mut to) in informative.rows().into_iter().zip(redundant.rows_mut()) {
            product(from, &combination, &mut combined);
            to.assign(&ArrayView1::from(&combined));
        }
        Ok(())
    }

    fn fill_repeated(&self, x: &mut Array2<f64>, rng: &mut RandomState) {
        let n_useful = self.n_informative + self.n_redundant;
        for column in n_useful..n_useful + self.n_repeated {
            let source = ((n_useful - 1) as f64 * rng.uniform() + 0.5) as usize;
            for mut row in x.rows_mut() {
                row[column] = row[source];
            }
        }
    }

    fn fill_noise(&self, x: &mut Array2<f64>, rng: &mut RandomState) {
        let first = self.n_informative + self.n_redundant + self.n_repeated;
        for value in x.slice_axis_mut(Axis(1), (first..).into()) {
            *value = rng.standard_normal();
        }
    }

    fn flip_labels(&self, y: &mut [u32], rng: &mut RandomState) -> Result<()> {
        // All rows are chosen before the first new label is drawn.
        let mut flipped = filled(y.len(), false)?;
        flipped.fill_with(|| rng.uniform() < self.flip_y);
        for (label, _) in y.iter_mut().zip(flipped).filter(|(_, flipped)| *flipped) {
            *label = rng.randint(self.n_classes) as u32;
        }
        Ok(())
    }
}

/// Fills with draws from [-1, 1).
fn fill_symmetric(matrix: &mut Array2<f64>, rng: &mut RandomState) {
    matrix.iter_mut().for_each(|value| *value = 2.0 * rng.uniform() - 1.0);
}

/// Sets `into` to the row vector `row` · `matrix`, each sum taken from the first term to the last.
fn product(row: ArrayView1<f64>, matrix: &Array2<f64>, into: &mut [f64]) {
    into.fill(0.0);
    for (value, factors) in row.iter().zip(matrix.rows()) {
        for (sum, factor) in into.iter_mut().zip(factors) {
            *sum += value * factor;
        }
    }
}
