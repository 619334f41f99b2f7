//! A result that is being written.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

#[cfg(unix)]
use super::attributes::Attributes;
use super::folder::Folder;
use super::steps::step;
use super::temporary::{Access, Temporary};
use super::versions::Versions;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// A result on its way. Unless it is finished, no file is left of it.
pub struct Output {
    writer: BufWriter<Writer>,
    /// For people.
    name: String,
}

/// A result that is in its place.
#[derive(Debug, Default)]
#[must_use]
pub struct Written {
    /// What could not be made certain, in words.
    pub doubts: Vec<String>,
    /// The file that a new [version](super::Destination::Version) is.
    pub version: Option<PathBuf>,
}

enum Writer {
    Direct(Box<dyn Write + Send>),
    File(NewFile),
}

/// A file that is to be put in its place.
struct NewFile {
    temporary: Temporary,
    folder: Folder,
    path: PathBuf,
    replace: bool,
    /// Of which it is the next one, if `path` is still to have a number.
    versions: Option<Versions>,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(out) => out.write(bytes),
            Self::File(file) => {
                step("write")?;
                file.temporary.file().write(bytes)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(out) => out.flush(),
            Self::File(file) => {
                step("flush")?;
                file.temporary.file().flush()
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Output {
    /// To what is written to as it is.
    pub(super) fn direct(out: impl Write + Send + 'static, name: String) -> Self {
        Self::new(Writer::Direct(Box::new(out)), name)
    }

    /// To a file that people know as `name`.
    pub(super) fn file(path: &Path, replace: bool, name: &Path) -> Result<Self> {
        let file = NewFile::new(path, replace)?;
        Ok(Self::new(Writer::File(file), name.display().to_string()))
    }

    /// To the next of these versions.
    pub(super) fn version(versions: Versions) -> Result<Self> {
        let name = versions.pattern().display().to_string();
        let file = NewFile::new(versions.pattern(), false)?;
        Ok(Self::new(Writer::File(NewFile { versions: Some(versions), ..file }), name))
    }

    fn new(writer: Writer, name: String) -> Self {
        Self { writer: BufWriter::with_capacity(1 << 16, writer), name }
    }

    /// Our error for one that writing to it returned.
    pub fn error(&self, error: io::Error) -> Error {
        Error::io("write", error).in_file(&self.name)
    }

    /// Puts the result in its place: on disk first, then under its name.
    ///
    /// # Errors
    /// The operating system's refusal to write, with which files are as they were. If the result was
    /// written and its place is taken, it is beside it, and the error says under which name.
    pub fn finish(self) -> Result<Written> {
        let Self { writer, name } = self;
        let failed = |error: io::Error| Error::io("write", error).in_file(&name);
        let mut writer = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        writer.flush().map_err(failed)?;
        match writer {
            Writer::Direct(_) => Ok(Written::default()),
            Writer::File(file) => file.finish().map_err(|error| error.in_file(&name)),
        }
    }
}

impl NewFile {
    fn new(path: &Path, replace: bool) -> Result<Self> {
        let folder = Folder::of(path, replace)?;
        folder.remove_left_over();
        let path = path.to_owned();
        // From its first byte it is for no one for whom the old file is not.
        let access = if replace && path.exists() { Access::Private } else { Access::Default };
        let temporary = folder.temporary(access)?;
        let file = Self { temporary, folder, path, replace, versions: None };
        // What is lost of them is known, and told, in the end.
        file.take_attributes();
        Ok(file)
    }

    /// Takes the attributes of the file that it will replace. Returns what could not be taken.
    fn take_attributes(&self) -> Vec<String> {
        #[cfg(unix)]
        if self.replace {
            match Attributes::of(&self.path) {
                Ok(old) => return old.give(self.temporary.file()),
                Err(_) if self.path.is_file() => {
                    return vec!["owner, group and permissions, which cannot be read".to_owned()];
                }
                Err(_) => {}
            }
        }
        Vec::new()
    }

    fn finish(mut self) -> Result<Written> {
        // The file there may be another than at the beginning.
        let lost = self.take_attributes();
        let synced = step("sync").and_then(|()| self.temporary.file().sync_all());
        synced.map_err(|error| Error::io("write", error))?;
        let versions = self.versions.take();
        let placed = match &versions {
            None => self.temporary.place(&self.path, self.replace),
            Some(versions) => self.place_version(versions),
        };
        if let Err(error) = placed {
            return Err(self.keep_beside(error));
        }
        let mut doubts = Vec::new();
        if !lost.is_empty() {
            let lost = lost.join(", ");
            doubts.push(format!("not all is as the file had it that was replaced: {lost}"));
        }
        if let Err(error) = self.folder.sync() {
            doubts.push(format!(
                "the file is written, but may be gone if the machine fails now: its folder cannot be \
                 synced: {error}"
            ));
        }
        Ok(Written { doubts, version: versions.map(|_| self.path) })
    }

    /// Puts it under the first number after all that are there by now.
    fn place_version(&mut self, versions: &Versions) -> io::Result<()> {
        let mut least = 1;
        loop {
            // Where a name can be taken without being listed, as in other letters, it goes on all the same.
            let number = versions.next()?.max(least);
            let path = versions.path(number);
            match self.temporary.place(&path, false) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < u64::MAX => {
                    least = number + 1;
                }
                placed => {
                    self.path = path;
                    return placed;
                }
            }
        }
    }

    /// Puts a result whose place is taken beside it, under the first name that is free.
    fn keep_beside(mut self, error: io::Error) -> Error {
        let is_taken = !self.replace && error.kind() == io::ErrorKind::AlreadyExists;
        let Some(kept) = self.place_beside() else {
            return Error::io("put the result in its place", error);
        };
        let kept = kept.display();
        let (what, help) = if is_taken {
            (
                "a file of this name has appeared, and stays as it is".to_owned(),
                sentence![format!("rename '{kept}', or use "), Parameter("replace")],
            )
        } else {
            let what = format!("cannot put the result in its place: {error}");
            (what, format!("rename '{kept}'").into())
        };
        Error::output(format!("{what}; the result is complete in '{kept}'")).with_help(help)
    }

    fn place_beside(&mut self) -> Option<PathBuf> {
        // The name may be too long for more, or none that a file can have.
        let names = [self.path.file_name()?.to_owned(), OsString::from("forest-result")];
        names.iter().find_map(|name| {
            for number in 1..=999 {
                let mut name = name.clone();
                name.push(format!(".{number}"));
                let path = self.path.with_file_name(name);
                match self.temporary.place(&path, false) {
                    Ok(()) => {
                        let _ = self.folder.sync();
                        return Some(path);
                    }
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(_) => return None,
                }
            }
            None
        })
    }
}
