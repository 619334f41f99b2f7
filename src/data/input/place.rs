//! Where a table's bytes come from: a file, or a stream that can be read once.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::data::STANDARD_STREAM;
use crate::{Error, Result};

/// A file, or standard input.
pub(crate) struct Place {
    name: String,
    bytes: Bytes,
}

enum Bytes {
    /// Standard input, which goes by once.
    Stream,
    File(PathBuf),
    /// A copy of a stream, which is gone with this.
    Copy(NamedTempFile),
}

impl Place {
    /// A file, `-` for standard input.
    pub(crate) fn new(path: &Path) -> Self {
        if path.as_os_str() == STANDARD_STREAM {
            return Self { name: "standard input".to_owned(), bytes: Bytes::Stream };
        }
        Self { name: path.display().to_string(), bytes: Bytes::File(path.to_owned()) }
    }

    /// Its name for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The same bytes, where they can be read more than once and at any place: a stream is copied to
    /// a temporary file.
    pub(crate) fn lasting(self) -> Result<Self> {
        let is_stream = match &self.bytes {
            Bytes::Stream => true,
            Bytes::File(path) => path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir()),
            Bytes::Copy(_) => false,
        };
        if !is_stream {
            return Ok(self);
        }
        let failed = |error| Error::io("copy it to a temporary file", error).in_file(&self.name);
        let mut copy = NamedTempFile::new().map_err(failed)?;
        io::copy(&mut self.open()?, &mut copy).map_err(failed)?;
        Ok(Self { name: self.name, bytes: Bytes::Copy(copy) })
    }

    /// The bytes from the beginning.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + Send>> {
        match &self.bytes {
            Bytes::Stream => Ok(Box::new(io::stdin())),
            Bytes::File(_) | Bytes::Copy(_) => Ok(Box::new(self.open_file()?)),
        }
    }

    /// The file, of a place that [lasts](Self::lasting).
    pub(crate) fn open_file(&self) -> Result<File> {
        let failed = |error| Error::io("open the file", error).in_file(&self.name);
        let path = match &self.bytes {
            Bytes::Stream => return Err(failed(io::ErrorKind::NotSeekable.into())),
            Bytes::File(path) => path.as_path(),
            Bytes::Copy(copy) => copy.path(),
        };
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(Error::data("this is a folder, not a file")
                .in_file(&self.name)
                .help("name a file in it"));
        }
        Ok(file)
    }
}
