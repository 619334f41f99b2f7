//! Model files that are used only if they are what they have to be: the bytes that were checked are those that
//! are loaded.

use std::path::Path;

use super::args::TrustArgs;
use super::files::read_model;
#[cfg(feature = "signing")]
use super::signatures;
#[cfg(not(feature = "signing"))]
use super::without_signatures as signatures;
use forest::data::{STANDARD_STREAM, Sha256Digest};
use forest::{Error, Model, Result};

/// Loads a model that is what it has to be, from standard input if it is `-`.
pub(super) fn load(path: &Path, trust: &TrustArgs) -> Result<Model> {
    let is_stream = path.as_os_str() == STANDARD_STREAM;
    let file = if is_stream { Path::new("standard input") } else { path };
    let signature = match &trust.public_key {
        None => None,
        Some(key) => Some((
            key,
            trust.signature(path).ok_or_else(|| {
                Error::setting("--public-key does not know the signature of standard input")
                    .with_help("give it with --signature FILE")
            })?,
        )),
    };
    let bytes = read_model(path)?;
    check_digest(&bytes, trust).map_err(|error| error.in_file(file))?;
    if let Some((key, signature)) = signature {
        let name = path.file_name().filter(|_| !is_stream);
        signatures::check(&bytes, name.and_then(|name| name.to_str()), &signature, key)?;
    }
    Model::from_bytes(&bytes).map_err(|error| error.in_file(file))
}

fn check_digest(bytes: &[u8], trust: &TrustArgs) -> Result<()> {
    let Some(expected) = trust.expect_sha256 else { return Ok(()) };
    let found = Sha256Digest::new(bytes);
    if found == expected {
        return Ok(());
    }
    let message = format!("the file's SHA-256 is {found}, and {expected} is expected");
    Err(Error::model(message)
        .with_help("it is not the file that --expect-sha256 means: do not use it"))
}
