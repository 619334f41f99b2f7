//! Progress: a bar on a terminal, unless it is to be quiet.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use super::args::GlobalArgs;
use crate::report::text::thousands;
use forest::data::ReadProgress;

/// A bar that counts to a number of things, and says which one it is at, if it is told.
pub(super) fn bar(n: u64, things: &str, global: &GlobalArgs) -> ProgressBar {
    if global.quiet {
        return ProgressBar::hidden();
    }
    let template = format!("{{bar:30}} {{pos}}/{{len}} {things}, {{eta}} to go {{msg}}");
    let style = ProgressStyle::with_template(&template);
    let bar =
        ProgressBar::new(n).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    // It is drawn when something is done: a bar that ticks by itself takes a thread, and the system may
    // refuse one.
    bar.tick();
    bar
}

/// A bar of rows that are read and worked on: by the bytes of the file, or, where these are not known, by the number of
/// rows.
pub(super) struct RowsBar {
    bar: ProgressBar,
    progress: Option<ReadProgress>,
    n_rows: AtomicU64,
}

impl RowsBar {
    pub(super) fn new(progress: Option<ReadProgress>, global: &GlobalArgs) -> Self {
        if global.quiet {
            return Self::hidden();
        }
        let template = match &progress {
            Some(_) => "{bar:30} {bytes}/{total_bytes}, {msg} rows, {eta} to go",
            None => "{spinner} {msg} rows, {elapsed}",
        };
        let style = ProgressStyle::with_template(template);
        let bar = progress
            .as_ref()
            .map_or_else(ProgressBar::no_length, |progress| ProgressBar::new(progress.n_bytes()));
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let bar = bar.with_finish(ProgressFinish::AndClear);
        Self { bar, progress, n_rows: AtomicU64::new(0) }
    }

    pub(super) fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), progress: None, n_rows: AtomicU64::new(0) }
    }

    /// Counts rows that are about to be worked on.
    pub(super) fn count(&self, n_more: usize) {
        let n_rows = self.n_rows.fetch_add(n_more as u64, Ordering::Relaxed) + n_more as u64;
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_message(thousands(n_rows));
        match &self.progress {
            Some(progress) => self.bar.set_position(progress.read()),
            None => self.bar.tick(),
        }
    }
}
