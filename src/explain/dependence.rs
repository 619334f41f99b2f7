//! Partial dependence: what a forest says on average if a feature has one value after the other in all rows (Friedman 2001,
//! *Greedy function approximation*, section 8.2), and what it then says of each row (individual conditional expectations,
//! Goldstein et al. 2015, *Peeking inside the black box*).

use ndarray::{Array2, Axis};

use crate::{Error, Features, Forest, Result, memory, threads};

/// How an output of a forest depends on a feature.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialDependence {
    /// The feature's number.
    pub feature: usize,
    /// The values that it is given; NaN is a missing one.
    pub values: Vec<f32>,
    /// For each value what the forest says on average over the rows.
    pub mean: Vec<f64>,
    /// Rows × values: what it says of each.
    pub individual: Array2<f64>,
}

impl PartialDependence {
    /// For each value the quantile, from 0 to 1, of what the forest says of the rows (Hyndman & Fan 1996, definition 7, as
    /// NumPy's default).
    pub fn quantile(&self, quantile: f64) -> Vec<f64> {
        let of_value = |of_rows: ndarray::ArrayView1<f64>| {
            let mut sorted = of_rows.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            let place = quantile.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
            let [low, high] = [place.floor(), place.ceil()].map(|place| sorted[place as usize]);
            low + (high - low) * place.fract()
        };
        self.individual.axis_iter(Axis(1)).map(of_value).collect()
    }
}

/// How an output of a forest, the probability of the class with that code or, 0, the value, depends on a feature, by rows `x`
/// (rows × features) in which it is given each of `values`; on the current threads. The probabilities are those that the forest
/// predicts, calibrated if it is.
///
/// It takes rows × values predictions, and as many numbers of memory.
///
/// ```
/// use forest::explain::{dependence_values, partial_dependence};
/// use forest::{ForestParams, Target};
/// use ndarray::array;
///
/// let x = array![[0.0_f32, 7.0], [1.0, 3.0], [2.0, 5.0], [3.0, 4.0]];
/// let target = Target::Values(&[1.0, 1.0, 5.0, 5.0]);
/// let forest = ForestParams::new().n_trees(50).fitter().fit_forest(x.view(), target)?;
///
/// let values = dependence_values(x.view(), 0, 20);
/// let dependence = partial_dependence(&forest, x.view(), 0, &values, 0)?;
/// assert_eq!((values.len(), dependence.individual.dim()), (4, (4, 4)));
/// assert!(dependence.mean[3] > dependence.mean[0] + 1.0);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// # Errors
/// No rows, or such that the forest does not fit; more than there is memory for; a feature or an output that there is not.
pub fn partial_dependence<'a>(
    forest: &Forest,
    x: impl Into<Features<'a>>,
    feature: usize,
    values: &[f32],
    output: usize,
) -> Result<PartialDependence> {
    let x = x.into();
    forest.check_features(&x)?;
    forest.check_feature(feature)?;
    forest.check_output(output)?;
    let (n_rows, n_outputs) = (x.n_rows(), forest.n_outputs());
    if n_rows == 0 {
        return Err(Error::data("there are no rows to give values to"));
    }
    // Once value by value, once row by row.
    let bytes = n_rows.saturating_mul(values.len()).saturating_mul(2 * size_of::<f64>());
    memory::check(bytes, || format!("the dependence of {n_rows} rows on {} values", values.len()))
        .map_err(|message| Error::data(message).with_help("take fewer rows or values"))?;
    let columns = threads::try_map(values, |&value| {
        let says = forest.outputs(&x.with_columns([(feature, vec![value; n_rows])]))?;
        Ok::<Vec<f64>, Error>(says.into_iter().skip(output).step_by(n_outputs).collect())
    })?;
    let mean = columns.iter().map(|says| says.iter().sum::<f64>() / n_rows as f64).collect();
    let individual =
        Array2::from_shape_fn((n_rows, values.len()), |(row, value)| columns[value][row]);
    Ok(PartialDependence { feature, values: values.to_vec(), mean, individual })
}

