//! Fitting, predicting and cross-validating as linfa's users write it. What is fitted on a data set is
//! compared with a forest that is fitted on codes or numbers directly.

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use forest::{
    ClassLabel, Classifier, ErrorKind, Forest, ForestParams, Regressor, Target, Task, oob_score,
};
use linfa::prelude::*;
use ndarray::{Array1, Array2, ArrayView1, Axis, ShapeBuilder, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::accuracy::Classified;

fn params() -> ForestParams {
    ForestParams::new().n_trees(20)
}

/// Iris, its rows shuffled.
fn iris() -> (Array2<f32>, Vec<u32>) {
    let iris = Classified::new("iris");
    let codes = iris.labels.iter().map(|&code| code as usize).collect::<Array1<_>>();
    let rows = linfa::Dataset::new(iris.features.clone(), codes);
    let rows = rows.shuffle(&mut ChaCha8Rng::seed_from_u64(1));
    (rows.records, rows.targets.iter().map(|&code| code as u32).collect())
}

/// Petal widths by the other features.
fn petal_widths() -> (Array2<f32>, Vec<f64>) {
    let (x, _) = iris();
    let y = x.column(3).iter().map(|&width| f64::from(width)).collect();
    (Array2::from_shape_fn((150, 3), |at| x[at]), y)
}

fn of_classes(params: &ForestParams, x: &Array2<f32>, codes: &[u32]) -> Forest {
    let n_classes = codes.iter().max().unwrap() + 1;
    let target = Target::Classes { codes, n_classes: n_classes as usize };
    params.fitter().fit_forest(x.view(), target).unwrap()
}

fn of_values(params: &ForestParams, x: &Array2<f32>, y: &[f64]) -> Forest {
    params.fitter().fit_forest(x.view(), Target::Values(y)).unwrap()
}

/// Gives the classes of iris these labels, whose order is the second, the third and the first.
#[track_caller]
fn assert_labels<L: ClassLabel + Debug>(of_classes_012: [L; 3]) {
    let (x, codes) = iris();
    let labels: Array1<L> =
        codes.iter().map(|&code| of_classes_012[code as usize].clone()).collect();
    let classifier: Classifier<L> = params().fit(&linfa::Dataset::new(x.clone(), labels)).unwrap();

    let [third, first, second] = of_classes_012;
    let sorted = [first, second, third];
    assert_eq!(classifier.labels(), sorted);
    let codes: Vec<u32> = codes.iter().map(|&code| [2, 0, 1][code as usize]).collect();
    let forest = of_classes(&params(), &x, &codes);
    assert!(*classifier.forest() == forest);
    let codes = forest.predict_classes(x.view()).unwrap();
    let expected: Array1<L> = codes.iter().map(|&code| sorted[code as usize].clone()).collect();
    assert_eq!(classifier.predict(&x), expected);
    assert_eq!(classifier.predict_proba(&x).unwrap(), forest.predict_proba(x.view()).unwrap());
    assert!(classifier.into_forest() == forest);
}

#[test]
fn any_label_is_a_class() {
    assert_labels(["c", "a", "b"]);
    assert_labels(["c", "a", "b"].map(str::to_owned));
    assert_labels(['c', 'a', 'b']);
    assert_labels([255_u8, 0, 7]);
    assert_labels([255_u16, 0, 7]);
    assert_labels([u32::MAX, 0, 7]);
    assert_labels([u64::MAX, 0, 7]);
    assert_labels([usize::MAX, 0, 7]);
    assert_labels([5_i8, -7, -1]);
    assert_labels([5_i16, -7, -1]);
    assert_labels([5_i32, -7, -1]);
    assert_labels([5_i64, i64::MIN, -1]);
    assert_labels([5_isize, -7, -1]);
}

#[test]
fn bools_are_two_classes() {
    let (x, codes) = iris();
    let is_last: Array1<bool> = codes.iter().map(|&code| code == 2).collect();
    let classifier = params().fit(&linfa::Dataset::new(x.clone(), is_last.clone())).unwrap();
    assert_eq!(classifier.labels(), [false, true]);
    let codes: Vec<u32> = is_last.iter().map(|&is_last| is_last.into()).collect();
    assert!(*classifier.forest() == of_classes(&params(), &x, &codes));
}

#[test]
fn numbers_are_a_regression() {
    let (x, y) = petal_widths();
    let params = params().keep_quantiles(true);
    let forest = of_values(&params, &x, &y);
    assert_eq!(forest.task(), Task::Regression);
    let values = forest.predict_values(x.view()).unwrap();
    let quantiles = forest.predict_quantiles(x.view(), &[0.1, 0.5]).unwrap();

    let of_f64: Regressor<f64> =
        params.fit(&linfa::Dataset::new(x.clone(), Array1::from(y.clone()))).unwrap();
    assert!(*of_f64.forest() == forest);
    assert_eq!(of_f64.predict(&x).to_vec(), values);
    assert_eq!(of_f64.predict_quantiles(&x, &[0.1, 0.5]).unwrap(), quantiles);

    // The widths were `f32` to begin with, so the forest is the same.
    let y32: Array1<f32> = y.iter().map(|&y| y as f32).collect();
    let of_f32: Regressor<f32> = params.fit(&linfa::Dataset::new(x.clone(), y32)).unwrap();
    let values32: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    assert_eq!(of_f32.predict(&x).to_vec(), values32);
    let quantiles32 = quantiles.mapv(|quantile| quantile as f32);
    assert_eq!(of_f32.predict_quantiles(&x, &[0.1, 0.5]).unwrap(), quantiles32);
    assert!(of_f32.into_forest() == forest);
}

#[test]
fn records_of_either_float_and_in_any_layout_give_the_same_forest() {
    let (mut x, codes) = iris();
    x[[3, 1]] = f32::NAN;
    let forest = of_classes(&params(), &x, &codes);
    let labels = Array1::from(codes);
    // What an f64 has more than an f32 is rounded away.
    let x64 = x.mapv(|value| f64::from(value) * (1.0 + 1e-9));
    let mut by_columns = Array2::zeros(x64.dim().f());
    by_columns.assign(&x64);
    let expected = Array1::from(forest.predict_classes(x.view()).unwrap());
    for x64 in [x64, by_columns] {
        let dataset = linfa::Dataset::new(x64.clone(), labels.clone());
        let classifier = params().fit(&dataset).unwrap();
        assert!(*classifier.forest() == forest);
        assert!(params().fit(&dataset.view()).unwrap() == classifier);
        let predicted: [Array1<u32>; 4] = [
            classifier.predict(&x64),
            classifier.predict(&x64.view()),
            classifier.predict(&dataset),
            classifier.predict(&x),
        ];
        assert_eq!(predicted, [(); 4].map(|()| expected.clone()));
        let predicted: DatasetBase<_, Array1<u32>> = classifier.predict(dataset);
        assert_eq!(predicted.targets, expected);
    }
}

#[test]
fn a_record_to_predict_that_is_too_large_for_f32_is_on_the_side_of_the_largest() {
    let dataset = linfa::Dataset::new(array![[0.0], [1.0], [2.0], [3.0]], array![1, 1, 2, 2]);
    let classifier = params().fit(&dataset).unwrap();
    assert_eq!(classifier.predict(&array![[1e300], [-1e300]]), array![2, 1]);
}

/// linfa's folds: the first is swapped with the one held out, and the rest is trained on in that order.
fn folds(n_rows: usize, k: usize) -> Vec<[Vec<usize>; 2]> {
    let size = n_rows / k;
    let fold = |i: usize| {
        let mut rows: Vec<usize> = (0..n_rows).collect();
        (0..size).for_each(|row| rows.swap(row, i * size + row));
        let train = rows.split_off(size);
        [train, rows]
    };
    (0..k).map(fold).collect()
}

#[test]
fn classes_are_cross_validated() {
    let (x, codes) = iris();
    let names = ["setosa", "versicolor", "virginica"];
    let labels: Array1<&'static str> = codes.iter().map(|&code| names[code as usize]).collect();
    let mut dataset = linfa::Dataset::new(x.mapv(f64::from), labels);
    let accuracy = |predicted: &Array1<&'static str>, truth: &ArrayView1<&'static str>| {
        Ok(predicted.confusion_matrix(truth)?.accuracy())
    };
    let settings = [params(), params().max_depth(Some(1))];
    let scores = dataset.cross_validate_single(5, &settings, accuracy).unwrap();

    for (params, score) in settings.iter().zip(scores) {
        let is_right = |[train, test]: &[Vec<usize>; 2]| {
            let rows = |rows: &[usize]| x.select(Axis(0), rows);
            let of_train: Vec<u32> = train.iter().map(|&row| codes[row]).collect();
            let forest = of_classes(params, &rows(train), &of_train);
            let predicted = forest.predict_classes(rows(test).view()).unwrap();
            predicted.iter().zip(test).filter(|&(&class, &row)| class == codes[row]).count()
        };
        let n_right: usize = folds(150, 5).iter().map(is_right).sum();
        assert!((score - n_right as f32 / 150.0).abs() < 1e-6, "{score}, {n_right} right");
    }
}

#[test]
fn numbers_are_cross_validated() {
    let (x, y) = petal_widths();
    let mut dataset = linfa::Dataset::new(x.clone(), Array1::from(y.clone()));
    let mae =
        |predicted: &Array1<f64>, truth: &ArrayView1<f64>| predicted.mean_absolute_error(truth);
    let valid = [params().check().unwrap()];
    let scores = dataset.cross_validate_single(5, &valid, mae).unwrap();
    let r2s = dataset.iter_fold(5, |train| params().fit(train).unwrap()).map(|(forest, test)| {
        let predicted: Array1<f64> = forest.predict(&test);
        predicted.r2(test.targets()).unwrap()
    });
    let r2s: Vec<f64> = r2s.collect();

    let mut errors = Vec::new();
    for ([train, test], r2) in folds(150, 5).into_iter().zip(r2s) {
        let [in_train, in_test] =
            [&train, &test].map(|rows| rows.iter().map(|&row| y[row]).collect::<Vec<_>>());
        let forest = of_values(&params(), &x.select(Axis(0), &train), &in_train);
        let predicted = forest.predict_values(x.select(Axis(0), &test).view()).unwrap();
        errors.extend(predicted.iter().zip(&in_test).map(|(a, b)| (a - b).abs()));
        let mean = in_test.iter().sum::<f64>() / in_test.len() as f64;
        let squares = |of: &dyn Fn(usize) -> f64| (0..in_test.len()).map(of).sum::<f64>();
        let left = squares(&|row| (in_test[row] - predicted[row]).powi(2));
        let all = squares(&|row| (in_test[row] - mean).powi(2));
        assert!((r2 - (1.0 - left / all)).abs() < 1e-9, "{r2}");
    }
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    assert!((scores[0] - mean).abs() < 1e-12, "{scores}, {mean}");
}

#[test]
fn the_weights_are_the_data_sets_or_the_fitters() {
    let (x, codes) = iris();
    let weights: Vec<f32> = (0..150_u8).map(|row| f32::from(row % 4)).collect();
    let as_f64: Vec<f64> = weights.iter().map(|&weight| weight.into()).collect();
    let dataset = linfa::Dataset::new(x.clone(), Array1::from(codes.clone()));
    let weighted = dataset.clone().with_weights(Array1::from(weights));
    let params = params();
    let target = Target::Classes { codes: &codes, n_classes: 3 };
    let fitter = params.fitter().weights(Some(&as_f64)).oob_score(true);
    let forest = fitter.fit_forest(x.view(), target).unwrap();
    assert!(forest != of_classes(&params, &x, &codes));
    let by_dataset = params.fitter().oob_score(true).fit(&weighted).unwrap();
    assert!(*by_dataset.forest() == forest);
    assert!(fitter.fit(&dataset).unwrap() == by_dataset);
    let ones = vec![1.0; 150];
    let by_fitter = params.fitter().weights(Some(&ones)).fit(&weighted).unwrap();
    assert!(*by_fitter.forest() == of_classes(&params, &x, &codes));
    let valid = params.check().unwrap();
    let score = oob_score(&forest, &valid, x.view(), target, Some(&as_f64)).unwrap();
    assert_eq!(by_dataset.oob_score(), score.as_ref());
}

#[test]
fn the_out_of_bag_score_comes_with_the_fit_that_asks_for_it() {
    let (x, codes) = iris();
    let classes = linfa::Dataset::new(x.clone(), Array1::from(codes.clone()));
    let params = params();
    let valid = params.clone().check().unwrap();
    assert_eq!(params.fit(&classes).unwrap().oob_score(), None);
    let classifier = valid.fitter().oob_score(true).fit(&classes).unwrap();
    let target = Target::Classes { codes: &codes, n_classes: 3 };
    let score = oob_score(classifier.forest(), &valid, x.view(), target, None).unwrap();
    assert!(score.is_some_and(|score| score.accuracy() > Some(0.9)));
    assert_eq!(classifier.oob_score(), score.as_ref());
    let without = params.clone().bootstrap(false);
    assert_eq!(without.fitter().oob_score(true).fit(&classes).unwrap().oob_score(), None);

    let (x, y) = petal_widths();
    let numbers = linfa::Dataset::new(x.clone(), Array1::from(y.clone()));
    assert_eq!(params.fit(&numbers).unwrap().oob_score(), None);
    let regressor = params.fitter().oob_score(true).fit(&numbers).unwrap();
    let score = oob_score(regressor.forest(), &valid, x.view(), Target::Values(&y), None).unwrap();
    assert!(score.is_some_and(|score| score.r2() > Some(0.9)));
    assert_eq!(regressor.oob_score(), score.as_ref());
}

#[test]
fn each_tree_that_is_done_is_told() {
    let (x, codes) = iris();
    let n_done = AtomicUsize::new(0);
    let count = || {
        n_done.fetch_add(1, Ordering::Relaxed);
    };
    let dataset = linfa::Dataset::new(x.clone(), Array1::from(codes));
    params().fitter().on_tree(&count).fit(&dataset).unwrap();
    assert_eq!(n_done.load(Ordering::Relaxed), 20);
    let y = x.column(0).iter().map(|&y| y.into()).collect::<Vec<f64>>();
    params().fitter().on_tree(&count).fit_forest(x.view(), Target::Values(&y)).unwrap();
    assert_eq!(n_done.load(Ordering::Relaxed), 40);
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let y = array!["a", "b"];
    let refusal = |x: Array2<f64>| params().fit(&linfa::Dataset::new(x, y.clone())).unwrap_err();
    let infinite = refusal(array![[0.0, 0.0], [0.0, f64::INFINITY]]);
    assert!(infinite.to_string().contains("row 1, feature 1 is inf"), "{infinite}");
    // The largest f32 is 3.40282347e38; what is half a unit above it is infinite.
    let too_large = refusal(array![[0.0, 3.402_823_3e38], [-3.402_823_6e38, 0.0]]);
    assert!(too_large.to_string().contains("row 1, feature 0 is -3.4028236e38"), "{too_large}");
    let [one_class, no_number] = [
        params().fit(&linfa::Dataset::new(array![[0.0], [1.0]], array![7, 7])).unwrap_err(),
        params()
            .fit(&linfa::Dataset::new(array![[0.0], [1.0]], array![0.5, f64::NAN]))
            .unwrap_err(),
    ];
    assert!(one_class.to_string().contains("the same class"), "{one_class}");
    assert!(no_number.to_string().contains("row 1 has the target NaN"), "{no_number}");
    let few = linfa::Dataset::new(array![[0.0_f32], [1.0], [2.0]], y.clone());
    let few = params().fit(&few).unwrap_err();
    assert!(few.to_string().contains("2 targets for 3 rows"), "{few}");
    let dataset = linfa::Dataset::new(array![[0.0], [1.0]], y);
    let weights = params().fit(&dataset.clone().with_weights(array![1.0_f32])).unwrap_err();
    for error in [infinite, too_large, one_class, no_number, few, weights] {
        assert_eq!(error.kind(), ErrorKind::Data, "{error}");
    }
    let setting = params().n_trees(0).fitter().fit(&dataset).unwrap_err();
    assert_eq!(setting.kind(), ErrorKind::Setting);
}
