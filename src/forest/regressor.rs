//! A forest that predicts numbers, as a model of linfa.

use std::marker::PhantomData;

use linfa::Float;
use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};

use super::Forest;
use super::features::Features;
use super::intervals::Intervals;
use super::oob::{OobScore, OutOfBag};
use crate::{Error, Result};

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
    intervals: Option<Intervals>,
    targets: PhantomData<T>,
}

impl<T> Regressor<T> {
    pub(super) fn new(forest: Forest, out_of_bag: Option<OutOfBag>) -> Self {
        let oob_score = out_of_bag.as_ref().map(|rows| rows.score);
        let intervals = out_of_bag.and_then(|rows| rows.intervals);
        Self { forest, oob_score, intervals, targets: PhantomData }
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

    /// What prediction intervals are made of; `None` if the fit was not [asked](crate::Fitter::oob_score) for its
    /// out-of-bag score, without bootstrap, where all trees have seen all rows, and without
    /// [`intervals`](crate::ForestParams::intervals).
    pub fn intervals(&self) -> Option<&Intervals> {
        self.intervals.as_ref()
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

    /// For each row of `x` (rows × features) the lower and the upper end of its prediction interval of a level, such as 0.9
    /// (rows × 2, in units of the target), as [`Intervals`] make them.
    ///
    /// ```
    /// use forest::ForestParams;
    /// use linfa::prelude::*;
    /// use ndarray::{Array1, Array2, array};
    ///
    /// let x = Array2::from_shape_fn((100, 1), |(row, _)| row as f64);
    /// let y = Array1::from_shape_fn(100, |row| 3.0 * row as f64);
    /// let params = ForestParams::new();
    /// let regressor = params.fitter().oob_score(true).fit(&linfa::Dataset::new(x, y))?;
    /// let bounds = regressor.predict_intervals(&array![[50.0]], 0.9)?;
    /// assert!(bounds[[0, 0]] < 150.0 && bounds[[0, 1]] > 150.0);
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// A regressor without [`intervals`](Self::intervals); a level that is not between 0 and 1, or above
    /// [`Intervals::max_level`]; another number of features than the forest was fitted on.
    pub fn predict_intervals<F: Float, D: Data<Elem = F>>(
        &self,
        x: &ArrayBase<D, Ix2>,
        level: f64,
    ) -> Result<Array2<T>> {
        let intervals = self.intervals.as_ref().ok_or_else(|| {
            Error::setting("the regressor has no out-of-bag residuals, which intervals are made of")
                .with_help("fit it with `Fitter::oob_score`, and with the bootstrap")
        })?;
        let predictions = self.forest.predict_spread(Features::rounded(x.view()))?;
        Ok(Array2::from(intervals.bounds(&predictions, level)?).mapv(T::cast))
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
