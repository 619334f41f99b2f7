//! Where a result is to be written, found fit for it before the work begins.

use std::fs::{self, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::output::{Output, Written};
use super::versions::Versions;
use crate::data::STANDARD_STREAM;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// A place for a result.
#[derive(Debug)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A device or a pipe: it is written to, never replaced.
    Device(PathBuf),
    /// A regular file, there or not.
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// Whether it takes the place of the file that is there when it is finished.
        replace: bool,
    },
    /// A new version of a file: it gets its number when it is finished.
    Version(Versions),
}

impl Destination {
    /// `path` is `-` for standard output.
    ///
    /// # Errors
    /// A folder; a file that is there, unless `replace`; one that cannot be replaced; a name that no
    /// file can have; a folder that is not there or in which no file can be put.
    pub fn new(path: &Path, replace: bool) -> Result<Self> {
        if path.as_os_str() == STANDARD_STREAM || is_standard_output(path) {
            return Ok(Self::Stdout);
        }
        let refused = |message: String| Error::output(message).in_file(path);
        let names_folder = path.to_string_lossy().ends_with(std::path::is_separator);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(refused("this is a folder".to_owned()).with_help("name a file in it"));
            }
            _ if names_folder => {
                return Err(
                    refused("there is no such folder".to_owned()).with_help("make it first")
                );
            }
            Ok(metadata) if !metadata.is_file() => return Ok(Self::Device(path.to_owned())),
            Ok(_) if !replace => {
                return Err(refused("the file is there already, and stays as it is".to_owned())
                    .with_help(sentence![
                        "choose another name, or replace it with ",
                        Parameter("replace")
                    ]));
            }
            Ok(metadata) => {
                let path = real(path);
                Folder::of(&path, true)?;
                check_replaceable(&path, &metadata)?;
            }
            Err(_) if path.is_symlink() => {
                return Err(refused("this is a link to a file that is not there".to_owned())
                    .with_help("make the file, or remove the link"));
            }
            Err(error) => {
                Folder::of(path, false)?;
                check_name(path, &error)?;
            }
        }
        Ok(Self::File { path: path.to_owned(), replace })
    }

    /// The next of these versions: one more than the highest number that is there when the result is finished,
    /// whoever else is finished at the same time.
    ///
    /// # Errors
    /// A folder that is not there or in which no file can be put; a name that no file can have; a file that has
    /// the name with the `{n}` itself, for it would be taken for what is meant by it.
    pub fn version(versions: Versions) -> Result<Self> {
        let pattern = versions.pattern();
        Folder::of(pattern, false)?;
        if pattern.symlink_metadata().is_ok() {
            let message = "a file has this very name, so that {n} cannot stand for a number";
            return Err(Error::output(message).in_file(pattern).with_help("rename that file"));
        }
        let next = versions.next();
        let next = next.map_err(|error| Error::io("find a number", error).in_file(pattern))?;
        if let Err(error) = versions.path(next).symlink_metadata() {
            check_name(&versions.path(next), &error)?;
        }
        Ok(Self::Version(versions))
    }

    /// Whether the result goes to standard output.
    pub fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout)
    }

    /// Writes all of a result.
    ///
    /// # Errors
    /// As of [`Output::finish`].
    pub fn write(self, bytes: &[u8]) -> Result<Written> {
        let mut out = self.open()?;
        io::Write::write_all(&mut out, bytes).map_err(|error| out.error(error))?;
        out.finish()
    }

    /// Opens it, to write a result piece by piece.
    ///
    /// # Errors
    /// The operating system's refusal.
    pub fn open(self) -> Result<Output> {
        match self {
            Self::Stdout => Ok(Output::direct(io::stdout(), "standard output".to_owned())),
            Self::Device(path) => {
                let name = path.display().to_string();
                let device = OpenOptions::new().write(true).open(path);
                let device =
                    device.map_err(|error| Error::io("open it to write", error).in_file(&name))?;
                Ok(Output::direct(device, name))
            }
            Self::File { path, replace: true } => Output::file(&real(&path), true, &path),
            Self::File { path, replace: false } => Output::file(&path, false, &path),
            Self::Version(versions) => Output::version(versions),
        }
    }
}

