//! What stands for signatures in a build without them.

use std::path::Path;

use forest::{Error, Result};

/// # Errors
/// Always: nothing that has to be signed is used unchecked.
pub(super) fn check(_: &[u8], _: Option<&str>, _: &Path, _: &Path) -> Result<()> {
    let message = "this build checks no signatures: it was made without the feature `signing`";
    Err(Error::setting(message).with_help("use a build that has the feature"))
}
