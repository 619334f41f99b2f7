//! stub
use super::Exported;
use crate::{Model, Result};
pub(super) fn to_json(_model: &Model) -> Result<Exported> { unimplemented!() }
