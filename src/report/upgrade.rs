//! What `forest upgrade` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::saved::Saved;
use super::text::{bytes, count};
use forest::message::list;
use forest::model::{FORMAT, Upgrade};

/// A model file that was written anew.
#[derive(Serialize)]
pub(crate) struct UpgradeReport {
    from_model_format: u16,
    model_format: u16,
    bytes_before: u64,
    rows_compared: u64,
    dropped_sections: Vec<String>,
    saved: Saved,
}

impl UpgradeReport {
    pub(crate) fn new(upgrade: &Upgrade, bytes_before: usize, file: &Path) -> Self {
        Self {
            from_model_format: upgrade.from_format,
            model_format: FORMAT,
            bytes_before: bytes_before as u64,
            rows_compared: upgrade.rows_compared,
            dropped_sections: upgrade.dropped_sections.clone(),
            saved: Saved::new(file, upgrade.bytes.len() as u64),
        }
    }
}

impl fmt::Display for UpgradeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = count(self.rows_compared, "row", "rows");
        let [before, now] = [self.bytes_before, self.saved.bytes].map(bytes);
        writeln!(
            f,
            "{}: format {} ({before}) → format {} ({now}), {rows} predicted alike to the bit",
            self.saved.file, self.from_model_format, self.model_format
        )?;
        if !self.dropped_sections.is_empty() {
            let names = list(&self.dropped_sections);
            writeln!(f, "left out, for this release does not know them: the sections {names}")?;
        }
        Ok(())
    }
}
