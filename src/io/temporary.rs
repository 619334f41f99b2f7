//! A file on its way: it is in the folder of its place, and gone unless it is put there.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::live;
use super::steps::step;

const PREFIX: &str = ".forest-";
const SUFFIX: &str = ".part";

/// The number of random letters and digits between them.
const RANDOM: usize = 6;

/// More than other programs can get in between.
const MAX_TRIALS: usize = 16;

/// Who may use a file while it is written.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Its owner alone.
    Private,
    /// Those who may use any new file: what the user's mask leaves of read and write for all.
    Default,
}

impl Access {
    #[cfg(unix)]
    fn mode(self) -> u32 {
        match self {
            Self::Private => 0o600,
            Self::Default => 0o666,
        }
    }

    #[cfg(unix)]
    fn builder(self) -> tempfile::Builder<'static, 'static> {
        let mut builder = builder();
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(self.mode()));
        builder
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "the folder says who may use its files")]
    fn builder(self) -> tempfile::Builder<'static, 'static> {
        builder()
    }
}

/// A temporary file, which is locked: one that has a name and no lock is of a program that was killed.
pub(super) struct Temporary {
    file: File,
    folder: PathBuf,
    /// The name it has now. Without one nothing is left of it, however the program ends.
    name: Option<PathBuf>,
}

impl Temporary {
    /// A file without a name.
    ///
    /// # Errors
    /// The folder's file system has no such files.
    #[cfg(target_os = "linux")]
    pub(super) fn unnamed(folder: &Path, access: Access) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, open};
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        step("open without a name")?;
        let file = File::from(open(folder, flags, Mode::from_raw_mode(access.mode()))?);
        // Where files cannot be locked, no other program takes it for one that is left over.
        let _ = step("lock").map(|()| file.try_lock());
        Ok(Self { file, folder: folder.to_owned(), name: None })
    }

    /// A file with a name, where there is no other.
    pub(super) fn named(folder: &Path, access: Access) -> io::Result<Self> {
        let mut temporary = Self::with_random_name(folder, access)?;
        // Before it was locked, another program may have taken it for one that is left over. Where
        // names do not lead to the same file twice, that cannot be known, and does not happen.
        for _ in 0..MAX_TRIALS {
            let locked = step("lock").map_err(TryLockError::Error);
            let locked = locked.and_then(|()| temporary.file.try_lock());
            let is_locked = !matches!(locked, Err(TryLockError::WouldBlock));
            if is_locked && temporary.has_its_name()? {
                break;
            }
            temporary = Self::with_random_name(folder, access)?;
        }
        Ok(temporary)
    }

    fn with_random_name(folder: &Path, access: Access) -> io::Result<Self> {
        let mut names = live::lock();
        step("open")?;
        let (file, name) = access.builder().tempfile_in(folder)?.keep()?;
        names.insert(name.clone());
        Ok(Self { file, folder: folder.to_owned(), name: Some(name) })
    }

    fn has_its_name(&self) -> io::Result<bool> {
        self.name.as_ref().map_or(Ok(false), |name| is_at(&self.file, name))
    }

    /// The file, to write to.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Gives a name to a file that has none.
    #[cfg(target_os = "linux")]
    pub(super) fn give_name(&mut self) -> io::Result<()> {
        let mut names = live::lock();
        let named = builder().make_in(&self.folder, |name| link(&self.file, name))?;
        let ((), name) = named.keep()?;
        names.insert(name.clone());
        self.name = Some(name);
        Ok(())
    }

    /// Gives it another name, as putting it in its place would.
    pub(super) fn rename(&mut self, replace: bool) -> io::Result<()> {
        let mut names = live::lock();
        let Some(old) = &self.name else { return Ok(()) };
        let renamed = builder().make_in(&self.folder, |new| rename(old, new, replace))?;
        let ((), new) = renamed.keep()?;
        names.remove(old);
        names.insert(new.clone());
        self.name = Some(new);
        Ok(())
    }

    /// Puts it in its place, in the same folder. If that fails, it can be put in another.
    ///
    /// # Errors
    /// The operating system's refusal; a file that is there, unless `replace`.
    pub(super) fn place(&mut self, path: &Path, replace: bool) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if self.name.is_none() {
            if !replace {
                let _names = live::lock();
                return link(&self.file, path);
            }
            self.give_name()?;
        }
        let mut names = live::lock();
        if let Some(name) = &self.name {
            rename(name, path, replace)?;
            names.remove(name);
        }
        self.name = None;
        Ok(())
    }

    /// Removes it.
    ///
    /// # Errors
    /// The operating system's refusal: it stays.
    pub(super) fn remove(mut self) -> io::Result<()> {
        self.lose_name()
    }

    fn lose_name(&mut self) -> io::Result<()> {
        let Some(name) = self.name.take() else { return Ok(()) };
        let mut names = live::lock();
        names.remove(&name);
        step("unlink")?;
        fs::remove_file(name)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed is left for the next save in this folder.
        let _ = self.lose_name();
    }
}

/// Removes what programs that were killed have left in a folder.
pub(super) fn remove_left_over(folder: &Path) {
    let entries = step("readdir").and_then(|()| fs::read_dir(folder));
    for entry in entries.into_iter().flatten().flatten() {
        if is_temporary_name(&entry.file_name()) && entry.file_type().is_ok_and(|t| t.is_file()) {
            // What cannot be removed stays as it is.
            let _ = remove_if_left_over(&entry.path());
        }
    }
}

/// Whether a file of this name is one on its way, or what a program that was killed has left of one.
pub fn is_temporary_name(name: &OsStr) -> bool {
    let name = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    name.is_some_and(|name| {
        name.len() == RANDOM && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn remove_if_left_over(path: &Path) -> io::Result<()> {
    let file = open_regular(path)?;
    step("lock")?;
    let is_left_over = file.try_lock().is_ok() && file.metadata()?.is_file();
    if is_left_over && is_at(&file, path)? {
        step("unlink")?;
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Opens a file, but no link, and without waiting for the writer of a pipe.
fn open_regular(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::{Mode, OFlags, open};
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        step("open")?;
        Ok(File::from(open(path, flags, Mode::empty())?))
    }
    #[cfg(not(unix))]
    File::open(path)
}

/// Whether a name leads to an open file.
#[cfg(unix)]
fn is_at(file: &File, name: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    step("stat")?;
    let open = file.metadata()?;
    match fs::symlink_metadata(name) {
        Ok(named) => Ok((named.dev(), named.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a name leads to an open file: elsewhere, one that is open keeps its name.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    builder
}

/// Gives a name to a file that has none, unless it is taken.
#[cfg(target_os = "linux")]
fn link(file: &File, name: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    step("link")?;
    Ok(linkat(CWD, open, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

fn rename(old: &Path, new: &Path, replace: bool) -> io::Result<()> {
    step("rename")?;
    if replace {
        return fs::rename(old, new);
    }
    let renamed = TempPath::try_from_path(old)?.persist_noclobber(new);
    renamed.map_err(|failed| {
        // It is not for tempfile to remove.
        let _ = failed.path.keep();
        failed.error
    })
}
