//! Models as [ONNX](https://onnx.ai) files, out and in.
//!
//! ```text
//! input (rows × features), or an input a column, texts by LabelEncoder
//!   │ TreeEnsembleClassifier, TreeEnsembleRegressor (ai.onnx.ml 3) or TreeEnsemble (5): sums over trees
//!   │ Cast, Div: means, in f64
//!   │ Add: the centre of the values of a regression, above which trees say them
//!   │ Mul, Add, Pow, ReduceSum, Div: calibration
//!   ├ ArgMax; Gather, GreaterOrEqual; MatMul, ArgMin: the decision ─ Gather ─▶ label (texts)
//!   └ Cast ─▶ probabilities (rows × classes) or value (rows × 1)
//! ```

mod export;
mod import;
mod messages;
mod replay;
#[cfg(test)]
mod tests;

use crate::interchange::exported::Exported;
use crate::model::imported::ForeignModel;
use crate::{Model, Result};

/// The operators of trees that an ONNX file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnnxVersion {
    /// Those of `ai.onnx.ml` 3, which most programs know. They add in `f32`: where leaves are not pure, probabilities
    /// are off by about 1e-7.
    Ml3,
    /// That of `ai.onnx.ml` 5, in `f64`: the model's sums, to the bit where trees are added in their order. A tree whose
    /// leaves have shares of several classes becomes several trees. The value of a regression is an `f64`.
    Ml5,
}

/// A model as an ONNX file with the operators of ai.onnx.ml 3: the same bytes for the same model.
///
/// A level that training has not seen is taken as 0, a text that is empty, `NA`, `NaN`, `nan`, `null`, `NULL` or missing
/// in the model's table as NaN, as in rows that this program reads.
///
/// # Errors
/// What ONNX cannot hold: values of a regression beyond `f32`, costs of mistakes between thousands of classes.
pub(super) fn to_onnx(model: &Model) -> Result<Exported> {
    write(model, OnnxVersion::Ml3)
}

/// Likewise, with the operator of ai.onnx.ml 5.
///
/// # Errors
/// Costs of mistakes between thousands of classes.
pub(super) fn to_onnx5(model: &Model) -> Result<Exported> {
    write(model, OnnxVersion::Ml5)
}

fn write(model: &Model, version: OnnxVersion) -> Result<Exported> {
    let (bytes, notes) = export::export(model, version)?;
    let difference = Some(replay::greatest_difference(model, &bytes, version)?);
    Ok(Exported { bytes, notes, difference })
}

/// Whether a file begins as ONNX does: with the version of its representation, a small number.
pub(super) fn is_beginning(bytes: &[u8]) -> bool {
    matches!(bytes, [0x08, 1..=0x7f, ..])
}

/// The forest in an ONNX file.
///
/// Shares of classes are those of the file, times the number of trees where the file has divided by it: a probability
/// differs from what other programs make of the file by what adding in `f32` does, about 1e-7. Those that were all of a
/// leaf's, but for rounding, are so again: ties stay ties.
///
/// # Errors
/// A file that is damaged, or has anything in it but a forest and what this program and skl2onnx put around one.
pub(super) fn read(bytes: &[u8]) -> Result<ForeignModel> {
    import::import(bytes)
}
