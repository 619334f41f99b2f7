//! Fit, cross-validate and score forests as any other algorithm of linfa.
//!
//! `cargo run --example linfa`

use forest::data::{ReadOptions, Table};
use forest::{Error, ForestParams, OobScore};
use linfa::prelude::*;
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) fn main() -> Result<(), Error> {
    let (accuracy, r2) = (classify_iris()?, weigh_penguins()?);
    println!("iris: accuracy {accuracy:.3}; penguins: R² {r2:.3}");
    Ok(())
}

/// Labels of any type are classes. Gives the accuracy on a fifth of the rows.
fn classify_iris() -> Result<f32, Error> {
    let iris = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/iris.csv");
    let table = Table::read(iris, &ReadOptions::new("species"))?;
    let (names, codes) = table.target.values.classes().unwrap_or_default();
    let labels: Array1<&str> = codes.iter().map(|&code| names[code as usize].as_str()).collect();
    let mut dataset = Dataset::new(records(&table), labels).shuffle(&mut rng());

    // Which depth is best? Cross-validation tells: settings are fitted on four fifths and predict the
    // fifth, in turn.
    let depths = [Some(1), Some(3), None];
    let params = depths.map(|depth| ForestParams::new().max_depth(depth));
    let accuracies = dataset.cross_validate_single(5, &params, |predicted, truth| {
        Ok(predicted.confusion_matrix(truth)?.accuracy())
    })?;
    println!("iris, trees of depth 1, 3 and any: accuracies {accuracies:.3}");

    let (train, test) = dataset.split_with_ratio(0.8);
    let params = ForestParams::new().n_trees(200);
    let classifier = params.fitter().oob_score(true).fit(&train)?;
    if let Some(accuracy) = classifier.oob_score().and_then(OobScore::accuracy) {
        println!("iris, out of bag: accuracy {accuracy:.3}");
    }
    println!(
        "iris, the first: {:?} {:.2}",
        classifier.labels(),
        classifier.predict_proba(&test.records)?.row(0)
    );
    Ok(classifier.predict(&test).confusion_matrix(&test)?.accuracy())
}

/// Numbers are a regression. Gives R² on a fifth of the rows.
fn weigh_penguins() -> Result<f64, Error> {
    let penguins = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/penguins.csv");
    let options = ReadOptions { drop_missing_target: true, ..ReadOptions::new("body_mass_g") };
    let table = Table::read(penguins, &options)?;
    let grams = Array1::from(table.target.values.numbers().unwrap_or_default().to_vec());
    let mut dataset = Dataset::new(records(&table), grams).shuffle(&mut rng());

    let params = [ForestParams::new()];
    let error = dataset.cross_validate_single(5, &params, |predicted, truth| {
        predicted.mean_absolute_error(truth)
    })?;
    println!("penguins: mean absolute error {:.0} g", error[0]);

    let (train, test) = dataset.split_with_ratio(0.8);
    let regressor = ForestParams::new().keep_quantiles(true).fit(&train)?;
    let quantiles = regressor.predict_quantiles(&test.records, &[0.05, 0.95])?;
    println!("penguins, the first: 90 % between {:.0} g", quantiles.row(0));
    regressor.predict(&test).r2(&test).map_err(Error::from)
}

/// The features of all rows; categories are the positions of their levels.
fn records(table: &Table) -> Array2<f32> {
    table.records(&(0..table.n_rows()).collect::<Vec<_>>())
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(42)
}
