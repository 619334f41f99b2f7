//! The model file: a header, then sections in bincode. FORMAT.md describes it for other programs.

mod header;
pub(crate) mod store;
mod v1;
mod validate;

use std::io::Read;

use super::Model;
use crate::{Error, Result, threads};
use header::{HEADER_LEN, Header};

/// The format that this release writes.
pub(crate) const FORMAT: u16 = 1;

/// The earliest format whose readers understand what this release writes.
pub(crate) const OLDEST_READER: u16 = 1;

/// The bytes of a model's file.
pub(super) fn encode(model: &Model) -> Vec<u8> {
    Header::seal(&[
        v1::encode_metadata(&model.metadata),
        v1::encode_schema(&model.schema),
        v1::encode_forest(&model.forest),
    ])
}

/// The model in the bytes of a file.
pub(super) fn decode(bytes: &[u8]) -> Result<Model> {
    let header = Header::parse(bytes)?;
    let [metadata, schema, forest] = header.sections(bytes)?;
    // A later format that we may read can have more in each section than we know of.
    let exact = header.format == FORMAT;
    let validate = || {
        validate::model(
            &v1::decode(metadata, "metadata", exact)?,
            &v1::decode(schema, "schema", exact)?,
            &v1::decode(forest, "forest", exact)?,
        )
    };
    // Each takes about half of the time.
    let (intact, model) = threads::join(|| header.check_digest(bytes), validate);
    intact?;
    model
}

/// Reads a model, and no further than its header says and a byte, which must not be there.
pub(super) fn read(mut input: impl Read) -> Result<Model> {
    let unreadable = |error| Error::io("read the model", error);
    let mut bytes = Vec::new();
    input.by_ref().take(HEADER_LEN as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    let rest = Header::parse(&bytes)?.file_len()? - HEADER_LEN as u64;
    input.take(rest.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    decode(&bytes)
}
