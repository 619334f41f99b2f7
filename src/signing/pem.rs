//! Keys in PEM files, which can have more than one block.

use crate::{Error, Result};

/// The first block that is a key or a certificate, with its label; `openssl ecparam` puts the curve before a
/// key.
///
/// # Errors
/// There is none; `wanted` says what there should be.
pub(super) fn block<'a>(text: &'a str, wanted: &str) -> Result<(&'a str, &'a str)> {
    const BEGIN: &str = "-----BEGIN ";
    let blocks = text.match_indices(BEGIN).filter_map(|(start, _)| {
        let (label, _) = text[start + BEGIN.len()..].split_once("-----")?;
        let end = format!("-----END {label}-----");
        let len = text[start..].find(&end)? + end.len();
        Some((label, &text[start..start + len]))
    });
    let mut blocks = blocks.filter(|(label, _)| *label != "EC PARAMETERS");
    blocks.next().ok_or_else(|| {
        Error::signature("this is no key in PEM, a text between lines of BEGIN and END")
            .with_help(format!("give {wanted}"))
    })
}
