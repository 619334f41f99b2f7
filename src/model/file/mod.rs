//! The model file: a header, then sections in bincode. FORMAT.md describes it for other programs.

mod header;
mod v1;
mod validate;

use std::io::Read;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Metadata, Model};
use crate::data::Sha256Digest;
use crate::{Error, Result, threads};
use header::{COVERS, DISTRIBUTIONS, FileHeader, HEADER_LEN, MAX_PROGRAM};

pub(super) use header::MAGIC;

/// The format that this release writes.
pub const FORMAT: u16 = 1;

/// The earliest format whose readers understand what this release writes.
pub(crate) const OLDEST_READER: u16 = 1;

/// The bytes of a model's file.
///
/// # Errors
/// Loading would refuse them, or make another model of them.
pub(super) fn encode(model: &Model) -> Result<Vec<u8>> {
    let bytes = seal(model, &model.metadata);
    let cause = match decode(&bytes) {
        Ok(again) if again == *model => return Ok(bytes),
        Ok(_) => "it would be loaded as another one".to_owned(),
        Err(error) => error.message().to_string(),
    };
    Err(Error::model(format!("the model cannot be saved, for it could not be loaded: {cause}")))
}

/// The SHA-256 of a model's file, but for the date.
pub(super) fn fingerprint(model: &Model) -> Sha256Digest {
    let undated = Metadata { created: Timestamp::UNIX_EPOCH, ..model.metadata.clone() };
    Sha256Digest(Sha256::digest(seal(model, &undated)).into())
}

/// The size of a model's file.
pub(super) fn n_bytes(model: &Model) -> u64 {
    seal(model, &model.metadata).len() as u64
}

fn seal(model: &Model, metadata: &Metadata) -> Vec<u8> {
    let sections = [
        v1::encode_metadata(metadata, &model.forest),
        v1::encode_schema(&model.schema),
        v1::encode_forest(&model.forest),
    ];
    let histograms = model.schema.histograms.as_ref().map(v1::encode_histograms);
    let covers = model.forest.covers.as_ref().map(v1::encode_covers);
    let further = [histograms.map(|it| (DISTRIBUTIONS, it)), covers.map(|it| (COVERS, it))];
    let further: Vec<_> = further.into_iter().flatten().collect();
    FileHeader::seal(&sections, &further)
}

/// The format of a file, and the names of its sections that this release does not know.
pub(super) fn format_and_unknown_sections(bytes: &[u8]) -> Result<(u16, Vec<String>)> {
    let header = FileHeader::parse(bytes)?;
    Ok((header.format, header.unknown_names()))
}

/// The model in the bytes of a file.
pub(super) fn decode(bytes: &[u8]) -> Result<Model> {
    let header = FileHeader::parse(bytes)?;
    let [metadata, schema, forest] = header.sections(bytes)?;
    let histograms = header.further(DISTRIBUTIONS, bytes);
    let covers = header.further(COVERS, bytes);
    // A later format that we may read can have more in each section than we know of.
    let exact = header.format == FORMAT;
    let validate = || {
        let (metadata, more) = v1::decode_first(metadata, "metadata")?;
        let [is_refined, is_calibrated, has_intervals] = validate::what_follows(&metadata)?;
        let (refinement, more) = v1::decode_next(is_refined, more, "metadata")?;
        let intervals = v1::decode_last(has_intervals, more, "metadata", exact)?;
        let (forest, more) = v1::decode_first(forest, "forest")?;
        let calibration = v1::decode_last(is_calibrated, more, "forest", exact)?;
        let schema = v1::decode(schema, "schema", exact)?;
        let histograms =
            histograms.map(|bytes| v1::decode(bytes, DISTRIBUTIONS, exact)).transpose()?;
        let covers = covers.map(|bytes| v1::decode(bytes, COVERS, exact)).transpose()?;
        validate::model(
            &(metadata, refinement, intervals),
            &(schema, histograms),
            &(forest, calibration, covers),
        )
    };
    // Each takes about half of the time.
    let (intact, model) = threads::join(|| header.check_digest(bytes), validate);
    intact?;
    model
}

/// Reads a model, and no further.
pub(super) fn read(input: impl Read) -> Result<Model> {
    decode(&read_bytes(input)?)
}

/// The first read reserves at most this many bytes, and each later one as many as there are already: a
/// header can lie about the length.
const FIRST_BYTES: usize = 1 << 16;

/// Reads the bytes of a model file, and no further than its header says and a byte, which must not be there. All
/// else about them is still to be checked.
pub(super) fn read_bytes(mut input: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fill(&mut input, &mut bytes, HEADER_LEN)?;
    let len = FileHeader::len(&bytes);
    fill(&mut input, &mut bytes, len)?;
    let header = match FileHeader::parse(&bytes) {
        Ok(header) => header,
        // What wrote a file that cannot be read stands right behind.
        Err(_) if bytes.len() == len => {
            fill(&mut input, &mut bytes, len + MAX_PROGRAM)?;
            FileHeader::parse(&bytes)?
        }
        Err(error) => return Err(error),
    };
    let len = header.file_len()? as usize;
    while bytes.len() < len {
        let wanted = len.min(bytes.len() + bytes.len().max(FIRST_BYTES));
        fill(&mut input, &mut bytes, wanted)?;
        if bytes.len() < wanted {
            break;
        }
    }
    let mut beyond = Vec::new();
    fill(&mut input, &mut beyond, 1)?;
    if !beyond.is_empty() {
        return Err(FileHeader::goes_on(len as u64));
    }
    Ok(bytes)
}

/// Reads until there are `wanted` bytes, or no more.
fn fill(input: &mut impl Read, bytes: &mut Vec<u8>, wanted: usize) -> Result<()> {
    let more = wanted - bytes.len();
    bytes.try_reserve_exact(more).map_err(|_| {
        Error::model(format!("there is no memory for the {wanted} bytes that the header announces"))
    })?;
    let read = input.take(more as u64).read_to_end(bytes);
    read.map(|_| ()).map_err(|error| Error::io("read the model", error))
}