/// Values of a feature (of rows × features) to look at its dependence at, ascending: all that occur if these are at most `max`;
/// else those at `max` quantiles, evenly spaced from 5 % to 95 %, each once. All of them do occur. Where some are missing, NaN is
/// the last besides.
///
/// # Panics
/// If there is no such feature.
pub fn dependence_values<'a>(x: impl Into<Features<'a>>, feature: usize, max: usize) -> Vec<f32> {
    let x = x.into();
    let mut sorted: Vec<f32> = x.values(feature).filter(|value| !value.is_nan()).collect();
    let is_missing = sorted.len() < x.n_rows();
    sorted.sort_unstable_by(f32::total_cmp);
    let mut values = sorted.clone();
    values.dedup();
    if values.len() > max {
        let quantile = |number: usize| {
            let part = if max == 1 { 0.5 } else { number as f64 / (max - 1) as f64 };
            sorted[((0.05 + 0.9 * part) * (sorted.len() - 1) as f64).round() as usize]
        };
        values = (0..max).map(quantile).collect();
        values.dedup();
    }
    values.extend(is_missing.then_some(f32::NAN));
    values
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{ForestParams, Target, with_threads};

    #[test]
    fn few_values_are_all_taken_and_of_many_their_quantiles() {
        let x = array![[2.0_f32, 1.0], [f32::NAN, 1.0], [-1.0, 1.0], [2.0, 1.0]];
        let values = dependence_values(x.view(), 0, 2);
        assert_eq!(values[..2], [-1.0, 2.0]);
        assert!(values.len() == 3 && values[2].is_nan());
        assert_eq!(dependence_values(x.view(), 1, 1), [1.0]);
        // Of 0 to 100 the 5 %, 50 % and 95 % quantiles; and where a half of all are 0.
        let many = Array2::from_shape_fn((101, 2), |(row, feature)| {
            if feature == 0 { row as f32 } else { (row as f32 - 50.0).max(0.0) }
        });
        assert_eq!(dependence_values(many.view(), 0, 3), [5.0, 50.0, 95.0]);
        assert_eq!(dependence_values(many.view(), 1, 3), [0.0, 45.0]);
        assert_eq!(dependence_values(many.view(), 0, 1), [50.0]);
        assert_eq!(dependence_values(many.view(), 0, 101).len(), 101);
        assert!(dependence_values(Array2::<f32>::zeros((0, 1)).view(), 0, 5).is_empty());
    }

    #[test]
    fn each_row_is_predicted_with_each_value() {
        let x = array![[0.0_f32, 7.0], [1.0, 3.0], [2.0, f32::NAN], [3.0, 4.0]];
        let target = Target::Classes { codes: &[0, 1, 2, 1], n_classes: 3 };
        let forest = ForestParams::new().n_trees(9).fitter().fit_forest(x.view(), target).unwrap();
        let values = [0.5, 9.0, f32::NAN];
        let of = |output| partial_dependence(&forest, x.view(), 1, &values, output).unwrap();
        for output in 0..3 {
            let found = of(output);
            assert_eq!(found.individual, with_threads(2, || of(output)).individual);
            for (at, &value) in values.iter().enumerate() {
                let mut changed = x.clone();
                changed.column_mut(1).fill(value);
                let expected =
                    forest.predict_proba(changed.view()).unwrap().column(output).to_owned();
                assert_eq!(found.individual.column(at), expected);
                assert_eq!(found.mean[at], expected.sum() / 4.0);
            }
            assert!(
                found.quantile(0.1).iter().zip(found.quantile(0.9)).all(|(low, high)| *low <= high)
            );
        }
        for (feature, output, words) in
            [(2, 0, "feature 2 is not one of 2"), (0, 3, "output 3 is not one of 3")]
        {
            let error =
                partial_dependence(&forest, x.view(), feature, &values, output).unwrap_err();
            assert_eq!(error.to_string(), words);
        }
        let none = Array2::<f32>::zeros((0, 2));
        assert!(partial_dependence(&forest, none.view(), 0, &values, 0).is_err());
    }
}
