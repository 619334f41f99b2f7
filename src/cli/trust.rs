//! Model files that are used only if they are what they have to be: the bytes that were checked are those that
//! are loaded.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::args::TrustArgs;
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

/// Reads the bytes of a model file, and no further than its header says.
pub(super) fn read_model(path: &Path) -> Result<Vec<u8>> {
    if path.as_os_str() == STANDARD_STREAM {
        return Model::read_bytes(io::stdin()).map_err(|error| error.in_file("standard input"));
    }
    Model::read_bytes(open(path)?).map_err(|error| error.in_file(path))
}

fn open(path: &Path) -> Result<File> {
    let in_file = |error: Error| error.in_file(path);
    let file = File::open(path).map_err(|error| in_file(Error::io("open the file", error)))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(in_file(Error::model("this is a folder, not a file")));
    }
    Ok(file)
}

/// Reads all of a file that has at most `limit` bytes, or standard input if it is `-`.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    if path.as_os_str() == STANDARD_STREAM {
        let bytes = read_all(io::stdin(), limit);
        return bytes.map_err(|error| error.in_file("standard input"));
    }
    read_all(open(path)?, limit).map_err(|error| error.in_file(path))
}

fn read_all(input: impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = input.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| Error::io("read the file", error))?;
    if bytes.len() as u64 > limit {
        return Err(Error::model(format!("the file has more than {limit} bytes")));
    }
    Ok(bytes)
}
