//! Progress: a bar on a terminal, unless it is to be quiet.

use indicatif::{ProgressBar, ProgressStyle};

use super::args::GlobalArgs;

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
