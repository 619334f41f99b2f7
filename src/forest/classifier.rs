//! A forest with the labels of its classes, as a model of linfa.

use linfa::Float;
use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};

use super::Forest;
use super::features::Features;
use super::oob::OobScore;
use crate::Result;

/// The label of a class: a `bool`, an integer, a text, or a type of your own.
///
/// ```
/// use forest::{ClassLabel, ForestParams};
/// use linfa::prelude::*;
/// use ndarray::array;
///
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
/// enum Fruit { Lemon, Melon }
/// impl ClassLabel for Fruit {}
///
/// let grams = array![[110.0], [120.0], [1500.0], [2000.0]];
/// let fruits = array![Fruit::Lemon, Fruit::Lemon, Fruit::Melon, Fruit::Melon];
/// let classifier = ForestParams::new().fit(&linfa::Dataset::new(grams, fruits))?;
/// assert_eq!(classifier.predict(&array![[1400.0]]), array![Fruit::Melon]);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// linfa's confusion matrix wants its own [`Label`](linfa::Label), which `bool`, `usize`, `String` and
/// `&str` are.
pub trait ClassLabel: Clone + Ord {}

macro_rules! class_labels {
    ($($label:ty)*) => { $(impl ClassLabel for $label {})* };
}

class_labels! { bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize String &str }

/// A forest that predicts labels: what a [fit](crate::ForestParams) on a data set of linfa gives whose
/// targets are of a type of [`ClassLabel`].
///
/// ```
/// use forest::ForestParams;
/// use linfa::prelude::*;
/// use ndarray::array;
///
/// let x = array![[0.1, 1.0], [0.2, f64::NAN], [4.1, 1.0], [4.2, 0.0]];
/// let dataset = linfa::Dataset::new(x, array![-1, -1, 5, 5]);
/// let classifier = ForestParams::new().n_trees(50).fit(&dataset)?;
/// assert_eq!(classifier.labels(), [-1, 5]);
/// let new = array![[0.0, 0.5], [9.0, 0.5]];
/// assert_eq!(classifier.predict(&new), array![-1, 5]);
/// let proba = classifier.predict_proba(&new)?;
/// assert!(proba[[0, 0]] > 0.5 && proba[[1, 1]] > 0.5);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// Records may be `f32` or `f64`, which are rounded to `f32` as those of the fit were.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier<L> {
    pub(super) forest: Forest,
    /// Ascending; a label's position is its class's code.
    pub(super) labels: Vec<L>,
    pub(super) oob_score: Option<OobScore>,
}

impl<L> Classifier<L> {
    /// The forest, which predicts class codes: positions in [`labels`](Self::labels).
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// The forest alone.
    pub fn into_forest(self) -> Forest {
        self.forest
    }

    /// The labels of the classes, ascending.
    pub fn labels(&self) -> &[L] {
        &self.labels
    }

    /// How well the trees predicted the rows that they were not grown on; `None` if the fit was not
    /// [asked](crate::Fitter::oob_score), without bootstrap, and where all trees have seen all rows.
    pub fn oob_score(&self) -> Option<&OobScore> {
        self.oob_score.as_ref()
    }

    /// For each row of `x` (rows × features) the probability of each class (rows × classes, in the
    /// order of [`labels`](Self::labels)).
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on.
    pub fn predict_proba<F: Float, D: Data<Elem = F>>(
        &self,
        x: &ArrayBase<D, Ix2>,
    ) -> Result<Array2<f64>> {
        self.forest.predict_outputs(Features::rounded(x.view()))
    }
}

/// Predicts the most probable label, the lowest of equals.
///
/// # Panics
/// If the rows have another number of features than the forest was fitted on, or `y` another length
/// than there are rows; linfa's trait leaves no room for an error.
/// [`predict_proba`](Classifier::predict_proba) returns one.
impl<F: Float, D: Data<Elem = F>, L: ClassLabel> PredictInplace<ArrayBase<D, Ix2>, Array1<L>>
    for Classifier<L>
{
    fn predict_inplace<'a>(&'a self, x: &'a ArrayBase<D, Ix2>, y: &mut Array1<L>) {
        let codes = self.forest.predict_classes(Features::rounded(x.view()));
        let codes = codes.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(codes.len(), y.len(), "a target for each row");
        *y = codes.into_iter().map(|code| self.labels[code as usize].clone()).collect();
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<L> {
        Array1::from_elem(x.nrows(), self.labels[0].clone())
    }
}
