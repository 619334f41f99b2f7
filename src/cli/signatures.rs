//! Signatures and keys in files.

use std::path::Path;

use super::files::read;
use forest::signing::{MAX_BYTES, VerifyingKey, verify};
use forest::{Error, Result};

/// Checks that the signature in a file is of these bytes and by the public key in another file. `name` is that of the
/// file with the bytes.
pub(super) fn check(bytes: &[u8], name: Option<&str>, signature: &Path, key: &Path) -> Result<()> {
    let public = VerifyingKey::from_pem(&read_key(key)?).map_err(|error| error.in_file(key))?;
    if !signature.exists() {
        return Err(Error::signature("there is no such signature, and the model has to be signed")
            .in_file(signature)
            .with_help(
                "have the model signed (`forest sign`), or say where the signature is with --signature",
            ));
    }
    let text = read(signature, MAX_BYTES as u64)?;
    verify(bytes, name, &text, &public).map_err(|error| error.in_file(signature))
}

/// The text of a file with a key.
pub(super) fn read_key(path: &Path) -> Result<String> {
    // Other bytes than those of texts are in no key: what is left says so.
    Ok(String::from_utf8_lossy(&read(path, MAX_BYTES as u64)?).into_owned())
}
