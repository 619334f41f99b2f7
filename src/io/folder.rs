//! A folder that results are put in.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::steps::step;
use super::temporary::{Access, Temporary, remove_left_over};
use crate::{Error, Result};

/// A folder that was tried out: a file can be made in it and put in its place.
pub(super) struct Folder {
    path: PathBuf,
    /// The file that it was tried out for.
    file: PathBuf,
    has_unnamed_files: bool,
}

impl Folder {
    /// The folder of a file, which is there if it is to be replaced.
    ///
    /// # Errors
    /// It is not there; no files can be made in it, or none can be put in their places.
    pub(super) fn of(file: &Path, replace: bool) -> Result<Self> {
        let path = folder_of(file);
        let mut folder =
            Self { path: path.to_owned(), file: file.to_owned(), has_unnamed_files: false };
        // Nothing could be removed of a trial in such a folder, nor replaced.
        if is_append_only(path) {
            folder.has_unnamed_files = folder.try_unnamed().is_some();
            if replace || !folder.has_unnamed_files {
                let why = "it is append-only (chattr +a)";
                return Err(folder.refused("files cannot be renamed", why));
            }
            return Ok(folder);
        }
        folder.try_out(replace)?;
        Ok(folder)
    }

    /// Does with an empty file what will be done with the result.
    fn try_out(&mut self, replace: bool) -> Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(mut trial) = self.try_unnamed()
            && trial.give_name().is_ok()
        {
            self.has_unnamed_files = true;
            let renamed = if replace { trial.rename(true) } else { Ok(()) };
            return self.end_trial(trial, renamed);
        }
        let mut trial = self.temporary(Access::Private)?;
        let renamed = trial.rename(replace);
        self.end_trial(trial, renamed)
    }

    fn end_trial(&self, trial: Temporary, renamed: io::Result<()>) -> Result<()> {
        let removed = trial.remove();
        let failed = |error: io::Error| {
            self.refused("files can be made, but not renamed and removed,", &cause(&error))
        };
        renamed.and(removed).map_err(failed)
    }

    #[cfg(target_os = "linux")]
    fn try_unnamed(&self) -> Option<Temporary> {
        Temporary::unnamed(&self.path, Access::Private).ok()
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "Linux alone has such files")]
    fn try_unnamed(&self) -> Option<Temporary> {
        None
    }

    /// A new file in this folder, gone when it is dropped.
    pub(super) fn temporary(&self, access: Access) -> Result<Temporary> {
        #[cfg(target_os = "linux")]
        if self.has_unnamed_files {
            let unnamed = Temporary::unnamed(&self.path, access);
            return unnamed.map_err(|error| self.refused("no file can be made", &cause(&error)));
        }
        let named = Temporary::named(&self.path, access);
        named.map_err(|error| self.refused("no file can be made", &cause(&error)))
    }

    /// Removes what programs that were killed have left here.
    pub(super) fn remove_left_over(&self) {
        remove_left_over(&self.path);
    }

    /// Makes the names of its files last, where the system lets folders be synced.
    pub(super) fn sync(&self) -> io::Result<()> {
        if !cfg!(unix) {
            return Ok(());
        }
        let folder = step("open the folder").and_then(|()| File::open(&self.path));
        let sync = |folder: File| step("sync the folder").and_then(|()| folder.sync_all());
        match folder.and_then(sync) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            result => result,
        }
    }

    fn refused(&self, what: &str, why: &str) -> Error {
        Error::output(format!("{what} in the folder '{}': {why}", self.path.display()))
            .in_file(&self.file)
            .with_help("choose a folder that is there and can be written to")
    }
}

pub(super) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The system's word alone: around it tempfile names a file that means nothing to the reader.
fn cause(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.source());
    inner.map_or_else(|| error.to_string(), ToString::to_string)
}

fn is_append_only(folder: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
        statx(CWD, folder, AtFlags::empty(), StatxFlags::empty())
            .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::APPEND))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        false
    }
}
