//! What any bytes have to be: a model in all that is done with it, or refused as none.

use forest::explain::Explainer;
use forest::{ErrorKind, Model, Result, Task};
use ndarray::Array2;

/// Does with what was loaded from a file all that the program could; what must not happen is a panic,
/// a hang or a lot of memory. Says whether the file was taken for a model.
pub(crate) fn is_endured(loaded: Result<Model>) -> bool {
    let model = match loaded {
        Ok(model) => model,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Model, "{error}");
            return false;
        }
    };
    let values = [0.0, f32::NAN, f32::MAX, f32::NEG_INFINITY];
    let n_features = model.forest().n_features();
    let rows = Array2::from_shape_fn((values.len(), n_features), |(row, _)| values[row]);
    predicts(&model, &rows);
    let _ = model.verify();
    if let Ok(held_out) = model.held_out(None, &[]) {
        predicts(&model, &held_out.records());
    }
    assert!(model.to_bytes().is_ok(), "it cannot be saved again");
    true
}

/// Predicts rows in every way that the model offers.
fn predicts(model: &Model, rows: &Array2<f32>) {
    let forest = model.forest();
    if let Ok(explainer) = Explainer::by_paths(forest) {
        let contributions = explainer.explain(rows.view()).unwrap().contributions;
        // The differences of the greatest numbers are none.
        let is_regression = forest.task() == Task::Regression;
        assert!(is_regression || contributions.iter().all(|of| of.is_finite()));
    }
    if forest.task() == Task::Regression {
        for value in forest.predict_values(rows.view()).unwrap() {
            assert!(!value.is_nan(), "{value}");
        }
        let _ = model.predict_intervals(rows.view(), 0.5);
        if forest.keeps_quantiles() {
            forest.predict_quantiles(rows.view(), &[0.0, 0.5, 1.0]).unwrap();
        }
        return;
    }
    for proba in forest.predict_proba(rows.view()).unwrap().rows() {
        assert!((proba.sum() - 1.0).abs() < 1e-5, "{proba}");
    }
    for class in model.predict_classes(rows.view()).unwrap() {
        model.class_name(class);
    }
}
