//! Histograms of the training rows, checked.

use super::arrays::{ensure, numbers, words};
use crate::Result;
use crate::data::{Feature, FeatureKind, Histogram, Histograms, Levels, MAX_BINS, Schema};
use crate::model::file::v1::WireHistograms;

pub(super) fn read(wire: &WireHistograms, schema: &Schema) -> Result<Histograms> {
    let n_features = schema.features.len();
    let n_bins: &[[u8; 1]] = words("numbers of bins", wire.n_bins, n_features)?;
    let n_bins = n_bins.as_flattened();
    ensure(n_bins.iter().all(|&n| (1..=MAX_BINS).contains(&usize::from(n))), || {
        format!("a feature has no bins, or more than {MAX_BINS}")
    })?;
    let all: usize = n_bins.iter().map(|&n| usize::from(n)).sum();
    let rows = numbers("rows of bins", wire.rows, all, u32::from_le_bytes)?;
    let borders = numbers("borders of bins", wire.borders, all - n_features, u32::from_le_bytes)?;
    let histograms = Histograms::new(n_bins, rows.into(), borders.into());
    for (feature, histogram) in schema.features.iter().zip(histograms.iter()) {
        let rows: u64 = histogram.rows.iter().copied().map(u64::from).sum();
        ensure(rows.checked_add(feature.missing) == Some(schema.rows()), || {
            "the rows of a feature's bins are not those that were trained on".to_owned()
        })?;
        ensure(are_in_order(feature, histogram), || {
            "the bins of a feature are not in order".to_owned()
        })?;
    }
    Ok(histograms)
}

fn are_in_order(feature: &Feature, histogram: Histogram) -> bool {
    let borders = histogram.borders;
    if let FeatureKind::Category { .. } = feature.kind {
        let n_levels = feature.levels().map_or(0, Levels::len) as u64;
        let are_levels = borders.last().is_none_or(|&last| u64::from(last) < n_levels);
        return are_levels && borders.is_sorted_by(|a, b| a < b);
    }
    let borders = borders.iter().map(|&border| f32::from_bits(border));
    borders.clone().all(f32::is_finite) && borders.is_sorted_by(|a, b| a < b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ReadOptions, Table};
    use crate::{ForestParams, Model, TrainOptions};

    fn model() -> Model {
        let table = Table::read("examples/data/penguins.csv", &ReadOptions::new("species"));
        let forest = ForestParams::new().n_trees(2);
        let options = TrainOptions { forest, ..TrainOptions::default() };
        Model::train(&table.unwrap(), &options).unwrap()
    }

    /// Refuses a model whose histograms are made anew of the numbers of bins, rows and borders.
    #[track_caller]
    fn refuses(alter: impl FnOnce(&mut Vec<u8>, &mut Vec<u32>, &mut Vec<u32>), words: &str) {
        let mut model = model();
        let histograms = model.schema.histograms.as_ref().unwrap();
        let mut n_bins: Vec<u8> = histograms.iter().map(|of| of.rows.len() as u8).collect();
        let mut rows: Vec<u32> = histograms.iter().flat_map(|of| of.rows.to_vec()).collect();
        let mut borders: Vec<u32> = histograms.iter().flat_map(|of| of.borders.to_vec()).collect();
        alter(&mut n_bins, &mut rows, &mut borders);
        let wire = [&n_bins[..], &bytes(&rows), &bytes(&borders)];
        let [n_bins, rows, borders] = wire;
        let error = read(&WireHistograms { n_bins, rows, borders }, &model.schema).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        model.schema.histograms = None;
        assert_eq!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap(), model);
    }

    fn bytes(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    #[test]
    fn histograms_come_back_and_a_model_may_have_none() {
        let model = model();
        assert!(model.schema.histograms.is_some());
        assert_eq!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap(), model);
    }

    #[test]
    fn histograms_of_other_features_or_rows_are_refused() {
        refuses(|n_bins, _, _| n_bins.push(1), "numbers of bins");
        refuses(|n_bins, _, _| n_bins[0] = 0, "no bins");
        refuses(|n_bins, _, _| n_bins[0] = 22, "no bins");
        refuses(|n_bins, _, _| n_bins[0] += 1, "rows of bins");
        refuses(|_, rows, _| rows.truncate(rows.len() - 1), "rows of bins");
        refuses(|_, rows, _| rows[0] += 1, "trained on");
        refuses(|_, rows, _| rows[0] = u32::MAX, "trained on");
        refuses(|_, _, borders| borders.truncate(borders.len() - 1), "borders of bins");
        // The island, with three levels, comes first; then come bills.
        refuses(|_, _, borders| borders[2] = 3, "order");
        refuses(|_, _, borders| borders.swap(0, 1), "order");
        refuses(|_, _, borders| borders.swap(3, 4), "order");
        for wrong in [f32::NAN, f32::INFINITY] {
            refuses(|_, _, borders| borders[11] = wrong.to_bits(), "order");
        }
    }
}
