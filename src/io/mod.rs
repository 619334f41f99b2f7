//! Files written so that nothing is lost: a new file appears whole or not at all, an old one is whole
//! until the new one is, and however the program ends, nothing else stays.
//!
//! ```text
//! Destination ── open ──► Output ── finish ──► the file, and what is uncertain about it
//!  (checked before         (a Temporary file
//!   the work begins)        in the same Folder)
//! ```

#[cfg(unix)]
mod attributes;
mod destination;
#[cfg(unix)]
mod extended;
mod folder;
mod link;
mod live;
mod output;
mod steps;
mod temporary;
#[cfg(test)]
mod tests;
mod versions;

use std::io::{self, Write};
use std::path::Path;

pub use destination::Destination;
pub use link::Link;
#[cfg(unix)]
pub use live::remove_all as remove_temporary_files;
pub use output::{Output, Written};
pub use temporary::is_temporary_name;
pub use versions::Versions;

use folder::Folder;
use steps::step;
use temporary::Access;

use crate::{Error, Result};

/// Writes a small file that may be lost when the machine fails, but is never half there.
///
/// # Errors
/// The operating system's refusal; files are then as they were.
pub fn write_note(path: &Path, text: &str) -> Result<()> {
    let folder = Folder::of(path, true)?;
    folder.remove_left_over();
    let mut temporary = folder.temporary(Access::Private)?;
    let written = step("write").and_then(|()| temporary.file().write_all(text.as_bytes()));
    let failed = |error: io::Error| Error::io("write", error).in_file(path);
    written.and_then(|()| temporary.place(path, true)).map_err(failed)
}
