//! Which features act together: Friedman's H (Friedman & Popescu 2008, *Predictive learning via rule ensembles*, section 8.1).

use std::collections::{BTreeMap, BTreeSet};

use crate::{Error, Features, Forest, Result, threads};

/// What is rounding, as a part of the largest output.
const ROUNDING: f64 = 1e-13;

/// How much two features act together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// Their numbers.
    pub features: [usize; 2],
    /// The root of the part of their joint effect's variance over rows that the sum of their own effects does not have. 0:
    /// either acts the same whatever the other is, or neither acts; 1: all of it; above that where their own effects cancel.
    pub h: f64,
}

/// How much pairs of features act together in an output of a forest, the probability of the class with that code or, 0, the
/// value, over rows `x` (rows × features); on the current threads. Probabilities are those before a calibration, whose curve
/// would make interactions of sums.
///
/// It takes rows² predictions for each pair, and for each feature of one: a hundred rows are usual.
///
/// ```
/// use forest::explain::interactions;
/// use forest::{ForestParams, Target};
/// use ndarray::array;
///
/// let x = array![[0.0_f32, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]];
/// let target = Target::Values(&[0.0, 0.0, 0.0, 1.0]);
/// let forest = ForestParams::plain().n_trees(50).fitter().fit_forest(x.view(), target)?;
/// let found = interactions(&forest, x.view(), &[[0, 1], [0, 2]], 0)?;
/// assert!(found[0].h > 0.2);
/// assert_eq!(found[1].h, 0.0);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// # Errors
/// No rows, or such that the forest does not fit; a feature or an output that there is not; a feature with itself.
pub fn interactions<'a>(
    forest: &Forest,
    x: impl Into<Features<'a>>,
    pairs: &[[usize; 2]],
    output: usize,
) -> Result<Vec<Interaction>> {
    let x = x.into();
    forest.check_features(&x)?;
    forest.check_output(output)?;
    pairs.iter().flatten().try_for_each(|&feature| forest.check_feature(feature))?;
    if x.n_rows() == 0 {
        return Err(Error::data("there are no rows to see features act in"));
    }
    if let Some([feature, _]) = pairs.iter().find(|[a, b]| a == b) {
        return Err(Error::setting(format!("feature {feature} is to act together with itself")));
    }
    let features: BTreeSet<usize> = pairs.iter().flatten().copied().collect();
    let alone = features.into_iter().map(|f| Ok((f, effect(forest, &x, &[f], output)?)));
    let alone: BTreeMap<usize, Vec<f64>> = alone.collect::<Result<_>>()?;
    let interaction = |&features: &[usize; 2]| {
        let joint = effect(forest, &x, &features, output)?;
        let own = alone[&features[0]].iter().zip(&alone[&features[1]]);
        let more = joint.iter().zip(own).map(|(joint, (a, b))| joint - a - b);
        let (all, more) = (sum_of_squares(joint.iter().copied()), sum_of_squares(more));
        Ok(Interaction { features, h: if all > 0.0 { (more / all).sqrt() } else { 0.0 } })
    };
    pairs.iter().map(interaction).collect()
}

fn sum_of_squares(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum()
}

/// For each row what the forest says on average over all rows if these have the row's values of some features, less the mean of
/// that; zeros where it does not vary.
fn effect(forest: &Forest, x: &Features, features: &[usize], output: usize) -> Result<Vec<f64>> {
    let n_rows = x.n_rows();
    let mut effect = threads::try_map(0..n_rows, |row| {
        let columns =
            features.iter().map(|&feature| (feature, vec![x.value(row, feature); n_rows]));
        let says = forest.predict_uncalibrated(&x.with_columns(columns))?;
        let says = says.iter().skip(output).step_by(forest.n_outputs());
        Ok::<f64, Error>(says.sum::<f64>() / n_rows as f64)
    })?;
    let mean = effect.iter().sum::<f64>() / n_rows as f64;
    let largest = effect.iter().fold(0.0, |largest, says| says.abs().max(largest));
    for says in &mut effect {
        *says -= mean;
        if says.abs() <= ROUNDING * largest {
            *says = 0.0;
        }
    }
    Ok(effect)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{ForestParams, Target, with_threads};

    #[test]
    fn a_product_and_a_sum_by_hand() {
        let x = array![[-1.0_f32, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
        let h = |y: [f64; 4]| {
            // A tree of its own for each row: what the forest says is the target.
            let params = ForestParams::plain().n_trees(1).bootstrap(false);
            let params = params.max_features(crate::MaxFeatures::All);
            let forest = params.fitter().fit_forest(x.view(), Target::Values(&y)).unwrap();
            assert_eq!(forest.predict_values(x.view()).unwrap(), y);
            interactions(&forest, x.view(), &[[1, 0]], 0).unwrap()[0]
        };
        // a + 2 b, and a b, whose parts have no effect of their own.
        assert!(h([-3.0, 1.0, -1.0, 3.0]).h < 1e-12);
        assert!((h([1.0, -1.0, -1.0, 1.0]).h - 1.0).abs() < 1e-12);
        // a and b, as 0 and 1: ± 1/4 each, −1/4 three times and 3/4; (ab − a − b) is ± 1/4: H² = 4/16 / (12/16).
        let and = h([0.0, 0.0, 0.0, 1.0]);
        assert!((and.h - (1.0_f64 / 3.0).sqrt()).abs() < 1e-12, "{and:?}");
        assert_eq!(and.features, [1, 0]);
    }

    #[test]
    fn features_that_do_nothing_do_not_act_together() {
        let x = Array2::from_shape_fn((20, 3), |(row, feature)| [row as f32, 1.0, 2.0][feature]);
        let y: Vec<f64> = (0..20).map(|row| 1e6 + f64::from(row % 7) / 3.0).collect();
        let forest =
            ForestParams::new().n_trees(5).fitter().fit_forest(x.view(), Target::Values(&y));
        let forest = forest.unwrap();
        let all = || interactions(&forest, x.view(), &[[0, 1], [1, 2]], 0).unwrap();
        assert!(all().iter().all(|found| found.h == 0.0));
        assert_eq!(all(), with_threads(3, all));
        for (pair, output, words) in [
            ([0, 3], 0, "feature 3 is not one of 3"),
            ([0, 1], 1, "output 1 is not one of 1"),
            ([1, 1], 0, "feature 1 is to act together with itself"),
        ] {
            let error = interactions(&forest, x.view(), &[pair], output).unwrap_err();
            assert_eq!(error.to_string(), words);
        }
        assert!(interactions(&forest, Array2::<f32>::zeros((0, 3)).view(), &[], 0).is_err());
    }
}