/// Refuses a name under which there is no file, and not just because nobody made one.
fn check_name(path: &Path, error: &io::Error) -> Result<()> {
    if error.kind() == io::ErrorKind::NotFound {
        return Ok(());
    }
    Err(Error::output(format!("no file can have this name: {error}"))
        .in_file(path)
        .with_help("choose another name"))
}

/// The file that a link leads to, which is replaced instead of the link.
fn real(path: &Path) -> PathBuf {
    let led_to = if path.is_symlink() { fs::canonicalize(path).ok() } else { None };
    led_to.unwrap_or_else(|| path.to_owned())
}

/// Refuses to replace a file that the system would not let us replace.
fn check_replaceable(path: &Path, metadata: &Metadata) -> Result<()> {
    let refused = |why: &str, help: &'static str| {
        Err(Error::output(format!("the file cannot be replaced: {why}"))
            .in_file(path)
            .with_help(help))
    };
    if let Some(why) = fixed(path) {
        return refused(why, "choose another name");
    }
    if is_others_in_sticky_folder(path, metadata) {
        let why = "it belongs to another user, and in its folder (sticky, mode +t) files are \
                   replaced by their owners alone";
        return refused(why, "choose another name or another folder");
    }
    Ok(())
}

/// What keeps a file where it is, whoever may write to its folder.
#[cfg(target_os = "linux")]
fn fixed(path: &Path) -> Option<&'static str> {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let found = statx(CWD, path, AtFlags::empty(), StatxFlags::empty()).ok()?;
    [
        (StatxAttributes::IMMUTABLE, "it is immutable (chattr +i)"),
        (StatxAttributes::APPEND, "it is append-only (chattr +a)"),
        (StatxAttributes::MOUNT_ROOT, "something is mounted on it"),
    ]
    .into_iter()
    .find_map(|(attribute, why)| found.stx_attributes.contains(attribute).then_some(why))
}

#[cfg(not(target_os = "linux"))]
fn fixed(_: &Path) -> Option<&'static str> {
    None
}

/// Whether a file is another user's and its folder lets owners alone replace their files.
#[cfg(unix)]
fn is_others_in_sticky_folder(path: &Path, metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    const STICKY: u32 = 0o1000;
    fs::metadata(super::folder::folder_of(path)).is_ok_and(|folder| {
        folder.mode() & STICKY != 0 && !acts_as_owner(path, metadata) && !owns(&folder)
    })
}

#[cfg(not(unix))]
fn is_others_in_sticky_folder(_: &Path, _: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn owns(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Whether we own a file, or may all that its owner may.
#[cfg(target_os = "linux")]
fn acts_as_owner(path: &Path, metadata: &Metadata) -> bool {
    use rustix::fs::{Mode, OFlags, open};
    // Linux grants this flag to those who act as owners, and to nobody else.
    let flags = OFlags::RDONLY | OFlags::NOATIME | OFlags::NONBLOCK | OFlags::CLOEXEC;
    owns(metadata) || open(path, flags, Mode::empty()).is_ok()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn acts_as_owner(_: &Path, metadata: &Metadata) -> bool {
    owns(metadata) || rustix::process::geteuid().is_root()
}

/// Whether a path leads to what standard output leads to, such as `/dev/stdout`.
fn is_standard_output(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use std::os::unix::fs::MetadataExt;
        let stdout = io::stdout().as_fd().try_clone_to_owned().map(fs::File::from);
        let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let of_stdout = stdout.and_then(|stdout| stdout.metadata()).map(place);
        matches!((fs::metadata(path).map(place), of_stdout), (Ok(a), Ok(b)) if a == b)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
