//! Fitting, to arrays and to data sets of linfa.

use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use linfa::{DatasetBase, Float, ParamGuard};
use ndarray::{ArrayBase, ArrayView2, Data, Ix2};

use super::Forest;
use super::decision::Decision;
use super::features::Features;
use super::oob::out_of_bag;
use super::params::{ForestParams, ForestValidParams};
use super::target::Target;
use super::target_elem::TargetElem;
use crate::{Error, Result};

/// A fit that is about to begin: settings, and what goes with one fit only.
///
/// [`fit`](Fit::fit), of linfa's trait, takes a data set and gives a [`Classifier`](crate::Classifier)
/// or a [`Regressor`](crate::Regressor):
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
///
/// use forest::ForestParams;
/// use linfa::prelude::*;
/// use ndarray::array;
///
/// let x = array![[0.0], [1.0], [2.0], [7.0], [8.0], [9.0]];
/// let dataset = linfa::Dataset::new(x, array!["low", "low", "low", "high", "high", "high"]);
/// let n_done = AtomicUsize::new(0);
/// let count = || { n_done.fetch_add(1, Relaxed); };
/// let params = ForestParams::new().n_trees(50);
/// let classifier = params.fitter().oob_score(true).on_tree(&count).fit(&dataset)?;
/// assert_eq!(classifier.oob_score().and_then(|score| score.accuracy()), Some(1.0));
/// assert_eq!(n_done.into_inner(), 50);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// [`fit_forest`](Self::fit_forest) takes arrays and gives a [`Forest`].
#[derive(Clone, Copy)]
pub struct Fitter<'a> {
    params: Params<'a>,
    weights: Option<&'a [f64]>,
    oob_score: bool,
    on_tree: &'a (dyn Fn() + Sync),
}

#[derive(Clone, Copy)]
enum Params<'a> {
    Unchecked(&'a ForestParams),
    Valid(&'a ForestValidParams),
}

impl<'a> Params<'a> {
    fn check(self) -> Result<&'a ForestValidParams> {
        match self {
            Self::Unchecked(params) => params.check_ref(),
            Self::Valid(params) => Ok(params),
        }
    }
}

impl ForestParams {
    /// A fit with these settings; it checks them.
    pub fn fitter(&self) -> Fitter<'_> {
        Fitter::new(Params::Unchecked(self))
    }
}

impl ForestValidParams {
    /// A fit with these settings.
    pub fn fitter(&self) -> Fitter<'_> {
        Fitter::new(Params::Valid(self))
    }
}

impl<'a> Fitter<'a> {
    fn new(params: Params<'a>) -> Self {
        Self { params, weights: None, oob_score: false, on_tree: &|| () }
    }

    /// A weight for each row; `None`, unless set, for those of the data set, if it has any.
    ///
    /// A row's weight multiplies its draws wherever rows are counted: in impurities, leaves and
    /// importances, and in balanced class weights. It does not change how often the row is drawn, which
    /// only its class's weight [does](crate::ClassWeightIn::Draws), nor the limits that count rows. Rows of
    /// weight 0 are left out of every tree.
    #[must_use]
    pub fn weights(self, weights: Option<&'a [f64]>) -> Self {
        Self { weights, ..self }
    }

    /// Whether a classifier or regressor brings its out-of-bag score, and a regressor what prediction intervals are
    /// made of, which takes about as long as predicting the rows; `false` unless set. For a [`Forest`] there are
    /// [`oob_score`](crate::oob_score()) and [`oob_intervals`](crate::oob_intervals()).
    #[must_use]
    pub fn oob_score(self, oob_score: bool) -> Self {
        Self { oob_score, ..self }
    }

    /// Calls `on_tree`, on any thread, whenever a tree is done.
    #[must_use]
    pub fn on_tree(self, on_tree: &'a (dyn Fn() + Sync)) -> Self {
        Self { on_tree, ..self }
    }

