//! What stands for ONNX in a build without the feature `onnx`.

use super::exported::Exported;
use crate::model::imported::ForeignModel;
use crate::{Error, Model, Result};

pub(super) fn is_beginning(_: &[u8]) -> bool {
    false
}

pub(super) fn read(_: &[u8]) -> Result<ForeignModel> {
    Err(without())
}

pub(super) fn to_onnx(_: &Model) -> Result<Exported> {
    Err(without())
}

pub(super) fn to_onnx5(_: &Model) -> Result<Exported> {
    Err(without())
}

fn without() -> Error {
    Error::setting("this program was built without ONNX")
        .with_help("build it with the feature `onnx`")
}
