//! Files that are read as they are, before anything is made of them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use forest::data::STANDARD_STREAM;
use forest::{Error, Model, Result};

/// Reads the bytes of a model file, and no further than its header says; standard input if it is `-`.
pub(super) fn read_model(path: &Path) -> Result<Vec<u8>> {
    with(path, |input| Model::read_bytes(input))
}

/// Reads a text file, or standard input if it is `-`.
pub(super) fn read_text(path: &Path) -> Result<String> {
    let text = String::from_utf8(read_all(path)?);
    text.map_err(|_| Error::setting("the file is not UTF-8").in_file(path))
}

/// Reads all of a file, or standard input if it is `-`.
pub(super) fn read_all(path: &Path) -> Result<Vec<u8>> {
    with(path, |input| {
        let mut bytes = Vec::new();
        let read = input.read_to_end(&mut bytes);
        read.map(|_| bytes).map_err(|error| Error::io("read the file", error))
    })
}

/// Reads the first bytes of a file.
#[cfg(feature = "import")]
pub(super) fn read_beginning(path: &Path, len: usize) -> Result<Vec<u8>> {
    with(path, |input| {
        let mut bytes = Vec::new();
        let read = input.take(len as u64).read_to_end(&mut bytes);
        read.map(|_| bytes).map_err(|error| Error::io("read the file", error))
    })
}

/// Reads all of a file that has at most `limit` bytes, or standard input if it is `-`.
#[cfg(feature = "signing")]
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    with(path, |input| {
        let mut bytes = Vec::new();
        let read = input.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| Error::io("read the file", error))?;
        if bytes.len() as u64 > limit {
            return Err(Error::model(format!("the file has more than {limit} bytes")));
        }
        Ok(bytes)
    })
}

fn with<T>(path: &Path, read: impl FnOnce(&mut dyn Read) -> Result<T>) -> Result<T> {
    if path.as_os_str() == STANDARD_STREAM {
        return read(&mut io::stdin()).map_err(|error| error.in_file("standard input"));
    }
    let in_file = |error: Error| error.in_file(path);
    let mut file = File::open(path).map_err(|error| in_file(Error::io("open the file", error)))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(in_file(Error::model("this is a folder, not a file")));
    }
    read(&mut file).map_err(in_file)
}