    /// Fits a forest on `x` (rows × features; NaN is a missing value) and a target for each row.
    ///
    /// ```
    /// use forest::{ForestParams, Target};
    /// use ndarray::array;
    ///
    /// let x = array![[0.0_f32], [1.0], [f32::NAN], [5.0]];
    /// let params = ForestParams::new().n_trees(10).bootstrap(false);
    /// let target = Target::Values(&[1.0, 3.0, 2.5, 4.0]);
    /// let forest = params.fitter().fit_forest(x.view(), target)?;
    /// assert_eq!(forest.predict_values(x.view())?, [1.0, 3.0, 2.5, 4.0]);
    ///
    /// let codes = Target::Classes { codes: &[0, 0, 1, 1], n_classes: 2 };
    /// let weights = Some(&[1.0, 0.5, 1.0, 2.0][..]);
    /// let forest = params.fitter().weights(weights).fit_forest(x.view(), codes)?;
    /// assert_eq!(forest.predict_classes(x.view())?, [0, 0, 1, 1]);
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// Settings that are wrong by themselves, or do not fit the table or the task; a table without
    /// rows or features, with an infinite value; one class only or more than
    /// [`MAX_CLASSES`](crate::MAX_CLASSES); targets that are not finite, larger than 1e150 or all the
    /// same; weights that are negative, not finite, all 0, or not one for each row; targets that are
    /// not one for each row, or a class code that is not below the number of classes.
    pub fn fit_forest(&self, x: ArrayView2<f32>, target: Target) -> Result<Forest> {
        let params = self.params.check()?;
        let Self { weights, on_tree, .. } = *self;
        let fit = || Forest::fit_rows(params, &x.into(), target, weights, on_tree);
        params.on_threads(fit).map(|(forest, _)| forest)
    }
}

/// Fits a [`Classifier`](crate::Classifier) or a [`Regressor`](crate::Regressor), as the type of the
/// targets says. Records are rounded to `f32`; NaN is a missing value. The weights of the data set's
/// rows count; linfa's folds and its `shuffle` leave them behind.
///
/// # Errors
/// As [`fit_forest`](Fitter::fit_forest); a record that is too large for `f32`.
impl<F, D, T> Fit<ArrayBase<D, Ix2>, T, Error> for Fitter<'_>
where
    F: Float,
    D: Data<Elem = F>,
    T: AsSingleTargets<Elem: TargetElem>,
{
    type Object = <T::Elem as TargetElem>::Fitted;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Self::Object> {
        let params = self.params.check()?;
        let Self { oob_score, on_tree, .. } = *self;
        let weights: Option<Vec<f64>> =
            dataset.weights().map(|weights| weights.iter().map(|&weight| weight.into()).collect());
        let weights = self.weights.or(weights.as_deref());
        let records = dataset.records().view();
        let fit = |target: Target| {
            let x = Features::rounded(records);
            x.check_rounded(records)?;
            let (forest, _) = Forest::fit_rows(params, &x, target, weights, on_tree)?;
            let rows = if oob_score {
                out_of_bag(&forest, params, &x, target, weights, &Decision::MostProbable)?
            } else {
                None
            };
            Ok((forest, rows.filter(|rows| rows.score.covered > 0)))
        };
        T::Elem::fit(dataset.as_single_targets(), |target| params.on_threads(|| fit(target)))
    }
}

/// As a [`Fitter`] that nothing was added to.
///
/// # Errors
/// As [`fit_forest`](Fitter::fit_forest); a record that is too large for `f32`.
impl<F, D, T> Fit<ArrayBase<D, Ix2>, T, Error> for ForestValidParams
where
    F: Float,
    D: Data<Elem = F>,
    T: AsSingleTargets<Elem: TargetElem>,
{
    type Object = <T::Elem as TargetElem>::Fitted;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Self::Object> {
        self.fitter().fit(dataset)
    }
}
