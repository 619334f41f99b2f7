//! Format 1 on the wire. These structs are frozen once a release has written them: their fields,
//! types and order are what FORMAT.md promises.
//!
//! None of them owns memory: texts and arrays are borrowed from the file's bytes. So decoding
//! allocates nothing, whatever lengths a file claims.

mod covers;
mod forest;
mod histograms;
mod intervals;
mod metadata;
mod refinement;
mod schema;
mod warnings;

use bincode::config::{self, Config};
use bincode::{BorrowDecode, Encode};

use crate::{Error, Result};

pub(super) use covers::{WireCovers, encode_covers};
pub(super) use forest::{
    WireCalibration, WireDistributions, WireForest, WireLeaves, WireTargets, encode_forest, width,
};
pub(super) use histograms::{WireHistograms, encode_histograms};
pub(super) use intervals::{WireIntervals, WireScores};
pub(super) use metadata::{
    CALIBRATE, CHOSEN_OF, IMPORTED, INTERVALS, KEEP_QUANTILES, NOT_REPRODUCIBLE, WireHeldOut,
    WireMetadata, WireOutOfBag, WireOutOfBagScore, WireSource, encode_metadata,
};
pub(super) use refinement::WireRefinement;
pub(super) use schema::{CATEGORY, DATE, DATE_PART, NUMBER, WireSchema, WireTarget, encode_schema};
pub(super) use warnings::WireWarnings;

/// Little-endian, integers at their full width.
fn config() -> impl Config {
    config::standard().with_little_endian().with_fixed_int_encoding()
}

fn to_bytes(wire: impl Encode) -> Vec<u8> {
    bincode::encode_to_vec(wire, config()).expect("structs of numbers and bytes can be encoded")
}

/// Decodes a section; `exact` if it must hold nothing else.
pub(super) fn decode<'a, T: BorrowDecode<'a, ()>>(
    bytes: &'a [u8],
    section: &str,
    exact: bool,
) -> Result<T> {
    let (wire, rest) = decode_first(bytes, section)?;
    if exact && !rest.is_empty() {
        let extra = rest.len();
        return Err(Error::model(format!("the {section} section has {extra} bytes too many")));
    }
    Ok(wire)
}

/// Decodes the beginning of a section; gives the rest, too.
pub(super) fn decode_first<'a, T: BorrowDecode<'a, ()>>(
    bytes: &'a [u8],
    section: &str,
) -> Result<(T, &'a [u8])> {
    let (wire, len) = bincode::borrow_decode_from_slice(bytes, config())
        .map_err(|error| Error::model(format!("the {section} section cannot be read: {error}")))?;
    Ok((wire, &bytes[len..]))
}

/// Decodes what comes next in a section, if it is there; gives the rest, too.
pub(super) fn decode_next<'a, T: BorrowDecode<'a, ()>>(
    is_there: bool,
    bytes: &'a [u8],
    section: &str,
) -> Result<(Option<T>, &'a [u8])> {
    if is_there {
        return decode_first(bytes, section).map(|(wire, rest)| (Some(wire), rest));
    }
    Ok((None, bytes))
}

/// Decodes what ends a section, if it is there.
pub(super) fn decode_last<'a, T: BorrowDecode<'a, ()>>(
    is_there: bool,
    bytes: &'a [u8],
    section: &str,
    exact: bool,
) -> Result<Option<T>> {
    if is_there {
        return decode(bytes, section, exact).map(Some);
    }
    decode::<()>(bytes, section, exact).map(|()| None)
}

/// A list of texts: where each ends (`u32`s), and all of them together.
#[derive(Encode, BorrowDecode)]
pub(super) struct WireTexts<'a> {
    pub(super) ends: &'a [u8],
    pub(super) text: &'a str,
}

/// A list of texts whose bytes are owned until they are encoded.
struct Texts {
    ends: Vec<u8>,
    text: String,
}

impl Texts {
    fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut list = Self { ends: Vec::new(), text: String::new() };
        for text in texts {
            list.text.push_str(text);
            list.ends.extend((list.text.len() as u32).to_le_bytes());
        }
        list
    }

    fn pairs<'a>(pairs: impl IntoIterator<Item = &'a (String, String)>) -> Self {
        Self::new(pairs.into_iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]))
    }

    fn wire(&self) -> WireTexts<'_> {
        WireTexts { ends: &self.ends, text: &self.text }
    }
}

/// The little-endian bytes of numbers, one after the other.
fn array<const N: usize>(numbers: impl IntoIterator<Item = [u8; N]>) -> Vec<u8> {
    numbers.into_iter().flatten().collect()
}
