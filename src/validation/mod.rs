//! How good what is trained on a table would be on other rows, how sure that is, and what would be better:
//! trainings on folds, learning curves, comparisons with other algorithms and of saved models.
//!
//! ```
//! use forest::data::folds::Folds;
//! use forest::data::{ReadOptions, Table};
//! use forest::metrics::Metric;
//! use forest::validation::{Algorithm, CrossValidation, summary};
//! use forest::{ForestParams, TrainOptions};
//!
//! let table = Table::read("examples/data/iris.csv", &ReadOptions::new("species"))?;
//! let folds = Folds { n_folds: 4, stratify: true, ..Folds::default() };
//! let options = TrainOptions { forest: ForestParams::new().n_trees(20), ..TrainOptions::default() };
//! let folds = CrossValidation::new(&table, &folds)?.run(&Algorithm::forest(options))?;
//! let accuracy = summary(&folds, |fold| fold.scores.get(Metric::Accuracy)).unwrap();
//! assert!(accuracy.mean > 0.9 && accuracy.interval.is_some_and(|interval| interval.low > 0.8));
//! # Ok::<(), forest::Error>(())
//! ```

mod comparison;
mod contestant;
mod cross_validation;
mod learning_curve;
mod paired;
mod rivals;

pub use comparison::{Comparison, Versus, gain};
pub use contestant::Contestant;
pub use cross_validation::{Algorithm, CrossValidation, FoldScores, ForestShape, summary};
pub use learning_curve::{Curve, CurvePoint, learning_curve};
pub use paired::{Answers, Paired, PairedDifference, PairedRows, RightRows};
pub use rivals::remark::RivalRemark;
pub use rivals::{Rival, RivalAnswers};
