//! Where tables were on this machine: model files name them without folders, so that they are the same
//! wherever they are trained. What is remembered stays in the user's cache and may be lost.

use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use forest::data::{Sha256Digest, Source};
use forest::io::write_note;

/// Remembers the file that a table was read from. A cache that cannot be written is no error.
pub(super) fn remember(source: &Source, path: &Path) {
    if let (Some(note), Ok(path)) = (note_of(source.sha256()), path.canonicalize())
        && let (Some(folder), Some(text)) = (note.parent(), path.to_str())
        && (path.is_file() || path.is_dir())
    {
        let _ = fs::create_dir_all(folder).map(|()| write_note(&note, text));
    }
}

/// The folder that a table was last read from, if that is remembered.
pub(super) fn recall(source: &Source) -> Option<PathBuf> {
    let path = fs::read_to_string(note_of(source.sha256())?).ok()?;
    Path::new(&path).parent().map(Path::to_owned)
}

/// The file that says where the table of this digest is.
fn note_of(sha256: Sha256Digest) -> Option<PathBuf> {
    let cache = etcetera::choose_base_strategy().ok()?.cache_dir();
    Some(cache.join("forest").join("tables").join(sha256.to_string()))
}
