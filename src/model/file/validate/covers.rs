//! What the training rows weigh in each leaf, checked.

use super::arrays::{ensure, numbers};
use crate::Result;
use crate::forest::covers::{Covers, is_weight, read_count};
use crate::model::file::v1::WireCovers;

/// `n_leaves` are those of all trees.
pub(super) fn read(wire: &WireCovers, n_leaves: usize) -> Result<Covers> {
    let covers = match wire {
        WireCovers::Counts { counts } => {
            let mut rest = *counts;
            let sound = (0..n_leaves).all(|_| read_count(&mut rest).is_some());
            ensure(sound && rest.is_empty(), || {
                format!("the covers are not the counts of {n_leaves} leaves")
            })?;
            return Ok(Covers::Counts(counts.to_vec()));
        }
        WireCovers::Singles { weights } => {
            Covers::Singles(numbers("covers", weights, n_leaves, f32::from_le_bytes)?)
        }
        WireCovers::Doubles { weights } => {
            Covers::Doubles(numbers("covers", weights, n_leaves, f64::from_le_bytes)?)
        }
    };
    let sound = match &covers {
        Covers::Counts(_) => true,
        Covers::Singles(weights) => weights.iter().all(|&weight| is_weight(weight.into())),
        Covers::Doubles(weights) => weights.iter().all(|&weight| is_weight(weight)),
    };
    ensure(sound, || "the cover of a leaf is no weight".to_owned())?;
    Ok(covers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Table;
    use crate::data::synth::MakeRegression;
    use crate::{ForestParams, Model, TrainOptions};

    /// Refuses a model of other covers, once they have been written.
    #[track_caller]
    fn refuses(model: &Model, covers: Covers, words: &str) {
        let mut model = model.clone();
        model.forest.covers = Some(covers);
        let error = model.to_bytes().unwrap_err().message().to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn covers_come_back_and_a_model_may_have_none() {
        let table = Table::synthetic(MakeRegression { n_samples: 40, ..MakeRegression::default() });
        let forest = ForestParams::new().n_trees(3);
        let options = TrainOptions { forest, ..TrainOptions::default() };
        let mut model = Model::train(&table.unwrap(), &options).unwrap();
        let n = model.forest.n_leaves();
        assert!(matches!(&model.forest.covers, Some(Covers::Counts(counts)) if counts.len() == n));
        for covers in [None, Covers::new(&vec![0.5; n]), Covers::new(&vec![0.1; n])] {
            assert_eq!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap(), model);
            model.forest.covers = covers;
        }
        assert_eq!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap(), model);

        refuses(&model, Covers::Counts(vec![1; n - 1]), "counts of");
        refuses(&model, Covers::Counts(vec![1; n + 1]), "counts of");
        refuses(&model, Covers::Counts([&vec![1; n - 1][..], &[0]].concat()), "counts of");
        refuses(&model, Covers::Counts([&vec![1; n - 1][..], &[0x81, 0]].concat()), "counts of");
        refuses(&model, Covers::Singles(vec![1.0; n + 1]), "covers, not");
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            refuses(&model, Covers::Doubles([&vec![0.1; n - 1][..], &[wrong]].concat()), "weight");
            let single = wrong as f32;
            refuses(&model, Covers::Singles([&vec![0.5; n - 1][..], &[single]].concat()), "weight");
        }
    }
}
