//! Symbolic links that are moved from one file to another in one step.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Folder, folder_of};
use crate::{Error, Result};

/// A symbolic link that is to point at a file once that is whole.
#[derive(Debug)]
pub struct Link(PathBuf);

impl Link {
    /// A link that is there already, or is not there yet.
    ///
    /// # Errors
    /// Something else has that name; a folder that cannot be written in; a system without such links.
    pub fn new(path: &Path) -> Result<Self> {
        if cfg!(not(unix)) {
            return Err(Error::setting("there are no symbolic links here"));
        }
        match path.symlink_metadata() {
            Ok(found) if !found.is_symlink() => {
                Err(Error::output("there is a file of this name, and no link")
                    .in_file(path)
                    .with_help("move it away, or give the link another name"))
            }
            _ => Folder::of(path, true).map(|_| Self(path.to_owned())),
        }
    }

    /// Makes the link, or moves it: whoever opens it meanwhile gets the old file or the new one.
    ///
    /// # Errors
    /// The system's refusal, with which the link is as it was.
    pub fn point_to(&self, file: &Path) -> Result<()> {
        let failed = |error| Error::io("move the link", error).in_file(&self.0);
        let target = relative(&self.0, file).map_err(failed)?;
        let name = tempfile::Builder::new()
            .prefix(".forest-")
            .suffix(".link")
            .make_in(folder_of(&self.0), |path| make(&target, path));
        // It is a link, and goes by itself: there is nothing to remove once it has its name.
        let ((), temporary) =
            name.and_then(|made| made.keep().map_err(|error| error.error)).map_err(failed)?;
        fs::rename(&temporary, &self.0).map_err(|error| {
            let _ = fs::remove_file(&temporary);
            failed(error)
        })
    }
}

#[cfg(unix)]
fn make(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn make(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The file as seen from a link: by its name alone in the same folder.
fn relative(link: &Path, file: &Path) -> io::Result<PathBuf> {
    let folders = [link, file].map(|path| folder_of(path).canonicalize());
    match (file.file_name(), folders) {
        (Some(name), [Ok(of_link), Ok(of_file)]) if of_link == of_file => Ok(name.into()),
        _ => file.canonicalize(),
    }
}
