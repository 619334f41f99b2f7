//! Files written so that nothing is lost: a new file appears whole or not at all, and an old one is
//! whole until the new one is.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::data::STANDARD_STREAM;
use crate::{Error, Result};

/// Where a result is to be written, found fit for it before the work begins.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Standard output.
    Stdout,
    /// A device or a pipe: it is written to, never replaced.
    Device(PathBuf),
    /// A regular file, there or not, with links followed.
    File {
        /// The file.
        path: PathBuf,
        /// The permissions of the file in its place that is to be replaced.
        replaced: Option<Permissions>,
    },
}

impl Destination {
    /// `path` is `-` for standard output.
    ///
    /// # Errors
    /// A folder; a file that is there, unless `replace`; a folder that is not there or in which no
    /// file can be made.
    pub(crate) fn new(path: &Path, replace: bool) -> Result<Self> {
        if path.as_os_str() == STANDARD_STREAM || is_standard_output(path) {
            return Ok(Self::Stdout);
        }
        let refused = |message: &str| Error::output(message).in_file(path);
        let names_folder = path.to_string_lossy().ends_with(std::path::is_separator);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                Err(refused("this is a folder").help("name a file in it"))
            }
            _ if names_folder => Err(refused("there is no such folder").help("make it first")),
            Ok(metadata) if !metadata.is_file() => Ok(Self::Device(path.to_owned())),
            Ok(_) if !replace => Err(refused("the file is there already, and stays as it is")
                .help("choose another name, or replace it with --force")),
            Ok(metadata) => {
                // The file that a link leads to is replaced, not the link.
                let found = fs::canonicalize(path);
                let path =
                    found.map_err(|error| Error::io("find the file", error).in_file(path))?;
                temporary_beside(&path)?;
                Ok(Self::File { path, replaced: Some(metadata.permissions()) })
            }
            Err(_) if path.is_symlink() => {
                Err(refused("this is a link to a file that is not there")
                    .help("make the file, or remove the link"))
            }
            Err(_) => {
                temporary_beside(path)?;
                Ok(Self::File { path: path.to_owned(), replaced: None })
            }
        }
    }

    /// Whether the result goes to standard output.
    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout)
    }

    /// Writes all of a result.
    ///
    /// # Errors
    /// The operating system's refusal; files are then as they were.
    pub(crate) fn write(self, bytes: &[u8]) -> Result<()> {
        let mut out = self.open()?;
        out.write_all(bytes).map_err(|error| out.error(error))?;
        out.finish()
    }

    /// Opens it, to write a result piece by piece.
    ///
    /// # Errors
    /// The operating system's refusal.
    pub(crate) fn open(self) -> Result<Output> {
        let (writer, name): (Writer, _) = match &self {
            Self::Stdout => (Writer::Direct(Box::new(io::stdout())), "standard output".to_owned()),
            Self::Device(path) => {
                let name = path.display().to_string();
                let device = OpenOptions::new().write(true).open(path);
                let device =
                    device.map_err(|error| Error::io("open it to write", error).in_file(&name))?;
                (Writer::Direct(Box::new(device)), name)
            }
            Self::File { path, .. } => {
                (Writer::Temporary(temporary_beside(path)?), path.display().to_string())
            }
        };
        Ok(Output { writer: BufWriter::with_capacity(1 << 16, writer), destination: self, name })
    }
}

/// A result on its way. Unless it is finished, no file is left of it.
pub(crate) struct Output {
    writer: BufWriter<Writer>,
    destination: Destination,
    name: String,
}

enum Writer {
    Direct(Box<dyn Write + Send>),
    Temporary(NamedTempFile),
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(out) => out.write(bytes),
            Self::Temporary(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(out) => out.flush(),
            Self::Temporary(file) => file.flush(),
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
    /// Our error for one that writing to it returned.
    pub(crate) fn error(&self, error: io::Error) -> Error {
        Error::io("write", error).in_file(&self.name)
    }

    /// Puts the result in its place: on disk first, then under its name.
    ///
    /// # Errors
    /// The operating system's refusal; files are then as they were.
    pub(crate) fn finish(self) -> Result<()> {
        let Self { writer, destination, name } = self;
        let failed = |error: io::Error| Error::io("write", error).in_file(&name);
        let mut writer = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        writer.flush().map_err(failed)?;
        let (Writer::Temporary(file), Destination::File { path, replaced }) = (writer, destination)
        else {
            return Ok(());
        };
        let stored = if let Some(permissions) = replaced {
            file.as_file().set_permissions(permissions).map_err(failed)?;
            file.as_file().sync_all().map_err(failed)?;
            file.persist(&path)
        } else {
            file.as_file().sync_all().map_err(failed)?;
            file.persist_noclobber(&path)
        };
        stored.map_err(|error| failed(error.error))?;
        sync_folder(&path).map_err(failed)
    }
}

/// A new file in the folder of `path`, gone when it is dropped.
fn temporary_beside(path: &Path) -> Result<NamedTempFile> {
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".forest-").suffix(".part");
    // As any other new file: what the user's mask leaves of read and write for all.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(|error| {
        // The system's word alone: around it tempfile names a file that means nothing to the reader.
        let cause = error.get_ref().and_then(|inner| inner.source()).map(ToString::to_string);
        let cause = cause.unwrap_or_else(|| error.to_string());
        Error::output(format!("no file can be made in the folder '{}': {cause}", folder.display()))
            .in_file(path)
            .help("choose a folder that is there and can be written to")
    })
}

/// Whether a path leads to what standard output leads to, such as `/dev/stdout`.
fn is_standard_output(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use std::os::unix::fs::MetadataExt;
        let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
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

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes the file's new name last, where the system lets folders be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder_of(path)).and_then(|folder| folder.sync_all()) {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}
