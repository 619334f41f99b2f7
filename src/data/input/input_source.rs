//! Where a table's bytes come from: a file that is opened once, or a stream that goes by once.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{self, Part, Stamp};
use crate::data::{STANDARD_STREAM, Sha256Digest};
use crate::{Error, Result};

/// A table's file, or a stream: standard input or a named pipe.
pub(crate) struct InputSource {
    path: PathBuf,
    bytes: Bytes,
}

enum Bytes {
    /// However often it is read, it is the file that was opened, whatever has its name by then.
    File(Arc<File>, Stamp),
    /// A copy of a stream, in a file without a name: it is gone with the program, however that ends.
    Copy(Arc<File>),
    Stream(Box<dyn Read + Send>),
    /// A stream that has gone by.
    Gone,
    /// The files of a folder.
    Folder(Arc<[Part]>),
}

/// How often a source is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passes {
    Once,
    /// Once, each row as soon as it is there.
    Live,
    /// A stream is copied while it is read.
    Several,
}

impl InputSource {
    /// Opens a file, `-` for standard input, or looks at a folder.
    ///
    /// # Errors
    /// It cannot be opened, or is a folder without tables.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let source = |bytes| Self { path: path.to_owned(), bytes };
        if path.as_os_str() == STANDARD_STREAM {
            return Ok(source(Bytes::Stream(Box::new(io::stdin()))));
        }
        let failed = |error| {
            let failed = Error::io("open the file", error).in_file(path);
            if path.to_string_lossy().contains(['*', '?']) {
                failed.with_help("a folder of files is one table: name the folder")
            } else {
                failed
            }
        };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Ok(source(Bytes::Folder(folder::parts(path)?.into())));
        }
        Ok(source(if metadata.is_file() {
            Bytes::File(Arc::new(file), Stamp::of(&metadata))
        } else {
            Bytes::Stream(Box::new(file))
        }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its name for people.
    pub(crate) fn name(&self) -> String {
        if self.path.as_os_str() == STANDARD_STREAM {
            return "standard input".to_owned();
        }
        self.path.display().to_string()
    }

    /// The files, if it is a folder.
    pub(super) fn parts(&self) -> Option<&[Part]> {
        if let Bytes::Folder(parts) = &self.bytes { Some(parts) } else { None }
    }

    /// The same folder, as it was when it was looked at.
    pub(super) fn folder_again(&self) -> Self {
        let parts = self.parts().unwrap_or_default().into();
        Self { path: self.path.clone(), bytes: Bytes::Folder(parts) }
    }

    /// A file of a folder.
    ///
    /// # Errors
    /// It cannot be opened, or was written to.
    pub(super) fn part(&self, at: usize) -> Result<Self> {
        let Some(part) = self.parts().and_then(|parts| parts.get(at)) else {
            return Err(self.changed());
        };
        let source = Self::open(&part.path)?;
        match &source.bytes {
            Bytes::File(_, stamp) if *stamp == part.stamp => Ok(source),
            _ => Err(source.changed()),
        }
    }

    /// The number of bytes of a file.
    pub(super) fn n_bytes(&self) -> Option<u64> {
        match &self.bytes {
            Bytes::File(_, stamp) => Some(stamp.len),
            _ => None,
        }
    }

    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.bytes, Bytes::Stream(_) | Bytes::Gone)
    }

    /// The bytes from the beginning. One pass at a time: what an earlier one gave is not read on.
    ///
    /// # Errors
    /// The system's; a stream that has gone by.
    pub(super) fn pass(&mut self, passes: Passes) -> Result<Box<dyn Read + Send>> {
        let bytes = match std::mem::replace(&mut self.bytes, Bytes::Gone) {
            Bytes::Stream(stream) if passes != Passes::Several => return Ok(stream),
            Bytes::Stream(stream) => {
                let copy = Arc::new(tempfile::tempfile().map_err(|error| self.not_copied(error))?);
                self.bytes = Bytes::Copy(Arc::clone(&copy));
                return Ok(Box::new(Copying { stream, copy }));
            }
            bytes => bytes,
        };
        self.bytes = bytes;
        Ok(Box::new(Shared(self.rewound()?)))
    }

    /// The file, at its beginning. A stream is copied to one first, if `check` likes its first
    /// `n_head` bytes.
    ///
    /// # Errors
    /// The system's, or what `check` says.
    #[cfg(any(feature = "arrow", feature = "compression"))]
    pub(super) fn file(
        &mut self,
        n_head: usize,
        check: impl FnOnce(&[u8]) -> Result<()>,
    ) -> Result<File> {
        let is_stream = self.is_stream();
        let mut head = Vec::new();
        let mut pass = self.pass(Passes::Several)?;
        let failed = |error| Error::io("read the file", error);
        pass.by_ref().take(n_head as u64).read_to_end(&mut head).map_err(failed)?;
        check(&head)?;
        if is_stream {
            io::copy(&mut pass, &mut io::sink()).map_err(failed)?;
        }
        self.rewound()?.try_clone().map_err(failed)
    }

    fn rewound(&self) -> Result<Arc<File>> {
        let failed = |error| Error::io("read the file", error).in_file(self.name());
        let (Bytes::File(file, _) | Bytes::Copy(file)) = &self.bytes else {
            return Err(failed(io::ErrorKind::NotSeekable.into()));
        };
        (&**file).rewind().map_err(failed)?;
        Ok(Arc::clone(file))
    }

    fn not_copied(&self, error: io::Error) -> Error {
        Error::io("copy it to a temporary file", error).in_file(self.name())
    }

    /// The digest of all bytes of a file, or of the digests of a folder's files.
    ///
    /// # Errors
    /// It cannot be read, or was written to.
    pub(crate) fn digest(&self) -> Result<Sha256Digest> {
        if let Bytes::Folder(parts) = &self.bytes {
            return folder::digest((0..parts.len()).map(|at| self.part(at)?.digest()));
        }
        let digest = Sha256Digest::of(Shared(self.rewound()?))
            .map_err(|error| Error::io("read the file", error).in_file(self.name()))?;
        self.check_unchanged()?;
        Ok(digest)
    }

    /// Refuses a file that was written to since it was opened.
    ///
    /// # Errors
    /// It was.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        if let Bytes::Folder(parts) = &self.bytes {
            return (0..parts.len()).try_for_each(|at| self.part(at).map(drop));
        }
        let Bytes::File(file, stamp) = &self.bytes else { return Ok(()) };
        let failed = |error| Error::io("read the file", error).in_file(self.name());
        if Stamp::of(&file.metadata().map_err(failed)?) == *stamp {
            return Ok(());
        }
        Err(self.changed())
    }

    /// The error for a file that is not, each time it is read, the same.
    pub(super) fn changed(&self) -> Error {
        Error::data("the file changed while it was read")
            .in_file(self.name())
            .with_help("read it when nothing writes to it")
    }
}

/// Reads a file that others have as well.
struct Shared(Arc<File>);

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

/// Copies a stream as it is read.
struct Copying {
    stream: Box<dyn Read + Send>,
    copy: Arc<File>,
}

impl Read for Copying {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(buffer)?;
        (&*self.copy)
            .write_all(&buffer[..n])
            .map_err(|error| io::Error::new(error.kind(), NotCopied(error)))?;
        Ok(n)
    }
}

/// Why a stream could not be copied, which is no fault of the stream.
#[derive(Debug)]
pub(super) struct NotCopied(io::Error);

impl fmt::Display for NotCopied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a copy of it cannot be written to the temporary folder: {}", self.0)
    }
}

impl std::error::Error for NotCopied {}
