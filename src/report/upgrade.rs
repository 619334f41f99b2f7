//! What `forest upgrade` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::text::{bytes, count};
use forest::message::list;
use forest::model::{FORMAT, Upgrade};

/// A model file that was written anew.
#[derive(Serialize)]
pub(crate) struct UpgradeReport {
    file: String,
    from_format: u16,
    format: u16,
    bytes_before: u64,
    bytes: u64,
    rows_compared: u64,
    dropped_sections: Vec<String>,
}

impl UpgradeReport {
    pub(crate) fn new(upgrade: &Upgrade, bytes_before: usize, file: &Path) -> Self {
        Self {
            file: file.display().to_string(),
            from_format: upgrade.from_format,
            format: FORMAT,
            bytes_before: bytes_before as u64,
            bytes: upgrade.bytes.len() as u64,
            rows_compared: upgrade.rows_compared,
            dropped_sections: upgrade.dropped_sections.clone(),
        }
    }
}

impl fmt::Display for UpgradeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = count(self.rows_compared, "row", "rows");
        let [before, now] = [self.bytes_before, self.bytes].map(bytes);
        writeln!(
            f,
            "{}: format {} ({before}) → format {} ({now}), {rows} predicted alike to the bit",
            self.file, self.from_format, self.format
        )?;
        if !self.dropped_sections.is_empty() {
            let names = list(&self.dropped_sections);
            writeln!(f, "left out, for this release does not know them: the sections {names}")?;
        }
        Ok(())
    }
}
