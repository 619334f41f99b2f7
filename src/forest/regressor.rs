//! A forest that predicts numbers, as a model of linfa.

use std::marker::PhantomData;

use linfa::Float;
use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};

use super::Forest;
use super::features::Features;
use super::oob::OobScore;
use crate::Result;

/// A forest that predicts numbers of type `T`, `f32` or `f64`: what a [fit](crate::ForestParams) on a
/// data set of linfa gives whose targets are of that type.
///
/// ```
/// use forest::ForestParams;
/// use linfa::prelude::*;
/// use ndarray::{Array1, Array2, array};
///
/// let x = Array2::from_shape_fn((100, 1), |(row, _)| row as f64);
/// let y = Array1::from_shape_fn(100, |row| 3.0 * row as f64);
/// let dataset = linfa::Dataset::new(x, y);
/// let regressor = ForestParams::new().keep_quantiles(true).fit(&dataset)?;
/// assert!(regressor.predict(&dataset).r2(&dataset)? > 0.99);
/// let quantiles = regressor.predict_quantiles(&array![[50.0]], &[0.05, 0.95])?;
/// assert!(quantiles[[0, 0]] < 150.0 && quantiles[[0, 1]] > 150.0);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// Records may be `f32` or `f64`, which are rounded to `f32` as those of the fit were.
#[derive(Clone, Debug, PartialEq)]
pub struct Regressor<T> {
    forest: Forest,
    oob_score: Option<OobScore>,
    targets: PhantomData<T>,
}

impl<T> Regressor<T> {
    pub(super) fn new(forest: Forest, oob_score: Option<OobScore>) -> Self {
        Self { forest, oob_score, targets: PhantomData }
    }

    /// The forest.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// The forest alone.
    pub fn into_forest(self) -> Forest {
        self.forest
    }

    /// How well the trees predicted the rows that they were not grown on; `None` if the fit was not
    /// [asked](crate::Fitter::oob_score), without bootstrap, and where all trees have seen all rows.
    pub fn oob_score(&self) -> Option<&OobScore> {
        self.oob_score.as_ref()
    }
}

impl<T: Float> Regressor<T> {
    /// For each row of `x` (rows × features) the quantiles of the target (rows × `quantiles`), as
    /// [`Forest::predict_quantiles`] gives them.
    ///
    /// # Errors
    /// A forest without its leaves' targets, which
    /// [`keep_quantiles`](crate::ForestParams::keep_quantiles) keeps; a probability outside of 0 to
    /// 1; another number of features than the forest was fitted on.
    pub fn predict_quantiles<F: Float, D: Data<Elem = F>>(
        &self,
        x: &ArrayBase<D, Ix2>,
        quantiles: &[f64],
    ) -> Result<Array2<T>> {
        let x = Features::rounded(x.view());
        Ok(self.forest.predict_quantiles(x, quantiles)?.mapv(T::cast))
    }
}

/// Predicts numbers.
///
/// # Panics
/// If the rows have another number of features than the forest was fitted on, or `y` another length
/// than there are rows; linfa's trait leaves no room for an error. [`Forest::predict_values`] returns
/// one.
impl<F: Float, D: Data<Elem = F>, T: Float> PredictInplace<ArrayBase<D, Ix2>, Array1<T>>
    for Regressor<T>
{
    fn predict_inplace<'a>(&'a self, x: &'a ArrayBase<D, Ix2>, y: &mut Array1<T>) {
        let values = self.forest.outputs(&Features::rounded(x.view()));
        let values = values.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(values.len(), y.len(), "a target for each row");
        *y = values.into_iter().map(T::cast).collect();
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<T> {
        Array1::zeros(x.nrows())
    }
}
