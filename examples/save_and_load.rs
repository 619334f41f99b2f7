//! Train a forest on a CSV file, save it, load it and predict: what a library user does first.
//!
//! `cargo run --example save_and_load`

use forest::data::split::Split;
use forest::data::{ReadOptions, Rows, RowsOptions, Table};
use forest::model::HeldOutScore;
use forest::{ForestParams, Model, TrainOptions};

pub(crate) fn main() -> Result<(), forest::Error> {
    let iris = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/iris.csv");
    let table = Table::read(iris, &ReadOptions::new("species"))?;

    let options = TrainOptions {
        forest: ForestParams::new().n_trees(200).seed(7),
        split: Split { test_size: 0.25, random_state: 7, stratify: true },
        tags: vec![("purpose".to_owned(), "example".to_owned())],
        ..TrainOptions::default()
    };
    let model = Model::train(&table, &options)?;

    let file = std::env::temp_dir().join(format!("iris-{}.bin", std::process::id()));
    model.save(&file)?;
    let loaded = Model::load(&file)?;
    loaded.verify()?;
    // The file has served its purpose; if it cannot be removed, that is the system's business.
    let _ = std::fs::remove_file(&file);

    if let Some(HeldOutScore::Classification(score)) = &loaded.metadata().held_out {
        let interval = score.interval();
        println!(
            "held-out accuracy {:.3} [{:.3}, {:.3}], always answering one class {:.3}",
            score.accuracy(),
            interval.low,
            interval.high,
            score.baseline(),
        );
    }
    let rows = Rows::read(iris, loaded.schema(), &RowsOptions::default())?.rows;
    let proba = loaded.forest().predict_proba(&rows)?;
    let classes = loaded.predict_classes(&rows)?;
    for row in [0, 75, 149] {
        println!("row {row}: {} {:.2}", loaded.class_name(classes[row]), proba.row(row));
    }
    Ok(())
}
