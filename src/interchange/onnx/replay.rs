//! Whether the file that was written says what the model does.

use super::{OnnxVersion, export};
use crate::data::Schema;
use crate::forest::leaves::Leaves;
use crate::tree::descend::RowBlock;
use crate::{Costs, Decision, Error, Forest, Mistake, Model, Result};

/// Reads the file and predicts the model's probe rows, in the arithmetic of its operators; the greatest difference to what
/// the model gives.
///
/// # Errors
/// A file that is not the model's.
pub(super) fn greatest_difference(
    model: &Model,
    bytes: &[u8],
    version: OnnxVersion,
) -> Result<f64> {
    let read = super::read(bytes)?;
    if !same_decision(&read.decision, model.decision())
        || !same_columns(&read.schema, model.schema())
    {
        return Err(Error::model("the ONNX file that was written has another schema or decision"));
    }
    let centre = export::centre(model.forest(), version)?;
    let probes = &model.metadata().probes;
    let mut greatest = 0.0_f64;
    for (row, expected) in probes.rows.outer_iter().zip(probes.outputs.outer_iter()) {
        let mut block = RowBlock::zeros(1, row.len());
        row.iter().enumerate().for_each(|(feature, &value)| block.set(0, feature, value));
        let outputs = predict(&read.forest, &block, version, centre);
        for (output, expected) in outputs.iter().zip(expected) {
            greatest = greatest.max((output - expected).abs());
        }
    }
    Ok(greatest)
}

/// Whether both decide alike, whatever costs are said and which are not.
fn same_decision(a: &Decision, b: &Decision) -> bool {
    let (Decision::LeastCost(a), Decision::LeastCost(b)) = (a, b) else { return a == b };
    let mut said = a.mistakes().iter().chain(b.mistakes());
    let of = |costs: &Costs, mistake: &Mistake| costs.of(mistake.truth, mistake.predicted);
    a.n_classes() == b.n_classes() && said.all(|mistake| of(a, mistake) == of(b, mistake))
}

/// Whether both take the same rows for the same numbers, and call classes the same.
fn same_columns(a: &Schema, b: &Schema) -> bool {
    let names = |schema: &Schema| -> Vec<String> {
        schema.classes().iter().map(|class| class.name.clone()).collect()
    };
    let features = a.features.iter().zip(&b.features);
    a.features.len() == b.features.len()
        && names(a) == names(b)
        && features.into_iter().all(|(a, b)| a.name == b.name && a.levels() == b.levels())
}

/// The outputs for a row, as the operators add them up.
fn predict(forest: &Forest, row: &RowBlock, version: OnnxVersion, centre: Option<f64>) -> Vec<f64> {
    let above = centre.unwrap_or(0.0);
    let mut sums = vec![0.0; forest.n_outputs()];
    let add = |sum: &mut f64, weight: f64| {
        *sum = match version {
            OnnxVersion::Ml3 => f64::from(*sum as f32 + weight as f32),
            OnnxVersion::Ml5 => *sum + weight,
        }
    };
    for tree in &forest.trees {
        let leaf = tree.leaves(&row.rows())[0];
        match &forest.leaves {
            Leaves::Means { means, .. } => add(&mut sums[0], means[leaf as usize] - above),
            Leaves::Classes { shares, .. } => {
                shares.get(leaf).for_each(|(class, share)| add(&mut sums[class as usize], share));
            }
        }
    }
    for sum in &mut sums {
        *sum /= forest.n_trees() as f64;
    }
    if let Some(calibration) = forest.calibration() {
        calibration.apply(&mut sums);
    }
    if let Some(centre) = centre {
        sums[0] += centre;
    }
    let is_double = version == OnnxVersion::Ml5 && forest.n_classes() == 0;
    let round = |output: f64| if is_double { output } else { f64::from(output as f32) };
    sums.into_iter().map(round).collect()
}
